import { expect, test } from 'vitest'

import { nearestName } from '#src/stations/nearest-name.ts'

const FRACTIONS = ['paper', 'plastic', 'metal', 'clear-glass', 'coloured-glass', 'newspapers']

test.each([
  ['a letter too many', 'papper', 'paper'],
  ['a letter too few', 'newspaper', 'newspapers'],
  ['two letters swapped', 'platsic', 'plastic'],
  ['another case', 'Metal', 'metal'],
  ['the other spelling', 'colored-glass', 'coloured-glass'],
  ['something else altogether', 'garden', undefined],
  ['nothing', '', undefined],
])('%s: %s is taken for %s', (_, typed, meant) => {
  expect(nearestName(typed, FRACTIONS)).toBe(meant)
})

test.each([
  ['the part after the slash stands for the whole', 'em400', 'milesight/em400'],
  ['the beginning of a single name is enough', 'nat', 'native'],
  ['the beginning of two names is not', 'milesight', undefined],
])('%s', (_, typed, meant) => {
  expect(nearestName(typed, ['native', 'milesight/em400', 'milesight/em310-udl'])).toBe(meant)
})
