/** A sensor's battery over some weeks: by day, drawn, and how long it lasts at that pace. Pure. */
import type { Reading } from '#src/stations/reading.ts'
import { DAY, wallTime, type EpochMs } from '#src/stations/time.ts'
import { escapeMarkup } from '#src/wording/escape-markup.ts'
import { trusted, type Html } from '../../html.ts'

/** The lowest of a day; volts where the sensor tells no share. */
export interface BatteryDay {
  /** `2026-05-05` */
  readonly day: string
  readonly value: number
  readonly unit: 'percent' | 'volts'
}

/** Oldest first; days without a word of the battery are left out. */
export function batteryDays(readings: readonly Reading[], timeZone: string): readonly BatteryDay[] {
  const tellsShare = readings.some((r) => r.batteryPercent !== undefined)
  const unit = tellsShare ? 'percent' : 'volts'
  const days = new Map<string, number>()
  for (const reading of readings) {
    const value = tellsShare ? reading.batteryPercent : reading.batteryVolts
    if (value === undefined) continue
    const { day } = wallTime(reading.measuredAt, timeZone)
    days.set(day, Math.min(value, days.get(day) ?? Infinity))
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, value]) => ({ day, value, unit }))
}

/** What its alarm calls low. */
const LOW_PERCENT = 15
/** From fewer days, or a smaller fall, nobody can tell. */
const LEAST_DAYS = 7
const LEAST_FALL_PERCENT = 2
const FARTHEST_DAYS = 730

/**
 * In how many days it is low if it goes on as in these (a straight line by least squares); undefined where
 * that can't be told.
 */
export function daysUntilLow(days: readonly BatteryDay[]): number | undefined {
  const newest = days.at(-1)
  if (newest?.unit !== 'percent' || days.length < LEAST_DAYS) return undefined
  const points = days.map(({ day, value }) => ({ x: Date.parse(day) / DAY, y: value }))
  const mean = (pick: (p: (typeof points)[number]) => number) =>
    points.reduce((sum, p) => sum + pick(p), 0) / points.length
  const [mx, my] = [mean((p) => p.x), mean((p) => p.y)]
  const spread = mean((p) => (p.x - mx) ** 2)
  if (spread === 0) return undefined
  const slope = mean((p) => (p.x - mx) * (p.y - my)) / spread
  const { x: first } = points[0]!
  const { x: last } = points.at(-1)!
  if (-slope * (last - first) < LEAST_FALL_PERCENT) return undefined
  const now = my + slope * (last - mx)
  const left = Math.ceil((now - LOW_PERCENT) / -slope)
  return left > FARTHEST_DAYS ? undefined : Math.max(0, left)
}

const WIDTH = 280
const HEIGHT = 60

/** A line with a step a day; broken where a day has nothing. */
export function batteryChart(
  days: readonly BatteryDay[],
  from: EpochMs,
  to: EpochMs,
  label: string,
): Html {
  const top = days[0]?.unit === 'volts' ? Math.max(...days.map((d) => d.value)) * 1.1 : 100
  const x = (day: string) => Math.round(((Date.parse(day) - from) / (to - from)) * WIDTH)
  const y = (value: number) => Math.round(HEIGHT - (value / top) * HEIGHT)
  let path = ''
  let last: number | undefined
  for (const { day, value } of days) {
    const at = Date.parse(day)
    const isNext = last !== undefined && at - last <= 2 * DAY
    path += `${isNext ? 'L' : 'M'}${Math.max(0, x(day))} ${y(value)}${isNext ? '' : 'h0'}`
    last = at
  }
  return trusted(
    `<svg class="history" viewBox="-2 -3 ${WIDTH + 4} ${HEIGHT + 6}" role="img" aria-label="${escapeMarkup(label)}" focusable="false"><path class="grid" d="M0 0h${WIDTH}M0 ${HEIGHT}h${WIDTH}"/><path class="line" d="${path}"/></svg>`,
  )
}
