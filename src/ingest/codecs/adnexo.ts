/**
 * adnexo's ax-dist: the port says what a frame is, numbers are 16-bit words, little-endian. Distance in
 * millimetres, temperature in tenths, voltage in millivolts.
 */
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { Draft, Measured } from '../measured.ts'

/** Regular, by an event, by hand. */
const MEASUREMENTS: readonly number[] = [100, 101, 102]
const MEASUREMENT_BYTES = 6
/** Echoes that disagree too much; how much stands behind the distance. */
const INVALID = 104
const INVALID_BYTES = 8
/** Echo test, restart, settings taken over, settings, an error in one. */
const OF_THE_DEVICE: readonly number[] = [1, 2, 3, 4, 5]

const NO_DISTANCE = 0xffff
const NO_TEMPERATURE = -0x8000

export function decodeAdnexo(bytes: Uint8Array, fPort: number | undefined): Measured | Refusal {
  if (fPort === undefined) {
    return refuse(
      'undecodable',
      'the frame can’t be read without its port, and the message has none',
    )
  }
  if (OF_THE_DEVICE.includes(fPort)) return { kind: 'measured', measurements: [{}] }
  const isInvalid = fPort === INVALID
  if (!isInvalid && !MEASUREMENTS.includes(fPort)) {
    return refuse('undecodable', `expected port 1–5, 100–102 or 104, got ${fPort}`)
  }
  const length = isInvalid ? INVALID_BYTES : MEASUREMENT_BYTES
  if (bytes.length !== length) {
    return refuse('undecodable', `expected ${length} bytes on port ${fPort}, got ${bytes.length}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  const out: Draft = { batteryVolts: view.getUint16(length - 2, true) / 1000 }
  const tenths = view.getInt16(length - 4, true)
  if (tenths !== NO_TEMPERATURE) out.temperatureC = tenths / 10
  const mm = view.getUint16(0, true)
  if (isInvalid) out.fault = 'out-of-range'
  else if (mm === NO_DISTANCE) out.fault = 'no-echo'
  else out.distanceMm = mm
  return { kind: 'measured', measurements: [out] }
}
