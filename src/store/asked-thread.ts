/** A lasting thread that answers questions. It starts with the first, and again with the next if it should die. */
import type { Worker } from 'node:worker_threads'

export interface Asked<Question> {
  readonly id: number
  readonly question: Question
}

export type Answer<Found> =
  { readonly id: number; readonly found: Found } | { readonly id: number; readonly fault: Error }

export interface AskedThread<Question, Found> {
  /** Questions that wait for their answer. */
  readonly inHand: number
  /** Starts it where it isn't running, so that nobody waits for that. */
  makeReady(): void
  /** Rejects with the fault that was found, when the thread dies, and when it has been closed. */
  ask(question: Question): Promise<Found>
  /** Takes nothing more and ends. What is in hand is answered first, or turned away where that is said. */
  close(inHand: 'answer' | 'turn-away'): Promise<void>
}

/** `name` tells in faults whose thread it is; `closed` is what is said when it is asked afterwards. */
export function openAskedThread<Question, Found>(options: {
  readonly begin: () => Worker
  readonly name: string
  readonly closed: string
}): AskedThread<Question, Found> {
  const { begin, name, closed } = options
  const inHand = new Map<number, PromiseWithResolvers<Found>>()
  let worker: Worker | undefined
  let isClosed = false
  let newestId = 0

  const turnAway = (fault: Error): void => {
    for (const { reject } of inHand.values()) reject(fault)
    inHand.clear()
  }

  const start = (): Worker => {
    const started = begin()
    const lost = (fault: Error): void => {
      if (worker !== started) return
      worker = undefined
      turnAway(fault)
    }
    started.on('message', (answer: Answer<Found>) => {
      const waiting = inHand.get(answer.id)
      inHand.delete(answer.id)
      // With nothing in hand it doesn't keep the process alive.
      if (inHand.size === 0) started.unref()
      if ('fault' in answer) waiting?.reject(answer.fault)
      else waiting?.resolve(answer.found)
    })
    started.on('error', (cause) => lost(new Error(`${name} failed`, { cause })))
    started.on('exit', (code) => lost(new Error(`${name} ended by itself (${code})`)))
    return started
  }

  return {
    get inHand() {
      return inHand.size
    },
    makeReady() {
      if (isClosed || worker) return
      worker = start()
      worker.unref()
    },
    async ask(question) {
      if (isClosed) throw new Error(closed)
      worker ??= start()
      worker.ref()
      const waiting = Promise.withResolvers<Found>()
      const asked: Asked<Question> = { id: ++newestId, question }
      inHand.set(asked.id, waiting)
      worker.postMessage(asked)
      return waiting.promise
    },
    async close(how) {
      isClosed = true
      if (how === 'turn-away') turnAway(new Error(closed))
      await Promise.allSettled([...inHand.values()].map(({ promise }) => promise))
      const ended = worker?.terminate()
      worker = undefined
      await ended
    },
  }
}
