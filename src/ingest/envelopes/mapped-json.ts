/** Plain JSON by the paths that the town's file names: vendors' clouds, and network servers without an adapter. */
import { parseDeviceId } from '#src/stations/ids.ts'
import type { DeviceId } from '#src/stations/ids.ts'
import type { JsonMapping } from '#src/stations/station.ts'
import { parseInstant } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { refuse, show, valueAtPath } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { decodeBase64, decodeHex } from './frame.ts'
import type { Frame } from './frame.ts'

/** `device` is the id in the topic, where the server's entry says that it has one. */
export function readMappedJson(
  value: unknown,
  mapping: JsonMapping,
  device: DeviceId | undefined,
): Frame | Refusal {
  if (typeof value !== 'object' || value === null) {
    return refuse('wrong-shape', `expected an object, got ${show(value)}`)
  }
  const named = mapping.device === undefined ? undefined : valueAtPath(value, mapping.device)
  const ownId = typeof named === 'string' || typeof named === 'number' ? String(named) : undefined
  const deviceId = ownId === undefined ? device : parseDeviceId(ownId)
  if (!deviceId) {
    const where = mapping.device ?? 'the topic'
    return refuse('wrong-shape', `${where}: expected the device's id, got ${show(named)}`)
  }
  const bytes = bytesOf(value, mapping)
  if (bytes !== undefined && 'kind' in bytes) return bytes
  const at = timeOf(value, mapping.at)
  const fPort = whole(mapping.port && valueAtPath(value, mapping.port), 255)
  const counter = whole(mapping.counter && valueAtPath(value, mapping.counter), 0xffff_ffff)
  return {
    kind: 'frame',
    deviceId,
    bytes: bytes ?? new Uint8Array(),
    ...(at !== undefined && { at }),
    ...(fPort !== undefined && { fPort }),
    ...(counter !== undefined && { counter }),
    decoded: mapping.fields === undefined ? value : valueAtPath(value, mapping.fields),
  }
}

function bytesOf(value: unknown, { bytes }: JsonMapping): Uint8Array | Refusal | undefined {
  if (!bytes) return undefined
  const text = valueAtPath(value, bytes.path)
  const decode = bytes.encoding === 'hex' ? decodeHex : decodeBase64
  const read = typeof text === 'string' ? decode(text) : undefined
  if (read) return read
  const reason = bytes.encoding === 'hex' ? 'wrong-shape' : 'not-base64'
  return refuse(reason, `${bytes.path}: expected ${bytes.encoding}, got ${show(text)}`)
}

function timeOf(value: unknown, at: JsonMapping['at']): EpochMs | undefined {
  if (!at) return undefined
  const raw = valueAtPath(value, at.path)
  if (at.unit === 'iso') return typeof raw === 'string' ? parseInstant(raw) : undefined
  const number = typeof raw === 'string' ? Number(raw) : raw
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined
  return parseInstant(Math.round(at.unit === 's' ? number * 1000 : number))
}

/** Some servers write numbers as text. */
function whole(raw: unknown, most: number): number | undefined {
  const value = typeof raw === 'string' && /^\d{1,10}$/.test(raw) ? Number(raw) : raw
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most
  return fits ? value : undefined
}
