import { DatabaseSync } from 'node:sqlite'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { startNightly } from '#src/replay/nightly.ts'
import { type EpochMs, MINUTE } from '#src/stations/time.ts'
import { inFolder } from '#tests/store/contract.ts'
import { until } from '#tests/support/until.ts'
import { busyDay, openHouse } from './scenes.ts'

async function watched(path: string, clock: () => EpochMs) {
  const metrics = new Registry()
  const logged: (readonly [string, string])[] = []
  const say = (level: string) => (what: unknown, words?: string) =>
    void logged.push([level, words ?? String(what)])
  const log = { info: say('info'), warn: say('warn'), error: say('error') } as never
  const timeZone = () => 'Europe/Stockholm'
  const nightly = startNightly({
    past: { file: path },
    clock,
    timeZone,
    log,
    metrics,
    lookEveryMs: 20,
  })
  const mismatches = async () =>
    (await metrics.getSingleMetric('kvitter_replay_mismatches_total')!.get()).values[0]!.value
  return { nightly, logged, mismatches }
}

test('each night the last day is played again, and what differs is told as a fault', async () => {
  await inFolder(async (path) => {
    await using house = await openHouse(path)
    await house.play(busyDay)
    let now = Date.parse('2026-05-04T22:00:00Z') as EpochMs
    const { nightly, logged, mismatches } = await watched(path, () => now)
    await using _ = nightly
    expect(logged).toEqual([])
    now = (Date.parse('2026-05-05T01:20:00Z') + MINUTE) as EpochMs
    await until(() => logged.length === 1, 60_000)
    expect(logged[0]).toEqual(['info', 'the journal gives the same decisions again'])
    expect(await mismatches()).toBe(0)

    const db = new DatabaseSync(path)
    db.exec('delete from decision where id in (5, 9)')
    db.close()
    await nightly.now()
    expect(logged[1]![0]).toBe('error')
    expect(await mismatches()).toBe(2)
    // Once a night.
    expect(logged).toHaveLength(2)
  })
})

test('a journal that does not say what the rules were is no fault', async () => {
  await inFolder(async (path) => {
    await using house = await openHouse(path)
    await house.play(busyDay.slice(0, 10))
    const db = new DatabaseSync(path)
    db.exec('delete from version')
    db.close()
    const { nightly, logged, mismatches } = await watched(path, () => house.now())
    await using _ = nightly
    await nightly.now()
    expect(logged).toEqual([['info', expect.stringContaining('nothing to verify tonight')]])
    expect(await mismatches()).toBe(0)
  })
})
