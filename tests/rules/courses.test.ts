import { expect, test } from 'vitest'

import { coursesOf } from '#src/rules/courses.ts'
import type { Decision, GateAnswer } from '#src/rules/decision.ts'
import { HOUR, after, box, local } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const at = (hours: number) => after(ten, hours * HOUR)
const span = { from: at(0), to: at(24) }
const passing: GateAnswer = { gate: 'still-active', answer: 'pass' }

function decided(
  hours: number,
  from: Decision['from'],
  to: Decision['to'],
  because: Decision['because'],
  more: Partial<Decision> = {},
): Decision {
  return {
    at: at(hours),
    seq: 1,
    ruleId: 'full',
    ruleHash: 'aaa',
    subject: box('901-paper-1'),
    containerId: box('901-paper-1'),
    from,
    to,
    because,
    clauses: [],
    gates: [],
    engine: '1',
    tzdata: '2026a',
    ...more,
  }
}
const held = (hours: number, gate: GateAnswer['gate']) =>
  decided(hours, 'active', 'active', 'gate-held', {
    gates: [passing, { gate, answer: 'hold' }, { gate: 'budget', answer: 'hold' }],
  })

const gist = (decisions: readonly Decision[]) =>
  coursesOf(decisions, span).map(({ bands, holds }) => ({
    bands: bands.map(({ state, from, to }) => [state, (from - ten) / HOUR, (to - ten) / HOUR]),
    holds: holds.map(({ gate, from, to }) => [gate, (from - ten) / HOUR, (to - ten) / HOUR]),
  }))

test('an episode is a band for each state, and each gate that held its news is a piece of its own', () => {
  const decisions = [
    decided(1, 'idle', 'pending', 'condition-true'),
    decided(2, 'pending', 'active', 'held-long-enough'),
    held(2, 'quiet-hours'),
    held(5, 'cooldown'),
    decided(8, 'active', 'active', 'posted'),
    decided(10, 'active', 'clearing', 'clear-condition-true'),
    decided(11, 'clearing', 'idle', 'cleared'),
  ]
  expect(gist(decisions)).toEqual([
    {
      bands: [
        ['pending', 1, 2],
        ['active', 2, 10],
        ['clearing', 10, 11],
      ],
      holds: [
        ['quiet-hours', 2, 5],
        ['cooldown', 5, 8],
      ],
    },
  ])
  const [course] = coursesOf(decisions, span)
  expect(course!.bands.map(({ decision }) => decision)).toEqual([
    decisions[0],
    decisions[1],
    decisions[5],
  ])
  expect(course!.holds.map(({ decision }) => decision)).toEqual([decisions[2], decisions[3]])
})

test('what began before the span is shown from its beginning, and what goes on to its end', () => {
  expect(gist([decided(-3, 'idle', 'active', 'first-load-silent')])[0]!.bands).toEqual([
    ['active', 0, 24],
  ])
  expect(gist([decided(4, 'active', 'idle', 'no-data-closed')])[0]!.bands).toEqual([
    ['active', 0, 4],
  ])
  expect(gist([decided(-3, 'idle', 'active', 'held-long-enough'), held(-2, 'budget')])[0]).toEqual({
    bands: [['active', 0, 24]],
    holds: [['budget', 0, 24]],
  })
  expect(
    gist([
      decided(-3, 'idle', 'active', 'held-long-enough'),
      decided(-1, 'active', 'idle', 'cleared'),
    ])[0]!.bands,
  ).toEqual([])
})

test('each rule has its own course for each subject', () => {
  const courses = coursesOf(
    [
      decided(1, 'idle', 'pending', 'condition-true'),
      decided(1, 'idle', 'pending', 'condition-true', { subject: box('901-plastic-1') }),
      decided(2, 'idle', 'active', 'condition-true', { ruleId: 'broken' }),
    ],
    span,
  )
  expect(courses.map(({ ruleId, subject }) => [ruleId, subject])).toEqual([
    ['full', '1490-901-paper-1'],
    ['full', '1490-901-plastic-1'],
    ['broken', '1490-901-paper-1'],
  ])
})
