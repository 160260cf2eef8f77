/** Writes a rule test from what really happened, so that a wrong post becomes a test. */
import { Document } from 'yaml'

import type { DecidedPost } from '#src/rules/decision.ts'
import type { Fault } from '#src/rules/rule-faults.ts'
import { DAY, MINUTE, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { draftTest } from './draft.ts'
import type { Draft, SeriesDraft } from './draft.ts'
import type { Closeness, Happened, Plain } from './happened.ts'
import type { RuleTest } from './rule-test.ts'
import { runRuleTest } from './run.ts'
import { parseTestFile } from './test-file.ts'
import { writeStart, writeWall } from './times.ts'

export interface TestOrder {
  readonly name: string
  /** The rule file as the test is to name it, and its text. */
  readonly rules: { readonly file: string; readonly text: string }
  /** What it is about begins here; what lies before only brings the rules to where they stood. */
  readonly from: EpochMs
  readonly until: EpochMs
}

export type WrittenTest =
  | {
      readonly kind: 'written'
      /** A whole file. It passes when it is run. */
      readonly text: string
      /** Where the station really said something else: the rules were others, or other stations had their say. */
      readonly differences: readonly string[]
    }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }

/** From the most readable to what keeps every digit. */
const ATTEMPTS: readonly Closeness[] = [
  { decimals: 0, isRegular: true },
  { decimals: 1, isRegular: true },
  { decimals: undefined, isRegular: false },
]

/** So long before its time a test begins, at first; more where an episode was older than that. */
const BEFORE_MS = [DAY, 3 * DAY, 7 * DAY] as const

/** So much of what was before is of use. */
export const MOST_BEFORE_MS = 7 * DAY

/**
 * The first attempt that makes the station say what it really said in that time. Where none does, the
 * one with the fewest differences, which are told; it expects what it says itself.
 */
export function writeTest(happened: Happened, order: TestOrder): WrittenTest {
  let best: Attempt | undefined
  for (const closeness of ATTEMPTS) {
    for (const part of partsOf(happened, order)) {
      const draft = draftTest(part, closeness)
      const played = playDraft(draft, part, order)
      if (played.kind === 'faulty') return played
      const differences = differencesOf(played, part, order)
      if (!best || differences.length < best.differences.length) {
        best = { happened: part, draft, ...played, differences }
      }
      if (differences.length === 0) return written(best, order)
    }
  }
  return written(best!, order)
}

/** What happened, from a day before its time on, from more, and from all that is known. */
function* partsOf(happened: Happened, { from }: TestOrder): Generator<Happened> {
  const { start, records, towns, posts } = happened
  for (const beforeMs of BEFORE_MS) {
    const at = Math.max(start.at, from - beforeMs) as EpochMs
    const now = towns.findLast((town) => town.at <= at) ?? towns[0]!
    yield {
      ...happened,
      start: { ...start, at },
      records: records.filter((record) => record.at >= at),
      towns: [{ at, town: now.town }, ...towns.filter((town) => town.at > at)],
      posts: posts.filter((post) => post.at >= at),
    }
    if (at === start.at) return
  }
}

interface Attempt {
  readonly happened: Happened
  readonly draft: Draft
  readonly test: RuleTest
  readonly posts: readonly DecidedPost[]
  readonly differences: readonly string[]
}

function playDraft(
  draft: Draft,
  happened: Happened,
  order: TestOrder,
):
  | { readonly kind: 'played'; readonly test: RuleTest; readonly posts: readonly DecidedPost[] }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] } {
  const { start } = happened
  const end = { at: writeWall(order.until, start), posts: [] }
  const text = fileText(draft, [end], [], happened, order)
  const parsed = parseTestFile(text, {
    fileName: 'the test',
    ruleFiles: new Map([[order.rules.file, order.rules.text]]),
    pathOf: (name) => name,
  })
  if (parsed.kind === 'faulty') return parsed
  const test = parsed.tests[0]!
  return { kind: 'played', test, posts: runRuleTest(test).posts }
}

/** A post so much earlier or later is the same post: readings were moved to their interval's places. */
const NEAR_MS = 30 * MINUTE

/** In the time that the test is about; what comes before only brings the rules to where they stood. */
function differencesOf(
  { test, posts }: Pick<Attempt, 'test' | 'posts'>,
  { station, start, posts: said }: Happened,
  { from }: TestOrder,
): readonly string[] {
  const own = posts.filter(({ stationId, at }) => stationId === station && at >= from)
  const really = said.filter(({ at }) => at >= from)
  const tell = (post: DecidedPost) =>
    `${writeWall(post.at, start)} ${post.kind} ${itemsOf(post, test).join(', ')}`
  const isSame = (a: DecidedPost, b: DecidedPost) =>
    a.kind === b.kind &&
    Math.abs(a.at - b.at) <= NEAR_MS &&
    itemsOf(a, test).join() === itemsOf(b, test).join()
  if (own.length === really.length && own.every((post, i) => isSame(post, really[i]!))) return []
  return [
    ...really
      .filter((post) => !own.some((other) => isSame(post, other)))
      .map((post) => `really said: ${tell(post)}`),
    ...own
      .filter((post) => !really.some((other) => isSame(post, other)))
      .map((post) => `said in this test: ${tell(post)}`),
  ]
}

