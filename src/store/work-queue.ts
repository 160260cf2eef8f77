/**
 * Pieces of work that outlive the process: what a post to many comes apart into, one piece for each
 * receiver. A piece is claimed by lease and settled; what a dead process had claimed is handed out again.
 */
import type { EpochMs } from '#src/stations/time.ts'

export interface NewWork {
  /** Whose work it is, such as `push`; each queue is worked off alone. */
  readonly queue: string
  /** Twice the same in a queue is one piece, also for `DONE_WORK_IS_KNOWN_MS` after its end. */
  readonly key: string
  /** As its worker wrote it. What is personal or secret in it is sealed by whoever puts it here. */
  readonly body: string
  readonly dueAt: EpochMs
  /** From then on it is dead, whatever became of its tries. */
  readonly expiresAt: EpochMs
  /** Pieces of one are handed out in the order in which they came, each after the end of the one before. */
  readonly orderingKey?: string
}

export interface Work extends NewWork {
  readonly id: number
  /** With this one; more than 1 says that an earlier try may have come through. */
  readonly attempts: number
}

export type WorkOutcome =
  | {
      readonly state: 'done'
      /** There was nobody to tell or nothing to say: it is no proof that anything can leave. */
      readonly unsaid?: true
    }
  | {
      readonly state: 'due'
      readonly dueAt: EpochMs
      readonly error: string
      /** The far end wasn't asked: it is as if this had not been claimed. */
      readonly untried?: true
    }
  | { readonly state: 'dead'; readonly error: string }

export interface SettledWork {
  readonly id: number
  readonly outcome: WorkOutcome
}

/** How a queue stands. */
export interface WorkCounts {
  readonly open: number
  readonly dead: number
}

export interface ClaimedWork {
  readonly works: readonly Work[]
  /** How many were found to be too old, and ended. */
  readonly expired: number
}

/** Whether a queue gets anywhere. */
export interface WorkStanding {
  readonly open: number
  /** Nothing is in it, and nothing of it has ended for as long as that is known. */
  readonly isEmpty: boolean
  /** Since when what is open and has waited longest should have left. */
  readonly oldestDueAt?: EpochMs
  /** When something last left, as long as that is known. */
  readonly lastDoneAt?: EpochMs
}

export interface WorkQueue {
  /** Durable when it answers. The number of those that weren't there already. */
  putWork(works: readonly NewWork[]): Promise<number>
  /** The oldest that are due, at most `limit`, their tries counted durably before they are handed over. */
  claimWork(queue: string, now: EpochMs, leaseMs: number, limit: number): Promise<ClaimedWork>
  /** What isn't claimed any more, or is gone, stays as it is. The body of what has ended is thrown away. */
  settleWork(settled: readonly SettledWork[], now: EpochMs): Promise<void>
  /** When a queue's next piece is due, or its lease runs out; undefined when nothing is open. */
  nextWorkAt(queue: string): Promise<EpochMs | undefined>
  workCounts(queue: string): Promise<WorkCounts>
  workStanding(queue: string): Promise<WorkStanding>
  /** Forgets what ended long enough ago, and ends what has been old for a day and nobody takes up. */
  tidyWork(now: EpochMs): Promise<void>
}

export const DONE_WORK_IS_KNOWN_MS = 48 * 3_600_000
