/** Tells a message sent again from a new one: the same device, the same content, within a quarter of an hour. */
import type { DeviceId } from '#src/stations/ids.ts'
import { type EpochMs, MINUTE } from '#src/stations/time.ts'

export const REPEAT_WINDOW_MS = 15 * MINUTE

/** Most uplinks remembered for one device; beyond that the oldest is forgotten. */
const MOST = 4096
/** A device's memory starts this small and grows only while what it holds is younger than the window. */
const LEAST = 16

interface Ring {
  prints: Float64Array
  times: Float64Array
  next: number
}

export interface Repeats {
  /** Whether an equal message was remembered within the window before `at`. */
  seen(device: DeviceId, fingerprint: number, at: EpochMs): boolean
  remember(device: DeviceId, fingerprint: number, at: EpochMs): void
  forget(): void
}

/**
 * A ring of fingerprints for each device. Network servers repeat an uplink that several gateways heard,
 * and an MQTT client sends again what was not acknowledged before its connection broke.
 */
export function rememberRepeats(): Repeats {
  const rings = new Map<DeviceId, Ring>()
  return {
    seen(device, fingerprint, at) {
      const ring = rings.get(device)
      if (!ring) return false
      for (let i = 0; i < ring.prints.length; i++) {
        if (ring.prints[i] === fingerprint && at - ring.times[i]! <= REPEAT_WINDOW_MS) return true
      }
      return false
    },
    remember(device, fingerprint, at) {
      let ring = rings.get(device)
      if (!ring) {
        ring = emptyRing(LEAST)
        rings.set(device, ring)
      }
      const oldest = ring.times[ring.next]!
      if (at - oldest <= REPEAT_WINDOW_MS && ring.prints.length < MOST) {
        ring = grown(ring)
        rings.set(device, ring)
      }
      ring.prints[ring.next] = fingerprint
      ring.times[ring.next] = at
      ring.next = (ring.next + 1) % ring.prints.length
    },
    forget: () => rings.clear(),
  }
}

function emptyRing(size: number): Ring {
  return {
    prints: new Float64Array(size).fill(-1),
    times: new Float64Array(size).fill(-Infinity),
    next: 0,
  }
}

/** Twice the size, oldest first, so that `next` is the first free place. */
function grown(ring: Ring): Ring {
  const size = ring.prints.length
  const larger = emptyRing(size * 2)
  for (let i = 0; i < size; i++) {
    larger.prints[i] = ring.prints[(ring.next + i) % size]!
    larger.times[i] = ring.times[(ring.next + i) % size]!
  }
  larger.next = size
  return larger
}
