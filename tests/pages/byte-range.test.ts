import { expect, test } from 'vitest'
import { parseByteRange } from '#src/pages/byte-range.ts'

const WHOLE = { kind: 'whole' } as const
const BEYOND = { kind: 'beyond' } as const
const part = (first: number, last: number) => ({ kind: 'part', first, last }) as const

test.each([
  [undefined, WHOLE],
  ['bytes=0-0', part(0, 0)],
  ['bytes=10-19', part(10, 19)],
  ['bytes=90-', part(90, 99)],
  ['bytes=-10', part(90, 99)],
  ['bytes=-200', part(0, 99)],
  ['bytes=0-16383', part(0, 99)],
  ['Bytes=1-2', part(1, 2)],
  ['bytes=99-99', part(99, 99)],
  ['bytes=100-', BEYOND],
  ['bytes=100-200', BEYOND],
  ['bytes=-0', BEYOND],
  ['bytes=20-10', WHOLE],
  ['bytes=-', WHOLE],
  ['bytes=0-1,5-6', WHOLE],
  ['lines=1-2', WHOLE],
  ['bytes=a-b', WHOLE],
])('of 100 bytes, %s is %j', (header, range) => {
  expect(parseByteRange(header, 100)).toEqual(range)
})

test('of an empty file every part lies beyond its end', () => {
  expect([parseByteRange('bytes=0-', 0), parseByteRange('bytes=-5', 0)]).toEqual([BEYOND, BEYOND])
})
