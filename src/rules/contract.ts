/** What the rest of the house may ask of the rules engine. `engine.ts` makes one. */
import type { ContainerId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { ContainerState, ContainerStatus, Effects } from './decision.ts'
import type { Plans } from './plan.ts'
import type { Applied, JournalRecord, Subject } from './record.ts'
import type { Standing } from './standing.ts'

export type { Standing } from './standing.ts'

/** What was kept of an engine, to go on from. */
export interface KeptState {
  readonly containers: readonly ContainerState[]
  readonly state: ReadonlyMap<string, string>
}

/**
 * The engine is a function of its records: it reads no clock and no random source, its timers are state.
 * `apply` first fires every timer due at or before the record, each at its own due time and in
 * (due, key) order, then folds the record. What that brings about gathers until `takeEffects`.
 */
export interface Engine {
  apply(record: JournalRecord): Applied
  /** Fires what is due at or before `at`, as if a record without content had come. Before the first record nothing is. */
  advance(at: EpochMs): void
  /** When something will next be due; undefined when nothing waits. */
  nextDue(): EpochMs | undefined
  /** Hands over what has gathered since the last call and starts afresh. */
  takeEffects(): Effects
  /** The town as it now is; takes effect with the next `town` record. */
  replaceTown(town: Town): void
  status(container: ContainerId, at: EpochMs): ContainerStatus
  /** When the container is to be emptied, as each source says; those of the last week are among them. */
  plans(container: ContainerId): Plans
  /**
   * How each rule that is judged for the subject stands at `at`, in the order of the rule file. A
   * question only: nothing in the engine changes. Empty for a subject that isn't there.
   */
  standing(subject: Subject, at: EpochMs): readonly Standing[]
}
