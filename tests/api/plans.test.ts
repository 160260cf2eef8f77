import { describe, expect, test } from 'vitest'
import { HOUR, isoText, MINUTE, plus } from '#src/stations/time.ts'
import { EKUDDEN_PAPER, openHttpTown, TUESDAY, type HttpTown } from '#tests/support/http-town.ts'
import { borasRules } from '#tests/rules/scenario.ts'

const TOKEN = 'a-long-enough-token'
const URL = `/api/v1/containers/${EKUDDEN_PAPER}/plan`
const withStaff = () => openHttpTown({ rules: borasRules, http: { staffToken: TOKEN } })
const hours = (from: number, until: number) => ({
  from: isoText(plus(TUESDAY, from * HOUR)),
  until: isoText(plus(TUESDAY, until * HOUR)),
})
const DAY = 24

const ask = (
  town: HttpTown,
  method: 'PUT' | 'DELETE',
  payload: object,
  { url = URL, token = TOKEN } = {},
) => town.app.inject({ method, url, headers: { authorization: `Bearer ${token}` }, payload })
const put = (town: HttpTown, ...emptyings: readonly object[]) =>
  ask(town, 'PUT', { emptyings, actor: 'Kim' })
const planOf = async (town: HttpTown) => (await town.app.inject(URL)).json<unknown>()

test('staff plan emptyings, and everybody can read of them, though not who planned', async () => {
  await using town = await withStaff()
  const kept = await put(town, hours(20, 24), hours(DAY + 20, DAY + 24))
  expect([kept.statusCode, kept.json()]).toEqual([200, { status: 'kept' }])
  expect(await planOf(town)).toEqual({
    containerId: EKUDDEN_PAPER,
    next: { ...hours(20, 24), sources: ['staff'] },
    plans: [{ source: 'staff', emptyings: [hours(20, 24), hours(DAY + 20, DAY + 24)] }],
  })
  const station = (await town.app.inject('/api/v1/stations/1490-901')).json<{
    station: { containers: Record<string, unknown>[] }
  }>()
  expect(
    station.station.containers.map((c) => [c['nextEmptyingAt'], c['nextEmptyingUntil']]),
  ).toEqual([
    [hours(20, 24).from, hours(20, 24).until],
    [null, null],
    [null, null],
  ])
})

test('the whole list takes the place of the one before; the same again is not noted', async () => {
  await using town = await withStaff()
  await put(town, hours(20, 24), hours(DAY + 20, DAY + 24))
  expect((await put(town, hours(44, 48))).json()).toEqual({ status: 'kept' })
  expect((await put(town, hours(44, 48))).json()).toEqual({ status: 'same' })
  expect(await planOf(town)).toMatchObject({
    plans: [{ source: 'staff', emptyings: [hours(44, 48)] }],
  })
  const records = await town.store.plans({ containerId: EKUDDEN_PAPER, since: TUESDAY })
  expect(records.map(({ emptyings, actor }) => [emptyings.length, actor])).toEqual([
    [2, 'Kim'],
    [1, 'Kim'],
  ])
})

test('taken away, nothing is planned; plans of others stay', async () => {
  await using town = await withStaff()
  await town.append({
    kind: 'fact',
    fact: {
      type: 'plan',
      containerId: EKUDDEN_PAPER,
      source: 'hub',
      emptyings: [{ from: plus(TUESDAY, 10 * HOUR), until: plus(TUESDAY, 34 * HOUR) }],
    },
  })
  await put(town, hours(20, 24))
  expect(await planOf(town)).toMatchObject({
    next: { ...hours(10, 34), sources: ['staff', 'hub'] },
  })
  expect((await ask(town, 'DELETE', { actor: 'Kim' })).json()).toEqual({ status: 'kept' })
  expect((await ask(town, 'DELETE', { actor: 'Kim' })).json()).toEqual({ status: 'same' })
  expect(await planOf(town)).toEqual({
    containerId: EKUDDEN_PAPER,
    next: { ...hours(10, 34), sources: ['hub'] },
    plans: [{ source: 'hub', emptyings: [hours(10, 34)] }],
  })
})

test('a container that nobody plans for has a plan of nothing', async () => {
  await using town = await withStaff()
  expect(await planOf(town)).toEqual({ containerId: EKUDDEN_PAPER, next: null, plans: [] })
})

