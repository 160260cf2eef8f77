/** Tells a message sent again from a new one: the same device, the same content, within a quarter of an hour. */
import type { DeviceId } from '#src/stations/ids.ts'
import { type EpochMs, MINUTE } from '#src/stations/time.ts'

export const REPEAT_WINDOW_MS = 15 * MINUTE

/** A device's memory starts this small and grows only while what it holds is younger than the window. */
const LEAST = 16
/** Most uplinks remembered for one device; beyond that the oldest is forgotten. */
const MOST = 1024
/**
 * Most uplinks by which memories may grow, all devices together (16 bytes each): ten thousand devices
 * under load would otherwise fill hundreds of megabytes with messages nobody sends again.
 */
const MOST_IN_ALL = 1 << 20

interface Ring {
  prints: Float64Array
  times: Float64Array
  next: number
}

export interface Repeats {
  /** Whether an equal message was remembered within the window before `at`. */
  seen(device: DeviceId, fingerprint: number, at: EpochMs): boolean
  remember(device: DeviceId, fingerprint: number, at: EpochMs): void
  /** `seen`, and `remember` where it wasn't. */
  seenOrRemember(device: DeviceId, fingerprint: number, at: EpochMs): boolean
  /** Takes back the device's newest remembered message. */
  forgetNewest(device: DeviceId): void
}

/**
 * A ring of fingerprints for each device. Network servers repeat an uplink that several gateways heard,
 * and an MQTT client sends again what was not acknowledged before its connection broke.
 */
export function rememberRepeats(): Repeats {
  const rings = new Map<DeviceId, Ring>()
  let growth = MOST_IN_ALL

  const add = (ring: Ring, fingerprint: number, at: EpochMs): void => {
    const size = ring.prints.length
    if (at - ring.times[ring.next]! <= REPEAT_WINDOW_MS && size < MOST && size <= growth) {
      growth -= size
      grow(ring)
    }
    ring.prints[ring.next] = fingerprint
    ring.times[ring.next] = at
    ring.next = ring.next + 1 === ring.prints.length ? 0 : ring.next + 1
  }
  const begin = (device: DeviceId, fingerprint: number, at: EpochMs): void => {
    const ring = { ...emptyRing(LEAST), next: 0 }
    rings.set(device, ring)
    add(ring, fingerprint, at)
  }

  return {
    seen(device, fingerprint, at) {
      const ring = rings.get(device)
      return ring !== undefined && holds(ring, fingerprint, at)
    },
    remember(device, fingerprint, at) {
      const ring = rings.get(device)
      if (ring) add(ring, fingerprint, at)
      else begin(device, fingerprint, at)
    },
    seenOrRemember(device, fingerprint, at) {
      const ring = rings.get(device)
      if (!ring) {
        begin(device, fingerprint, at)
        return false
      }
      if (holds(ring, fingerprint, at)) return true
      add(ring, fingerprint, at)
      return false
    },
    forgetNewest(device) {
      const ring = rings.get(device)
      if (!ring) return
      ring.next = ring.next === 0 ? ring.prints.length - 1 : ring.next - 1
      ring.prints[ring.next] = -1
      ring.times[ring.next] = -Infinity
    },
  }
}

function holds(ring: Ring, fingerprint: number, at: EpochMs): boolean {
  let i = ring.prints.indexOf(fingerprint)
  while (i >= 0) {
    if (at - ring.times[i]! <= REPEAT_WINDOW_MS) return true
    i = ring.prints.indexOf(fingerprint, i + 1)
  }
  return false
}

function emptyRing(size: number): Pick<Ring, 'prints' | 'times'> {
  return {
    prints: new Float64Array(size).fill(-1),
    times: new Float64Array(size).fill(-Infinity),
  }
}

/** Twice the size, oldest first, so that `next` is the first free place. */
function grow(ring: Ring): void {
  const size = ring.prints.length
  const { prints, times } = emptyRing(size * 2)
  for (let i = 0; i < size; i++) {
    prints[i] = ring.prints[(ring.next + i) % size]!
    times[i] = ring.times[(ring.next + i) % size]!
  }
  ring.prints = prints
  ring.times = times
  ring.next = size
}
