/**
 * How much do the rules' tests notice? Changes the code of `src/rules/` in one small way at a time, and
 * asks whether some test fails. `npm run mutants -- --help`.
 */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { equivalents } from './equivalents.ts'
import type { Equivalent } from './equivalents.ts'
import { mutate } from './mutate.ts'
import type { Mutant } from './mutate.ts'
import { report, rowOf } from './report.ts'
import type { Result } from './report.ts'
import { createChooser, surveyTests } from './survey.ts'
import { startTestProcess } from './test-process.ts'
import type { TestProcess } from './test-process.ts'

const HELP = `Usage: npm run mutants -- [FILE …] [--tests GLOB] [--slowest MS] [--out FILE] [--again FILE]

  FILE          names of files in src/rules/, such as gates.ts; all of them when none is given
  --tests GLOB  the tests to run (tests/{rules,rule-tests}/**/*.test.ts)
  --slowest MS  tests that take more processor time are left out (100)
  --out FILE    writes what came of each mutant there, file by file, as JSON
  --again FILE  goes on from what an earlier run wrote: tries what survived and what is new
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

/** After so many mutants the process is begun anew: modules that were read anew are never forgotten. */
const MUTANTS_EACH = 100
/** A test that takes so many times the steps of the longest never ends. */
const STEPS_MORE = 10

const { mutants, texts } = makeMutants()
const testFiles = globSync(values.tests).map((path) => resolve(path))
const surveyor = startTestProcess(texts)
const whole = await surveyTests(surveyor, testFiles.sort())
surveyor.stop()
const tests = whole.tests.filter(({ ms }) => ms <= Number(values.slowest))
const chooser = createChooser({ ...whole, tests })
const before = readEarlier()
tell(
  `${mutants.length} mutants, ${tests.length} tests; ${whole.tests.length - tests.length} left out as slow`,
)

const mostSteps = STEPS_MORE * Math.max(...tests.map(({ steps }) => steps))
const results: Result[] = []
let tried = 0
let worker: TestProcess | undefined
for (const [i, mutant] of mutants.entries()) {
  results.push({ mutant, fate: takeEarlier(mutant) ?? (await fateOf(mutant)) })
  const { file } = mutant
  if (mutants[i + 1]?.file === file) continue
  tell(rowOf(file, results))
  if (values.out) writeFileSync(values.out, JSON.stringify(results, null, 1))
}
endWorker()
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
  const tests = chooser.testsFor(mutant)
  if (tests.length === 0) return 'survived'
  const isReadAnew = chooser.isOfReading(mutant)
  const order = { kind: 'try', mutant: mutant.id, tests, isReadAnew, mostSteps } as const
  if (tried++ % MUTANTS_EACH === 0) endWorker()
  worker ??= startTestProcess(texts)
  let fate = await worker.try(order)
  if (fate.kind === 'spoilt') {
    endWorker()
    worker = startTestProcess(texts)
    fate = await worker.try(order)
  }
  if (fate.kind === 'killed') chooser.learn(mutant, fate.by)
  if (fate.kind === 'timeout' || fate.kind === 'spoilt') endWorker()
  // In a new process nobody else has left anything behind.
  return fate.kind === 'spoilt' ? 'killed' : fate.kind
}

function endWorker(): void {
  worker?.stop()
  worker = undefined
}

/** What an earlier run has found out for good, by mutant. */
function readEarlier(): Map<string, Result[]> {
  if (values.again === undefined) return new Map()
  const earlier = JSON.parse(readFileSync(values.again, 'utf8')) as readonly Result[]
  const settled = earlier.filter(({ fate }) => fate === 'killed' || fate === 'timeout')
  return Map.groupBy(settled, ({ mutant }) => keyOf(mutant))
}

function takeEarlier(mutant: Mutant): Result['fate'] | undefined {
  const key = keyOf(mutant)
  const isEquivalent = equivalents.some((known) => keyOf(known) === key)
  return before.get(key)?.pop()?.fate ?? (isEquivalent ? 'equivalent' : undefined)
}

function keyOf({ file, within, was, becomes }: Omit<Equivalent, 'because'>): string {
  return [basename(file), within, was, becomes].join('\n')
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
