/** Rules written over HTTP: checked while they are written, tried on a real journal, made into tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openReplayDesk, type ReplayDesk } from '#src/replay/desk.ts'
import { openPast } from '#src/replay/replay-process.ts'
import { type TrialAnswer, tryRules } from '#src/replay/trial.ts'
import { runRuleTest } from '#src/rule-tests/run.ts'
import { parseTestFile } from '#src/rule-tests/test-file.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import { POST_TEMPLATES } from '#src/wording/post-text.ts'
import { ekudden } from '#tests/support/town.ts'
import { busyDay, openHouse, RULES, sceneStart } from '#tests/replay/scenes.ts'
import { DAY, isoText, plus } from '#src/stations/time.ts'
import { type HttpTown, openHttpTown } from '#tests/support/http-town.ts'
import { until } from '#tests/support/until.ts'

const TOKEN = 'a-token-of-the-staff'
const authorization = `Bearer ${TOKEN}`
const rules = RULES[0]!
const shy = rules.replace('when: c.full\n', 'when: c.fill >= 99.0\n')
const folder = await mkdtemp(join(tmpdir(), 'kvitter-rule-desk-'))
const file = join(folder, 'kvitter.sqlite')
const span = { from: isoText(sceneStart), to: isoText(plus(sceneStart, DAY)) }
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
  })
  town = await openHttpTown({
    http: {
      staffToken: TOKEN,
      replays: desk,
      rulesInForce: () => ({ text: rules, hash: '0123456789ab' }),
    },
  })
})
afterAll(async () => {
  await desk[Symbol.asyncDispose]()
  await town[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
  expect(faults).toEqual([])
})

interface Ticket<Result> {
  readonly id: string
  readonly state: string
  readonly why: string | null
  readonly result: Result
}

const post = (path: string, payload: object, headers: Record<string, string> = { authorization }) =>
  town.app.inject({ method: 'POST', url: `/api/v1/rules/${path}`, payload, headers })

async function done<Result>(path: string, payload: object): Promise<Ticket<Result>> {
  const asked = await post(path, payload)
  expect(asked.statusCode, asked.body).toBe(202)
  const { id } = asked.json<Ticket<Result>>()
  let ticket: Ticket<Result> | undefined
  await until(async () => {
    const url = `/api/v1/rules/replays/${id}`
    const answered = await town.app.inject({ url, headers: { authorization } })
    ticket = answered.json<Ticket<Result>>()
    return ticket.state !== 'waiting' && ticket.state !== 'running'
  }, 60_000)
  return ticket!
}

const tried = async (payload: object = {}): Promise<TrialAnswer> =>
  (await done<TrialAnswer>('trial', { rules, station: '1490-901', ...span, ...payload })).result

describe('the rules in force', () => {
  test('are told to staff with their hash', async () => {
    const url = '/api/v1/rules'
    const answered = await town.app.inject({ url, headers: { authorization } })
    expect(answered.json()).toEqual({ rules, hash: '0123456789ab' })
    expect((await town.app.inject({ url })).statusCode).toBe(401)
  })
})

describe('a draft that is checked', () => {
  test('without faults tells its rules, and what is probably not meant', async () => {
    const answered = await post('check', { rules: rules.replace('cooldown: 30m', 'cooldown: 1s') })
    expect(answered.statusCode).toBe(200)
    expect(answered.json()).toMatchObject({
      hash: expect.stringMatching(/^[0-9a-f]{12}$/),
      faults: [],
    })
    expect(answered.json<{ rules: number }>().rules).toBeGreaterThan(3)
  })

  test('with faults tells them all, each with its line, field and fix', async () => {
    const faulty = rules
      .replace('when: c.full\n', 'when: c.fulll\n')
      .replace('post: full\n', 'post: fulll\n')
    const lineOf = (text: string) => faulty.split('\n').findIndex((l) => l.includes(text)) + 1
    const answered = await post('check', { rules: faulty })
    expect(answered.statusCode).toBe(200)
    expect(answered.json()).toEqual({
      rules: 0,
      hash: null,
      faults: [
        {
          line: lineOf('c.fulll'),
          column: expect.any(Number),
          field: 'rules[0].when',
          message: expect.stringContaining('c.full'),
        },
        {
          line: lineOf('post: fulll'),
          column: expect.any(Number),
          field: 'rules[0].post',
          message: expect.stringContaining('did you mean full?'),
        },
      ],
      warnings: [],
    })
  })

  test('and is long is checked beside the service, and told the same of', async () => {
    const short = rules.replace('cooldown: 30m', 'cooldown: 1s')
    const long = `${short}\n${'# a word about it\n'.repeat(4000)}`
    const told = (await post('check', { rules: short })).json<Record<string, unknown>>()
    expect(told['warnings']).not.toEqual([])
    expect((await post('check', { rules: long })).json()).toEqual({
      ...told,
      hash: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown,
    })
    const faulty = long.replace('when: c.full\n', 'when: c.fulll\n')
    expect((await post('check', { rules: faulty })).json()).toMatchObject({
      faults: [{ field: 'rules[0].when' }],
    })
  })

  test('is for editors, and for dispatchers, who may try what they can’t put in force', async () => {
    for (const path of ['check', 'trial', 'written-test', 'replay']) {
      expect((await post(path, { rules }, {})).statusCode).toBe(401)
      expect((await post(path, { rules: '' }, await town.signIn('rider'))).statusCode).toBe(403)
      for (const role of ['dispatcher', 'editor'] as const) {
        const { statusCode } = await post(path, { rules: '' }, await town.signIn(role))
        expect(statusCode).toBe(path === 'check' ? 200 : 400)
      }
    }
  })
})

describe('rules tried on a station', () => {
  test('as they are change nothing, and everything said has its reason', async () => {
    const { was, now, changes, same, levels } = await tried()
    expect(changes).toEqual([])
    expect(same).toBe(now.said.length)
    expect(was).toEqual(now)
    expect(now.said.length).toBeGreaterThan(2)
    for (const said of now.said) {
      expect(said.texts!.sv).toContain('Ekudden')
      const decision = now.decisions[said.decision!]!
      expect(decision).toMatchObject({ ruleId: said.ruleId, at: said.at })
      expect(['posted', 'digested']).toContain(decision.because)
      expect(decision.gates.length).toBeGreaterThan(0)
      expect(decision.texts.fi).not.toBe('')
    }
    expect(levels.map(({ containerId }) => containerId)).toEqual([
      '1490-901-paper-1',
      '1490-901-plastic-1',
      '1490-901-clear-glass-1',
    ])
    expect(levels[0]!.points.length).toBeGreaterThan(10)
  })

  test('fill the picture where the journal begins within the span, with a day at least', async () => {
    const { from, to } = await tried({ from: isoText(plus(sceneStart, -30 * DAY)) })
    expect([from, to]).toEqual([isoText(sceneStart), span.to])
    const short = await tried({
      to: isoText(plus(sceneStart, DAY / 2)),
      from: isoText(plus(sceneStart, -9 * DAY)),
    })
    expect(short.from).toBe(isoText(plus(sceneStart, -DAY / 2)))
  })

  test('tell the newest alone where more is decided than can be told', async () => {
    expect((await tried()).isShortened).toBe(false)
    const parsed = parseRuleFile(rules, 'rules.yaml', POST_TEMPLATES)
    if (parsed.kind !== 'ok') throw new Error('the rules have faults')
    const { book } = parsed
    await using reader = openPast({ file })
    const asked = { from: sceneStart, to: plus(sceneStart, DAY), stationId: ekudden.id }
    const all = await tryRules(reader, asked, { rules: book, against: book })
    const times = all.now.decisions.map(({ at }) => at).toSorted()
    const some = await tryRules(reader, asked, { rules: book, against: book }, undefined, 6)
    expect([some.isShortened, some.from > all.from, some.to]).toEqual([true, true, all.to])
    expect(some.from > times[0]! && some.from <= times.at(-1)!).toBe(true)
    for (const { at } of some.now.said) expect(at >= some.from).toBe(true)
    for (const { bands, holds } of some.now.courses) {
      for (const piece of [...bands, ...holds]) expect(piece.from >= some.from).toBe(true)
    }
    expect(some.now.said.length).toBeLessThan(all.now.said.length)
  })

  test('go through their states, and what is held says by which gate', async () => {
    const { now } = await tried()
    const full = now.courses.find(({ ruleId, containerId }) => {
      return ruleId === 'full' && containerId === '1490-901-paper-1'
    })!
    expect(new Set(full.bands.map(({ state }) => state))).toEqual(
      new Set(['pending', 'active', 'clearing']),
    )
    const holds = now.courses.flatMap((course) => course.holds)
    expect(holds.length).toBeGreaterThan(0)
    for (const { gate, decision, from, to } of holds) {
      const { because, gates } = now.decisions[decision!]!
      expect(because).toBe('gate-held')
      expect(gates.find(({ answer }) => answer !== 'pass')!.gate).toBe(gate)
      expect(from < to).toBe(true)
    }
  })

  test('that ask for more say less, and each change says what became of it', async () => {
    const { was, now, changes, same } = await tried({ rules: shy })
    const gone = changes.filter(({ change }) => change === 'gone')
    expect(gone.length).toBeGreaterThan(1)
    expect(was.said.length - same).toBe(changes.filter((c) => c.was !== null).length)
    expect(now.said.length - same).toBe(changes.filter((c) => c.now !== null).length)
    for (const { was: place, whyNot } of gone) {
      expect(was.said[place!]!.at).toMatch(/^2026-05-0/)
      if (whyNot !== null) expect(now.decisions[whyNot]!.texts.sv).not.toBe('')
    }
  })

  test('come to what a replay of the station tells', async () => {
    const { changes, same } = await tried({ rules: shy })
    const where = { station: '1490-901', ...span }
    const { result } = await done<Record<string, number>>('replay', {
      rules: shy,
      against: rules,
      ...where,
    })
    const count = (kind: string) => changes.filter(({ change }) => change === kind).length
    expect({
      same,
      added: count('added'),
      gone: count('gone'),
      moved: count('moved'),
    }).toEqual({
      same: result['same'],
      added: result['added'],
      gone: result['gone'],
      moved: result['moved'],
    })
  })

  test('are set against others where these are given', async () => {
    const { changes, was } = await tried({ rules: shy, against: shy })
    expect(changes).toEqual([])
    expect(was.said.length).toBeLessThan((await tried()).was.said.length)
  })

  test.for<readonly [string, object, number, string]>([
    ['a faulty file', { rules: 'version: 2' }, 400, 'rules: version'],
    ['a station that is not in the town', { station: '1490-999' }, 404, ''],
    ['a span that ends before it begins', { to: span.from }, 400, 'to'],
    ['a span of a year', { to: '2027-05-04T08:00:00Z' }, 400, 'to'],
    ['no span', { from: undefined }, 400, 'from'],
    ['an empty file', { rules: '' }, 400, 'rules'],
  ])('are refused with %s', async ([, payload, status, field]) => {
    const answered = await post('trial', { rules, station: '1490-901', ...span, ...payload })
    expect(answered.statusCode).toBe(status)
    if (status === 400) {
      const fields = answered.json<{ errors: { field: string }[] }>().errors.map((e) => e.field)
      expect(fields).toContain(field)
    }
  })
})

describe('what happened', () => {
  test('becomes a test that passes with these rules', async () => {
    const payload = { rules, station: '1490-901', ...span }
    const { result } = await done<{ kind: string; text: string }>('written-test', payload)
    expect(result.kind).toBe('written')
    const parsed = parseTestFile(result.text, {
      fileName: 'rules.test.yaml',
      ruleFiles: new Map([['rules.yaml', rules]]),
      pathOf: (name) => name,
    })
    if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults))
    expect(parsed.tests.map(({ name }) => name)).toEqual(['what happened at Ekudden, 2026-05-04'])
    expect(runRuleTest(parsed.tests[0]!).failures).toEqual([])
  })

  test('before the journal begins or after it ends is told in a sentence', async () => {
    const after = { from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z' }
    const ticket = await done('written-test', { rules, station: '1490-901', ...after })
    expect(ticket).toMatchObject({
      state: 'failed',
      why: expect.stringMatching(/^The journal ends before that, at 2026-05-/),
    })
  })
})

test('an answer is kept for as long as the desk is told, also where the town’s clock runs fast', async () => {
  let now = town.now()
  await using other = openReplayDesk({
    past: { file },
    clock: () => now,
    onFault: (what, error) => faults.push(what, error),
    keptMs: 20 * DAY,
  })
  const question = { kind: 'play', span: {}, rules: { name: 'rules', text: rules } } as const
  const { id } = other.ask(question)!
  await until(async () => other.find(id)?.state === 'done', 60_000)
  now = plus(now, 19 * DAY)
  expect(other.find(id)?.state).toBe('done')
  now = plus(now, 2 * DAY)
  expect(other.find(id)).toBeUndefined()
})
