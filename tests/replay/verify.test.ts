/** What was decided is decided again, whatever befell the service meanwhile. */
import * as fc from 'fast-check'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { answer } from '#src/replay/answer.ts'
import { verify } from '#src/replay/run.ts'
import { plus } from '#src/stations/time.ts'
import { packDay, unpackDay } from '#src/store/sqlite/day-chunk.ts'
import { openJournalReader } from '#src/store/sqlite/journal-reader.ts'
import { inFolder } from '#tests/store/contract.ts'
import { anyScene, busyDay, type Cue, openHouse, RULES, sceneStart } from './scenes.ts'

async function verified(path: string, span: Parameters<typeof verify>[0]['span'] = {}) {
  await using reader = openJournalReader(path)
  return await verify({ reader, span })
}

/** Plays a scene, and gives what verifying finds in it. */
const play = (cues: readonly Cue[], packs: boolean) => async () => {
  let found: Awaited<ReturnType<typeof verified>> | undefined
  await inFolder(async (path) => {
    await using house = await openHouse(path)
    await house.play(cues)
    if (packs) await house.play([{ what: 'pack' }])
    found = await verified(path)
  })
  return found!
}

function byFirstRules(cue: Cue): Cue {
  return cue.what === 'restart' || cue.what === 'reload' ? { ...cue, rules: 0 } : cue
}

/** Not shrunk: each takes half a second, and is told whole. */
const RUNS = { numRuns: Number(process.env['KVITTER_SCENES'] ?? 8), endOnFailure: true }
const TIMEOUT_MS = 600_000

describe('verifying', () => {
  test('a busy day with restarts, reloads and packing gives the same decisions, byte for byte', async () => {
    const { comparison, records } = await play(busyDay, true)()
    expect(comparison.first).toEqual([])
    expect(comparison).toMatchObject({ differences: 0, unworded: 0 })
    expect(comparison.same).toBeGreaterThan(40)
    expect(records).toBeGreaterThan(200)
  })

  test(
    'any scene gives the same decisions',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyScene, fc.boolean(), async (cues, packs) => {
          await inFolder(async (path) => {
            await using house = await openHouse(path)
            await house.play(cues)
            if (packs) await house.play([{ what: 'pack' }])
            const middle = plus(sceneStart, (house.now() - sceneStart) / 2)
            for (const span of [{}, { from: middle }, { from: house.now() }, { to: middle }]) {
              const { comparison } = await verified(path, span)
              expect({ span, first: comparison.first }).toEqual({ span, first: [] })
            }
          })
        }),
        RUNS,
      )
    },
    TIMEOUT_MS,
  )

  test(
    'any scene says the same by the same rules, from whenever they are loaded',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyScene, async (cues) => {
          await inFolder(async (path) => {
            await using house = await openHouse(path)
            await house.play(cues.map(byFirstRules))
            const middle = plus(sceneStart, (house.now() - sceneStart) / 2)
            await using reader = openJournalReader(path)
            const rules = { name: 'rules.yaml', text: RULES[0]! }
            for (const span of [{}, { from: middle }]) {
              const given = await answer(reader, { kind: 'diff', span, rules })
              expect(given).toMatchObject({ kind: 'compared', changes: [] })
            }
          })
        }),
        RUNS,
      )
    },
    TIMEOUT_MS,
  )

  test('finds no difference while the service writes, packs and takes snapshots', async () => {
    await inFolder(async (path) => {
      await using house = await openHouse(path)
      await house.play(busyDay.slice(0, 50))
      const written = new AbortController()
      const writing = house.play([...busyDay, { what: 'snapshot' }]).finally(() => written.abort())
      const found: number[] = []
      while (!written.signal.aborted) {
        await nextTurn(20)
        found.push((await verified(path)).comparison.differences)
      }
      await writing
      found.push((await verified(path)).comparison.differences)
      expect(found.length).toBeGreaterThan(2)
      expect(new Set(found)).toEqual(new Set([0]))
    })
  })

  test('sets out from the newest snapshot before the span', async () => {
    await inFolder(async (path) => {
      await using house = await openHouse(path)
      await house.play(busyDay.slice(0, 300))
      await house.play([{ what: 'snapshot' }])
      const at = house.now()
      await house.play(busyDay.slice(300))
      const whole = await verified(path)
      const part = await verified(path, { from: at })
      expect(part.since).toBeLessThanOrEqual(at)
      expect(part.records).toBeGreaterThan(10)
      expect(part.records).toBeLessThan(whole.records - 100)
      expect(part.comparison.first).toEqual([])
      expect(part.comparison.same).toBeGreaterThan(2)
    })
  })

  test('sets out from a snapshot taken after the rules threw on a town, with the town they knew', async () => {
    await inFolder(async (path) => {
      await using house = await openHouse(path)
      await house.play([
        { what: 'level', seat: 2, percents: [92], ago: 1382 },
        { what: 'restart', rules: 0, town: 0, away: 400 },
        { what: 'reload', rules: 0, town: 1, isPoisoned: true },
        { what: 'snapshot' },
        { what: 'reload', rules: 0, town: 0, isPoisoned: true },
        { what: 'wait', minutes: 900 },
        { what: 'tick' },
      ])
      const found = await verified(path, { from: house.now() })
      expect(found.since).toBeGreaterThan(sceneStart)
      expect(found.comparison.first).toEqual([])
    })
  })

  test('leaves out what another version of the engine decided, up to the first snapshot since', async () => {
    await inFolder(async (path) => {
      {
        await using house = await openHouse(path)
        await house.play(busyDay.slice(0, 100))
      }
      const db = new DatabaseSync(path)
      db.exec(`update version set engine = 'older'`)
      db.exec(`update decision set body = replace(body, '"because"', '"why"')`)
      db.close()
      await using house = await openHouse(path)
      await house.play(busyDay.slice(100, 150))
      await expect(verified(path)).rejects.toThrow('another version of the engine')
      await house.play([{ what: 'snapshot' }])
      await house.play(busyDay.slice(150))
      const { since, comparison } = await verified(path)
      expect(since).toBeGreaterThan(sceneStart)
      expect(comparison.first).toEqual([])
      expect(comparison.same).toBeGreaterThan(5)
    })
  })

  test('finds a decision that was changed, one that was taken out and one that was put in', async () => {
    await inFolder(async (path) => {
      {
        await using house = await openHouse(path)
        await house.play(busyDay)
      }
      const db = new DatabaseSync(path)
      db.exec(
        `update decision set body = replace(body, '"because":"', '"because":"x') where id = 10`,
      )
      db.exec('delete from decision where id = 30')
      db.exec(`insert into decision (id, at, seq, rule_id, station_id, container_id, body)
        select 100000, at, seq, rule_id, station_id, container_id, body
        from decision where id = (select max(id) from decision)`)
      db.close()
      const { comparison } = await verified(path)
      expect(comparison.differences).toBe(3)
      expect(comparison.first.map(({ kind }) => kind)).toEqual(['changed', 'extra', 'missing'])
      expect(comparison.first[0]).toMatchObject({ kind: 'changed', was: { id: 10 } })
      expect(comparison.first[2]).toMatchObject({ kind: 'missing', was: { id: 100000 } })
    })
  })
})

