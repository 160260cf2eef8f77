import { describe, expect, test } from 'vitest'
import type { PlanRecord } from '#src/rules/record.ts'
import type { EmptyingDays, Town } from '#src/stations/station.ts'
import { DAY, HOUR, instant, isoText, plus } from '#src/stations/time.ts'
import { tellTownPlans } from '#src/town-plans.ts'
import { EKUDDEN_PAPER, openHttpTown, TUESDAY, type HttpTown } from '#tests/support/http-town.ts'
import { castTown, ekudden, hamnen, torget } from '#tests/support/town.ts'
import { borasRules, bookOf } from './rules/scenario.ts'
import { createEngine } from '#src/rules/engine.ts'

const morning = { fromMinute: 6 * 60, untilMinute: 14 * 60 }
const mondays: EmptyingDays = { fractions: ['paper'], weekdays: ['Mon'], hours: morning }

function planned(plan: readonly EmptyingDays[] | undefined): Town {
  return { ...castTown, stations: [{ ...ekudden, ...(plan && { plan }) }, hamnen, torget] }
}
const open = (plan: readonly EmptyingDays[]) =>
  openHttpTown({ town: planned(plan), rules: borasRules })
const reload = (town: HttpTown, plan: readonly EmptyingDays[] | undefined) =>
  town.journal.reload({
    town: planned(plan),
    makeEngine: (next, kept) => createEngine({ book: bookOf(borasRules), town: next, kept }),
  })
const told = (town: HttpTown): Promise<readonly PlanRecord[]> =>
  town.store.plans({ containerId: EKUDDEN_PAPER, since: instant(0) })

describe('the plans of the town’s file are told to the journal', () => {
  test('once, to the end of the month after next', async () => {
    await using town = await open([mondays])
    const plans = tellTownPlans(town.journal, () => town.now())
    expect(await plans.tell()).toBe(1)
    const [record, ...more] = await told(town)
    expect(more).toEqual([])
    expect(record).toMatchObject({ type: 'plan', source: 'town', at: TUESDAY })
    // Mondays from the 11th of May to the 27th of July.
    expect(record!.emptyings).toHaveLength(12)
    expect(record!.emptyings.map(({ from }) => isoText(from)).at(0)).toBe(
      '2026-05-11T04:00:00.000Z',
    )
    expect(record!.emptyings.map(({ until }) => isoText(until)).at(-1)).toBe(
      '2026-07-27T12:00:00.000Z',
    )
    expect(town.journal.status(EKUDDEN_PAPER).nextEmptying).toEqual(record!.emptyings[0])

    expect(await plans.tell()).toBe(0)
    // Another start finds it told.
    expect(await tellTownPlans(town.journal, () => town.now()).tell()).toBe(0)
  })

  test('a month later a month more, and in between nothing', async () => {
    await using town = await open([mondays])
    const plans = tellTownPlans(town.journal, () => town.now())
    await plans.tell()
    town.setNow(plus(TUESDAY, 20 * DAY))
    await plans.tick()
    expect(await told(town)).toHaveLength(1)
    town.setNow(instant(Date.parse('2026-05-31T22:00:00Z')))
    await plans.tick()
    await plans.tick()
    const records = await told(town)
    expect(records).toHaveLength(2)
    expect(isoText(records[1]!.emptyings.at(-1)!.from)).toBe('2026-08-31T04:00:00.000Z')
  })

  test('anew where the file has another plan, and withdrawn where it has none', async () => {
    await using town = await open([mondays])
    const plans = tellTownPlans(town.journal, () => town.now())
    await plans.tell()
    await reload(town, [{ ...mondays, weekdays: ['Tue'] }])
    // This Tuesday's has ended.
    town.setNow(plus(TUESDAY, HOUR))
    expect(await plans.tell()).toBe(1)
    expect(isoText(town.journal.status(EKUDDEN_PAPER).nextEmptying!.from)).toBe(
      '2026-05-12T04:00:00.000Z',
    )
    await reload(town, undefined)
    expect(await plans.tell()).toBe(1)
    expect((await told(town)).map(({ emptyings }) => emptyings.length)).toEqual([12, 12, 0])
    expect(town.journal.status(EKUDDEN_PAPER).nextEmptying).toBeUndefined()
  })

  test('not twice when two ask at the same time', async () => {
    await using town = await open([mondays])
    const plans = tellTownPlans(town.journal, () => town.now())
    expect(await Promise.all([plans.tell(), plans.tell()])).toEqual([1, 0])
  })
})
