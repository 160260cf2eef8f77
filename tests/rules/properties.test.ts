import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { createCalendar } from '#src/rules/calendar.ts'
import type { DecidedPost, PostItem } from '#src/rules/decision.ts'
import type { Engine } from '#src/rules/contract.ts'
import type { SilencedRecord } from '#src/rules/record.ts'
import { stationIdIn } from '#src/stations/ids.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { castTown } from '#tests/support/town.ts'
import { act, live } from './lives.ts'
import type { Act } from './lives.ts'
import { MINUTE, bookOf } from './scenario.ts'
import type { Cue } from './scenario.ts'

/** `FC_RUNS=10000` looks for longer. */
const RUNS = Number(process.env['FC_RUNS'] ?? 150)
const PATIENCE_MS = 60_000 + RUNS * 1000

const PER_STATION = 3
const PER_ACCOUNT = 8
const OF_THESE_URGENT = 2
const GAP_MS = 3 * MINUTE

/** Short times and a tight budget, so that a few dozen acts run into everything. */
const policy = (whenSpent: string) => `version: 1
policy:
  group_wait: 1m
  catch_up: 10m
  quiet: { daily: "21:00-07:00", sundays_and_holidays: "20:00-09:00" }
  budget: { per_station_per_day: ${PER_STATION}, per_account_per_day: ${PER_ACCOUNT}, min_gap: 3m, reserve_for_priority_80: 25%, when_spent: ${whenSpent}, digest_at: "16:00" }
rules:
`
const full = `  - { id: full, per: container, when: c.full, clear: c.fill < 70.0 || c.evidence <= -1.0, for: 5m, clear_for: 2m, cooldown: 10m, priority: 60, suppress: [{ id: truck, when: truck.en_route && truck.eta_min < 90.0, max: 2h }], post: full, close_post: room }
`
const rest = `  - { id: soon, per: container, when: c.p_full_24h >= 0.8 && c.next_emptying_h > 4.0 && !c.full, clear: c.p_full_24h < 0.5 || c.full, for: 1m, cooldown: 1d, priority: 30, inhibited_by: [full, all], post_at: "16:00", post: soon }
  - { id: overdue, per: container, when: c.emptying_overdue_h > 1.0, cooldown: 1h, post: overdue, close_post: at_last }
  - { id: littered, per: station, when: s.litter_reports_4h >= 2 || s.litter_staff_4h >= 1, clear: s.cleaned_since_last_litter, priority: 70, post: littered, close_post: cleaned }
  - { id: broken, per: container, when: c.broken_reports_24h >= 2 || c.broken_staff, clear: c.repaired_since_last_broken, priority: 80, post: broken, close_post: repaired }
  - { id: all, per: station, when: s.containers >= 2 && s.full * 10 >= s.containers * 8, clear: s.full * 10 < s.containers * 5, for: 5m, cooldown: 1h, priority: 90, absorbs: [full], post: all, close_post: station_room }
  - { id: silent, per: container, channel: staff, when: c.sensor_silent_min > 720.0 && !s.gateway_down, for: 2h, quiet: ignore, priority: 20, post: silent }
  - { id: lost, per: container, channel: staff, when: c.fill < 0.0, on_missing: { then: fire, grace: 1h }, post: lost }
  - { id: bike, per: area, when: bike.started && bike.first_stop_min <= 60.0 && bike.free_slots >= 1, cooldown: 1h, priority: 40, post: bike }
  - { id: busy, per: area, when: a.stations_full >= 2, clear: a.stations_full == 0, post: busy, close_post: calm }
  - { id: daily, per: account, schedule: "daily 15:30", when: a.stations_full_last_7d >= 1, priority: 10, post: daily }
  - { id: room_left, per: container, schedule: "Tue,Thu 20:30", when: c.fill < 40.0, priority: 15, post: room_left }
`
const books = [
  bookOf(policy('digest') + full + rest),
  bookOf(policy('digest') + full.replace('c.full,', 'c.fill >= 80.0,') + rest),
  bookOf(policy('digest') + rest.replace('[full, all]', '[all]').replace('[full]', '[]')),
  bookOf(
    policy('digest') +
      full.replace('per: container', 'per: container, channel: staff') +
      rest.replace('[full], post', '[], post'),
  ),
]
const booksOf = { edited: books, waiting: [bookOf(policy('next_day') + full + rest)] }
const calendar = createCalendar('Europe/Stockholm', books[0]!.policy.quiet)
const LOUD: ReadonlySet<string> = new Set(['silent'])