describe('the journal read back', () => {
  test(
    'is what the engine was told, record by record',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          anyScene.map((cues) => cues.filter(({ what }) => what !== 'mishap')),
          async (cues) => {
            await inFolder(async (path) => {
              await using house = await openHouse(path, { isImmune: true })
              await house.play(cues)
              await house.play([{ what: 'pack' }])
              await using reader = openJournalReader(path)
              const records = (await Array.fromAsync(reader.records({}))).flat()
              expect(records).toEqual(house.heard)
            })
          },
        ),
        RUNS,
      )
    },
    TIMEOUT_MS,
  )

  test('of readings that have lost their places comes in the order of receipt', async () => {
    await inFolder(async (path) => {
      await using house = await openHouse(path, { isImmune: true })
      await house.play(busyDay.filter(({ what }) => what !== 'snapshot'))
      await house.play([{ what: 'wait', minutes: 300 }, { what: 'tick' }, { what: 'pack' }])
      // As an earlier version packed them.
      const db = new DatabaseSync(path)
      for (const { id, body } of db.prepare('select id, body from chunk').all()) {
        const readings = unpackDay(Math.floor(Number(id) / 2 ** 24), body as Uint8Array)
        const packed = packDay(readings.map((reading) => ({ ...reading, seq: null })))
        db.prepare('update chunk set body = ? where id = ?').run(packed, id!)
      }
      db.exec('update seq_day set first_seq = 0')
      db.close()
      await using reader = openJournalReader(path)
      const records = (await Array.fromAsync(reader.records({}))).flat()
      const bare = ({ seq: _seq, ...record }: object & { readonly seq: number }) => record
      const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
      // All are there, none is told before what came before it, and events stay in their places.
      expect(records.map(bare).sort(byText)).toEqual(house.heard.map(bare).sort(byText))
      for (const [i, { at, seq }] of records.entries()) {
        const before = records[i - 1]
        if (before) expect([at >= before.at, seq >= before.seq]).toEqual([true, true])
      }
      const events = (all: typeof records) => all.filter(({ type }) => type !== 'reading')
      expect(events(records)).toEqual(events([...house.heard]))
    })
  })
})
