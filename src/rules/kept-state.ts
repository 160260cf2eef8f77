/**
 * Engine state as text, one key for each thing that changes by itself, so that a commit rewrites only
 * what changed:
 *
 *     clock                        {at, seq, recordAt?, catchUpUntil?}
 *     account                      {tally?, thread?, digestDay?}
 *     area|<area>                  {tally?, thread?, bike?}
 *     rule|<rule>                  the rule's hash
 *     station|<station>            {full, room, thread?, tally? …}; containers by name, the rest unknown
 *     more|<container>             {broken?, plans?, forecast?}
 *     silence|<id>                 {id, stationId?, containerId?, ruleId?, until}
 *     taken|<post>                 when it was taken back
 *     episode|<rule>|<subject>     {state, startedAt, since, unknownSince?, witness?, posted?, rememberUntil?, lastPostedAt?}
 *     group|<place>|<audience>     {dueAt?, items}; dueAt is absent where all waits for the account's gap
 *
 * Timers are not kept: every one follows from these and from the containers' own state.
 */
import { z } from 'zod'

import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Plans } from './plan.ts'
import { PLAN_SOURCES } from './record.ts'
import type { Quieted } from './silence.ts'
import type { Trouble } from './trouble.ts'
import type { BikeRound, Forecast, Truck } from './watch.ts'
import type { EngineClock, Keepable } from './world.ts'

const at = z.number().transform((ms) => ms as EpochMs)
const postKey = z.string().transform((key) => key as PostKey)
const told = z.strictObject({ key: postKey, at })

const clockShape = z.strictObject({
  at,
  seq: z.number(),
  recordAt: at.optional(),
  catchUpUntil: at.optional(),
})
const tallyShape = z.strictObject({ day: z.string(), posts: z.number() })
const accountTallyShape = tallyShape.extend({ lastAt: at.exactOptional() })
/** What was told as a whole, and is kept as it was told. */
const whole = <Told>() => z.looseObject({}).transform((told) => told as unknown as Told)
const wideShape = z.strictObject({
  tally: accountTallyShape.optional(),
  thread: told.optional(),
  bike: whole<BikeRound>().optional(),
  digestDay: z.string().optional(),
})
const extrasShape = z.strictObject({
  broken: whole<Trouble>().optional(),
  plans: whole<Plans>().optional(),
  forecast: whole<Forecast>().optional(),
})
const stationShape = z.strictObject({
  full: z.array(z.string()),
  room: z.array(z.string()),
  thread: told.optional(),
  tally: tallyShape.optional(),
  fullUntil: at.optional(),
  litter: whole<Trouble>().optional(),
  ice: whole<Trouble>().optional(),
  truck: whole<Truck>().optional(),
  gatewayDown: z.boolean().optional(),
})
const episodeShape = z.strictObject({
  state: z.enum(['idle', 'pending', 'active', 'clearing']),
  startedAt: at,
  since: at,
  unknownSince: at.optional(),
  witness: z
    .strictObject({
      readings: z.number(),
      measuredAt: at.optional(),
      isAwaited: z.boolean(),
      since: at,
    })
    // In the order in which they are written, so that the same standing has the same bytes.
    .transform(({ readings, measuredAt, isAwaited, since }) => ({
      readings,
      measuredAt,
      isAwaited,
      since,
    }))
    .optional(),
  posted: told.optional(),
  rememberUntil: at.optional(),
  lastPostedAt: at.optional(),
})
const groupShape = z.strictObject({
  dueAt: at.optional(),
  items: z.array(
    z.strictObject({
      rule: z.string(),
      subject: z.string(),
      kind: z.enum(['open', 'close']),
      startedAt: at,
      since: at,
      opened: told.optional(),
      blocked: z.string().optional(),
      suppressedSince: z.record(z.string(), at),
    }),
  ),
})

export type KeptClock = z.infer<typeof clockShape>
export type KeptEpisode = z.infer<typeof episodeShape>
export type KeptGroup = z.infer<typeof groupShape>
export type KeptStation = z.infer<typeof stationShape>

/** What was kept under a key, or undefined. Throws on text that is not ours: to go on without it might say things twice. */
function read<Shape extends z.ZodType>(
  state: ReadonlyMap<string, string>,
  key: string,
  shape: Shape,
): z.infer<Shape> | undefined {
  const text = state.get(key)
  if (text === undefined) return undefined
  const parsed = shape.safeParse(JSON.parse(text))
  if (parsed.success) return parsed.data
  throw new Error(`kept engine state "${key}" is not readable: ${z.prettifyError(parsed.error)}`)
}

