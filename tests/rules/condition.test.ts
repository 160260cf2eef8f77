import { expect, test } from 'vitest'

import { compileCondition } from '#src/rules/condition.ts'
import type { Condition } from '#src/rules/condition.ts'
import { FACTS, ROOTS_OF, factByName } from '#src/rules/facts.ts'
import type { FactValue } from '#src/rules/facts.ts'
import { PER } from '#src/rules/rule-book.ts'
import type { Per } from '#src/rules/rule-book.ts'
import { anyValue, factsWith, random } from './made-facts.ts'

function conditionOf(source: string, per: Per = 'container'): Condition {
  const compiled = compileCondition(source, per)
  if (compiled.kind === 'ok') return compiled.condition
  throw new Error(`${source}: ${compiled.faults.map((fault) => fault.message).join(', ')}`)
}

test('whole numbers and decimals mix, on either side', () => {
  const values = new Map<string, FactValue>([
    ['c.fill', 50],
    ['s.full', 2n],
  ])
  for (const source of [
    'c.fill + s.full == 52.0',
    's.full + c.fill == 52.0',
    'c.fill - s.full == 48.0',
    's.full - c.fill == -48.0',
    'c.fill * 2 == 100.0',
    '2 * c.fill == 100.0',
    'c.fill / 100 == 0.5',
    '100 / c.fill == 2.0',
  ]) {
    expect(conditionOf(source).evaluate(factsWith(values)), source).toBe(true)
  }
})

test('a dead sensor never has room: comparisons with what is missing are unknown', () => {
  const nothing = factsWith(new Map())
  expect(conditionOf('c.fill < 70.0').evaluate(nothing)).toBe('unknown')
  expect(conditionOf('c.fill < 70.0 || c.evidence <= -1.0').evaluate(nothing)).toBe('unknown')
  expect(conditionOf('!c.full').evaluate(nothing)).toBe('unknown')
})

test('clauses are shown one by one, each with the facts it read', () => {
  const values = new Map<string, FactValue>([
    ['c.fill', 55],
    ['s.full', 2n],
  ])
  const { explain } = conditionOf('(c.fill < 70.0 || c.evidence <= -1.0) && s.full * 10 >= 8')
  expect(explain(factsWith(values))).toEqual([
    { source: 'c.fill < 70.0', value: true, facts: { 'c.fill': 55 } },
    { source: 'c.evidence <= -1.0', value: 'unknown', facts: { 'c.evidence': null } },
    { source: 's.full * 10 >= 8', value: true, facts: { 's.full': 2 } },
  ])
})

test('ages compared with a literal say when they will change', () => {
  expect(conditionOf('c.sensor_silent_min > 720.0').ageLimits).toEqual([
    { fact: 'c.sensor_silent_min', afterMs: 43_200_000 },
    { fact: 'c.sensor_silent_min', afterMs: 43_200_001 },
  ])
  expect(conditionOf('c.sensor_silent_min > 720.0').drifts).toBe(false)
  expect(conditionOf('c.sensor_silent_min > c.fill_age_min * 2.0').drifts).toBe(true)
})

const withoutLevel = factsWith(
  new Map<string, FactValue>([
    ['c.id', 'x'],
    ['c.fraction', 'paper'],
  ]),
)

test.each([
  ['has(c.fill)', false],
  ['!has(c.fill)', true],
  ['has(c.id)', true],
  ['(has(c.fill) ? c.fill : 0.0) < 1.0', true],
  ['(c.id == "x" ? 1.0 : c.fill) > 0.0', true],
  ['(c.id == "y" ? 1.0 : c.fill) > 0.0', 'unknown'],
  ['(c.id == "x" || c.fill > 50.0) == true', true],
  ['(c.id == "y" && c.fill > 50.0) == false', true],
  ['(c.id == "x" && c.fill > 50.0) == true', 'unknown'],
  ['["x"].exists(id, id == c.id || c.fill > 50.0)', true],
  ['["x"].all(id, id != c.id && c.fill > 50.0)', false],
  ['c.fill + 1.0 > 2.0', 'unknown'],
  ['string(c.fill) == "50"', 'unknown'],
  ['c.fill in [1.0, 2.0]', 'unknown'],
  ['1 / 0 == 1', 'unknown'],
] as const)('%s is %s where no level is known', (source, expected) => {
  expect(conditionOf(source).evaluate(withoutLevel)).toBe(expected)
})

