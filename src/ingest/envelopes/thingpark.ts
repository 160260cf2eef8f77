/**
 * An uplink of Actility ThingPark, wrapped in `DevEUI_uplink` or flat. Other reports (location,
 * notifications) come on the same topic. https://docs.thingpark.com (LRC-AS tunnel, JSON)
 */
import { z } from 'zod'
import { parseDeviceId } from '#src/stations/ids.ts'
import { parseInstant } from '#src/stations/time.ts'
import { refuse, show, valueAt } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { complain, decodeHex, type Envelope } from './frame.ts'
import { signalOf } from './signal.ts'

/** Some servers of this family write all numbers as text. */
const numeric = (most: number) => z.coerce.number().int().min(0).max(most)

const Uplink = z.compile(
  z.object({
    DevEUI: z.string(),
    FPort: numeric(255).optional(),
    FCntUp: numeric(0xffff_ffff).optional(),
    payload_hex: z.string().nullish(),
    Time: z.string().nullish(),
    payload: z.unknown().optional(),
  }),
)

const REPORT = /^DevEUI_(\w+)$/

export function readThingPark(value: unknown): Envelope | Refusal {
  const reports = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const report = REPORT.exec(reports.find((key) => REPORT.test(key)) ?? '')?.[1]
  if (report !== undefined && report !== 'uplink') return { kind: 'network-event', event: report }
  const body = report === undefined ? value : valueAt(value, ['DevEUI_uplink'])
  const result = Uplink.safeParse(body)
  if (!result.success) return complain(result.error, body, 'an uplink of ThingPark')
  const uplink = result.data

  const deviceId = parseDeviceId(uplink.DevEUI)
  if (!deviceId) return refuse('wrong-shape', `DevEUI: expected hex, got ${show(uplink.DevEUI)}`)
  const bytes = decodeHex(uplink.payload_hex ?? '')
  if (!bytes) {
    return refuse(
      'wrong-shape',
      `payload_hex: expected hex digits, got ${show(uplink.payload_hex)}`,
    )
  }
  const signal = signalOf(body, 'LrrRSSI', 'LrrSNR') ?? signalOf(body, 'GatewayRSSI', 'GatewaySNR')
  const at = parseInstant(uplink.Time ?? undefined)
  return {
    kind: 'frame',
    deviceId,
    bytes,
    ...(at !== undefined && { at }),
    ...(uplink.FPort !== undefined && { fPort: uplink.FPort }),
    ...(uplink.FCntUp !== undefined && { counter: uplink.FCntUp }),
    ...(signal && { signal }),
    ...(uplink.payload != null && { decoded: uplink.payload }),
  }
}
