/** What goes wrong with sensors and networks, and how often. */
import { DAY, HOUR } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

import type { Random } from './random.ts'

export const FAULT_KINDS = [
  /** Never arrives. */
  'lost',
  /** Arrives again, byte for byte. */
  'twice',
  /** Arrives minutes to hours after it was measured. */
  'late',
  /** Broken on the way: cut off, not UTF-8, not base64, half a payload. */
  'garbled',
  /** The device could not measure and says so with its sentinel. */
  'no-echo',
  /** One reading off something else: a bag, the lid, a rib. */
  'spurious-echo',
  /** The device has a fixed false echo and heard that instead of the box. */
  'phantom',
  /** The device repeats an old measurement for hours or days. */
  'stuck',
  /** The device's clock is a month ahead, or was never set. Only devices that send their own time. */
  'wrong-clock',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** How often. Shares are of messages (0…1); `perDay` is of episodes per device and day. */
export interface FaultRates {
  readonly lostShare: number
  readonly twiceShare: number
  readonly lateShare: number
  readonly garbledShare: number
  readonly noEchoShare: number
  readonly spuriousEchoShare: number
  /** Devices that have a fixed false echo, and how much of the time they hear it. */
  readonly phantomDeviceShare: number
  readonly phantomShare: number
  readonly stuckPerDay: number
  readonly wrongClockPerDay: number
  /** Falls silent; somebody changes the battery days later and its counter begins anew. */
  readonly deadPerDay: number
}

/**
 * Rates as seen in public fill data (30 Prague and 77 Frankfurt containers): 1 % single outliers, 0.7 %
 * no echo, false echoes in five of eight Prague glass sensors (2.4 % of all readings), 1–2 % of time
 * stuck, 3 gaps over six hours a sensor and month. Repeats, delays and broken bytes are assumptions.
 */
export const DEFAULT_FAULTS: FaultRates = {
  lostShare: 0.02,
  twiceShare: 0.01,
  lateShare: 0.005,
  garbledShare: 0.002,
  noEchoShare: 0.007,
  spuriousEchoShare: 0.006,
  phantomDeviceShare: 0.08,
  phantomShare: 0.15,
  stuckPerDay: 0.006,
  wrongClockPerDay: 0.003,
  deadPerDay: 0.002,
}

export const NO_FAULTS: FaultRates = {
  lostShare: 0,
  twiceShare: 0,
  lateShare: 0,
  garbledShare: 0,
  noEchoShare: 0,
  spuriousEchoShare: 0,
  phantomDeviceShare: 0,
  phantomShare: 0,
  stuckPerDay: 0,
  wrongClockPerDay: 0,
  deadPerDay: 0,
}

/** A condition that comes over a device and passes. */
export interface Episodes {
  /**
   * When the episode began that holds now; undefined when none does. To be asked with times that don't
   * go back.
   */
  since(now: EpochMs): number | undefined
  /** How many have ended before now. */
  ended(now: EpochMs): number
}

/** Episodes at a rate, each of `minHours` to `maxHours`, in their long-run state at `start`. */
export function episodes(
  perDay: number,
  minHours: number,
  maxHours: number,
  start: EpochMs,
  random: Random,
): Episodes {
  const lengthMs = () => (minHours + random.next() * (maxHours - minHours)) * HOUR
  const gapMs = () => (perDay === 0 ? Infinity : (random.exponential() * DAY) / perDay)
  const meanDays = (perDay * (minHours + maxHours)) / 2 / 24
  const inside = random.next() < meanDays / (1 + meanDays)
  let from: number = inside ? start - random.next() * lengthMs() : start + gapMs()
  let until = inside ? start + random.next() * lengthMs() : from + lengthMs()
  let ended = 0
  const pass = (now: EpochMs) => {
    while (now >= until) {
      from = until + gapMs()
      until = from + lengthMs()
      ended += 1
    }
  }
  return {
    since(now) {
      pass(now)
      return now >= from ? from : undefined
    },
    ended(now) {
      pass(now)
      return ended
    },
  }
}
