import { expect, test } from 'vitest'
import { gatherEmptyings } from '#src/rules/emptyings.ts'
import { DAY, instant, isoText, plus } from '#src/stations/time.ts'
import { hubStationOf, type HubServiceText } from '#tests/support/hub.ts'
import { EKUDDEN_PAPER, openHttpTown, TUESDAY, type HttpTown } from '#tests/support/http-town.ts'
import { borasRules } from '#tests/rules/scenario.ts'

const TOKEN = 'a-long-enough-token'
const withStaff = () => openHttpTown({ rules: borasRules, http: { staffToken: TOKEN } })
const send = (town: HttpTown, payload: object, query = '', token = TOKEN) =>
  town.app.inject({
    method: 'POST',
    url: `/api/v1/plans/import${query}`,
    headers: { authorization: `Bearer ${token}` },
    payload,
  })
const bring = async (town: HttpTown, services: readonly HubServiceText[], query = '') =>
  (await send(town, [hubStationOf('901', services)], query)).json<object>()
const emptyingsOf = async (town: HttpTown) =>
  gatherEmptyings(
    await town.store.emptyings({ containerId: EKUDDEN_PAPER, since: instant(0) }),
  ).map(({ emptiedAt, by }) => [isoText(emptiedAt), ...by])

// TUESDAY is 2026-05-05 14:35 on the wall.
const services = [
  { type: 1, last: '2026-05-04T09:10:00Z', next: '2026-05-07T00:00:00Z' },
  { type: 2, lastText: 'Se körlista', nextText: 'Se körlista' },
]

test('days to come are planned and last emptyings told; brought in again it changes nothing', async () => {
  await using town = await withStaff()
  expect(await bring(town, services)).toEqual({
    stations: {
      matched: 1,
      unknown: [],
      missing: ['1490-902', '1490-903'],
      elsewhere: 0,
      withoutServices: 0,
    },
    plans: { kept: 1, withdrawn: 0, same: 0 },
    emptyings: { kept: 1, known: 0 },
    ignored: { inWords: 2, notOfContainers: 0, withoutTime: 0, over: 0 },
    faults: [],
    moreFaults: 0,
  })
  expect(town.journal.status(EKUDDEN_PAPER)).toMatchObject({
    emptiedAt: Date.parse('2026-05-04T07:10:00Z'),
    nextEmptying: {
      from: Date.parse('2026-05-06T22:00:00Z'),
      until: Date.parse('2026-05-07T22:00:00Z'),
    },
  })
  const plan = (await town.app.inject(`/api/v1/containers/${EKUDDEN_PAPER}/plan`)).json<object>()
  expect(plan).toMatchObject({ next: { sources: ['hub'] } })

  for (let again = 0; again < 2; again++) {
    expect(await bring(town, services)).toMatchObject({
      plans: { kept: 0, withdrawn: 0, same: 1 },
      emptyings: { kept: 0, known: 1 },
    })
  }
  expect(await emptyingsOf(town)).toEqual([['2026-05-04T07:10:00.000Z', 'contractor']])
  expect(await town.store.plans({ containerId: EKUDDEN_PAPER, since: instant(0) })).toHaveLength(1)
})

test('two that come at once tell an emptying once', async () => {
  await using town = await withStaff()
  await Promise.all([bring(town, services), bring(town, services)])
  expect(await emptyingsOf(town)).toHaveLength(1)
})

test('another day takes the place of the first, and none withdraws it; the town’s own plan stays', async () => {
  await using town = await withStaff()
  const own = { from: plus(TUESDAY, 3 * DAY), until: plus(TUESDAY, 4 * DAY) }
  await town.append({
    kind: 'fact',
    fact: { type: 'plan', containerId: EKUDDEN_PAPER, source: 'town', emptyings: [own] },
  })
  await bring(town, services)
  expect(await bring(town, [{ type: 1, next: '2026-05-06T00:00:00Z' }])).toMatchObject({
    plans: { kept: 1, withdrawn: 0 },
  })
  expect(town.journal.plans(EKUDDEN_PAPER).hub).toHaveLength(1)
  // A station whose services the hub doesn't tell says nothing.
  await send(town, [hubStationOf('901', null)])
  expect(town.journal.plans(EKUDDEN_PAPER).hub).toHaveLength(1)
  expect(await bring(town, [])).toMatchObject({ plans: { kept: 0, withdrawn: 1 } })
  expect(town.journal.plans(EKUDDEN_PAPER)).toEqual({ town: [own] })
})

test('an emptying that the driver told himself is known, and so is one that staff say never was', async () => {
  await using town = await withStaff()
  const emptiedAt = instant(Date.parse('2026-05-04T06:30:00Z'))
  await town.append({ kind: 'emptied', containerId: EKUDDEN_PAPER, emptiedAt, by: 'contractor' })
  expect(await bring(town, services)).toMatchObject({ emptyings: { kept: 0, known: 1 } })
  const [told] = await town.store.emptyings({ containerId: EKUDDEN_PAPER, since: instant(0) })
  await town.append({
    kind: 'emptying-corrected',
    containerId: EKUDDEN_PAPER,
    of: told!.seq,
    was: emptiedAt,
    actor: 'Kim',
  })
  expect(await bring(town, services)).toMatchObject({ emptyings: { kept: 0, known: 1 } })
  expect(await emptyingsOf(town)).toEqual([])
})

test('a dry run tells what would come of it, and keeps nothing', async () => {
  await using town = await withStaff()
  expect(await bring(town, services, '?dryRun=yes')).toMatchObject({
    plans: { kept: 1 },
    emptyings: { kept: 1 },
  })
  expect(await emptyingsOf(town)).toEqual([])
  expect(town.journal.plans(EKUDDEN_PAPER)).toEqual({})
})

test('what cannot be matched is told, a hundred at most', async () => {
  await using town = await withStaff()
  const many = Array.from({ length: 130 }, () => ({ type: 3, next: '2026-05-07' }))
  const answer = await bring(town, many)
  expect(answer).toMatchObject({ moreFaults: 30 })
  expect((answer as { faults: unknown[] }).faults).toHaveLength(100)
  expect((answer as { faults: unknown[] }).faults[0]).toEqual({
    externalAvsId: '901',
    serviceType: 3,
    what: 'no container of 1490-901 takes metal',
  })
})

test('only staff bring in, only what the hub answers, and not the whole country', async () => {
  await using town = await withStaff()
  expect((await send(town, [], '', 'another')).statusCode).toBe(401)
  const other = await send(town, { stations: [] })
  expect(other.statusCode).toBe(400)
  expect(other.json()).toMatchObject({ errors: [{ field: 'body' }] })
  expect((await send(town, [], '?dryRun=maybe')).statusCode).toBe(400)
  expect((await send(town, [{ note: 'x'.repeat(5_000_000) }])).statusCode).toBe(413)
  // Well above what any other route takes.
  expect((await send(town, [{ note: 'x'.repeat(500_000) }])).statusCode).toBe(200)
})
