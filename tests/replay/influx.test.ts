/** The journal read back where its readings lie in the real InfluxDB. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DatabaseSync } from 'node:sqlite'
import { verify } from '#src/replay/run.ts'
import { influxReadings } from '#src/store/influx/told-readings.ts'
import { type InfluxStore, withInfluxHistory } from '#src/store/influx/influx-history.ts'
import { openJournalReader } from '#src/store/sqlite/journal-reader.ts'
import { inFolder } from '#tests/store/contract.ts'
import { type Influxd, influxdPath, startInfluxd } from '#tests/support/influxd.ts'
import { busyDay, type Cue, openHouse } from './scenes.ts'

describe.skipIf(influxdPath === undefined)(
  'with a history in InfluxDB',
  { timeout: 120_000 },
  () => {
    let influxd: Influxd
    beforeAll(async () => {
      influxd = await startInfluxd()
    }, 60_000)
    afterAll(() => influxd[Symbol.asyncDispose]())

    test('the journal is read back from there, as the rules were told it, and gives the same decisions', async () => {
      await inFolder(async (path) => {
        const link = { url: influxd.url, database: 'past' }
        let store: InfluxStore | undefined
        await using house = await openHouse(path, {
          isImmune: true,
          over: async (real, clock) => (store = await withInfluxHistory(real, { ...link, clock })),
        })
        // Messages that come in one commit, late ones, several devices, and a clock that was set back.
        const more: readonly Cue[] = [
          { what: 'wait', minutes: -15 },
          { what: 'level', seat: 0, percents: [88, 40], ago: 2000 },
          { what: 'level', seat: 6, percents: [92], ago: 0 },
          { what: 'level', seat: 3, percents: [92], ago: 0, isPast: true },
          { what: 'wait', minutes: 40 },
          { what: 'tick' },
        ]
        await house.play([...busyDay, ...more])
        await house.play([{ what: 'wait', minutes: 4 * 24 * 60 }, { what: 'tick' }])
        await store!.tidy()
        const db = new DatabaseSync(path, { readOnly: true })
        expect(db.prepare('select count(*) as n from reading').get()).toEqual({ n: 0 })
        db.close()

        await using reader = openJournalReader(path, { elsewhere: influxReadings(link) })
        const records = (await Array.fromAsync(reader.records({}))).flat()
        expect(records).toEqual(house.heard)
        const { comparison } = await verify({ reader, span: {} })
        expect(comparison.first).toEqual([])
        expect(comparison.same).toBeGreaterThan(40)

        const ofEkudden = (
          await Array.fromAsync(reader.records({ stationId: '1490-901' as never }))
        ).flat()
        const about = (r: object) =>
          'containerId' in r && String(r.containerId).startsWith('1490-901')
        expect(ofEkudden.filter(about)).toEqual(house.heard.filter(about))

        await using alone = openJournalReader(path)
        await expect(verify({ reader: alone, span: {} })).rejects.toThrow('in InfluxDB')
      })
    })
  },
)
