import { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Reading } from '#src/stations/reading.ts'
import { type EpochMs, HOUR, MINUTE, SECOND, instant, plus } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'
import type { JournalEntry, Settled, UplinkEntry } from '#src/store/journal.ts'
import { type JournalOptions, type OpenJournal, openJournal } from '#src/store/open-journal.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { castTown, containerId, deviceId, ekudden, hamnen } from '#tests/support/town.ts'
import { delivery, inFolder, level, noon, nowLevel } from './contract.ts'
import { believeAll } from './believe-all.ts'
import { type LoudEngine, loudEngine } from './loud-engine.ts'
import { type ShakyStore, shaky } from './shaky-store.ts'

const paper = containerId('1490-901-paper-1')
const paperDevice = deviceId('dev-901-paper-1')

interface House extends LoudEngine {
  readonly path: string
  readonly store: Store
  readonly shaky: ShakyStore
  readonly journal: OpenJournal
  readonly faults: string[]
  /** The clock; put forward (or back) by hand. */
  readonly time: { now: EpochMs }
  /** Appends and waits. */
  readonly settle: (...entries: readonly JournalEntry[]) => Promise<readonly Settled[]>
  readonly told: () => Promise<readonly (number | undefined)[]>
}

async function openHouse(
  path: string,
  over: Partial<JournalOptions> = {},
  time = { now: noon },
): Promise<House> {
  const real = await openSqliteStore(path)
  await real.saveTown(castTown, noon)
  const shakyStore = shaky(real)
  const loud = loudEngine()
  const faults: string[] = []
  const journal = await openJournal({
    store: shakyStore.store,
    town: castTown,
    makeEngine: loud.make,
    // What is tried here is the journal; readings leap as no container's do.
    makeBelievers: believeAll,
    wordPost: (post, { town }) => ({
      sv: `Fullt i ${town.name}: ${post.items[0]!.fillPercent}.`,
      en: `Full in ${town.name}: ${post.items[0]!.fillPercent}.`,
      fi: `Täynnä ${town.name}issa: ${post.items[0]!.fillPercent}.`,
    }),
    deliveriesFor: (post, { town }) => [
      delivery(0, { postKey: post.key, text: post.texts.sv, account: town.name }),
    ],
    clock: () => time.now,
    onFault: (what, error) => faults.push(`${what}: ${String(error)}`),
    retryFirstMs: 1,
    ...over,
  })
  return {
    ...loud,
    path,
    store: real,
    shaky: shakyStore,
    journal,
    faults,
    time,
    settle: (...entries) =>
      Promise.all(
        entries.map((entry) => new Promise<Settled>((resolve) => journal.append(entry, resolve))),
      ),
    told: async () =>
      (await real.readings(paper, instant(0), plus(noon, 48 * HOUR), 10_000)).map(
        (r) => r.fillPercent,
      ),
  }
}

async function closeHouse(house: House): Promise<void> {
  await house.journal[Symbol.asyncDispose]()
  await house.store[Symbol.asyncDispose]()
}

function withHouse(
  work: (house: House) => Promise<void>,
  over: Partial<JournalOptions> = {},
): () => Promise<void> {
  return () =>
    inFolder(async (path) => {
      const house = await openHouse(path, over)
      try {
        await work(house)
      } finally {
        await closeHouse(house)
      }
    })
}

/** One reading without a time of its own, or several; repeats are told unless said otherwise. */
function uplink(
  readings: Reading | readonly Reading[],
  over: Partial<UplinkEntry> = {},
): UplinkEntry {
  const all = Array.isArray(readings) ? (readings as readonly Reading[]) : [readings as Reading]
  return {
    kind: 'uplink',
    deviceId: all[0]?.deviceId ?? paperDevice,
    receivedAt: all[0]?.receivedAt ?? noon,
    fingerprint: nextPrint++,
    tellsRepeats: true,
    readings: all,
    ...over,
  }
}
let nextPrint = 1

const bad: JournalEntry = {
  kind: 'rejected',
  rejected: {
    reason: 'not-json',
    detail: 'expected JSON',
    topic: 't',
    receivedAt: noon,
    head: new Uint8Array([123]),
    bytes: 1,
  },
}

const at = (ms: number) => plus(noon, ms)

