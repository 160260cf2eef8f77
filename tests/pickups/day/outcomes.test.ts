import { expect, test } from 'vitest'
import { callsToMake, nextSteps, settlementOf } from '#src/pickups/day/outcomes.ts'
import { factsOf } from '#src/pickups/day/rider-events.ts'
import { standingOf } from '#src/pickups/day/standing.ts'
import { smallBike } from '../booking/cast.ts'
import { at, dayPlan, event } from './cast.ts'

const open: ReadonlySet<string> = new Set()
const booked = [{ itemId: 'chair', count: 1 }]
const instead = { sv: 'Till ÅVC.', en: 'Till ÅVC.', fi: 'Till ÅVC.' }

test.each([
  ['not-home', 'not-home', { step: 'offer-another-slot' }],
  ['too-heavy', 'too-heavy', { step: 'say-where-instead', instead }],
  ['hazardous', 'hazardous', { step: 'say-where-instead', instead }],
  ['no-access', 'no-access', { step: 'ask-how-to-get-in' }],
  ['refused', 'refused', { step: 'speak-to-them' }],
] as const)('after “%s” the booking and the dispatcher know', (because, missed, step) => {
  const failed = event('job-1', 'failed', '10:30', { because })
  expect(settlementOf(failed, booked)).toEqual({ kind: 'missed', because: missed })
  const day = standingOf(dayPlan(), factsOf([failed]))
  expect(nextSteps(day, smallBike, open)).toEqual([{ stopId: 'job-1', because, ...step }])
})

test('what was taken is what the booking is settled with', () => {
  const taken = [{ itemId: 'chair', count: 2, reused: true }]
  const done = event('job-1', 'done', '10:30', { taken, kg: 11.5 })
  expect(settlementOf(done, booked)).toEqual({ kind: 'done', taken, kg: 11.5 })
  expect(nextSteps(standingOf(dayPlan(), factsOf([done])), smallBike, open)).toEqual([])
})

test('what was skipped may still be fetched, so the booking isn’t over', () => {
  const skipped = event('job-1', 'skipped', '10:30')
  expect(settlementOf(skipped, booked)).toBeUndefined()
  expect(nextSteps(standingOf(dayPlan(), factsOf([skipped])), smallBike, open)).toEqual([
    { stopId: 'job-1', step: 'fetch-another-day', because: 'skipped' },
  ])
})

test('somebody must see to what a broken bike has on board, unless it had unloaded', () => {
  const [first, second] = dayPlan().rounds
  const out = { since: at('11:00'), because: 'punktering' }
  const plan = dayPlan({ rounds: [{ ...first!, out }, second!] })
  const fetched = event('job-1', 'done', '10:30')
  const unloaded = event('2026-05-07~bike-1~centre~1', 'done', '10:50')
  expect(nextSteps(standingOf(plan, factsOf([fetched])), smallBike, open)).toEqual([
    { stopId: 'job-1', step: 'see-to-load', because: 'bike-out', bike: 'bike-1' },
  ])
  expect(nextSteps(standingOf(plan, factsOf([fetched, unloaded])), smallBike, open)).toEqual([])
})

test('who says nothing of what was taken has taken what was booked; nothing is nothing', () => {
  expect(settlementOf(event('job-1', 'done', '10:30'), booked)).toEqual({
    kind: 'done',
    taken: [{ itemId: 'chair', count: 1, reused: false }],
  })
  expect(settlementOf(event('job-1', 'done', '10:30', { taken: [] }), booked)).toEqual({
    kind: 'done',
    taken: [],
  })
})

test('whom a bike left when it ended, and who has no place, is to be fetched another day', () => {
  const [first, second] = dayPlan().rounds
  const rounds = [{ ...first!, startedAt: at('10:00'), endedAt: at('14:00') }, second!]
  const unserved = ['job-6', 'job-7'].map((stopId) => ({ stopId, because: 'gave-way' as const }))
  const day = standingOf(
    dayPlan({ rounds, unserved }),
    factsOf([event('job-1', 'done', '10:30', { taken: [] })]),
  )
  const step = { step: 'fetch-another-day' }
  const isOpen = new Set(['job-1', 'job-2', 'job-4', 'job-6'])
  expect(nextSteps(day, smallBike, isOpen)).toEqual([
    { stopId: 'job-2', ...step, because: 'round-ended' },
    { stopId: 'job-6', ...step, because: 'unserved' },
  ])
})

test('a rider is called once, of the first who seems to wait, where nothing is heard', () => {
  const late = (stopId: string, bike: string, isHeard: boolean) => ({
    stopId,
    bike,
    isHeard,
    lateMs: 700_000,
  })
  expect(
    callsToMake([
      late('job-1', 'bike-1', false),
      late('job-2', 'bike-1', false),
      late('job-4', 'bike-2', true),
    ]),
  ).toEqual([{ stopId: 'job-1', step: 'call-the-rider', because: 'nothing-heard', bike: 'bike-1' }])
})
