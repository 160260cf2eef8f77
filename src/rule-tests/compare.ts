/** Sets what happened against what was expected. */
import { blockingGate } from '#src/rules/decision.ts'
import type { ContainerStatus, DecidedPost, Decision, PostItem } from '#src/rules/decision.ts'
import { SECOND } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Expectation, ExpectedPost, Of, RuleTest } from './rule-test.ts'
import type { Ignored, Stage } from './stage.ts'
import type { NamedReason } from './test-shape.ts'
import { writeSpan } from './times.ts'
import { findMissing, reasonWords } from './why.ts'

/** An expectation that did not come true, told so that whoever writes rules can act. */
export interface Failure {
  readonly line: number
  readonly at: EpochMs
  /** `posts`, `state full/c1`. */
  readonly what: string
  readonly expected: readonly string[]
  readonly found: readonly string[]
  /** What differs, where the two lists are long. */
  readonly differences: readonly string[]
  /** What was decided meanwhile of what it is about. */
  readonly decisions: readonly Decision[]
}

/** What has happened since something was last looked at. */
export interface Since {
  readonly posts: readonly DecidedPost[]
  readonly decisions: readonly Decision[]
  readonly ignored: readonly Ignored[]
}

export function compare(
  expectation: Expectation,
  stage: Stage,
  since: Since,
  test: RuleTest,
): readonly Failure[] {
  return [
    ...comparePosts(expectation, stage, since, test),
    ...compareStates(expectation, stage),
    ...compareWhys(expectation, stage),
    ...compareDecisions(expectation, stage, since),
    ...compareStatuses(expectation, stage, test),
    ...compareIgnored(expectation, since),
  ]
}

/** So many of a subject's decisions are told with a failure. */
const TOLD_DECISIONS = 8

function decisionsOf(of: Of, stage: Stage): readonly Decision[] {
  return stage.decisions
    .filter(({ ruleId, subject }) => ruleId === of.ruleId && subject === of.subject)
    .slice(-TOLD_DECISIONS)
}

function comparePosts(
  { at, line, posts: expected }: Expectation,
  stage: Stage,
  since: Since,
  test: RuleTest,
): readonly Failure[] {
  if (!expected) return []
  const writer = { test, all: stage.posts }
  const pairs = Array.from({ length: Math.max(expected.length, since.posts.length) }, (_, i) => {
    return differencesOf(expected[i], since.posts[i], writer).map(
      (text) => `post ${i + 1}: ${text}`,
    )
  })
  const differences = pairs.flat()
  if (differences.length === 0) return []
  const firstOff = pairs.findIndex((texts) => texts.length > 0)
  const rules = new Set([
    ...expected.flatMap((post) => post.rules),
    ...since.posts.flatMap((post) => post.items.map(({ ruleId }) => ruleId)),
  ])
  return [
    {
      line: expected[firstOff]?.line ?? line,
      at,
      what: 'posts',
      expected: expected.map((post) => writeExpected(post, test)),
      found: since.posts.map((post) => writePost(post, writer)),
      differences: expected.length === since.posts.length ? differences : [],
      decisions: since.decisions
        .filter(({ ruleId }) => rules.size === 0 || rules.has(ruleId))
        .slice(-2 * TOLD_DECISIONS),
    },
  ]
}

/** What comes due when an age has passed its line does so a millisecond after it, and nobody means that. */
function toTheSecond(at: EpochMs): EpochMs {
  return (at - (at % SECOND)) as EpochMs
}

type Plain = string | number | boolean | undefined

interface Writer {
  readonly test: RuleTest
  /** Every post of the test so far; they go by their number. */
  readonly all: readonly DecidedPost[]
}