describe('an answer', () => {
  test(
    'comes only when another process could read what was kept, and in the order of the calls',
    withHouse(async ({ journal, path }) => {
      const other = new DatabaseSync(path, { readOnly: true })
      const rows = other.prepare('select count(*) as n from reading')
      const answers: [number, Settled, unknown][] = []
      const done = Promise.withResolvers<void>()
      const entries = Array.from({ length: 60 }, (_, i) =>
        i % 3 === 0 ? bad : uplink(nowLevel(i, at(i))),
      )
      entries.push(entries[1]!)
      for (const [i, entry] of entries.entries()) {
        journal.append(entry, (settled) => {
          answers.push([i, settled, rows.get()!['n']])
          if (i === entries.length - 1) done.resolve()
        })
      }
      expect(journal.waiting).toBe(61)
      await done.promise
      other.close()
      expect(answers).toEqual(
        entries.map((entry, i) => [
          i,
          entry === bad ? 'rejected' : i === 60 ? 'repeat' : 'kept',
          40,
        ]),
      )
    }),
  )

  test(
    'is one commit for all that came in one turn, and batches are no larger than allowed',
    withHouse(
      async ({ settle, shaky, journal }) => {
        const commits: number[] = []
        journal.onCommitted(({ containers }) => commits.push(containers.length))
        await settle(...Array.from({ length: 100 }, (_, i) => uplink(nowLevel(i % 50, at(i)))))
        expect(shaky.commits).toBe(1)
        await settle(...Array.from({ length: 250 }, (_, i) => uplink(nowLevel(1, at(1000 + i)))))
        expect(shaky.commits).toBe(4)
        expect(commits).toEqual([1, 1, 1, 1])
        expect(journal.revision).toBe(4)
        expect(journal.waiting).toBe(0)
      },
      { batchLimit: 100 },
    ),
  )

  test(
    'that throws, and a listener that throws, harm nobody else',
    withHouse(async ({ journal, settle, faults }) => {
      journal.onCommitted(() => {
        throw new Error('deaf')
      })
      const heard: number[] = []
      const stop = journal.onCommitted(({ seq }) => heard.push(seq))
      journal.append(uplink(nowLevel(1)), () => {
        throw new Error('mute')
      })
      expect(await settle(uplink(nowLevel(2, at(1))))).toEqual(['kept'])
      expect(faults).toEqual([
        'an answer to a kept entry threw: Error: mute',
        'a listener to commits threw: Error: deaf',
      ])
      stop()
      await settle(uplink(nowLevel(3, at(2))))
      expect(heard).toEqual([2])
    }),
  )

  test(
    'to what people tell carries what the rules made of it, and all that its commit brought',
    withHouse(async ({ journal }) => {
      const told = (entry: JournalEntry) =>
        new Promise<unknown[]>((resolve) => journal.append(entry, (...answer) => resolve(answer)))
      const report: JournalEntry = {
        kind: 'report',
        containerId: paper,
        report: 'full',
        by: 'resident',
        reporter: 'r',
      }
      const [level, heard, again, refused] = await Promise.all(
        [uplink(nowLevel(91)), report, report, bad].map(told),
      )
      const committed = expect.objectContaining({ seq: 3, posts: [expect.anything()] })
      expect(level).toEqual(['kept', undefined])
      expect(heard).toEqual(['kept', { seq: 2, at: noon, applied: { kind: 'now' }, committed }])
      expect(again).toEqual(['kept', { seq: 3, at: noon, applied: { kind: 'now' }, committed }])
      expect(refused).toEqual(['rejected', undefined])
    }),
  )

  test(
    'to a message without readings is that it was kept; nothing is written for it',
    withHouse(async ({ settle, journal, store }) => {
      expect(await settle(uplink([]))).toEqual(['kept'])
      expect(journal.revision).toBe(0)
      expect(await store.readingsCount()).toBe(0)
    }),
  )
})

