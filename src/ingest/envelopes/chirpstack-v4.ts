/**
 * An uplink of ChirpStack v4, JSON encoding. Defaults of proto3 (0, "", false) may be left out.
 * https://www.chirpstack.io/docs/chirpstack/integrations/events.html
 */
import { z } from 'zod'
import { parseDeviceId } from '#src/stations/ids.ts'
import type { DeviceId } from '#src/stations/ids.ts'
import { parseInstant } from '#src/stations/time.ts'
import { refuse, show, valueAt } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { complain, decodeBase64 } from './frame.ts'
import type { Frame } from './frame.ts'
import { loudest } from './signal.ts'

const Uplink = z.compile(
  z.object({
    deviceInfo: z.object({ devEui: z.string() }),
    time: z.string().optional(),
    fPort: z.number().int().min(0).max(255).optional(),
    fCnt: z.number().int().min(0).max(0xffff_ffff).optional(),
    data: z.string().optional(),
    object: z.unknown().optional(),
    rxInfo: z
      .array(z.object({ nsTime: z.string().optional(), gwTime: z.string().optional() }))
      .optional(),
  }),
)

/** `device` is the DevEUI in the topic, which the body must repeat. */
export function readChirpStackV4(value: unknown, device: DeviceId): Frame | Refusal {
  const result = Uplink.safeParse(value)
  if (!result.success) {
    return complain(
      result.error,
      value,
      'an uplink of ChirpStack v4 in JSON, neither v3 nor protobuf',
    )
  }
  const uplink = result.data

  const deviceId = parseDeviceId(uplink.deviceInfo.devEui)
  if (deviceId !== device) {
    return refuse(
      'device-mismatch',
      `deviceInfo.devEui is ${show(uplink.deviceInfo.devEui)}, but the topic says "${device}"`,
    )
  }
  const bytes = decodeBase64(uplink.data ?? '')
  if (!bytes) return refuse('not-base64', 'data: expected base64')

  const heard = uplink.rxInfo?.[0]
  const signal = loudest(valueAt(value, ['rxInfo']), 'rssi', 'snr')
  const at = parseInstant(uplink.time ?? heard?.nsTime ?? heard?.gwTime)
  return {
    kind: 'frame',
    deviceId,
    bytes,
    ...(at !== undefined && { at }),
    ...(uplink.fPort !== undefined && { fPort: uplink.fPort }),
    ...(uplink.fCnt !== undefined && { counter: uplink.fCnt }),
    ...(signal && { signal }),
    ...(uplink.object != null && { decoded: uplink.object }),
  }
}
