import { expect, test } from 'vitest'
import { thinLevels } from '#src/replay/levels.ts'
import type { ReadingRecord } from '#src/rules/record.ts'
import { DAY, HOUR, instant, MINUTE, plus } from '#src/stations/time.ts'
import { containerId, deviceId } from '#tests/support/town.ts'

const from = instant(Date.parse('2026-05-01T00:00:00Z'))
const span = { from, to: plus(from, 30 * DAY) }
let seq = 0
const level = (minutes: number, fillPercent?: number): ReadingRecord => ({
  type: 'reading',
  seq: ++seq,
  at: plus(from, minutes * MINUTE),
  containerId: containerId('1490-901-paper-1'),
  deviceId: deviceId('d'),
  measuredAt: plus(from, minutes * MINUTE),
  ...(fillPercent === undefined ? { fault: 'no-echo' as const } : { fillPercent }),
})
const gist = (readings: readonly ReadingRecord[]) =>
  thinLevels(readings, span, 12 * HOUR).map(([at, percent]) => [(at - from) / MINUTE, percent])

test('of two hours the lowest and the highest level are kept, in their order', () => {
  const readings = [40, 42.26, 41, 20, 22].map((percent, i) => level(i * 10, percent))
  expect(gist(readings)).toEqual([
    [10, 42.3],
    [30, 20],
  ])
  expect(gist([level(0, 40), level(130, 41)])).toEqual([
    [0, 40],
    [130, 41],
  ])
})

test('a fault is no level, and after a long silence nothing is known', () => {
  expect(gist([level(0, 40), level(60), level(14 * 60, 44)])).toEqual([
    [0, 40],
    [0, null],
    [14 * 60, 44],
  ])
})

test('what came late stands where it was measured, and what lies outside is left out', () => {
  expect(gist([level(300, 50), level(0, 40), level(-10, 1), level(30 * 24 * 60, 99)])).toEqual([
    [0, 40],
    [300, 50],
  ])
})

test('a month with a reading each ten minutes comes to at most two points for each two hours', () => {
  const month = Array.from({ length: 30 * 144 }, (_, i) => level(i * 10, (i * 7) % 100))
  expect(gist(month).length).toBeLessThanOrEqual(720)
})
