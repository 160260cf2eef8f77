import { describe, expect, test } from 'vitest'
import { outcomeOfHttpStatus } from '#src/notify/channel.ts'
import { retryAfterMs } from '#src/notify/channels/http.ts'
import { MAX_TRIES, askedMs, backoffMs, nextLook, nextTry } from '#src/notify/retry.ts'
import { DAY, HOUR, MINUTE, SECOND, plus } from '#src/stations/time.ts'
import { noon } from './deliveries.ts'

test.each([
  ['90', 90 * SECOND],
  ['Tue, 05 May 2026 10:01:00 GMT', MINUTE],
  ['Tue, 05 May 2026 09:00:00 GMT', 0],
  ['999999', DAY],
  ['99999999999999999999', DAY],
  ['Tue, 05 May 2099 10:00:00 GMT', DAY],
  ['soon', undefined],
])('a far end that says “Retry-After: %s” is waited for a day at most', (text, ms) => {
  expect(retryAfterMs(new Headers({ 'retry-after': text }), noon)).toBe(ms)
})

describe('how long a failed try waits', () => {
  test.each([
    ['the first try, at most', 1, 1, 4 * SECOND],
    ['the first try, at least', 1, 0, 0],
    ['the fourth try, halfway', 4, 0.5, 16 * SECOND],
    ['the eighth try, at most', 8, 1, 512 * SECOND],
    ['never more than a quarter of an hour', 30, 1, 15 * MINUTE],
  ])('%s', (_, tries, random, ms) => {
    expect(backoffMs(tries, random)).toBe(ms)
  })

  test.each([
    [90_000, 0, 91_000],
    [90_000, 1, 95_000],
    [-5, 0.5, 3000],
  ])('a far end that asks for %d ms gets one to five seconds more', (ms, random, waits) => {
    expect(askedMs(ms, random)).toBe(waits)
  })
})

describe('whether a failed try is made again', () => {
  const expiresAt = plus(noon, HOUR)
  test.each([
    ['soon, by lot', 1, undefined, 0.5, { kind: 'again', at: noon + 2000 }],
    ['when the far end says', 1, 90_000, 0.5, { kind: 'again', at: noon + 93_000 }],
    ['not when it would be too late', 1, HOUR, 0, { kind: 'stop', because: 'would-expire' }],
    [
      'not after the sixteenth',
      MAX_TRIES,
      undefined,
      0,
      { kind: 'stop', because: 'too-many-tries' },
    ],
    ['once more after the fifteenth', 15, undefined, 0, { kind: 'again', at: noon }],
  ])('%s', (_, attempts, afterMs, random, answer) => {
    expect(nextTry({ attempts, expiresAt }, noon, afterMs, random)).toEqual(answer)
  })

  test('what became of an unknown try is asked for a day, some minutes apart', () => {
    expect(nextLook(noon, noon, 0)).toBe(noon + MINUTE)
    expect(nextLook(noon, noon, 1)).toBe(noon + 15 * MINUTE)
    expect(nextLook(noon, plus(noon, 24 * HOUR - 1), 0)).toBe(noon + 24 * HOUR - 1 + MINUTE)
    expect(nextLook(noon, plus(noon, 24 * HOUR), 0)).toBeUndefined()
  })
})

test.each([
  [200, 'later', 'server-error'],
  [302, 'later', 'server-error'],
  [400, 'never', 'refused'],
  [401, 'paused', 'bad-credentials'],
  [402, 'paused', 'no-credits'],
  [403, 'never', 'refused'],
  [404, 'never', 'refused'],
  [408, 'later', 'server-error'],
  [410, 'never', 'refused'],
  [413, 'never', 'refused'],
  [420, 'later', 'rate-limited'],
  [422, 'never', 'refused'],
  [425, 'later', 'server-error'],
  [429, 'later', 'rate-limited'],
  [500, 'later', 'server-error'],
  [502, 'later', 'server-error'],
  [503, 'later', 'server-error'],
  [504, 'later', 'server-error'],
  [599, 'later', 'server-error'],
])('status %d means %s, %s', (status, kind, because) => {
  expect(outcomeOfHttpStatus(status, 'why')).toEqual({ kind, because, detail: 'why' })
})
