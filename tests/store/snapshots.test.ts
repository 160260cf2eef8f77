import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { openJournalReader } from '#src/store/sqlite/journal-reader.ts'
import { superfluous } from '#src/store/sqlite/snapshot-place.ts'
import { busyDay, openHouse } from '#tests/replay/scenes.ts'
import { inFolder } from './contract.ts'

/** One snapshot a day from a day on, by the same engine. */
const daily = (first: string, days: number, engine = '2 2026c') =>
  Array.from({ length: days }, (_, i) => ({
    no: i + 1,
    day: Temporal.PlainDate.from(first).add({ days: i }).toString(),
    engine,
  }))

describe('of snapshots', () => {
  test('every day of the last forty is kept, and the first of each month before', () => {
    const all = daily('2026-01-01', 365)
    const gone = new Set(superfluous(all))
    const kept = all.filter((mark) => !gone.has(mark)).map(({ day }) => day)
    expect(kept.slice(0, 11)).toEqual(
      Array.from({ length: 11 }, (_, m) => `2026-${String(m + 1).padStart(2, '0')}-01`),
    )
    expect(kept.slice(11)).toEqual(
      all
        .slice(-40)
        .map(({ day }) => day)
        .slice(-(kept.length - 11)),
    )
    expect(kept).toHaveLength(51)
  })

  test('there are never more than a bounded number, however long the service runs', () => {
    const all = daily('2000-01-01', 40 * 365)
    expect(all.length - superfluous(all).length).toBeLessThanOrEqual(40 + 120 + 12)
  })

  test('the first by each engine is kept, so that what it decided can be made again', () => {
    const all = [...daily('2026-01-01', 20, '1 2026a'), ...daily('2026-01-21', 80, '2 2026a')]
    const kept = all.filter((mark) => !superfluous(all).includes(mark))
    expect(kept.map(({ day }) => day)).toContain('2026-01-21')
  })

  test('of two on one day the first is kept, and the newest in any case', () => {
    const [one] = daily('2026-01-01', 1)
    const all = [one!, { ...one!, no: 2 }, { ...one!, no: 3 }]
    expect(superfluous(all).map(({ no }) => no)).toEqual([2])
  })
})

describe('a snapshot', () => {
  test('is taken once a day, of what the engine then remembered', async () => {
    await inFolder(async (path) => {
      await using house = await openHouse(path)
      await house.play(busyDay.slice(0, 60))
      await house.play([{ what: 'snapshot' }, { what: 'snapshot' }])
      const db = new DatabaseSync(path)
      const numberOf = (table: string) =>
        (db.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n
      expect(numberOf('snapshot')).toBe(1)
      const state = db.prepare('select key, value from engine_state order by key').all()
      await using reader = openJournalReader(path)
      const place = reader.placeBefore(house.now())
      expect(place.seq).toBe(reader.end.seq)
      expect([...place.kept.state]).toEqual(state.map(({ key, value }) => [key, value]))

      // A process that was killed while it wrote one left parts of it.
      db.exec(`insert into snapshot_part (id, body) values (${9 * 2 ** 16}, x'00')`)
      await house.play([{ what: 'wait', minutes: 1500 }])
      await house.play(busyDay.slice(0, 10))
      await house.play([{ what: 'snapshot' }])
      expect(numberOf('snapshot')).toBe(2)
      expect(numberOf('snapshot_part')).toBe(2)
      db.close()
    })
  })
})