const acts = fc.array(act, { maxLength: 80 })
const someBooks = fc.constantFrom('edited' as const, 'waiting' as const)

test(
  'whatever comes: no word of room from unknown data, nothing said twice, no budget broken, no word at night or where staff want silence',
  () => {
    fc.assert(
      fc.property(acts, someBooks, (life, ofLife) => {
        const watcher = createWatcher()
        live(life, booksOf[ofLife], () => false, watcher)
        watcher.expectAllWell()
      }),
      { numRuns: RUNS },
    )
  },
  PATIENCE_MS,
)

test(
  'cut anywhere, and made anew from what was kept: the same decisions, posts and state, byte for byte',
  () => {
    fc.assert(
      fc.property(acts, someBooks, fc.integer({ min: 1, max: 10 }), (life, ofLife, every) => {
        const whole = live(life, booksOf[ofLife])
        const cut = live(life, booksOf[ofLife], (i) => i % every === 0)
        expect(firstDifference(cut.decisions, whole.decisions)).toBeUndefined()
        expect(firstDifference(cut.posts, whole.posts)).toBeUndefined()
        expect(sorted(cut.kept.state)).toEqual(sorted(whole.kept.state))
        expect(byId(cut.kept.containers)).toEqual(byId(whole.kept.containers))
      }),
      { numRuns: RUNS },
    )
  },
  PATIENCE_MS,
)

test(
  'the same life twice is the same; ticks in between make no difference',
  () => {
    fc.assert(
      fc.property(acts, someBooks, (life, ofLife) => {
        const once = live(life, booksOf[ofLife])
        expect(live(life, booksOf[ofLife])).toEqual(once)
        const ticking = live(life, booksOf[ofLife], undefined, { posts: () => undefined })
        expect(firstDifference(ticking.decisions, once.decisions)).toBeUndefined()
        expect(firstDifference(ticking.posts, once.posts)).toBeUndefined()
      }),
      { numRuns: RUNS / 3 },
    )
  },
  PATIENCE_MS,
)

/** Of two texts that ought to be the same, the part where they part. */
function firstDifference(a: string, b: string): readonly [string, string] | undefined {
  if (a === b) return undefined
  let at = 0
  while (a[at] === b[at]) at++
  const from = Math.max(0, a.lastIndexOf('{"at"', at))
  return [a.slice(from, at + 300), b.slice(from, at + 300)]
}

function sorted(state: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...state].sort(([a], [b]) => (a < b ? -1 : 1))
}

function byId<T extends { readonly containerId: string }>(states: readonly T[]): readonly T[] {
  return states.toSorted((a, b) => (a.containerId < b.containerId ? -1 : 1))
}

