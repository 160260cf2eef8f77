/** Whether a post was right, by the level that was there. */
/** What the posts of one container were worth. */
export interface Worth {
  readonly weeks: number
  readonly posts: number
  /** The container hadn't been near the line since its last filling was over. */
  readonly false: number
  /** It was, and had been told so since it was last emptied. */
  readonly again: number
  /** How often it was truly full, and how often nobody said so before it was over. */
  readonly full: number
  readonly missed: number
  /** From being full to the post, of each that was told. */
  readonly delaysMs: readonly number[]
}

/** A filling lasts from full until the level is under this. */
const CLEAR_PERCENT = 70
/** The reference's grid is 2 points and its noise as much: 81 may be 85, and 74 may be 70. */
const NEAR_PERCENT = 4
const WEEK_MS = 168 * 3_600_000

/** `truePercent` is NaN where the sensor had no level. Posts in order of time. */
export function judgePosts(
  posts: readonly number[],
  fullPercent: number,
  atMs: Float64Array,
  truePercent: Float64Array,
): Worth {
  const delaysMs: number[] = []
  const count = { false: 0, again: 0, full: 0, missed: 0 }
  let level = Number.NaN
  let fullSince: number | undefined
  let toldAt: number | undefined
  let isFull = false
  let isClear = true
  let next = 0

  const over = (): void => {
    if (fullSince !== undefined) {
      count.full++
      if (toldAt === undefined) count.missed++
      else delaysMs.push(Math.max(0, toldAt - fullSince))
    }
    fullSince = undefined
    toldAt = undefined
    isFull = false
  }
  for (let i = 0; i < atMs.length; i++) {
    if (!Number.isNaN(truePercent[i]!)) level = truePercent[i]!
    if (level < CLEAR_PERCENT + NEAR_PERCENT) isClear = true
    if (level < CLEAR_PERCENT) over()
    if (level >= fullPercent - NEAR_PERCENT) isFull = true
    if (level >= fullPercent) fullSince ??= atMs[i]!
    for (; next < posts.length && posts[next]! < (atMs[i + 1] ?? Infinity); next++) {
      if (!isFull) count.false++
      else if (isClear) toldAt ??= posts[next]!
      else count.again++
      isClear = false
    }
  }
  over()
  const weeks = (atMs.at(-1)! - atMs[0]!) / WEEK_MS
  return { weeks, posts: posts.length, ...count, delaysMs }
}