test.each([
  ['["x", "y"].exists(id, id == c.id)', true],
  ['["x", "y"].exists_one(id, id == c.id)', true],
  ['["x", "y"].all(id, id == c.id)', false],
  ['["x"].map(id, id + "!") == ["x!"]', true],
  ['["x", "y"].filter(id, id == c.id) == ["x"]', true],
  ['["x", "y"].exists(id, id.startsWith(c.id))', true],
  ['c.fraction in ["metal", "paper"]', true],
  ['type(c.id) == string', true],
  ['{"paper": true}[c.fraction]', true],
])('%s may be asked: %s', (source, expected) => {
  expect(conditionOf(source).evaluate(withoutLevel)).toBe(expected)
})

test.each([
  [' c.id == "x" && c.fill > 1.0', ['c.fill', 'c.id']],
  ['c.fraction in ["paper", c.id]', ['c.fraction', 'c.id']],
  ['size(c.id) > 2', ['c.id']],
  ['!(c.full)', ['c.full']],
  ['-c.fill < 0.0', ['c.fill']],
  ['[c.id].exists(x, x == c.fraction)', ['c.fraction', 'c.id']],
  ['{"a": c.id}["a"] == c.fraction', ['c.fraction', 'c.id']],
  ['{c.id: "a"}["x"] == c.fraction', ['c.fraction', 'c.id']],
  ['c.id.startsWith(c.fraction)', ['c.fraction', 'c.id']],
  ['c.full ? c.fill > 90.0 : s.full > 1', ['c.fill', 'c.full', 's.full']],
])('%s reads %j', (source, expected) => {
  const { reads, source: kept } = conditionOf(source)
  expect(reads).toEqual(expected)
  expect(kept).toBe(source.trim())
})

function faultsOf(source: string, per: Per = 'container') {
  const compiled = compileCondition(source, per)
  return compiled.kind === 'ok'
    ? []
    : compiled.faults.map(({ offset, message }) => `${offset} ${message}`)
}

test.each([
  ['id == "x"', '0 id is not a known fact; did you mean c.id?'],
  ['c.full && unknown == 1', '10 unknown is not a known fact; did you mean s.unknown?'],
  ['truck', '0 truck is not a known fact; did you mean truck.en_route?'],
  ['c.fil > 1.0', '0 c.fil is not a known fact; did you mean c.fill?'],
  [
    'q.zzzzzzzzz > 1.0',
    '0 q.zzzzzzzzz is not a known fact; facts here begin with c., s., truck. or t.; docs/RULES.md lists them',
  ],
  [
    'c.id.startsWith(foozle)',
    '16 foozle is not a known fact; facts here begin with c., s., truck. or t.; docs/RULES.md lists them',
  ],
  [
    'a.stations > 1',
    '0 a.stations is not there for a rule per: container, which can ask c., s., truck. and t. only',
  ],
  [
    '["x"].exists(a, ["y"].exists(b, a == b))',
    '16 exists() inside another list macro is not allowed, since the work multiplies; write the cases out',
  ],
  [
    'c.id.matches("a+")',
    '0 matches() is not allowed, since a regular expression may take for ever; use ==, in, startsWith, endsWith or contains',
  ],
  [
    'c.full && c.fill >',
    '18 it ends too early; a condition reads like c.fill >= 85.0 && s.full >= 2',
  ],
  ['c.fill', '0 must be true or false, but this is double; compare it with something'],
])('%s is refused: where and why', (source, expected) => {
  expect(faultsOf(source)).toEqual([expected])
})

test('a type that does not fit is told with a hint, a function that there is not without', () => {
  const [types] = faultsOf('c.full && c.fill == "a"')
  expect(types).toMatch(
    /^10 .*; numbers compare with numbers \(70\.0\), text with text \("paper"\), and conditions join with && or \|\|$/,
  )
  const [unknown] = faultsOf('c.full && nothing(c.fill)')
  expect(unknown).toMatch(/^10 /)
  expect(unknown).not.toContain('numbers compare')
})

