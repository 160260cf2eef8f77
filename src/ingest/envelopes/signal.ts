/** How well a device was heard, as its network tells it beside the uplink. */
import type { Signal } from '#src/stations/reading.ts'
import { valueAt } from '../refusal.ts'

/** No radio hears less or more; what is outside is another unit, or a field mistaken for this one. */
const RSSI_DBM = [-200, 20] as const
const SNR_DB = [-60, 60] as const

/** By the gateway that heard it loudest; undefined where none says. Numbers may be written as text. */
export function loudest(
  gateways: unknown,
  rssi: string,
  ...snr: readonly string[]
): Signal | undefined {
  if (!Array.isArray(gateways)) return undefined
  let best: Signal | undefined
  for (const gateway of gateways) {
    const heard = signalOf(gateway, rssi, ...snr)
    if (heard && !(best && best.rssiDbm >= heard.rssiDbm)) best = heard
  }
  return best
}

/** By the fields of one object. `snr` names those that may hold it, the first that does counts. */
export function signalOf(
  gateway: unknown,
  rssi: string,
  ...snr: readonly string[]
): Signal | undefined {
  const rssiDbm = numberAt(gateway, rssi, RSSI_DBM)
  if (rssiDbm === undefined) return undefined
  for (const name of snr) {
    const snrDb = numberAt(gateway, name, SNR_DB)
    if (snrDb !== undefined) return { rssiDbm, snrDb }
  }
  return { rssiDbm }
}

function numberAt(
  gateway: unknown,
  name: string,
  [least, most]: readonly [number, number],
): number | undefined {
  const raw = valueAt(gateway, [name])
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw
  return typeof value === 'number' && value >= least && value <= most ? value : undefined
}
