/** Reads `rules.test.yaml`: text in, tests that can be played or every fault at once. */
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'

import { suggestName, wordIssue } from '#src/rules/rule-faults.ts'
import type { Fault, Path } from '#src/rules/rule-faults.ts'
import type { Per, RuleBook } from '#src/rules/rule-book.ts'
import { inOrder, readYaml } from '#src/rules/yaml-text.ts'
import type { YamlText } from '#src/rules/yaml-text.ts'
import { fieldName } from '#src/stations/town-faults.ts'
import { castOf } from './cast.ts'
import type { Tell } from './cast.ts'
import { readExpectation } from './expectations.ts'
import { absences, seriesCues, toldBy, townCues } from './happenings.ts'
import type { Away, Scene } from './happenings.ts'
import { editRules, openShelf } from './rule-edits.ts'
import type { RuleShelf, RuleText } from './rule-edits.ts'
import type { Cue, RuleTest } from './rule-test.ts'
import { KINDS, TEST_WORDS, testFileShape } from './test-shape.ts'
import type { TestShape } from './test-shape.ts'
import { townAtStart } from './test-town.ts'
import { resolveWhen } from './times.ts'

export type ParsedTestFile =
  | { readonly kind: 'ok'; readonly tests: readonly RuleTest[] }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }

/** What a test file is read with. */
export interface TestFileNeeds {
  /** For the faults. */
  readonly fileName: string
  /** The rule files that it names (`ruleFilesIn`), or why one can't be read. */
  readonly ruleFiles: ReadonlyMap<string, string | { readonly unreadable: string }>
  /** How a rule file is told of to a person. */
  readonly pathOf: (ruleFile: string) => string
}

/** The rule files that a test file names, as it writes them; those that can be made out, whatever else is wrong. */
export function ruleFilesIn(text: string): readonly string[] {
  const document = parseDocument(text, { version: '1.2' })
  const names = new Set<string>()
  const add = (value: unknown) => {
    if (typeof value === 'string') names.add(value)
  }
  const files = document.get('rule_files')
  if (isSeq(files)) for (const item of files.items) if (isScalar(item)) add(item.value)
  const tests = document.get('tests')
  for (const test of isSeq(tests) ? tests.items : []) {
    const events = isMap(test) ? test.get('events') : undefined
    for (const event of isSeq(events) ? events.items : []) {
      if (isMap(event)) add(event.getIn(['rules_edited', 'file']))
    }
  }
  return [...names]
}

/** Faults name file, line, field and fix: of the shape, of names that do not meet, and of the rule files. */
export function parseTestFile(text: string, needs: TestFileNeeds): ParsedTestFile {
  const read = readYaml(text, needs.fileName, 'a file of rule tests')
  if (read.kind === 'faulty') return read
  const { yaml } = read
  const faults: Fault[] = []
  const tell: Tell = (path, message) => {
    faults.push({ ...yaml.placeOf(path), field: fieldName(path), message })
  }
  const { raw } = yaml
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    tell([], 'expected a file of rule tests with rule_files and tests')
    return { kind: 'faulty', faults }
  }
  const shaped = testFileShape.safeParse(raw)
  if (!shaped.success) {
    for (const issue of shaped.error.issues) {
      for (const { path, message } of wordIssue(issue, raw, TEST_WORDS)) tell(path, message)
    }
    return { kind: 'faulty', faults: inOrder(faults) }
  }
  const { rule_files, tests } = shaped.data
  const shelf = openShelf(needs.ruleFiles, needs.pathOf, tell)
  const rules = shelf.find(rule_files[0]!, ['rule_files', 0])
  checkTestNames(tests, tell)
  const readable = !rules
    ? []
    : tests.map((test, i) =>
        readTest(test, ['tests', i], { file: needs.fileName, rules, shelf, yaml, tell }),
      )
  const all = [...shelf.faults, ...inOrder(faults)]
  return all.length > 0 ? { kind: 'faulty', faults: all } : { kind: 'ok', tests: readable }
}

function checkTestNames(tests: readonly TestShape[], tell: Tell): void {
  const names = tests.map(({ name }) => name)
  names.forEach((name, i) => {
    const first = names.indexOf(name)
    if (first < i)
      tell(['tests', i, 'name'], `is the name of tests[${first}] too; give each its own`)
  })
}