function differencesOf(
  expected: ExpectedPost | undefined,
  found: DecidedPost | undefined,
  { test, all }: Writer,
): readonly string[] {
  if (!expected) return ['was not expected']
  if (!found) return ['did not come']
  const numberOf = (key: string | undefined) =>
    key === undefined ? undefined : all.findIndex((post) => post.key === key) + 1
  const differences: string[] = []
  const check = (what: string, wanted: Plain, is: Plain) => {
    if (wanted !== is) differences.push(`${what} expected ${shown(wanted)}, was ${shown(is)}`)
  }
  check('station', name(expected.stationId, test), name(found.stationId, test))
  check('area', expected.areaId, found.areaId)
  check('rules', list(expected.rules), list(rulesOf(found)))
  check('at', span(toTheSecond(expected.at), test), span(toTheSecond(found.at), test))
  check('kind', expected.kind, found.kind)
  if (expected.audience) check('audience', expected.audience, found.audience)
  if (expected.items) {
    check('items', list(expected.items.map(({ text }) => text)), list(itemsOf(found, test)))
  }
  for (const { text, ruleId, subject } of expected.absent) {
    if (found.items.some((item) => item.ruleId === ruleId && item.subject === subject)) {
      differences.push(`${text} was not to be in it`)
    }
  }
  if (expected.reply !== undefined) {
    check('reply', expected.reply, numberOf(found.replyTo) ?? false)
  }
  if (expected.corrects !== undefined) {
    check('corrects', expected.corrects, numberOf(found.corrects))
  }
  for (const [key, wanted] of Object.entries(expected.says ?? {})) {
    check(`says.${key}`, told(key, wanted, test), told(key, saysOf(found.items[0]!)[key], test))
  }
  return differences
}

function shown(value: Plain): string {
  return value === undefined ? 'none' : String(value)
}

function name(id: string | undefined, test: RuleTest): string | undefined {
  return id === undefined ? undefined : test.nameOf(id)
}

function list(items: readonly string[]): string {
  return `[${items.join(', ')}]`
}

function span(at: EpochMs, { start }: RuleTest): string {
  return writeSpan(at - start.at)
}

const TIMES: ReadonlySet<string> = new Set(['next_emptying', 'full_at', 'first_stop'])

function told(key: string, value: Plain, test: RuleTest): Plain {
  return TIMES.has(key) && typeof value === 'number' ? span(value as EpochMs, test) : value
}

/** What the first item of a post says, by the words of the test file. */
function saysOf(item: PostItem): Readonly<Record<string, string | number | boolean | undefined>> {
  return {
    fill: item.fillPercent,
    source: item.source,
    nearest: item.alternative?.name,
    next_emptying: item.nextEmptyingAt,
    passed_by: item.passedBy ?? false,
    full_at: item.fullAt,
    full: item.fullContainers,
    containers: item.containers,
    stations_full: item.stationsFull,
    stations: item.stations,
    first_stop: item.firstStopAt,
    free_slots: item.freeSlots,
  }
}

/** Each rule once, in the order in which the post names them. */
function rulesOf(post: DecidedPost): readonly string[] {
  return [...new Set(post.items.map(({ ruleId }) => ruleId))]
}

function itemsOf(post: DecidedPost, test: RuleTest): readonly string[] {
  return post.items.map(({ ruleId, subject }) => `${ruleId}/${test.nameOf(subject)}`)
}

/** As the test file would expect it. */
function writePost(post: DecidedPost, { test, all }: Writer): string {
  const reply = all.findIndex(({ key }) => key === post.replyTo) + 1
  const corrects = all.findIndex(({ key }) => key === post.corrects) + 1
  return flow({
    station: name(post.stationId, test),
    area: post.areaId,
    rules: list(rulesOf(post)),
    at: span(toTheSecond(post.at), test),
    kind: post.kind === 'open' ? undefined : post.kind,
    audience: post.audience === 'public' ? undefined : post.audience,
    items: list(itemsOf(post, test)),
    reply: reply || undefined,
    corrects: corrects || undefined,
  })
}

function writeExpected(post: ExpectedPost, test: RuleTest): string {
  const says = Object.entries(post.says ?? {}).map(
    ([key, value]) => [key, told(key, value, test)] as const,
  )
  return flow({
    station: name(post.stationId, test),
    area: post.areaId,
    rules: list(post.rules),
    at: span(post.at, test),
    kind: post.kind === 'open' ? undefined : post.kind,
    audience: post.audience,
    items: post.items && list(post.items.map(({ text }) => text)),
    absent: post.absent.length > 0 ? list(post.absent.map(({ text }) => text)) : undefined,
    reply: post.reply,
    corrects: post.corrects,
    says: says.length > 0 ? flow(Object.fromEntries(says)) : undefined,
  })
}

