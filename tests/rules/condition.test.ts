import { celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import { describe, expect, test } from 'vitest'

import { compileCondition } from '#src/rules/condition.ts'
import type { Condition } from '#src/rules/condition.ts'
import { FACTS, createFacts, factByName } from '#src/rules/facts.ts'
import type { Fact, FactContext, FactValue } from '#src/rules/facts.ts'
import { ROOTS_OF } from '#src/rules/facts.ts'
import { PER } from '#src/rules/rule-book.ts'
import type { Per } from '#src/rules/rule-book.ts'
import { borasBook } from './scenario.ts'

function conditionOf(source: string, per: Per = 'container'): Condition {
  const compiled = compileCondition(source, per)
  if (compiled.kind === 'ok') return compiled.condition
  throw new Error(`${source}: ${compiled.faults.map((fault) => fault.message).join(', ')}`)
}

/** Facts with the given values and no others. */
function factsWith(values: ReadonlyMap<string, FactValue>): FactContext {
  const made = Object.entries(createFacts()).map(([root, of]) => {
    const fields = FACTS.filter((fact) => fact.name.startsWith(`${root}.`)).map((fact) => [
      fact.name.slice(root.length + 1),
      { value: values.get(fact.name), enumerable: true },
    ])
    return [root, Object.create(Object.getPrototypeOf(of), Object.fromEntries(fields))]
  })
  return Object.fromEntries(made) as FactContext
}

/** A seeded stream of numbers in 0…1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function anyValue(fact: Fact, next: () => number): FactValue {
  switch (fact.type) {
    case 'bool':
      return next() < 0.5
    case 'int':
      return BigInt(Math.floor(next() * 7))
    case 'double':
      if (fact.name.endsWith('_min')) return Math.round(next() * 1500)
      return Math.round(next() * 1000) / 10 - (fact.name === 'c.evidence' ? 50 : 0)
    case 'string':
      return ['paper', 'plastic', ''][Math.floor(next() * 3)]!
  }
}

/** The same facts as plain CEL maps, as any other engine would take them. */
function plain(values: ReadonlyMap<string, FactValue>): Record<string, Record<string, FactValue>> {
  const roots: Record<string, Record<string, FactValue>> = {
    ...{ c: {}, s: {}, truck: {} },
    ...{ a: {}, bike: {}, t: {} },
  }
  for (const [name, value] of values) {
    const [root, field] = name.split('.') as [string, string]
    roots[root]![field] = value
  }
  return roots
}

const shipped = borasBook.rules.flatMap((rule) =>
  [rule.when, rule.clear, ...rule.suppress.map((s) => s.when)].flatMap((c) =>
    c ? [[c.source, rule.per] as const] : [],
  ),
)
const more = [
  'c.full && c.fill > 50.0 || !c.full && c.evidence < 0.0',
  '!(c.full || c.fill_age_min > 30.0)',
  '(c.full || s.full >= 3) && (c.fill < 20.0 || s.unknown == 0)',
  'c.fraction == "paper" && c.sensor_silent_min > 20.0',
  'c.fraction in ["paper", "metal"] || c.fill >= 85.0',
  'has(c.fill) && c.fill > 10.0',
  'c.full ? c.fill > 50.0 : c.evidence > 0.0',
  's.full / s.unknown >= 2',
  '!c.full && c.fill <= 70.0 || 70.0 < c.fill_age_min',
  '-1.0 >= c.evidence || 80.0 > c.fill && 30.0 <= c.fill',
  's.full == 2 || s.unknown != 3 && 5 != s.full',
  '3 == s.full || s.unknown > 4 || 2 >= c.full_reports_2h && c.fill < 50.0',
]

describe('conditions mean what CEL says they mean, with every set of facts missing', () => {
  const inContainers = more.map((source) => [source, 'container'] as const)
  test.each([...new Map<string, Per>([...shipped, ...inContainers])])('%s', (source, per) => {
    const ours = conditionOf(source, per)
    const theirs = plan(celEnv(), parse(source))
    const next = random(source.length)
    const seen = new Set<unknown>()
    for (let i = 0; i < 4000; i++) {
      const known = FACTS.filter(() => next() > 0.15)
      const values = new Map(known.map((fact) => [fact.name, anyValue(fact, next)]))
      const expected = theirs(plain(values) as never)
      const truth = ours.evaluate(factsWith(values))
      expect(truth).toBe(isCelError(expected) ? 'unknown' : expected)
      seen.add(truth)
    }
    const isAlwaysKnown = source.startsWith('has(')
    expect(seen).toEqual(new Set([true, false, ...(isAlwaysKnown ? [] : ['unknown'])]))
  })
})

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
