/**
 * A replay from the journal's reader to an answer: what was decided again, byte for byte or under other
 * rules. Nothing is written and nothing is sent.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { stateOfStation, townOf } from '#src/rules/alone.ts'
import { compareLogs, type LogComparison } from '#src/rules/decision-log.ts'
import type { DecidedPost, Decision } from '#src/rules/decision.ts'
import { type JournalPiece, type Replay, startReplay } from '#src/rules/replay.ts'
import { parseRuleFile, type RuleBook } from '#src/rules/rule-file.ts'
import { ENGINE_VERSION } from '#src/rules/world.ts'
import type { PostKey, StationId } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import {
  type JournalReader,
  type JournalSpan,
  NoReplay,
  type ReplayPlace,
} from '#src/store/journal-reader.ts'

export interface RunOptions {
  readonly reader: JournalReader
  readonly span: JournalSpan
  /** Told now and then how much is done, 0…1. */
  readonly onProgress?: (share: number) => void
}

export interface Verified {
  /** The first instant that was compared: where the replay set out, at or before the span. */
  readonly since?: EpochMs
  readonly records: number
  readonly comparison: LogComparison
}

/** Whether the same records give the same decisions, from the last place before the span to its end. */
export async function verify(options: RunOptions): Promise<Verified> {
  const { reader, span } = options
  const { stationId, to } = span
  const by = { engine: ENGINE_VERSION, tzdata: process.versions['tz'] ?? 'unknown' }
  const place = reader.placeBefore(span.from ?? BEGINNING, { by, ...(to !== undefined && { to }) })
  const comparer = compareLogs((key) => reader.wasSaid(key))
  const log = reader.decisions({
    afterId: place.decisionId,
    ...(to !== undefined && { to }),
    ...(stationId && { stationId }),
  })
  const logged = log[Symbol.asyncIterator]()
  let isLogOver = false
  let behind = 0
  const take = async (decisions: readonly Decision[]): Promise<void> => {
    const ours = decisions.filter(
      (d) => d.at < (to ?? Infinity) && (stationId === undefined || d.stationId === stationId),
    )
    comparer.take([], ours)
    behind += ours.length
    while (behind > 0 && !isLogOver) {
      const { value, done } = await logged.next()
      isLogOver = done === true
      if (!value) break
      comparer.take(value, [])
      behind -= value.length
    }
  }

  // All stations are played, also where one is asked for: they share the account's budget.
  const replay = startReplay({ start: place, bookOf: bookFrom(reader) })
  const { records } = await run(options, place, replay, undefined, () =>
    take(replay.takeDecided().decisions),
  )
  behind = Infinity
  await take([])
  return {
    ...(place.at !== undefined && { since: place.at }),
    records,
    comparison: comparer.finish(),
  }
}

export interface Played {
  readonly records: number
  readonly posts: readonly DecidedPost[]
  readonly decisions: readonly Decision[]
}

/**
 * What the span's records lead to: under the rules that held, or under others as if they had been loaded
 * at its beginning. Of one station, that is played by itself.
 */
export async function play(options: RunOptions, rules?: RuleBook): Promise<Played> {
  const { reader, span } = options
  const { stationId, from = BEGINNING, to = Infinity } = span
  const place = reader.placeBefore(from)
  const alone = stationId === undefined ? undefined : { stationId }
  const replay = startReplay({
    start: alone ? placeAlone(place, alone.stationId) : place,
    bookOf: bookFrom(reader),
    ...(rules && { instead: { book: rules, from } }),
  })
  const posts: DecidedPost[] = []
  const decisions: Decision[] = []
  const withdrawn = new Set<PostKey>()
  const isWithin = ({ at }: { readonly at: EpochMs }): boolean => at >= from && at < to
  const { records } = await run(options, place, replay, stationId, async () => {
    const decided = replay.takeDecided()
    for (const post of decided.posts) if (isWithin(post)) posts.push(post)
    for (const decision of decided.decisions) if (isWithin(decision)) decisions.push(decision)
    for (const key of decided.withdrawn) withdrawn.add(key)
  })
  return { records, decisions, posts: posts.filter(({ key }) => !withdrawn.has(key)) }
}

/** For so long at a time the event loop stands still. */
const BREATH_MS = 50

/** Before anything. */
const BEGINNING = 0 as EpochMs

async function run(
  { reader, span, onProgress }: RunOptions,
  place: ReplayPlace,
  replay: Replay,
  alone: StationId | undefined,
  onDecided: () => Promise<void>,
): Promise<{ readonly records: number }> {
  const { end } = reader
  const { to } = span
  let records = 0
  let breathedAt = performance.now()
  const pieces = reader.pieces(place, {
    ...(to !== undefined && { to }),
    ...(alone && { stationId: alone }),
  })
  for await (const piece of pieces) {
    replay.take(alone ? pieceAlone(piece, alone) : piece)
    await onDecided()
    if (performance.now() - breathedAt > BREATH_MS) {
      // Others have their turn, and what was told of the progress gets out.
      await nextTurn()
      breathedAt = performance.now()
    }
    const last = piece.kind === 'records' ? piece.records.at(-1)! : undefined
    if (!last) continue
    records += piece.kind === 'records' ? piece.records.length : 1
    const whole = to === undefined ? end.seq - place.seq : Math.min(to, end.at) - (place.at ?? to)
    const done = to === undefined ? last.seq - place.seq : last.at - (place.at ?? last.at)
    if (whole > 0) onProgress?.(Math.min(1, done / whole))
  }
  replay.finish(Math.min(end.firedUntil, (to ?? Infinity) - 1) as EpochMs)
  await onDecided()
  onProgress?.(1)
  return { records }
}

function placeAlone(place: ReplayPlace, station: StationId): ReplayPlace {
  const { making, kept } = place
  if (!making) return place
  return {
    ...place,
    making: { ...making, town: townOf(station, making.town) },
    kept: stateOfStation(station, making.town, kept),
  }
}

function pieceAlone(piece: JournalPiece, station: StationId): JournalPiece {
  switch (piece.kind) {
    case 'records':
      return piece
    case 'town':
      return { ...piece, town: townOf(station, piece.town) }
    case 'made':
      return { ...piece, making: { ...piece.making, town: townOf(station, piece.making.town) } }
  }
}

/** The rules that once held, read again. */
function bookFrom(reader: JournalReader): (hash: string) => RuleBook {
  const books = new Map<string, RuleBook>()
  return (hash) => {
    const known = books.get(hash)
    if (known) return known
    const parsed = parseRuleFile(reader.rules(hash), 'rules.yaml')
    if (parsed.kind === 'faulty') {
      const [fault] = parsed.faults
      throw new NoReplay(
        `The rules of then (${hash.slice(0, 12)}) can't be read by this version: line ${fault?.line} ${fault?.field}: ${fault?.message}.`,
      )
    }
    books.set(hash, parsed.book)
    return parsed.book
  }
}
