/** A question to the past and its answer, as plain data: it travels between processes and over HTTP. */
import type { DecidedPost, Decision } from '#src/rules/decision.ts'
import type { LogDifference } from '#src/rules/decision-log.ts'
import { comparePosts, type Said, saidIn, type SpanLog } from '#src/rules/post-changes.ts'
import { parseRuleFile, type Fault, type RuleBook } from '#src/rules/rule-file.ts'
import { isoOrNull, isoText } from '#src/stations/time.ts'
import { indexTown, type TownIndex } from '#src/stations/town-index.ts'
import { type JournalReader, type JournalSpan, NoReplay } from '#src/store/journal-reader.ts'
import { POST_TEMPLATES } from '#src/wording/post-text.ts'
import { play, verify } from './run.ts'
import { type TrialAnswer, type TrialSpan, tryRules } from './trial.ts'
import { decisionTexts, postTexts, type Texts } from './words.ts'
import { type TestAnswer, testFrom } from './written-test.ts'

/** A rule file by its text; the name is for its faults. */
export interface RuleText {
  readonly name: string
  readonly text: string
}

export type ReplayQuestion =
  /** Do the records still give the decisions that were made? */
  | { readonly kind: 'verify'; readonly span: JournalSpan }
  /** What would have been said; under the rules that held where none are given. */
  | { readonly kind: 'play'; readonly span: JournalSpan; readonly rules?: RuleText }
  /** What would change; against what happened where nothing is given. */
  | {
      readonly kind: 'diff'
      readonly span: JournalSpan
      readonly rules: RuleText
      readonly against?: RuleText
    }
  /** How one station would have gone, beside how it goes by the rules that hold where nothing is given. */
  | {
      readonly kind: 'try'
      readonly span: TrialSpan
      readonly rules: RuleText
      readonly against?: RuleText
    }
  /** What happened at one station, as a rule test for these rules. */
  | { readonly kind: 'write-test'; readonly span: TrialSpan; readonly rules: RuleText }

/** One thing said, for people. */
export interface SaidRow {
  readonly at: string
  readonly stationId: string | null
  readonly station: string | null
  readonly areaId: string | null
  readonly ruleId: string
  readonly subject: string
  readonly kind: DecidedPost['kind']
  readonly post: string
  readonly episode: string
  /** The whole post, which may say more than this. */
  readonly texts: Texts | null
  readonly why: ReasonRow | null
}

/** A decision in a word and a sentence. */
export interface ReasonRow {
  readonly at: string
  readonly because: Decision['because']
  readonly texts: Texts
}

export interface ChangeRow {
  readonly change: 'added' | 'gone' | 'moved'
  readonly was: SaidRow | null
  readonly now: SaidRow | null
  /** Of what is said on one side alone: what was decided on the other; null where it never came up. */
  readonly whyNot: ReasonRow | null
}

export interface DifferenceRow {
  readonly difference: LogDifference['kind']
  /** The number of the decision that was kept. */
  readonly id: number | null
  readonly was: DecisionRow | null
  readonly now: DecisionRow | null
}

/** A decision as it is kept. */
export type DecisionRow = Readonly<Record<string, unknown>> &
  Pick<Decision, 'at' | 'ruleId' | 'subject'>

export type ReplayAnswer =
  | {
      readonly kind: 'verified'
      /** Where the replay set out; null at the journal's beginning. */
      readonly since: string | null
      readonly records: number
      readonly same: number
      readonly differences: number
      /** The first of them. */
      readonly first: readonly DifferenceRow[]
    }
  | {
      readonly kind: 'played'
      readonly records: number
      readonly decisions: number
      readonly posts: number
      readonly said: readonly SaidRow[]
      /** What was said and isn't listed, since there is too much of it. */
      readonly more: number
    }
  | {
      readonly kind: 'compared'
      readonly records: number
      readonly same: number
      readonly added: number
      readonly gone: number
      readonly moved: number
      readonly changes: readonly ChangeRow[]
      readonly more: number
    }
  | TrialAnswer
  | TestAnswer
  /** The rule files' faults, all of them; nothing was played. */
  | { readonly kind: 'faulty'; readonly faults: FaultsOfFiles }
  /** Only the files were looked at. */
  | { readonly kind: 'checked'; readonly files: readonly CheckedFile[] }

