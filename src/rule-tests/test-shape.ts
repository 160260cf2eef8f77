/** The shape of `rules.test.yaml`: what may stand where, before names are looked up. */
import { z } from 'zod'

import { DECISION_REASONS, GATES } from '#src/rules/decision.ts'
import type { DecisionReason, Gate } from '#src/rules/decision.ts'
import { EMPTYING_SOURCES, PLAN_SOURCES, REPORT_KINDS, RESIDENT_KINDS } from '#src/rules/record.ts'
import type { Applied } from '#src/rules/record.ts'
import type { FileWords, Path } from '#src/rules/rule-faults.ts'
import { suggestName } from '#src/rules/rule-faults.ts'
import { FRACTIONS, parseFraction } from '#src/stations/fraction.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import { parseDeviceId } from '#src/stations/ids.ts'
import { FAULTS } from '#src/stations/reading.ts'
import { expandSeries } from './notation.ts'
import { parseSpan, parseStart, parseWhen } from './times.ts'

const TIME = 'a time from the start such as 1h46m, or on the wall such as 2026-05-06T07:00'
const SPAN = 'a duration such as 10m or 1h30m'
const START = 'a time with its zone such as "2026-05-05T10:00[Europe/Stockholm]"'

const when = z.string().transform((text, context) => {
  const parsed = parseWhen(text)
  if (parsed) return parsed
  context.addIssue({ code: 'custom', message: `expected ${TIME}, found "${text}"` })
  return z.NEVER
})

const anySpan = z.string().transform((text, context) => {
  const ms = parseSpan(text)
  if (ms !== undefined) return ms
  context.addIssue({ code: 'custom', message: `expected ${SPAN}, found "${text}"` })
  return z.NEVER
})

const start = z.string().transform((text, context) => {
  const parsed = parseStart(text)
  if (parsed) return parsed
  context.addIssue({ code: 'custom', message: `expected ${START}, found "${text}"` })
  return z.NEVER
})

const fill = z
  .preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string())
  .transform((text, context) => {
    const expanded = expandSeries(text)
    if (expanded.kind === 'ok') return expanded.samples
    context.addIssue({ code: 'custom', message: expanded.message })
    return z.NEVER
  })

/** A station's or a container's name, as far as the shape goes; whether there is one is asked later. */
const name = z.string()

const newStation = z
  .string()
  .regex(
    /^(?:\d{4}-)?[A-Za-z0-9][A-Za-z0-9_.]{0,31}$/,
    'expected a station’s name in letters and digits, such as S',
  )
const CONTAINER_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/
const CONTAINER_NAMES = 'a container’s name in small letters, digits and hyphens, such as c1'
const newContainer = z.string().regex(CONTAINER_NAME, `expected ${CONTAINER_NAMES}`)
const device = z
  .string()
  .refine(
    (text) => parseDeviceId(text) !== undefined,
    'expected a device’s name, such as new-sensor',
  )
const fraction = z.enum(FRACTIONS.map(({ id }) => id))

export interface CastContainer {
  readonly name: string
  readonly fraction: Fraction
}

/** What a container takes where nothing is said: what its name begins with (`clear-glass-2`), else paper. */
export function fractionByName(name: string): Fraction {
  return parseFraction(name.replace(/-\d+$/, '')) ?? 'paper'
}

/** `[c1, c2]`, or with what they take `{ c1: paper, c2: metal }`. */
const containers = z.unknown().transform((value, context): readonly CastContainer[] => {
  const tell = (path: Path, message: string) => {
    context.addIssue({ code: 'custom', path: [...path], message })
  }
  const isBlock = typeof value === 'object' && value !== null
  if (!isBlock) {
    tell([], 'expected containers such as [c1, c2] or { c1: paper, c2: metal }')
    return z.NEVER
  }
  const entries: readonly (readonly [PropertyKey, unknown, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, i) => [i, item, undefined])
    : Object.entries(value).map(([key, said]) => [key, key, said])
  return entries.flatMap(([key, name, said]) => {
    if (typeof name !== 'string' || !CONTAINER_NAME.test(name)) {
      tell([key], `expected ${CONTAINER_NAMES}`)
      return []
    }
    if (said === undefined || said === null) return { name, fraction: fractionByName(name) }
    const parsed = fraction.safeParse(said)
    if (parsed.success) return { name, fraction: parsed.data }
    const shown = typeof said === 'string' ? said : JSON.stringify(said)
    tell([key], suggestName(`"${shown}" is no fraction`, shown, fraction.options))
    return []
  })
})

const stationFields = {
  name: z.string().optional(),
  area: z.string().optional(),
  lat: z.number().min(-90).max(90).optional(),
  lon: z.number().min(-180).max(180).optional(),
  containers,
}
const stationBlock = z.strictObject(stationFields)
const station = z.preprocess(
  (value) => (Array.isArray(value) ? { containers: value } : value),
  stationBlock,
)

const series = z.strictObject({
  container: name,
  interval: anySpan.refine((ms) => ms > 0, 'expected a duration longer than nothing'),
  fill,
  offset: anySpan.prefault('0s'),
  device: device.optional(),
})

