/** What the engine answers with: decisions, posts, and the state to keep. */
import type { AreaId, ContainerId, DeviceId, PostKey, StationId } from '#src/stations/ids.ts'
import type { Fault } from '#src/stations/reading.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { DecidedPost } from './post.ts'
import type { PlannedEmptying } from './record.ts'
import type { Subject } from './subject.ts'

export type { Alternative, DecidedPost, PostItem } from './post.ts'

export type EpisodeState = 'idle' | 'pending' | 'active' | 'clearing'

/** Kleene's three truth values; `unknown` means that a fact was missing. */
export type Truth = boolean | 'unknown'

/** One clause of a condition as it was evaluated. */
export interface Clause {
  /** The clause's own text, e.g. `c.fill < 70.0`. */
  readonly source: string
  readonly value: Truth
  /** The facts it read, by name; a missing one is null. */
  readonly facts: Readonly<Record<string, number | boolean | string | null>>
}

export interface EvidencePart {
  readonly what: 'prior' | 'sensor' | 'report' | 'staff'
  /** Log-odds it adds. */
  readonly weight: number
  readonly fillPercent?: number
  readonly at?: EpochMs
}

/** What may hold or drop a post, in the order asked. Each is explained in docs/reasons.md. */
export const GATES = [
  'still-active',
  'stale',
  'silenced',
  'suppressed',
  'inhibited',
  'quiet-hours',
  'post-at',
  'cooldown',
  'budget',
] as const
export type Gate = (typeof GATES)[number]

export interface GateAnswer {
  readonly gate: Gate
  readonly answer: 'pass' | 'hold' | 'drop'
  readonly until?: EpochMs
  /** For a person: `2/4 today`, `21:00-07:00`. */
  readonly detail?: string
}

/** The first gate that does not pass decides; undefined where all do. */
export function blockingGate(gates: readonly GateAnswer[]): GateAnswer | undefined {
  return gates.find(({ answer }) => answer !== 'pass')
}

/** Why a record of a decision was written. Each word is explained in docs/reasons.md. */
export const DECISION_REASONS = [
  'condition-true',
  'held-long-enough',
  'waiting-for-reading',
  'said-before',
  'reset-before-for',
  'waiting-for-data',
  'no-data-closed',
  'clear-condition-true',
  'not-cleared-after-all',
  'cleared',
  'container-removed',
  'rule-changed',
  'first-load-silent',
  'gate-held',
  'gate-dropped',
  'resolved-while-waiting',
  'absorbed',
  'grouped',
  'posted',
  'schedule-not-true',
  'schedule-unknown',
  'digested',
  'withdrawn',
  'corrected',
] as const
export type DecisionReason = (typeof DECISION_REASONS)[number]

/** Written when a state or a blocking reason changes, not at each evaluation. */
export interface Decision {
  readonly at: EpochMs
  /** The journal record that led here. */
  readonly seq: number
  readonly ruleId: string
  readonly ruleHash: string
  readonly subject: Subject
  /** Absent for rules per area and per account. */
  readonly stationId?: StationId
  readonly areaId?: AreaId
  readonly containerId?: ContainerId
  readonly from: EpisodeState
  readonly to: EpisodeState
  readonly because: DecisionReason
  /** For how long the condition had held, where that is the reason. */
  readonly heldMs?: number
  /** Which of the rule's conditions the clauses are of; a rule without `clear` ends when its `when` is false. */
  readonly condition?: 'when' | 'clear'
  readonly clauses: readonly Clause[]
  readonly evidence?: { readonly sum: number; readonly parts: readonly EvidencePart[] }
  readonly gates: readonly GateAnswer[]
  readonly outcome?: 'posted' | 'held' | 'dropped'
  readonly postKey?: PostKey
  /** Engine version and time-zone data version, so that a decision can be made again. */
  readonly engine: string
  readonly tzdata: string
}

/** What is remembered of a container between records; one row of the store. */
export interface ContainerState {
  readonly containerId: ContainerId
  /** The reading that counts as "now". */
  readonly fillPercent?: number
  readonly measuredAt?: EpochMs
  readonly deviceId?: DeviceId
  /** The newest fault, if it came after the newest level. */
  readonly fault?: Fault
  /** When the device was last heard of, level or not. */
  readonly heardAt?: EpochMs
  /** Learned reporting interval, ms, smoothed. */
  readonly intervalMs?: number
  readonly emptiedAt?: EpochMs
  readonly reports: readonly {
    readonly kind: 'full' | 'has-room'
    readonly by: 'resident' | 'staff'
    readonly reporter: string
    readonly at: EpochMs
  }[]
}

/** All that one or more records brought about, to be kept in one transaction. */
export interface Effects {
  readonly decisions: readonly Decision[]
  readonly posts: readonly DecidedPost[]
  /** Posts stopped before they went out: what of them still waits is not to be sent. */
  readonly withdrawn: readonly PostKey[]
  /** Container states that changed, each once, as they now are. */
  readonly containers: readonly ContainerState[]
  /** Engine state by key; undefined means forget it. Values are JSON text. */
  readonly state: ReadonlyMap<string, string | undefined>
}

/** What a person is told of a container. Words before numbers; an unknown level is never shown as empty. */
export interface ContainerStatus {
  readonly containerId: ContainerId
  readonly word: 'has-room' | 'nearly-full' | 'full' | 'unknown'
  /** Absent when unknown. 0…100, not rounded. */
  readonly fillPercent?: number
  readonly measuredAt?: EpochMs
  /** When unknown: since when nothing has been known; absent if nothing ever was. */
  readonly unknownSince?: EpochMs
  readonly source?: 'sensor' | 'reports' | 'both'
  readonly fault?: Fault
  readonly emptiedAt?: EpochMs
  /** When it is to be emptied next; absent where nobody has planned it. */
  readonly nextEmptying?: PlannedEmptying
  /** When it is likely to be full, by the newest forecast; absent when it is full or unknown. */
  readonly fullExpectedAt?: EpochMs
}
