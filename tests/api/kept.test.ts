import { expect, test } from 'vitest'
import type { Town } from '#src/stations/station.ts'
import { DAY, instant, isoText, plus, wallTime, type EpochMs } from '#src/stations/time.ts'
import { tellTownPlans } from '#src/town-plans.ts'
import { openHttpTown, type HttpTown } from '#tests/support/http-town.ts'
import { borasRules } from '#tests/rules/scenario.ts'
import { castTown, containerId, ekudden, hamnen, torget } from '#tests/support/town.ts'

const TOKEN = 'a-long-enough-token'
const local = (text: string): EpochMs =>
  instant(Temporal.PlainDateTime.from(text).toZonedDateTime('Europe/Stockholm').epochMilliseconds)
const container = (name: string) => containerId(`1490-901-${name}`)

/** Paper on Mondays and Thursdays from six to two, glass on Wednesdays of odd weeks, plastic by nobody's plan. */
const planned: Town = {
  ...castTown,
  stations: [
    {
      ...ekudden,
      plan: [
        {
          fractions: ['paper'],
          weekdays: ['Mon', 'Thu'],
          hours: { fromMinute: 6 * 60, untilMinute: 14 * 60 },
        },
        { fractions: ['clear-glass'], weekdays: ['Wed'], weeks: 'odd' },
      ],
    },
    hamnen,
    torget,
  ],
}

const withTown = () =>
  openHttpTown({ town: planned, rules: borasRules, http: { staffToken: TOKEN } })
const emptied = async (town: HttpTown, name: string, at: string): Promise<void> => {
  town.setNow(local(at))
  await town.append({
    kind: 'emptied',
    containerId: container(name),
    emptiedAt: local(at),
    by: 'contractor',
  })
}
const kept = async (town: HttpTown, query = '') =>
  (await town.app.inject(`/api/v1/stations/1490-901/kept${query}`)).json<object>()
const NOTHING = {
  announced: 0,
  kept: 0,
  late: 0,
  missed: 0,
  unplanned: 0,
  share: null,
  medianLateMinutes: null,
}

test('a quarter of plans told and trucks that came, were late, or did not come', async () => {
  await using town = await withTown()
  const plans = tellTownPlans(town.journal, () => town.now())
  // From the 1st of June to the end of August, after the plan was told on the 31st of May.
  town.setNow(local('2026-05-31T12:00'))
  await plans.tick()
  let paper = 0
  let glass = 0
  for (let day = local('2026-06-01T00:00'); day < local('2026-09-01T00:00'); day = plus(day, DAY)) {
    town.setNow(day)
    await plans.tick()
    const { day: date, weekday } = wallTime(day, 'Europe/Stockholm')
    if (weekday === 1 || weekday === 4) {
      paper++
      // The fifth is two hours late, the tenth five, the fifteenth comes on the day after, the twentieth never.
      if (paper === 15)
        await emptied(town, 'paper-1', `${wallTime(plus(day, DAY), 'Europe/Stockholm').day}T14:00`)
      else if (paper !== 20) {
        const hour = paper === 5 ? '16' : paper === 10 ? '19' : '09'
        await emptied(town, 'paper-1', `${date}T${hour}:00`)
      }
    }
    if (date === '2026-07-04') await emptied(town, 'paper-1', `${date}T10:00`)
    if (weekday === 3 && Temporal.PlainDate.from(date).weekOfYear! % 2 === 1) {
      glass++
      await emptied(town, 'clear-glass-1', `${date}T13:00`)
    }
    if (date === '2026-07-10') await emptied(town, 'plastic-1', `${date}T10:00`)
  }
  town.setNow(local('2026-09-01T00:00'))
  expect([paper, glass]).toEqual([27, 7])

  const paperFigures = {
    announced: 27,
    kept: 23,
    late: 3,
    missed: 1,
    unplanned: 1,
    share: 0.852,
    medianLateMinutes: 300,
  }
  const glassFigures = { ...NOTHING, announced: 7, kept: 7, share: 1 }
  const span = {
    from: isoText(local('2026-06-01T00:00')),
    to: isoText(local('2026-09-01T00:00')),
  }
  expect(await kept(town, `?from=${span.from}&to=${span.to}`)).toEqual({
    stationId: '1490-901',
    ...span,
    all: {
      announced: 34,
      kept: 30,
      late: 3,
      missed: 1,
      unplanned: 2,
      share: 0.882,
      medianLateMinutes: 300,
    },
    fractions: [
      { fraction: 'paper', ...paperFigures },
      { fraction: 'plastic', ...NOTHING, unplanned: 1 },
      { fraction: 'clear-glass', ...glassFigures },
    ],
  })

  // Staff say that the late one of the day after never was: then nobody came.
  const told = await town.store.emptyings({ containerId: container('paper-1'), since: instant(0) })
  const dayAfter = told.find(
    (r) => r.type === 'emptied' && r.emptiedAt % DAY === local('2026-07-21T14:00') % DAY,
  )!
  await town.append({
    kind: 'emptying-corrected',
    containerId: container('paper-1'),
    of: dayAfter.seq,
    was: dayAfter.type === 'emptied' ? dayAfter.emptiedAt : instant(0),
    actor: 'Kim',
  })
  expect(await kept(town, `?from=${span.from}&to=${span.to}`)).toMatchObject({
    fractions: [{ fraction: 'paper', late: 2, missed: 2, medianLateMinutes: 210 }, {}, {}],
  })
}, 60_000)

test('a plan that staff change on its day is judged by what had been announced', async () => {
  await using town = await withTown()
  const put = (from: string, until: string) =>
    town.app.inject({
      method: 'PUT',
      url: `/api/v1/containers/${container('plastic-1')}/plan`,
      headers: { authorization: `Bearer ${TOKEN}` },
      payload: {
        actor: 'Kim',
        emptyings: [{ from: isoText(local(from)), until: isoText(local(until)) }],
      },
    })
  town.setNow(local('2026-06-01T12:00'))
  await put('2026-06-03T08:00', '2026-06-03T12:00')
  town.setNow(local('2026-06-03T09:00'))
  await put('2026-06-04T08:00', '2026-06-04T12:00')
  await emptied(town, 'plastic-1', '2026-06-04T10:00')
  town.setNow(local('2026-06-05T00:00'))
  expect(await kept(town)).toMatchObject({
    all: { announced: 1, kept: 0, late: 1, missed: 0, unplanned: 0, medianLateMinutes: 22 * 60 },
  })
})

test('the last ninety days unless another time is asked for, which must be one', async () => {
  await using town = await withTown()
  const answer = await town.app.inject('/api/v1/stations/1490-901/kept')
  expect(answer.json()).toMatchObject({
    from: isoText(plus(town.now(), -90 * DAY)),
    to: isoText(town.now()),
    all: NOTHING,
  })
  expect(answer.headers['access-control-allow-origin']).toBe('*')
  const wrong = [
    'from=2026-06-01T00:00:00Z&to=2026-06-01T00:00:00Z',
    'from=2024-01-01T00:00:00Z&to=2026-01-01T00:00:00Z',
    'from=lately',
    'since=2026-01-01T00:00:00Z',
  ]
  for (const query of wrong) {
    const refused = await town.app.inject(`/api/v1/stations/1490-901/kept?${query}`)
    expect([query, refused.statusCode]).toEqual([query, 400])
  }
  expect((await town.app.inject('/api/v1/stations/1490-999/kept')).statusCode).toBe(404)
})