/** What may happen, by the word for it. */
export const HAPPENINGS = {
  reading: z.strictObject({
    container: name,
    fill: z.number().min(0).max(100).optional(),
    fault: z.enum(FAULTS).optional(),
    measured: when.optional(),
    device: device.optional(),
  }),
  report: z.strictObject({
    container: name,
    kind: z.enum(RESIDENT_KINDS),
    who: z.string(),
  }),
  report_withdrawn: z.strictObject({
    container: name,
    kind: z.enum(RESIDENT_KINDS),
    who: z.string(),
  }),
  /** So many residents, each once, evenly spread over the time. */
  crowd: z.strictObject({
    container: name,
    kind: z.enum(RESIDENT_KINDS),
    people: z.int().min(2).max(10_000),
    over: anySpan.refine((ms) => ms > 0, 'expected a duration longer than nothing'),
  }),
  observation: z.strictObject({
    container: name,
    kind: z.enum(REPORT_KINDS),
    who: z.string().default('crew'),
  }),
  emptied: z.strictObject({
    container: name,
    time: when.optional(),
    not_before: when.optional(),
    by: z.enum(EMPTYING_SOURCES).default('staff'),
  }),
  emptying_corrected: z.strictObject({ container: name, was: when, really: when.optional() }),
  planned: z.strictObject({
    container: name,
    by: z.enum(PLAN_SOURCES).default('town'),
    emptyings: z.array(z.strictObject({ from: when, until: when })),
  }),
  forecast: z.strictObject({
    container: name,
    full_within_24h: z.number().min(0).max(1),
    full_at: when.optional(),
    full_from: when.optional(),
    full_until: when.optional(),
    model: z.string().default('test/1'),
  }),
  truck: z.strictObject({
    station: name,
    state: z.enum(['en-route', 'gone']),
    eta: when.optional(),
  }),
  bike: z.strictObject({
    area: name,
    state: z.enum(['started', 'ended']),
    first_stop: when.optional(),
    free_slots: z.int().min(0).optional(),
  }),
  gateway: z.strictObject({ stations: z.array(name).min(1), state: z.enum(['down', 'up']) }),
  silence: z.strictObject({
    id: z.string().default('silence'),
    station: name.optional(),
    container: name.optional(),
    rule: name.optional(),
    until: when,
  }),
  silence_ended: z.strictObject({ id: z.string().default('silence') }),
  post_corrected: z.strictObject({ post: z.int().min(1).optional() }),
  container_added: z.strictObject({
    station: name,
    container: newContainer,
    fraction: fraction.optional(),
  }),
  container_removed: z.strictObject({ container: name }),
  station_added: z.strictObject({ station: newStation, ...stationFields }),
  station_removed: z.strictObject({ station: name }),
  device_replaced: z.strictObject({ container: name, device }),
  rules_edited: z.strictObject({
    file: z.string().optional(),
    patch: z.record(z.string(), z.record(z.string(), z.unknown()).nullable()).optional(),
  }),
  down: z.strictObject({ until: when, queued: z.boolean().default(false) }),
  clock_step: z.strictObject({ by: anySpan }),
} as const

export type HappeningKind = keyof typeof HAPPENINGS
export const KINDS = Object.keys(HAPPENINGS) as readonly HappeningKind[]

/** `at`, and one thing that happened then; that it is one is asked later. */
const event = z.strictObject({
  at: when,
  ...(Object.fromEntries(
    Object.entries(HAPPENINGS).map(([kind, shape]) => [kind, shape.optional()]),
  ) as {
    readonly [Kind in HappeningKind]: z.ZodOptional<(typeof HAPPENINGS)[Kind]>
  }),
})

const reply = z.custom<number | false>(
  (value) => value === false || (Number.isInteger(value) && (value as number) >= 1),
  'expected the number of the post of this test that it follows up, from 1, or false',
)

const says = z.strictObject({
  fill: z.number().optional(),
  source: z.enum(['sensor', 'reports', 'both', 'none']).optional(),
  nearest: z.string().optional(),
  next_emptying: when.optional(),
  passed_by: z.boolean().optional(),
  full_at: when.optional(),
  full: z.int().optional(),
  containers: z.int().optional(),
  stations_full: z.int().optional(),
  stations: z.int().optional(),
  first_stop: when.optional(),
  free_slots: z.int().optional(),
})

const post = z.strictObject({
  station: name.optional(),
  area: name.optional(),
  rules: z.array(name).min(1),
  at: when,
  kind: z.enum(['open', 'close', 'digest', 'correction']).default('open'),
  audience: z.enum(['public', 'staff']).optional(),
  items: z.array(name).optional(),
  absent: z.array(name).optional(),
  reply: reply.optional(),
  corrects: z.int().min(1).optional(),
  says: says.optional(),
})

export interface NamedReason {
  readonly because: DecisionReason
  readonly gate: Gate | undefined
}

