import { afterEach, expect, test, vi } from 'vitest'
import { openReplayDesk } from '#src/replay/desk.ts'
import { MINUTE } from '#src/stations/time.ts'
import { TUESDAY } from '#tests/support/http-town.ts'
import { until } from '#tests/support/until.ts'
import { RULES } from './scenes.ts'

afterEach(() => vi.useRealTimers())

test('a question that nobody has asked for in ten minutes is ended, and makes room', async () => {
  vi.useFakeTimers()
  await using desk = openReplayDesk({
    past: { file: 'none' },
    clock: () => TUESDAY,
    onFault: () => {},
    atOnce: 0,
    mostWaiting: 1,
  })
  const question = { kind: 'verify', span: {} } as const
  const { id } = desk.ask(question)!
  const stateAfter = (minutes: number) => {
    vi.advanceTimersByTime(minutes * MINUTE)
    return desk.find(id)?.state
  }
  expect(desk.ask(question)).toBeUndefined()
  expect([stateAfter(9), stateAfter(9), stateAfter(11)]).toEqual([
    'waiting',
    'waiting',
    'cancelled',
  ])
  expect(desk.ask(question)).toMatchObject({ state: 'waiting' })
})

const quiet = { past: { file: 'none' }, clock: () => TUESDAY, onFault: () => {} }
const rules = (text: string) =>
  ({ kind: 'play', span: {}, rules: { name: 'rules', text } }) as const

test('a question that takes too long is ended, and says what to ask for instead', async () => {
  await using desk = openReplayDesk({ ...quiet, longestMs: 1 })
  const { id } = desk.ask(rules(RULES[0]!))!
  await until(() => desk.find(id)!.state === 'failed', 30_000)
  expect(desk.find(id)!.why).toMatch(/^It took longer than .* ask for a shorter span/)
  await using patient = openReplayDesk(quiet)
  const other = patient.ask(rules('nonsense'))!
  await until(() => patient.find(other.id)!.state === 'done', 30_000)
})

test('long rules are looked at one at a time, and so many may wait', async () => {
  const long = rules(`${RULES[0]!}\n${'# a word about it\n'.repeat(4000)}`)
  const desk = openReplayDesk({ ...quiet, mostWaiting: 2 })
  const asked = await Promise.all([1, 2, 3].map(() => desk.check(long)))
  expect(asked.map((files) => files?.map(({ of, faults }) => [of, faults]))).toEqual([
    [['rules', []]],
    [['rules', []]],
    undefined,
  ])
  expect((await desk.check(long))?.[0]?.rules).toBeGreaterThan(3)
  const going = desk.check(long)
  await desk[Symbol.asyncDispose]()
  expect(await going).toBeUndefined()
  expect(await desk.check(long)).toBeUndefined()
})
