/**
 * An uplink of ChirpStack v3 in either of its JSON encodings: `json_v3` has the DevEUI in hex and an
 * `object`, `json` (protobuf's) has it in base64 and the object as text in `objectJSON`.
 * https://github.com/brocaar/chirpstack-application-server (`integration/models`), chirpstack-api 3
 */
import { z } from 'zod'
import { parseDeviceId } from '#src/stations/ids.ts'
import type { DeviceId } from '#src/stations/ids.ts'
import { parseInstant } from '#src/stations/time.ts'
import { refuse, show, valueAt } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { complain, counter, decodeBase64, port } from './frame.ts'
import type { Frame } from './frame.ts'
import { loudest } from './signal.ts'

const Uplink = z.compile(
  z.object({
    devEUI: z.string(),
    fPort: port.optional(),
    fCnt: counter.optional(),
    data: z.string().nullish(),
    object: z.unknown().optional(),
    objectJSON: z.string().nullish(),
    publishedAt: z.string().nullish(),
    rxInfo: z.array(z.object({ time: z.string().nullish() })).nullish(),
  }),
)

/** Eight bytes in base64. */
const BASE64_EUI = /^[A-Za-z0-9+/]{11}=$/

export function readChirpStackV3(value: unknown): Frame | Refusal {
  const result = Uplink.safeParse(value)
  if (!result.success) return complain(result.error, value, 'an uplink of ChirpStack v3 in JSON')
  const uplink = result.data

  const deviceId = euiOf(uplink.devEUI)
  if (!deviceId) {
    return refuse('wrong-shape', `devEUI: expected hex or base64, got ${show(uplink.devEUI)}`)
  }
  const bytes = decodeBase64(uplink.data ?? '')
  if (!bytes) return refuse('not-base64', 'data: expected base64')
  const decoded = uplink.object ?? objectOf(uplink.objectJSON)

  const signal = loudest(valueAt(value, ['rxInfo']), 'rssi', 'loRaSNR')
  const at = parseInstant(uplink.publishedAt ?? uplink.rxInfo?.[0]?.time ?? undefined)
  return {
    kind: 'frame',
    deviceId,
    bytes,
    ...(at !== undefined && { at }),
    ...(uplink.fPort !== undefined && { fPort: uplink.fPort }),
    ...(uplink.fCnt !== undefined && { counter: uplink.fCnt }),
    ...(signal && { signal }),
    ...(decoded != null && { decoded }),
  }
}

function euiOf(text: string): DeviceId | undefined {
  if (!BASE64_EUI.test(text)) return parseDeviceId(text)
  const bytes = decodeBase64(text)
  return bytes && parseDeviceId(bytes.toHex())
}

function objectOf(json: string | null | undefined): unknown {
  if (json == null || json === '') return undefined
  try {
    return JSON.parse(json) as unknown
  } catch {
    // The bytes are there all the same.
    return undefined
  }
}