function flow(fields: Readonly<Record<string, Plain>>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return `{ ${given.map(([key, value]) => `${key}: ${String(value)}`).join(', ')} }`
}

function compareStates({ at, states }: Expectation, stage: Stage): readonly Failure[] {
  return states.flatMap((wanted): readonly Failure[] => {
    const is = stage.state(wanted)
    if (is === wanted.state) return []
    return [
      {
        line: wanted.line,
        at,
        what: `state of ${wanted.text}`,
        expected: [wanted.state.toUpperCase()],
        found: [is.toUpperCase()],
        differences: [],
        decisions: decisionsOf(wanted, stage),
      },
    ]
  })
}

/** The newest decision says why a subject stands as it does. */
function compareWhys({ at, whys }: Expectation, stage: Stage): readonly Failure[] {
  return whys.flatMap((wanted): readonly Failure[] => {
    const decisions = decisionsOf(wanted, stage)
    const newest = decisions.at(-1)
    const missing = newest ? findMissing(wanted.parts, newest) : wanted.parts
    if (missing.length === 0) return []
    return [
      {
        line: wanted.line,
        at,
        what: `why of ${wanted.text}`,
        expected: missing,
        found: newest ? reasonWords(newest) : [],
        differences: [],
        decisions,
      },
    ]
  })
}

/** In that order, among others; an empty list means that nothing was decided. */
function compareDecisions(
  { at, decisions }: Expectation,
  stage: Stage,
  since: Since,
): readonly Failure[] {
  return decisions.flatMap((wanted): readonly Failure[] => {
    const made = since.decisions.filter(
      ({ ruleId, subject }) => ruleId === wanted.ruleId && subject === wanted.subject,
    )
    if (wanted.reasons.length === 0 ? made.length === 0 : holds(made, wanted.reasons)) return []
    return [
      {
        line: wanted.line,
        at,
        what: `decisions on ${wanted.text}`,
        expected: wanted.reasons.map(writeReason),
        found: made.map((decision) => writeReason(reasonOf(decision))),
        differences: [],
        decisions: made.length > 0 ? made.slice(-TOLD_DECISIONS) : decisionsOf(wanted, stage),
      },
    ]
  })
}

function holds(made: readonly Decision[], wanted: readonly NamedReason[]): boolean {
  let next = 0
  for (const decision of made) {
    const reason = wanted[next]
    if (!reason) break
    const is = reasonOf(decision)
    const isIt = is.because === reason.because && (!reason.gate || reason.gate === is.gate)
    if (isIt) next++
  }
  return next === wanted.length
}

function reasonOf(decision: Decision): NamedReason {
  return { because: decision.because, gate: blockingGate(decision.gates)?.gate }
}

function writeReason({ because, gate }: NamedReason): string {
  return gate === undefined ? because : `${because} ${gate}`
}

function compareStatuses(
  { at, statuses }: Expectation,
  stage: Stage,
  { nameOf }: RuleTest,
): readonly Failure[] {
  return statuses.flatMap(({ line, name, containerId, status }): readonly Failure[] => {
    const is = stage.status(containerId)
    const keys = Object.keys(status) as (keyof ContainerStatus)[]
    if (keys.every((key) => status[key] === is[key])) return []
    return [
      {
        line,
        at,
        what: `status of ${name}`,
        expected: [writeStatus(status)],
        found: [writeStatus(is)],
        differences: [],
        decisions: stage.decisions
          .filter(({ subject }) => nameOf(subject) === nameOf(containerId))
          .slice(-TOLD_DECISIONS),
      },
    ]
  })
}

function writeStatus({ word, fillPercent, source, fault }: Partial<ContainerStatus>): string {
  return flow({ word, fill: fillPercent, source, fault })
}

/** Exactly these, in that order. */
function compareIgnored({ at, ignored }: Expectation, since: Since): readonly Failure[] {
  return ignored.flatMap(({ line, about, reasons }): readonly Failure[] => {
    const is = since.ignored.filter((one) => one.about === about).map(({ because }) => because)
    if (list(is) === list(reasons)) return []
    return [
      {
        line,
        at,
        what: `what was ignored of ${about}`,
        expected: reasons,
        found: is,
        differences: [],
        decisions: [],
      },
    ]
  })
}
