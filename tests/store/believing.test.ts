/** What is believed of sensors, beside the journal and through restarts, on the real store. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startBelievers } from '#src/store/believing.ts'
import type { Judged } from '#src/store/believing.ts'
import { openJournal } from '#src/store/open-journal.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import type { Reading } from '#src/stations/reading.ts'
import type { Town } from '#src/stations/station.ts'
import { DAY, type EpochMs, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { scriptEngine } from '#tests/support/scripted-engine.ts'
import { castTown, containerId, deviceId } from '#tests/support/town.ts'
import { inFolder, level, noon } from './contract.ts'

const paper = containerId('1490-901-paper-1')
const paperDevice = deviceId('dev-901-paper-1')
const second = deviceId('dev-902-paper-1')
const town = indexTown(castTown)
const at = (hours: number): EpochMs => plus(noon, hours * HOUR)

/** Fills by a point an hour from 20, with false echoes at 96 now and then until hour 50; emptied at hour 60. */
function readings(hours: number): readonly Reading[] {
  return Array.from({ length: hours }, (_, h) => {
    const full = h < 60 ? 20 + h : 5 + (h - 60)
    const echo = h > 10 && h < 50 && (h % 7 === 3 || h % 7 === 4)
    return level(echo ? 96 : full, at(h))
  })
}
const judgeAll = (
  believing: ReturnType<typeof startBelievers>,
  all: readonly Reading[],
  from = 1,
) => all.map((reading, i) => believing.judge(reading, paper, from + i, town))

test('a false echo is not believed, and the emptying is told once with its interval', () => {
  const all = readings(90)
  const judged = judgeAll(startBelievers(), all)
  const believedFull = judged.filter((j) => (j.fillPercent ?? 0) > 90)
  expect(believedFull.length).toBeLessThanOrEqual(2)
  const emptied = judged.flatMap((j) => j.emptied ?? [])
  expect(emptied).toHaveLength(1)
  expect(emptied[0]!.after).toBeGreaterThanOrEqual(at(56))
  expect(emptied[0]!.before).toBeLessThanOrEqual(at(64))
})

test('what is saved now and then, and judged again from there, goes on as if nothing had happened', () => {
  const all = readings(120)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 119 }), (cut) => {
      const whole = judgeAll(startBelievers(), all).slice(cut)
      const before = startBelievers()
      const kept = new Map<string, ReturnType<typeof before.toSave>[number]>()
      for (const [i, reading] of all.slice(0, cut).entries()) {
        before.judge(reading, paper, i + 1, town)
        for (const state of before.toSave(reading.receivedAt)) kept.set(state.deviceId, state)
      }
      const after = startBelievers([...kept.values()])
      // As the journal does: those since the last save come again, the others are known.
      judgeAll(after, all.slice(0, cut))
      expect(judgeAll(after, all.slice(cut), cut + 1)).toEqual(whole)
    }),
    { numRuns: 40 },
  )
})

test('a reading older than the newest is history: believed as it is, and nothing learned', () => {
  const believing = startBelievers()
  judgeAll(believing, readings(20))
  const late = level(77, at(3))
  expect(believing.judge(late, paper, 100, town)).toEqual({ fillPercent: 77, alarms: [] })
})

test('how well a sensor was heard is remembered until its network tells again, and over a restart', () => {
  const before = startBelievers()
  const [first, then, last] = readings(3)
  before.judge(first!, paper, 1, town, { signal: { rssiDbm: -97, snrDb: 8.5 } })
  before.judge(then!, paper, 2, town)
  const kept = before.toSave(at(1))
  const after = startBelievers(kept)
  const heard = (believing: typeof after) => believing.health(at(2), town).map((s) => s.signal)
  expect(heard(before)).toEqual([{ rssiDbm: -97, snrDb: 8.5 }])
  expect(heard(after)).toEqual([{ rssiDbm: -97, snrDb: 8.5 }])
  after.judge(last!, paper, 3, town, { signal: { rssiDbm: -118 } })
  expect(heard(after)).toEqual([{ rssiDbm: -118 }])
})

test('a planned emptying speaks for one in the levels, from any source of plans', () => {
  const levels = Array.from({ length: 60 }, (_, h) => level(30 + h / 2, at(h)))
  const emptied = [level(3, at(60)), level(4, at(61))]
  const plans = {
    hub: [{ from: at(50), until: at(74) }],
    town: [{ from: at(500), until: at(510) }],
  }
  const evidence = (beside?: Parameters<ReturnType<typeof startBelievers>['judge']>[4]) => {
    const believing = startBelievers()
    return [...levels, ...emptied].flatMap(
      (reading, i) => believing.judge(reading, paper, i + 1, town, beside).emptied?.evidence ?? [],
    )
  }
  expect(evidence()).toEqual(['level'])
  expect(evidence({ plans })).toEqual(['level', 'plan'])
})

