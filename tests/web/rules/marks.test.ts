/** What the playground's chart shows of a trial, and where the arrow keys lead. */
import { expect, test } from 'vitest'
import type { Said, Side, Trial } from '../../../web/rules/client.ts'
import { changedLines, chartOf, type Mark, neighbour } from '../../../web/rules/marks.ts'

const PAPER = '1490-901-paper-1'
const GLASS = '1490-901-clear-glass-1'
const texts = { sv: 'Ekudden är full.', en: 'Ekudden is full.' }
const at = (hour: number) => new Date(Date.UTC(2026, 4, 5, hour)).toISOString()

const decision = (hour: number, because = 'posted') => ({
  at: at(hour),
  ruleId: 'full',
  subject: PAPER,
  from: 'active',
  to: 'active',
  because,
  clauses: [],
  evidence: [],
  gates: [],
  texts,
})
const said = (hour: number, containerId: string | null, decision: number | null = 0): Said => ({
  at: at(hour),
  kind: 'open',
  audience: 'public',
  ruleId: 'full',
  subject: containerId ?? '1490-901',
  containerId,
  texts,
  decision,
})
const side = (more: Partial<Side>): Side => ({ said: [], courses: [], decisions: [], ...more })
const trial = (more: Partial<Trial>): Trial => ({
  kind: 'tried',
  isShortened: false,
  stationId: '1490-901',
  from: at(0),
  to: at(23),
  records: 9,
  levels: [
    { containerId: PAPER, points: [] },
    { containerId: GLASS, points: [] },
  ],
  was: side({}),
  now: side({}),
  same: 0,
  changes: [],
  ...more,
})

const gist = (marks: readonly Mark[]) =>
  marks.map((mark) => [
    mark.lane,
    new Date(mark.at).getUTCHours(),
    mark.kind === 'said' ? mark.change : mark.gate,
  ])

test('everything said and held is a mark in its container’s lane, in the order of time', () => {
  const course = {
    ruleId: 'full',
    subject: GLASS,
    containerId: GLASS,
    bands: [{ state: 'active' as const, from: at(2), to: at(9), decision: 0 }],
    holds: [{ gate: 'quiet-hours', from: at(3), to: at(7), decision: 1 }],
  }
  const decisions = [decision(8), decision(3, 'gate-held')]
  const now = side({ said: [said(8, PAPER), said(5, null, null)], courses: [course], decisions })
  const { lanes, marks } = chartOf(trial({ now }))
  expect(gist(marks)).toEqual([
    [1, 3, 'quiet-hours'],
    [2, 5, 'same'],
    [0, 8, 'same'],
  ])
  expect(marks.map((mark) => mark.decision?.because)).toEqual(['gate-held', undefined, 'posted'])
  expect(lanes.map(({ containerId, strips }) => [containerId, strips.length])).toEqual([
    [PAPER, 0],
    [GLASS, 1],
    [undefined, 0],
  ])
})

test('the station has a lane of its own only where something is of the station', () => {
  expect(chartOf(trial({ now: side({ said: [said(8, PAPER)] }) })).lanes).toHaveLength(2)
  expect(chartOf(trial({})).marks).toEqual([])
})

test('what is new, gone or moved says so, with what the other rules made of it', () => {
  const was = side({
    said: [said(4, PAPER), said(6, PAPER), said(10, GLASS)],
    decisions: [decision(6), decision(9, 'reset-before-for')],
  })
  const now = side({
    said: [said(4, PAPER), said(9, PAPER), said(12, GLASS)],
    decisions: [decision(9), decision(10, 'gate-held')],
  })
  const { marks } = chartOf(
    trial({
      was,
      now,
      same: 1,
      changes: [
        { change: 'gone', was: 1, now: null, whyNot: null },
        { change: 'added', was: null, now: 1, whyNot: 1 },
        { change: 'moved', was: 2, now: 2, whyNot: null },
      ],
    }),
  )
  expect(gist(marks)).toEqual([
    [0, 4, 'same'],
    [0, 6, 'gone'],
    [0, 9, 'added'],
    [1, 12, 'moved'],
  ])
  expect(marks[1]).toMatchObject({ whyNot: null, decision: { at: at(6) } })
  expect(marks[2]).toMatchObject({ whyNot: { because: 'reset-before-for' } })
  expect(marks[3]).toMatchObject({ wasAt: Date.parse(at(10)) })
  expect(marks[0]).not.toHaveProperty('whyNot')
})

test('arrow keys go in time within a lane, and to the nearest mark of the next lane', () => {
  const now = side({
    said: [said(2, PAPER), said(8, PAPER), said(14, PAPER), said(3, GLASS), said(9, GLASS)],
  })
  const { marks } = chartOf(trial({ now }))
  const of = (lane: number, hour: number) =>
    marks.find((mark) => mark.lane === lane && mark.at === Date.parse(at(hour)))!
  const go = (from: Mark, ...moves: readonly Parameters<typeof neighbour>[2][]) =>
    moves.reduce((mark, move) => neighbour(marks, mark, move), from)
  expect(go(of(0, 2), 'right')).toBe(of(0, 8))
  expect(go(of(0, 2), 'left')).toBe(of(0, 2))
  expect(go(of(0, 14), 'right')).toBe(of(0, 14))
  expect(go(of(0, 8), 'down')).toBe(of(1, 9))
  expect(go(of(1, 3), 'up')).toBe(of(0, 2))
  expect(go(of(0, 8), 'up')).toBe(of(0, 8))
  expect(go(of(1, 9), 'down')).toBe(of(1, 9))
  expect(go(of(0, 8), 'first')).toBe(of(0, 2))
  expect(go(of(0, 8), 'last')).toBe(of(0, 14))
})

test.each([
  ['the same text', 'a\nb', 'a\nb', 0],
  ['one line edited', 'a\nb\nc', 'a\nB\nc', 1],
  ['a line more', 'a\nb', 'a\nx\nb', 1],
  ['two lines less', 'a\nb\nc', 'a', 2],
])('%s: %j → %j', (_what, was, now, count) => {
  expect(changedLines(was, now)).toBe(count)
})

test('a mark has the same name after another trial, whatever is said before it', () => {
  const idAt = (hours: readonly number[]) =>
    chartOf(trial({ now: side({ said: hours.map((hour) => said(hour, PAPER)) }) })).marks.find(
      (mark) => mark.at === Date.parse(at(8)),
    )?.id
  expect(idAt([8, 12])).toBeDefined()
  expect(idAt([2, 8, 12])).toBe(idAt([8, 12]))
  expect(
    chartOf(trial({ now: side({ said: [said(8, PAPER), said(8, GLASS)] }) })).marks.map(
      ({ id }) => id,
    ),
  ).toEqual([
    `now-full-${PAPER}-open-${Date.parse(at(8))}`,
    `now-full-${GLASS}-open-${Date.parse(at(8))}`,
  ])
})
