/** What devices say, before and after it is understood. */
import type { ContainerId, DeviceId } from './ids.ts'
import type { EpochMs } from './time.ts'

/** Why a device could not measure. A fault is never a level. */
export const FAULTS = [
  'no-echo',
  'below-dead-zone',
  'beyond-floor',
  'tilted',
  'sensor-error',
  'out-of-range',
] as const
export type Fault = (typeof FAULTS)[number]

/** Things worth knowing about a reading that was kept all the same. */
export const READING_FLAGS = [
  /** The device's clock was ahead; `measuredAt` is the time of receipt. */
  'clock-ahead',
  /** The device's clock was never set (before 2020); `measuredAt` is the time of receipt. */
  'clock-unset',
  /** Came more than `late_after` after it was measured. */
  'late',
  /** A little outside 0…100 (−2…103) and moved to the edge. */
  'clamped',
  /** Distance shorter than the dead zone or than the full line: full, but how full is unknown. */
  'near-full',
  /** The device's own alarms: its battery is low; it is burning; it was lifted or turned over. */
  'battery-low',
  'fire',
  'picked-up',
  /** Brought in from quarantine long after it came: history, of which nothing is said any more. */
  'replayed',
] as const
export type ReadingFlag = (typeof READING_FLAGS)[number]

/** One measurement as the device gave it: what a codec hands over. All numbers finite, units in the names. */
export interface Measurement {
  /** When it was measured, by the device or its network; absent means at arrival. */
  readonly at?: EpochMs
  readonly fillPercent?: number
  readonly distanceMm?: number
  readonly batteryPercent?: number
  readonly batteryVolts?: number
  readonly temperatureC?: number
  readonly tiltDeg?: number
  /** The device's own verdict that it doesn't stand upright. */
  readonly tilted?: boolean
  /** The device said that it could not measure. */
  readonly fault?: Fault
  /** Which of a device's sensors, where it watches several containers. */
  readonly channel?: string
  /** From the floor up to the waste. */
  readonly heightMm?: number
  /** The device's own alarms. They may be lost on the way, so each is also found from what is measured. */
  readonly batteryLow?: boolean
  readonly fire?: boolean
  /** It felt that it was lifted, turned over or emptied. */
  readonly pickedUp?: boolean
}

/** How well a gateway heard a device: the one of those that heard it best. */
export interface Signal {
  readonly rssiDbm: number
  readonly snrDb?: number
}

/** One message from a device: none, one or many measurements. */
export interface Uplink {
  readonly deviceId: DeviceId
  readonly receivedAt: EpochMs
  /** The device's or the network's own counter, where there is one. */
  readonly counter?: number
  /** Content's fingerprint, 0…2^53−1: the same message sent again has the same. */
  readonly fingerprint: number
  /** The sender said that this may be a repeat (MQTT DUP). */
  readonly maybeRepeat: boolean
  readonly measurements: readonly Measurement[]
}

/**
 * A kept reading. `fillPercent` is ours (0…100), computed from distance and geometry where the device
 * gives a distance; `rawFillPercent` and `distanceMm` are what it said. Either a level or a fault or,
 * for a status message, neither.
 */
export interface Reading {
  readonly deviceId: DeviceId
  /** Which one within its uplink, from 0. */
  readonly n: number
  /** The container it was mounted on when it measured; absent for a device that sits nowhere. */
  readonly containerId?: ContainerId
  readonly measuredAt: EpochMs
  readonly receivedAt: EpochMs
  readonly fillPercent?: number
  readonly rawFillPercent?: number
  readonly distanceMm?: number
  readonly fault?: Fault
  readonly batteryPercent?: number
  readonly batteryVolts?: number
  readonly temperatureC?: number
  readonly tiltDeg?: number
  readonly flags: readonly ReadingFlag[]
}

/** Why a message was not taken. It is acknowledged, counted under this word and kept in quarantine. */
export const REJECTIONS = [
  'unknown-topic',
  'not-json',
  'wrong-shape',
  'too-large',
  'too-many',
  'unknown-device',
  'device-mismatch',
  'not-base64',
  'undecodable',
  'no-measurement-format',
  'conflicting-repeat',
] as const
export type Rejection = (typeof REJECTIONS)[number]

/** A message that was not taken, with its first kilobyte. */
export interface Rejected {
  readonly reason: Rejection
  /** For a person: which field, and what was expected. */
  readonly detail: string
  readonly topic: string
  readonly deviceId?: DeviceId
  readonly receivedAt: EpochMs
  /** At most the first 1024 bytes. */
  readonly head: Uint8Array
  readonly bytes: number
  /** All of it, where it may be tried again: it was let in, and isn't too large to keep. */
  readonly payload?: Uint8Array
}
