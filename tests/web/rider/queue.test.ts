import { describe, expect, test } from 'vitest'
import { instant } from '#src/stations/time.ts'
import { ageMinutes, lineOf } from '#web/rider/line.ts'
import { eventBody, nextInstant, verdictOn, waitMs } from '#web/rider/queue.ts'
import { at, event, refused, sent } from './cast.ts'

const kept = (id: string, status: string) => ({ events: [{ id, status }] })
const problem = (status: number, more: object = {}) => ({
  status,
  body: { type: '/api/docs#not-found', title: 'No', status, ...more },
})

describe('what becomes of an event by the server’s answer', () => {
  test.each([
    ['one that is kept is done with', { status: 200, body: kept('a', 'kept') }, 'kept'],
    ['one that was there already, too', { status: 200, body: kept('a', 'repeat') }, 'kept'],
    ['a photo’s answer names it alone', { status: 201, body: { id: 'a', status: 'kept' } }, 'kept'],
    [
      'the same id with other words is shown to the rider',
      { status: 200, body: kept('a', 'conflict') },
      'refused',
    ],
    ['no answer: it waits', {}, 'later'],
    ['an answer about another event: it waits', { status: 200, body: kept('b', 'kept') }, 'later'],
    ['a page of some café’s network: it waits', { status: 200, body: undefined }, 'later'],
    ['the server is in trouble: it waits', { status: 503, body: {} }, 'later'],
    ['too many requests: it waits', { status: 429, retryAfter: 7 }, 'later'],
    ['signed out: all is kept', { status: 401, body: {} }, 'signed-out'],
    ['another role: all is kept', { status: 403, body: {} }, 'signed-out'],
    ['a stop that nobody knows is shown to the rider', problem(404), 'refused'],
    ['a proxy that finds no server says 404: it waits', { status: 404, body: undefined }, 'later'],
    ['a proxy with no room for it: others pass', { status: 413, body: undefined }, 'no-room'],
    ['the server itself has no room: shown to the rider', problem(413), 'refused'],
    ['JSON of somebody else’s: it waits', { status: 400, body: { status: 'error' } }, 'later'],
  ] as const)('%s', (_, answer, kind) => {
    expect(verdictOn('a', answer).kind).toBe(kind)
  })

  test('the rider is told the field and the fix, or what the problem says', () => {
    const errors = [{ field: 'events.0.at', expected: 'not in the future' }]
    expect(verdictOn('a', problem(400, { detail: 'Wrong.', errors }))).toEqual({
      kind: 'refused',
      refusal: { status: 400, detail: 'events.0.at: not in the future' },
    })
    expect(verdictOn('a', problem(404, { detail: 'There is no stop x.' }))).toEqual({
      kind: 'refused',
      refusal: { status: 404, detail: 'There is no stop x.' },
    })
  })

  test('the server’s word on when to come back counts', () => {
    expect(verdictOn('a', { status: 429, retryAfter: 7 })).toEqual({ kind: 'later', afterMs: 7000 })
  })
})

test('an event goes out as the API wants it, with its own time and plan', () => {
  const { told } = event('s1', 'failed', '10:15', sent('10:16'), { because: 'not-home' })
  expect(eventBody(told)).toEqual({
    bike: 'bike-1',
    events: [
      {
        id: told.id,
        kind: 'failed',
        at: '2026-05-07T08:15:00.000Z',
        planVersion: 3,
        because: 'not-home',
      },
    ],
  })
})

test('a phone whose clock is set back tells its events in order all the same', () => {
  expect(nextInstant(at('10:00'), undefined)).toBe(at('10:00'))
  expect(nextInstant(at('09:00'), at('10:00'))).toBe(at('10:00') + 1)
  expect(nextInstant(at('11:00'), at('10:00'))).toBe(at('11:00'))
})

test('it is tried again after two seconds, then twice as long each time, a minute at most', () => {
  expect([1, 2, 3, 6, 20].map((attempts) => waitMs(attempts))).toEqual([
    2000, 4000, 8000, 60_000, 60_000,
  ])
  expect(waitMs(1, 30_000)).toBe(30_000)
})

describe('the line about the network', () => {
  const waiting = event('s1', 'done', '10:00')
  const gone = event('s2', 'done', '10:05', sent('10:06'))

  test.each([
    ['without a network it says what waits', 'offline', [waiting, gone], 'offline', 1],
    ['a server that is silent is told apart', 'no-answer', [waiting], 'no-answer', 1],
    ['signed out, it still says what waits', 'signed-out', [waiting], 'signed-out', 1],
    ['with one it says that it is sending', 'online', [waiting, gone], 'sending', 1],
    ['when all is sent it says since when', 'online', [gone], 'all-sent', 0],
    [
      'what was refused waits for nothing',
      'online',
      [gone, event('s', 'done', '10:07', refused)],
      'all-sent',
      0,
    ],
    [
      'what has no room on its way isn’t being sent',
      'online',
      [gone, event('s', 'done', '10:07', { state: 'waiting', noRoomAt: at('10:08') })],
      'no-room',
      1,
    ],
    ['before the first tap there is nothing to send', 'online', [], 'nothing-yet', 0],
  ] as const)('%s', (_, link, events, kind, count) => {
    const line = lineOf({ link, events, photos: [] })
    expect([line.kind, line.events]).toEqual([kind, count])
    if (kind === 'all-sent') expect(line.sentAt).toBe(at('10:06'))
  })

  test('the plan’s age is in whole minutes, and never less than none', () => {
    expect(ageMinutes(at('10:00'), instant(at('10:02') + 59_000))).toBe(2)
    expect(ageMinutes(at('10:00'), at('09:00'))).toBe(0)
  })
})
