/** Trying messages from quarantine again, for every edge alike. */
import type { Rejection } from '#src/stations/reading.ts'
import type { QuarantineFilter } from './contract.ts'

/** Which messages to try: those that a filter of the list finds. */
export type QuarantineChoice = Omit<
  QuarantineFilter,
  'limit' | 'beforeId' | 'afterId' | 'replayable'
>

/** What came of trying. */
export interface QuarantineTried {
  readonly tried: number
  readonly kept: number
  readonly repeats: number
  readonly conflicts: number
  readonly ignored: number
  readonly rejected: Readonly<Partial<Record<Rejection, number>>>
}

/**
 * Tries messages again; made where ingest and the edges meet. With `dryRun` nothing is kept. Stopped by
 * `signal` it fails with the signal's reason: what was kept until then stays.
 */
export type TryQuarantine = (
  choice: QuarantineChoice,
  dryRun: boolean,
  signal?: AbortSignal,
) => Promise<QuarantineTried>
