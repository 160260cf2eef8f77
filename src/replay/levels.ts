/** What the rules were told of a container's level, thinned out to what a drawing can show. */
import type { ReadingRecord } from '#src/rules/record.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** When, and how full; null where from then on nothing was known. */
export type LevelPoint = readonly [at: EpochMs, fillPercent: number | null]

/** Fine enough for a wide screen: of so many parts of the span the lowest and the highest level are kept. */
const PARTS = 360

/** In the order of measuring. A silence longer than `silentAfterMs` is a gap. */
export function thinLevels(
  readings: readonly ReadingRecord[],
  span: { readonly from: EpochMs; readonly to: EpochMs },
  silentAfterMs: number,
): readonly LevelPoint[] {
  const { from, to } = span
  const levels = readings
    .filter(({ measuredAt, fillPercent }) => {
      return fillPercent !== undefined && measuredAt >= from && measuredAt < to
    })
    .sort((a, b) => a.measuredAt - b.measuredAt)
  const points: LevelPoint[] = []
  let last: ReadingRecord | undefined
  const partOf = ({ measuredAt }: ReadingRecord) =>
    Math.floor(((measuredAt - from) / (to - from)) * PARTS)
  for (const part of Map.groupBy(levels, partOf).values()) {
    const first = part[0]!
    if (last && first.measuredAt - last.measuredAt > silentAfterMs) {
      points.push([last.measuredAt, null])
    }
    for (const { measuredAt, fillPercent } of outermost(part)) {
      points.push([measuredAt, Math.round(fillPercent! * 10) / 10])
    }
    last = part.at(-1)!
  }
  return points
}

/** The lowest and the highest, in their order. */
function outermost(part: readonly ReadingRecord[]): readonly ReadingRecord[] {
  let low = part[0]!
  let high = low
  for (const reading of part) {
    if (reading.fillPercent! < low.fillPercent!) low = reading
    if (reading.fillPercent! >= high.fillPercent!) high = reading
  }
  if (low === high) return [low]
  return low.measuredAt <= high.measuredAt ? [low, high] : [high, low]
}