describe('what is kept', () => {
  test(
    'is judged, worded and put in the outbox in the same commit',
    withHouse(async ({ settle, store, journal }) => {
      const committed: unknown[] = []
      journal.onCommitted((c) => committed.push(c))
      await settle(uplink(nowLevel(50)), uplink(nowLevel(91, at(1))))
      const [post] = await store.posts({ audience: 'public', limit: 10 })
      expect(post!.texts).toEqual({
        sv: 'Fullt i Provstad: 91.',
        en: 'Full in Provstad: 91.',
        fi: 'Täynnä Provstadissa: 91.',
      })
      const decisions = await store.decisions({ limit: 10 })
      expect(decisions.map((d) => [d.seq, d.postKey])).toEqual([[2, post!.key]])
      expect((await store.deliveries({ limit: 10 })).map((d) => d.text)).toEqual([post!.texts.sv])
      expect(committed).toEqual([
        { seq: 2, at: at(1), posts: [post], withdrawn: [], decisions, containers: [paper] },
      ])
      expect(journal.status(paper).fillPercent).toBe(2)
    }),
  )

  test(
    'is judged in the order of its places in the journal, whatever its kind',
    withHouse(async ({ settle, heard }) => {
      await settle(
        { kind: 'report', containerId: paper, report: 'full', by: 'resident', reporter: 'r' },
        uplink([level(1, at(-2)), level(2, at(-1))]),
        bad,
        { kind: 'emptied', containerId: paper, emptiedAt: at(0), by: 'contractor' },
        uplink(nowLevel(3)),
      )
      expect(heard).toEqual([
        {
          type: 'report',
          seq: 1,
          at: noon,
          containerId: paper,
          kind: 'full',
          by: 'resident',
          reporter: 'r',
        },
        reading(2, at(9998), 1, at(-2)),
        reading(3, at(9998), 2, at(-1)),
        {
          type: 'emptied',
          seq: 4,
          at: at(9998),
          containerId: paper,
          emptiedAt: noon,
          by: 'contractor',
        },
        reading(5, at(9998), 3, noon),
      ])

      function reading(seq: number, at: EpochMs, fillPercent: number, measuredAt: EpochMs) {
        return {
          type: 'reading',
          seq,
          at,
          containerId: paper,
          deviceId: paperDevice,
          measuredAt,
          fillPercent,
        }
      }
    }),
  )

  test(
    'never goes backwards in time when the clock does',
    withHouse(async ({ settle, heard, time, journal }) => {
      await settle(uplink(nowLevel(1, at(HOUR))))
      time.now = at(-HOUR)
      await settle(uplink(nowLevel(2, at(-HOUR))), { kind: 'town' })
      time.now = at(2 * HOUR)
      await settle({ kind: 'town' })
      expect(heard.map((r) => r.at)).toEqual([at(HOUR), at(HOUR), at(HOUR), at(2 * HOUR)])
      expect(journal.failingSince).toBeUndefined()
    }),
  )

  test(
    'of a device that sits nowhere is kept without being judged',
    withHouse(async ({ settle, heard, store }) => {
      const { containerId: _, ...nowhere } = nowLevel(99)
      expect(await settle(uplink(nowhere))).toEqual(['kept'])
      expect(await store.readingsCount()).toBe(1)
      expect(heard).toEqual([])
    }),
  )
})

