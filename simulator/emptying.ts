/** When the boxes of one fraction at one station are emptied: a round that repeats, kept more or less. */
import type { Fraction } from '#src/stations/fraction.ts'
import { HOUR, MINUTE } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

import { EMPTYING_HOUR_SHARE, FIGURES } from './figures.ts'
import type { Random } from './random.ts'
import { weekdayOf } from './wall-clock.ts'
import type { WallClock } from './wall-clock.ts'

/**
 * Days between emptyings for the station that comes after a share `u` (0…1) of all stations, between
 * the known quantiles on a line in the logarithm, a little beyond them at the ends.
 */
export function intervalDaysAt(fraction: Fraction, u: number): number {
  const days = FIGURES[fraction].intervalDays
  const ranks = [0.1, 0.25, 0.5, 0.75, 0.9]
  const rank = Math.min(0.95, Math.max(0.05, u))
  let i = 0
  while (i < 3 && rank > ranks[i + 1]!) i += 1
  const along = (rank - ranks[i]!) / (ranks[i + 1]! - ranks[i]!)
  const from = Math.log(days[i]!)
  return Math.exp(from + (Math.log(days[i + 1]!) - from) * along)
}

/**
 * Emptyings after `after`, for ever, in order. Rounds of six days and more come by whole weeks on a
 * fixed weekday; shorter ones every so many days, less often at weekends. Each is kept, or comes early
 * or late, as often as that was seen in the country; a round that is overtaken by the next is left out.
 */
export function* emptyings(
  fraction: Fraction,
  intervalDays: number,
  after: EpochMs,
  clock: WallClock,
  random: Random,
): Generator<EpochMs, never> {
  const { weekdayShare } = FIGURES[fraction]
  const byWeek = intervalDays >= 6
  const stepDays = byWeek ? Math.max(1, Math.round(intervalDays / 7)) * 7 : intervalDays
  // The round began somewhere before, so that stations don't march in step.
  let ideal = clock.dayOf(after) - random.next() * stepDays
  if (byWeek) {
    const weekday = random.pick(weekdayShare.map((share, i) => [i, share]))
    ideal = Math.floor(ideal)
    ideal += (weekday - weekdayOf(ideal) + 7) % 7
  }
  let last: EpochMs = after
  for (;;) {
    ideal += stepDays
    const day = Math.round(ideal)
    // Drawn whether used or not, so that each round takes the same number of draws.
    const skip = random.next() > 7 * weekdayShare[weekdayOf(day)]!
    const moved = lateDays(fraction, stepDays, random)
    const hour = random.pick(EMPTYING_HOUR_SHARE.map((share, i) => [i, share]))
    const at = clock.instantOf(day + moved, hour * HOUR + random.next() * 60 * MINUTE)
    if (!byWeek && weekdayOf(day) >= 5 && skip) continue
    if (at < last + 6 * HOUR) continue
    last = at
    yield at
  }
}

/** By how many days a date is missed; negative is early. */
function lateDays(fraction: Fraction, stepDays: number, random: Random): number {
  const [early, same, late1, late2, late4] = FIGURES[fraction].keptPercent
  const along = random.next()
  return random.pick([
    [stepDays < 3 ? 0 : -1, early],
    [0, same],
    [1, late1],
    [along < 0.5 ? 2 : 3, late2],
    // Never so late that the next round comes first.
    [Math.min(4 + Math.floor(along * 6), Math.max(1, Math.floor(stepDays) - 1)), late4],
  ])
}
