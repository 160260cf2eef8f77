/** Random lives of a small town: everything that the rules may be told, in any order. */
import * as fc from 'fast-check'

import type { KeptState } from '#src/rules/contract.ts'
import type { DecidedPost } from '#src/rules/decision.ts'
import { createEngine } from '#src/rules/engine.ts'
import type { ReportKind, SilencedRecord } from '#src/rules/record.ts'
import { PLAN_SOURCES, REPORT_KINDS } from '#src/rules/record.ts'
import type { RuleBook } from '#src/rules/rule-book.ts'
import type { AreaId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { castTown, deviceId, ekudden, hamnen, torget } from '#tests/support/town.ts'
import { HOUR, MINUTE, after, box, createStore, local, recordOf } from './scenario.ts'
import type { Cue } from './scenario.ts'

export const START = local('2026-05-05T08:00')
const NORTH = 'north' as AreaId

const boxes = castTown.stations.flatMap((s) => s.containers).map((c) => c.id.slice(5))

/** The towns that the town may become. */
const wholeTown: Town = {
  ...castTown,
  areas: [{ id: NORTH, name: 'Norr' }],
  stations: [{ ...ekudden, areaId: NORTH }, { ...hamnen, areaId: NORTH }, torget],
}
const towns: readonly Town[] = [
  wholeTown,
  { ...wholeTown, stations: wholeTown.stations.toReversed() },
  {
    ...wholeTown,
    stations: wholeTown.stations.map((station) => ({
      ...station,
      containers: station.containers.slice(1),
    })),
  },
  { ...wholeTown, stations: wholeTown.stations.slice(1) },
  { ...castTown },
  {
    ...wholeTown,
    devices: [...castTown.devices, { id: deviceId('dev-new'), profile: 'native' }],
    mountings: [
      ...castTown.mountings.filter(({ containerId }) => containerId !== box(boxes[0]!)),
      { deviceId: deviceId('dev-new'), containerId: box(boxes[0]!), from: START },
    ],
  },
]

type Deed =
  | { readonly kind: 'fill'; readonly of: string; readonly fill: number; readonly lateMs: number }
  | { readonly kind: 'fault'; readonly of: string }
  | {
      readonly kind: 'report'
      readonly of: string
      readonly report: ReportKind
      readonly who: string
      readonly isStaff: boolean
    }
  | {
      readonly kind: 'withdraw'
      readonly of: string
      readonly report: ReportKind
      readonly who: string
    }
  | { readonly kind: 'emptied'; readonly of: string; readonly lateMs: number }
  | { readonly kind: 'unemptied'; readonly of: string; readonly isMoved: boolean }
  | {
      readonly kind: 'plan'
      readonly of: string
      readonly source: number
      readonly inMs: number
      readonly lastsMs: number
      readonly isNone: boolean
    }
  | { readonly kind: 'forecast'; readonly of: string; readonly share: number }
  | { readonly kind: 'truck'; readonly station: number; readonly etaMs: number | undefined }
  | { readonly kind: 'bike'; readonly isEnd: boolean }
  | { readonly kind: 'gateway'; readonly station: number; readonly isDown: boolean }
  | {
      readonly kind: 'silence'
      readonly id: string
      readonly about: Pick<SilencedRecord, 'stationId' | 'containerId' | 'ruleId'>
      readonly lastsMs: number
    }
  | { readonly kind: 'silence-ended'; readonly id: string }
  | { readonly kind: 'correct'; readonly post: number }
  | { readonly kind: 'town'; readonly town: number }
  | { readonly kind: 'rules'; readonly book: number }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'tick' }
  | { readonly kind: 'restart' }

export type Act = Deed & { readonly waitMs: number }

const of = fc.constantFrom(...boxes)
const station = fc.nat(wholeTown.stations.length - 1)
const waitMs = fc.oneof(
  fc.integer({ min: 0, max: 5 * MINUTE }),
  fc.constantFrom(0, MINUTE, 5 * MINUTE),
  fc.integer({ min: 0, max: 20 * HOUR }),
)
const lateMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: HOUR }))

function deed<Kind extends Deed['kind']>(
  kind: Kind,
  traits: {
    readonly [Trait in Exclude<keyof Extract<Deed, { kind: Kind }>, 'kind'>]: fc.Arbitrary<
      Extract<Deed, { kind: Kind }>[Trait]
    >
  },
): fc.Arbitrary<Act> {
  const record = { kind: fc.constant(kind), waitMs, ...traits }
  return fc.record(record) as unknown as fc.Arbitrary<Act>
}