describe('a message sent again', () => {
  test(
    'within a quarter of an hour is a repeat, and after it a new one',
    withHouse(async ({ settle, told }) => {
      const sent = (ms: number, over: Partial<UplinkEntry> = {}) =>
        uplink(nowLevel(40, at(ms)), { fingerprint: 12, counter: 3, ...over })
      expect(
        await settle(
          sent(0),
          sent(1),
          sent(15 * MINUTE),
          sent(2, { deviceId: deviceId('dev-902-paper-1') }),
          sent(3, { fingerprint: 13 }),
        ),
      ).toEqual(['kept', 'repeat', 'repeat', 'kept', 'kept'])
      // Its first telling counts: one that is told again and again does not live for ever.
      expect(await settle(sent(15 * MINUTE + 1))).toEqual(['kept'])
      expect(await told()).toHaveLength(4)
    }),
  )

  test(
    'is the same reading when its device timed it, though nobody remembers the message',
    withHouse(async ({ settle, told }) => {
      const measured = { ...nowLevel(40, at(0)), receivedAt: at(5) }
      const sent = (ms: number) =>
        uplink({ ...measured, receivedAt: at(ms) }, { receivedAt: at(ms), timed: true })
      expect(await settle(sent(5), sent(6), sent(HOUR))).toEqual(['kept', 'repeat', 'repeat'])
      expect(await told()).toEqual([40])
    }),
  )

  test(
    'by a clock that ran a little ahead is known again when the time it gave has come',
    withHouse(async ({ settle, told }) => {
      // Held to its receipt the first time, since its own time had not come yet.
      const first = uplink(nowLevel(40, at(0)), { fingerprint: 12 })
      const again = uplink(
        { ...nowLevel(40, at(1000)), receivedAt: at(3000) },
        { fingerprint: 12, receivedAt: at(3000), timed: true },
      )
      expect(await settle(first, again)).toEqual(['kept', 'repeat'])
      expect(await told()).toEqual([40])
    }),
  )

  test('is known again after a restart', () =>
    inFolder(async (path) => {
      const sent = (ms: number) =>
        uplink(nowLevel(40, at(ms)), { fingerprint: 12, counter: 3, receivedAt: at(ms) })
      const first = await openHouse(path)
      expect(await first.settle(sent(0))).toEqual(['kept'])
      await closeHouse(first)
      const second = await openHouse(path, {}, { now: at(10 * MINUTE) })
      expect(await second.settle(sent(10 * MINUTE))).toEqual(['repeat'])
      expect(await second.told()).toEqual([40])
      await closeHouse(second)
    }))

  test(
    'that says nothing by which to tell it is a new one each time',
    withHouse(async ({ settle, told }) => {
      const sent = (ms: number) =>
        uplink(nowLevel(40, at(ms)), { fingerprint: 12, tellsRepeats: false })
      expect(await settle(sent(0), sent(1), sent(2))).toEqual(['kept', 'kept', 'kept'])
      expect(await told()).toEqual([40, 40, 40])
    }),
  )

  test(
    'and marked by its sender as perhaps a repeat is one, though nothing else tells it',
    withHouse(async ({ settle, told }) => {
      const sent = (ms: number, tellsRepeats: boolean) =>
        uplink(nowLevel(40, at(ms)), { fingerprint: 12, tellsRepeats })
      expect(await settle(sent(0, false))).toEqual(['kept'])
      expect(await settle(sent(9 * MINUTE, true))).toEqual(['repeat'])
      expect(await told()).toEqual([40])
    }),
  )

  test(
    'is still known when a thousand others of the device came between',
    withHouse(async ({ settle }) => {
      const sent = (ms: number, fingerprint: number) =>
        uplink(nowLevel(40, at(ms)), { fingerprint })
      await settle(...Array.from({ length: 1000 }, (_, i) => sent(i, 1_000_000 + i)))
      expect(await settle(sent(2000, 1_000_000), sent(2001, 1_000_999))).toEqual([
        'repeat',
        'repeat',
      ])
    }),
  )

  test(
    'as part of a longer history is kept once',
    withHouse(async ({ settle, told, heard }) => {
      const hour = (h: number, fillPercent: number) => level(fillPercent, at(h * HOUR))
      const receivedAt = at(5 * HOUR)
      expect(
        await settle(
          uplink([hour(1, 10), hour(2, 20), hour(3, 30)], { receivedAt }),
          uplink([hour(2, 20), hour(3, 30), hour(4, 40)], { receivedAt }),
          uplink([hour(1, 10), hour(4, 40)], { receivedAt }),
        ),
      ).toEqual(['kept', 'kept', 'repeat'])
      expect(await told()).toEqual([10, 20, 30, 40])
      expect(heard).toHaveLength(4)
    }),
  )

  test(
    'with two readings of one instant keeps both, once',
    withHouse(async ({ settle, told }) => {
      const both = () => uplink([level(10), { ...level(11), n: 5 }])
      expect(await settle(both(), both())).toEqual(['kept', 'repeat'])
      expect(await told()).toEqual([10, 11])
    }),
  )

  test(
    'with another content for the same instant is put aside, and what was first stands',
    withHouse(async ({ settle, told, store, heard }) => {
      expect(
        await settle(
          uplink(level(40)),
          uplink(level(41)),
          uplink([level(42), level(43, at(MINUTE))]),
        ),
      ).toEqual(['kept', 'conflict', 'kept'])
      expect(await told()).toEqual([40, 43])
      expect(heard).toHaveLength(2)
      const aside = await store.quarantine({ limit: 10 })
      expect(
        aside.map(({ reason, detail, deviceId, receivedAt, head }) => ({
          reason,
          detail,
          deviceId,
          receivedAt,
          said: JSON.parse(Buffer.from(head).toString()) as unknown,
        })),
      ).toEqual(
        [42, 41].map((fill) => ({
          reason: 'conflicting-repeat',
          detail:
            'another reading of 2026-05-05T10:00:00.000Z, with other content, is already kept',
          deviceId: paperDevice,
          receivedAt: at(10 * SECOND),
          said: level(fill),
        })),
      )
    }),
  )
})

