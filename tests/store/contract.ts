/** What any store must do, as tests; `sqlite.test.ts` runs them on the embedded one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Correction } from '#src/quality/contract.ts'
import type { ContainerState, Decision } from '#src/rules/decision.ts'
import type {
  EmptiedRecord,
  EmptyingCorrectedRecord,
  EventRecord,
  ForecastRecord,
  PlanRecord,
  ReportRecord,
  SilencedRecord,
  SilenceEndedRecord,
} from '#src/rules/record.ts'
import { correctionKey } from '#src/rules/post-key.ts'
import { type ContainerId, parsePostKey } from '#src/stations/ids.ts'
import { FAULTS, READING_FLAGS, type Reading, type Rejected } from '#src/stations/reading.ts'
import type { Town } from '#src/stations/station.ts'
import { type EpochMs, HOUR, MINUTE, instant, plus } from '#src/stations/time.ts'
import type {
  DeliveryFilter,
  JournalTx,
  NewDelivery,
  NewReading,
  Post,
  Store,
  WayOut,
} from '#src/store/contract.ts'
import { StoreBusy } from '#src/store/store-busy.ts'
import type { CardFacts } from '#src/wording/cards/card-facts.ts'
import {
  areaId,
  castTown,
  containerId,
  deviceId,
  ekudden,
  hamnen,
  torget,
} from '#tests/support/town.ts'

export const noon = instant(Date.parse('2026-05-05T10:00:00Z'))
const paper = containerId('1490-901-paper-1')
const plastic = containerId('1490-901-plastic-1')
const paperDevice = deviceId('dev-901-paper-1')
const plasticDevice = deviceId('dev-901-plastic-1')

/** A level measured at its own time, ten seconds before it was received. */
export function level(fillPercent: number, measuredAt = noon): Reading {
  return {
    deviceId: paperDevice,
    n: 0,
    containerId: paper,
    measuredAt,
    receivedAt: plus(measuredAt, 10_000),
    fillPercent,
    flags: [],
  }
}

/** A level without a time of its own. */
export function nowLevel(fillPercent: number, at = noon): Reading {
  return { ...level(fillPercent, at), receivedAt: at }
}

export function decision(over: Partial<Decision> = {}): Decision {
  return {
    at: noon,
    seq: 1,
    ruleId: 'full',
    ruleHash: 'c0ffee',
    subject: paper,
    stationId: ekudden.id,
    containerId: paper,
    from: 'pending',
    to: 'active',
    because: 'held-long-enough',
    heldMs: 30 * MINUTE,
    clauses: [{ source: 'c.fill >= 85.0', value: true, facts: { 'c.fill': 91, 'c.tilt': null } }],
    gates: [{ gate: 'budget', answer: 'pass', detail: '2/4 today' }],
    outcome: 'posted',
    postKey: postKey(1),
    engine: '1',
    tzdata: '2026a',
    ...over,
  }
}

export function postKey(n: number) {
  return parsePostKey(n.toString(16).padStart(16, '0'))!
}

export function post(n: number, over: Partial<Post> = {}): Post {
  return {
    key: postKey(n),
    at: plus(noon, n * MINUTE),
    stationId: ekudden.id,
    audience: 'public',
    kind: 'open',
    priority: 50,
    sendAt: plus(noon, n * MINUTE + 30_000),
    expiresAt: plus(noon, 6 * HOUR),
    items: [
      {
        ruleId: 'full',
        episode: `full/${paper}/${n}`,
        subject: paper,
        template: 'full',
        containerId: paper,
        fraction: 'paper',
        since: noon,
        source: 'sensor',
        fillPercent: 91,
        alternative: { stationId: hamnen.id, name: 'Hamnen', distanceM: 596 },
      },
    ],
    texts: {
      sv: `Pappret på Ekudden är fullt (${n}).`,
      en: `Paper is full at Ekudden (${n}).`,
      fi: `Ekudden: täynnä (${n}).`,
    },
    ...over,
  }
}

export function delivery(n: number, over: Partial<NewDelivery> = {}): NewDelivery {
  return {
    postKey: postKey(n),
    channel: 'x',
    account: 'provstad',
    language: 'sv',
    text: `Pappret på Ekudden är fullt (${n}).`,
    dueAt: plus(noon, n * MINUTE),
    expiresAt: plus(noon, 6 * HOUR),
    ...over,
  }
}

/** The account of `delivery`. */
export const onX: WayOut = { channel: 'x', account: 'provstad' }

type Effects = Parameters<JournalTx['keepEffects']>[0]

export function effects(over: Partial<Effects> = {}): Effects {
  return {
    decisions: [],
    posts: [],
    withdrawn: [],
    deliveries: [],
    containers: [],
    state: new Map(),
    seq: 1,
    at: noon,
    ...over,
  }
}

function rejected(over: Partial<Rejected> = {}): Rejected {
  return {
    reason: 'not-json',
    detail: 'expected JSON',
    topic: 'kvitter/v1/devices/dev-901-paper-1/reading',
    deviceId: paperDevice,
    receivedAt: noon,
    head: new TextEncoder().encode('{'),
    bytes: 1,
    ...over,
  }
}

let nextSeq = 1
/** Readings as one uplink would bring them, each with its own place in the journal. */
export function fresh(readings: readonly Reading[], fingerprint = 7): readonly NewReading[] {
  return readings.map((reading) => ({ seq: nextSeq++, reading, fingerprint }))
}

