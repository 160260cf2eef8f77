/** The journal with the real rules engine: what is said is said once, whatever befalls the process. */
import { describe, expect, test } from 'vitest'
import { createEngine } from '#src/rules/engine.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import { type EpochMs, HOUR, MINUTE, SECOND, plus } from '#src/stations/time.ts'
import { openJournal } from '#src/store/open-journal.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { wordPost } from '#src/wording/post-text.ts'
import { castTown, containerId } from '#tests/support/town.ts'
import { inFolder, level, noon, nowLevel } from './contract.ts'
import { type Mishap, shaky } from './shaky-store.ts'

const RULES = `
version: 1
policy:
  tz: Europe/Stockholm
  group_wait: 15m
  settle: 60s
rules:
  - id: full
    per: container
    when: c.fill >= 85.0
    clear: c.fill < 70.0
    for: 30m
    clear_for: 20m
    post: full
    close_post: space_again
    close_only_if_posted: true
`

const paper = containerId('1490-901-paper-1')
/** What the sensor says, every ten minutes from noon: half full, then full, then emptied. */
const LEVELS = [...fill(3, 50), ...fill(9, 92), ...fill(9, 5)]

function fill(times: number, percent: number): readonly number[] {
  return Array.from({ length: times }, () => percent)
}

interface Break {
  /** Before the reading with this number… */
  readonly before: number
  /** …the next commits fail so, or the process stops (`restart`) and comes back at once. */
  readonly what: readonly Mishap[] | 'restart'
}

/** The store and the journal on it, by a clock that the test turns. */
async function openHouse(path: string, time: { readonly now: EpochMs }) {
  const real = await openSqliteStore(path)
  await real.saveTown(castTown, noon)
  const { store, mishaps } = shaky(real)
  const parsed = parseRuleFile(RULES, 'rules.yaml')
  if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed))
  const journal = await openJournal({
    store,
    town: castTown,
    previousTown: castTown,
    makeEngine: (town, kept) => createEngine({ book: parsed.book, town, kept }),
    wordPost,
    deliveriesFor: () => [],
    clock: () => time.now,
    onFault: (what, error) => {
      if (!['refused', 'torn', 'unheard'].includes((error as Error).message)) {
        throw new Error(what, { cause: error })
      }
    },
    retryFirstMs: 1,
  })
  return { real, journal, mishaps }
}

async function said(breaks: readonly Break[]) {
  const told: unknown[] = []
  await inFolder(async (path) => {
    const time = { now: noon }
    let house = await openHouse(path, time)
    for (const [i, percent] of LEVELS.entries()) {
      const measuredAt = plus(noon, i * 10 * MINUTE)
      // Timers come due between readings, in ticks of their own.
      for (let minute = 1; minute <= 9; minute += 2) {
        time.now = plus(measuredAt, (minute - 10) * MINUTE)
        await house.journal.tick()
      }
      time.now = plus(measuredAt, 10_000)
      for (const { before, what } of breaks) {
        if (before !== i) continue
        if (what === 'restart') {
          await house.journal[Symbol.asyncDispose]()
          await house.real[Symbol.asyncDispose]()
          house = await openHouse(path, time)
        } else house.mishaps.push(...what)
      }
      const reading = level(percent, measuredAt)
      await new Promise((resolve) =>
        house.journal.append(
          {
            kind: 'uplink',
            deviceId: reading.deviceId,
            receivedAt: time.now,
            fingerprint: i,
            tellsRepeats: true,
            readings: [reading],
          },
          resolve,
        ),
      )
    }
    time.now = plus(time.now, HOUR)
    await house.journal.tick()
    const posts = await house.real.posts({ audience: 'public', limit: 100 })
    told.push(...posts.map((p) => [p.key, p.at, p.kind, p.texts.sv, p.replyTo]).reverse())
    expect(await house.real.readingsCount()).toBe(LEVELS.length)
    expect(house.journal.status(paper).word).toBe('has-room')
    await house.journal[Symbol.asyncDispose]()
    await house.real[Symbol.asyncDispose]()
  })
  return told
}

describe('a container that fills and is emptied', () => {
  test('is spoken of twice: when it has been full for a while, and when there is room again', async () => {
    const posts = (await said([])) as [string, number, string, string, string | undefined][]
    // So steep a rise is believed when three more readings bear it out, the seventh, which is heard of
    // ten seconds after it was measured: 60 + 10 s + 30 + 15.
    const secondsAfterNoon = posts.map(([, at, kind]) => [kind, (at - noon) / SECOND])
    expect(secondsAfterNoon).toEqual([
      ['open', 105 * 60 + 10],
      ['close', 155 * 60 + 10],
    ])
    expect(posts[1]![4]).toBe(posts[0]![0])
    expect(posts[0]![3]).toContain('Ekudden')
  })

  const every = LEVELS.map((_, before) => before)
  test.for<readonly [string, readonly Break[]]>([
    ['commits are refused', every.map((before) => ({ before, what: ['refused', 'refused'] }))],
    ['commits are torn', every.map((before) => ({ before, what: ['torn', 'torn'] }))],
    ['answers are lost', every.map((before) => ({ before, what: ['unheard'] }))],
    [
      'the process is restarted again and again',
      every.map((before) => ({ before, what: 'restart' })),
    ],
  ])('is spoken of in the very same words when %s', async ([, breaks]) => {
    expect(await said(breaks)).toEqual(await said([]))
  })
})

test('a device that was cut off and says all it has in one millisecond is believed by what it says last', () =>
  inFolder(async (path) => {
    const house = await openHouse(path, { now: noon })
    await using _ = house.real
    await using journal = house.journal
    const told = [...fill(8, 20), ...fill(8, 90)].map((percent, i) => {
      const { promise, resolve } = Promise.withResolvers<unknown>()
      const reading = nowLevel(percent + i / 100)
      journal.append(
        {
          kind: 'uplink',
          deviceId: reading.deviceId,
          receivedAt: noon,
          fingerprint: i,
          tellsRepeats: false,
          readings: [reading],
        },
        resolve,
      )
      return promise
    })
    expect(new Set(await Promise.all(told))).toEqual(new Set(['kept']))
    expect(journal.status(paper)).toMatchObject({ word: 'full', fillPercent: 90.15 })
  }))