describe('when the store fails', () => {
  test.for(['refused', 'torn', 'unheard'] as const)(
    'nothing is acknowledged meanwhile, and then everything is there once (commits %s)',
    (mishap) =>
      withHouse(async ({ settle, shaky, journal, faults, made, time, told, store, heard }) => {
        await settle(uplink(nowLevel(1)))
        shaky.mishaps.push(mishap, mishap, mishap)
        const failing: unknown[] = []
        const settled = Promise.all([
          settle(uplink(nowLevel(91, at(1))), bad, uplink(nowLevel(3, at(2)))),
          new Promise<Settled>((resolve) =>
            journal.append(uplink(nowLevel(4, at(3))), (outcome) => {
              failing.push(journal.failingSince)
              resolve(outcome)
            }),
          ),
        ])
        time.now = at(5)
        while (faults.length < 2) await new Promise((resolve) => setImmediate(resolve))
        expect(journal.failingSince).toBe(at(5))
        expect(journal.waiting).toBe(4)
        // What is not kept isn't shown either, save when it was kept and only the answer got lost.
        if (mishap !== 'unheard') expect(journal.status(paper).fillPercent).toBe(1)

        const again = mishap === 'unheard' ? 'repeat' : 'kept'
        expect(await settled).toEqual([[again, 'rejected', again], again])
        expect(failing).toEqual([undefined])
        expect(faults).toEqual(
          Array.from(
            { length: 3 },
            () => `a commit failed; what came in waits unacknowledged: Error: ${mishap}`,
          ),
        )
        expect(await told()).toEqual([1, 91, 3, 4])
        expect(await store.posts({ audience: 'public', limit: 10 })).toHaveLength(1)
        expect(await store.deliveries({ limit: 10 })).toHaveLength(1)
        expect(await store.decisions({ limit: 10 })).toHaveLength(1)
        // The engine began anew each time from what was kept, and so counted nothing twice.
        expect(made).toHaveLength(4)
        expect(made[1]).toBe(`Provstad: ${paper}`)
        expect(journal.status(paper).fillPercent).toBe(4)
        expect((await store.journalPosition()).state).toEqual(new Map([[paper, '4']]))
        expect(heard.map((r) => r.seq).slice(-3)).toEqual([2, 3, 4])
      })(),
  )

  test(
    'what it could not keep is no repeat of itself',
    withHouse(async ({ settle, shaky, told }) => {
      const sent = (ms: number) => uplink(nowLevel(40, at(ms)), { fingerprint: 12 })
      shaky.mishaps.push('torn', 'refused')
      expect(await settle(sent(0), sent(1))).toEqual(['kept', 'repeat'])
      expect(await told()).toEqual([40])
      // A commit that never began takes back nothing of the one before it.
      shaky.mishaps.push('refused')
      expect(await settle(sent(2))).toEqual(['repeat'])
      expect(await settle(sent(3))).toEqual(['repeat'])
    }),
  )

  test('closing does not wait for it to come back', () =>
    inFolder(async (path) => {
      const house = await openHouse(path)
      house.shaky.die()
      const answers: Settled[] = []
      house.journal.append(uplink(nowLevel(1)), (s) => answers.push(s))
      await house.journal[Symbol.asyncDispose]()
      expect(answers).toEqual([])
      expect(house.journal.waiting).toBe(1)
      expect(await house.store.readingsCount()).toBe(0)
      expect(() => house.journal.append(bad, () => {})).toThrow('the journal is closed')
      await house.store[Symbol.asyncDispose]()
    }))

  test('someone who waits for a reload or a tick is let go when the journal closes', () =>
    inFolder(async (path) => {
      const house = await openHouse(path)
      await house.settle(uplink(nowLevel(77)))
      house.time.now = at(HOUR)
      house.shaky.die()
      const reload = house.journal.reload({ town: castTown, makeEngine: house.make })
      const tick = house.journal.tick()
      const refused = expect(reload).rejects.toThrow('the store is dead')
      await house.journal[Symbol.asyncDispose]()
      await Promise.all([refused, tick])
      await house.store[Symbol.asyncDispose]()
    }))
})

describe('when the engine throws', () => {
  test(
    'the entry is kept unjudged, and the others are judged',
    withHouse(async ({ settle, told, faults, store, journal }) => {
      expect(
        await settle(
          uplink(nowLevel(91)),
          uplink(nowLevel(66, at(1))),
          uplink(nowLevel(92, at(2))),
          uplink(nowLevel(66, at(3))),
        ),
      ).toEqual(['kept', 'kept', 'kept', 'kept'])
      expect(await told()).toEqual([91, 66, 92, 66])
      expect(await store.posts({ audience: 'public', limit: 10 })).toHaveLength(2)
      expect(journal.status(paper).fillPercent).toBe(2)
      expect(faults).toEqual(
        Array.from(
          { length: 2 },
          () => 'an entry is kept unjudged (uplink): Error: 66 is not to my taste',
        ),
      )
      expect(journal.failingSince).toBeUndefined()
    }),
  )

  test(
    'on everything, readings are kept all the same and soon',
    withHouse(async ({ settle, faults, store }) => {
      const answers = await settle(
        ...Array.from({ length: 500 }, (_, i) => uplink(nowLevel(66, at(i)))),
      )
      expect(new Set(answers)).toEqual(new Set(['kept']))
      expect(await store.readingsCount()).toBe(500)
      expect(faults).toHaveLength(9)
      expect(faults.at(-1)).toBe(
        'the rules engine threw; 500 entries are kept unjudged: Error: 66 is not to my taste',
      )
    }),
  )

  test('on what came due, the tick is given up and what came with it is kept', () => {
    const loud = loudEngine()
    return withHouse(
      async ({ settle, journal, time, faults, told }) => {
        await settle(uplink(nowLevel(77)))
        time.now = at(HOUR)
        const [, answers] = await Promise.all([
          journal.tick(),
          settle(uplink(nowLevel(50, at(MINUTE)))),
        ])
        expect(answers).toEqual(['kept'])
        expect(await told()).toEqual([77, 50])
        expect(faults).toEqual([
          'the rules engine threw; 1 entries are kept unjudged: Error: no alarm clock',
        ])
      },
      {
        makeEngine: (town, kept) => ({
          ...loud.make(town, kept),
          advance: () => {
            throw new Error('no alarm clock')
          },
        }),
      },
    )()
  })

  test(
    'a post without words is dropped, and its decision says so',
    withHouse(
      async ({ settle, store, faults }) => {
        expect(await settle(uplink(nowLevel(91)), uplink(nowLevel(92, at(1))))).toEqual([
          'kept',
          'kept',
        ])
        const posts = await store.posts({ audience: 'public', limit: 10 })
        expect(posts.map((p) => p.texts.en)).toEqual(['Full: 92.'])
        const decisions = await store.decisions({ limit: 10 })
        expect(decisions.map((d) => [d.outcome, d.postKey])).toEqual([
          ['posted', posts[0]!.key],
          ['dropped', undefined],
        ])
        expect(faults).toHaveLength(1)
        expect(faults[0]).toMatch(
          /^a post could not be put into words and is dropped .*speechless$/,
        )
      },
      {
        wordPost: (post) => {
          const fill = post.items[0]!.fillPercent
          if (fill === 91) throw new Error('speechless')
          return { sv: `Fullt: ${fill}.`, en: `Full: ${fill}.`, fi: `Täynnä: ${fill}.` }
        },
      },
    ),
  )
})

