/**
 * Kvitter's own JSON: one reading or an array of them. An array is one message: it is taken as a
 * whole or, naming the element at fault, not at all.
 */
import { z } from 'zod'
import { FAULTS } from '#src/stations/reading.ts'
import type { Measurement } from '#src/stations/reading.ts'
import { parseInstant } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { refuse, show, showPath, valueAt } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'

export const MAX_READINGS = 1000

/** Beyond this no number here is a measurement. What is merely implausible is judged later. */
const number = z.number().min(-1e6).max(1e6).nullish()

/** `null` counts as absent: that is how many devices say "I don't know". Other keys are passed over. */
const NativeReading = z.object({
  at: z.union([z.number(), z.string()]).nullish(),
  fillPercent: number,
  distanceMm: number,
  batteryPercent: number,
  batteryVolts: number,
  temperatureC: number,
  tiltDeg: number,
  tilted: z.boolean().nullish(),
  seq: z.number().int().nonnegative().nullish(),
  fault: z.enum(FAULTS).nullish(),
})
type NativeReading = z.infer<typeof NativeReading>

const compiled = z.compile(NativeReading)

const EXPECTED: Readonly<Record<keyof NativeReading, string>> = {
  at: 'ISO 8601 with an offset (2026-05-05T10:45:00Z) or epoch milliseconds',
  fillPercent: 'a number from -2 to 103',
  distanceMm: 'a number of millimetres',
  batteryPercent: 'a number from 0 to 100',
  batteryVolts: 'a number of volts',
  temperatureC: 'a number of degrees Celsius',
  tiltDeg: 'a number of degrees',
  tilted: 'true or false',
  seq: 'a whole number from 0',
  fault: `one of ${FAULTS.join(', ')}`,
}

export interface NativeMessage {
  readonly kind: 'measured'
  readonly measurements: readonly Measurement[]
  /** The first reading's `seq`. */
  readonly counter?: number
  /** Whether any reading brings a time or a counter of its own, so that a repeat can be told. */
  readonly marked: boolean
}

/** `value` is parsed JSON; `at` is when it was measured if the reading doesn't say. */
export function readNative(value: unknown, at?: EpochMs): NativeMessage | Refusal {
  if (!Array.isArray(value)) {
    const raw = check(value, [])
    if ('kind' in raw) return raw
    const measurement = toMeasurement(raw, [], at)
    if ('kind' in measurement) return measurement
    return message([measurement], raw.seq, raw.at != null || raw.seq != null)
  }
  if (value.length === 0) {
    return refuse('wrong-shape', 'the array is empty: expected at least one reading')
  }
  if (value.length > MAX_READINGS) {
    return refuse(
      'too-many',
      `expected at most ${MAX_READINGS} readings in a message, got ${value.length}; send several messages`,
    )
  }
  const measurements: Measurement[] = []
  let first: number | null | undefined
  let marked = false
  for (const [i, element] of value.entries()) {
    const raw = check(element, [i])
    if ('kind' in raw) return raw
    const measurement = toMeasurement(raw, [i], at)
    if ('kind' in measurement) return measurement
    measurements.push(measurement)
    if (i === 0) first = raw.seq
    marked ||= raw.at != null || raw.seq != null
  }
  return message(measurements, first, marked)
}

function message(
  measurements: readonly Measurement[],
  seq: number | null | undefined,
  marked: boolean,
): NativeMessage {
  return seq == null
    ? { kind: 'measured', measurements, marked }
    : { kind: 'measured', measurements, marked, counter: seq }
}

function check(element: unknown, path: readonly PropertyKey[]): NativeReading | Refusal {
  const result = compiled.safeParse(element)
  if (result.success) return result.data
  const complaints = result.error.issues.slice(0, 3).map((issue) => {
    const field = issue.path[0] as keyof NativeReading | undefined
    const expected = field === undefined ? 'a reading, a JSON object' : EXPECTED[field]
    const where = showPath([...path, ...issue.path.slice(0, 1)])
    const got = show(valueAt(element, issue.path.slice(0, 1)))
    return `${where === '' ? '' : `${where}: `}expected ${expected}, got ${got}`
  })
  return refuse('wrong-shape', complaints.join('; '))
}

type Writable = { -readonly [K in keyof Measurement]: Measurement[K] }

function toMeasurement(
  raw: NativeReading,
  path: readonly PropertyKey[],
  at: EpochMs | undefined,
): Measurement | Refusal {
  const out: Writable = {}
  if (raw.at != null) {
    const own = parseInstant(raw.at)
    if (own === undefined) {
      return refuse(
        'wrong-shape',
        `${showPath([...path, 'at'])}: expected ${EXPECTED.at}, got ${show(raw.at)}`,
      )
    }
    out.at = own
  } else if (at !== undefined) out.at = at
  if (raw.fillPercent != null) out.fillPercent = raw.fillPercent
  if (raw.distanceMm != null) out.distanceMm = raw.distanceMm
  if (raw.batteryPercent != null) out.batteryPercent = raw.batteryPercent
  if (raw.batteryVolts != null) out.batteryVolts = raw.batteryVolts
  if (raw.temperatureC != null) out.temperatureC = raw.temperatureC
  if (raw.tiltDeg != null) out.tiltDeg = raw.tiltDeg
  if (raw.tilted != null) out.tilted = raw.tilted
  if (raw.fault != null) out.fault = raw.fault
  if (!saysSomething(out)) {
    const where = showPath(path)
    return refuse(
      'wrong-shape',
      `${where === '' ? '' : `${where}: `}expected fillPercent or distanceMm (or fault, or at least ` +
        'batteryPercent, batteryVolts, temperatureC or tiltDeg as a sign of life), got none of them',
    )
  }
  return out
}

function saysSomething(m: Measurement): boolean {
  for (const key in m) if (key !== 'at') return true
  return false
}
