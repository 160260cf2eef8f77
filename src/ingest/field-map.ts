/** Fields of a decoded message to measurements, by a field map. Pure; takes any value and never throws. */
import type {
  BatteryField,
  FieldMap,
  FlagField,
  JsonPath,
  LevelField,
  LevelUnit,
} from '#src/stations/field-map.ts'
import type { Measurement } from '#src/stations/reading.ts'
import { type EpochMs, parseInstant } from '#src/stations/time.ts'
import type { Draft, Measured } from './measured.ts'
import { refuse, show, valueAt, valueAtPath as at } from './refusal.ts'
import type { Refusal } from './refusal.ts'

/** More than any device sends in one uplink. */
export const MAX_READINGS = 256

const MM_PER: Readonly<Record<Exclude<LevelUnit, '%' | 'text'>, number>> = {
  mm: 1,
  cm: 10,
  m: 1000,
  in: 25.4,
}

/**
 * Reads by the first of the maps that finds anything; the message may be wrapped as network servers and
 * converters do (`data`, `telemetry`, `emits`). A field that is there and can't be read (a text where a
 * number was expected) is passed over, as is one that is missing; a message in which none of a map's
 * fields is there is refused with the paths that were looked for.
 */
export function readByMaps(value: unknown, maps: readonly FieldMap[]): Measured | Refusal {
  let first: Refusal | undefined
  for (const layer of layersOf(value)) {
    for (const map of maps) {
      const read = readByMap(layer, map)
      if (read.kind === 'measured') return read
      if (read.reason === 'too-many') return read
      first ??= read
    }
  }
  return first ?? refuse('no-measurement-format', 'the device’s profile names no fields')
}

/** Measurements with levels apart by channel; without one, all levels are of one container. */
export function readByMap(value: unknown, map: FieldMap): Measured | Refusal {
  const items = itemsOf(value, map.readings)
  if (items.length > MAX_READINGS) {
    return refuse(
      'too-many',
      `${map.readings}: expected at most ${MAX_READINGS} readings, got ${items.length}`,
    )
  }
  const measurements = items.flatMap((item) => readItem(item, map))
  if (measurements.length > 0) return { kind: 'measured', measurements }
  const paths = pathsOf(map)
  const wanted = paths.length === 0 ? 'no field at all' : paths.slice(0, 6).join(', ')
  return refuse('no-measurement-format', `expected ${wanted}, got ${shownKeys(value)}`)
}

function itemsOf(value: unknown, path: JsonPath | undefined): readonly unknown[] {
  if (path === undefined) return [value]
  const items = at(value, path)
  return Array.isArray(items) ? items : []
}

function readItem(item: unknown, map: FieldMap): readonly Measurement[] {
  const common: Draft = {}
  let found = false
  const measuredAt = timeOf(item, map.at)
  if (measuredAt !== undefined) common.at = measuredAt
  for (const field of list(map.battery)) found = readBattery(item, field, common) || found
  if (map.temperature) {
    const { path, unit, sentinels } = map.temperature
    const raw = at(item, path)
    found ||= raw !== undefined
    const celsius = isAmong(raw, sentinels) ? undefined : numberOf(raw, unit === 'text')
    if (celsius !== undefined) {
      common.temperatureC = unit === 'F' ? tidy(((celsius - 32) * 5) / 9) : celsius
    }
  }
  if (map.tilt) {
    const raw = at(item, map.tilt.path)
    found ||= raw !== undefined
    const degrees = numberOf(raw, map.tilt.unit === 'text')
    if (degrees !== undefined) common.tiltDeg = degrees
  }
  for (const name of ['tilted', 'fire', 'pickedUp'] as const) {
    for (const flag of list(map[name])) {
      const raw = at(item, flag.path)
      if (raw === undefined) continue
      found = true
      common[name] = common[name] === true || isAmong(raw, flag.is)
    }
  }
  const fault = map.faults?.find((f) => isAmong(at(item, f.path), f.is))?.fault
  if (fault !== undefined) return [{ ...common, fault }]

  const byChannel = new Map<string | undefined, Seen>()
  for (const field of map.levels) {
    const level = readLevel(at(item, field.path), field)
    if (!level) continue
    const seen = byChannel.get(field.channel) ?? { length: {}, share: {} }
    add(isShare(field) ? seen.share : seen.length, level)
    byChannel.set(field.channel, seen)
  }
  if (byChannel.size === 0) return found ? [common] : []
  return [...byChannel].map(([channel, seen]) => ({
    ...common,
    ...(channel !== undefined && { channel }),
    ...weigh(seen),
  }))
}

/** What the fields of one container say, lengths and shares apart. */
interface Seen {
  readonly length: Draft
  readonly share: Draft
}

/** A value outweighs a fault; where two fields tell the same thing the earlier one in the map counts. */
function add(out: Draft, level: Draft): void {
  const hasValue = Object.keys(out).length > 0 && out.fault === undefined
  if (level.fault !== undefined) {
    if (!hasValue) out.fault ??= level.fault
    return
  }
  delete out.fault
  Object.assign(out, { ...level, ...out })
}

/** A share doesn't outweigh a length's fault: the device computed it from what it couldn't measure. */
function weigh({ length, share }: Seen): Draft {
  if (length.fault !== undefined) return length
  if (Object.keys(length).length === 0) return share
  return share.fault === undefined ? { ...share, ...length } : length
}

function isShare({ meaning }: LevelField): boolean {
  return meaning === 'fill' || meaning === 'remaining'
}

