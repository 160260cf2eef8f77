/**
 * History is read on a thread of its own, with a connection of its own: a year of many containers takes
 * its time, and while SQLite works the event loop, and with it what comes in, stands still.
 */
import { Worker } from 'node:worker_threads'
import { openAskedThread, type Answer, type Asked } from '../asked-thread.ts'
import { StoreBusy } from '../store-busy.ts'
import type { Bucket, Question, ReadingRow } from './history-reads.ts'

/**
 * Questions in hand at one time, beyond which a new one is refused: whoever is let in should be answered
 * before they have gone.
 */
const MOST_IN_HAND = 64

/** What is found for each kind of question. */
interface Found {
  readonly readings: readonly ReadingRow[]
  readonly histories: readonly Bucket[]
  readonly count: number
}

export type HistoryAsked = Asked<Question>
export type HistoryAnswer = Answer<Found[keyof Found]>

export interface HistoryThread {
  /**
   * What is committed.
   * @throws {StoreBusy} when too many wait already.
   */
  ask<Kind extends Question['kind']>(
    question: Extract<Question, { kind: Kind }>,
  ): Promise<Found[Kind]>
  /** Resolves when its connection is closed. Whoever still waits is turned away. */
  close(): Promise<void>
}

export function openHistoryThread(path: string): HistoryThread {
  const thread = openAskedThread<Question, Found[keyof Found]>({
    begin: () => new Worker(new URL('history-worker.ts', import.meta.url), { workerData: path }),
    name: 'the history thread',
    closed: 'the store is closed',
  })

  return {
    async ask<Kind extends Question['kind']>(question: Extract<Question, { kind: Kind }>) {
      if (thread.inHand >= MOST_IN_HAND) throw new StoreBusy()
      return (await thread.ask(question)) as Found[Kind]
    },
    close: () => thread.close('turn-away'),
  }
}