/** `posted`, or for a gate's answer with the gate: `gate-held quiet-hours`. */
const reason = z.string().transform((text, context): NamedReason => {
  const [because, gate, ...rest] = text.split(' ')
  const tell = (message: string) => context.addIssue({ code: 'custom', message })
  const knownReason = DECISION_REASONS.find((known) => known === because)
  if (!knownReason) {
    tell(suggestName(`"${because}" is no reason`, because!, DECISION_REASONS))
    return z.NEVER
  }
  const knownGate = GATES.find((known) => known === gate)
  if ((gate !== undefined && !knownGate) || rest.length > 0) {
    tell(suggestName(`"${[gate, ...rest].join(' ')}" is no gate`, gate!, GATES))
    return z.NEVER
  }
  return { because: knownReason, gate: knownGate }
})

const texts = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string()).min(1),
)

const statusBlock = z.strictObject({
  word: z.enum(['has-room', 'nearly-full', 'full', 'unknown']),
  fill: z.number().optional(),
  source: z.enum(['sensor', 'reports', 'both']).optional(),
  fault: z.enum(FAULTS).optional(),
})
/** `full`, or with more than the word. */
const status = z.unknown().transform((value, context) => {
  const isWord = typeof value === 'string'
  const parsed = statusBlock.safeParse(isWord ? { word: value } : value)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) {
    context.addIssue({ ...issue, path: isWord ? [] : issue.path })
  }
  return z.NEVER
})

/** Why something changed nothing; `unknown-post` is a correction of a post that the test has not seen. */
export type HistoryReason = (Applied & { readonly kind: 'history' })['because'] | 'unknown-post'

const HISTORY_REASONS = Object.keys({
  'older-than-newest': true,
  'before-emptying': true,
  'other-device': true,
  'unknown-container': true,
  'unknown-station': true,
  'unknown-area': true,
  'unknown-post': true,
  'unknown-silence': true,
  'repeat-report': true,
  'unknown-report': true,
  'repeat-correction': true,
  'too-old-post': true,
} satisfies Readonly<Record<HistoryReason, true>>) as HistoryReason[]

const expectation = z.strictObject({
  at: when,
  posts: z.array(post).optional(),
  state: z.record(z.string(), z.enum(['IDLE', 'PENDING', 'ACTIVE', 'CLEARING'])).optional(),
  why: z.record(z.string(), texts).optional(),
  decisions: z.record(z.string(), z.array(reason)).optional(),
  status: z.record(z.string(), status).optional(),
  ignored: z.record(z.string(), z.array(z.enum(HISTORY_REASONS))).optional(),
})

const test = z.strictObject({
  name: z.string().min(1),
  start,
  stations: z.record(newStation, station),
  series: z.array(series).default([]),
  events: z.array(event).default([]),
  expect: z.array(expectation).min(1),
})

export const testFileShape = z.strictObject({
  rule_files: z
    .array(z.string())
    .refine((files) => files.length === 1, 'expected one rule file: a town has one'),
  tests: z.array(test).min(1),
})

export type TestFileShape = z.infer<typeof testFileShape>
export type TestShape = TestFileShape['tests'][number]
export type EventShape = TestShape['events'][number]
export type ExpectationShape = TestShape['expect'][number]
export type PostShape = NonNullable<ExpectationShape['posts']>[number]
export type StationShape = TestShape['stations'][string]

const KEYS_AT: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(testFileShape.shape),
  'tests.*': Object.keys(test.shape),
  'tests.*.stations.*': Object.keys(stationBlock.shape),
  'tests.*.series.*': Object.keys(series.shape),
  'tests.*.events.*': Object.keys(event.shape),
  ...Object.fromEntries(
    KINDS.map((kind) => [`tests.*.events.*.${kind}`, Object.keys(HAPPENINGS[kind].shape)]),
  ),
  'tests.*.events.*.planned.emptyings.*': ['from', 'until'],
  'tests.*.expect.*': Object.keys(expectation.shape),
  'tests.*.expect.*.posts.*': Object.keys(post.shape),
  'tests.*.expect.*.posts.*.says': Object.keys(says.shape),
  'tests.*.expect.*.status.*': Object.keys(statusBlock.shape),
}

/** Blocks whose keys are names that the test gives. */
const NAMED: ReadonlySet<PropertyKey> = new Set(['stations', 'status'])

const SPANS: ReadonlySet<string> = new Set(['interval', 'offset', 'by', 'over'])
const TIMES: ReadonlySet<string> = new Set(
  'at until from measured time not_before was really full_at full_from full_until eta first_stop next_emptying'.split(
    ' ',
  ),
)

/** For suggestions. */
export const TEST_WORDS: FileWords = {
  keysAt(block) {
    const pattern = block.map((part, i) =>
      typeof part === 'number' || NAMED.has(block[i - 1]!) ? '*' : String(part),
    )
    return KEYS_AT[pattern.join('.')] ?? []
  },
  textOf(field) {
    if (field === 'start') return START
    if (SPANS.has(field)) return SPAN
    return TIMES.has(field) ? TIME : undefined
  },
}
