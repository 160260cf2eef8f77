/**
 * Another implementation of CEL answers beside ours: for every condition of every shipped rule, on facts
 * drawn by lot with many of them missing, and on whatever the engine met while it played the rule tests.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import { describe, expect, test } from 'vitest'

import { runRuleTest } from '#src/rule-tests/run.ts'
import type { RuleTest } from '#src/rule-tests/rule-test.ts'
import { compileCondition } from '#src/rules/condition.ts'
import type { Condition } from '#src/rules/condition.ts'
import type { Truth } from '#src/rules/decision.ts'
import { FACTS, ROOTS_OF } from '#src/rules/facts.ts'
import type { Fact, FactContext, FactValue } from '#src/rules/facts.ts'
import type { Per, Rule, RuleBook } from '#src/rules/rule-book.ts'
import { ruleTestsIn } from '#tests/rule-tests/play.ts'
import { anyValue, factsWith, random } from './made-facts.ts'
import { bookOf } from './scenario.ts'

const folders = [
  new URL('./cases/', import.meta.url),
  ...readdirSync(new URL('../../towns/', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => new URL(`../../towns/${name}/`, import.meta.url)),
]
const filesEnding = (ending: string) =>
  folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .map((name) => new URL(name, folder)),
  )
const ruleFiles = filesEnding('rules.yaml')
const ruleTests = filesEnding('.yaml')
  .filter((file) => readFileSync(file, 'utf8').includes('rule_files:'))
  .flatMap(ruleTestsIn)

const conditionsOf = ({ when, clear, suppress }: Rule) => [
  when,
  ...(clear ? [clear] : []),
  ...suppress.map((one) => one.when),
]

const shipped = ruleFiles.flatMap((file) =>
  bookOf(readFileSync(file, 'utf8')).rules.flatMap((rule) =>
    conditionsOf(rule).map(({ source }) => [source, rule.per] as const),
  ),
)

/** The other implementation's answer, on plain maps. */
function oracleOf(source: string): (values: ReadonlyMap<string, FactValue>) => Truth {
  const program = plan(celEnv(), parse(source))
  return (values) => {
    const roots: Record<string, Record<string, FactValue>> = {
      ...{ c: {}, s: {}, truck: {} },
      ...{ a: {}, bike: {}, t: {} },
    }
    for (const [name, value] of values) {
      const [root, field] = name.split('.') as [string, string]
      if (value !== undefined) roots[root]![field] = value
    }
    const answer = program(roots as never)
    return isCelError(answer) ? 'unknown' : (answer as Truth)
  }
}

function conditionOf(source: string, per: Per): Condition {
  const compiled = compileCondition(source, per)
  if (compiled.kind === 'ok') return compiled.condition
  throw new Error(`${source}: ${compiled.faults.map((fault) => fault.message).join(', ')}`)
}

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
    const theirs = oracleOf(source)
    const drawn = drawer(source)
    const next = random(source.length)
    const seen = new Set<unknown>()
    for (let i = 0; i < 4000; i++) {
      const known = FACTS.filter(() => next() > 0.15)
      const values = new Map(known.map((fact) => [fact.name, drawn(fact, next)]))
      const truth = ours.evaluate(factsWith(values))
      expect(truth).toBe(theirs(values))
      seen.add(truth)
    }
    const isAlwaysKnown = source.startsWith('has(')
    expect(seen).toEqual(new Set([true, false, ...(isAlwaysKnown ? [] : ['unknown'])]))
  })
})

/** Any value, and often one that the condition names, or just beside it. */
function drawer(source: string): (fact: Fact, next: () => number) => FactValue {
  const literals = [...source.matchAll(/-?\b\d+(?:\.\d+)?/g)].map(([text]) => Number(text))
  return (fact, next) => {
    const literal = literals[Math.floor(next() * literals.length)]
    if (literal === undefined || next() < 0.6) return anyValue(fact, next)
    const beside = Math.floor(next() * 3) - 1
    if (fact.type === 'int') return BigInt(Math.max(0, Math.round(literal) + beside))
    return fact.type === 'double' ? literal + beside / 1000 : anyValue(fact, next)
  }
}

describe('nor do the two differ on anything that a rule test meets', () => {
  test.each(ruleTests.map((ruleTest) => [ruleTest.name, ruleTest] as const))(
    '%s',
    (_, ruleTest) => {
      const met = new Set<string>()
      runRuleTest(overheard(ruleTest, met))
      expect(met.size).toBeGreaterThan(1)
    },
  )
})

/** The test with every condition answered by both. What was met is noted in `met`. */
function overheard(ruleTest: RuleTest, met: Set<string>): RuleTest {
  const ofBook = (book: RuleBook): RuleBook => ({
    ...book,
    rules: book.rules.map((rule) => ({
      ...rule,
      when: ofCondition(rule.when, rule.per),
      ...(rule.clear && { clear: ofCondition(rule.clear, rule.per) }),
      suppress: rule.suppress.map((one) => ({ ...one, when: ofCondition(one.when, rule.per) })),
    })),
  })
  const ofCondition = (condition: Condition, per: Per): Condition => {
    const theirs = oracleOf(condition.source)
    return {
      ...condition,
      evaluate(context) {
        const truth = condition.evaluate(context)
        const values = valuesOf(context, per)
        const key = JSON.stringify([condition.source, ...condition.reads.map(textOf(values))])
        if (met.has(key)) return truth
        met.add(key)
        expect([condition.source, truth]).toEqual([condition.source, theirs(values)])
        return truth
      },
    }
  }
  return {
    ...ruleTest,
    book: ofBook(ruleTest.book),
    cues: ruleTest.cues.map((cue) =>
      cue.kind === 'rules' ? { ...cue, book: ofBook(cue.book) } : cue,
    ),
  }
}

const textOf = (values: ReadonlyMap<string, FactValue>) => (name: string) =>
  String(values.get(name))

/** Every fact that a rule of that kind may ask, as the engine has it now; missing ones left out. */
function valuesOf(context: FactContext, per: Per): ReadonlyMap<string, FactValue> {
  const values = new Map<string, FactValue>()
  for (const { name } of FACTS) {
    const [root, field] = name.split('.') as [keyof FactContext, string]
    if (!ROOTS_OF[per].includes(root)) continue
    const value = (context[root] as unknown as Readonly<Record<string, FactValue>>)[field]
    if (value !== undefined) values.set(name, value)
  }
  return values
}
