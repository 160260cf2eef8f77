/**
 * Netvox' payload from its application command document: on port 6 the version, the device type, the
 * report type and fixed fields, big-endian, eleven bytes in all; on port 7 answers to settings.
 */
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { Draft, Measured } from '../measured.ts'

export const NETVOX_MODELS = ['r718x', 'r718pe', 'r718pa22'] as const
export type NetvoxModel = (typeof NETVOX_MODELS)[number]

const FRAME_BYTES = 11
/** An answer to a command has the command's number with this bit. */
const ANSWER = 0x80
const STATUS_REPORT = 1
const NOT_FITTED = 0xffff

const MODELS: Readonly<
  Record<NetvoxModel, { readonly type: number; readonly read: (v: DataView, out: Draft) => void }>
> = {
  r718x: {
    type: 0x34,
    read: (view, out) => {
      readDistance(view.getUint16(5), out)
      out.temperatureC = view.getInt16(7) / 10
      readFill(view.getUint8(9), out)
      out.tiltDeg = view.getUint8(10)
    },
  },
  r718pe: {
    type: 0xb1,
    read: (view, out) => {
      readDistance(view.getUint16(5), out)
      readFill(view.getUint8(7), out)
    },
  },
  // Sees a liquid's depth from below; of no use for a level here, but it is a sign of life.
  r718pa22: {
    type: 0x9b,
    read: (view, out) => {
      out.temperatureC = view.getInt16(6)
    },
  },
}

function readDistance(mm: number, out: Draft): void {
  if (mm === NOT_FITTED) out.fault = 'sensor-error'
  else out.distanceMm = mm
}

/** The device's own share, by settings we don't know; ours is from the distance. */
function readFill(percent: number, out: Draft): void {
  if (percent <= 100 && out.fault === undefined) out.fillPercent = percent
}

export function decodeNetvox(bytes: Uint8Array, model: NetvoxModel): Measured | Refusal {
  const { type, read } = MODELS[model]
  if (bytes.length !== FRAME_BYTES) {
    return refuse('undecodable', `expected ${FRAME_BYTES} bytes, got ${bytes.length}`)
  }
  if (bytes[1] !== type) {
    return refuse('undecodable', `byte 1: expected device type ${type} (${model}), got ${bytes[1]}`)
  }
  const isReport = (bytes[0]! & ANSWER) === 0 && bytes[2] === STATUS_REPORT
  if (!isReport) return { kind: 'measured', measurements: [{}] }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // The highest bit of the battery's byte says that it is low, the others are tenths of a volt.
  const battery = bytes[3]!
  const out: Draft = { batteryVolts: (battery & 0x7f) / 10 }
  if (battery & 0x80) out.batteryLow = true
  read(view, out)
  return { kind: 'measured', measurements: [out] }
}