interface Desk {
  readonly file: string
  readonly rules: RuleText
  readonly shelf: RuleShelf
  readonly yaml: YamlText
  readonly tell: Tell
}

function readTest(test: TestShape, path: Path, desk: Desk): RuleTest {
  const { file, rules, yaml, tell } = desk
  const { name, start } = test
  const cast = castOf(test, tell)
  const lineOf = (path: Path) => yaml.placeOf(path).line
  const away = absences(test, path, tell)
  const scenes = test.events.map((event, i): Scene => {
    const at = resolveWhen(event.at, start)
    const instantOf: Scene['instantOf'] = (when) => resolveWhen(when, start)
    return { event, at, path: [...path, 'events', i], cast, tell, instantOf }
  })
  for (const { event, at, path } of scenes) {
    const given = KINDS.filter((kind) => event[kind] !== undefined)
    if (given.length === 0)
      tell(path, `says only when; expected what happened: ${KINDS.join(', ')}`)
    if (given.length > 1) tell(path, `says ${given.join(' and ')}; give each its own line`)
    if (at < start.at) tell([...path, 'at'], 'is before the test starts')
    if (!event.down && isAway(at, away)) {
      tell([...path, 'at'], 'Kvitter is down then, so nothing can reach it')
    }
  }
  const edits = ruleCues(scenes, desk)
  const perById = new Map<string, Per>()
  for (const book of [rules.book, ...edits.books]) {
    for (const rule of book.rules) perById.set(rule.id, rule.per)
  }
  for (const { event, path } of scenes) {
    const ruleId = event.silence?.rule
    if (ruleId === undefined || perById.has(ruleId)) continue
    const complaint = `"${ruleId}" is no rule`
    tell([...path, 'silence', 'rule'], suggestName(complaint, ruleId, [...perById.keys()]))
  }
  const expectations = test.expect.map((shape, i) =>
    readExpectation(shape, [...path, 'expect', i], { cast, start, rules: perById, tell, lineOf }),
  )
  expectations.forEach(({ at }, i) => {
    const field: Path = [...path, 'expect', i, 'at']
    if (at < (expectations[i - 1]?.at ?? start.at)) {
      tell(field, i === 0 ? 'is before the test starts' : 'is before the one above; order by time')
    }
    if (isAway(at, away)) tell(field, 'Kvitter is down then, so there is nothing to see')
  })
  const cues: readonly Cue[] = [
    ...away.flatMap(({ from, until }): readonly Cue[] => [
      { kind: 'down', at: from },
      { kind: 'up', at: until },
    ]),
    ...seriesCues(test, path, cast, away),
    ...edits.cues,
    ...townCues(test, scenes),
    ...scenes.flatMap((scene) => [...toldBy(scene), ...otherCues(scene)]),
  ]
  return {
    name,
    file,
    line: lineOf([...path, 'name']),
    start,
    book: rules.book,
    town: townAtStart(test),
    cues: cues.toSorted((a, b) => a.at - b.at),
    expectations,
    nameOf: cast.nameOf,
  }
}

function isAway(at: number, away: readonly Away[]): boolean {
  return away.some(({ from, until }) => at >= from && at < until)
}

function otherCues({ event: { post_corrected, clock_step }, at }: Scene): readonly Cue[] {
  return [
    ...(post_corrected ? [{ kind: 'post-corrected', at, post: post_corrected.post } as const] : []),
    ...(clock_step ? [{ kind: 'clock-step', at, byMs: clock_step.by } as const] : []),
  ]
}

/** The rules after each edit, in order of time: each edit is made of what the one before left. */
function ruleCues(
  scenes: readonly Scene[],
  { rules, shelf, tell }: Desk,
): { readonly cues: readonly Cue[]; readonly books: readonly RuleBook[] } {
  const cues: Cue[] = []
  const books: RuleBook[] = []
  let current = rules
  for (const { event, at, path } of scenes.toSorted((a, b) => a.at - b.at)) {
    if (!event.rules_edited) continue
    const edited = editRules(current, event.rules_edited, [...path, 'rules_edited'], shelf, tell)
    if (!edited) continue
    current = edited
    books.push(edited.book)
    cues.push({ kind: 'rules', at, book: edited.book })
  }
  return { cues, books }
}