describe('when the ways out of a post can not be found', () => {
  test(
    'it is kept all the same',
    withHouse(
      async ({ settle, store, faults }) => {
        expect(await settle(uplink(nowLevel(91)))).toEqual(['kept'])
        const posts = await store.posts({ audience: 'public', limit: 10 })
        expect(posts).toHaveLength(1)
        expect(await store.deliveries({ limit: 10 })).toEqual([])
        expect(faults).toEqual([
          `a post finds no way out and stays on our own pages (${posts[0]!.key}): Error: lost`,
        ])
      },
      {
        deliveriesFor: () => {
          throw new Error('lost')
        },
      },
    ),
  )
})

describe('a tick', () => {
  test(
    'fires what has come due, and is no commit when nothing has',
    withHouse(async ({ settle, journal, store, time, shaky }) => {
      await settle(uplink(nowLevel(77)))
      const before = shaky.commits
      await journal.tick()
      time.now = at(10 * MINUTE - 1)
      await journal.tick()
      expect(shaky.commits).toBe(before)
      time.now = at(10 * MINUTE + 5)
      await Promise.all([journal.tick(), journal.tick()])
      const [woken] = await store.decisions({ limit: 10 })
      expect(woken).toMatchObject({ ruleId: 'woken', at: at(10 * MINUTE), seq: 1 })
      expect((await store.journalPosition()).at).toBe(at(10 * MINUTE + 5))
      await journal.tick()
      expect(await store.decisions({ limit: 10 })).toHaveLength(1)
    }),
  )

  test(
    'comes back while entries keep coming',
    withHouse(async ({ settle, journal, store, time }) => {
      await settle(uplink(nowLevel(77)))
      let going = true
      let n = 0
      const again = (): void => {
        if (going) journal.append(uplink(nowLevel(1, at(++n % 1000))), again)
      }
      for (let i = 0; i < 10; i++) again()
      time.now = at(HOUR)
      await journal.tick()
      expect(await store.decisions({ limit: 10 })).toHaveLength(1)
      going = false
    }),
  )

  test(
    'is tried again when the store failed',
    withHouse(async ({ settle, journal, store, time, shaky }) => {
      await settle(uplink(nowLevel(77)))
      time.now = at(HOUR)
      shaky.mishaps.push('torn', 'refused')
      await journal.tick()
      expect(await store.decisions({ limit: 10 })).toHaveLength(1)
      expect(journal.failingSince).toBeUndefined()
    }),
  )
})

const renamed = { ...castTown, name: 'Nystad', stations: [ekudden, hamnen] }