describe('a plan that does not hold is refused by its window and field, and nothing is kept', () => {
  test.each([
    ['backwards', [hours(24, 20)], 'emptyings.0.until'],
    ['of no length', [hours(20, 20)], 'emptyings.0.until'],
    ['of ten minutes', [hours(20, 20 + 1 / 6)], 'emptyings.0.until'],
    ['of more than a week', [hours(20, 20 + 7 * DAY + 1)], 'emptyings.0.until'],
    ['over already', [hours(-4, -0.5)], 'emptyings.0.until'],
    ['in two years', [hours(2 * 365 * DAY, 2 * 365 * DAY + 4)], 'emptyings.0.from'],
    ['out of order', [hours(44, 48), hours(20, 24)], 'emptyings.1.from'],
    ['overlapping', [hours(20, 24), hours(23, 27)], 'emptyings.1.from'],
    [
      'without an offset',
      [{ from: '2026-05-06T06:00', until: '2026-05-06T10:00Z' }],
      'emptyings.0.from',
    ],
    ['without an end', [{ from: hours(20, 24).from }], 'emptyings.0.until'],
    ['with a note', [{ ...hours(20, 24), note: 'x' }], 'note'],
  ])('%s', async (_, emptyings, field) => {
    await using town = await withStaff()
    const answer = await ask(town, 'PUT', { emptyings, actor: 'Kim' })
    expect(answer.statusCode).toBe(400)
    expect(answer.json<{ errors: { field: string }[] }>().errors.map((e) => e.field)).toEqual([
      expect.stringContaining(field),
    ])
    expect(await planOf(town)).toMatchObject({ next: null })
  })

  test('every fault at once', async () => {
    await using town = await withStaff()
    const answer = await put(town, hours(24, 20), hours(-3, -1), hours(20, 24))
    expect(answer.json<{ errors: unknown[] }>().errors).toMatchObject([
      { field: 'emptyings.0.until', expected: 'a time at least 15 minutes after from' },
      { field: 'emptyings.1.until' },
    ])
  })
})

test('windows that only meet are two', async () => {
  await using town = await withStaff()
  expect((await put(town, hours(20, 24), hours(24, 28))).statusCode).toBe(200)
})

test('only staff plan, and only for what is there', async () => {
  await using town = await withStaff()
  const body = { emptyings: [hours(20, 24)], actor: 'Kim' }
  const elsewhere = '/api/v1/containers/1490-901-metal-9/plan'
  expect((await ask(town, 'PUT', body, { token: 'another' })).statusCode).toBe(401)
  expect((await ask(town, 'DELETE', { actor: 'Kim' }, { token: 'another' })).statusCode).toBe(401)
  expect((await ask(town, 'PUT', body, { url: elsewhere })).statusCode).toBe(404)
  expect((await ask(town, 'DELETE', { actor: 'K' }, { url: elsewhere })).statusCode).toBe(404)
  expect((await town.app.inject(elsewhere)).statusCode).toBe(404)
  expect((await ask(town, 'PUT', { emptyings: [] })).statusCode).toBe(400)
})

test('a post of a full container tells when it is to be emptied', async () => {
  await using town = await withStaff()
  await put(town, hours(20, 24))
  await town.measure(EKUDDEN_PAPER, 96)
  for (let minute = 10; minute <= 60; minute += 10) {
    town.setNow(plus(TUESDAY, minute * MINUTE))
    await town.measure(EKUDDEN_PAPER, 96)
  }
  const posts = await town.store.posts({ audience: 'public', limit: 10 })
  expect(posts.flatMap(({ items }) => items)).toMatchObject([
    { ruleId: 'full', containerId: EKUDDEN_PAPER, nextEmptyingAt: plus(TUESDAY, 20 * HOUR) },
  ])
})

test('the station’s page says when, in both languages', async () => {
  await using town = await withStaff()
  await put(town, hours(17, 25))
  const page = async (url: string) => (await town.app.inject(url)).body
  expect(await page('/s/1490-901')).toContain('töms i morgon 07:35–15:35')
  expect(await page('/en/s/1490-901')).toContain('to be emptied tomorrow 07:35–15:35')
})
