/**
 * The journal played again. Live, restart, verify, what-if and diff are one code path: an engine that is
 * made and fed as the live one was, in the same order, and whose decisions are handed over instead of kept.
 */
import type { ContainerId, PostKey } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Engine, KeptState } from './contract.ts'
import type { ContainerState, DecidedPost, Decision } from './decision.ts'
import { createEngine } from './engine.ts'
import type { JournalRecord, TownRecord } from './record.ts'
import type { RuleBook } from './rule-book.ts'

/** The live engine was made anew: at a start or a reload, after the record `seq`. */
export interface Making {
  readonly seq: number
  /** Its timers had fired until then. */
  readonly at: EpochMs
  /** The rule file's hash. */
  readonly rules: string
  /** The town until the next record that brings another. */
  readonly town: Town
}

/** The journal as it is read back, in order. */
export type JournalPiece =
  | { readonly kind: 'records'; readonly records: readonly JournalRecord[] }
  | { readonly kind: 'town'; readonly record: TownRecord; readonly town: Town }
  | { readonly kind: 'made'; readonly making: Making }

/** Where a replay sets out from: a kept state, and the rules and the town that held then. */
export interface ReplayStart {
  readonly kept: KeptState
  /** Absent where the first piece says it. */
  readonly making?: Pick<Making, 'rules' | 'town'>
}

export interface ReplayOptions {
  readonly start: ReplayStart
  /** The rules of a making, by their hash. */
  readonly bookOf: (hash: string) => RuleBook
  /** Other rules, as if they had been loaded at that instant; no others take their place. */
  readonly instead?: { readonly book: RuleBook; readonly from: EpochMs }
}

/** What was decided, in order. */
export interface Decided {
  readonly decisions: readonly Decision[]
  readonly posts: readonly DecidedPost[]
  readonly withdrawn: readonly PostKey[]
}

export interface Replay {
  take(piece: JournalPiece): void
  /** Fires what was due until then. */
  finish(until: EpochMs): void
  /** Hands over what was decided since the last call. */
  takeDecided(): Decided
}

/** Records before the journal has said what the rules were can't be judged: `take` throws on them. */
export function startReplay({ start, bookOf, instead }: ReplayOptions): Replay {
  const containers = new Map<ContainerId, ContainerState>(
    start.kept.containers.map((state) => [state.containerId, state]),
  )
  const state = new Map(start.kept.state)
  let decisions: Decision[] = []
  let posts: DecidedPost[] = []
  let withdrawn: PostKey[] = []
  let town: Town | undefined
  let engine: Engine | undefined
  let isChanged = false

  function keep(): void {
    const effects = engine?.takeEffects()
    if (!effects) return
    for (const each of effects.containers) containers.set(each.containerId, each)
    for (const [key, text] of effects.state) {
      if (text === undefined) state.delete(key)
      else state.set(key, text)
    }
    decisions.push(...effects.decisions)
    posts.push(...effects.posts)
    withdrawn.push(...effects.withdrawn)
  }

  /** In the order in which a store gives it back, since what is forgotten is told in that order. */
  function kept(): KeptState {
    const inOrder = [...state].sort(([a], [b]) => (a < b ? -1 : 1))
    return { containers: [...containers.values()], state: new Map(inOrder) }
  }

  function make(book: RuleBook, from: Town, firedUntil?: EpochMs): void {
    town = from
    engine = createEngine({
      book,
      town,
      kept: kept(),
      ...(firedUntil !== undefined && { firedUntil }),
    })
  }

  /**
   * The other rules come into force, as by a reload; or where the process was away at that instant, as by
   * the start that followed.
   */
  function change(next?: JournalRecord): void {
    if (!instead || isChanged) return
    isChanged = true
    if (!engine) return
    const ranUntil = next?.type === 'resumed' ? (next.firedUntil ?? Infinity) : Infinity
    const firedUntil = Math.min(instead.from - 1, ranUntil) as EpochMs
    engine.advance(firedUntil)
    keep()
    make(instead.book, town!, firedUntil)
  }

  function remake(making: Making): void {
    if (instead && making.at >= instead.from) change()
    engine?.advance(making.at)
    keep()
    make(isChanged ? instead!.book : bookOf(making.rules), making.town, making.at)
  }

  function apply(record: JournalRecord): void {
    if (instead && !isChanged && record.at >= instead.from) change(record)
    if (!engine) throw new Error('the journal does not say what the rules were')
    engine.apply(record)
  }

  if (start.making) make(bookOf(start.making.rules), start.making.town)

  return {
    take(piece) {
      switch (piece.kind) {
        case 'made':
          remake(piece.making)
          break
        case 'town':
          if (instead && piece.record.at >= instead.from) change(piece.record)
          engine?.replaceTown(piece.town)
          apply(piece.record)
          town = piece.town
          break
        case 'records':
          for (const record of piece.records) apply(record)
      }
      keep()
    },
    finish(until) {
      if (instead && until >= instead.from) change()
      engine?.advance(until)
      keep()
    },
    takeDecided() {
      const decided = { decisions, posts, withdrawn }
      decisions = []
      posts = []
      withdrawn = []
      return decided
    },
  }
}
