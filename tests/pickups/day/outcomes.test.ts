import { expect, test } from 'vitest'
import { nextSteps, settlementOf } from '#src/pickups/day/outcomes.ts'
import { factsOf } from '#src/pickups/day/rider-events.ts'
import { standingOf } from '#src/pickups/day/standing.ts'
import { smallBike } from '../booking/cast.ts'
import { at, dayPlan, event } from './cast.ts'

const instead = { sv: 'Till ÅVC.', en: 'Till ÅVC.', fi: 'Till ÅVC.' }

test.each([
  ['not-home', 'not-home', { step: 'offer-another-slot' }],
  ['too-heavy', 'too-heavy', { step: 'say-where-instead', instead }],
  ['hazardous', 'hazardous', { step: 'say-where-instead', instead }],
  ['no-access', 'no-access', { step: 'ask-how-to-get-in' }],
  ['refused', 'other-things', { step: 'speak-to-them' }],
] as const)('after “%s” the booking and the dispatcher know', (because, missed, step) => {
  const failed = event('job-1', 'failed', '10:30', { because })
  expect(settlementOf(failed)).toEqual({ kind: 'missed', because: missed })
  const day = standingOf(dayPlan(), factsOf([failed]))
  expect(nextSteps(day, smallBike)).toEqual([{ stopId: 'job-1', because, ...step }])
})

test('what was taken is what the booking is settled with', () => {
  const taken = [{ itemId: 'chair', count: 2, reused: true }]
  const done = event('job-1', 'done', '10:30', { taken, kg: 11.5 })
  expect(settlementOf(done)).toEqual({ kind: 'done', taken, kg: 11.5 })
  expect(nextSteps(standingOf(dayPlan(), factsOf([done])), smallBike)).toEqual([])
})

test('what was skipped may still be fetched, so the booking isn’t over', () => {
  const skipped = event('job-1', 'skipped', '10:30')
  expect(settlementOf(skipped)).toBeUndefined()
  expect(nextSteps(standingOf(dayPlan(), factsOf([skipped])), smallBike)).toEqual([
    { stopId: 'job-1', step: 'fetch-another-day', because: 'skipped' },
  ])
})

test('somebody must see to what a broken bike has on board, unless it had unloaded', () => {
  const [first, second] = dayPlan().rounds
  const out = { since: at('11:00'), because: 'punktering' }
  const plan = dayPlan({ rounds: [{ ...first!, out }, second!] })
  const fetched = event('job-1', 'done', '10:30')
  const unloaded = event('2026-05-07~bike-1~centre~1', 'done', '10:50')
  expect(nextSteps(standingOf(plan, factsOf([fetched])), smallBike)).toEqual([
    { stopId: 'job-1', step: 'see-to-load', because: 'bike-out', bike: 'bike-1' },
  ])
  expect(nextSteps(standingOf(plan, factsOf([fetched, unloaded])), smallBike)).toEqual([])
})
