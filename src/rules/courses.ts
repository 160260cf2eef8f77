/** Decisions of a span put together again: how each rule went for each subject, and what held its news. */
import type { ContainerId, StationId } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { blockingGate } from './decision.ts'
import type { Decision, EpisodeState, Gate } from './decision.ts'
import type { Subject } from './subject.ts'

/** A rule was in one state for so long, `from` ≤ t < `to`. */
export interface Band {
  readonly state: Exclude<EpisodeState, 'idle'>
  readonly from: EpochMs
  readonly to: EpochMs
  /** What brought it about; absent where that was before the first decision. */
  readonly decision?: Decision
}

/** News waited at a gate for so long. */
export interface Hold {
  readonly gate: Gate
  readonly from: EpochMs
  readonly to: EpochMs
  readonly decision: Decision
}

/** One rule for one subject. */
export interface Course {
  readonly ruleId: string
  readonly subject: Subject
  readonly stationId?: StationId
  readonly containerId?: ContainerId
  readonly bands: readonly Band[]
  readonly holds: readonly Hold[]
}

interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

/**
 * In the order in which they first speak. Decisions before the span tell how it began, and those that say
 * nothing new of state or gate make no new piece.
 */
export function coursesOf(decisions: readonly Decision[], span: Span): readonly Course[] {
  const byCourse = Map.groupBy(decisions, ({ ruleId, subject }) => `${ruleId}|${subject}`)
  return [...byCourse.values()].map((own) => {
    const { ruleId, subject, stationId, containerId } = own[0]!
    return {
      ruleId,
      subject,
      ...(stationId !== undefined && { stationId }),
      ...(containerId !== undefined && { containerId }),
      bands: within(bandsOf(own, span), span),
      holds: within(holdsOf(own, span), span),
    }
  })
}

function bandsOf(decisions: readonly Decision[], { from, to }: Span): readonly Band[] {
  const first = decisions[0]!
  const bands: Band[] = []
  let state = first.from
  let since = Math.min(from, first.at) as EpochMs
  let because: Decision | undefined
  const end = (at: EpochMs): void => {
    if (state === 'idle' || at <= since) return
    bands.push({ state, from: since, to: at, ...(because && { decision: because }) })
  }
  for (const decision of decisions) {
    if (decision.to === state) continue
    end(decision.at)
    state = decision.to
    since = decision.at
    because = decision
  }
  end(to)
  return bands
}

function holdsOf(decisions: readonly Decision[], { to }: Span): readonly Hold[] {
  return decisions.flatMap((decision, i) => {
    const gate = decision.because === 'gate-held' ? blockingGate(decision.gates)?.gate : undefined
    if (gate === undefined) return []
    return [{ gate, from: decision.at, to: decisions[i + 1]?.at ?? to, decision }]
  })
}

function within<Piece extends Span>(pieces: readonly Piece[], { from, to }: Span): Piece[] {
  return pieces
    .filter((piece) => piece.to > from && piece.from < to && piece.to > piece.from)
    .map((piece) => ({
      ...piece,
      from: Math.max(piece.from, from) as EpochMs,
      to: Math.min(piece.to, to) as EpochMs,
    }))
}