export async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-store-'))
  try {
    await work(join(folder, 'kvitter.db'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

export function describeStore(name: string, open: (path: string) => Promise<Store>): void {
  const withStore = (
    work: (store: Store, path: string) => Promise<void>,
  ): (() => Promise<void>) => {
    return () =>
      inFolder(async (path) => {
        await using store = await open(path)
        await work(store, path)
      })
  }
  /** With the town brought in. */
  const withTown = (work: (store: Store, path: string) => Promise<void>): (() => Promise<void>) =>
    withStore(async (store, path) => {
      await store.saveTown(castTown, noon)
      await work(store, path)
    })
  const keep = (store: Store, readings: readonly Reading[]) =>
    store.journal((tx) => tx.keepReadings(fresh(readings)))
  const told = (store: Store, container = paper) =>
    store.readings(container, instant(0), plus(noon, 24 * HOUR), 1000)

  describe(`${name}: the town`, () => {
    test(
      'there is none before the first import',
      withStore(async (store) => {
        expect(await store.town()).toBeUndefined()
      }),
    )

    test(
      'comes back as it was brought in',
      withStore(async (store) => {
        const town: Town = {
          ...castTown,
          networkServers: [{ id: 'tts', kind: 'tts-v3', topic: 'v3/+/devices/+/up' }],
          channels: {
            x: [
              {
                account: 'provstad',
                language: 'sv',
                appKeyEnv: 'X_KEY',
                appSecretEnv: 'X_SECRET',
                accessTokenEnv: 'X_TOKEN',
                accessSecretEnv: 'X_TOKEN_SECRET',
                stations: [hamnen.id],
              },
            ],
          },
          operator: { name: 'Provstads kommun', url: 'https://provstad.example/' },
          stalledAfterMs: 2 * HOUR,
        }
        // 3 stations; 6 containers, devices and mountings each.
        expect(await store.saveTown(town, noon)).toEqual({
          added: 21,
          changed: 0,
          removed: 0,
          unchanged: 0,
        })
        expect(await store.town()).toEqual(town)
      }),
    )

    test(
      'brought in again, changes nothing',
      withTown(async (store) => {
        expect(await store.saveTown(castTown, plus(noon, HOUR))).toEqual({
          added: 0,
          changed: 0,
          removed: 0,
          unchanged: 21,
        })
        expect(await store.town()).toEqual(castTown)
      }),
    )

    test(
      'keeps how a sensor sits, which of its sensors watches what, and the town’s own profiles',
      withTown(async (store) => {
        const [first, ...others] = ekudden.containers
        const slanted = { ...first!.geometry, mountingOffsetMm: -40.5, tiltDeg: 12 }
        const [mounting, ...mountings] = castTown.mountings
        const next: Town = {
          ...castTown,
          profiles: [
            {
              name: 'our-town/bin',
              codec: { file: 'codecs/bin.js', source: 'function decodeUplink() {}' },
              fields: { levels: [{ path: 'mm', meaning: 'distance', unit: 'mm' }] },
            },
          ],
          stations: [
            { ...ekudden, containers: [{ ...first!, geometry: slanted }, ...others] },
            hamnen,
            torget,
          ],
          mountings: [{ ...mounting!, channel: '2', alongside: true }, ...mountings],
        }
        expect(await store.saveTown(next, plus(noon, HOUR))).toEqual({
          added: 0,
          changed: 2,
          removed: 0,
          unchanged: 19,
        })
        expect(await store.town()).toEqual(next)
      }),
    )

    test(
      'a station without an address, and a new name, are taken as they are',
      withTown(async (store) => {
        const { address: _, ...bare } = ekudden
        const renamed = { ...bare, name: 'Ekuddens återvinning' }
        const next = { ...castTown, stations: [renamed, hamnen, torget] }
        expect(await store.saveTown(next, plus(noon, HOUR))).toEqual({
          added: 0,
          changed: 1,
          removed: 0,
          unchanged: 20,
        })
        expect(await store.town()).toEqual(next)
      }),
    )

    test(
      'keeps the parts of the town and where each station stands; another name or place is a change',
      withTown(async (store) => {
        const [norrby, centrum] = [areaId('norrby'), areaId('centrum')]
        const divided: Town = {
          ...castTown,
          areas: [
            { id: norrby, name: 'Norrby' },
            { id: centrum, name: 'Centrum' },
          ],
          stations: [{ ...ekudden, areaId: norrby }, { ...hamnen, areaId: centrum }, torget],
        }
        expect(await store.saveTown(divided, plus(noon, HOUR))).toEqual({
          added: 2,
          changed: 2,
          removed: 0,
          unchanged: 19,
        })
        expect(await store.town()).toEqual(divided)

        const next: Town = {
          ...divided,
          areas: [{ id: norrby, name: 'Norra Norrby' }],
          stations: [{ ...ekudden, areaId: norrby }, { ...hamnen, areaId: norrby }, torget],
        }
        expect(await store.saveTown(next, plus(noon, 2 * HOUR))).toEqual({
          added: 0,
          changed: 2,
          removed: 1,
          unchanged: 20,
        })
        expect(await store.town()).toEqual(next)
        expect(await store.saveTown(castTown, plus(noon, 3 * HOUR))).toEqual({
          added: 0,
          changed: 2,
          removed: 1,
          unchanged: 19,
        })
        expect(await store.town()).toEqual(castTown)
      }),
    )

    test(
      'keeps when a station’s containers are to be emptied',
      withTown(async (store) => {
        const planned: Town = {
          ...castTown,
          stations: [
            {
              ...ekudden,
              plan: [
                {
                  fractions: ['paper'],
                  weekdays: ['Mon', 'Thu'],
                  weeks: 'odd',
                  hours: { fromMinute: 360, untilMinute: 840 },
                },
                { dates: ['2026-12-24'] },
              ],
            },
            hamnen,
            torget,
          ],
        }
        const change = { added: 0, changed: 1, removed: 0, unchanged: 20 }
        expect(await store.saveTown(planned, plus(noon, HOUR))).toEqual(change)
        expect(await store.town()).toEqual(planned)
        const again = { added: 0, changed: 0, removed: 0, unchanged: 21 }
        expect(await store.saveTown(planned, plus(noon, 2 * HOUR))).toEqual(again)
        expect(await store.saveTown(castTown, plus(noon, 3 * HOUR))).toEqual(change)
        expect(await store.town()).toEqual(castTown)
      }),
    )

    test(
      'the bike’s days are kept as each file said them that said otherwise',
      withTown(async (store) => {
        expect(await store.serviceDays()).toEqual([])
        const tuesdays = { ...castTown, serviceDays: [{ weekdays: ['Tue' as const] }] }
        const both = { ...castTown, serviceDays: [{ weekdays: ['Tue' as const, 'Thu' as const] }] }
        await store.saveTown(tuesdays, plus(noon, HOUR))
        await store.saveTown(tuesdays, plus(noon, 2 * HOUR))
        expect(await store.town()).toEqual(tuesdays)
        await store.saveTown(both, plus(noon, 3 * HOUR))
        await store.saveTown(castTown, plus(noon, 4 * HOUR))
        expect(await store.town()).toEqual(castTown)
        expect(await store.serviceDays()).toEqual([
          { at: plus(noon, HOUR), days: tuesdays.serviceDays },
          { at: plus(noon, 3 * HOUR), days: both.serviceDays },
          { at: plus(noon, 4 * HOUR), days: [] },
        ])
      }),
    )

    test(
      'keeps the order of the file, and a station moved within it is no change',
      withTown(async (store) => {
        const next = { ...castTown, stations: [torget, ekudden, hamnen] }
        expect(await store.saveTown(next, plus(noon, HOUR))).toEqual({
          added: 0,
          changed: 0,
          removed: 0,
          unchanged: 21,
        })
        expect((await store.town())!.stations).toEqual([torget, ekudden, hamnen])
      }),
    )

    test(
      'what it no longer names is gone from it, but its history stays; named again, it is back',
      withTown(async (store) => {
        await keep(store, [level(40)])
        const smaller: Town = {
          ...castTown,
          stations: [hamnen, torget],
          devices: castTown.devices.filter((d) => !d.id.includes('901')),
          mountings: castTown.mountings.filter((m) => !m.deviceId.includes('901')),
        }
        // One station, three containers, three devices, three mountings.
        expect(await store.saveTown(smaller, plus(noon, HOUR))).toEqual({
          added: 0,
          changed: 0,
          removed: 10,
          unchanged: 11,
        })
        expect(await store.town()).toEqual(smaller)
        expect(await told(store)).toEqual([level(40)])
        expect(await keep(store, [level(41, plus(noon, MINUTE))])).toEqual(['kept'])

        expect(await store.saveTown(smaller, plus(noon, 2 * HOUR))).toEqual({
          added: 0,
          changed: 0,
          removed: 0,
          unchanged: 11,
        })
        const removed = await store.removedContainers(ekudden.id)
        expect(removed.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
          ekudden.containers
            .map(({ id, fraction }) => ({ id, fraction, removedAt: plus(noon, HOUR) }))
            .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        )
        expect(await store.removedContainers(hamnen.id)).toEqual([])
        expect(await store.saveTown(castTown, plus(noon, 3 * HOUR))).toEqual({
          added: 0,
          changed: 10,
          removed: 0,
          unchanged: 11,
        })
        expect(await store.town()).toEqual(castTown)
        expect(await store.removedContainers(ekudden.id)).toEqual([])
        expect(await told(store)).toHaveLength(2)
      }),
    )

    test(
      'a device swapped for another ends its mounting at the import',
      withTown(async (store) => {
        const swappedAt = plus(noon, HOUR)
        const spare = deviceId('spare-1')
        const next: Town = {
          ...castTown,
          devices: castTown.devices
            .filter((d) => d.id !== paperDevice)
            .concat({ id: spare, profile: 'native' }),
          mountings: castTown.mountings
            .filter((m) => m.deviceId !== paperDevice)
            .concat({ deviceId: spare, containerId: paper, from: swappedAt }),
        }
        await store.saveTown(next, swappedAt)
        const onPaper = (town: Town) => town.mountings.filter((m) => m.containerId === paper)
        expect(onPaper((await store.town())!)).toEqual([
          { deviceId: spare, containerId: paper, from: swappedAt },
        ])

        // The old one, kept in store, has its earlier period back; which has ended.
        const both: Town = { ...next, devices: [...castTown.devices, next.devices.at(-1)!] }
        await store.saveTown(both, plus(noon, 2 * HOUR))
        expect(onPaper((await store.town())!)).toEqual([
          {
            deviceId: paperDevice,
            containerId: paper,
            from: instant(Date.parse('2026-01-01T00:00:00Z')),
            until: swappedAt,
          },
          { deviceId: spare, containerId: paper, from: swappedAt },
        ])
      }),
    )

    test(
      'a device moved without a date belongs, for the time before, where it was',
      withTown(async (store) => {
        const from = castTown.mountings[0]!.from
        const glass = containerId('1490-901-clear-glass-1')
        const glassDevice = deviceId('dev-901-clear-glass-1')
        const next: Town = {
          ...castTown,
          mountings: castTown.mountings
            .filter((m) => m.deviceId !== glassDevice && m.deviceId !== paperDevice)
            .concat({ deviceId: glassDevice, containerId: paper, from }),
        }
        await store.saveTown(next, plus(noon, HOUR))
        const mountings = (await store.town())!.mountings.filter((m) => m.deviceId === glassDevice)
        expect(mountings).toEqual([
          { deviceId: glassDevice, containerId: glass, from, until: plus(noon, HOUR) },
          { deviceId: glassDevice, containerId: paper, from },
        ])
      }),
    )
  })

  describe(`${name}: ways in`, () => {
    test(
      'a credential is found by its name, replaced, and removed once',
      withStore(async (store) => {
        const first = { username: 'dev-1', role: 'device', tokenHash: 'aa' } as const
        const second = { username: 'dev-1', role: 'network-server', tokenHash: 'bb' } as const
        expect(await store.credential('dev-1')).toBeUndefined()
        await store.saveCredential(first, noon)
        expect(await store.credential('dev-1')).toEqual(first)
        await store.saveCredential(second, noon)
        expect(await store.credential('dev-1')).toEqual(second)
        expect(await store.removeCredential('dev-1')).toBe(true)
        expect(await store.removeCredential('dev-1')).toBe(false)
        expect(await store.credential('dev-1')).toBeUndefined()
      }),
    )
  })

  describe(`${name}: the journal`, () => {
    test(
      'a transaction that throws midway leaves nothing',
      withTown(async (store) => {
        const attempt = store.journal(async (tx) => {
          await tx.keepReadings(fresh([level(40)]))
          await tx.keepEvents([{ type: 'town', seq: 2, at: noon }])
          await tx.keepRejected([rejected()])
          await tx.keepEffects(
            effects({
              posts: [post(1)],
              deliveries: [delivery(1)],
              decisions: [decision()],
              state: new Map([['a', '1']]),
              containers: [{ containerId: paper, fillPercent: 40, reports: [] }],
            }),
          )
          throw new Error('the floor gave way')
        })
        await expect(attempt).rejects.toThrow('the floor gave way')
        expect(await store.readingsCount()).toBe(0)
        expect(await store.quarantine({ limit: 10 })).toEqual([])
        expect(await store.rejectedCounts()).toEqual(new Map())
        expect(await store.posts({ audience: 'public', limit: 10 })).toEqual([])
        expect(await store.decisions({ limit: 10 })).toEqual([])
        expect(await store.deliveries({ limit: 10 })).toEqual([])
        expect(await store.journalPosition()).toEqual({
          seq: 0,
          at: 0,
          containers: [],
          state: new Map(),
        })
        expect(await keep(store, [level(40)])).toEqual(['kept'])
      }),
    )

    test(
      'two transactions never interleave, and a failed one does not hold up the next',
      withTown(async (store) => {
        const steps: string[] = []
        const slow = (label: string, fails: boolean) =>
          store.journal(async (tx) => {
            steps.push(`${label} begins`)
            await tx.keepReadings(fresh([nowLevel(40)]))
            for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
            steps.push(`${label} ends`)
            if (fails) throw new Error(label)
          })
        const all = await Promise.allSettled([slow('a', false), slow('b', true), slow('c', false)])
        expect(all.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
        expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
      }),
    )

    test(
      'nobody sees a row before its commit',
      withTown(async (store) => {
        await store.journal(async (tx) => {
          await tx.keepReadings(fresh([level(40)]))
          expect(await store.readingsCount()).toBe(0)
        })
        expect(await store.readingsCount()).toBe(1)
      }),
    )

    test(
      'stands where the last effects left it, with states as they now are',
      withTown(async (store) => {
        const full: ContainerState = {
          containerId: paper,
          fillPercent: 91.25,
          measuredAt: noon,
          deviceId: paperDevice,
          fault: 'no-echo',
          heardAt: plus(noon, 1),
          intervalMs: 600_000.5,
          emptiedAt: plus(noon, -HOUR),
          reports: [{ kind: 'full', by: 'resident', reporter: 'r', at: noon }],
        }
        const bare: ContainerState = { containerId: plastic, reports: [] }
        await store.journal((tx) =>
          tx.keepEffects(
            effects({
              containers: [full, bare],
              state: new Map([
                ['timers', '[1]'],
                ['gone', '1'],
              ]),
            }),
          ),
        )
        await store.journal((tx) =>
          tx.keepEffects(
            effects({
              seq: 9,
              at: plus(noon, 5),
              containers: [{ ...bare, fillPercent: 0 }],
              state: new Map([
                ['timers', '[2]'],
                ['gone', undefined],
                ['never-was', undefined],
              ]),
            }),
          ),
        )
        const position = await store.journalPosition()
        expect(position.seq).toBe(9)
        expect(position.at).toBe(plus(noon, 5))
        expect(position.state).toEqual(new Map([['timers', '[2]']]))
        expect(new Map(position.containers.map((c) => [c.containerId, c]))).toEqual(
          new Map([
            [paper, full],
            [plastic, { ...bare, fillPercent: 0 }],
          ]),
        )
      }),
    )
  })

  describe(`${name}: what is believed`, () => {
    const outlier: Correction = { reason: 'outlier', rawPercent: 90, inARow: 1 }

    test(
      'a correction comes back with its reading, and charts show what is believed',
      withTown(async (store) => {
        const readings = fresh([level(40), level(90, plus(noon, MINUTE))])
        await store.journal(async (tx) => {
          await tx.keepReadings(readings)
          await tx.keepBeliefs({
            corrections: [{ seq: readings[1]!.seq, cleanPercent: 41, correction: outlier }],
            states: [],
            alarms: [],
          })
        })
        const [first, second] = await told(store)
        expect(first).not.toHaveProperty('cleanPercent')
        expect(second).toMatchObject({ fillPercent: 90, cleanPercent: 41, correction: outlier })
        expect(await store.history(paper, noon, plus(noon, HOUR), HOUR)).toMatchObject([
          { n: 2, minPercent: 40, meanPercent: 40.5, maxPercent: 41 },
        ])
      }),
    )

    test(
      'a state takes the place of the one before, to the byte',
      withTown(async (store) => {
        const state = (seq: number, ...bytes: number[]) => ({
          containerId: paper,
          deviceId: paperDevice,
          seq,
          state: Uint8Array.from(bytes),
        })
        expect(await store.beliefs()).toEqual([])
        for (const kept of [state(1, 1, 2, 3), state(5, 0, 255)]) {
          await store.journal((tx) =>
            tx.keepBeliefs({ corrections: [], states: [kept], alarms: [] }),
          )
        }
        expect(await store.beliefs()).toEqual([state(5, 0, 255)])
      }),
    )

    test(
      'readings to judge again come in the order of the journal, with the container they were of',
      withTown(async (store) => {
        const [newer, older] = fresh([level(40, plus(noon, MINUTE)), level(30)])
        const { containerId: _, ...homeless } = level(20, plus(noon, 2 * MINUTE))
        await store.journal((tx) => tx.keepReadings([newer!, older!, ...fresh([homeless])]))
        expect(await store.readingsToJudge(noon)).toEqual([
          { seq: newer!.seq, reading: newer!.reading },
          { seq: older!.seq, reading: older!.reading },
        ])
        expect(await store.readingsToJudge(plus(noon, 1))).toHaveLength(1)
      }),
    )

    test(
      'what the rules were told of a reading comes back with it, where it is another thing',
      withTown(async (store) => {
        const readings = fresh([10, 20, 30, 40].map((p, i) => level(p, plus(noon, i * MINUTE))))
        const [own, late, together, unheard] = readings.map(({ seq }) => seq)
        const said = { deviceId: plasticDevice, fillPercent: 33 }
        await store.journal(async (tx) => {
          await tx.keepReadings(readings)
          await tx.keepTold([
            { seq: late!, toldAt: plus(noon, HOUR) },
            { seq: together!, told: said },
            { seq: unheard!, told: 'nothing' },
          ])
        })
        const kept = await store.readingsSince(own! - 1)
        expect(kept.map(({ reading: _reading, ...beside }) => beside)).toEqual([
          { seq: own },
          { seq: late, toldAt: plus(noon, HOUR) },
          { seq: together, told: said },
          { seq: unheard, told: 'nothing' },
        ])
      }),
    )

    test(
      'emptyings and their corrections are found by container and time',
      withTown(async (store) => {
        const emptied: EmptiedRecord = {
          type: 'emptied',
          seq: 3,
          at: noon,
          containerId: paper,
          emptiedAt: plus(noon, -HOUR),
          notBefore: plus(noon, -2 * HOUR),
          by: 'sensor',
          confidence: 0.9,
        }
        const other: EmptiedRecord = { ...emptied, seq: 4, containerId: plastic, by: 'staff' }
        const corrected: EmptyingCorrectedRecord = {
          type: 'emptying-corrected',
          seq: 5,
          at: plus(noon, HOUR),
          containerId: paper,
          of: 3,
          was: plus(noon, -HOUR),
          actor: 'Kim',
        }
        await store.journal((tx) =>
          tx.keepEvents([emptied, other, corrected, { type: 'town', seq: 6, at: noon }]),
        )
        const found = (since: EpochMs) => store.emptyings({ containerId: paper, since })
        expect(await found(noon)).toEqual([emptied, corrected])
        expect(await found(plus(noon, 1))).toEqual([corrected])
        expect(await store.emptyings({ since: noon })).toEqual([emptied, other, corrected])
      }),
    )

    test(
      'what staff said of silences is read back in the order of the journal',
      withTown(async (store) => {
        const silenced: SilencedRecord = {
          type: 'silenced',
          seq: 3,
          at: noon,
          id: 'a',
          stationId: ekudden.id,
          until: plus(noon, HOUR),
          actor: 'Kim',
        }
        const ended: SilenceEndedRecord = {
          type: 'silence-ended',
          seq: 5,
          at: plus(noon, MINUTE),
          id: 'a',
          actor: 'Robin',
        }
        const other: SilencedRecord = { ...silenced, seq: 4, id: 'b' }
        await store.journal((tx) =>
          tx.keepEvents([silenced, other, ended, { type: 'town', seq: 6, at: noon }]),
        )
        expect(await store.silences()).toEqual([silenced, other, ended])
      }),
    )

    test(
      'plans are found by container and the time at which they were told',
      withTown(async (store) => {
        const plan: PlanRecord = {
          type: 'plan',
          seq: 3,
          at: noon,
          containerId: paper,
          source: 'town',
          emptyings: [{ from: plus(noon, HOUR), until: plus(noon, 2 * HOUR) }],
        }
        const other: PlanRecord = { ...plan, seq: 4, containerId: plastic, source: 'hub' }
        const none: PlanRecord = {
          ...plan,
          seq: 5,
          at: plus(noon, HOUR),
          source: 'staff',
          emptyings: [],
          actor: 'Kim',
        }
        await store.journal((tx) =>
          tx.keepEvents([plan, other, none, { type: 'town', seq: 6, at: noon }]),
        )
        const found = (since: EpochMs) => store.plans({ containerId: paper, since })
        expect(await found(noon)).toEqual([plan, none])
        expect(await found(plus(noon, 1))).toEqual([none])
      }),
    )

    test(
      'of forecasts the newest of each container asked for is found, if it is new enough',
      withTown(async (store) => {
        const told = (seq: number, containerId: ContainerId, at: EpochMs): ForecastRecord => {
          return { type: 'forecast', seq, at, containerId, fullWithin24h: 0.5, model: 'm' }
        }
        const old = told(3, plastic, noon)
        const first = told(4, paper, plus(noon, 1))
        const newest = told(5, paper, plus(noon, 1))
        const other = told(6, plastic, plus(noon, 1))
        await store.journal((tx) => tx.keepEvents([old, first, newest, other]))
        const since = plus(noon, 1)
        expect(await store.forecasts([paper], since)).toEqual(new Map([[paper, newest]]))
        expect(await store.forecasts([plastic], plus(noon, 2))).toEqual(new Map())
        expect(await store.forecasts([], noon)).toEqual(new Map())
      }),
    )
  })

  describe(`${name}: readings`, () => {
    const whole: Reading = {
      ...level(43.2),
      n: 1,
      rawFillPercent: 43,
      distanceMm: 1066.8,
      batteryPercent: 97,
      batteryVolts: 3.61,
      temperatureC: -12.5,
      tiltDeg: 0,
      flags: [...READING_FLAGS],
    }
    const { containerId: _, ...nowhere } = level(50)

    const shapes: readonly (readonly [string, Reading])[] = [
      ['with all that it can carry', whole],
      ['of a status message without a level', { ...bareReading(), batteryVolts: 3.6 }],
      ['of nothing but its time', bareReading()],
      ['of an empty container', level(0)],
      ...FAULTS.map((fault) => [`of the fault ${fault}`, { ...bareReading(), fault }] as const),
      ...READING_FLAGS.map(
        (flag) => [`with the flag ${flag}`, { ...level(3), flags: [flag] }] as const,
      ),
    ]
    test.for(shapes)('a reading %s comes back as it was kept', ([, reading]) =>
      withTown(async (store) => {
        expect(await keep(store, [reading])).toEqual(['kept'])
        expect(await told(store)).toEqual([reading])
      })(),
    )

    function bareReading(): Reading {
      const { fillPercent: _, ...rest } = level(0)
      return rest
    }

    test(
      'a reading of a device that sits nowhere is kept, and belongs to no container',
      withTown(async (store) => {
        expect(await keep(store, [nowhere])).toEqual(['kept'])
        expect(await store.readingsCount()).toBe(1)
        expect(await told(store)).toEqual([])
      }),
    )

    test(
      'told again it is a repeat, whatever status comes with it; told otherwise, a conflict',
      withTown(async (store) => {
        expect(
          await keep(store, [
            level(40),
            level(40),
            { ...level(40), batteryPercent: 90, receivedAt: plus(noon, HOUR) },
            level(41),
            { ...level(40), distanceMm: 1000 },
            { ...bareReading(), fault: 'no-echo' },
            level(40, plus(noon, MINUTE)),
            { ...level(40), n: 1 },
            { ...level(99), deviceId: plasticDevice, containerId: plastic },
          ]),
        ).toEqual([
          'kept',
          'repeat',
          'repeat',
          'conflict',
          'conflict',
          'conflict',
          'kept',
          'kept',
          'kept',
        ])
        expect(await keep(store, [level(40), level(41)])).toEqual(['repeat', 'conflict'])
        expect(await told(store)).toEqual([
          level(40),
          { ...level(40), n: 1 },
          level(40, plus(noon, MINUTE)),
        ])
      }),
    )

    test(
      'two different readings of one millisecond without a time of their own are both kept',
      withTown(async (store) => {
        expect(await keep(store, [nowLevel(40), nowLevel(41)])).toEqual(['kept', 'kept'])
        expect(await keep(store, [nowLevel(42), nowLevel(41), nowLevel(40)])).toEqual([
          'kept',
          'repeat',
          'repeat',
        ])
        const warm = { ...nowLevel(40), temperatureC: 20 }
        expect(await keep(store, [warm, warm])).toEqual(['kept', 'repeat'])
        expect(await told(store)).toEqual([
          nowLevel(40),
          { ...nowLevel(41), n: 1 },
          { ...nowLevel(42), n: 2 },
          { ...warm, n: 3 },
        ])
      }),
    )

    test.for([1, 15, 16, 17, 32, 33, 100])(
      'of %i at once, each has its own answer wherever it stands',
      (size) =>
        withTown(async (store) => {
          const readings = Array.from({ length: size }, (_, i) =>
            level(i % 100, plus(noon, i * MINUTE)),
          )
          // Every third is there already; every seventh of another content.
          const before = readings.filter((_, i) => i % 3 === 0)
          await keep(store, before)
          const sent = readings.map((r, i) => (i % 7 === 0 ? { ...r, fillPercent: 100 } : r))
          const answers = sent.map((_, i) =>
            i % 3 === 0 ? (i % 7 === 0 ? 'conflict' : 'repeat') : 'kept',
          )
          expect(await keep(store, sent)).toEqual(answers)
          expect(await told(store)).toEqual(sent.map((r, i) => (i % 3 === 0 ? readings[i]! : r)))
        })(),
    )

    test(
      'of a device that the store does not know refuse the whole commit',
      withTown(async (store) => {
        const stranger = { ...level(40), deviceId: deviceId('stranger') }
        await expect(keep(store, [level(1), stranger])).rejects.toThrow(
          'stranger is not in the store; import the town first',
        )
        expect(await store.readingsCount()).toBe(0)
      }),
    )

    test(
      'without a number where one must be are refused aloud, not passed over',
      withTown(async (store) => {
        await expect(
          store.journal((tx) =>
            tx.keepReadings([{ seq: 1, reading: level(40), fingerprint: Number.NaN }]),
          ),
        ).rejects.toThrow(/fingerprint/)
      }),
    )

    test(
      'are given oldest first, from the first instant up to but without the last; a limit keeps the newest',
      withTown(async (store) => {
        const at = (minutes: number) => plus(noon, minutes * MINUTE)
        await keep(
          store,
          [3, 1, 2, 0].map((m) => level(m, at(m))),
        )
        const fills = async (from: number, to: number, limit: number) =>
          (await store.readings(paper, at(from), at(to), limit)).map((r) => r.fillPercent)
        expect(await fills(0, 4, 10)).toEqual([0, 1, 2, 3])
        expect(await fills(1, 3, 10)).toEqual([1, 2])
        expect(await fills(0, 4, 2)).toEqual([2, 3])
        expect(await store.readings(containerId('1490-999-paper-1'), at(0), at(9), 9)).toEqual([])
      }),
    )

    test(
      'make up a history by buckets: faults and other containers are left out, empty buckets too',
      withTown(async (store) => {
        const at = (minutes: number) => plus(noon, minutes * MINUTE)
        await keep(store, [
          level(10, at(0)),
          level(20, at(59)),
          { ...bareReading(), measuredAt: at(30), fault: 'no-echo' },
          level(30, at(60)),
          level(35.5, at(180)),
          { ...level(99, at(1)), deviceId: plasticDevice, containerId: plastic },
          level(50, at(240)),
        ])
        expect(await store.history(paper, at(0), at(240), HOUR)).toEqual([
          { from: at(0), n: 2, minPercent: 10, meanPercent: 15, maxPercent: 20 },
          { from: at(60), n: 1, minPercent: 30, meanPercent: 30, maxPercent: 30 },
          { from: at(180), n: 1, minPercent: 35.5, meanPercent: 35.5, maxPercent: 35.5 },
        ])
        expect(await store.history(containerId('1490-999-paper-1'), at(0), at(9), HOUR)).toEqual([])
      }),
    )

    test(
      'make up the histories of several containers at once, the same as each alone; of what is not known, none',
      withTown(async (store) => {
        const at = (minutes: number) => plus(noon, minutes * MINUTE)
        const glass = containerId('1490-901-clear-glass-1')
        const stranger = containerId('1490-999-paper-1')
        const onPlastic = { deviceId: plasticDevice, containerId: plastic }
        await keep(store, [
          level(10, at(0)),
          { ...level(70, at(1)), ...onPlastic },
          { ...level(90, at(2)), ...onPlastic },
          level(20, at(61)),
          { ...level(50, at(130)), ...onPlastic },
        ])
        const asked = [plastic, stranger, paper, glass]
        const histories = await store.histories(asked, at(0), at(120), HOUR)
        expect([...histories]).toEqual([
          [plastic, [{ from: at(0), n: 2, minPercent: 70, meanPercent: 80, maxPercent: 90 }]],
          [stranger, []],
          [
            paper,
            [
              { from: at(0), n: 1, minPercent: 10, meanPercent: 10, maxPercent: 10 },
              { from: at(60), n: 1, minPercent: 20, meanPercent: 20, maxPercent: 20 },
            ],
          ],
          [glass, []],
        ])
        for (const id of asked) {
          expect(await store.history(id, at(0), at(120), HOUR)).toEqual(histories.get(id))
        }
        expect(await store.histories([], at(0), at(120), HOUR)).toEqual(new Map())
      }),
    )

    test(
      'are refused when far too many ask for them at once, and told again when that is over',
      withTown(async (store) => {
        await keep(store, [level(40)])
        const answers = await Promise.allSettled(Array.from({ length: 1000 }, () => told(store)))
        const given = answers.filter((a) => a.status === 'fulfilled')
        const refused = answers.filter((a) => a.status === 'rejected')
        expect(given.length).toBeGreaterThan(0)
        expect(refused.length).toBeGreaterThan(0)
        for (const { value } of given) expect(value).toEqual([level(40)])
        for (const { reason } of refused) expect(reason).toBeInstanceOf(StoreBusy)
        expect(await told(store)).toEqual([level(40)])
      }),
    )

    test(
      'of the last minutes give back their uplinks, each once, oldest first',
      withTown(async (store) => {
        const at = (minutes: number) => plus(noon, minutes * MINUTE)
        const uplink = (minutes: number, fingerprint: number, counter?: number, n = 1) =>
          Array.from({ length: n }, (_, i) => ({
            seq: nextSeq++,
            reading: { ...nowLevel(i, at(minutes)), n: i },
            fingerprint,
            ...(counter === undefined ? {} : { counter }),
          }))
        await store.journal(async (tx) => {
          await tx.keepReadings(uplink(-20, 1))
          await tx.keepReadings(uplink(-5, 2 ** 53 - 1, 12, 3))
          await tx.keepReadings(uplink(-15, 3, 4_294_967_295))
          await tx.keepReadings(uplink(-1, 3))
        })
        expect(await store.recentUplinks(at(-15))).toEqual([
          { deviceId: paperDevice, fingerprint: 3, counter: 4_294_967_295, receivedAt: at(-15) },
          { deviceId: paperDevice, fingerprint: 2 ** 53 - 1, counter: 12, receivedAt: at(-5) },
          { deviceId: paperDevice, fingerprint: 3, receivedAt: at(-1) },
        ])
      }),
    )
  })

  describe(`${name}: decisions and posts`, () => {
    test(
      'decisions are numbered as they come and found by what they speak of',
      withTown(async (store) => {
        const all = [
          decision({ seq: 1 }),
          decision({
            seq: 2,
            ruleId: 'sensor_silent',
            at: plus(noon, HOUR),
            postKey: postKey(2),
            outcome: 'held',
          }),
          decision({ seq: 3, containerId: plastic, subject: plastic, at: plus(noon, 2 * HOUR) }),
          stationDecision(),
        ]
        const stored = await store.journal((tx) => tx.keepEffects(effects({ decisions: all })))
        expect(stored).toEqual(all.map((d, i) => ({ ...d, id: stored[0]!.id + i })))
        const [a, b, c, d] = stored
        expect(await store.decisions({ limit: 10 })).toEqual([d, c, b, a])
        expect(await store.decisions({ limit: 2 })).toEqual([d, c])
        expect(await store.decisions({ afterId: a!.id, limit: 2 })).toEqual([b, c])
        expect(await store.decisions({ afterId: d!.id, limit: 2 })).toEqual([])
        expect(await store.decisions({ beforeId: d!.id, limit: 2 })).toEqual([c, b])
        expect(await store.decisions({ fromId: c!.id, limit: 9 })).toEqual([d, c])
        expect(await store.decisions({ outcome: 'posted', limit: 10 })).toEqual(
          [d, c, b, a].filter((each) => each!.outcome === 'posted'),
        )
        expect(await store.decisions({ outcome: 'held', limit: 10 })).toEqual([b])
        expect(await store.decisions({ stationId: hamnen.id, limit: 10 })).toEqual([d])
        expect(await store.decisions({ containerId: plastic, limit: 10 })).toEqual([c])
        expect(await store.decisions({ ruleId: 'sensor_silent', limit: 10 })).toEqual([b])
        expect(await store.decisions({ postKey: postKey(1), limit: 10 })).toEqual([c, a])
        expect(
          await store.decisions({ from: plus(noon, HOUR), to: plus(noon, 2 * HOUR), limit: 10 }),
        ).toEqual([b])
      }),
    )

    function stationDecision(): Decision {
      const { containerId: _, postKey: __, ...rest } = decision({ at: plus(noon, 3 * HOUR) })
      return { ...rest, seq: 4, subject: hamnen.id, stationId: hamnen.id }
    }

    test(
      'what a post’s picture shows stays as it first was',
      withTown(async (store) => {
        const facts: CardFacts = {
          station: 'Ekudden',
          town: 'Provstad',
          at: noon,
          timeZone: 'Europe/Stockholm',
          containers: [{ fraction: 'paper', word: 'full', percent: 96, source: 'sensor' }],
        }
        const keep = (station: string) =>
          store.journal((tx) =>
            tx.keepEffects(
              effects({
                posts: [post(1), post(2)],
                cards: [{ postKey: postKey(1), facts: { ...facts, station } }],
              }),
            ),
          )
        await keep('Ekudden')
        await keep('Hamnen')
        expect(await store.postCard(postKey(1))).toEqual(facts)
        expect(await store.postCard(postKey(2))).toBeUndefined()
      }),
    )

    test(
      'a post knows its correction, and from when on anybody may see that',
      withTown(async (store) => {
        const saidAt = plus(noon, 2 * HOUR)
        const correction = post(0, {
          key: correctionKey(postKey(1)),
          kind: 'correction',
          corrects: postKey(1),
          at: plus(noon, HOUR),
          sendAt: saidAt,
        })
        await store.journal((tx) => tx.keepEffects(effects({ posts: [post(1), post(2)] })))
        expect(await store.post(postKey(1))).toEqual(post(1))
        await store.journal((tx) => tx.keepEffects(effects({ posts: [correction] })))
        const correctedBy = { key: correction.key, saidAt }
        expect(await store.post(postKey(1))).toEqual({ ...post(1), correctedBy })
        const listed = await store.posts({ audience: 'public', limit: 10 })
        expect(new Map(listed.map((p) => [p.key, p.correctedBy]))).toEqual(
          new Map([
            [correction.key, undefined],
            [postKey(1), correctedBy],
            [postKey(2), undefined],
          ]),
        )
      }),
    )

    test(
      'a post that was kept without Finnish is read in Swedish instead',
      withTown(async (store) => {
        const { fi: _, ...texts } = post(1).texts
        const older = { ...post(1), texts } as Post
        await store.journal((tx) => tx.keepEffects(effects({ posts: [older] })))
        expect((await store.post(postKey(1)))?.texts).toEqual({ ...texts, fi: texts.sv })
      }),
    )

    test(
      'public posts are counted by station and time, corrections apart, without those that wait or were stopped',
      withTown(async (store) => {
        const corrects = post(5, { kind: 'correction' })
        const given = [
          post(1),
          post(2, { stationId: hamnen.id }),
          post(3, { audience: 'staff' }),
          post(4),
          corrects,
        ]
        await store.journal((tx) => tx.keepEffects(effects({ posts: given })))
        await store.journal((tx) => tx.keepEffects(effects({ withdrawn: [postKey(4)] })))
        const from = given[0]!.at
        const to = plus(corrects.at, 1)
        const count = { from, to, saidBy: plus(to, HOUR) }
        expect(await store.countPosts(count)).toEqual({ posts: 2, corrections: 1 })
        expect(await store.countPosts({ ...count, saidBy: plus(given[0]!.sendAt, -1) })).toEqual({
          posts: 0,
          corrections: 0,
        })
        expect(await store.countPosts({ ...count, stationId: hamnen.id })).toEqual({
          posts: 1,
          corrections: 0,
        })
        expect(await store.countPosts({ ...count, from: to, to: plus(to, 1) })).toEqual({
          posts: 0,
          corrections: 0,
        })
      }),
    )

    test(
      'posts are given newest first, for their readers, of a station, before an instant',
      withTown(async (store) => {
        const atHamnen = post(2, { stationId: hamnen.id })
        const forStaff = post(3, { audience: 'staff' })
        const reply = post(4, { kind: 'close', replyTo: postKey(1) })
        await store.journal((tx) =>
          tx.keepEffects(effects({ posts: [post(1), atHamnen, forStaff, reply] })),
        )
        expect(await store.posts({ audience: 'public', limit: 10 })).toEqual([
          reply,
          atHamnen,
          post(1),
        ])
        expect(await store.posts({ audience: 'staff', limit: 10 })).toEqual([forStaff])
        expect(await store.posts({ audience: 'public', limit: 1 })).toEqual([reply])
        expect(
          await store.posts({ audience: 'public', before: { at: reply.at }, limit: 10 }),
        ).toEqual([atHamnen, post(1)])
        expect(await store.posts({ audience: 'public', stationId: hamnen.id, limit: 10 })).toEqual([
          atHamnen,
        ])
        expect(await store.post(postKey(1))).toEqual(post(1))
        expect(await store.post(postKey(9))).toBeUndefined()
      }),
    )

    test.for([1, 2, 3, 5, 8])(
      'posts are paged by %i, and none is lost or met twice, however many were said at one instant',
      (limit) =>
        withTown(async (store) => {
          const at = plus(noon, HOUR)
          const all = [
            post(1, { at: plus(at, 1) }),
            ...[2, 3, 4, 5, 6, 7].map((n) =>
              post(n, { at, stationId: n % 2 === 0 ? hamnen.id : ekudden.id }),
            ),
            post(8, { at: plus(at, -1) }),
          ]
          const forStaff = post(9, { at, audience: 'staff' })
          // Kept in another order than they are told in.
          await store.journal((tx) =>
            tx.keepEffects(effects({ posts: [...all, forStaff].reverse() })),
          )
          const paged = async (stationId?: typeof hamnen.id) => {
            const seen: Post[] = []
            for (;;) {
              const last = seen.at(-1)
              const page = await store.posts({
                audience: 'public',
                limit,
                ...(stationId && { stationId }),
                ...(last && { before: { at: last.at, key: last.key } }),
              })
              if (page.length === 0) return seen
              seen.push(...page)
            }
          }
          expect(await paged()).toEqual(all)
          expect(await paged(hamnen.id)).toEqual(all.filter((p) => p.stationId === hamnen.id))
          expect(await store.posts({ audience: 'public', before: { at }, limit: 9 })).toEqual([
            all.at(-1),
          ])
        })(),
    )

    test(
      'a post said already is not said again and never rewritten',
      withTown(async (store) => {
        const say = (p: Post) =>
          store.journal((tx) =>
            tx.keepEffects(
              effects({ posts: [p], deliveries: [delivery(1, { text: p.texts.sv })] }),
            ),
          )
        await say(post(1))
        await say(
          post(1, { texts: { sv: 'Något annat.', en: 'Something else.', fi: 'Jotain muuta.' } }),
        )
        expect(await store.posts({ audience: 'public', limit: 10 })).toEqual([post(1)])
        expect((await store.deliveries({ limit: 10 })).map((d) => d.text)).toEqual([
          post(1).texts.sv,
        ])
      }),
    )
  })

  describe(`${name}: reports`, () => {
    const report = (seq: number, minutes: number, containerId = paper): ReportRecord => ({
      type: 'report',
      seq,
      at: plus(noon, minutes * MINUTE),
      containerId,
      kind: 'full',
      by: 'resident',
      reporter: `r${seq}`,
    })
    test(
      'are found by time and container, in the order of the journal',
      withTown(async (store) => {
        const all = [report(1, 0), report(2, 5, plastic), report(3, 10)]
        await store.journal((tx) => tx.keepEvents([...all, { type: 'town', seq: 4, at: noon }]))
        expect(await store.reports({ since: noon })).toEqual(all)
        expect(await store.reports({ since: plus(noon, 1) })).toEqual(all.slice(1))
        expect(await store.reports({ since: noon, containerIds: [paper] })).toEqual([
          all[0],
          all[2],
        ])
        expect(await store.reports({ since: noon, containerIds: [] })).toEqual([])
      }),
    )

    test(
      'that were taken back are not among them',
      withTown(async (store) => {
        const all = [report(1, 0), report(2, 1), report(3, 2, plastic)]
        const { containerId, kind, reporter } = all[1]!
        const withdrawn: EventRecord = {
          type: 'report-withdrawn',
          seq: 4,
          at: plus(noon, 3 * MINUTE),
          containerId,
          of: 2,
          kind,
          reporter,
        }
        await store.journal((tx) => tx.keepEvents([...all, withdrawn]))
        expect(await store.reports({ since: noon })).toEqual([all[0], all[2]])
        expect(await store.reports({ since: noon, containerIds: [paper] })).toEqual([all[0]])
      }),
    )

    test(
      'are told apart by salts that are thrown away by their age, and those from the future',
      withTown(async (store) => {
        const salt = (minutes: number) => ({
          from: plus(noon, minutes * MINUTE),
          salt: new Uint8Array([minutes + 100, 2, 3]),
        })
        for (const minutes of [0, -60, 60, -90]) await store.keepReporterSalt(salt(minutes))
        expect(await store.reporterSalts()).toEqual([60, 0, -60, -90].map(salt))
        await store.dropReporterSalts(plus(noon, -60 * MINUTE), plus(noon, 60 * MINUTE))
        expect(await store.reporterSalts()).toEqual([salt(0)])
      }),
    )
  })

  describe(`${name}: a post that is withdrawn`, () => {
    const withdraw = (store: Store, key = postKey(1)) =>
      store.journal((tx) => tx.keepEffects(effects({ withdrawn: [key], at: plus(noon, MINUTE) })))
    const withPosts = (work: (store: Store) => Promise<void>) =>
      withTown(async (store) => {
        await store.journal((tx) =>
          tx.keepEffects(
            effects({ posts: [post(1), post(2)], deliveries: [delivery(1), delivery(2)] }),
          ),
        )
        await work(store)
      })
    const listed = async (store: Store, saidBy?: EpochMs) =>
      (
        await store.posts({
          audience: 'public',
          limit: 10,
          ...(saidBy !== undefined && { saidBy }),
        })
      ).map((p) => [Number(p.key), p.withdrawnAt])

    test(
      'is known by it, and is not among what anybody may have seen',
      withPosts(async (store) => {
        await withdraw(store)
        const at = plus(noon, MINUTE)
        expect(await store.post(postKey(1))).toEqual({ ...post(1), withdrawnAt: at })
        expect(await listed(store)).toEqual([
          [2, undefined],
          [1, at],
        ])
        expect(await listed(store, plus(noon, HOUR))).toEqual([[2, undefined]])
      }),
    )

    test(
      'and one whose time has not come are seen by nobody',
      withPosts(async (store) => {
        expect(await listed(store, plus(post(1).sendAt, -1))).toEqual([])
        expect(await listed(store, post(1).sendAt)).toEqual([[1, undefined]])
        expect(await listed(store, post(2).sendAt)).toEqual([
          [2, undefined],
          [1, undefined],
        ])
      }),
    )

    test(
      'is never handed out, though it was due',
      withPosts(async (store) => {
        await withdraw(store)
        const claimed = await store.claimDelivery(onX, plus(noon, HOUR), MINUTE)
        expect(claimed?.postKey).toBe(postKey(2))
        expect(await store.claimDelivery(onX, plus(noon, HOUR), MINUTE)).toBeUndefined()
        const [of] = await store.deliveries({ postKey: postKey(1), limit: 1 })
        expect([of!.state, of!.attempts]).toEqual(['withdrawn', 0])
      }),
    )

    test(
      'is stopped also where it was made in the same commit, and remembers when it was first',
      withTown(async (store) => {
        await store.journal((tx) =>
          tx.keepEffects(
            effects({ posts: [post(1)], deliveries: [delivery(1)], withdrawn: [postKey(1)] }),
          ),
        )
        expect((await store.deliveries({ limit: 1 }))[0]!.state).toBe('withdrawn')
        await withdraw(store)
        expect((await store.post(postKey(1)))!.withdrawnAt).toBe(noon)
      }),
    )

    test(
      'is under way from the first claim on, unless that came to no try',
      withPosts(async (store) => {
        const isUnderWay = () => store.journal((tx) => tx.isUnderWay(postKey(1)))
        expect(await isUnderWay()).toBe(false)
        const { id } = (await store.claimDelivery(onX, plus(noon, HOUR), MINUTE))!
        expect(await isUnderWay()).toBe(true)
        const due = { state: 'due', dueAt: noon, error: 'later' } as const
        await store.settleDelivery(id, { ...due, untried: true })
        expect(await isUnderWay()).toBe(false)
        await store.claimDelivery(onX, plus(noon, HOUR), MINUTE)
        await store.settleDelivery(id, due)
        expect(await isUnderWay()).toBe(true)
      }),
    )
  })

  describe(`${name}: who was given what a post takes back`, () => {
    const close = (n: number, over: Partial<Post> = {}) =>
      post(9, { kind: 'close', items: post(n).items, ...over })
    const voice = (account: string) => ({ channel: 'x', account, language: 'sv' })
    const given = (more: Partial<Effects>, of: Post) =>
      withTown(async (store) => {
        const deliveries = ['provstad', 'ekudden'].map((account) => delivery(1, { account }))
        const kept = effects({
          posts: [post(1), post(2)],
          deliveries: [...deliveries, delivery(2)],
        })
        await store.journal((tx) => tx.keepEffects(kept))
        await store.journal((tx) => tx.keepEffects(effects(more)))
        found = await store.journal((tx) => tx.voicesBefore(of))
      })
    let found: readonly unknown[]

    test('of a close, the news that it is about', async () => {
      await given({}, close(1))()
      expect(found).toEqual([voice('provstad'), voice('ekudden')])
      await given({}, close(2))()
      expect(found).toEqual([voice('provstad')])
    })

    test('of a correction, what it corrects', async () => {
      await given({}, post(9, { kind: 'correction', items: [], corrects: postKey(2) }))()
      expect(found).toEqual([voice('provstad')])
    })

    test.each([
      ['of news nobody', {}, post(9, { items: post(1).items })],
      ['of a close about nothing that was said', {}, close(7)],
      ['of another station’s close nobody', {}, close(1, { stationId: hamnen.id })],
      ['of news that was stopped nobody', { withdrawn: [postKey(1)] }, close(1)],
    ])('%s', async (_, more, of) => {
      await given(more, of)()
      expect(found).toEqual([])
    })
  })

  describe(`${name}: what was not taken`, () => {
    test(
      'is counted by its reason and kept with its first kilobyte, newest first',
      withTown(async (store) => {
        const long = new Uint8Array(3000).fill(65)
        const { deviceId: _, ...anonymous } = rejected({ topic: 'other', reason: 'unknown-topic' })
        await store.journal((tx) =>
          tx.keepRejected([rejected(), rejected({ head: long, bytes: 3000 }), anonymous]),
        )
        await store.journal((tx) => tx.keepRejected([rejected()]))
        expect(await store.rejectedCounts()).toEqual(
          new Map([
            ['not-json', 3],
            ['unknown-topic', 1],
          ]),
        )
        const kept = await store.quarantine({ limit: 10 })
        expect(kept.map((r) => ({ ...r, head: [...r.head] }))).toEqual(
          [
            rejected(),
            anonymous,
            rejected({ head: long.subarray(0, 1024), bytes: 3000 }),
            rejected(),
          ].map((r, i) => ({ ...r, id: kept[i]!.id, head: [...r.head] })),
        )
        expect(await store.quarantine({ limit: 1 })).toEqual([kept[0]])
        expect(new Set(kept.map((r) => r.id)).size).toBe(4)
      }),
    )

    test(
      'may have a topic as long as MQTT lets it; so much is kept as it is known by',
      withTown(async (store) => {
        await store.journal((tx) => tx.keepRejected([rejected({ topic: 'ö'.repeat(30_000) })]))
        const [kept] = await store.quarantine({ limit: 1 })
        expect(kept!.topic).toBe('ö'.repeat(1024))
      }),
    )

    test(
      'goes, the oldest first, when there is too much of it; the count stays',
      withTown(async (store) => {
        const many = Array.from({ length: 50_010 }, (_, i) => rejected({ bytes: i }))
        await store.journal((tx) => tx.keepRejected(many))
        const kept = await store.quarantine({ limit: 60_000 })
        expect(kept.map((r) => r.bytes)).toEqual(
          Array.from({ length: 50_000 }, (_, i) => 50_009 - i),
        )
        expect(await store.rejectedCounts()).toEqual(new Map([['not-json', 50_010]]))
      }),
    )
  })

  describe(`${name}: the outbox`, () => {
    const LEASE = 30_000
    const withDeliveries = (
      deliveries: readonly NewDelivery[],
      work: (store: Store) => Promise<void>,
    ) =>
      withTown(async (store) => {
        const posts = [...new Set(deliveries.map((d) => d.postKey))].map((key) =>
          post(Number.parseInt(key, 16)),
        )
        await store.journal((tx) => tx.keepEffects(effects({ posts, deliveries })))
        await work(store)
      })
    const later = plus(noon, HOUR)

    test(
      'hands out what is due, the earliest first, each once',
      withDeliveries([delivery(2), delivery(1), delivery(3)], async (store) => {
        expect(await store.claimDelivery(onX, noon, LEASE)).toBeUndefined()
        expect(await store.nextDeliveryAt(onX)).toBe(delivery(1).dueAt)
        const first = await store.claimDelivery(onX, plus(noon, 2 * MINUTE), LEASE)
        expect(first).toEqual({
          ...delivery(1),
          id: first!.id,
          stationId: ekudden.id,
          sendAt: post(1).sendAt,
          priority: post(1).priority,
          state: 'sending',
          attempts: 1,
          firstTriedAt: plus(noon, 2 * MINUTE),
        })
        expect((await store.claimDelivery(onX, plus(noon, 2 * MINUTE), LEASE))!.postKey).toBe(
          postKey(2),
        )
        expect(await store.claimDelivery(onX, plus(noon, 2 * MINUTE), LEASE)).toBeUndefined()
        // The third is due at three minutes; the leases run out half a minute before.
        expect(await store.nextDeliveryAt(onX)).toBe(plus(noon, 2.5 * MINUTE))
      }),
    )

    test(
      'gives a delivery out again when its lease has run out, and says that it is a second try',
      withDeliveries([delivery(1)], async (store) => {
        const first = (await store.claimDelivery(onX, later, LEASE))!
        expect(await store.claimDelivery(onX, plus(later, LEASE - 1), LEASE)).toBeUndefined()
        expect(await store.claimDelivery(onX, plus(later, LEASE), LEASE)).toEqual({
          ...first,
          attempts: 2,
        })
      }),
    )

    test(
      'keeps what can’t be said as dead, with the reason, and hands it to nobody',
      withDeliveries([delivery(1, { fault: 'it is a link' })], async (store) => {
        expect(await store.claimDelivery(onX, later, LEASE)).toBeUndefined()
        expect(await store.deliveries({ limit: 10 })).toMatchObject([
          { state: 'dead', lastError: 'it is a link', attempts: 0 },
        ])
      }),
    )

    test(
      'hands out in the order of the posts, or what matters first, or that alone',
      withTown(async (store) => {
        const posts = [post(1), post(2, { priority: 80 }), post(3, { priority: 100 })]
        const deliveries = posts.map((_, i) => delivery(i + 1))
        await store.journal((tx) => tx.keepEffects(effects({ posts, deliveries })))
        const first = (await store.claimDelivery(onX, later, LEASE))!
        expect(first.postKey).toBe(postKey(1))
        // Put off, it still goes before what was decided later.
        await store.settleDelivery(first.id, { state: 'due', dueAt: later, error: 'why' })
        const claim = async (alone: boolean) =>
          (await store.claimDelivery(onX, later, LEASE, { fromPriority: 80, alone }))?.postKey
        expect(await claim(false)).toBe(postKey(2))
        expect(await store.nextDeliveryAt(onX, 100)).toBe(delivery(3).dueAt)
        expect([await claim(true), await claim(true)]).toEqual([postKey(3), undefined])
        expect(await claim(false)).toBe(postKey(1))
      }),
    )

    test(
      'is read by account, station and state, page by page',
      withTown(async (store) => {
        const posts = [post(1), post(2, { stationId: hamnen.id }), post(3)]
        const deliveries = [
          ...posts.map((_, i) => delivery(i + 1)),
          delivery(1, { account: 'ekudden' }),
          delivery(1, { channel: 'mastodon' }),
        ]
        await store.journal((tx) => tx.keepEffects(effects({ posts, deliveries })))
        const found = async (filter: Partial<DeliveryFilter>) =>
          (await store.deliveries({ limit: 10, ...filter })).map(
            ({ postKey: key, channel }) => `${channel} ${Number.parseInt(key, 16)}`,
          )
        expect(await found({ ...onX })).toEqual(['x 3', 'x 2', 'x 1'])
        expect(await found({ ...onX, stationId: hamnen.id })).toEqual(['x 2'])
        expect(await found({ channel: 'mastodon', states: ['due'] })).toEqual(['mastodon 1'])
        const [, newest] = await store.deliveries({ ...onX, limit: 2 })
        expect(await found({ ...onX, beforeId: newest!.id })).toEqual(['x 1'])
        expect(await found({ id: newest!.id })).toEqual(['x 2'])
      }),
    )

    test(
      'hands an account its own alone',
      withDeliveries([delivery(1), delivery(1, { account: 'ekudden' })], async (store) => {
        const ekuddens: WayOut = { channel: 'x', account: 'ekudden' }
        expect(await store.nextDeliveryAt({ channel: 'x', account: 'hamnen' })).toBeUndefined()
        expect((await store.claimDelivery(ekuddens, later, LEASE))!.account).toBe('ekudden')
        expect(await store.claimDelivery(ekuddens, later, LEASE)).toBeUndefined()
        expect(await store.nextDeliveryAt(onX)).toBe(delivery(1).dueAt)
        expect((await store.claimDelivery(onX, later, LEASE))!.account).toBe('provstad')
      }),
    )

    test(
      'keeps a note for each account, the newest',
      withTown(async (store, path) => {
        const ekuddens: WayOut = { channel: 'x', account: 'ekudden' }
        expect(await store.channelNote(onX)).toBeUndefined()
        await store.keepChannelNote(onX, 'one')
        await store.keepChannelNote(ekuddens, 'another')
        await store.keepChannelNote(onX, 'two')
        await using again = await open(path)
        expect(await again.channelNote(onX)).toBe('two')
        expect(await again.channelNote(ekuddens)).toBe('another')
      }),
    )

    test(
      'never gives two workers the same',
      withDeliveries(
        Array.from({ length: 20 }, (_, i) => delivery(i + 1)),
        async (store) => {
          const worker = async () => {
            const mine: number[] = []
            for (;;) {
              const claimed = await store.claimDelivery(onX, later, LEASE)
              if (!claimed) return mine
              mine.push(claimed.id)
            }
          }
          const ids = (await Promise.all([worker(), worker(), worker()])).flat()
          expect(ids).toHaveLength(20)
          expect(new Set(ids).size).toBe(20)
        },
      ),
    )

    test(
      'settles what is being sent, once; nothing that was settled or never claimed',
      withDeliveries([delivery(1), delivery(2)], async (store) => {
        const first = (await store.claimDelivery(onX, plus(noon, MINUTE), LEASE))!
        await store.settleDelivery(first.id, { state: 'sent', remoteId: '17', at: later })
        await store.settleDelivery(first.id, { state: 'dead', error: 'too late' })
        const [second] = await store.deliveries({ states: ['due'], limit: 10 })
        await store.settleDelivery(second!.id, { state: 'sent', at: later })
        expect(await store.deliveries({ limit: 10 })).toEqual([
          {
            ...delivery(2),
            id: second!.id,
            stationId: ekudden.id,
            sendAt: post(2).sendAt,
            priority: post(2).priority,
            state: 'due',
            attempts: 0,
          },
          { ...first, state: 'sent', remoteId: '17', sentAt: later },
        ])
        expect(await store.deliveries({ postKey: postKey(1), limit: 10 })).toHaveLength(1)
      }),
    )

    test(
      'puts off what could not be sent, and forgets the error once it is',
      withDeliveries([delivery(1)], async (store) => {
        const { id } = (await store.claimDelivery(onX, later, LEASE))!
        const dueAt = plus(later, 5 * MINUTE)
        await store.settleDelivery(id, { state: 'due', dueAt, error: '503' })
        expect(await store.claimDelivery(onX, later, LEASE)).toBeUndefined()
        expect(await store.nextDeliveryAt(onX)).toBe(dueAt)
        const again = await store.claimDelivery(onX, dueAt, LEASE)
        expect(again).toMatchObject({ attempts: 2, firstTriedAt: later, lastError: '503' })
        await store.settleDelivery(id, { state: 'sent', at: dueAt })
        const [sent] = await store.deliveries({ limit: 1 })
        expect(sent).not.toHaveProperty('lastError')
        expect(await store.nextDeliveryAt(onX)).toBeUndefined()
      }),
    )

    test(
      'does not count a claim that came to no try',
      withDeliveries([delivery(1)], async (store) => {
        const untried = { state: 'due', dueAt: later, error: 'paused', untried: true } as const
        const { id } = (await store.claimDelivery(onX, later, LEASE))!
        await store.settleDelivery(id, untried)
        const [waiting] = await store.deliveries({ limit: 1 })
        expect(waiting).toMatchObject({ state: 'due', attempts: 0, lastError: 'paused' })
        expect(waiting).not.toHaveProperty('firstTriedAt')

        await store.claimDelivery(onX, later, LEASE)
        await store.claimDelivery(onX, plus(later, LEASE), LEASE)
        await store.settleDelivery(id, untried)
        const [tried] = await store.deliveries({ limit: 1 })
        expect(tried).toMatchObject({ attempts: 1, firstTriedAt: later })
      }),
    )

    test.for(['dead', 'expired', 'uncertain'] as const)(
      'never gives out again what is %s',
      (state) =>
        withDeliveries([delivery(1)], async (store) => {
          const { id } = (await store.claimDelivery(onX, later, LEASE))!
          await store.settleDelivery(id, { state, error: 'so it went' })
          expect(await store.claimDelivery(onX, plus(later, 24 * HOUR), LEASE)).toBeUndefined()
          expect(await store.nextDeliveryAt(onX)).toBeUndefined()
          expect(await store.deliveries({ states: [state], limit: 10 })).toMatchObject([
            { id, state, lastError: 'so it went' },
          ])
        })(),
    )
  })

  describe(`${name}: accounts and what staff ask for`, () => {
    const LEASE = 30_000
    const ekuddens: WayOut = { channel: 'x', account: 'ekudden' }
    const withDeliveries = (
      deliveries: readonly NewDelivery[],
      work: (store: Store, path: string) => Promise<void>,
    ) =>
      withTown(async (store, path) => {
        const posts = [...new Set(deliveries.map((d) => d.postKey))].map((key) =>
          post(Number.parseInt(key, 16)),
        )
        await store.journal((tx) => tx.keepEffects(effects({ posts, deliveries })))
        await work(store, path)
      })
    const later = plus(noon, HOUR)

    test(
      'an account’s standing is kept, each part by itself',
      withTown(async (store, path) => {
        expect(await store.accountStanding(onX)).toEqual({})
        const paused = { since: noon, because: 'staff', detail: 'a storm', by: 'Ada' } as const
        await store.keepAccountStanding(onX, { paused, uncheckedSince: noon, stuckSince: later })
        await store.keepAccountStanding(ekuddens, { stuckSince: noon })
        await using again = await open(path)
        expect(await again.accountStanding(onX)).toEqual({
          paused,
          uncheckedSince: noon,
          stuckSince: later,
        })
        await store.keepAccountStanding(onX, { uncheckedSince: noon })
        expect(await store.accountStanding(onX)).toEqual({ uncheckedSince: noon })
        expect(await store.accountStanding(ekuddens)).toEqual({ stuckSince: noon })
      }),
    )

    test(
      'what was spent is summed by account and month, never below nothing',
      withTown(async (store, path) => {
        expect(await store.spent(onX, '2026-05')).toBe(0)
        await store.spend(onX, '2026-05', 15_000)
        await store.spend(onX, '2026-05', 1_000)
        await store.spend(onX, '2026-06', 7)
        await store.spend(ekuddens, '2026-05', 3)
        await using again = await open(path)
        expect(await again.spent(onX, '2026-05')).toBe(16_000)
        await store.spend(onX, '2026-05', -20_000)
        expect(await store.spent(onX, '2026-05')).toBe(0)
        expect(await store.spent(onX, '2026-06')).toBe(7)
      }),
    )

    test(
      'deliveries are counted by state, and what is due by its time',
      withDeliveries([delivery(1), delivery(2), delivery(3)], async (store) => {
        expect(await store.accountTally(onX)).toEqual({ counts: { due: 3 } })
        expect(await store.lastSentAt(onX)).toBeUndefined()
        const { id } = (await store.claimDelivery(onX, later, LEASE))!
        await store.settleDelivery(id, { state: 'sent', at: later })
        await store.claimDelivery(onX, later, LEASE)
        expect(await store.accountTally(onX)).toEqual({
          counts: { due: 1, sending: 1, sent: 1 },
          lastSentAt: later,
        })
        expect(await store.lastSentAt(onX)).toBe(later)
        expect(await store.dueTally(onX, later)).toEqual({
          count: 2,
          oldestSendAt: post(2).sendAt,
        })
        expect(await store.dueTally(onX, noon)).toEqual({ count: 0 })
      }),
    )

    test(
      'what was given up since an instant is told by when it could have left',
      withDeliveries([delivery(1), delivery(2), delivery(3)], async (store) => {
        expect(await store.firstInVain(onX)).toBeUndefined()
        for (const state of ['uncertain', 'dead', 'dead'] as const) {
          const { id } = (await store.claimDelivery(onX, later, LEASE))!
          await store.settleDelivery(id, { state, error: '' })
        }
        expect(await store.firstInVain(onX)).toBe(post(2).sendAt)
        expect(await store.firstInVain(onX, post(2).sendAt)).toBe(post(3).sendAt)
        expect(await store.firstInVain(onX, post(3).sendAt)).toBeUndefined()
        expect(await store.firstInVain(ekuddens)).toBeUndefined()
      }),
    )

    test(
      'what was said or tried since an instant is counted, and when it falls below a bound is told',
      withDeliveries([delivery(1), delivery(2), delivery(3), delivery(4)], async (store) => {
        const at = (n: number) => plus(later, n * MINUTE)
        for (const [n, state] of (['sent', 'dead', 'expired'] as const).entries()) {
          const { id } = (await store.claimDelivery(onX, at(n), LEASE))!
          await store.settleDelivery(
            id,
            state === 'sent' ? { state, at: at(n) } : { state, error: 'why' },
          )
        }
        await store.claimDelivery(onX, at(3), LEASE)
        const tried = (since: EpochMs, most: number) =>
          store.countTried('x', ['provstad', 'ekudden'], since, most)
        // What has expired wasn't said.
        expect(await tried(noon, 4)).toEqual({ count: 3 })
        expect(await tried(noon, 3)).toEqual({ count: 3, at: at(0) })
        expect(await tried(noon, 2)).toEqual({ count: 3, at: at(1) })
        expect(await tried(at(1), 1)).toEqual({ count: 1, at: at(3) })
        expect(await store.countTried('x', ['ekudden'], noon, 1)).toEqual({ count: 0 })
      }),
    )

    test.for(['dead', 'expired', 'uncertain'] as const)(
      'what is %s lives again when staff ask, once, with fresh tries',
      (state) =>
        withDeliveries([delivery(1)], async (store) => {
          const { id } = (await store.claimDelivery(onX, later, LEASE))!
          const again = { by: 'Ada', at: plus(later, HOUR), expiresAt: plus(later, 7 * HOUR) }
          expect(await store.sendAgain(id, again)).toBe(false)
          await store.settleDelivery(id, { state, error: 'so it went' })
          expect(await store.sendAgain(id, again)).toBe(true)
          expect(await store.sendAgain(id, again)).toBe(false)
          const lives = await store.claimDelivery(onX, again.at, LEASE)
          expect(lives).toMatchObject({
            id,
            attempts: 1,
            firstTriedAt: again.at,
            expiresAt: again.expiresAt,
            lastError: 'so it went',
            again: { at: again.at, by: 'Ada' },
          })
        })(),
    )

    test(
      'what is too old ends: what nobody tried, and what nobody can ask about',
      withDeliveries(
        [delivery(1), delivery(2), delivery(1, { account: 'ekudden' })],
        async (store) => {
          const { id } = (await store.claimDelivery(onX, later, LEASE))!
          await store.settleDelivery(id, { state: 'due', dueAt: later, error: '503' })
          const { expiresAt } = delivery(1)
          const ways = [onX, ekuddens]
          expect(await store.endOverdue(plus(expiresAt, -1), ways)).toBe(0)
          expect(await store.endOverdue(expiresAt, ways)).toBe(2)
          const states = async () =>
            (await store.deliveries({ limit: 9 })).map((d) => [d.account, d.state, d.lastError])
          expect(await states()).toEqual([
            ['ekudden', 'expired', 'too late to be news'],
            ['provstad', 'expired', 'too late to be news'],
            ['provstad', 'due', '503'],
          ])
          expect(await store.endOverdue(expiresAt, [ekuddens])).toBe(1)
          expect((await states())[2]![1]).toBe('uncertain')
        },
      ),
    )
  })

  describe(`${name}: opened again`, () => {
    test('has everything, and counts on', () =>
      inFolder(async (path) => {
        const asked = async (store: Store) => ({
          town: await store.town(),
          credential: await store.credential('dev-1'),
          position: await store.journalPosition(),
          readings: await told(store),
          count: await store.readingsCount(),
          recent: await store.recentUplinks(instant(0)),
          decisions: await store.decisions({ limit: 10 }),
          posts: await store.posts({ audience: 'public', limit: 10 }),
          deliveries: await store.deliveries({ limit: 10 }),
          rejected: await store.rejectedCounts(),
          quarantine: await store.quarantine({ limit: 10 }),
        })
        let before: Awaited<ReturnType<typeof asked>>
        {
          await using store = await open(path)
          await store.saveTown(castTown, noon)
          await store.saveCredential({ username: 'dev-1', role: 'device', tokenHash: 'aa' }, noon)
          await store.journal(async (tx) => {
            await tx.keepReadings(fresh([level(40), level(41, plus(noon, MINUTE))]))
            await tx.keepEvents([{ type: 'town', seq: 3, at: noon }])
            await tx.keepRejected([rejected()])
            await tx.keepEffects(
              effects({
                seq: 3,
                posts: [post(1)],
                deliveries: [delivery(1)],
                decisions: [decision()],
                state: new Map([['a', '1']]),
                containers: [{ containerId: paper, fillPercent: 41, reports: [] }],
              }),
            )
          })
          await store.claimDelivery(onX, plus(noon, HOUR), 1000)
          before = await asked(store)
        }
        {
          await using store = await open(path)
          expect(await asked(store)).toEqual(before)
          expect(await keep(store, [level(40)])).toEqual(['repeat'])
          const [next] = await store.journal((tx) =>
            tx.keepEffects(effects({ decisions: [decision()] })),
          )
          expect(next!.id).toBe(before.decisions[0]!.id + 1)
          expect((await store.claimDelivery(onX, plus(noon, 2 * HOUR), 1000))!.attempts).toBe(2)
        }
      }))

    test('may be closed twice', () =>
      inFolder(async (path) => {
        const store = await open(path)
        await store[Symbol.asyncDispose]()
        await store[Symbol.asyncDispose]()
      }))
  })
}
