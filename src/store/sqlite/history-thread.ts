/**
 * History is read on a thread of its own, with a connection of its own: a year of many containers takes
 * its time, and while SQLite works the event loop, and with it what comes in, stands still.
 */
import { Worker } from 'node:worker_threads'
import { StoreBusy } from '../store-busy.ts'
import type { Bucket, Question, ReadingRow } from './history-reads.ts'

/**
 * Questions in hand at one time, beyond which a new one is refused: whoever is let in should be answered
 * before they have gone.
 */
const MOST_IN_HAND = 64

export interface Asked {
  readonly id: number
  readonly question: Question
}

/** What is found for each kind of question. */
interface Found {
  readonly readings: readonly ReadingRow[]
  readonly histories: readonly Bucket[]
  readonly count: number
}

export type Answer =
  | { readonly id: number; readonly found: Found[keyof Found] }
  | { readonly id: number; readonly fault: Error }

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

/** The thread starts with the first question, and again with the next one if it should die. */
export function openHistoryThread(path: string): HistoryThread {
  const inHand = new Map<number, PromiseWithResolvers<unknown>>()
  let worker: Worker | undefined
  let isClosed = false
  let newestId = 0

  const turnAway = (fault: Error): void => {
    for (const { reject } of inHand.values()) reject(fault)
    inHand.clear()
  }

  const start = (): Worker => {
    const started = new Worker(new URL('history-worker.ts', import.meta.url), { workerData: path })
    const lost = (fault: Error): void => {
      if (worker !== started) return
      worker = undefined
      turnAway(fault)
    }
    started.on('message', (answer: Answer) => {
      const waiting = inHand.get(answer.id)
      inHand.delete(answer.id)
      // With nothing in hand it doesn't keep the process alive.
      if (inHand.size === 0) started.unref()
      if ('fault' in answer) waiting?.reject(answer.fault)
      else waiting?.resolve(answer.found)
    })
    started.on('error', (cause) => lost(new Error('the history thread failed', { cause })))
    started.on('exit', (code) => lost(new Error(`the history thread ended by itself (${code})`)))
    return started
  }

  return {
    async ask<Kind extends Question['kind']>(question: Extract<Question, { kind: Kind }>) {
      if (isClosed) throw new Error('the store is closed')
      if (inHand.size >= MOST_IN_HAND) throw new StoreBusy()
      worker ??= start()
      worker.ref()
      const waiting = Promise.withResolvers<unknown>()
      const asked: Asked = { id: ++newestId, question }
      inHand.set(asked.id, waiting)
      worker.postMessage(asked)
      return waiting.promise as Promise<Found[Kind]>
    },
    async close() {
      isClosed = true
      turnAway(new Error('the store is closed'))
      const ended = worker?.terminate()
      worker = undefined
      await ended
    },
  }
}
