/** Why a step could not go on with a message, and how to say it to the one who has to mend it. */
import type { JsonPath } from '#src/stations/field-map.ts'
import type { Rejection } from '#src/stations/reading.ts'

export interface Refusal {
  readonly kind: 'refused'
  readonly reason: Rejection
  /** Which field, what was expected, what came. */
  readonly detail: string
}

export function refuse(reason: Rejection, detail: string): Refusal {
  return { kind: 'refused', reason, detail }
}

const SHOWN_CHARACTERS = 40

/** A value from outside, short enough for a log line: `"full"`, `3`, `an array`. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') {
    const short = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value
    return JSON.stringify(short)
  }
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return value === null ? 'null' : 'an object'
}

/** `[3].fillPercent`, `deviceInfo.devEui`. */
export function showPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += text === '' ? String(part) : `.${String(part)}`
  }
  return text
}

/** What stands at a path in what came; undefined where it leads nowhere. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<PropertyKey, unknown>)[part]
  }
  return value
}

const parsed = new Map<JsonPath, readonly PropertyKey[]>()

/** What stands at a path as a town's file writes it: own properties only. */
export function valueAtPath(input: unknown, path: JsonPath): unknown {
  let keys = parsed.get(path)
  if (!keys) {
    keys = [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
      index === undefined ? key! : Number(index),
    )
    // Paths come from profiles and servers, of which a town has a handful.
    parsed.set(path, keys)
  }
  return valueAt(input, keys)
}
