/**
 * History is read on a thread of its own, with a connection of its own: a week of a large town is a
 * scan of some hundred milliseconds (docs/decisions/0004), and while SQLite works the event loop, and
 * with it what comes in, stands still.
 */
import type { SQLInputValue } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { StoreBusy } from '../store-busy.ts'

/**
 * Questions in hand at one time, beyond which a new one is refused: whoever is let in should be answered
 * before they have gone.
 */
const MOST_IN_HAND = 64

export type Row = Readonly<Record<string, string | number | null>>

export interface Question {
  readonly id: number
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

export type Answer =
  | { readonly id: number; readonly rows: readonly Row[] }
  | { readonly id: number; readonly fault: Error }

export interface HistoryThread {
  /**
   * All rows of a query over what is committed.
   * @throws {StoreBusy} when too many wait already.
   */
  ask(sql: string, values: readonly SQLInputValue[]): Promise<readonly Row[]>
  /** Resolves when its connection is closed. Whoever still waits is turned away. */
  close(): Promise<void>
}

/** The thread starts with the first question, and again with the next one if it should die. */
export function openHistoryThread(path: string): HistoryThread {
  const inHand = new Map<number, PromiseWithResolvers<readonly Row[]>>()
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
      else waiting?.resolve(answer.rows)
    })
    started.on('error', (cause) => lost(new Error('the history thread failed', { cause })))
    started.on('exit', (code) => lost(new Error(`the history thread ended by itself (${code})`)))
    return started
  }

  return {
    async ask(sql, values) {
      if (isClosed) throw new Error('the store is closed')
      if (inHand.size >= MOST_IN_HAND) throw new StoreBusy()
      worker ??= start()
      worker.ref()
      const waiting = Promise.withResolvers<readonly Row[]>()
      const question: Question = { id: ++newestId, sql, values }
      inHand.set(question.id, waiting)
      worker.postMessage(question)
      return waiting.promise
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
