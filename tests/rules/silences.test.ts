import { describe, expect, test } from 'vitest'
import { gatherSilences, isSilent } from '#src/rules/silences.ts'
import type { SilencedRecord, SilenceEndedRecord } from '#src/rules/record.ts'
import { HOUR, MINUTE, instant, plus } from '#src/stations/time.ts'

const noon = instant(Date.parse('2026-05-05T10:00:00Z'))
const silenced = (id: string, seq: number, minutes = 0): SilencedRecord => ({
  type: 'silenced',
  seq,
  at: plus(noon, minutes * MINUTE),
  id,
  until: plus(noon, HOUR),
  actor: 'Kim',
})
const ended = (id: string, seq: number, minutes: number): SilenceEndedRecord => ({
  type: 'silence-ended',
  seq,
  at: plus(noon, minutes * MINUTE),
  id,
  actor: 'Robin',
})
const gist = (...records: (SilencedRecord | SilenceEndedRecord)[]) =>
  gatherSilences(records).map(({ said, ended }) => [said.id, said.seq, ended?.actor])

describe('silences', () => {
  test('are told newest first', () => {
    expect(gist(silenced('a', 1), silenced('b', 2, 5))).toEqual([
      ['b', 2, undefined],
      ['a', 1, undefined],
    ])
  })

  test('count as they were said last, also when they had been ended', () => {
    expect(gist(silenced('a', 1), ended('a', 2, 5), silenced('a', 3, 10))).toEqual([
      ['a', 3, undefined],
    ])
  })

  test('are ended once, by whoever came first, and not after they are over by themselves', () => {
    expect(gist(silenced('a', 1), ended('a', 2, 5))).toEqual([['a', 1, 'Robin']])
    expect(gist(silenced('a', 1), ended('a', 2, 60))).toEqual([['a', 1, undefined]])
    expect(gist(ended('a', 2, 5))).toEqual([])
  })

  test('hold until their time, to the millisecond', () => {
    const [silence] = gatherSilences([silenced('a', 1)])
    expect(isSilent(silence!, plus(noon, HOUR - 1))).toBe(true)
    expect(isSilent(silence!, plus(noon, HOUR))).toBe(false)
    const [over] = gatherSilences([silenced('a', 1), ended('a', 2, 5)])
    expect(isSilent(over!, plus(noon, 6 * MINUTE))).toBe(false)
  })
})