const often = (weight: number, arbitrary: fc.Arbitrary<Act>) => ({ weight, arbitrary })

export const act: fc.Arbitrary<Act> = fc.oneof(
  often(
    16,
    deed('fill', {
      of,
      fill: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(20, 92)),
      lateMs,
    }),
  ),
  often(2, deed('fault', { of })),
  often(
    6,
    deed('report', {
      of,
      report: fc.constantFrom(...REPORT_KINDS),
      who: fc.constantFrom('a', 'b', 'c', 'd'),
      isStaff: fc.boolean(),
    }),
  ),
  often(
    2,
    deed('withdraw', {
      of,
      report: fc.constantFrom(...REPORT_KINDS),
      who: fc.constantFrom('a', 'b', 'c', 'd'),
    }),
  ),
  often(2, deed('emptied', { of, lateMs })),
  often(1, deed('unemptied', { of, isMoved: fc.boolean() })),
  often(
    2,
    deed('plan', {
      of,
      source: fc.nat(PLAN_SOURCES.length - 1),
      inMs: fc.integer({ min: -HOUR, max: 40 * HOUR }),
      lastsMs: fc.integer({ min: 1, max: 10 * HOUR }),
      isNone: fc.boolean(),
    }),
  ),
  often(3, deed('forecast', { of, share: fc.constantFrom(0, 0.6, 0.9) })),
  often(
    2,
    deed('truck', {
      station,
      etaMs: fc.option(fc.integer({ min: 0, max: 3 * HOUR }), { nil: undefined }),
    }),
  ),
  often(1, deed('bike', { isEnd: fc.boolean() })),
  often(1, deed('gateway', { station, isDown: fc.boolean() })),
  often(
    2,
    deed('silence', {
      id: fc.constantFrom('p', 'q'),
      about: fc.constantFrom(
        {},
        { stationId: ekudden.id },
        { containerId: box(boxes[0]!) },
        { ruleId: 'full' },
        { ruleId: 'all', stationId: hamnen.id },
      ),
      lastsMs: fc.integer({ min: 0, max: 30 * HOUR }),
    }),
  ),
  often(1, deed('silence-ended', { id: fc.constantFrom('p', 'q') })),
  often(2, deed('correct', { post: fc.nat(50) })),
  often(1, deed('town', { town: fc.nat(towns.length - 1) })),
  often(1, deed('rules', { book: fc.nat(50) })),
  often(1, deed('resumed', {})),
  often(2, deed('tick', {})),
  often(1, deed('restart', {})),
)

/** What somebody who looks on sees: each post as it is decided, and how things then stand. */
export interface Looker {
  readonly told?: (cue: Cue, at: EpochMs) => void
  readonly posts?: (posts: readonly DecidedPost[], engine: ReturnType<typeof createEngine>) => void
  readonly withdrawn?: (keys: readonly string[]) => void
}

export interface Lived {
  readonly decisions: string
  readonly posts: string
  readonly kept: KeptState
}

/** Lives a life by the first of the books, until another is read; made anew from what is kept before each act in `cuts`. */
export function live(
  acts: readonly Act[],
  books: readonly RuleBook[],
  cuts: (i: number) => boolean = () => false,
  looker: Looker = {},
): Lived {
  const store = createStore()
  let book = books[0]!
  let town = wholeTown
  let engine = createEngine({ book, town })
  let at = START
  let seq = 0
  const emptiedAt = new Map<string, EpochMs>()

  const keep = () => {
    const said = store.posts.length
    const stopped = store.withdrawn.length
    store.keep(engine.takeEffects())
    if (store.withdrawn.length > stopped) looker.withdrawn?.(store.withdrawn.slice(stopped))
    if (store.posts.length > said) looker.posts?.(store.posts.slice(said), engine)
  }
  const makeAnew = (firedUntil?: EpochMs) => {
    engine = createEngine({
      book,
      town,
      kept: store.kept(),
      ...(firedUntil !== undefined && { firedUntil }),
    })
    keep()
  }

  for (const [i, next] of acts.entries()) {
    if (cuts(i)) makeAnew()
    const until = after(at, next.waitMs)
    if (looker.posts) {
      // One step at a time, so that a post is looked at with the data it was made of.
      for (let due = engine.nextDue(); due !== undefined && due <= until; due = engine.nextDue()) {
        engine.advance(due)
        keep()
      }
    }
    at = until
    switch (next.kind) {
      case 'restart':
        makeAnew()
        break
      case 'rules':
        // Decided at the instant until which timers had fired, whatever of that needed to be kept.
        engine.advance(at)
        keep()
        book = books[next.book % books.length]!
        makeAnew(at)
        break
      case 'tick':
        engine.advance(at)
        break
      default: {
        // A post can be called wrong only once it has been decided.
        if (next.kind === 'correct') {
          engine.advance(at)
          keep()
        }
        const cue = cueOf(next, at, store.posts, emptiedAt)
        if (!cue) break
        if ('town' in cue) {
          town = cue.town
          engine.replaceTown(town)
        }
        looker.told?.(cue, at)
        engine.apply(recordOf(cue, ++seq))
      }
    }
    keep()
  }
  engine.advance(after(at, 30 * HOUR))
  keep()
  return {
    decisions: JSON.stringify(store.decisions),
    posts: JSON.stringify(store.posts),
    kept: store.kept(),
  }
}

