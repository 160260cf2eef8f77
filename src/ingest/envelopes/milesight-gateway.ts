/**
 * An uplink from the network server inside a Milesight gateway: of ChirpStack v3's family, with gateways
 * by `mac` and the data rate in parts. What the gateway's codec made of it lies in `object`, or beside
 * the other fields. https://support.milesight-iot.com (MQTT of the gateway)
 */
import { z } from 'zod'
import { parseDeviceId } from '#src/stations/ids.ts'
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
    time: z.string().nullish(),
    rxInfo: z.array(z.object({ time: z.string().nullish() })).nullish(),
  }),
)

/** What isn't the device's own. */
const ENVELOPE = new Set(
  `applicationID applicationName cellularIP data devEUI deviceID deviceName fCnt fPort gatewayName
  gatewaySN gatewayTime metadata object payloadEncryption rxInfo time timestamp txInfo`.split(
    /\s+/,
  ),
)

export function readMilesightGateway(value: unknown): Frame | Refusal {
  const result = Uplink.safeParse(value)
  if (!result.success) return complain(result.error, value, 'an uplink of a Milesight gateway')
  const uplink = result.data

  const deviceId = parseDeviceId(uplink.devEUI)
  if (!deviceId) return refuse('wrong-shape', `devEUI: expected hex, got ${show(uplink.devEUI)}`)
  const bytes = decodeBase64(uplink.data ?? '')
  if (!bytes) return refuse('not-base64', 'data: expected base64')
  const beside = Object.entries(value as object).filter(([key]) => !ENVELOPE.has(key))
  const decoded = uplink.object ?? (beside.length === 0 ? undefined : Object.fromEntries(beside))

  const signal = loudest(valueAt(value, ['rxInfo']), 'rssi', 'loRaSNR')
  // One firmware writes a time that isn't one (2020-0327T…); the time of arrival serves then.
  const at = parseInstant(uplink.time ?? uplink.rxInfo?.[0]?.time ?? undefined)
  return {
    kind: 'frame',
    deviceId,
    bytes,
    ...(at !== undefined && { at }),
    ...(uplink.fPort !== undefined && { fPort: uplink.fPort }),
    ...(uplink.fCnt !== undefined && { counter: uplink.fCnt }),
    ...(signal && { signal }),
    ...(decoded !== undefined && { decoded }),
  }
}
