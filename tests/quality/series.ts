/** Made-up containers: hourly levels and what is believed of them. */
import { believe, startBelieving } from '#src/quality/believe.ts'
import type { BeliefState } from '#src/quality/believe.ts'
import type { Belief, BelieveOptions, Observation } from '#src/quality/contract.ts'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

export const noon = instant(Date.UTC(2026, 4, 5, 12))

export function hours(n: number): EpochMs {
  return plus(noon, n * HOUR)
}

/** A level for each hour from noon; `null` is a lost echo. */
export function hourly(levels: readonly (number | null)[]): readonly Observation[] {
  return levels.map((level, i) => {
    return level === null
      ? { at: hours(i), fault: 'no-echo' }
      : { at: hours(i), fillPercent: level }
  })
}

/** From `from` up by `perHour` for so many hours. */
export function filling(from: number, perHour: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.min(100, from + perHour * i))
}

/** The same levels, hidden by an echo at `phantom` during the hours for which `seen` is true. */
export function behind(
  levels: readonly number[],
  phantom: number,
  seen: (hour: number) => boolean,
): readonly number[] {
  return levels.map((level, hour) => (seen(hour) && level < phantom - 5 ? phantom : level))
}

/** So many cycles of a container that takes `hoursToFill` to reach `top`. */
export function cycles(count: number, hoursToFill: number, top: number): readonly number[] {
  return Array.from({ length: count }, () => {
    return filling(0, top / hoursToFill, hoursToFill).map((level) => Math.round(level))
  }).flat()
}

export function believeAll(
  observations: readonly Observation[],
  options: BelieveOptions = {},
  state: BeliefState = startBelieving(),
): readonly Belief[] {
  return observations.map((observation) => believe(state, observation, options))
}
