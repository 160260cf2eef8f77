/** A container's last days as a small drawing and as a table, from the same numbers. */
import type { HistoryPoint } from '#src/store/contract.ts'
import { DAY, HOUR, instant, plus, type EpochMs } from '#src/stations/time.ts'
import { escapeMarkup } from '#src/wording/escape-markup.ts'
import { trusted, type Html } from './html.ts'

export const HISTORY_DAYS = 7
/** Hours, so that local days begin where a bucket begins. */
export const HISTORY_EVERY_MS = HOUR
/** Fine enough for a line of this width, coarse enough to be told in few bytes. */
const DRAWN_EVERY_MS = 3 * HOUR

const WIDTH = 280
const HEIGHT = 60

/** Midnights by the wall clock in the time shown, oldest first. */
export function midnights(from: EpochMs, to: EpochMs, timeZone: string): readonly EpochMs[] {
  let day = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone).toPlainDate()
  const found: EpochMs[] = []
  for (;;) {
    const at = instant(day.toZonedDateTime({ timeZone }).epochMilliseconds)
    if (at >= to) return found
    if (at >= from) found.push(at)
    day = day.add({ days: 1 })
  }
}

/** The line breaks where a bucket is missing: nothing is drawn where nothing was known. */
export function historyChart(
  points: readonly HistoryPoint[],
  from: EpochMs,
  to: EpochMs,
  timeZone: string,
  label: string,
): Html {
  const x = (at: number) => Math.round(((at - from) / (to - from)) * WIDTH)
  const y = (percent: number) => Math.round(HEIGHT - (percent / 100) * HEIGHT)
  let path = ''
  let last: number | undefined
  for (const point of drawnPoints(points, from)) {
    const joined = last !== undefined && point.at - last <= 2 * DRAWN_EVERY_MS
    const px = Math.min(WIDTH, x(point.at + DRAWN_EVERY_MS / 2))
    path += `${joined ? 'L' : 'M'}${px} ${y(point.percent)}`
    // A lone point still shows, as a dot of the line's width.
    if (!joined) path += 'h0'
    last = point.at
  }
  const days = midnights(from, to, timeZone)
    .map((at) => `M${x(at)} 0v${HEIGHT}`)
    .join('')
  return trusted(
    `<svg class="history" viewBox="-2 -3 ${WIDTH + 4} ${HEIGHT + 6}" role="img" aria-label="${escapeMarkup(label)}" focusable="false"><path class="grid" d="M0 0h${WIDTH}M0 ${HEIGHT}h${WIDTH}"/><path class="days" d="${days}"/><path class="line" d="${path}"/></svg>`,
  )
}

function drawnPoints(
  points: readonly HistoryPoint[],
  from: EpochMs,
): readonly { readonly at: number; readonly percent: number }[] {
  const groups = Map.groupBy(points, (p) => Math.floor((p.from - from) / DRAWN_EVERY_MS))
  return [...groups].map(([index, within]) => {
    const n = within.reduce((sum, p) => sum + p.n, 0)
    const percent = within.reduce((sum, p) => sum + p.meanPercent * p.n, 0) / n
    return { at: from + index * DRAWN_EVERY_MS, percent }
  })
}

export interface DayRange {
  readonly day: EpochMs
  readonly low?: number
  readonly high?: number
}

/** Lowest and highest per local day; a day without a level has neither. */
export function dailyRanges(
  points: readonly HistoryPoint[],
  from: EpochMs,
  to: EpochMs,
  timeZone: string,
): readonly DayRange[] {
  const starts = [from, ...midnights(plus(from, 1), to, timeZone)]
  return starts.map((day, i) => {
    const end = starts[i + 1] ?? plus(to, DAY)
    const within = points.filter((p) => p.from >= day && p.from < end)
    if (within.length === 0) return { day }
    return {
      day,
      low: Math.round(Math.min(...within.map((p) => p.minPercent))),
      high: Math.round(Math.max(...within.map((p) => p.maxPercent))),
    }
  })
}