type State = ReadonlyMap<string, string>

export const readClock = (state: State) => read(state, 'clock', clockShape)
export const readWide = (state: State, key: string) => read(state, key, wideShape)
export const readExtras = (state: State, key: string) => read(state, key, extrasShape)
export const readSilence = (state: State, key: string) => read(state, key, whole<Quieted>())
export const readTaken = (state: State, key: string) => read(state, key, at)
export const readRuleHash = (state: State, id: string) => read(state, ruleKey(id), z.string())
export const readStation = (state: State, key: string) => read(state, key, stationShape)
export const readEpisode = (state: State, key: string) => read(state, key, episodeShape)
export const readGroup = (state: State, key: string) => read(state, key, groupShape)

export function ruleKey(ruleId: string): string {
  return `rule|${ruleId}`
}

export function clockText(clock: EngineClock): string {
  const { now, seq, recordAt } = clock
  const isCatchingUp = clock.catchUpUntil !== undefined && clock.catchUpUntil > now!
  const catchUpUntil = isCatchingUp ? clock.catchUpUntil : undefined
  return JSON.stringify({ at: now, seq, recordAt, catchUpUntil })
}

/** Undefined where there is nothing to remember. */
export function textOf(thing: Keepable): string | undefined {
  switch (thing.kind) {
    case 'episode': {
      const { state, startedAt, since, unknownSince, witness, posted, lastPostedAt } = thing
      const rememberUntil = posted && thing.rememberUntil
      const isBlank = state === 'idle' && lastPostedAt === undefined && unknownSince === undefined
      if (isBlank) return undefined
      // Before the first time an instant is −∞, which JSON cannot say.
      const kept = { startedAt: finite(startedAt), since: finite(since) }
      return JSON.stringify({
        state,
        ...kept,
        unknownSince,
        witness,
        posted,
        rememberUntil,
        lastPostedAt,
      })
    }
    case 'group': {
      if (thing.items.length === 0) return undefined
      const items = thing.items.map((item) => ({
        rule: item.episode.rule.id,
        subject: item.episode.subject,
        kind: item.kind,
        startedAt: item.startedAt,
        since: item.since,
        opened: item.opened,
        blocked: item.blocked,
        suppressedSince: inOrder(
          item.suppressedSince,
          item.episode.rule.suppress.map(({ id }) => id),
        ),
      }))
      const { dueAt } = thing.timer
      return JSON.stringify({ ...(dueAt < Infinity && { dueAt }), items })
    }
    case 'station': {
      const named = (truth: boolean) =>
        thing.containers.filter((w) => w.truth === truth).map((w) => w.container.name)
      const { thread, tally, fullUntil, litter, ice, truck } = thing
      const told = { thread, tally, fullUntil, litter, ice, truck }
      const isBlank =
        !thing.gatewayDown &&
        Object.values(told).every((value) => value === undefined) &&
        thing.containers.every((w) => w.truth === 'unknown')
      if (isBlank) return undefined
      return JSON.stringify({
        full: named(true),
        room: named(false),
        ...told,
        ...(thing.gatewayDown && { gatewayDown: true }),
      })
    }
    case 'area':
    case 'account': {
      const { tally, thread, bike, digestDay } = thing
      return textUnlessBlank({ tally, thread, bike, digestDay })
    }
    case 'extras': {
      const { broken, forecast } = thing
      const plans = thing.plans && inOrder(thing.plans, PLAN_SOURCES)
      return textUnlessBlank({ broken, plans, forecast })
    }
    case 'silence':
      return thing.isOver ? undefined : JSON.stringify(thing.said)
    case 'taken':
      return thing.isForgotten ? undefined : String(thing.at)
  }
}

function textUnlessBlank(told: Readonly<Record<string, unknown>>): string | undefined {
  const isBlank = Object.values(told).every((value) => value === undefined)
  return isBlank ? undefined : JSON.stringify(told)
}

/** The same things in the same order, whichever came first. */
function inOrder<Key extends string, Value>(
  things: Readonly<Partial<Record<Key, Value>>>,
  keys: readonly Key[],
): Readonly<Partial<Record<Key, Value>>> {
  const ordered: Partial<Record<Key, Value>> = {}
  for (const key of keys) if (things[key] !== undefined) ordered[key] = things[key]
  return ordered
}

function finite(instant: EpochMs): number {
  return Math.max(instant, -8.64e15)
}
