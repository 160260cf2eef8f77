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
