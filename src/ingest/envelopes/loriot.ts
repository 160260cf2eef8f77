/**
 * An uplink of LORIOT: `rx`, or `gw` which tells the same frame with all gateways that heard it (its
 * counter makes the two one message). Other commands are the server's own. https://docs.loriot.io
 */
import { z } from 'zod'
import { parseDeviceId } from '#src/stations/ids.ts'
import { parseInstant } from '#src/stations/time.ts'
import { refuse, show, valueAt } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { complain, counter, decodeHex, type Envelope, port } from './frame.ts'
import { loudest, signalOf } from './signal.ts'

const Uplink = z.compile(
  z.object({
    EUI: z.string(),
    ts: z.number().optional(),
    port: port.optional(),
    fcnt: counter.optional(),
    data: z.string().nullish(),
    decoded: z.unknown().optional(),
  }),
)

export function readLoriot(value: unknown): Envelope | Refusal {
  const command = valueAt(value, ['cmd'])
  if (typeof command === 'string' && command !== 'rx' && command !== 'gw') {
    return { kind: 'network-event', event: command.slice(0, 32) }
  }
  if (command === undefined) {
    return refuse('wrong-shape', 'cmd: expected "rx" or "gw", got nothing (an uplink of LORIOT)')
  }
  const result = Uplink.safeParse(value)
  if (!result.success) return complain(result.error, value, 'an uplink of LORIOT')
  const uplink = result.data

  const deviceId = parseDeviceId(uplink.EUI)
  if (!deviceId) return refuse('wrong-shape', `EUI: expected hex, got ${show(uplink.EUI)}`)
  const bytes = decodeHex(uplink.data ?? '')
  if (!bytes) return refuse('wrong-shape', `data: expected hex digits, got ${show(uplink.data)}`)
  const at = parseInstant(uplink.ts)
  const signal = signalOf(value, 'rssi', 'snr') ?? loudest(valueAt(value, ['gws']), 'rssi', 'snr')
  const decoded = valueAt(uplink.decoded, ['data']) ?? uplink.decoded
  return {
    kind: 'frame',
    deviceId,
    bytes,
    ...(at !== undefined && { at }),
    ...(uplink.port !== undefined && { fPort: uplink.port }),
    ...(uplink.fcnt !== undefined && { counter: uplink.fcnt }),
    ...(signal && { signal }),
    ...(decoded != null && { decoded }),
  }
}