function itemsOf(post: DecidedPost, { nameOf }: RuleTest): readonly string[] {
  return post.items.map(({ ruleId, subject }) => `${ruleId}/${nameOf(subject)}`)
}

function written(
  { happened, draft, test, posts, differences }: Attempt,
  order: TestOrder,
): WrittenTest {
  const { start } = happened
  const expectations: Plain[] = []
  let told = 0
  for (const at of momentsOf(happened, order)) {
    const until = posts.findIndex((post) => post.at > at)
    const next = until < 0 ? posts.length : until
    const since = posts.slice(told, next).map((post) => tellPost(post, posts, test, happened))
    expectations.push({ at: writeWall(at, start), posts: since })
    told = next
  }
  const comments = differences.map((difference) => `This differs. ${difference}`)
  return {
    kind: 'written',
    text: fileText(draft, expectations, comments, happened, order),
    differences,
  }
}

/** When the test looks: where its time begins, each midnight, and at the end. */
function momentsOf({ start }: Happened, { from, until }: TestOrder): readonly EpochMs[] {
  const moments: EpochMs[] = from > start.at ? [from] : []
  let day = Temporal.Instant.fromEpochMilliseconds(from)
    .toZonedDateTimeISO(start.timeZone)
    .toPlainDate()
  for (let i = 0; i * DAY < until - from + DAY; i++) {
    day = day.add({ days: 1 })
    const midnight = day.toZonedDateTime({ timeZone: start.timeZone }).epochMilliseconds
    if (midnight > from && midnight < until) moments.push(plus(0 as EpochMs, midnight))
  }
  return [...moments, until]
}

function tellPost(
  post: DecidedPost,
  posts: readonly DecidedPost[],
  test: RuleTest,
  { start }: Happened,
): Plain {
  const { stationId, areaId, kind, audience, items, replyTo, corrects } = post
  const numberOf = (key: string | undefined) => posts.findIndex((other) => other.key === key) + 1
  const reply = numberOf(replyTo)
  const corrected = numberOf(corrects)
  return {
    ...(stationId !== undefined && { station: test.nameOf(stationId) }),
    ...(areaId !== undefined && { area: areaId }),
    rules: [...new Set(items.map(({ ruleId }) => ruleId))],
    at: writeWall((post.at - (post.at % 1000)) as EpochMs, start),
    ...(kind !== 'open' && { kind }),
    ...(audience !== 'public' && { audience }),
    items: itemsOf(post, test),
    ...(reply > 0 && { reply }),
    ...(corrected > 0 && { corrects: corrected }),
  }
}

/** The whole file, a line for each event and each post. */
function fileText(
  { stations, series, events }: Draft,
  expectations: readonly Plain[],
  comments: readonly string[],
  { start }: Happened,
  { name, rules }: TestOrder,
): string {
  const listed = (key: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`    ${key}:`, ...items.map((item) => `      - ${item}`)]
  return [
    `rule_files: ${flow([rules.file])}`,
    'tests:',
    ...comments.map((comment) => `  # ${comment}`),
    `  - name: ${flow(name)}`,
    `    start: ${flow(writeStart(start))}`,
    `    stations: ${flow(stations)}`,
    ...(series.length === 0 ? [] : ['    series:', ...series.flatMap(seriesLines)]),
    ...listed('events', events.map(flow)),
    '    expect:',
    ...expectations.flatMap(expectationLines),
    '',
  ].join('\n')
}

function flow(value: Plain): string {
  const document = new Document(value)
  const style = { collectionStyle: 'flow', lineWidth: 0, singleQuote: true } as const
  return document.toString(style).trimEnd()
}

const WIDTH = 100

function seriesLines({ fill, ...head }: SeriesDraft): readonly string[] {
  const first = flow({ ...head, fill })
  if (first.length < WIDTH) return [`      - ${first}`]
  const lines: string[] = []
  for (const item of fill.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + item.length < WIDTH - 12) {
      lines[lines.length - 1] = `${line} ${item}`
    } else lines.push(item)
  }
  const keys = Object.entries(head).map(([key, value]) => `        ${key}: ${flow(value)}`)
  return [
    keys[0]!.replace('        ', '      - '),
    ...keys.slice(1),
    ...(lines.length === 1
      ? [`        fill: ${flow(fill)}`]
      : ['        fill: >-', ...lines.map((line) => `          ${line}`)]),
  ]
}

function expectationLines(expectation: Plain): readonly string[] {
  const { at, posts } = expectation as { readonly at: string; readonly posts: readonly Plain[] }
  if (posts.length === 0) return [`      - { at: ${flow(at)}, posts: [] }`]
  return [
    `      - at: ${flow(at)}`,
    '        posts:',
    ...posts.map((post) => `          - ${flow(post)}`),
  ]
}
