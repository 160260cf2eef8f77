import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

import { runRuleTest } from '#src/rule-tests/run.ts'
import { parseTestFile } from '#src/rule-tests/test-file.ts'
import { KINDS } from '#src/rule-tests/test-shape.ts'
import { borasRules } from '#tests/rules/scenario.ts'

const guide = readFileSync(new URL('../../docs/RULE-TESTS.md', import.meta.url), 'utf8')
const blocks = [...guide.matchAll(/^```yaml\n(rule_files:.*?)^```/gms)].map(([, text]) => text!)

test('the guide’s example holds under the rules of Borås', () => {
  expect(blocks).toHaveLength(1)
  const ruleFiles = new Map([['rules.yaml', borasRules]])
  const needs = { fileName: 'it', ruleFiles, pathOf: (name: string) => name }
  const parsed = parseTestFile(blocks[0]!, needs)
  expect(parsed.kind === 'ok' && parsed.tests.flatMap((one) => runRuleTest(one).failures)).toEqual(
    [],
  )
})

test.each(KINDS)('the guide tells of the event %s', (kind) => {
  expect(guide).toContain(`\`${kind}: {`)
})
