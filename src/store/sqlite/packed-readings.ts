/** The writer's view of packed days: what comes late may lie there already. */
import { chunkId } from './chunk-place.ts'
import type { Connection } from './database.ts'
import { dayOf, type PackedReading, unpackDay } from './day-chunk.ts'

export interface PackedReadings {
  /** Nothing that was measured at or after this is packed. */
  readonly until: number
  /** Call within each transaction, before the first question: another connection packs meanwhile. */
  look(): void
  /** The packed reading of an identity. */
  find(device: number, at: number, n: number): PackedReading | undefined
}

export function packedReadings({ raw }: Connection): PackedReadings {
  const newest = raw.prepare('select until from packed_day order by day desc limit 1')
  const untilOf = raw.prepare('select until from packed_day where day = ?')
  const seriesOf = raw.prepare('select no from series where device_no = ?')
  const bodyAt = raw.prepare('select body from chunk where id = ?')
  let until = -Infinity
  /** Chunks unpacked since the last look: a device that tells its history asks for the same one often. */
  const unpacked = new Map<number, readonly PackedReading[]>()

  const readingsAt = (id: number, day: number): readonly PackedReading[] => {
    const before = unpacked.get(id)
    if (before) return before
    const row = bodyAt.get(id) as { body: Uint8Array } | undefined
    const readings = row ? unpackDay(day, row.body) : []
    unpacked.set(id, readings)
    return readings
  }

  return {
    get until() {
      return until
    },
    look() {
      if (unpacked.size > 0) unpacked.clear()
      until = (newest.get() as { until: number } | undefined)?.until ?? -Infinity
    },
    find(device, at, n) {
      if (at >= until) return undefined
      const day = dayOf(at)
      const packed = untilOf.get(day) as { until: number } | undefined
      if (!packed || at >= packed.until) return undefined
      // It may have moved since, and the same reading told again may be counted to another container.
      for (const { no } of seriesOf.all(device) as unknown as readonly { no: number }[]) {
        const found = readingsAt(chunkId(day, no), day).find((r) => r.at === at && r.n === n)
        if (found) return found
      }
      return undefined
    },
  }
}
