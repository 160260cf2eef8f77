/** A stream of readings of two devices on two containers, each known by its number. */
import type { Reading } from '#src/stations/reading.ts'
import { instant, plus, SECOND } from '#src/stations/time.ts'
import { castTown } from '#tests/support/town.ts'

export const FIRST_AT = instant(Date.parse('2026-05-05T10:00:00Z'))
export const STEP_MS = 20 * SECOND
export const WATCHED = castTown.mountings.slice(0, 2).map((m) => m.containerId)

export function numberedReading(i: number): Reading {
  const { deviceId, containerId } = castTown.mountings[i % 2]!
  const measuredAt = plus(FIRST_AT, Math.floor(i / 2) * STEP_MS)
  return {
    deviceId,
    n: 0,
    containerId,
    measuredAt,
    receivedAt: plus(measuredAt, 100 + (i % 7)),
    fillPercent: (i % 1000) / 10,
    distanceMm: 300 + (i % 1350),
    flags: [],
  }
}
