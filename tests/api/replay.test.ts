/** Trying rules on the past over HTTP: a real journal, played in real processes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openReplayDesk, type ReplayDesk } from '#src/replay/desk.ts'
import { busyDay, openHouse, RULES } from '#tests/replay/scenes.ts'
import { type HttpTown, openHttpTown } from '#tests/support/http-town.ts'
import { until } from '#tests/support/until.ts'

const TOKEN = 'a-token-of-the-staff'
const authorization = `Bearer ${TOKEN}`
const rules = RULES[0]!
const shy = rules.replace('when: c.full\n', 'when: c.fill >= 99.0\n')
const folder = await mkdtemp(join(tmpdir(), 'kvitter-past-'))
const file = join(folder, 'kvitter.sqlite')
const faults: unknown[] = []
let town: HttpTown
let desk: ReplayDesk

beforeAll(async () => {
  {
    await using house = await openHouse(file)
    await house.play(busyDay.filter(({ what }) => what !== 'reload' && what !== 'restart'))
  }
  desk = openReplayDesk({
    past: { file },
    clock: () => town.now(),
    onFault: (what, error) => faults.push(what, error),
    atOnce: 1,
    mostWaiting: 2,
  })
  town = await openHttpTown({ http: { staffToken: TOKEN, replays: desk } })
})
afterAll(async () => {
  await desk[Symbol.asyncDispose]()
  await town[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
  expect(faults).toEqual([])
})

interface Ticket {
  readonly id: string
  readonly state: string
  readonly share: number
  readonly result: Record<string, unknown> | null
}

const post = (payload: object, headers: Record<string, string> = { authorization }) =>
  town.app.inject({ method: 'POST', url: '/api/v1/rules/replay', payload, headers })
const ask = (method: 'GET' | 'DELETE', id: string) =>
  town.app.inject({ method, url: `/api/v1/rules/replays/${id}`, headers: { authorization } })
const done = async (payload: object): Promise<Ticket> => {
  const asked = await post(payload)
  expect(asked.statusCode).toBe(202)
  const { id } = asked.json<Ticket>()
  let ticket: Ticket | undefined
  await until(async () => {
    ticket = (await ask('GET', id)).json<Ticket>()
    return ticket.state !== 'waiting' && ticket.state !== 'running'
  }, 60_000)
  return ticket!
}

describe('a replay over HTTP', () => {
  test('without rules tells whether the records still give the decisions', async () => {
    const { state, share, result } = await done({})
    expect({ state, share }).toEqual({ state: 'done', share: 1 })
    expect(result).toMatchObject({ kind: 'verified', differences: 0, since: null, first: [] })
  })

  test('with rules tells what would have been said, post by post', async () => {
    const { result } = await done({ rules, station: '1490-901' })
    expect(result).toMatchObject({ kind: 'played', more: 0 })
    expect((result!['said'] as unknown[])[0]).toMatchObject({
      stationId: '1490-901',
      station: 'Ekudden',
      ruleId: 'full',
      kind: 'open',
      texts: { sv: expect.stringContaining('Ekudden') },
      why: { because: 'posted', texts: { fi: expect.any(String) } },
    })
  })

  test('against what happened, or against other rules, tells what would change', async () => {
    const same = await done({ rules, against: 'as-run' })
    expect(same.result).toMatchObject({ kind: 'compared', changes: [], added: 0, gone: 0 })
    const less = await done({ rules: shy, against: rules })
    expect(less.result).toMatchObject({ kind: 'compared', added: 0, moved: 0 })
    expect(less.result!['gone']).toBeGreaterThan(1)
  })

  test('tells every fault of the rules at once, each with its line and field', async () => {
    const faulty = rules
      .replace('when: c.full\n', 'when: c.fulll\n')
      .replace('post: full\n', 'post: fulll\n')
    const answered = await post({ rules: faulty, against: 'version: 2' })
    expect(answered.statusCode).toBe(400)
    expect(answered.headers['content-type']).toBe('application/problem+json')
    const lineOf = (text: string) => faulty.split('\n').findIndex((l) => l.includes(text)) + 1
    expect(answered.json<{ errors: unknown }>().errors).toEqual(
      expect.arrayContaining([
        { field: 'rules: rules[0].when', line: lineOf('c.fulll'), expected: expect.any(String) },
        {
          field: 'rules: rules[0].post',
          line: lineOf('post: fulll'),
          expected: expect.any(String),
        },
        { field: 'against: version', line: 1, expected: expect.any(String) },
      ]),
    )
  })

  test('takes a rule file of nearly a megabyte, checked beside the service', async () => {
    const long = `${rules}\n${'# a word about it\n'.repeat(50_000)}`
    expect((await done({ rules: long })).result).toMatchObject({ kind: 'played' })
    const longFaulty = long.replace('when: c.full\n', 'when: c.fulll\n')
    expect((await post({ rules: longFaulty })).statusCode).toBe(400)
    expect((await post({ rules: 'x'.repeat(1_000_001) })).statusCode).toBe(400)
    expect((await post({ rules: 'x'.repeat(4_000_001) })).statusCode).toBe(413)
  })

  test.for<readonly [string, object, string]>([
    ['a time that is none', { from: 'yesterday' }, 'from'],
    ['a span that is empty', { from: '2026-05-05T10:00:00Z', to: '2026-05-05T10:00:00Z' }, 'to'],
    ['one side alone', { against: rules }, 'rules'],
    ['a station that is none', { station: 'x' }, 'station'],
    ['a field that is not there', { rule: rules }, 'rule'],
  ])('refuses %s and names the field', async ([, payload, field]) => {
    const answered = await post(payload)
    expect(answered.statusCode).toBe(400)
    expect(answered.json<{ errors: unknown }>().errors).toMatchObject([{ field }])
  })

  test('is for staff', async () => {
    expect((await post({}, {})).statusCode).toBe(401)
  })

  test('waits its turn, is cancelled at any moment, and too many are turned away', async () => {
    const tickets = []
    for (let i = 0; i < 3; i++) tickets.push((await post({ rules })).json<Ticket>())
    expect(tickets.map(({ state }) => state)).toEqual(['running', 'waiting', 'waiting'])
    const refused = await post({ rules })
    expect(refused.statusCode).toBe(503)
    expect(refused.headers['retry-after']).toBe('60')
    for (const { id } of tickets) {
      expect((await ask('DELETE', id)).json<Ticket>().state).toBe('cancelled')
      expect((await ask('GET', id)).statusCode).toBe(404)
    }
    expect((await done({})).state).toBe('done')
  })
})