/** What there is to say of a rule file by itself. */
export interface CheckedFile {
  readonly of: 'rules' | 'against'
  /** How many there are; 0 where it has faults. */
  readonly rules: number
  readonly hash: string | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

export type FaultsOfFiles = readonly (Fault & { readonly of: 'rules' | 'against' })[]

/** Rows listed at most; the rest is counted. */
const MOST_ROWS = 1000

/** The rule files in question, each by its side. */
export function filesOf(question: ReplayQuestion): readonly (readonly [Side, RuleText])[] {
  if (question.kind === 'verify') return []
  const { rules } = question
  const against = 'against' in question ? question.against : undefined
  return [
    ...(rules ? [['rules', rules] as const] : []),
    ...(against ? [['against', against] as const] : []),
  ]
}

/** Each rule file in question by itself. */
export function checkFiles(question: ReplayQuestion): readonly CheckedFile[] {
  return filesOf(question).map(([of, { text, name }]) => {
    const parsed = parseRuleFile(text, name, POST_TEMPLATES)
    if (parsed.kind !== 'ok') {
      return { of, rules: 0, hash: null, faults: parsed.faults, warnings: [] }
    }
    const { book, warnings } = parsed
    return { of, rules: book.rules.length, hash: book.hash, faults: [], warnings }
  })
}

/** Every fault of the rule files in question. */
export function findFaults(question: ReplayQuestion): FaultsOfFiles {
  const read = readRules(filesOf(question))
  return 'faults' in read ? read.faults : []
}

export async function answer(
  reader: JournalReader,
  question: ReplayQuestion,
  onProgress?: (share: number) => void,
): Promise<ReplayAnswer> {
  const { span } = question
  const parts = (from: number, to: number) => ({
    reader,
    span,
    ...(onProgress && { onProgress: (share: number) => onProgress(from + share * (to - from)) }),
  })
  switch (question.kind) {
    case 'verify':
      return verifiedAnswer(await verify(parts(0, 1)))
    case 'play': {
      const read = readRules(filesOf(question))
      if ('faults' in read) return { kind: 'faulty', faults: read.faults }
      const played = await play(parts(0, 1), read.books.rules)
      return playedAnswer(played, tellerOf(reader))
    }
    case 'diff': {
      const read = readRules(filesOf(question))
      if ('faults' in read) return { kind: 'faulty', faults: read.faults }
      const { rules, against } = read.books
      // A station played by itself is set against itself: else the others' share of the budget would show.
      const isRead = against === undefined && span.stationId === undefined
      const was = isRead ? await readLog(reader, span) : await play(parts(0, 0.5), against)
      const now = await play(parts(isRead ? 0 : 0.5, 1), rules)
      return comparedAnswer(was, now, now.records, tellerOf(reader))
    }
    case 'try': {
      const against = question.against ?? newestRules(reader)
      const read = readRules(filesOf({ ...question, against }))
      if ('faults' in read) return { kind: 'faulty', faults: read.faults }
      const { rules, against: inForce } = read.books
      return tryRules(reader, question.span, { rules: rules!, against: inForce! }, onProgress)
    }
    case 'write-test':
      return testFrom(reader, question.span, question.rules.text)
  }
}

function newestRules(reader: JournalReader): RuleText {
  const text = reader.newestRules()
  if (text === undefined) throw new NoReplay('The journal does not say what the rules were.')
  return { name: 'against', text }
}

/** What was decided and said, as it was kept. */
async function readLog(reader: JournalReader, span: JournalSpan): Promise<SpanLog> {
  const decisions: Decision[] = []
  for await (const page of reader.decisions(span)) {
    for (const { text } of page) decisions.push(JSON.parse(text) as Decision)
  }
  return { decisions, posts: await reader.posts(span) }
}

type Side = 'rules' | 'against'

function readRules(files: ReturnType<typeof filesOf>) {
  const books: Partial<Record<Side, RuleBook>> = {}
  const faults: (Fault & { readonly of: Side })[] = []
  for (const [of, file] of files) {
    const parsed = parseRuleFile(file.text, file.name, POST_TEMPLATES)
    if (parsed.kind === 'ok') books[of] = parsed.book
    else faults.push(...parsed.faults.map((fault) => ({ ...fault, of })))
  }
  return faults.length > 0 ? { faults } : { books }
}

function verifiedAnswer({
  since,
  records,
  comparison,
}: Awaited<ReturnType<typeof verify>>): ReplayAnswer {
  const { same, unworded, differences, first } = comparison
  return {
    kind: 'verified',
    since: isoOrNull(since),
    records,
    same: same + unworded,
    differences,
    first: first.map((difference) => ({
      difference: difference.kind,
      id: 'was' in difference ? difference.was.id : null,
      was: 'was' in difference ? (JSON.parse(difference.was.text) as DecisionRow) : null,
      now: 'now' in difference ? { ...difference.now } : null,
    })),
  }
}

/** Puts things said and reasons into words, by the names of the town as it now is. */
interface Teller {
  row(said: Said, posts: ReadonlyMap<string, DecidedPost>): SaidRow
  reason(decision: Decision | undefined): ReasonRow | null
}

function tellerOf(reader: JournalReader): Teller {
  const town = reader.town()
  const index: TownIndex | undefined = town && indexTown(town)
  const worded = new Map<DecidedPost, SaidRow['texts']>()
  const textsOf = (post: DecidedPost): SaidRow['texts'] => {
    const known = worded.get(post)
    if (known !== undefined || !index) return known ?? null
    const texts = postTexts(post, index)
    worded.set(post, texts)
    return texts
  }
  const reason = (decision: Decision | undefined): ReasonRow | null =>
    decision && index
      ? {
          at: isoText(decision.at),
          because: decision.because,
          texts: decisionTexts(decision, index),
        }
      : null
  return {
    reason,
    row: ({ at, key, kind, stationId, areaId, item, why }, posts) => ({
      at: isoText(at),
      stationId: stationId ?? null,
      station: (stationId && index?.stations.get(stationId)?.name) ?? null,
      areaId: areaId ?? null,
      ruleId: item.ruleId,
      subject: item.subject,
      kind,
      post: key,
      episode: item.episode,
      texts: textsOf(posts.get(key)!),
      why: reason(why),
    }),
  }
}

function playedAnswer(log: SpanLog & { readonly records: number }, teller: Teller): ReplayAnswer {
  const said = saidIn(log)
  const posts = new Map(log.posts.map((post) => [post.key as string, post]))
  return {
    kind: 'played',
    records: log.records,
    decisions: log.decisions.length,
    posts: log.posts.length,
    said: said.slice(0, MOST_ROWS).map((each) => teller.row(each, posts)),
    more: Math.max(0, said.length - MOST_ROWS),
  }
}

function comparedAnswer(was: SpanLog, now: SpanLog, records: number, teller: Teller): ReplayAnswer {
  const { changes, same } = comparePosts(was, now)
  const before = new Map(was.posts.map((post) => [post.key as string, post]))
  const after = new Map(now.posts.map((post) => [post.key as string, post]))
  const count = (kind: ChangeRow['change']): number => changes.filter((c) => c.kind === kind).length
  return {
    kind: 'compared',
    records,
    same,
    added: count('added'),
    gone: count('gone'),
    moved: count('moved'),
    changes: changes.slice(0, MOST_ROWS).map((change) => ({
      change: change.kind,
      was: 'was' in change ? teller.row(change.was, before) : null,
      now: 'now' in change ? teller.row(change.now, after) : null,
      whyNot: 'whyNot' in change ? teller.reason(change.whyNot) : null,
    })),
    more: Math.max(0, changes.length - MOST_ROWS),
  }
}
