/** The thirty tricky cases, each written as a rule test and titled by its fact. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

import { faultLine } from '#src/stations/fault-line.ts'
import { parseTestFile, ruleFilesIn } from '#src/rule-tests/test-file.ts'
import { failureLines, runRuleTest } from '#src/rule-tests/run.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { explainDecision } from '#src/wording/decision-text.ts'

const folder = new URL('./cases/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'rules.yaml')

describe.each(files)('%s', (name) => {
  const text = read(name)
  const parsed = parseTestFile(text, {
    fileName: name,
    ruleFiles: new Map(ruleFilesIn(text).map((file) => [file, read(file)])),
    pathOf: (file) => file,
  })
  if (parsed.kind === 'faulty') throw new Error(parsed.faults.map(faultLine).join('\n'))
  test.each(parsed.tests.map((test) => [test.name, test] as const))('%s', (_, ruleTest) => {
    const run = runRuleTest(ruleTest)
    const told = run.failures.flatMap((failure) =>
      failureLines(failure, run, (decision, town) =>
        explainDecision(decision, indexTown(town), 'en'),
      ),
    )
    expect(told.join('\n')).toBe('')
  })
})