describe('two sensors on one container', () => {
  const both: Town = {
    ...castTown,
    mountings: [
      ...castTown.mountings.filter((m) => m.deviceId !== second),
      { deviceId: second, containerId: paper, alongside: true, from: castTown.mountings[0]!.from },
    ],
  }
  const index = indexTown(both)
  const play = (other: number, hours: number): readonly Judged[] => {
    const believing = startBelievers()
    return Array.from({ length: hours }, (_, h) => {
      const one = believing.judge(level(40, at(h)), paper, 2 * h + 1, index)
      const two = believing.judge(
        { ...level(other, plus(at(h), MINUTE)), deviceId: second },
        paper,
        2 * h + 2,
        index,
      )
      return [one, two]
    }).flat()
  }

  test('are heard together', () => {
    expect(play(50, 10).at(-1)).toMatchObject({
      fillPercent: 45,
      together: [second, paperDevice],
    })
  })

  test('that differ for six hours are an alarm', () => {
    const kinds = (hours: number) =>
      play(90, hours).flatMap((j) => j.alarms.map((a) => `${a.change} ${a.alarm.kind}`))
    expect(kinds(6)).not.toContain('began disagreement')
    expect(kinds(9)).toContain('began disagreement')
  })
})

test('alarms begin, are listed, and end; silence is found without a reading', () => {
  const believing = startBelievers()
  const say = (h: number, more: Partial<Reading> = {}) =>
    believing.judge({ ...level(30, at(h)), ...more }, paper, h + 1, town).alarms
  for (let h = 0; h < 20; h++) expect(say(h, { batteryPercent: 80, temperatureC: 10 })).toEqual([])
  expect(say(20, { flags: ['fire'] })).toMatchObject([{ change: 'began', alarm: { kind: 'fire' } }])
  expect(
    say(21, { batteryPercent: 9, temperatureC: 12 }).map((a) => `${a.change} ${a.alarm.kind}`),
  ).toEqual(expect.arrayContaining(['began low-battery']))
  const now = believing.health(at(22), town).find((s) => s.deviceId === paperDevice)!
  expect(now.alarms.map((a) => a.kind)).toContain('low-battery')
  const later = believing.health(plus(at(21), DAY), town).find((s) => s.deviceId === paperDevice)!
  expect(later.alarms.map((a) => a.kind)).toContain('silent')
})

test('through the journal: corrected, charted, told to the rules, and kept over a restart', () =>
  inFolder(async (path) => {
    const all = readings(80)
    const fed: (number | undefined)[] = []
    const run = async (part: readonly Reading[], first: number) => {
      await using store = await openSqliteStore(path)
      const previousTown = await store.town()
      await store.saveTown(castTown, noon)
      const engine = scriptEngine()
      let now = noon
      await using journal = await openJournal({
        store,
        town: castTown,
        ...(previousTown && { previousTown }),
        makeEngine: () => ({
          ...engine,
          apply(record) {
            if (record.type === 'reading') fed.push(record.fillPercent)
            return engine.apply(record)
          },
        }),
        wordPost: () => ({ sv: '', en: '', fi: '' }),
        deliveriesFor: () => [],
        clock: () => now,
        onFault: (what, error) => {
          throw new Error(what, { cause: error })
        },
      })
      for (const [i, reading] of part.entries()) {
        now = reading.receivedAt
        await new Promise((resolve) =>
          journal.append(
            {
              kind: 'uplink',
              deviceId: paperDevice,
              receivedAt: now,
              fingerprint: first + i,
              tellsRepeats: true,
              readings: [reading],
            },
            resolve,
          ),
        )
      }
      return {
        kept: await store.readings(paper, noon, at(80), 1000),
        emptyings: await store.emptyings({ containerId: paper, since: noon }),
      }
    }
    await run(all.slice(0, 33), 0)
    const { kept, emptyings } = await run(all.slice(33), 33)
    const judged = judgeAll(startBelievers(), all)
    expect(fed).toEqual(judged.map((j) => j.fillPercent))
    expect(kept.map((r) => r.fillPercent)).toEqual(all.map((r) => r.fillPercent))
    expect(kept.map((r) => r.cleanPercent ?? r.fillPercent)).toEqual(
      judged.map((j) => j.fillPercent),
    )
    expect(kept.some((r) => r.correction !== undefined)).toBe(true)
    expect(emptyings).toMatchObject([{ type: 'emptied', by: 'sensor', containerId: paper }])
  }))
