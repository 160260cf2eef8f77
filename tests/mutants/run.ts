/**
 * How much do the rules' tests notice? Changes the code of `src/rules/` in one small way at a time, and
 * asks whether some test fails. `npm run mutants -- --help`.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { equivalents } from './equivalents.ts'
import type { Answer, Order, TestsOfFile } from './messages.ts'
import { mutate } from './mutate.ts'
import type { Mutant } from './mutate.ts'

const HELP = `Usage: npm run mutants -- [FILE …] [--tests GLOB] [--slowest MS] [--out FILE] [--again FILE]

  FILE          names of files in src/rules/, such as gates.ts; all of them when none is given
  --tests GLOB  the tests to run (tests/{rules,rule-tests}/**/*.test.ts)
  --slowest MS  tests that take longer are left out (150)
  --out FILE    writes the survivors there, as JSON
  --again FILE  tries only the survivors of an earlier run
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    tests: { type: 'string', default: 'tests/{rules,rule-tests}/**/*.test.ts' },
    slowest: { type: 'string', default: '150' },
    out: { type: 'string' },
    again: { type: 'string' },
  },
})
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}

interface SurveyedTest {
  readonly file: string
  readonly index: number
  readonly name: string
  readonly ms: number
  readonly reached: ReadonlySet<number>
}

interface Survey {
  readonly tests: readonly SurveyedTest[]
  /** Reached while the modules were read: such a mutant needs a process of its own. */
  readonly whileReading: ReadonlySet<number>
  /** Reached while a test file was read. */
  readonly byFile: ReadonlyMap<string, ReadonlySet<number>>
}

type Fate = 'killed' | 'survived' | 'timeout' | 'equivalent'

interface Result {
  readonly mutant: Mutant
  readonly fate: Fate
}

const sources = globSync('src/rules/*.ts')
  .filter((path) => positionals.length === 0 || positionals.includes(basename(path)))
  .map((path) => resolve(path))
  .sort()
const testFiles = globSync(values.tests)
  .map((path) => resolve(path))
  .sort()

const firstIds: Record<string, number> = {}
const mutants: Mutant[] = []
for (const file of sources) {
  firstIds[file] = mutants.length
  mutants.push(...mutate(readFileSync(file, 'utf8'), file, mutants.length).mutants)
}

class Worker {
  readonly #child: ChildProcess
  #listen: (answer: Answer) => void = () => undefined

  constructor(mutant = -1) {
    this.#child = fork(new URL('./worker.ts', import.meta.url), {
      env: {
        ...process.env,
        MUTANT: String(mutant),
        MUTANT_FILES: JSON.stringify(firstIds),
      },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child.on('message', (answer) => this.#listen(answer as Answer))
  }

  listen(to: (answer: Answer) => void): void {
    this.#listen = to
  }

  send(order: Order): void {
    this.#child.send(order)
  }

  /** Undefined when a test did not end in time, or the process died. */
  async try(order: Order & { kind: 'try' }, timeoutMs: number): Promise<Fate | undefined> {
    const { promise, resolve: settle } = Promise.withResolvers<Fate | undefined>()
    const timer = setTimeout(() => settle(undefined), timeoutMs)
    const died = () => settle(undefined)
    this.#child.once('exit', died)
    this.listen((answer) => {
      timer.refresh()
      if (answer.kind === 'tried') settle(answer.killer === undefined ? 'survived' : 'killed')
    })
    this.send(order)
    const fate = await promise
    clearTimeout(timer)
    this.#child.off('exit', died)
    return fate
  }

  async ready(timeoutMs: number): Promise<boolean> {
    const { promise, resolve: settle } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => settle(false), timeoutMs)
    this.#child.once('exit', () => settle(false))
    this.listen((answer) => {
      if (answer.kind === 'ready') settle(true)
    })
    const isReady = await promise
    clearTimeout(timer)
    return isReady
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }
}

async function survey(): Promise<Survey> {
  const worker = new Worker()
  await worker.ready(60_000)
  const tests: SurveyedTest[] = []
  const byFile = new Map<string, ReadonlySet<number>>()
  let whileReading: ReadonlySet<number> = new Set()
  const failures: string[] = []
  await new Promise<void>((done) => {
    worker.listen((answer) => {
      if (answer.kind === 'file') byFile.set(answer.file, new Set(answer.reached))
      if (answer.kind === 'reading') whileReading = new Set(answer.reached)
      if (answer.kind === 'test') {
        // Snapshots are vitest's own; what they tell of is not in the rules.
        if (answer.fault?.includes('without test context')) return
        if (answer.fault !== undefined) failures.push(`${answer.name}: ${answer.fault}`)
        tests.push({ ...answer, reached: new Set(answer.reached) })
      }
      if (answer.kind === 'surveyed') done()
    })
    worker.send({ kind: 'survey', paths: testFiles })
  })
  worker.stop()
  if (failures.length > 0) {
    throw new Error(`tests fail before anything is changed:\n${failures.join('\n')}`)
  }
  return { tests, whileReading, byFile }
}

