/** What callers may say in a path or a query, and how they are told that they said it wrongly. */
import { z } from 'zod'
import type { FastifySchemaCompiler } from 'fastify'
import { CHANNEL_KEYS } from '#src/stations/channel-shape.ts'
import { FRACTIONS, LANGUAGES, parseFraction, parseLanguage } from '#src/stations/fraction.ts'
import {
  parseAreaId,
  parseContainerId,
  parseDeviceId,
  parsePostKey,
  parseStationId,
} from '#src/stations/ids.ts'
import type { ChannelName } from '#src/stations/station.ts'
import { parseDuration, parseInstant } from '#src/stations/time.ts'
import type { PostPlace } from '#src/store/contract.ts'
import { parsePlace } from '#src/store/post-place.ts'
import { InvalidInput, type FieldError } from './problem.ts'

/** Text that must parse; what the JSON schema says of it comes from `documented`. */
function parsed<T>(
  parse: (text: string) => T | undefined,
  expected: string,
  documented: Readonly<Record<string, unknown>>,
) {
  return z
    .string({ error: expected })
    .transform((text, context): T => {
      const value = parse(text)
      if (value !== undefined) return value
      context.addIssue({ code: 'custom', message: expected })
      return z.NEVER
    })
    .meta({ type: 'string', description: expected, ...documented })
}

export const stationIdText = parsed(parseStationId, 'a station id such as 1490-064', {
  examples: ['1490-064'],
})
export const containerIdText = parsed(parseContainerId, 'a container id such as 1490-064-paper-1', {
  examples: ['1490-064-paper-1'],
})
export const deviceIdText = parsed(
  parseDeviceId,
  'a device id: a DevEUI of sixteen hex digits, or up to 64 of A-Z a-z 0-9 . _ : -',
  { examples: ['24e124713d123456'] },
)
export const postKeyText = parsed(parsePostKey, 'a post key of sixteen hex digits', {
  examples: ['0123456789abcdef'],
})
const CHANNELS = CHANNEL_KEYS['channels'] ?? []
export const channelText = parsed(
  (text): ChannelName | undefined => (CHANNELS.includes(text) ? (text as ChannelName) : undefined),
  `one of ${CHANNELS.join(', ')}`,
  { enum: CHANNELS },
)
export const areaIdText = parsed(parseAreaId, 'the id of an area, such as norrby', {
  examples: ['norrby'],
})
export const fractionText = parsed(
  parseFraction,
  `one of ${FRACTIONS.map((f) => f.id).join(', ')}`,
  { enum: FRACTIONS.map((f) => f.id) },
)
/** ISO 8601 only: in a query, digits alone are more often a slip than epoch milliseconds, and a plus sign a blank. */
const parseQueryInstant = (text: string) =>
  parseInstant(text.replace(/ (?=\d{2}(?::?\d{2})?$)/, '+'))
export const instantText = parsed(
  parseQueryInstant,
  'an ISO 8601 time with an offset, such as 2026-05-05T10:45:00Z',
  { format: 'date-time' },
)
/** Where a list of posts goes on: an instant, or what `next` said. */
export const postPlaceText = parsed(
  (text): PostPlace | undefined => {
    const place = parsePlace(text)
    if (place) return place
    const at = parseQueryInstant(text)
    return at === undefined ? undefined : { at }
  },
  'an ISO 8601 time with an offset, such as 2026-05-05T10:45:00Z, or what an address in next has here',
  { examples: ['2026-05-05T10:45:00Z'] },
)
export const languageText = parsed(parseLanguage, `one of ${LANGUAGES.join(', ')}`, {
  enum: LANGUAGES,
})
export const ruleIdText = parsed(
  (text) => (/^[a-z][a-z0-9_-]{0,63}$/.test(text) ? text : undefined),
  'the id of a rule, such as full',
  { examples: ['full'] },
)

/** A span such as `1h`, between two bounds given in milliseconds. */
export function durationText(minMs: number, maxMs: number, expected: string) {
  return parsed(
    (text) => {
      const ms = parseDuration(text)
      return ms !== undefined && ms >= minMs && ms <= maxMs ? ms : undefined
    },
    expected,
    { examples: ['1h'] },
  )
}

export function wholeNumber(min: number, max: number) {
  return parsed(
    (text) => {
      if (!/^\d{1,15}$/.test(text)) return undefined
      const value = Number(text)
      return value >= min && value <= max ? value : undefined
    },
    `a whole number from ${min} to ${max}`,
    { type: 'integer', minimum: min, maximum: max },
  )
}

export function decimal(min: number, max: number, expected: string) {
  return parsed(
    (text) => {
      if (!/^-?\d{1,3}(?:\.\d{1,15})?$/.test(text)) return undefined
      const value = Number(text)
      return value >= min && value <= max ? value : undefined
    },
    expected,
    { type: 'number', minimum: min, maximum: max },
  )
}

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}

/** A schema's complaints in the caller's words: which field, what was expected, what came. */
export function fieldErrors(schema: z.ZodType, error: z.ZodError, data: unknown): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
      const expected =
        known.length === 0
          ? 'no parameters at all'
          : `no such parameter; the known ones are ${known.join(', ')}`
      return issue.keys.map((key) => withGot(key, expected, shown(valueAt(data, [key]))))
    }
    const field = issue.path.map(String).join('.')
    return [withGot(field, issue.message, shown(valueAt(data, issue.path)))]
  })
}

function withGot(field: string, expected: string, got: string | undefined): FieldError {
  return {
    field: field.length > 100 ? `${field.slice(0, 99)}…` : field,
    expected,
    ...(got !== undefined && { got }),
  }
}

/** Lets Fastify check requests against zod schemas, with our words when they don't fit. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (data: unknown) => {
    const result = schema.safeParse(data)
    if (result.success) return { value: result.data }
    return { error: new InvalidInput(fieldErrors(schema, result.error, data)) }
  }
