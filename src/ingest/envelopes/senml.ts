/**
 * A SenML pack in JSON (RFC 8428): records whose names, times, units and values build on base values.
 * The device is named by the base name (`urn:dev:DEVEUI:0059AC000018041B:`), or by the topic. What the
 * records say is handed on by name; names and units in common use become Kvitter's own fields.
 */
import { parseDeviceId } from '#src/stations/ids.ts'
import type { DeviceId } from '#src/stations/ids.ts'
import { instant } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { refuse, show } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { Frame } from './frame.ts'

const MOST_RECORDS = 1000
/** Smaller times are relative to now (§4.5.3), and "now" is when it arrived. */
const RELATIVE_BELOW_S = 2 ** 28

type Fields = Record<string, unknown>

/** `device` is the id in the topic, where the server's entry says that it has one. */
export function readSenml(value: unknown, device: DeviceId | undefined): Frame | Refusal {
  if (!Array.isArray(value) || value.length === 0) {
    return refuse('wrong-shape', `expected a list of records, got ${show(value)} (a SenML pack)`)
  }
  if (value.length > MOST_RECORDS) {
    return refuse('too-many', `expected at most ${MOST_RECORDS} records, got ${value.length}`)
  }
  let deviceId = device
  let [baseName, baseUnit] = ['', '']
  let [baseTime, baseValue] = [0, 0]
  const byTime = new Map<number, Fields>()
  for (const [i, record] of value.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      return refuse('wrong-shape', `[${i}]: expected a record, got ${show(record)}`)
    }
    const fields = record as Fields
    baseName = text(fields['bn']) ?? baseName
    baseUnit = text(fields['bu']) ?? baseUnit
    baseTime = number(fields['bt']) ?? baseTime
    baseValue = number(fields['bv']) ?? baseValue
    deviceId ??= idIn(baseName)
    const seconds = baseTime + (number(fields['t']) ?? 0)
    const time = seconds >= RELATIVE_BELOW_S ? Math.round(seconds * 1000) : 0
    const v = number(fields['v'])
    const told = v === undefined ? (fields['vb'] ?? fields['vs']) : v + baseValue
    if (told === undefined) continue
    const out = byTime.get(time) ?? {}
    keep(out, baseName, text(fields['n']) ?? '', text(fields['u']) ?? baseUnit, told)
    byTime.set(time, out)
  }
  if (!deviceId) {
    return refuse(
      'wrong-shape',
      `bn: expected a name with the device's id, such as "urn:dev:DEVEUI:0102030405060708:", got ${show(baseName)}; or say in town.yaml which level of the topic has it (deviceLevel)`,
    )
  }
  const readings = [...byTime].map(([time, fields]) =>
    time === 0 ? fields : { at: time, ...fields },
  )
  const [only] = readings
  const at = readings.length === 1 ? timeOf(only) : undefined
  return {
    kind: 'frame',
    deviceId,
    bytes: new Uint8Array(),
    ...(at !== undefined && { at }),
    decoded: readings.length === 1 ? only : readings,
  }
}

/** Our fields for units of RFC 8428 §12.1 and for object 3435 of OMA's registry ("filling level"). */
function keep(out: Fields, base: string, name: string, unit: string, told: unknown): void {
  const key = name === '' ? unit : name
  if (key === '__proto__') return
  out[key] = told
  if (typeof told !== 'number') return
  const path = base + name
  if (/\/3435\/\d+\/2$/.test(path)) out['fillPercent'] = told
  else if (/dist/i.test(name) && (unit === 'm' || unit === 'mm')) {
    out['distanceMm'] = unit === 'm' ? Math.round(told * 1e6) / 1000 : told
  } else if (/fill/i.test(name) && (unit === '%' || unit === '/')) {
    out['fillPercent'] = unit === '%' ? told : told * 100
  } else if (unit === 'Cel') out['temperatureC'] = told
  else if (unit === '%EL') out['batteryPercent'] = told
  else if (unit === 'V' && /batt|volt/i.test(name)) out['batteryVolts'] = told
}

/** The last part of a URN, where it can be a device's id. */
function idIn(baseName: string): DeviceId | undefined {
  const last = /^urn:[^/]*?([^:/]+):?$/i.exec(baseName)?.[1]
  return last === undefined ? undefined : parseDeviceId(last)
}

function timeOf(fields: Fields | undefined): EpochMs | undefined {
  const at = fields?.['at']
  return typeof at === 'number' ? instant(at) : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