/** The tests that may notice a mutant, the quickest first, by file. */
function testsFor(
  mutant: number,
  isOfReading: boolean,
  { tests, byFile }: Survey,
): readonly TestsOfFile[] {
  const chosen = tests.filter(
    ({ file, reached }) => isOfReading || reached.has(mutant) || byFile.get(file)!.has(mutant),
  )
  const grouped = Map.groupBy(
    chosen.toSorted((a, b) => a.ms - b.ms),
    ({ file }) => file,
  )
  const total = (of: readonly SurveyedTest[]) => of.reduce((sum, { ms }) => sum + ms, 0)
  return [...grouped]
    .sort(([, a], [, b]) => total(a) - total(b))
    .map(([file, of]) => ({
      file,
      tests: of.map(({ index }) => index),
      isReadAnew: byFile.get(file)!.has(mutant),
    }))
}

function isEquivalent({ file, was, becomes }: Mutant): boolean {
  return equivalents.some(
    (known) => basename(file) === known.file && was === known.was && becomes === known.becomes,
  )
}

/** No test that is run takes nearly as long, also on a busy machine. */
const TIMEOUT_MS = 10_000

const slowestMs = Number(values.slowest)
const whole = await survey()
const slow = whole.tests.filter(({ ms }) => ms > slowestMs)
const surveyed: Survey = { ...whole, tests: whole.tests.filter(({ ms }) => ms <= slowestMs) }
process.stderr.write(
  `${mutants.length} mutants in ${sources.length} files, ${surveyed.tests.length} tests; ${slow.length} left out as slow\n`,
)

interface Survivor {
  readonly file: string
  readonly was: string
  readonly becomes: string
}
const before = values.again
  ? (JSON.parse(readFileSync(values.again, 'utf8')) as readonly Survivor[])
  : undefined
const chosen = mutants.filter(
  (mutant) =>
    !before ||
    before.some(
      ({ file, was, becomes }) =>
        file === basename(mutant.file) && was === mutant.was && becomes === mutant.becomes,
    ),
)

const results: Result[] = []
let worker: Worker | undefined
for (const [i, mutant] of chosen.entries()) {
  if (i % 100 === 0) process.stderr.write(`${i} of ${chosen.length}\n`)
  if (isEquivalent(mutant)) {
    results.push({ mutant, fate: 'equivalent' })
    continue
  }
  const isOfReading = surveyed.whileReading.has(mutant.id)
  const files = testsFor(mutant.id, isOfReading, surveyed)
  if (files.length === 0) {
    results.push({ mutant, fate: 'survived' })
    continue
  }
  const fresh = isOfReading ? new Worker(mutant.id) : (worker ??= new Worker())
  const fate = await fresh.try({ kind: 'try', mutant: mutant.id, files }, TIMEOUT_MS)
  results.push({ mutant, fate: fate ?? 'timeout' })
  if (isOfReading) fresh.stop()
  else if (fate === undefined || i % 500 === 499) {
    fresh.stop()
    worker = undefined
  }
}
worker?.stop()

const count = (of: readonly Result[], fate: Fate) => of.filter((r) => r.fate === fate).length
function row(name: string, of: readonly Result[]): string {
  const equivalent = count(of, 'equivalent')
  const killed = count(of, 'killed') + count(of, 'timeout')
  const share = ((100 * killed) / Math.max(1, of.length - equivalent)).toFixed(1)
  const numbers = [of.length, killed, count(of, 'survived'), equivalent]
  return `${name.padEnd(24)}${numbers.map((n) => String(n).padStart(11)).join('')}${share.padStart(9)} %`
}
const lines = [
  `${'file'.padEnd(24)}${['mutants', 'killed', 'survived', 'equivalent'].map((w) => w.padStart(11)).join('')}${'killed'.padStart(11)}`,
]
for (const [file, of] of Map.groupBy(results, ({ mutant }) => basename(mutant.file)))
  lines.push(row(file, of))
lines.push(row('all', results))
const survivors = results.filter(({ fate }) => fate === 'survived').map(({ mutant }) => mutant)
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 90)
process.stdout.write(`${lines.join('\n')}\n\nSurvivors\n`)
for (const { file, line, was, becomes } of survivors) {
  process.stdout.write(`${basename(file)}:${line}  ${oneLine(was)}  →  ${oneLine(becomes)}\n`)
}
if (values.out) {
  const told = survivors.map(({ file, was, becomes, line }) => ({
    file: basename(file),
    was,
    becomes,
    line,
  }))
  writeFileSync(values.out, JSON.stringify(told, null, 1))
}