describe('another town', () => {
  test(
    'comes into force under load, between two entries, and loses nothing',
    withHouse(
      async ({ settle, journal, make, heard, told, store }) => {
        const first = settle(...Array.from({ length: 300 }, (_, i) => uplink(nowLevel(1, at(i)))))
        const reload = journal.reload({ town: renamed, makeEngine: make })
        const then = settle(
          ...Array.from({ length: 300 }, (_, i) => uplink(nowLevel(2, at(500 + i)))),
        )
        await reload
        expect(journal.town.town.name).toBe('Nystad')
        await Promise.all([first, then])
        await settle(uplink(nowLevel(91, at(1000))))
        expect(await told()).toHaveLength(601)
        expect(heard.filter((r) => r.type === 'town')).toHaveLength(1)
        expect((await store.journalPosition()).state.get('town')).toBe('Nystad')
        const [post] = await store.posts({ audience: 'public', limit: 1 })
        expect(post!.texts.en).toBe('Full in Nystad: 91.')
        expect((await store.deliveries({ limit: 1 })).map((d) => d.account)).toEqual(['Nystad'])
      },
      { batchLimit: 50 },
    ),
  )

  test(
    'that could not be kept at once is moved to from the old one, as if nothing had been',
    withHouse(async ({ settle, journal, make, made, shaky }) => {
      await settle(uplink(nowLevel(1)))
      shaky.mishaps.push('torn', 'torn')
      await journal.reload({ town: renamed, makeEngine: make })
      expect(made.map((m) => m.split(':')[0])).toEqual([
        'Provstad',
        'Provstad',
        'Provstad',
        'Provstad',
      ])
      expect(journal.town.town.name).toBe('Nystad')
    }),
  )

  test(
    'may bring other rules, which hold after a fault as well',
    withHouse(async ({ settle, journal, shaky, heard }) => {
      const other = loudEngine()
      await settle(uplink(nowLevel(1)))
      await journal.reload({ town: castTown, makeEngine: other.make })
      shaky.mishaps.push('torn')
      await settle(uplink(nowLevel(2, at(1))))
      expect(heard.map((r) => r.type)).toEqual(['reading'])
      expect(other.heard.map((r) => [r.type, r.seq])).toEqual([
        ['town', 2],
        ['reading', 3],
        ['reading', 3],
      ])
    }),
  )

  test(
    'with rules that can not be made leaves all as it was',
    withHouse(async ({ settle, journal, shaky, told }) => {
      await settle(uplink(nowLevel(1)))
      const makeEngine = () => {
        throw new Error('no such rule')
      }
      await expect(journal.reload({ town: renamed, makeEngine })).rejects.toThrow('no such rule')
      expect(journal.town.town.name).toBe('Provstad')
      shaky.mishaps.push('torn')
      expect(await settle(uplink(nowLevel(2, at(1))))).toEqual(['kept'])
      expect(await told()).toEqual([1, 2])
    }),
  )
})

describe('a start', () => {
  test('on an empty store says nothing to the engine, and has the town of today', () =>
    inFolder(async (path) => {
      const house = await openHouse(path, { previousTown: renamed })
      expect(house.heard).toEqual([])
      expect(house.made).toEqual(['Provstad: '])
      expect(house.journal.town.town.name).toBe('Provstad')
      await closeHouse(house)
    }))

  test('after a stop tells the engine that it resumes, how far it had come, and then the town', () =>
    inFolder(async (path) => {
      const first = await openHouse(path)
      await first.settle(uplink(nowLevel(1)), uplink(nowLevel(2, at(MINUTE))))
      await closeHouse(first)

      const second = await openHouse(path, { previousTown: renamed }, { now: at(HOUR) })
      expect(second.made).toEqual([`Nystad: ${paper}`])
      expect(second.heard).toEqual([
        { type: 'resumed', seq: 3, at: at(HOUR), firedUntil: at(MINUTE) },
        { type: 'town', seq: 4, at: at(HOUR) },
      ])
      expect(second.journal.town.town.name).toBe('Provstad')
      expect((await second.store.journalPosition()).seq).toBe(4)
      await second.settle(uplink(nowLevel(3, at(HOUR))))
      expect(second.heard.at(-1)!.seq).toBe(5)
      expect(second.journal.status(paper).fillPercent).toBe(3)
      await closeHouse(second)
    }))

  test('has what came in before the stop: closing waits for it', () =>
    inFolder(async (path) => {
      const house = await openHouse(path, { batchLimit: 10 })
      const answers: Settled[] = []
      for (let i = 0; i < 95; i++) {
        house.journal.append(uplink(nowLevel(1, at(i))), (s) => answers.push(s))
      }
      await house.journal[Symbol.asyncDispose]()
      expect(answers).toHaveLength(95)
      expect(await house.store.readingsCount()).toBe(95)
      await house.store[Symbol.asyncDispose]()
    }))
})

