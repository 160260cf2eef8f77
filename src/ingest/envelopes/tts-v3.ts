/**
 * An uplink of The Things Stack v3. Fields that are 0, "" or false are left out of its JSON, so a
 * missing `f_cnt` or `f_port` is no fault. https://www.thethingsindustries.com/docs/integrations/data-formats/
 */
import { z } from 'zod'
import { parseDeviceId } from '#src/stations/ids.ts'
import { parseInstant } from '#src/stations/time.ts'
import { refuse, show, valueAt } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { complain, decodeBase64 } from './frame.ts'
import type { Frame } from './frame.ts'
import { loudest } from './signal.ts'

const Uplink = z.compile(
  z.object({
    end_device_ids: z.object({ device_id: z.string(), dev_eui: z.string().optional() }),
    received_at: z.string().optional(),
    uplink_message: z.object({
      f_port: z.number().int().min(0).max(255).optional(),
      f_cnt: z.number().int().min(0).max(0xffff_ffff).optional(),
      frm_payload: z.string().optional(),
      received_at: z.string().optional(),
      decoded_payload: z.unknown().optional(),
    }),
  }),
)

/** The name that The Things Stack gives a device unless its owner has another. */
const NAMED_BY_EUI = /^eui-([0-9a-f]{16})$/

/**
 * `device` is the device's name in the topic, which the body must repeat; one that is made of a DevEUI
 * must be the body's.
 */
export function readTtsV3(value: unknown, device: string): Frame | Refusal {
  const result = Uplink.safeParse(value)
  if (!result.success) return complain(result.error, value, 'an uplink of The Things Stack v3')
  const { end_device_ids: ids, uplink_message: uplink, received_at: receivedAt } = result.data

  if (ids.device_id !== device) {
    return refuse(
      'device-mismatch',
      `end_device_ids.device_id is "${ids.device_id.slice(0, 64)}", but the topic says "${device.slice(0, 64)}"`,
    )
  }
  const eui = NAMED_BY_EUI.exec(device)?.[1]
  if (eui !== undefined && ids.dev_eui !== undefined && parseDeviceId(ids.dev_eui) !== eui) {
    return refuse(
      'device-mismatch',
      `end_device_ids.dev_eui is ${show(ids.dev_eui)}, but the topic says "${device}"`,
    )
  }
  const deviceId = parseDeviceId(ids.dev_eui ?? eui ?? ids.device_id)
  if (!deviceId) {
    return refuse('wrong-shape', 'end_device_ids.dev_eui: expected sixteen hex digits')
  }
  const bytes = decodeBase64(uplink.frm_payload ?? '')
  if (!bytes) return refuse('not-base64', 'uplink_message.frm_payload: expected base64')

  const at = parseInstant(uplink.received_at ?? receivedAt)
  const signal = loudest(valueAt(value, ['uplink_message', 'rx_metadata']), 'rssi', 'snr')
  return {
    kind: 'frame',
    deviceId,
    bytes,
    ...(at !== undefined && { at }),
    ...(uplink.f_port !== undefined && { fPort: uplink.f_port }),
    ...(uplink.f_cnt !== undefined && { counter: uplink.f_cnt }),
    ...(signal && { signal }),
    ...(uplink.decoded_payload !== undefined && { decoded: uplink.decoded_payload }),
  }
}
