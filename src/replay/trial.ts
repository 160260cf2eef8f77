/**
 * Rules tried on one station's past, for a drawing: what the sensors showed, how each rule went, what was
 * said and what was held, under the rules in force and under others beside them.
 */
import { coursesOf } from '#src/rules/courses.ts'
import type { Decision, EpisodeState, EvidencePart, Gate } from '#src/rules/decision.ts'
import type { ReadingRecord } from '#src/rules/record.ts'
import { comparePosts, saidIn, type Said, type SpanLog } from '#src/rules/post-changes.ts'
import type { JournalPiece } from '#src/rules/replay.ts'
import type { RuleBook } from '#src/rules/rule-file.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { Station, Town } from '#src/stations/station.ts'
import { DAY, type EpochMs, isoText, MINUTE, plus } from '#src/stations/time.ts'
import { indexTown, type TownIndex } from '#src/stations/town-index.ts'
import { type JournalReader, NoReplay } from '#src/store/journal-reader.ts'
import { type LevelPoint, thinLevels } from './levels.ts'
import { play } from './run.ts'
import { decisionTexts, postTexts, type Texts } from './words.ts'

export interface TrialSpan {
  readonly from: EpochMs
  readonly to: EpochMs
  readonly stationId: StationId
}

/** Of the two sides; numbers name places in its lists. */
export interface TrialSide {
  readonly said: readonly SaidMark[]
  readonly courses: readonly CourseRow[]
  readonly decisions: readonly ReasonedDecision[]
}

export interface SaidMark {
  readonly at: string
  readonly kind: Said['kind']
  readonly audience: 'public' | 'staff'
  readonly ruleId: string
  readonly subject: string
  readonly containerId: string | null
  readonly post: string
  readonly texts: Texts | null
  readonly decision: number | null
}

export interface CourseRow {
  readonly ruleId: string
  readonly subject: string
  readonly containerId: string | null
  readonly bands: readonly {
    readonly state: Exclude<EpisodeState, 'idle'>
    readonly from: string
    readonly to: string
    readonly decision: number | null
  }[]
  readonly holds: readonly {
    readonly gate: Gate
    readonly from: string
    readonly to: string
    readonly decision: number | null
  }[]
}

/** A decision with its grounds and its sentence. */
export interface ReasonedDecision extends Pick<
  Decision,
  'ruleId' | 'subject' | 'from' | 'to' | 'because' | 'clauses'
> {
  readonly at: string
  readonly evidence: readonly EvidenceRow[]
  readonly gates: readonly GateRow[]
  readonly texts: Texts
}

interface EvidenceRow {
  readonly what: EvidencePart['what']
  readonly weight: number
  readonly fillPercent?: number
  readonly at?: string
}

interface GateRow {
  readonly gate: Gate
  readonly answer: 'pass' | 'hold' | 'drop'
  readonly until?: string
  readonly detail?: string
}

export interface TrialChange {
  readonly change: 'added' | 'gone' | 'moved'
  /** Places in `was.said` and `now.said`. */
  readonly was: number | null
  readonly now: number | null
  /** What the other side decided of it: a place in its decisions. */
  readonly whyNot: number | null
}

export interface TrialAnswer {
  readonly kind: 'tried'
  readonly stationId: string
  readonly from: string
  readonly to: string
  /** So much was decided that only the newest of it is shown, from `from` on. */
  readonly isShortened: boolean
  readonly records: number
  /** Each container's levels as the rules were told them, in milliseconds since the epoch. */
  readonly levels: readonly {
    readonly containerId: string
    readonly points: readonly LevelPoint[]
  }[]
  readonly was: TrialSide
  readonly now: TrialSide
  readonly same: number
  readonly changes: readonly TrialChange[]
}

/** The rules are new where they begin to be played, and say a little less there; so much is not shown. */
const BEFORE_MS = DAY
/** Of both sides together; what is drawn and told rests on decisions, a kilobyte or so each. */
const MOST_DECISIONS = 3000

export async function tryRules(
  reader: JournalReader,
  asked: TrialSpan,
  { rules, against }: { readonly rules: RuleBook; readonly against: RuleBook },
  onProgress?: (share: number) => void,
  mostDecisions = MOST_DECISIONS,
): Promise<TrialAnswer> {
  const { town, station } = findStation(reader, asked)
  const played = { ...asked, from: plus(asked.from, -BEFORE_MS) }
  const read = await readOnce(reader, played)
  const from = shownFrom(asked, read.since)
  const side = (book: RuleBook, from: number) =>
    play(
      { reader: read, span: played, onProgress: (share) => onProgress?.(from + share / 2) },
      book,
    )
  const was = await side(against, 0)
  const now = rules.hash === against.hash ? was : await side(rules, 0.5)
  const decided = now === was ? now.decisions : [...was.decisions, ...now.decisions]
  const span = { ...asked, from: tellableFrom(decided, { ...asked, from }, mostDecisions) }
  const readings = Map.groupBy(read.readings, ({ containerId }) => containerId)
  const logs = { was: within(was, span), now: within(now, span) }
  const { changes, same } = comparePosts(logs.was, logs.now)
  const index = indexTown(town)
  const shown = {
    was: showSide(was, logs.was, span, index),
    now: showSide(now, logs.now, span, index),
  }
  return {
    kind: 'tried',
    stationId: span.stationId,
    from: isoText(span.from),
    to: isoText(span.to),
    isShortened: span.from > from,
    records: now.records,
    levels: station.containers.map(({ id }) => ({
      containerId: id,
      points: thinLevels(readings.get(id) ?? [], span, rules.facts.sensorSilentAfterMs),
    })),
    was: shown.was.side,
    now: shown.now.side,
    same,
    changes: changes.map((change): TrialChange => {
      const whyNot = 'whyNot' in change ? change.whyNot : undefined
      const other = change.kind === 'added' ? shown.was : shown.now
      return {
        change: change.kind,
        was: 'was' in change ? shown.was.placeOf(change.was) : null,
        now: 'now' in change ? shown.now.placeOf(change.now) : null,
        whyNot: whyNot ? other.placeOfDecision(whyNot) : null,
      }
    }),
  }
}