test('a condition of too many parts, or too deep, is to be split', () => {
  const many = Array.from({ length: 80 }, () => 'c.full').join(' && ')
  const deep = `${'('.repeat(30)}c.full${')'.repeat(30)}`
  for (const source of [many, deep]) {
    expect(faultsOf(source)[0]).toMatch(
      /^\d+ is too long or too deeply nested \(at most 200 parts, 20 levels\); split it into two rules$/,
    )
  }
})

test.each([
  ['c.full', false],
  ['c.fill > 90.0', false],
  ['c.id == "x"', false],
  ['c.fault == "no-echo"', false],
  ['c.evidence > 0.0', true],
  ['c.passed_today', true],
  ['s.containers > 1', true],
  ['s.full > 1', true],
  ['s.unknown > 1', true],
  ['s.litter_reports_4h > 1', true],
  ['s.litter_staff_4h > 1', true],
  ['s.cleaned_since_last_litter', true],
  ['s.ice_reports_12h > 1', true],
  ['truck.en_route', true],
  ['truck.eta_min < 5.0', true],
  ['t.hour > 1', true],
  ['t.weekday > 1', true],
  ['t.holiday', true],
  ['c.fill > 1.0 && s.full > 1', true],
  ['c.fill_age_min > 5.0', false],
  ['c.fill_age_min > 5.0 && c.min_since_emptied > 5.0', false],
  ['c.fill_age_min > 5.0 && c.sensor_silent_min > c.fill_age_min', true],
  ['c.emptying_overdue_h > c.fill', true],
  ['c.next_emptying_h > c.fill', true],
  ['c.min_since_emptied > c.fill', true],
])('%s may come true at an instant that nobody knows beforehand: %s', (source, expected) => {
  expect(conditionOf(source).drifts).toBe(expected)
})

test.each([
  ['c.fill_age_min < 5.0', 'c.fill_age_min', 300_000, 300_001],
  ['c.fill_age_min <= 5.0', 'c.fill_age_min', 300_000, 300_001],
  ['c.fill_age_min > 5.0', 'c.fill_age_min', 300_000, 300_001],
  ['c.fill_age_min >= 5.0', 'c.fill_age_min', 300_000, 300_001],
  ['c.fill_age_min == 5.0', 'c.fill_age_min', 300_000, 300_001],
  ['c.fill_age_min != 5.0', 'c.fill_age_min', 300_000, 300_001],
  ['5.0 < c.min_since_emptied', 'c.min_since_emptied', 300_000, 300_001],
  ['c.fill_age_min > 0.00001', 'c.fill_age_min', 1, 1],
  ['c.emptying_overdue_h > 2.0', 'c.emptying_overdue_h', 7_200_000, 7_200_001],
  ['c.next_emptying_h < 2.0', 'c.next_emptying_h', -7_200_000, -7_199_999],
])('%s changes so long after what %s counts from', (source, fact, first, second) => {
  expect(conditionOf(source).ageLimits).toEqual([
    { fact, afterMs: first },
    { fact, afterMs: second },
  ])
})

test('what is no age, or is compared with no literal, has no limits', () => {
  for (const source of ['c.fill > 5.0', 'c.fill_age_min > c.fill', 'c.fill_age_min + 1.0 > 5.0']) {
    expect(conditionOf(source).ageLimits, source).toEqual([])
  }
})

test('every fact has a name, a type and a meaning', () => {
  expect(factByName.size).toBe(FACTS.length)
  const known = factsWith(new Map(FACTS.map((fact) => [fact.name, anyValue(fact, random(1))])))
  for (const { name, type, meaning } of FACTS) {
    const root = name.slice(0, name.indexOf('.'))
    const per = PER.find((known) => ROOTS_OF[known].includes(root))!
    const literal = { bool: 'true', int: '1', double: '1.0', string: '"a"' }[type]
    expect(typeof conditionOf(`${name} == ${literal}`, per).evaluate(known), name).toBe('boolean')
    expect(meaning).not.toBe('')
  }
})