function cueOf(
  next: Exclude<Act, { kind: 'tick' | 'restart' | 'rules' }>,
  at: EpochMs,
  posts: readonly DecidedPost[],
  emptiedAt: Map<string, EpochMs>,
): Cue | undefined {
  switch (next.kind) {
    case 'fill':
      return { at, measured: after(at, -next.lateMs), fill: next.fill, of: next.of }
    case 'fault':
      return { at, fault: 'no-echo', of: next.of }
    case 'report':
      return {
        at,
        report: next.report,
        of: next.of,
        who: next.who,
        ...(next.isStaff && { by: 'staff' }),
      }
    case 'withdraw': {
      const { of: name, report: kind, who: reporter } = next
      return {
        at,
        told: { type: 'report-withdrawn', containerId: box(name), of: 0, kind, reporter },
      }
    }
    case 'emptied': {
      const emptied = after(at, -next.lateMs)
      emptiedAt.set(next.of, emptied)
      return { at, emptied, of: next.of }
    }
    case 'unemptied': {
      const was = emptiedAt.get(next.of)
      if (was === undefined) return undefined
      return {
        at,
        unemptied: was,
        of: next.of,
        ...(next.isMoved && { really: after(was, -MINUTE) }),
      }
    }
    case 'plan': {
      const from = after(at, next.inMs)
      const emptyings = next.isNone ? [] : [{ from, until: after(from, next.lastsMs) }]
      const source = PLAN_SOURCES[next.source]!
      return { at, told: { type: 'plan', containerId: box(next.of), source, emptyings } }
    }
    case 'forecast': {
      const { of, share: fullWithin24h } = next
      const fullAt = after(at, HOUR)
      return {
        at,
        told: { type: 'forecast', containerId: box(of), fullWithin24h, fullAt, model: 'm' },
      }
    }
    case 'truck': {
      const { etaMs } = next
      const stationId = wholeTown.stations[next.station]!.id
      if (etaMs === undefined) return { at, told: { type: 'truck', stationId, state: 'gone' } }
      const etaAt = after(at, etaMs)
      return { at, told: { type: 'truck', stationId, state: 'en-route', etaAt } }
    }
    case 'bike':
      return next.isEnd
        ? { at, told: { type: 'bike', areaId: NORTH, state: 'ended' } }
        : {
            at,
            told: {
              type: 'bike',
              areaId: NORTH,
              state: 'started',
              firstStopAt: after(at, HOUR),
              freeSlots: 2,
            },
          }
    case 'gateway': {
      const stationIds = [wholeTown.stations[next.station]!.id]
      return { at, told: { type: 'gateway', stationIds, state: next.isDown ? 'down' : 'up' } }
    }
    case 'silence': {
      const { id, about, lastsMs } = next
      return {
        at,
        told: { type: 'silenced', id, ...about, until: after(at, lastsMs), actor: 'Kim' },
      }
    }
    case 'silence-ended':
      return { at, told: { type: 'silence-ended', id: next.id, actor: 'Kim' } }
    case 'correct': {
      const post = posts[next.post % Math.max(1, posts.length)]
      return post && { at, told: { type: 'post-corrected', post, actor: 'Kim' } }
    }
    case 'town':
      return { at, town: towns[next.town]! }
    case 'resumed':
      return { at, resumed: true, firedUntil: at }
  }
}
