/** What other rules would have said, set against what was said: added, gone, moved, each with its reason. */
import type { AreaId, PostKey, StationId } from '#src/stations/ids.ts'
import { HOUR, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { DecidedPost, Decision, PostItem } from './decision.ts'

/** One thing that a post says. */
export interface Said {
  readonly at: EpochMs
  readonly key: PostKey
  readonly kind: DecidedPost['kind']
  readonly stationId?: StationId
  readonly areaId?: AreaId
  readonly item: PostItem
  /** The decision to say it; absent where the log has none. */
  readonly why?: Decision
}

export type PostChange =
  /** `whyNot` is what was decided of it before, if anything was. */
  | { readonly kind: 'added'; readonly now: Said; readonly whyNot?: Decision }
  /** `whyNot` is what is decided of it now, if anything is. */
  | { readonly kind: 'gone'; readonly was: Said; readonly whyNot?: Decision }
  | { readonly kind: 'moved'; readonly was: Said; readonly now: Said }

export interface PostChanges {
  /** In the order of time. */
  readonly changes: readonly PostChange[]
  /** Things said at the same instant in both. */
  readonly same: number
}

/** Decisions and posts of a span, each in its order. */
export interface SpanLog {
  readonly decisions: readonly Decision[]
  readonly posts: readonly DecidedPost[]
}

/** Under another rule the same trouble begins and ends at other times, but not at another time of the day. */
const SAME_TROUBLE_MS = 12 * HOUR

/**
 * Compares by episodes: one episode told in both is the same news, in whatever company. Where a rule was
 * changed its episodes have other beginnings, and the nearest in time is taken for the same.
 */
export function comparePosts(was: SpanLog, now: SpanLog): PostChanges {
  const before = Map.groupBy(saidIn(was), newsOf)
  const after = Map.groupBy(saidIn(now), newsOf)
  const thenDecided = Map.groupBy(was.decisions, subjectOf)
  const nowDecided = Map.groupBy(now.decisions, subjectOf)
  const changes: PostChange[] = []
  let same = 0
  for (const news of new Set([...before.keys(), ...after.keys()])) {
    const { pairs, gone, added } = match(before.get(news) ?? [], after.get(news) ?? [])
    for (const [was, now] of pairs) {
      if (was.at === now.at) same++
      else changes.push({ kind: 'moved', was, now })
    }
    for (const was of gone) {
      const whyNot = decidedOf(was, nowDecided)
      changes.push({ kind: 'gone', was, ...(whyNot && { whyNot }) })
    }
    for (const now of added) {
      const whyNot = decidedOf(now, thenDecided)
      changes.push({ kind: 'added', now, ...(whyNot && { whyNot }) })
    }
  }
  return { changes: changes.sort((a, b) => instantOf(a) - instantOf(b)), same }
}

/** Everything that was said, item by item, with the decision to say it. */
export function saidIn({ posts, decisions }: SpanLog): readonly Said[] {
  const reasons = new Map<string, Decision>()
  for (const decision of decisions) {
    const { postKey, ruleId, subject, outcome } = decision
    if (postKey !== undefined && outcome === 'posted') {
      reasons.set(`${postKey}|${ruleId}|${subject}`, decision)
    }
  }
  return posts.flatMap(({ at, key, kind, stationId, areaId, items }) =>
    items.map((item): Said => {
      const why = reasons.get(`${key}|${item.ruleId}|${item.subject}`)
      const station = stationId ?? item.stationId
      return {
        at,
        key,
        kind,
        ...(station !== undefined && { stationId: station }),
        ...(areaId !== undefined && { areaId }),
        item,
        ...(why && { why }),
      }
    }),
  )
}

/** What it tells of whom, be it in a post of its own or in a digest. */
function newsOf({ kind, item }: Said): string {
  const isTakenBack = kind === 'correction'
  return `${item.template}|${item.ruleId}|${item.subject}|${isTakenBack}`
}

function subjectOf({ ruleId, subject }: Pick<Decision, 'ruleId' | 'subject'>): string {
  return `${ruleId}|${subject}`
}

function match(was: readonly Said[], now: readonly Said[]) {
  const pairs: (readonly [Said, Said])[] = []
  const gone = new Set(was)
  const added = new Set(now)
  const pair = (before: Said, after: Said): void => {
    pairs.push([before, after])
    gone.delete(before)
    added.delete(after)
  }
  const byEpisode = new Map(was.map((said) => [said.item.episode, said]))
  for (const after of now) {
    const before = byEpisode.get(after.item.episode)
    if (before && gone.has(before)) pair(before, after)
  }
  const near = [...gone]
    .flatMap((before) =>
      [...added].map((after) => ({ before, after, apartMs: Math.abs(before.at - after.at) })),
    )
    .filter(({ before, after, apartMs }) => apartMs <= SAME_TROUBLE_MS && isEdited(before, after))
    .sort((a, b) => a.apartMs - b.apartMs)
  for (const { before, after } of near) {
    if (gone.has(before) && added.has(after)) pair(before, after)
  }
  return { pairs, gone, added }
}

function isEdited(before: Said, after: Said): boolean {
  return before.why?.ruleHash !== after.why?.ruleHash
}

/** What the other rules made of it: the last decision by then in the same trouble, else the next one. */
function decidedOf(
  { at, item }: Said,
  decided: ReadonlyMap<string, readonly Decision[]>,
): Decision | undefined {
  const all = decided.get(subjectOf(item)) ?? []
  const from = plus(item.since, -SAME_TROUBLE_MS)
  return (
    all.findLast((d) => d.at <= at && d.at >= from) ??
    all.find((d) => d.at > at && d.at <= at + SAME_TROUBLE_MS)
  )
}

function instantOf(change: PostChange): number {
  return change.kind === 'added' ? change.now.at : change.was.at
}
