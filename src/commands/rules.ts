/** `kvitter rules`: is the rule file right, and does it do what its tests say? */
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { failureLines, runRuleTest } from '#src/rule-tests/run.ts'
import type { TellDecision, TestRun } from '#src/rule-tests/run.ts'
import { parseTestFile, ruleFilesIn } from '#src/rule-tests/test-file.ts'
import type { ParsedTestFile } from '#src/rule-tests/test-file.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import { faultLine } from '#src/stations/fault-line.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { explainDecision } from '#src/wording/decision-text.ts'
import { POST_TEMPLATES } from '#src/wording/post-text.ts'
import type { Env } from '../config.ts'
import type { CommandResult } from './codec.ts'
import { testFromJournal } from './test-from-journal.ts'

const USAGE = [
  'usage: kvitter rules check DIR|FILE',
  '       kvitter rules test  DIR|FILE... [--filter TEXT]',
  '       kvitter rules test  --from-journal SPAN --station ID [--data DIR] [--rules FILE] [--out FILE]',
  '',
  'check tells every fault of a rule file, and what works and is probably not meant.',
  'test plays the tests of a town (rules.test.yaml) or of the files named, and tells what they expected,',
  'what happened, and why. How to write them: docs/RULE-TESTS.md.',
  '',
  '  --filter TEXT        only tests with this in their name',
  '',
  '  --from-journal SPAN  writes a test from what really happened instead: 2026-05-05, 2026-05-05/06 (both',
  '                       days whole), or from one time to another, 2026-05-05T08:00/2026-05-05T12:00',
  '  --station ID         at this station, such as 1490-064 or 064',
  '  --data DIR           where the database lives [./data, or KVITTER_DATA]',
  '  --rules FILE         for these rules [those that held last]',
  '  --out FILE           into a new file [to the screen]',
  '',
  'Exit codes: 0 all is well, 1 a test failed, 2 a file has faults.',
].join('\n')

/** The tests that stand beside a town's rules. */
export const TEST_FILE = 'rules.test.yaml'

export async function rulesCommand(args: readonly string[], env: Env): Promise<CommandResult> {
  const [what, ...rest] = args
  if (what === '--help' || what === '-h') return { code: 0, text: USAGE }
  if (what !== 'check' && what !== 'test') return { code: 2, text: USAGE }
  const text = { type: 'string' } as const
  let parsed
  try {
    parsed = parseArgs({
      args: rest,
      allowPositionals: true,
      options: {
        filter: text,
        'from-journal': text,
        station: text,
        data: text,
        rules: text,
        out: text,
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const { values, positionals } = parsed
  if (values.help) return { code: 0, text: USAGE }
  const { 'from-journal': span, station, data, rules, out } = values
  if (span !== undefined) {
    if (what === 'check' || station === undefined || positionals.length > 0) {
      return { code: 2, text: USAGE }
    }
    return testFromJournal({ span, station, data, rules, out }, env)
  }
  if (positionals.length === 0) return { code: 2, text: USAGE }
  return what === 'check' ? checkRules(positionals) : testRules(positionals, values.filter)
}

async function checkRules(paths: readonly string[]): Promise<CommandResult> {
  const faults: string[] = []
  const words: string[] = []
  for (const path of paths) {
    const file = await fileIn(path, 'rules.yaml')
    const text = await readText(file)
    if (typeof text !== 'string') {
      faults.push(`${file}: ${text.unreadable}`)
      continue
    }
    const parsed = parseRuleFile(text, file, POST_TEMPLATES)
    if (parsed.kind === 'faulty') {
      faults.push(...parsed.faults.map(faultLine))
      continue
    }
    words.push(...parsed.warnings.map((warning) => `warning: ${faultLine(warning)}`))
    const { rules } = parsed.book
    words.push(`${file}: ${counted(rules.length, 'rule')}. No faults.`)
    if (file !== path) faults.push(...(await testFaults(path)))
  }
  return faults.length > 0
    ? { code: 2, text: [...faults, ...words].join('\n') }
    : { code: 0, text: words.join('\n') }
}

/** Every fault of a town's tests, a line each; none where it has no tests. */
export async function testFaults(folder: string): Promise<readonly string[]> {
  const file = join(folder, TEST_FILE)
  const text = await readText(file)
  if (typeof text !== 'string') {
    return text.unreadable === NOT_THERE ? [] : [`${file}: ${text.unreadable}`]
  }
  const parsed = await parseTests(file, text)
  return parsed.kind === 'faulty' ? parsed.faults.map(faultLine) : []
}

async function testRules(
  paths: readonly string[],
  filter: string | undefined,
): Promise<CommandResult> {
  const faults: string[] = []
  const lines: string[] = []
  let passed = 0
  let failed = 0
  for (const path of paths) {
    const file = await fileIn(path, TEST_FILE)
    const text = await readText(file)
    const parsed = typeof text === 'string' ? await parseTests(file, text) : undefined
    if (parsed?.kind !== 'ok') {
      const unread = typeof text === 'string' ? [] : [`${file}: ${text.unreadable}`]
      faults.push(...unread, ...(parsed?.faults.map(faultLine) ?? []))
      continue
    }
    const wanted = parsed.tests.filter(({ name }) => filter === undefined || name.includes(filter))
    lines.push(file)
    for (const test of wanted) {
      const run = runRuleTest(test)
      if (run.failures.length === 0) passed++
      else failed++
      lines.push(...runLines(run))
    }
  }
  if (faults.length > 0) return { code: 2, text: [...lines, ...faults].join('\n') }
  const total = passed + failed
  if (total === 0) {
    return { code: 2, text: `No test has "${filter}" in its name; leave --filter out to run all.` }
  }
  const sum = `${counted(total, 'test')}, ${passed} passed, ${failed} failed.`
  return { code: failed > 0 ? 1 : 0, text: [...lines, '', sum].join('\n') }
}

function runLines(run: TestRun): readonly string[] {
  const isGood = run.failures.length === 0
  return [
    `  ${isGood ? 'ok    ' : 'FAILED'}  ${run.test.name}`,
    ...run.failures.flatMap((failure) =>
      failureLines(failure, run, inWords).map((line) => `          ${line}`),
    ),
  ]
}

const inWords: TellDecision = (decision, town) => explainDecision(decision, indexTown(town), 'en')

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

async function parseTests(file: string, text: string): Promise<ParsedTestFile> {
  const pathOf = (name: string) => join(dirname(file), name)
  const names = ruleFilesIn(text)
  const texts = await Promise.all(names.map((name) => readText(pathOf(name))))
  const ruleFiles = new Map(names.map((name, i) => [name, texts[i]!]))
  return parseTestFile(text, { fileName: file, ruleFiles, pathOf })
}

/** A folder stands for the file of that name in it. */
async function fileIn(path: string, name: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  return isFolder ? join(path, name) : path
}

const NOT_THERE = 'there is no such file'

async function readText(file: string): Promise<string | { readonly unreadable: string }> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return {
      unreadable: code === 'ENOENT' ? NOT_THERE : `can't be read (${code ?? String(error)})`,
    }
  }
}
