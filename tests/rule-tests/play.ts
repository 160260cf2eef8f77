/** Reads files of rule tests from disk, and plays one. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { failureLines, runRuleTest } from '#src/rule-tests/run.ts'
import type { RuleTest } from '#src/rule-tests/rule-test.ts'
import { parseTestFile, ruleFilesIn } from '#src/rule-tests/test-file.ts'
import { faultLine } from '#src/stations/fault-line.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { explainDecision } from '#src/wording/decision-text.ts'

/** The tests of a file; throws with every fault when it has any. */
export function ruleTestsIn(file: URL): readonly RuleTest[] {
  const text = readFileSync(file, 'utf8')
  const ruleFiles = new Map(
    ruleFilesIn(text).map((name) => [name, readFileSync(new URL(name, file), 'utf8')]),
  )
  const fileName = fileURLToPath(file).split('/').slice(-2).join('/')
  const parsed = parseTestFile(text, { fileName, ruleFiles, pathOf: (name) => name })
  if (parsed.kind === 'ok') return parsed.tests
  throw new Error(parsed.faults.map(faultLine).join('\n'))
}

/** What a rule author is told when the test fails; empty when it holds. */
export function failuresOf(test: RuleTest): string {
  const run = runRuleTest(test)
  const lines = run.failures.flatMap((failure) =>
    failureLines(failure, run, (decision, town) =>
      explainDecision(decision, indexTown(town), 'en'),
    ),
  )
  return lines.join('\n')
}
