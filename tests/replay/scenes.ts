/**
 * Scenes for the journal read back: a real database, a real engine, and whatever befalls a service in its
 * life. Small enough to be drawn at random.
 */
import * as fc from 'fast-check'
import { createEngine } from '#src/rules/engine.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import type { Reading } from '#src/stations/reading.ts'
import type { Town } from '#src/stations/station.ts'
import { type Clock, DAY, type EpochMs, HOUR, MINUTE, instant, plus } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'
import type { JournalEntry } from '#src/store/journal.ts'
import { openJournal, type OpenJournal } from '#src/store/open-journal.ts'
import { type Compaction, startCompaction } from '#src/store/sqlite/compaction.ts'
import { type Snapshots, startSnapshots } from '#src/store/sqlite/snapshots.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { wordPost } from '#src/wording/post-text.ts'
import { borasRules } from '#tests/rules/scenario.ts'
import { type Mishap, shaky, type ShakyStore } from '#tests/store/shaky-store.ts'
import { castTown, deviceId, ekudden } from '#tests/support/town.ts'

export const sceneStart = instant(Date.parse('2026-05-04T08:00:00Z'))

/** What residents hear of soon, so that small scenes have something to say. */
const quickRules = borasRules
  .replace('for: 30m', 'for: 5m')
  .replace('clear_for: 20m', 'clear_for: 5m')
  .replace('cooldown: 6h', 'cooldown: 30m')
  .replace('group_wait: 15m', 'group_wait: 3m')
  .replace(/quiet: \{[^}]*\}/, '')
export const RULES: readonly string[] = [
  quickRules,
  quickRules.replace('clear: c.fill < 70.0', 'clear: c.fill < 60.0'),
  quickRules.replace('when: c.full\n', 'when: c.fill >= 80.0\n').replace('    readings: 2\n', ''),
]

/** A second device beside the first one at Ekudden's paper, as if it had always been there. */
const beside = deviceId('dev-beside')
const wholeTown: Town = {
  ...castTown,
  devices: [...castTown.devices, { id: beside, profile: 'native' }],
  mountings: [
    ...castTown.mountings,
    {
      deviceId: beside,
      containerId: ekudden.containers[0]!.id,
      alongside: true,
      from: instant(Date.parse('2026-01-01T00:00:00Z')),
    },
  ],
}
export const TOWNS: readonly Town[] = [
  wholeTown,
  // Without Torget, and with one container less at Ekudden.
  {
    ...wholeTown,
    stations: wholeTown.stations
      .slice(0, 2)
      .map((s) => (s === ekudden ? { ...s, containers: s.containers.slice(0, 2) } : s)),
    mountings: wholeTown.mountings.filter(
      ({ containerId: id }) => !id.startsWith('1490-903') && !id.includes('901-clear-glass'),
    ),
  },
  // Devices of Ekudden's paper and Hamnen's paper changed places.
  {
    ...wholeTown,
    mountings: wholeTown.mountings.map((m) =>
      m.deviceId === 'dev-902-paper-1' ? { ...m, deviceId: deviceId('dev-903-paper-1') } : m,
    ),
  },
]

export const seats = [
  ...castTown.mountings.map(({ deviceId, containerId }) => ({ deviceId, containerId })),
  { deviceId: beside, containerId: ekudden.containers[0]!.id },
]

/** The engine throws at this level, as if a rule had a fault of ours in it. */
export const POISON = 66

export type Cue =
  | {
      readonly what: 'level'
      readonly seat: number
      readonly percents: readonly number[]
      /** Minutes before now. */
      readonly ago: number
      readonly isPast?: true
    }
  | { readonly what: 'fault'; readonly seat: number }
  | { readonly what: 'again' }
  | { readonly what: 'report'; readonly seat: number; readonly full: boolean; readonly who: number }
  | { readonly what: 'emptied'; readonly seat: number; readonly ago: number }
  | { readonly what: 'truck'; readonly isGone: boolean }
  | { readonly what: 'silence'; readonly minutes: number }
  | { readonly what: 'plan'; readonly seat: number; readonly inMinutes: number }
  | { readonly what: 'gateway'; readonly isDown: boolean }
  /** Staff call the newest post wrong. */
  | { readonly what: 'correct' }
  | { readonly what: 'wait'; readonly minutes: number }
  | { readonly what: 'tick' }
  | { readonly what: 'pack' }
  | { readonly what: 'snapshot' }
  | {
      readonly what: 'restart'
      readonly rules: number
      readonly town: number
      readonly away: number
    }
  | {
      readonly what: 'reload'
      readonly rules: number
      readonly town: number
      /** The engine throws on the new town. */
      readonly isPoisoned?: true
    }
  | { readonly what: 'mishap'; readonly mishap: Mishap }
  | { readonly what: 'together'; readonly cues: readonly Cue[] }

