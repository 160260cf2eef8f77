import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FAILED_BECAUSE, RIDER_EVENT_KINDS, type RiderEvent } from '#src/pickups/day/day.ts'
import { factsOf } from '#src/pickups/day/rider-events.ts'
import { standingOf } from '#src/pickups/day/standing.ts'
import { plus } from '#src/stations/time.ts'
import { at, DAY_NAME, dayPlan, event } from './cast.ts'

const stateOf = (events: readonly RiderEvent[], stopId = 'job-1') =>
  factsOf(events).get(stopId)?.state ?? 'scheduled'

describe('what riders tell', () => {
  const away = event('job-1', 'on-the-way', '10:00')
  const there = event('job-1', 'arrived', '10:10')
  const done = event('job-1', 'done', '10:15')
  const notHome = event('job-1', 'failed', '10:20', { because: 'not-home' })
  const undone = event('job-1', 'undone', '10:30')
  test.each([
    ['nothing yet', [], 'scheduled'],
    ['on the way', [away], 'on-the-way'],
    ['at the door', [away, there], 'arrived'],
    ['done, though nobody told of arriving', [done], 'done'],
    ['the later outcome counts', [done, notHome], 'failed'],
    ['an outcome taken back, at the door again', [there, notHome, undone], 'arrived'],
    ['an outcome taken back, without having arrived', [notHome, undone], 'scheduled'],
    [
      'back again after nobody was home',
      [notHome, event('job-1', 'on-the-way', '11:00')],
      'on-the-way',
    ],
    [
      'setting out is no news once it is done',
      [done, event('job-1', 'on-the-way', '11:00')],
      'done',
    ],
    [
      'who set out for another has left the first alone',
      [away, event('job-2', 'on-the-way', '10:05')],
      'scheduled',
    ],
  ])('%s', (_, events, state) => {
    expect(stateOf(events)).toBe(state)
    expect(stateOf(events.toReversed())).toBe(state)
  })
})

const clocks = Array.from({ length: 12 }, (_, i) => plus(at('10:00'), i * 600_000))
const anyEvent = fc.record({
  id: fc.nat(30).map((n) => `e${n}`),
  day: fc.constant(DAY_NAME),
  bike: fc.constantFrom('bike-1', 'bike-2'),
  stopId: fc.constantFrom('job-1', 'job-2', 'job-4', 'job-9', `${DAY_NAME}~bike-1~centre~1`),
  kind: fc.constantFrom(...RIDER_EVENT_KINDS),
  happenedAt: fc.constantFrom(...clocks),
  receivedAt: fc.constant(at('13:00')),
  because: fc.constantFrom(...FAILED_BECAUSE),
})
// An id is one event's: a phone doesn't say two things under one name.
const events = fc.uniqueArray(anyEvent, { selector: ({ id }) => id, maxLength: 20 })

test('the same events come to the same, in whatever order and however often they arrive', () => {
  fc.assert(
    fc.property(
      events.chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }),
        ),
      ),
      ([all, jumbled]) => {
        expect(factsOf(jumbled)).toEqual(factsOf(all))
      },
    ),
  )
})

test('whatever riders told and dispatchers planned, no stop is lost and none is there twice', () => {
  fc.assert(
    fc.property(events, fc.boolean(), fc.boolean(), (all, isStarted, isOut) => {
      const [first, second] = dayPlan().rounds
      const plan = dayPlan({
        rounds: [
          { ...first!, ...(isStarted && { startedAt: at('10:00') }) },
          { ...second!, ...(isOut && { out: { since: at('12:00'), because: 'puncture' } }) },
        ],
        unserved: [{ stopId: 'job-9', because: 'gave-way' }],
      })
      const facts = factsOf(all)
      const { rounds, unserved } = standingOf(plan, facts)
      const seen = [
        ...rounds.flatMap(({ stops }) => stops.map(({ stop }) => stop.id)),
        ...unserved.map(({ stopId }) => stopId),
      ]
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen).toEqual(
        expect.arrayContaining(['job-1', 'job-2', 'job-3', 'job-4', 'job-5', 'job-9']),
      )
      for (const { stops, frozen } of rounds) {
        const over = stops.map(({ state }) => ['done', 'failed', 'skipped'].includes(state))
        expect(over.lastIndexOf(true)).toBeLessThan(frozen)
        expect(
          stops.filter(({ state }) => ['on-the-way', 'arrived'].includes(state)).length,
        ).toBeLessThan(2)
      }
    }),
  )
})
