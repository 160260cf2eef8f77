/**
 * An uplink of AWS IoT Core for LoRaWAN, as a Destination's rule republishes it. The documentation and
 * the wire spell some keys with other capitals, so they are read without regard to them.
 * https://docs.aws.amazon.com/iot-wireless (LoRaWAN uplink metadata)
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
    payloaddata: z.string().nullish(),
    wirelessmetadata: z.object({
      lorawan: z.object({
        deveui: z.string(),
        fport: port.optional(),
        fcnt: counter.optional(),
        timestamp: z.string().nullish(),
      }),
    }),
  }),
)

export function readAws(value: unknown): Frame | Refusal {
  const body = lowered(value, 3)
  const result = Uplink.safeParse(body)
  if (!result.success) {
    return complain(result.error, body, 'an uplink of AWS IoT Core for LoRaWAN')
  }
  const { payloaddata, wirelessmetadata } = result.data
  const { lorawan } = wirelessmetadata

  const deviceId = parseDeviceId(lorawan.deveui)
  if (!deviceId) {
    return refuse('wrong-shape', `LoRaWAN.DevEui: expected hex, got ${show(lorawan.deveui)}`)
  }
  const bytes = decodeBase64(payloaddata ?? '')
  if (!bytes) return refuse('not-base64', 'PayloadData: expected base64')
  const heard = valueAt(body, ['wirelessmetadata', 'lorawan', 'gateways'])
  const signal = loudest(
    Array.isArray(heard) ? heard.map((g) => lowered(g, 1)) : heard,
    'rssi',
    'snr',
  )
  const at = parseInstant(lorawan.timestamp ?? undefined)
  return {
    kind: 'frame',
    deviceId,
    bytes,
    ...(at !== undefined && { at }),
    ...(lorawan.fport !== undefined && { fPort: lorawan.fport }),
    ...(lorawan.fcnt !== undefined && { counter: lorawan.fcnt }),
    ...(signal && { signal }),
  }
}

/** Keys in small letters, so many objects deep. */
function lowered(value: unknown, depth: number): unknown {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.toLowerCase(), lowered(inner, depth - 1)]),
  )
}
