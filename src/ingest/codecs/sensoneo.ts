/**
 * Sensoneo's frame of the Single Sensor 3.0, the same over LoRaWAN and NB-IoT, by its "Payload
 * description": 0xFFFF, kind and role, firmware, the sensor's number, events, four echoes, voltage,
 * temperature, tilt, and how many events there were. A byte each but for the first two and the number.
 */
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { Draft, Measured } from '../measured.ts'

const FRAME_BYTES = 17
const START = 0xffff
/** In the upper half of byte 2; other kinds have other frames. */
const SINGLE_SENSOR = 2

const EVENTS_AT = 8
const FIRE = 0x02
const TILT = 0x04

const ECHOES_AT = 9
const ECHOES = 4
const ECHO_MM = 20
/** The least and the most that a byte can say are no distances: nothing came back, or from too far away. */
const NO_ECHO = [0, 255]

export function decodeSensoneo(bytes: Uint8Array): Measured | Refusal {
  if (bytes.length !== FRAME_BYTES) {
    return refuse('undecodable', `expected ${FRAME_BYTES} bytes, got ${bytes.length}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint16(0) !== START) {
    return refuse('undecodable', 'expected a frame that begins with 0xffff')
  }
  const kind = bytes[2]! >> 4
  if (kind !== SINGLE_SENSOR) {
    return refuse('undecodable', `byte 2: expected the kind ${SINGLE_SENSOR}, got ${kind}`)
  }
  const events = bytes[EVENTS_AT]!
  const out: Draft = {
    batteryVolts: (2500 + 10 * bytes[13]!) / 1000,
    // Signed, though the description doesn't say so: these sensors hang outdoors.
    temperatureC: view.getInt8(14),
    fire: (events & FIRE) !== 0,
    tilted: (events & TILT) !== 0,
  }
  // The description has it unused in this sensor, so a zero says nothing.
  if (bytes[15] !== 0) out.tiltDeg = bytes[15]!
  const distanceMm = medianMm(bytes.subarray(ECHOES_AT, ECHOES_AT + ECHOES))
  if (distanceMm === undefined) out.fault = 'no-echo'
  else out.distanceMm = distanceMm
  return { kind: 'measured', measurements: [out] }
}

/** Of the echoes that came back, so that one from a wall or a bag counts for nothing. */
function medianMm(echoes: Uint8Array): number | undefined {
  const heard = echoes.filter((echo) => !NO_ECHO.includes(echo)).toSorted()
  if (heard.length === 0) return undefined
  const middle = (heard.length - 1) / 2
  return (ECHO_MM * (heard[Math.floor(middle)]! + heard[Math.ceil(middle)]!)) / 2
}
