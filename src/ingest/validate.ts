/** From a measurement to a reading: when it was, whose container it was, and what is worth believing. */
import type { DeviceId } from '#src/stations/ids.ts'
import type { Measurement, Reading, ReadingFlag } from '#src/stations/reading.ts'
import { MINUTE, instant } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { levelOf } from './level.ts'

/** A clock further ahead than this is wrong, not merely a little fast. */
const AHEAD_MS = 2 * MINUTE
const LATE_MS = 30 * MINUTE
/** No device here was made before; an earlier time is a clock that was never set. */
const CLOCK_SET_FROM = instant(Date.UTC(2020, 0, 1))

/** Outside these, a side value is a device's way of saying "don't know" (126 %, 327.6 °C). */
const BATTERY_PERCENT = [0, 100] as const
const BATTERY_VOLTS = [0, 100] as const
const TEMPERATURE_C = [-60, 150] as const
const TILT_DEG = [-180, 180] as const

type Draft = { -readonly [K in keyof Reading]: Reading[K] }

/**
 * `n` is the measurement's place in its message, from 0. Side values that can't be true are left out;
 * they never cost a level. No reading leaves here with a number that isn't finite, with a level
 * outside 0…100, with both a level and a fault, or measured after it was received.
 */
export function toReading(
  measured: Measurement,
  n: number,
  deviceId: DeviceId,
  receivedAt: EpochMs,
  town: TownIndex,
): Reading {
  const flags: ReadingFlag[] = []
  const measuredAt = timeOf(measured.at, receivedAt, flags)
  const container = town.mountedOn(deviceId, measuredAt, measured.channel)
  const level = levelOf(measured, container?.geometry)
  if (level.flag) flags.push(level.flag)
  if (measured.batteryLow === true) flags.push('battery-low')
  if (measured.fire === true) flags.push('fire')
  if (measured.pickedUp === true) flags.push('picked-up')

  const reading: Draft = { deviceId, n, measuredAt, receivedAt, flags }
  if (container) reading.containerId = container.id
  if (level.fillPercent !== undefined) reading.fillPercent = level.fillPercent
  if (level.fault) reading.fault = level.fault
  if (Number.isFinite(measured.fillPercent)) reading.rawFillPercent = measured.fillPercent!
  if (Number.isFinite(measured.distanceMm)) reading.distanceMm = measured.distanceMm!
  if (within(measured.batteryPercent, BATTERY_PERCENT)) {
    reading.batteryPercent = measured.batteryPercent
  }
  if (within(measured.batteryVolts, BATTERY_VOLTS)) reading.batteryVolts = measured.batteryVolts
  if (within(measured.temperatureC, TEMPERATURE_C)) reading.temperatureC = measured.temperatureC
  if (within(measured.tiltDeg, TILT_DEG)) reading.tiltDeg = measured.tiltDeg
  return reading
}

/**
 * The device's time where it can be believed, else the time of receipt, with the reason among the
 * flags. Up to two minutes ahead is held to receipt without a word: nothing is measured after it came.
 */
function timeOf(at: EpochMs | undefined, receivedAt: EpochMs, flags: ReadingFlag[]): EpochMs {
  if (at === undefined) return receivedAt
  if (at > receivedAt) {
    if (at - receivedAt > AHEAD_MS) flags.push('clock-ahead')
    return receivedAt
  }
  // Written so that NaN ends here as well.
  if (!(at >= CLOCK_SET_FROM)) {
    flags.push('clock-unset')
    return receivedAt
  }
  if (receivedAt - at > LATE_MS) flags.push('late')
  return at
}

function within(
  value: number | undefined,
  [least, most]: readonly [number, number],
): value is number {
  return value !== undefined && value >= least && value <= most
}
