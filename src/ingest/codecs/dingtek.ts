/**
 * Dingtek's payload over LoRaWAN, by the layout of its protocol documents: 0x80, a family byte, the
 * device type, the packet type, the whole length, the fields, and 0x81. Numbers are big-endian. Packet
 * type 3 answers a question for the device's settings; all others are measurements.
 */
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { Draft, Measured } from '../measured.ts'

/** Which layout a model has. */
export const DINGTEK_LAYOUTS = [
  'bin',
  'manhole',
  'tank',
  'df200',
  'df400',
  'df701',
  'do200',
  'do201',
] as const
export type DingtekLayout = (typeof DINGTEK_LAYOUTS)[number]

const START = 0x80
const END = 0x81
const SETTINGS = 3
/** Head (start, family, type, packet, length). */
const HEAD_BYTES = 5
/** Longitude and latitude stand between the level and what follows it. */
const PLACE_BYTES = 8

/** The laser models say 9999, the ultrasonic ones nearly the largest number, when nothing came back. */
const NO_ECHO_FROM_MM = 9999

interface Frame {
  readonly view: DataView
  readonly out: Draft
}

interface Layout {
  /** Whole lengths of a measurement; the second is with a place on the map. */
  readonly bytes: readonly number[]
  readonly read: (frame: Frame, shift: number) => void
}

const LAYOUTS: Readonly<Record<DingtekLayout, Layout>> = {
  // DF702, DF703: level, place?, temperature, angle, alarms, counter.
  bin: {
    bytes: [17, 25],
    read: (frame, shift) => {
      readManhole(frame, shift)
      frame.out.fire = (frame.view.getUint8(11 + shift) & 0x0f) !== 0
    },
  },
  // DC410, DC413: the same without fire.
  manhole: { bytes: [17, 25], read: readManhole },
  // DF530, DF555: the same without angle, tilt and fire.
  tank: { bytes: [17, 25], read: readTank },
  df200: {
    bytes: [15],
    read: ({ view, out }) => {
      out.batteryVolts = view.getUint16(5) / 100
      out.batteryLow = (view.getUint8(7) & 0x0f) !== 0
      out.temperatureC = view.getInt8(8)
      out.fillPercent = view.getUint8(9)
    },
  },
  df400: {
    bytes: [17],
    read: ({ view, out }) => {
      out.batteryVolts = view.getUint16(5) / 100
      out.batteryLow = (view.getUint8(7) & 0x0f) !== 0
      out.temperatureC = view.getInt8(8)
      readDistance(view.getUint16(9), out)
      out.fillPercent = view.getUint8(11)
    },
  },
  df701: {
    bytes: [18],
    read: ({ view, out }) => {
      readDistance(view.getUint16(5), out)
      out.batteryLow = (view.getUint8(12) & 0x0f) !== 0
      out.batteryVolts = view.getUint16(13) / 100
    },
  },
  do200: { bytes: [21], read: readParking },
  do201: {
    bytes: [23],
    read: (frame) => {
      readParking(frame)
      frame.out.temperatureC = frame.view.getInt8(17)
    },
  },
}

function readTank({ view, out }: Frame, shift: number): void {
  readDistance(view.getUint16(5), out)
  // Two's complement, though the published decoder reads winter as 250 °C.
  out.temperatureC = view.getInt8(8 + shift)
  out.batteryLow = (view.getUint8(12 + shift) & 0x0f) !== 0
}

function readManhole(frame: Frame, shift: number): void {
  readTank(frame, shift)
  const { view, out } = frame
  const degrees = view.getUint8(10 + shift)
  // An angle's sign stands in a byte of its own; upright is zero either way.
  out.tiltDeg = degrees === 0 || (view.getUint8(9 + shift) & 0x0f) === 0 ? degrees : -degrees
  out.tilted = view.getUint8(12 + shift) >> 4 !== 0
}

function readParking({ view, out }: Frame): void {
  readDistance(view.getUint16(5), out)
  out.batteryLow = (view.getUint8(8) & 0x0f) !== 0
  out.batteryVolts = view.getUint16(9) / 100
}

function readDistance(mm: number, out: Draft): void {
  if (mm >= NO_ECHO_FROM_MM) out.fault = 'no-echo'
  else out.distanceMm = mm
}

export function decodeDingtek(bytes: Uint8Array, name: DingtekLayout): Measured | Refusal {
  const layout = LAYOUTS[name]
  const { length } = bytes
  if (length < HEAD_BYTES + 1 || bytes[0] !== START || bytes[length - 1] !== END) {
    return refuse('undecodable', 'expected a frame that begins with 0x80 and ends with 0x81')
  }
  if (bytes[4] !== length) {
    return refuse('undecodable', `byte 4: expected the length, ${length}, got ${bytes[4]}`)
  }
  if (bytes[3] === SETTINGS) return { kind: 'measured', measurements: [{}] }
  const which = layout.bytes.indexOf(length)
  if (which < 0) {
    const lengths = layout.bytes.join(' or ')
    return refuse('undecodable', `expected ${lengths} bytes of a measurement, got ${length}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  const out: Draft = {}
  layout.read({ view, out }, which * PLACE_BYTES)
  return { kind: 'measured', measurements: [out] }
}
