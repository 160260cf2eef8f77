/**
 * The cellular EM400's own frame, raw bytes on a topic set in the device: 0x02, a number (2), the length
 * (2), a flag, a frame counter (2), versions, in text the serial number (16), IMEI (15), IMSI (15) and
 * ICCID (20), and the signal (1). The device's id is its IMEI. From Milesight's user guide of the EM400 (NB-IoT).
 */
import { parseDeviceId } from '#src/stations/ids.ts'
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { Frame } from './frame.ts'

const START = 0x02
const HEAD_BYTES = 86
const COUNTER_AT = 6
const IMEI_AT = 33
const IMEI_BYTES = 15
/** Signal quality as modems tell it (3GPP TS 27.007, +CSQ): 0…31, 99 for unknown. */
const CSQ_AT = 83
const HIGHEST_CSQ = 31

export function readMilesightNbiot(payload: Uint8Array): Frame | Refusal {
  if (payload[0] !== START || payload.length < HEAD_BYTES) {
    return refuse(
      'wrong-shape',
      `expected a frame of at least ${HEAD_BYTES} bytes that begins with 0x02, got ${payload.length} bytes (a cellular Milesight)`,
    )
  }
  const imei = new TextDecoder('latin1').decode(payload.subarray(IMEI_AT, IMEI_AT + IMEI_BYTES))
  const deviceId = /^\d+$/.test(imei) ? parseDeviceId(imei) : undefined
  if (!deviceId) return refuse('wrong-shape', `byte ${IMEI_AT}: expected an IMEI of 15 digits`)
  const csq = payload[CSQ_AT]!
  return {
    kind: 'frame',
    deviceId,
    bytes: payload,
    counter: (payload[COUNTER_AT]! << 8) | payload[COUNTER_AT + 1]!,
    ...(csq <= HIGHEST_CSQ && { signal: { rssiDbm: 2 * csq - 113 } }),
  }
}
