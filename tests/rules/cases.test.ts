/** The thirty tricky cases: those that a rule test can say are files in `cases/`, the others are named here. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

import { runRuleTest } from '#src/rule-tests/run.ts'
import { failuresOf, ruleTestsIn } from '#tests/rule-tests/play.ts'

const folder = new URL('./cases/', import.meta.url)
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('rules.yaml'))
  .map((name) => [name, ruleTestsIn(new URL(name, folder))] as const)
const cases = files.flatMap(([, tests]) => tests)

describe.each(files)('%s', (_, tests) => {
  test.each(tests.map((ruleTest) => [ruleTest.name, ruleTest] as const))('%s', (_, ruleTest) => {
    expect(failuresOf(ruleTest)).toBe('')
  })
})

/** What takes more than an engine: where it is shown, by the title of the test. */
const ELSEWHERE: readonly (readonly [number, string, string])[] = [
  [
    27,
    'tests/e2e/kill.test.ts',
    'kills every acknowledged reading is there once and every post went out once',
  ],
  [27, 'tests/notify/kill.test.ts', 'ways in trouble, a worker killed'],
  [28, 'tests/rules/restart.test.ts', 'a restart changes not a byte of decisions, posts and state'],
  [28, 'tests/rules/restart.test.ts', 'cut before every tenth record'],
  [29, 'tests/commands/replay.test.ts', 'tells what other rules would have left out, and why'],
]

test.each(ELSEWHERE)('case %i is shown in %s: %s', (_, file, title) => {
  expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toContain(title)
})

test('each of the thirty cases is shown', () => {
  const numbers = cases.flatMap(({ name }) => /^(\d+): /.exec(name)?.[1] ?? []).map(Number)
  const shown = new Set([...numbers, ...ELSEWHERE.map(([number]) => number)])
  expect([...shown].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
})

test('a rule’s edit is in every decision after it: history knows both versions', () => {
  const edited = cases.find(({ name }) => name.startsWith('29: '))!
  const { decisions } = runRuleTest(edited)
  const about = (reason: string) =>
    decisions.find(({ ruleId, because }) => ruleId === 'full' && because === reason)!
  expect(about('posted').ruleHash).not.toBe(about('rule-changed').ruleHash)
  expect(about('cleared').ruleHash).toBe(about('rule-changed').ruleHash)
})
