import { describe, expect, test } from 'vitest'
import { FLOOD_FROM, findFloods, type Voice } from '#src/rules/report-floods.ts'
import { MINUTE, instant, plus } from '#src/stations/time.ts'
import { containerId } from '#tests/support/town.ts'

const noon = instant(Date.parse('2026-05-05T10:00:00Z'))
const paper = containerId('1490-901-paper-1')
const after = (minutes: number) => plus(noon, minutes * MINUTE)
/** So many different people, one a so many minutes. */
const crowd = (n: number, everyMinutes: number, more: Partial<Voice> = {}, from = 0): Voice[] =>
  Array.from({ length: n }, (_, i) => ({
    containerId: paper,
    kind: 'full',
    reporter: `${from} ${i}`,
    at: after(from + i * everyMinutes),
    ...more,
  }))
const flood = { stationId: '1490-901', kind: 'full' }

describe('a flood', () => {
  test('is so many different people within ten minutes, and not one fewer', () => {
    expect(findFloods(crowd(FLOOD_FROM, 1))).toEqual([
      { ...flood, from: noon, until: after(9), reporters: 10 },
    ])
    expect(findFloods(crowd(FLOOD_FROM - 1, 1))).toEqual([])
  })

  test('is not the same people again and again, nor as many over a longer time', () => {
    expect(findFloods(crowd(100, 0.05, { reporter: 'one' }))).toEqual([])
    expect(findFloods(crowd(100, 1.2))).toEqual([])
  })

  test('is of one kind and one station, whichever container', () => {
    const half = crowd(5, 0.5)
    const more = (of: Partial<Voice>) => crowd(5, 0.5, of, 1)
    const together = (voices: Voice[]) =>
      findFloods([...half, ...voices].sort((a, b) => a.at - b.at)).length
    expect(together(more({ containerId: containerId('1490-901-plastic-1') }))).toBe(1)
    expect(together(more({ containerId: containerId('1490-902-paper-1') }))).toBe(0)
    expect(together(more({ kind: 'litter' }))).toBe(0)
  })

  test('goes on while they keep coming, and another is told for itself, the newer first', () => {
    const [second, first, ...rest] = findFloods([...crowd(30, 0.5), ...crowd(12, 0.5, {}, 60)])
    expect(rest).toEqual([])
    expect(first).toEqual({ ...flood, from: noon, until: after(14.5), reporters: 30 })
    expect(second).toEqual({ ...flood, from: after(60), until: after(65.5), reporters: 12 })
  })
})