describe('whatever befalls it', () => {
  /**
   * Messages are told apart by their distance, which is unique. `timed` has a time of its own (few
   * instants, so that some collide), `counted` a counter; `plain` has neither, so only a sending again
   * is marked as one.
   */
  const message = fc.record({
    kind: fc.constantFrom('timed', 'counted', 'plain'),
    device: fc.constantFrom(paperDevice, deviceId('dev-902-paper-1')),
    minute: fc.nat({ max: 4 }),
    history: fc.boolean(),
  })
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), message }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('again' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reject' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        mishaps: fc.array(fc.constantFrom('refused', 'torn', 'unheard', 'none'), { maxLength: 4 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'crash' as const) }),
    },
  )

  test('every message acknowledged as kept is there exactly once, or put aside as a conflict', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        await inFolder(async (path) => {
          let house = await openHouse(path, { batchLimit: 7 })
          const { time } = house
          interface Sent {
            readonly make: (receivedAt: EpochMs, again: boolean) => UplinkEntry
            readonly distances: readonly number[]
            answers: Settled[]
          }
          const sent: Sent[] = []
          /** What the sender has not been answered: it sends that again after each break. */
          let open = new Set<Sent>()
          let order: number[] = []
          let appended = 0
          const send = (one: Sent, again: boolean): void => {
            open.add(one)
            const n = appended++
            house.journal.append(one.make(time.now, again), (answer) => {
              order.push(n)
              one.answers.push(answer)
              open.delete(one)
            })
          }
          const reopen = async (): Promise<void> => {
            house = await openHouse(path, { batchLimit: 7 }, time)
            expect(order).toEqual(order.toSorted((a, b) => a - b))
            const unanswered = [...open]
            open = new Set()
            order = []
            appended = 0
            for (const one of unanswered) send(one, true)
          }

          for (const s of steps) {
            time.now = plus(time.now, 1)
            switch (s.do) {
              case 'send': {
                const print = nextPrint++
                const many = s.message.kind === 'timed' && s.message.history ? 3 : 1
                const distances = Array.from({ length: many }, (_, i) => print * 10 + i)
                const one: Sent = {
                  distances,
                  answers: [],
                  make: (receivedAt, again) => ({
                    kind: 'uplink',
                    deviceId: s.message.device,
                    receivedAt,
                    fingerprint: print,
                    tellsRepeats: again || s.message.kind !== 'plain',
                    ...(s.message.kind === 'counted' && { counter: print }),
                    ...(s.message.kind === 'timed' && { timed: true as const }),
                    readings: distances.map((distanceMm, i) => ({
                      deviceId: s.message.device,
                      n: 0,
                      containerId: paper,
                      measuredAt:
                        s.message.kind === 'timed'
                          ? at(-HOUR + (s.message.minute + i) * MINUTE)
                          : receivedAt,
                      receivedAt,
                      fillPercent: 50,
                      distanceMm,
                      flags: [],
                    })),
                  }),
                }
                sent.push(one)
                send(one, false)
                break
              }
              case 'again': {
                if (sent.length > 0) send(sent[s.which % sent.length]!, true)
                break
              }
              case 'reject':
                house.journal.append(bad, () => {})
                break
              case 'turn':
                await new Promise((resolve) => setImmediate(resolve))
                break
              case 'fail':
                house.shaky.mishaps.push(...s.mishaps)
                break
              case 'restart':
                await closeHouse(house)
                await reopen()
                break
              case 'crash':
                house.shaky.die()
                await closeHouse(house)
                await reopen()
                break
            }
          }
          house.shaky.mishaps.length = 0
          await closeHouse(house)
          await reopen()
          await house.journal[Symbol.asyncDispose]()

          expect(open.size).toBe(0)
          const rows = Map.groupBy(
            await house.store.readings(paper, instant(0), at(HOUR), 10_000),
            (r) => r.distanceMm!,
          )
          const aside = new Set(
            (await house.store.quarantine({ limit: 10_000 }))
              .filter((q) => q.reason === 'conflicting-repeat')
              .map((q) => (JSON.parse(Buffer.from(q.head).toString()) as Reading).distanceMm!),
          )
          for (const one of sent) {
            expect(one.answers.length).toBeGreaterThan(0)
            expect(one.answers.filter((a) => a === 'kept').length).toBeLessThanOrEqual(1)
            for (const distance of one.distances) {
              const times = rows.get(distance)?.length ?? 0
              expect([distance, times]).toEqual([distance, aside.has(distance) ? 0 : 1])
            }
          }
          const known = sent.flatMap((one) => one.distances)
          expect([...rows.keys()].every((distance) => known.includes(distance))).toBe(true)
          // The engine judged each kept reading once as well.
          expect((await house.store.journalPosition()).state.get(paper) ?? '0').toBe(
            String([...rows.values()].flat().length),
          )
          await house.store[Symbol.asyncDispose]()
        })
      }),
      { numRuns: 100 },
    )
  }, 120_000)
})