const seat = fc.nat({ max: seats.length - 1 })
const percents = fc.array(fc.constantFrom(0, 5, 40, 70, 82, 88, 92, 95, 100), {
  minLength: 1,
  maxLength: 3,
})
const level = fc.record({
  what: fc.constant('level' as const),
  seat,
  percents,
  ago: fc.oneof(fc.constant(0), fc.nat({ max: 20 }), fc.nat({ max: 3000 })),
})
const small: fc.Arbitrary<Cue> = fc.oneof(
  { weight: 14, arbitrary: level },
  { weight: 1, arbitrary: level.map((cue) => ({ ...cue, isPast: true as const })) },
  { weight: 1, arbitrary: level.map((cue) => ({ ...cue, percents: [POISON], ago: 0 })) },
  { weight: 1, arbitrary: seat.map((of) => ({ what: 'fault' as const, seat: of })) },
  { weight: 1, arbitrary: fc.constant<Cue>({ what: 'again' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('report' as const),
      seat,
      full: fc.boolean(),
      who: fc.nat({ max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('emptied' as const), seat, ago: fc.nat({ max: 90 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('truck' as const), isGone: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 120 }).map((minutes) => ({ what: 'silence' as const, minutes })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('plan' as const),
      seat,
      inMinutes: fc.integer({ min: -300, max: 1500 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('gateway' as const), isDown: fc.boolean() }),
  },
)
const choice = { rules: fc.nat({ max: RULES.length - 1 }), town: fc.nat({ max: TOWNS.length - 1 }) }
const anyCue: fc.Arbitrary<Cue> = fc.oneof(
  { weight: 20, arbitrary: small },
  {
    weight: 14,
    arbitrary: fc
      .oneof(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: -20, max: 0 }),
        fc.constant(300),
        fc.constant(900),
      )
      .map((minutes) => ({ what: 'wait' as const, minutes })),
  },
  { weight: 6, arbitrary: fc.constant<Cue>({ what: 'tick' }) },
  { weight: 2, arbitrary: fc.constant<Cue>({ what: 'correct' }) },
  { weight: 2, arbitrary: fc.constant<Cue>({ what: 'pack' }) },
  { weight: 2, arbitrary: fc.constant<Cue>({ what: 'snapshot' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('restart' as const),
      ...choice,
      away: fc.constantFrom(0, 3, 400),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('reload' as const), ...choice }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('reload' as const),
      ...choice,
      isPoisoned: fc.constant(true as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<Mishap>('refused', 'torn', 'unheard')
      .map((mishap) => ({ what: 'mishap' as const, mishap })),
  },
  {
    weight: 4,
    arbitrary: fc
      .array(small, { minLength: 2, maxLength: 6 })
      .map((cues) => ({ what: 'together' as const, cues })),
  },
)

export const anyScene = fc.array(anyCue, { minLength: 20, maxLength: 120, size: 'max' })

export interface House extends AsyncDisposable {
  readonly path: string
  /** What the engine was told and a commit kept, without what went wrong on the way. */
  readonly heard: readonly JournalRecord[]
  now(): EpochMs
  play(cues: readonly Cue[]): Promise<void>
}

export interface HouseOptions {
  /** Poison does nothing. */
  readonly isImmune?: true
  /** What the journal writes to, over the database's own. */
  readonly over?: (store: Store, clock: Clock) => Promise<Store>
}

/** Opens a service's journal on a database file, as `serve` does. */
export async function openHouse(
  path: string,
  { isImmune, over }: HouseOptions = {},
): Promise<House> {
  let now = sceneStart
  let rules = 0
  let town = 0
  let fingerprint = 0
  let isTownPoisoned = false
  let last: JournalEntry | undefined
  let store: Store
  let shakyStore: ShakyStore
  let journal: OpenJournal
  let compaction: Compaction | undefined
  let snapshots: Snapshots | undefined
  const heard: JournalRecord[] = []

  const makeWith =
    (rules: number) => (from: Town, kept: Parameters<typeof createEngine>[0]['kept']) => {
      const parsed = parseRuleFile(RULES[rules]!, 'rules.yaml')
      if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.faults))
      const engine = createEngine({ book: parsed.book, town: from, ...(kept && { kept }) })
      return {
        ...engine,
        apply(record: JournalRecord) {
          if (!isImmune && record.type === 'reading' && record.fillPercent === POISON) {
            throw new Error('poison')
          }
          if (!isImmune && record.type === 'town' && isTownPoisoned) throw new Error('poison')
          heard.push(record)
          return engine.apply(record)
        },
      }
    }

  const open = async (): Promise<void> => {
    const sqlite = await openSqliteStore(path)
    store = over ? await over(sqlite, () => now) : sqlite
    shakyStore = shaky(store)
    const previousTown = await store.town()
    await store.saveTown(TOWNS[town]!, now)
    journal = await openJournal({
      store: shakyStore.store,
      town: (await store.town())!,
      ...(previousTown && { previousTown }),
      makeEngine: makeWith(rules),
      rules: RULES[rules]!,
      wordPost,
      deliveriesFor: () => [],
      clock: () => now,
      onFault: (what, error) => {
        const { message, cause } = error as Error
        const known = ['refused', 'torn', 'unheard', 'poison', 'the rules engine threw']
        if (!known.includes(message)) throw new Error(what, { cause: error ?? cause })
      },
      retryFirstMs: 1,
    })
  }
  const close = async (): Promise<void> => {
    await journal[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  }

  const entryOf = (cue: Cue): JournalEntry | undefined => {
    switch (cue.what) {
      case 'level': {
        const { deviceId, containerId } = seats[cue.seat]!
        const measuredAt = plus(now, -cue.ago * MINUTE)
        return uplink(
          deviceId,
          cue.percents.map((fillPercent, i) => ({
            ...reading(deviceId, containerId, plus(measuredAt, -i * MINUTE)),
            fillPercent,
            ...(cue.isPast && { flags: ['replayed' as const] }),
          })),
        )
      }
      case 'fault': {
        const { deviceId, containerId } = seats[cue.seat]!
        return uplink(deviceId, [{ ...reading(deviceId, containerId, now), fault: 'no-echo' }])
      }
      case 'again':
        return last
      case 'report':
        return {
          kind: 'report',
          containerId: seats[cue.seat]!.containerId,
          report: cue.full ? 'full' : 'has-room',
          by: 'resident',
          reporter: `r${cue.who}`,
        }
      case 'emptied':
        return {
          kind: 'emptied',
          containerId: seats[cue.seat]!.containerId,
          emptiedAt: plus(now, -cue.ago * MINUTE),
          by: 'contractor',
        }
      case 'truck':
        return {
          kind: 'fact',
          fact: {
            type: 'truck',
            stationId: ekudden.id,
            state: cue.isGone ? 'gone' : 'en-route',
            ...(!cue.isGone && { etaAt: plus(now, HOUR) }),
          },
        }
      case 'silence':
        return {
          kind: 'fact',
          fact: { type: 'silenced', id: 's', until: plus(now, cue.minutes * MINUTE), actor: 'a' },
        }
      case 'plan': {
        const from = plus(now, cue.inMinutes * MINUTE)
        const emptyings = [{ from, until: plus(from, HOUR) }]
        const { containerId } = seats[cue.seat]!
        return { kind: 'fact', fact: { type: 'plan', containerId, source: 'staff', emptyings } }
      }
      case 'gateway':
        return {
          kind: 'fact',
          fact: {
            type: 'gateway',
            stationIds: [ekudden.id],
            state: cue.isDown ? 'down' : 'up',
          },
        }
      default:
        return undefined
    }
  }
  const reading = (device: DeviceId, container: ContainerId, measuredAt: EpochMs): Reading => ({
    deviceId: device,
    n: 0,
    // As ingest would: whoever sits nowhere is nobody's.
    ...(isThere(TOWNS[town]!, container) && { containerId: container }),
    measuredAt,
    receivedAt: now,
    flags: [],
  })
  const uplink = (device: DeviceId, readings: readonly Reading[]): JournalEntry => ({
    kind: 'uplink',
    deviceId: device,
    receivedAt: now,
    fingerprint: ++fingerprint,
    tellsRepeats: true,
    readings,
  })

  const append = async (cues: readonly Cue[]): Promise<void> => {
    const kept: Promise<unknown>[] = []
    for (const cue of cues) {
      const entry = entryOf(cue)
      if (!entry) continue
      last = entry
      kept.push(new Promise((resolve) => journal.append(entry, resolve)))
    }
    await Promise.all(kept)
  }

  const play = async (cue: Cue): Promise<void> => {
    switch (cue.what) {
      case 'wait':
        now = plus(now, cue.minutes * MINUTE)
        return
      case 'tick':
        return journal.tick()
      case 'snapshot':
        snapshots ??= startSnapshots(path, {
          clock: () => now,
          timeZone: () => 'Europe/Stockholm',
          everyMs: DAY,
          onFault: (error) => {
            throw error
          },
        })
        await snapshots.now()
        return
      case 'pack':
        compaction ??= startCompaction(path, {
          clock: () => now,
          onFault: (error) => {
            throw error
          },
        })
        await compaction.now()
        return
      case 'restart':
        await close()
        now = plus(now, cue.away * MINUTE)
        ;({ rules, town } = cue)
        return open()
      case 'reload':
        ;({ rules, town } = cue)
        await store.saveTown(TOWNS[town]!, now)
        isTownPoisoned = cue.isPoisoned === true
        await journal.reload({
          town: (await store.town())!,
          makeEngine: makeWith(rules),
          rules: RULES[rules]!,
        })
        isTownPoisoned = false
        return
      case 'mishap':
        shakyStore.mishaps.push(cue.mishap)
        return
      case 'correct': {
        const [post] = await store.posts({ audience: 'public', limit: 1 })
        if (!post) return
        const { texts: _, ...decided } = post
        const fact = { type: 'post-corrected', post: decided, actor: 'a' } as const
        await new Promise((resolve) => journal.append({ kind: 'fact', fact }, resolve))
        return
      }
      case 'together':
        return append(cue.cues)
      default:
        return append([cue])
    }
  }

  await open()
  return {
    path,
    heard,
    now: () => now,
    async play(cues) {
      for (const cue of cues) await play(cue)
    },
    async [Symbol.asyncDispose]() {
      await compaction?.[Symbol.asyncDispose]()
      await snapshots?.[Symbol.asyncDispose]()
      await close()
    },
  }
}

function isThere(town: Town, container: ContainerId): boolean {
  return town.stations.some((s) => s.containers.some(({ id }) => id === container))
}

/** A day in which much happens, always the same. */
export const busyDay: readonly Cue[] = Array.from({ length: 200 }, (_, i): readonly Cue[] => {
  const seat = i % seats.length
  const percent = [40, 88, 92, 95, 95, 95, 5, 10][Math.floor(i / seats.length) % 8]!
  return [
    { what: 'level', seat, percents: [percent], ago: 0 },
    ...(i % 11 === 3 ? [{ what: 'report', seat, full: i % 2 === 0, who: i % 4 } as const] : []),
    ...(i % 17 === 5 ? [{ what: 'emptied', seat, ago: 5 } as const] : []),
    ...(i % 50 === 49 ? [{ what: 'pack' } as const] : []),
    ...(i === 90 ? [{ what: 'restart', rules: 0, town: 0, away: 3 } as const] : []),
    ...(i === 130 ? [{ what: 'reload', rules: 1, town: 1 } as const] : []),
    ...(i === 160 ? [{ what: 'restart', rules: 2, town: 0, away: 0 } as const] : []),
    { what: 'wait', minutes: 4 },
    { what: 'tick' },
  ]
}).flat()

export { DAY, HOUR, MINUTE }
