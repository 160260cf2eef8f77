/**
 * Elsys' payload from its "ELSYS payload" document: a type byte and a value whose length follows from it,
 * big-endian, for all its devices.
 */
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { Draft, Measured } from '../measured.ts'

interface Entry {
  readonly bytes: number
  /** Absent for what says nothing of a container. */
  readonly read?: (view: DataView, at: number, out: Draft) => void
}

/** From here on the radar and ultrasonic heads tell that nothing came back. */
const NO_ECHO_FROM_MM = 60_000

const ENTRIES: Readonly<Record<number, Entry>> = {
  0x01: {
    bytes: 2,
    read: (view, at, out) => {
      out.temperatureC = view.getInt16(at) / 10
    },
  },
  0x02: { bytes: 1 }, // humidity
  0x03: { bytes: 3 }, // acceleration
  0x04: { bytes: 2 }, // light
  0x05: { bytes: 1 }, // motion
  0x06: { bytes: 2 }, // CO2
  0x07: {
    bytes: 2,
    read: (view, at, out) => {
      out.batteryVolts = view.getUint16(at) / 1000
    },
  },
  0x08: { bytes: 2 }, // analog 1
  0x09: { bytes: 6 }, // place
  0x0a: { bytes: 2 }, // pulses
  0x0b: { bytes: 4 }, // pulses, absolute
  0x0c: { bytes: 2 }, // temperature of a probe outside
  0x0d: { bytes: 1 }, // digital
  0x0e: {
    bytes: 2,
    read: (view, at, out) => {
      const mm = view.getUint16(at)
      delete out.distanceMm
      delete out.fault
      if (mm >= NO_ECHO_FROM_MM) out.fault = 'no-echo'
      else out.distanceMm = mm
    },
  },
  0x0f: { bytes: 1 }, // motion by acceleration
  0x10: { bytes: 4 }, // infrared temperatures
  0x11: { bytes: 1 }, // occupancy
  0x12: { bytes: 1 }, // water leak
  0x13: { bytes: 65 }, // grid of temperatures
  0x14: { bytes: 4 }, // air pressure
  0x15: { bytes: 2 }, // sound
  0x16: { bytes: 2 }, // pulses 2
  0x17: { bytes: 4 }, // pulses 2, absolute
  0x18: { bytes: 2 }, // analog 2
  0x19: { bytes: 2 }, // temperature of a second probe
  0x1a: { bytes: 1 }, // digital 2
  0x1b: { bytes: 4 }, // analog in µV
  0x1c: { bytes: 2 }, // TVOC
  0x3d: { bytes: 4 }, // debugging
}
/** The device's settings fill the rest of the frame. */
const SETTINGS = 0x3e

export function decodeElsys(bytes: Uint8Array): Measured | Refusal {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out: Draft = {}
  let at = 0
  while (at < bytes.length) {
    const type = bytes[at]!
    if (type === SETTINGS) break
    const entry = ENTRIES[type]
    if (!entry) return refuse('undecodable', `byte ${at}: ${type} is no type of value of Elsys`)
    if (at + 1 + entry.bytes > bytes.length) {
      return refuse('undecodable', `byte ${at}: the frame ends in a value of ${entry.bytes} bytes`)
    }
    entry.read?.(view, at + 1, out)
    at += 1 + entry.bytes
  }
  if (bytes.length === 0) return refuse('undecodable', 'the frame is empty')
  return { kind: 'measured', measurements: [out] }
}
