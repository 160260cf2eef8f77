/** The process that packs is killed at any moment while it also takes readings in: none is lost, none is there twice. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { DAY, HOUR, plus } from '#src/stations/time.ts'
import { startCompaction } from '#src/store/sqlite/compaction.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { castTown } from '#tests/support/town.ts'
import { inFolder } from './contract.ts'
import { FIRST_AT, numberedReading, STEP_MS, WATCHED } from './numbered-reading.ts'

const KILLS = 12
const CHILD = fileURLToPath(new URL('compaction-process.ts', import.meta.url))

test(
  `after ${KILLS} kills -9 while packing, every reading is there once and in one place`,
  () =>
    inFolder(async (path) => {
      {
        await using store = await openSqliteStore(path)
        await store.saveTown(castTown, FIRST_AT)
      }
      let kept = 0
      let packed = 0
      for (let kill = 0; kill < KILLS; kill++) {
        // After so many words, wherever the packing then is.
        const heard = await killAfter(path, kept, 50 + ((kill * 37) % 101))
        expect(heard.strange).toEqual([])
        expect(heard.kept).toBeGreaterThan(kept)
        packed += heard.packed
        kept = await expectWhole(path, heard.kept)
      }
      expect(packed, 'readings packed between the kills').toBeGreaterThan(1000)

      const end = plus(numberedReading(kept).measuredAt, 3 * HOUR)
      const faults: unknown[] = []
      await using compaction = startCompaction(path, {
        clock: () => end,
        onFault: (error) => faults.push(error),
      })
      await compaction.now()
      expect(faults).toEqual([])
      expect(await expectWhole(path, kept)).toBe(kept)
      const db = new DatabaseSync(path, { readOnly: true })
      expect(db.prepare('select count(*) as n from reading').get()).toMatchObject({ n: 0 })
      db.close()
    }),
  120_000,
)

interface Heard {
  readonly kept: number
  readonly packed: number
  readonly strange: readonly string[]
}

/** What the process said until it was killed. */
async function killAfter(path: string, kept: number, words: number): Promise<Heard> {
  const child: ChildProcess = spawn(process.execPath, [CHILD, path, String(kept)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'close')
  const heard = { kept, packed: 0, strange: [] as string[] }
  let rounds = 0
  for await (const line of createInterface({ input: child.stdout! })) {
    const [what, n] = line.split(' ')
    if (what === 'kept') heard.kept = Number(n)
    else if (what === 'packed') {
      heard.packed += Number(n)
      rounds++
    } else heard.strange.push(line)
    if (--words <= 0 && rounds > 0) child.kill('SIGKILL')
  }
  await gone
  return heard
}

/**
 * Everything that was said to be kept is there, each once, and maybe one commit more, whose word was
 * cut off. Gives how many there are.
 */
async function expectWhole(path: string, atLeast: number): Promise<number> {
  await using store = await openSqliteStore(path)
  const end = plus(FIRST_AT, 300 * DAY)
  const [first, second] = WATCHED
  const told = [
    await store.readings(first!, FIRST_AT, end, 1e6),
    await store.readings(second!, FIRST_AT, end, 1e6),
  ]
  const count = told[0]!.length + told[1]!.length
  expect(count).toBeGreaterThanOrEqual(atLeast)
  expect(await store.readingsCount()).toBe(count)
  for (const [which, readings] of told.entries()) {
    expect(readings).toEqual(readings.map((_, i) => numberedReading(i * 2 + which)))
    const byHour = await store.history(WATCHED[which]!, FIRST_AT, end, HOUR)
    expect(byHour.reduce((sum, { n }) => sum + n, 0)).toBe(readings.length)
    const perHour = HOUR / STEP_MS
    for (const { n } of byHour.slice(0, -1)) expect(n).toBe(perHour)
  }
  return count
}