/** Looks on, knows what may not happen, and says so. */
function createWatcher() {
  const said: DecidedPost[] = []
  const silences = new Map<string, SilencedRecord>()
  const takenBack = new Map<string, EpochMs>()
  const stopped = new Set<string>()
  /** Where a station was taken out of the town, its day begins anew. */
  let townChangedAt = -Infinity

  function hear(cue: Cue, at: EpochMs): void {
    if ('town' in cue) townChangedAt = at
    if (!('told' in cue)) return
    const { told } = cue
    if (told.type === 'silenced') silences.set(told.id, { ...told, seq: 0, at })
    if (told.type === 'silence-ended') silences.delete(told.id)
    if (told.type === 'post-corrected') takenBack.set(told.post.key, at)
  }

  function look(post: DecidedPost, engine: Engine): void {
    expect(post.items.length).toBeGreaterThan(0)
    if (post.replyTo !== undefined) expect(stopped).not.toContain(post.replyTo)
    said.push(post)
    if (post.kind === 'correction') return
    for (const item of post.items) {
      expectKnownRoom(item, engine, post.at)
      expectNoSilence(item, post.at)
      const isOpening = post.kind === 'open' || item.template === item.ruleId
      if (!isOpening) expectNotTakenBack(item)
      if (!LOUD.has(item.ruleId)) expect(calendar.quietAt(post.at)).toBeUndefined()
    }
  }

  function expectNoSilence(item: PostItem, at: EpochMs): void {
    const isOfStation = castTown.stations.some(({ id }) => item.subject.startsWith(id))
    const station = isOfStation ? stationIdIn(item.subject as ContainerId) : undefined
    for (const { ruleId, stationId, containerId, until } of silences.values()) {
      const isAbout =
        (ruleId === undefined || ruleId === item.ruleId) &&
        (stationId === undefined || stationId === station) &&
        (containerId === undefined || containerId === item.subject)
      if (isAbout) expect(until).toBeLessThanOrEqual(at)
    }
  }

  function expectNotTakenBack({ episode }: PostItem): void {
    const opening = said.find(
      ({ kind, items }) =>
        kind !== 'correction' &&
        items.some((item) => item.episode === episode && item.template === item.ruleId),
    )
    expect(opening && takenBack.has(opening.key)).not.toBe(true)
  }

  return {
    told: hear,
    posts: (posts: readonly DecidedPost[], engine: Engine) =>
      posts.forEach((post) => look(post, engine)),
    withdrawn: (keys: readonly string[]) => keys.forEach((key) => stopped.add(key)),
    expectAllWell(): void {
      const keys = said.map(({ key }) => key)
      expect(new Set(keys).size).toBe(keys.length)
      expectWithinBudget(said, townChangedAt)
    },
  }
}

/** Somebody must know that there is room, at the instant of the post. */
function expectKnownRoom(item: PostItem, engine: Engine, at: EpochMs): void {
  const word = (id: ContainerId) => engine.status(id, at).word
  if (item.template === 'room') {
    expect(['has-room', 'nearly-full']).toContain(word(item.subject as ContainerId))
  }
  if (item.template === 'room_left') expect(word(item.subject as ContainerId)).not.toBe('unknown')
  if (item.template === 'station_room') {
    const station = castTown.stations.find(({ id }) => id === item.subject)!
    const words = station.containers.map(({ id }) => word(id))
    const maybeFull = words.filter((one) => one === 'full').length
    expect(maybeFull).toBeLessThan(words.length)
    expect(words.some((one) => one !== 'unknown' && one !== 'full')).toBe(true)
  }
}

function expectWithinBudget(all: readonly DecidedPost[], townChangedAt: number): void {
  const posts = all.filter(({ audience, kind }) => audience === 'public' && kind !== 'correction')
  for (const ofDay of Map.groupBy(posts, ({ at }) => calendar.dayOf(at)).values()) {
    const counted = ofDay.filter(({ kind }) => kind !== 'digest')
    expect(ofDay.length - counted.length).toBeLessThanOrEqual(1)
    expect(counted.length).toBeLessThanOrEqual(PER_ACCOUNT)
    // The last of the day are kept for what is urgent.
    for (const post of counted.slice(PER_ACCOUNT - OF_THESE_URGENT)) {
      expect(post.priority).toBeGreaterThanOrEqual(80)
    }
    const inPlace = Map.groupBy(counted, ({ stationId, areaId }) => stationId ?? areaId)
    for (const [place, ofPlace] of inPlace) {
      if (place === undefined || townChangedAt > ofPlace[0]!.at) continue
      expect(ofPlace.length).toBeLessThanOrEqual(PER_STATION)
    }
  }
  posts.slice(1).forEach((post, i) => {
    expect(post.at - posts[i]!.at).toBeGreaterThanOrEqual(GAP_MS)
  })
}

// The type is of use to whoever replays a counterexample.
export type { Act }
