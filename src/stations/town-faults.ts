/** Faults of a `town.yaml` in words: where they stand, what was expected, what was probably meant. */
import { isMap, isPair, isScalar, isSeq } from 'yaml'
import type { Document, Node } from 'yaml'
import type { z } from 'zod'

import { FRACTIONS } from './fraction.ts'
import type { Fraction } from './fraction.ts'
import { nearestName } from './nearest-name.ts'

export type Path = readonly PropertyKey[]
export type Tell = (path: Path, message: string) => void
/** What people write for a fraction: our id, the Swedish or English name, the national numbers. */
const FRACTION_BY_ALIAS = new Map<string, Fraction>(
  FRACTIONS.flatMap((f): [string, Fraction][] => [
    [f.id, f.id],
    [f.sv, f.id],
    [f.en, f.id],
    [String(f.type), f.id],
    [String(100 + f.type), f.id],
  ]),
)

/** Tells one issue of the shape; `keysAt` says which keys are known where. */
export function tellIssue(
  issue: z.core.$ZodIssue,
  raw: object,
  document: Document,
  keysAt: Readonly<Record<string, readonly string[]>>,
  tell: Tell,
): void {
  const { path } = issue
  const value = valueAt(raw, path)
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt[pattern(path)] ?? []
    for (const key of issue.keys) tell([...path, key], unknownName(`"${key}"`, key, 'field', known))
    return
  }
  if (issue.code === 'invalid_union' && path[0] === 'channels' && isOneOrMore(value)) {
    // An account, or a list of them: the faults are those of what is there.
    for (const inner of issue.errors[Array.isArray(value) ? 1 : 0] ?? []) {
      tellIssue({ ...inner, path: [...path, ...inner.path] }, raw, document, keysAt, tell)
    }
    return
  }
  if (value === undefined) {
    tell(path, `is missing; expected ${expectation(issue)}`)
    return
  }
  if (issue.code === 'invalid_type' && issue.expected === 'string') {
    const source = scalarSource(document, path)
    if (source !== undefined && typeof value !== 'string' && value !== null) {
      tell(path, `${source} without quotes is ${found(value)}; write it as text: "${source}"`)
      return
    }
  }
  if (issue.code === 'invalid_value' && (typeof value === 'string' || typeof value === 'number')) {
    tell(path, unknownValue(path, value, issue.values.map(String), document))
    return
  }
  if (isSecretName(path)) {
    // Whoever pasted a secret here should not find it in the log as well.
    tell(path, `expected ${expectation(issue)}`)
    return
  }
  const shown = issue.code === 'invalid_key' ? `"${String(path.at(-1))}"` : found(value)
  tell(path, `expected ${expectation(issue)}, found ${shown}`)
}

function isOneOrMore(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function unknownValue(
  path: Path,
  value: string | number,
  known: readonly string[],
  document: Document,
): string {
  const shown = typeof value === 'string' ? `"${value}"` : (scalarSource(document, path) ?? value)
  // An item of a list is named by its list.
  const what = String(path.findLast((key) => typeof key === 'string'))
  if (what === 'version') return `expected ${known[0]}, the only version there is, found ${shown}`
  if (what !== 'fraction' && what !== 'fractions')
    return unknownName(`${shown}`, String(value), what, known)
  const alias = nearestName(String(value), FRACTION_BY_ALIAS.keys())
  const meant = FRACTION_BY_ALIAS.get(String(value)) ?? FRACTION_BY_ALIAS.get(alias ?? '')
  return unknownName(`${shown}`, String(value), what, known, meant)
}

const isSecretName = (path: Path) =>
  (/^(?:channels|sms)$/.test(String(path[0])) && String(path.at(-1)).endsWith('Env')) ||
  (path[0] === 'staffAlerts' && path[1] === 'sms')

/** `"papper" is not a fraction; did you mean "paper"?` */
export function unknownName(
  shown: string,
  typed: string,
  what: string,
  known: readonly string[],
  meant = nearestName(typed, known),
): string {
  const noun = NOUNS[what] ?? `known ${what}`
  const article = /^[aeiou]/.test(noun) ? 'an' : 'a'
  const hint =
    meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${meant}"?`
  return `${shown} is not ${article} ${noun}; ${known.length === 0 ? 'there are none' : hint}`
}

const NOUNS: Readonly<Record<string, string>> = {
  field: 'field here',
  fraction: 'fraction',
  fractions: 'fraction',
  days: 'weekday',
  holidays: 'way with holidays',
  container: 'container of this station',
  profile: 'device profile',
  kind: 'kind of network server',
  meaning: 'meaning of a level',
  language: 'language of posts',
  type: 'container type of this file',
  area: 'area of this file',
  areas: 'area of this file',
  stations: 'station of this file',
  waste: 'kind of waste',
  takes: 'kind of waste',
  unreviewed: 'language of bookings',
  'town area': 'area of town.yaml',
}

const EXPECTED_TYPE: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  array: 'a list',
  object: 'a block of fields',
  record: 'a block of named entries',
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return EXPECTED_TYPE[issue.expected] ?? issue.expected
    case 'invalid_value':
      return issue.values.length === 1
        ? String(issue.values[0])
        : `one of ${issue.values.map(String).join(', ')}`
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message
    default:
      return issue.message
  }
}

export function found(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a block of fields'
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return `the truth value ${value}`
  return typeof value
}

/** What the YAML parser complained of, in a line. */
export function yamlMessage(complaint: {
  readonly code: string
  readonly message: string
}): string {
  if (complaint.code === 'DUPLICATE_KEY') return 'this field stands here twice'
  return `not readable as YAML: ${complaint.message.replace(/\s+/g, ' ').trim()}`
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
}

/** `stations[12].containers[3].fraction` */
export function fieldName(path: Path): string {
  let name = ''
  for (const key of path) {
    if (typeof key === 'number') name += `[${key}]`
    else name += name === '' ? String(key) : `.${String(key)}`
  }
  return name
}

/** Blocks whose keys are names that the town chooses. */
const NAMED: ReadonlySet<PropertyKey> = new Set(['containerTypes', 'profiles'])

function pattern(path: Path): string {
  return path
    .map((key, i) => (typeof key === 'number' || NAMED.has(path[i - 1]!) ? '*' : key))
    .join('.')
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined
  }
  return value
}

/** Where a field stands, or, when it is missing, the nearest block around it. */
export function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = 0
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (p) => isPair(p) && isScalar(p.key) && String(p.key.value) === key,
      )
      if (!pair) return offset
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value
      continue
    }
    if (!isSeq(node) || typeof key !== 'number') return offset
    node = node.items[key]
    offset = (node as Node | undefined)?.range?.[0] ?? offset
  }
  return offset
}

function scalarSource(document: Document, path: Path): string | undefined {
  const node = document.getIn(path, true)
  return isScalar(node) ? node.source : undefined
}
