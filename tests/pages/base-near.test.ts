import { expect, test } from 'vitest'
import { baseNear } from '#src/pages/base-near.ts'
import type { BaseShape } from '#src/stations/map-base.ts'

const places = [
  { lat: 57.7, lon: 12.9 },
  { lat: 57.72, lon: 12.95 },
]
const shape = (...points: BaseShape['points']): BaseShape => ({
  kind: 'road',
  isArea: false,
  points,
})

test.each([
  ['a road between them is drawn', shape([12.91, 57.71], [12.92, 57.71]), true],
  ['a river that passes through is drawn', shape([12.93, 57.5], [12.93, 57.9]), true],
  ['what lies a little beside them is drawn', shape([12.96, 57.73], [12.965, 57.735]), true],
  ['what lies far off to the east is left out', shape([13.2, 57.71], [13.3, 57.71]), false],
  ['what lies far off to the north is left out', shape([12.92, 57.9], [12.93, 57.95]), false],
])('%s', (_, one, isDrawn) => expect(baseNear([one], places)).toEqual(isDrawn ? [one] : []))

test('where the bike has nowhere to be nothing is drawn', () =>
  expect(baseNear([shape([12.91, 57.71], [12.92, 57.71])], [])).toEqual([]))
