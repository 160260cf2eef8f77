/** Readings as they came, laid out as a series at an interval. */
import type { ReadingRecord } from '#src/rules/record.ts'
import { MINUTE, SECOND, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Sample } from './notation.ts'

export interface Laid {
  /** Absent where the readings have no interval worth the name. */
  readonly series?: {
    readonly from: EpochMs
    readonly intervalMs: number
    readonly samples: readonly Sample[]
  }
  /** What found no place in it. */
  readonly rest: readonly ReadingRecord[]
  /** Where in the series a time of measurement has come to lie. */
  readonly places: ReadonlyMap<EpochMs, EpochMs>
}

const FEWEST = 4

/** Each reading takes the nearest place of a grid that begins with the first; times move by half an interval at most. */
export function layOut(
  readings: readonly ReadingRecord[],
  start: EpochMs,
  levelOf: (percent: number) => number,
): Laid {
  const nothing: Laid = { rest: readings, places: new Map() }
  if (readings.length < FEWEST) return nothing
  const intervalMs = usualGap(readings)
  if (intervalMs === 0) return nothing
  const isLate = ({ at, measuredAt }: ReadingRecord) => at - measuredAt > intervalMs / 2
  const first = readings.find((reading) => !isLate(reading))
  if (!first) return nothing
  const from = plus(start, Math.round((first.measuredAt - start) / MINUTE) * MINUTE)
  const places = new Map<EpochMs, EpochMs>()
  const rest: ReadingRecord[] = []
  const samples: Sample[] = []
  for (const reading of readings) {
    const place = Math.round((reading.measuredAt - from) / intervalMs)
    if (place < samples.length || isLate(reading)) {
      rest.push(reading)
      continue
    }
    while (samples.length < place) samples.push(undefined)
    samples.push(sampleOf(reading, levelOf))
    places.set(reading.measuredAt, plus(from, place * intervalMs))
  }
  if (rest.length > places.size || samples.length > 4 * places.size) return nothing
  return { series: { from, intervalMs, samples }, rest, places }
}

function sampleOf({ fillPercent, fault }: ReadingRecord, levelOf: (percent: number) => number) {
  return fillPercent === undefined ? (fault ?? 'alive') : levelOf(fillPercent)
}

/** The gap in the middle of all, in whole minutes, or seconds where it is short. */
function usualGap(readings: readonly ReadingRecord[]): number {
  const gaps = readings
    .slice(1)
    .map(({ measuredAt }, i) => measuredAt - readings[i]!.measuredAt)
    .sort((a, b) => a - b)
  const median = gaps[Math.floor(gaps.length / 2)]!
  const unit = median < 2 * MINUTE ? SECOND : MINUTE
  return Math.round(median / unit) * unit
}
