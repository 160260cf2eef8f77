import { afterEach, expect, test, vi } from 'vitest'
import { openReplayDesk } from '#src/replay/desk.ts'
import { MINUTE } from '#src/stations/time.ts'
import { TUESDAY } from '#tests/support/http-town.ts'

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