/** Undefined where the field isn't there or is nothing that could be read. */
function readLevel(raw: unknown, field: LevelField): Draft | undefined {
  const { meaning, unit, sentinels, least, most } = field
  if (raw === undefined) return undefined
  const sentinel = sentinels?.find((s) => same(raw, s.value))
  if (sentinel) return { fault: sentinel.fault }
  // `null` is how many codecs say that they have none.
  if (raw === null) return { fault: 'sensor-error' }
  const value = numberOf(raw, unit === 'text')
  if (value === undefined) return undefined
  if (value < (least ?? -Infinity) || value > (most ?? Infinity)) return { fault: 'out-of-range' }
  if (isShare(field)) return { fillPercent: tidy(meaning === 'fill' ? value : 100 - value) }
  const mmPer = unit === 'text' ? textFactor(raw) : unit === '%' ? undefined : MM_PER[unit]
  if (mmPer === undefined) return undefined
  const mm = tidy(value * mmPer)
  return meaning === 'distance' ? { distanceMm: mm } : { heightMm: mm }
}

function readBattery(item: unknown, field: BatteryField, out: Draft): boolean {
  const raw = at(item, field.path)
  if (raw === undefined) return false
  if (field.unit === 'low-flag') {
    if (typeof raw === 'boolean') out.batteryLow = raw
    else if (typeof raw === 'number') out.batteryLow = raw !== 0
    return true
  }
  const value = isAmong(raw, field.sentinels) ? undefined : numberOf(raw, true)
  if (value === undefined) return true
  if (field.unit === '%') out.batteryPercent ??= value
  else out.batteryVolts ??= field.unit === 'mV' ? tidy(value / 1000) : value
  return true
}

function timeOf(item: unknown, field: FieldMap['at']): EpochMs | undefined {
  if (!field) return undefined
  const raw = at(item, field.path)
  if (field.unit === 'iso') return typeof raw === 'string' ? parseInstant(raw) : undefined
  const value = numberOf(raw, true)
  return value === undefined ? undefined : parseInstant(Math.round(value * UNIT_MS[field.unit]))
}
const UNIT_MS = { s: 1000, ms: 1 } as const

/** A finite number; as text too, with whatever unit behind it, where texts are expected. */
function numberOf(raw: unknown, fromText: boolean): number | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined
  if (!fromText || typeof raw !== 'string') return undefined
  const [, digits] = NUMBER.exec(raw) ?? []
  return digits === undefined ? undefined : numberOf(Number(digits), false)
}
const NUMBER = /^\s*(-?\d{1,12}(?:\.\d{1,12})?)(?![\d.])\s*[^\d]{0,16}$/

/** `2000 mm`, `2.1 m`, `80 in`; without a unit it is millimetres, and by another one no length. */
function textFactor(raw: unknown): number | undefined {
  const unit =
    typeof raw === 'string'
      ? raw
          .replace(/^[\s\d.-]+/, '')
          .trim()
          .toLowerCase()
      : ''
  if (unit === '') return 1
  return Object.hasOwn(MM_PER, unit) ? MM_PER[unit as keyof typeof MM_PER] : undefined
}

function isAmong(raw: unknown, values: readonly unknown[] = []): boolean {
  return values.some((value) => same(raw, value))
}

function same(raw: unknown, value: unknown): boolean {
  if (typeof raw === 'string' && typeof value === 'string') {
    return raw.trim().toLowerCase() === value.toLowerCase()
  }
  return raw === value
}

/** Converting units leaves no trace in the digits. */
function tidy(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

/**
 * The message itself, and what it may be wrapped in: TS013's answer has its fields in `data`, a
 * ThingsBoard converter a list in `telemetry`, an akenza one several topics in `emits`.
 */
function layersOf(value: unknown): readonly unknown[] {
  const layers: unknown[] = [value]
  const data = valueAt(value, ['data'])
  if (isObject(data)) layers.push(data)
  const telemetry = valueAt(value, ['telemetry'])
  if (Array.isArray(telemetry)) layers.push(flatten(telemetry))
  const emits = valueAt(value, ['emits'])
  if (isObject(emits)) layers.push(flatten(Object.values(emits).flat()))
  return layers
}

/** Objects as one; where two have a field the first counts. */
function flatten(objects: readonly unknown[]): object {
  const out: Record<string, unknown> = {}
  for (const object of objects.slice(0, MAX_READINGS)) {
    if (!isObject(object)) continue
    for (const [key, value] of Object.entries(object)) {
      if (key !== '__proto__' && !Object.hasOwn(out, key)) out[key] = value
    }
  }
  return out
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

function pathsOf(map: FieldMap): readonly JsonPath[] {
  const inside = [
    ...map.levels.map((f) => f.path),
    ...list<BatteryField>(map.battery).map((f) => f.path),
    ...(map.temperature ? [map.temperature.path] : []),
    ...list<FlagField>(map.tilted).map((f) => f.path),
  ]
  return map.readings === undefined ? inside : inside.map((path) => `${map.readings}[].${path}`)
}

function shownKeys(value: unknown): string {
  if (!isObject(value)) return show(value)
  const keys = Object.keys(value)
  if (keys.length === 0) return 'an empty object'
  const names = keys.slice(0, 8).map((key) => (key.length > 40 ? `${key.slice(0, 40)}…` : key))
  return `an object with ${names.join(', ')}${keys.length > 8 ? ' …' : ''}`
}
