/**
 * How much do the rules' tests notice? Changes the code of `src/rules/` in one small way at a time, and
 * asks whether some test fails. `npm run mutants -- --help`.
 */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { equivalents } from './equivalents.ts'
import { mutate } from './mutate.ts'
import type { Mutant } from './mutate.ts'
import { report, survivors } from './report.ts'
import type { Result } from './report.ts'
import { createChooser, surveyTests } from './survey.ts'
import { startTestProcess } from './test-process.ts'
import type { TestProcess } from './test-process.ts'

const HELP = `Usage: npm run mutants -- [FILE …] [--tests GLOB] [--slowest MS] [--out FILE] [--again FILE]

  FILE          names of files in src/rules/, such as gates.ts; all of them when none is given
  --tests GLOB  the tests to run (tests/{rules,rule-tests}/**/*.test.ts)
  --slowest MS  tests that take longer are left out (100)
  --out FILE    writes the survivors there as they are found, as JSON
  --again FILE  tries only the survivors of an earlier run
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    tests: { type: 'string', default: 'tests/{rules,rule-tests}/**/*.test.ts' },
    slowest: { type: 'string', default: '100' },
    out: { type: 'string' },
    again: { type: 'string' },
  },
})
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}

/** After so many mutants the process is begun anew: test files that were read anew are never forgotten. */
const MUTANTS_EACH = 300

const { mutants, texts } = makeMutants()
const testFiles = globSync(values.tests).map((path) => resolve(path))
const surveyor = startTestProcess(texts)
const whole = await surveyTests(surveyor, testFiles.sort())
surveyor.stop()
const tests = whole.tests.filter(({ ms }) => ms <= Number(values.slowest))
const chooser = createChooser({ ...whole, tests })
const chosen = mutants.filter(isChosen())
tell(
  `${chosen.length} of ${mutants.length} mutants, ${tests.length} tests; ${whole.tests.length - tests.length} left out as slow`,
)

const results: Result[] = []
let worker: TestProcess | undefined
for (const [i, mutant] of chosen.entries()) {
  results.push({ mutant, fate: isEquivalent(mutant) ? 'equivalent' : await fateOf(mutant) })
  if (i % MUTANTS_EACH === MUTANTS_EACH - 1) {
    tell(`${i + 1} of ${chosen.length}, ${survivors(results).length} survive`)
    worker?.stop()
    worker = undefined
    keepSurvivors()
  }
}
worker?.stop()
keepSurvivors()
process.stdout.write(report(results))

/** Writes each source file, with all its mutants in it, where every process can read it. */
function makeMutants() {
  const folder = mkdtempSync(join(tmpdir(), 'kvitter-mutants-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const mutants: Mutant[] = []
  const texts: Record<string, string> = {}
  for (const path of globSync('src/rules/*.ts').sort()) {
    if (positionals.length > 0 && !positionals.includes(basename(path))) continue
    const file = resolve(path)
    const mutated = mutate(readFileSync(file, 'utf8'), file, mutants.length)
    mutants.push(...mutated.mutants)
    texts[file] = join(folder, basename(file))
    writeFileSync(texts[file], mutated.text)
  }
  return { mutants, texts }
}

async function fateOf(mutant: Mutant): Promise<Result['fate']> {
  const files = chooser.testsFor(mutant)
  if (files.length === 0) return 'survived'
  const isOfReading = whole.whileReading.has(mutant.id)
  const own = isOfReading
    ? startTestProcess(texts, mutant.id)
    : (worker ??= startTestProcess(texts))
  const fate = await own.try({ kind: 'try', mutant: mutant.id, files })
  if (fate.kind === 'killed') chooser.learn(mutant, fate.by)
  if (isOfReading || fate.kind === 'timeout') own.stop()
  if (own === worker && fate.kind === 'timeout') worker = undefined
  return fate.kind
}

function isSame(a: Pick<Mutant, 'file' | 'was' | 'becomes'>, b: typeof a): boolean {
  return basename(a.file) === basename(b.file) && a.was === b.was && a.becomes === b.becomes
}

function isEquivalent(mutant: Mutant): boolean {
  return equivalents.some((known) => isSame(known, mutant))
}

function isChosen(): (mutant: Mutant) => boolean {
  if (values.again === undefined) return () => true
  const before = JSON.parse(readFileSync(values.again, 'utf8')) as readonly Mutant[]
  return (mutant) => before.some((survivor) => isSame(survivor, mutant))
}

function keepSurvivors(): void {
  if (values.out) writeFileSync(values.out, JSON.stringify(survivors(results), null, 1))
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
