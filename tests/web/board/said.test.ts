/** What a next step is about, in the dispatcher's words. */
import { expect, test } from 'vitest'
import type { NextStep } from '../../../web/board/day.ts'
import { lookOf } from '../../../web/board/look.ts'
import { stepTitle } from '../../../web/board/said.ts'
import { madeDay } from './made-day.ts'

const look = lookOf({
  day: madeDay.day,
  language: 'sv',
  timeZone: 'Europe/Stockholm',
  items: {},
  stations: [],
  base: [],
  paths: { signIn: '', now: '', print: '', book: '', booking: '' },
})
const step = (more: Partial<NextStep>): NextStep => ({
  stop: 'gone',
  step: 'offer-another-slot',
  because: 'not-home',
  bike: null,
  reference: 'K7M4XR',
  day: null,
  instead: null,
  ...more,
})

test.each([
  ['of the day by its address', { stop: 'a' }, 'Provgatan a'],
  ['of a bike by its name', { bike: 'bike-2' }, 'Tvåan'],
  ['of a day before by that day', { day: '2026-05-05' }, 'tisdag 5 maj'],
])('a next step is called, %s', (_, more, title) => {
  expect(stepTitle(step(more), madeDay, look)).toBe(title)
})
