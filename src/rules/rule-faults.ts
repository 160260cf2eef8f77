/** Faults of a rule file in words: where they stand, what was expected, what was probably meant. */
import type { z } from 'zod'

import { nearestName } from '#src/stations/nearest-name.ts'
import { KEYS_AT, NOT_YET_KEYS } from './rule-shape.ts'

export interface Fault {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column?: number
  /** `rules[1].when`; empty for the file as a whole. */
  readonly field: string
  /** What was expected, what was found, how to put it right. */
  readonly message: string
}

export type Path = readonly PropertyKey[]

/** A fault before its place in the text is known. */
export interface FaultAt {
  readonly path: Path
  readonly message: string
}

/** What a kind of file may hold, for words about its faults. */
export interface FileWords {
  /** The keys that a block may have. */
  keysAt(block: Path): readonly string[]
  /** What a field that is text must say, by the field's name: `a duration such as 30m`. */
  textOf(field: string): string | undefined
}

/** One issue of the shape; unknown keys come apart, one fault each. */
export function wordIssue(
  issue: z.core.$ZodIssue,
  raw: unknown,
  words: FileWords = RULE_WORDS,
): readonly FaultAt[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: wordUnknownKey(key, words.keysAt(path)),
    }))
  }
  return [{ path, message: wordValue(issue, valueAt(raw, path), words) }]
}

function wordUnknownKey(key: string, known: readonly string[]): string {
  if (NOT_YET_KEYS.has(key)) return `${key} is not supported yet; take it out`
  return suggestName(`"${key}" is not a key here`, key, known)
}

const RULE_WORDS: FileWords = {
  keysAt(block) {
    const pattern = block.map((part) => (typeof part === 'number' ? '*' : String(part))).join('.')
    return KEYS_AT[pattern] ?? []
  },
  textOf(field) {
    if (field === 'when' || field === 'clear') return 'a condition as text, such as c.fill >= 85.0'
    if (field === 'reserve_for_priority_80') return 'a share such as 25%'
    return DURATION_KEYS.has(field) ? 'a duration such as 30m' : undefined
  },
}

/** `"ful" is no rule; did you mean full?` */
export function suggestName(complaint: string, typed: string, known: readonly string[]): string {
  const meant = nearestName(typed, known)
  if (meant !== undefined) return `${complaint}; did you mean ${meant}?`
  return known.length === 0 ? complaint : `${complaint}; there are ${known.join(', ')}`
}

function wordValue(issue: z.core.$ZodIssue, value: unknown, words: FileWords): string {
  if (issue.code === 'custom') return issue.message
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (value === undefined) return `is missing; expected ${expectation(issue, words)}`
  switch (issue.code) {
    case 'invalid_value': {
      const known = issue.values.map(String)
      const complaint = `expected ${known.join(' or ')}, found ${shown(value)}`
      const meant = typeof value === 'string' ? nearestName(value, known) : undefined
      return meant === undefined ? complaint : `${complaint}; did you mean ${meant}?`
    }
    case 'invalid_type':
      return `expected ${expectation(issue, words)}, found ${shown(value)}`
    case 'too_small':
    case 'too_big': {
      if (Array.isArray(value)) return 'expected at least one'
      const bound =
        issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
      return `expected ${bound}, found ${shown(value)}`
    }
    default:
      return issue.code === 'invalid_format'
        ? `${issue.message}; found ${shown(value)}`
        : issue.message
  }
}

function expectation(issue: z.core.$ZodIssue, words: FileWords): string {
  if (issue.code === 'invalid_value') return issue.values.map(String).join(' or ')
  if (issue.code !== 'invalid_type') return issue.message
  const text = issue.expected === 'string' ? words.textOf(String(issue.path.at(-1))) : undefined
  return text ?? EXPECTED[issue.expected] ?? issue.expected
}

const DURATION_KEYS: ReadonlySet<string> = new Set(
  'for clear_for cooldown grace remember max min_gap settle group_wait stale_after catch_up sensor_silent_after late_after max_skew'.split(
    ' ',
  ),
)

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of names',
}

function shown(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a block of keys'
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value)
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}