/** @throws {NoReplay} where the journal's town has no such station. */
export function findStation(
  reader: JournalReader,
  { stationId }: TrialSpan,
): { readonly town: Town; readonly station: Station } {
  const town = reader.town()
  const station = town?.stations.find(({ id }) => id === stationId)
  if (!town || !station) throw new NoReplay(`The journal knows of no station ${stationId}.`)
  return { town, station }
}

/** Where there is less than was asked for, that fills the picture; at least a day of it. */
function shownFrom({ from, to }: TrialSpan, since: EpochMs | undefined): EpochMs {
  return Math.max(from, Math.min(since ?? from, to - DAY)) as EpochMs
}

/** From where on there are no more decisions than can be told: rules that flap make thousands. */
function tellableFrom(
  decisions: readonly Decision[],
  { from, to }: TrialSpan,
  most: number,
): EpochMs {
  const times = decisions.map(({ at }) => at).filter((at) => at >= from)
  const tooOld = times.sort((a, b) => b - a)[most]
  return tooOld === undefined ? from : (Math.min(tooOld + 1, to - MINUTE) as EpochMs)
}

/** The journal's reader, which reads the span only once and hands it out from memory after that. */
interface ReadOnce extends JournalReader {
  /** The first record of the station, where the journal doesn't go further back; else undefined. */
  readonly since: EpochMs | undefined
  readonly readings: readonly ReadingRecord[]
}

async function readOnce(
  reader: JournalReader,
  { from, to, stationId }: TrialSpan,
): Promise<ReadOnce> {
  const place = reader.placeBefore(from)
  const pieces: JournalPiece[] = []
  const readings: ReadingRecord[] = []
  let first: EpochMs | undefined
  for await (const piece of reader.pieces(place, { to, stationId })) {
    pieces.push(piece)
    if (piece.kind !== 'records') continue
    first ??= piece.records[0]?.at
    for (const record of piece.records) if (record.type === 'reading') readings.push(record)
  }
  return {
    ...reader,
    readings,
    since: place.at === undefined ? first : undefined,
    placeBefore: () => place,
    async *pieces() {
      yield* pieces
    },
  }
}

function within({ decisions, posts }: SpanLog, { from }: TrialSpan): SpanLog {
  return {
    decisions: decisions.filter(({ at }) => at >= from),
    posts: posts.filter(({ at }) => at >= from),
  }
}

interface ShownSide {
  readonly side: TrialSide
  placeOf(said: Said): number | null
  placeOfDecision(decision: Decision): number | null
}

/** Decisions are told once each, where something shown rests on them. */
function showSide(played: SpanLog, log: SpanLog, span: TrialSpan, town: TownIndex): ShownSide {
  const places = new Map<Decision, number>()
  const decisions: ReasonedDecision[] = []
  const placeOfDecision = (decision: Decision | undefined): number | null => {
    if (!decision) return null
    const known = places.get(decision)
    if (known !== undefined) return known
    places.set(decision, decisions.length)
    return decisions.push(reasoned(decision, town)) - 1
  }
  const posts = new Map(log.posts.map((post) => [post.key, post]))
  const texts = new Map(log.posts.map((post) => [post.key, postTexts(post, town)]))
  const saids = saidIn(log)
  const numbers = new Map(saids.map((said, i) => [nameOf(said), i]))
  return {
    placeOfDecision,
    placeOf: (said) => numbers.get(nameOf(said)) ?? null,
    side: {
      decisions,
      said: saids.map((said) => ({
        at: isoText(said.at),
        kind: said.kind,
        audience: posts.get(said.key)!.audience,
        ruleId: said.item.ruleId,
        subject: said.item.subject,
        containerId: said.item.containerId ?? null,
        post: said.key,
        texts: texts.get(said.key) ?? null,
        decision: placeOfDecision(said.why),
      })),
      courses: coursesOf(played.decisions, span).map(
        ({ ruleId, subject, containerId, bands, holds }): CourseRow => ({
          ruleId,
          subject,
          containerId: containerId ?? null,
          bands: bands.map(({ state, decision, ...piece }) => ({
            state,
            ...spanText(piece),
            decision: placeOfDecision(decision),
          })),
          holds: holds.map(({ gate, decision, ...piece }) => ({
            gate,
            ...spanText(piece),
            decision: placeOfDecision(decision),
          })),
        }),
      ),
    },
  }
}

function spanText({ from, to }: { readonly from: EpochMs; readonly to: EpochMs }) {
  return { from: isoText(from), to: isoText(to) }
}

function nameOf({ key, item }: Said): string {
  return `${key}|${item.ruleId}|${item.subject}`
}

function reasoned(decision: Decision, town: TownIndex): ReasonedDecision {
  const { at, ruleId, subject, from, to, because, clauses, evidence, gates } = decision
  return {
    at: isoText(at),
    ruleId,
    subject,
    from,
    to,
    because,
    clauses,
    evidence: (evidence?.parts ?? []).map(({ at: told, ...part }) => ({
      ...part,
      ...(told !== undefined && { at: isoText(told) }),
    })),
    gates: gates.map(({ until, ...gate }) => ({
      ...gate,
      ...(until !== undefined && { until: isoText(until) }),
    })),
    texts: decisionTexts(decision, town),
  }
}
