/** The tests that stand beside a shipped town's rules hold, and leave no rule out. */
import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

import { failuresOf, ruleTestsIn } from './play.ts'

const folder = new URL('../../towns/', import.meta.url)
const towns = readdirSync(folder).filter((name) =>
  existsSync(new URL(`${name}/rules.yaml`, folder)),
)

describe.each(towns)('%s', (name) => {
  const tests = ruleTestsIn(new URL(`${name}/rules.test.yaml`, folder))

  test.each(tests.map((ruleTest) => [ruleTest.name, ruleTest] as const))('%s', (_, ruleTest) => {
    expect(failuresOf(ruleTest)).toBe('')
  })

  test('every rule is seen to speak', () => {
    const spoken = tests.flatMap(({ expectations }) =>
      expectations.flatMap(({ posts }) => (posts ?? []).flatMap(({ rules }) => rules)),
    )
    expect(new Set(spoken)).toEqual(new Set(tests[0]!.book.rules.map(({ id }) => id)))
  })
})
