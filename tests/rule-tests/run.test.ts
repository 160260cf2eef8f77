import { expect, test } from 'vitest'

import { failureLines, runRuleTest } from '#src/rule-tests/run.ts'
import { parseTestFile } from '#src/rule-tests/test-file.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { explainDecision } from '#src/wording/decision-text.ts'

const RULES = `
version: 1
policy: { quiet: { daily: '21:00-07:00' } }
rules:
  - { id: full, per: container, when: c.full, clear: c.fill < 70.0, for: 30m, clear_for: 20m, post: full, close_post: space_again }
  - { id: many, per: station, when: s.full >= 2, for: 30m, priority: 80, absorbs: [full], post: many }
`

/** Runs one test; `what` is all of it but the name, the start and the stations S and T. */
function told(what: string): readonly string[] {
  const text = `
rule_files: [rules.yaml]
tests:
  - name: it
    start: '2026-05-05T10:00[Europe/Stockholm]'
    stations: { S: [c1, c2], T: { area: norrby, containers: { c3: metal } } }
${what.replace(/^\n/, '').replaceAll(/^/gm, '    ')}`
  const ruleFiles = new Map([['rules.yaml', RULES]])
  const parsed = parseTestFile(text, { fileName: 'it', ruleFiles, pathOf: (name) => name })
  if (parsed.kind === 'faulty')
    return parsed.faults.map(({ field, message }) => `${field}: ${message}`)
  const run = runRuleTest(parsed.tests[0]!)
  return run.failures.flatMap((failure) =>
    failureLines(failure, run, (decision, town) =>
      explainDecision(decision, indexTown(town), 'en'),
    ),
  )
}

test('a test that holds has nothing to tell', () => {
  expect(
    told(`
series: [{ container: c1, interval: 10m, fill: 92x5 20x5 }]
expect:
  - { at: 10m, posts: [], state: { full/c1: PENDING, full/c2: IDLE, many/S: IDLE } }
  - at: 59m
    posts: [{ station: S, rules: [full], at: 45m, items: [full/c1], absent: [full/c2], says: { fill: 92, source: sensor } }]
    why: { full/c1: [E=2, sensor 92 %, c.full is true] }
    decisions: { full/c1: [held-long-enough, posted], many/S: [] }
    status: { c1: { word: full, fill: 92 }, c2: unknown }
  - { at: 2h, posts: [{ station: S, rules: [full], at: 1h35m, kind: close, reply: 1 }], status: { c1: has-room } }
`),
  ).toEqual([])
})

test('a post that did not come is told with what was decided instead', () => {
  expect(
    told(`
series: [{ container: c1, interval: 10m, fill: 92x2 40x2 }]
expect: [{ at: 1h, posts: [{ station: S, rules: [full], at: 45m }] }]
`),
  ).toMatchInlineSnapshot(`
    [
      "it:8  at 1h (2026-05-05 11:00), posts:",
      "  expected  { station: S, rules: [full], at: 45m }",
      "  found     nothing",
      "  what was decided:",
      "    0s (2026-05-05 10:00)  full/c1  IDLE → PENDING  condition-true: Became true at 10:00 because the sensor shows 92%; it has to last before anything is posted.",
      "    30m (2026-05-05 10:30)  full/c1  PENDING → ACTIVE  held-long-enough: It has lasted for 30 minutes: the sensor shows 92%.",
      "    30m (2026-05-05 10:30)  full/c1  ACTIVE  grouped: Waiting a little for more news from the station, so that it fits in one post.",
      "    30m (2026-05-05 10:30)  full/c1  ACTIVE → CLEARING  clear-condition-true: Seems to be over at 10:30 because the sensor shows 40%; it has to last before it counts.",
      "    45m (2026-05-05 10:45)  full/c1  CLEARING  gate-held: Waiting until 10:50: it seems to be over.",
      "    50m (2026-05-05 10:50)  full/c1  CLEARING → IDLE  cleared: Over at 10:50: the sensor shows 40%.",
      "    50m (2026-05-05 10:50)  full/c1  IDLE  resolved-while-waiting: Not posted: there was room again before the post went out.",
    ]
  `)
})

test('a post that is another is told with what differs', () => {
  expect(
    told(`
series:
  - { container: c1, interval: 10m, fill: 92x7 }
  - { container: c2, interval: 10m, fill: 92x7 }
expect:
  - at: 50m
    posts: [{ station: T, rules: [full], at: 44m, kind: close, items: [full/c3], reply: 1, absent: [many/S], says: { nearest: T } }]
`).slice(0, 11),
  ).toMatchInlineSnapshot(`
    [
      "it:12  at 50m (2026-05-05 10:50), posts:",
      "  expected  { station: T, rules: [full], at: 44m, kind: close, items: [full/c3], absent: [many/S], reply: 1, says: { nearest: T } }",
      "  found     { station: S, rules: [many], at: 45m, items: [many/S] }",
      "  post 1: station expected T, was S",
      "  post 1: rules expected [full], was [many]",
      "  post 1: at expected 44m, was 45m",
      "  post 1: kind expected close, was open",
      "  post 1: items expected [full/c3], was [many/S]",
      "  post 1: many/S was not to be in it",
      "  post 1: reply expected 1, was false",
      "  post 1: says.nearest expected T, was none",
    ]
  `)
})

test('posts that nobody asked for are told by the next who asks', () => {
  expect(
    told(`
series: [{ container: c1, interval: 10m, fill: 92x7 }]
expect:
  - { at: 50m, state: { full/c1: ACTIVE } }
  - { at: 1h, posts: [] }
`).slice(0, 3),
  ).toMatchInlineSnapshot(`
    [
      "it:10  at 1h (2026-05-05 11:00), posts:",
      "  expected  nothing",
      "  found     { station: S, rules: [full], at: 45m, items: [full/c1] }",
    ]
  `)
})

test('states, reasons, decisions, statuses and what was ignored are told with what they are', () => {
  expect(
    told(`
series: [{ container: c1, interval: 10m, fill: 92x7 }]
events: [{ at: 5m, reading: { container: c1, fill: 10, measured: -5m } }]
expect:
  - at: 50m
    state: { full/c1: CLEARING }
    why: { full/c1: [E=1.0, E=2.00, quiet-hours], full/c2: posted }
    decisions: { full/c1: [posted, grouped], many/S: [gate-held budget] }
    status: { c1: has-room }
    ignored: { c1: [before-emptying] }
`).filter((line) => !line.startsWith('    ')),
  ).toMatchInlineSnapshot(`
    [
      "it:11  at 50m (2026-05-05 10:50), state of full/c1:",
      "  expected  CLEARING",
      "  found     ACTIVE",
      "  what was decided:",
      "it:12  at 50m (2026-05-05 10:50), why of full/c1:",
      "  expected  E=1.0",
      "  found     posted",
      "  what was decided:",
      "it:12  at 50m (2026-05-05 10:50), why of full/c2:",
      "  expected  posted",
      "  found     nothing",
      "it:13  at 50m (2026-05-05 10:50), decisions on full/c1:",
      "  expected  posted",
      "  found     condition-true",
      "  what was decided:",
      "it:13  at 50m (2026-05-05 10:50), decisions on many/S:",
      "  expected  gate-held budget",
      "  found     nothing",
      "it:14  at 50m (2026-05-05 10:50), status of c1:",
      "  expected  { word: has-room }",
      "  found     { word: full, fill: 92, source: sensor }",
      "  what was decided:",
      "it:15  at 50m (2026-05-05 10:50), what was ignored of c1:",
      "  expected  before-emptying",
      "  found     older-than-newest",
    ]
  `)
})
