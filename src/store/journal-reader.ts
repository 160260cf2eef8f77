/**
 * The journal's other face: everything that the rules were told, read back exactly as they were told it,
 * with what they then decided. `sqlite/journal-reader.ts` opens one on a database.
 */
import type { LoggedDecision } from '#src/rules/decision-log.ts'
import type { JournalRecord, ReadingRecord } from '#src/rules/record.ts'
import type { JournalPiece, ReplayStart } from '#src/rules/replay.ts'
import type { PostKey, StationId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Post } from './contract.ts'

/** From `from` up to but without `to`; of one station, or of all. */
export interface JournalSpan {
  readonly from?: EpochMs
  readonly to?: EpochMs
  readonly stationId?: StationId
}

/** What the same records lead to depends on the engine's version and on when clocks are changed. */
export interface EngineMark {
  readonly engine: string
  readonly tzdata: string
}

/** A place in the journal from which a replay can go on. */
export interface ReplayPlace extends ReplayStart {
  /** The newest record that is in the kept state. */
  readonly seq: number
  /** When that was; undefined at the beginning. */
  readonly at?: EpochMs
  /** The newest decision made by then. */
  readonly decisionId: number
  /** The newest version taken into account. */
  readonly versionNo: number
}

export interface JournalReader extends AsyncDisposable {
  /** Where the journal stood when the reader was opened. Nothing that came later is read. */
  readonly end: {
    readonly seq: number
    readonly at: EpochMs
    /** How far timers had fired. */
    readonly firedUntil: EpochMs
  }
  /** The newest town that the rules have heard of; undefined where none was ever noted. */
  town(): Town | undefined
  /**
   * The text of a rule file that once held, by its hash.
   * @throws when it was never noted.
   */
  rules(hash: string): string
  /** The rule file that holds at the end; undefined where none was ever noted. */
  newestRules(): string | undefined
  /**
   * The last place at or before an instant from which a replay can set out; where only this engine's
   * decisions are wanted up to `to`, the first one after another's instead, if that is later.
   * @throws {NoReplay} when there is none.
   */
  placeBefore(at: EpochMs, only?: { readonly by: EngineMark; readonly to?: EpochMs }): ReplayPlace
  /** The journal from a place on, up to but without `to`, as an engine is to be given it. */
  pieces(
    place: ReplayPlace,
    span?: Pick<JournalSpan, 'to' | 'stationId'>,
  ): AsyncIterable<JournalPiece>
  /**
   * Records of a span as the rules got them, in order. Of readings packed by a version that did not keep
   * their places, the order is by receipt and their places are guessed.
   */
  records(span: JournalSpan): AsyncIterable<readonly JournalRecord[]>
  /** Decisions in their order, as they were kept. */
  decisions(
    span: JournalSpan & { readonly afterId?: number },
  ): AsyncIterable<readonly LoggedDecision[]>
  /** What was said and not withdrawn unseen, oldest first. */
  posts(span: JournalSpan): Promise<readonly Post[]>
  wasSaid(key: PostKey): boolean
}

/**
 * Readings of a day, in no order, that lie elsewhere than in the database: those whose places in the
 * journal are after < seq ≤ upTo, of one station or of all.
 */
export type ReadingsElsewhere = (
  day: number,
  after: number,
  upTo: number,
  station: StationId | undefined,
) => Promise<readonly ReadingRecord[]>

/** The journal does not reach back so far, or does not say what the rules were; told in a sentence. */
export class NoReplay extends Error {}
