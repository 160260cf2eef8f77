/**
 * One lasting thread for what the planner answers at once: an insertion, travel times along a city pack's
 * streets. A thread for each would take longer to start than to answer.
 */
import { Worker } from 'node:worker_threads'
import type { Legs } from '#src/pickups/planning/legs.ts'
import type { Plan } from '#src/pickups/planning/plan.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import type { MatrixProvider } from '#src/pickups/planning/providers.ts'
import type { Place } from '#src/stations/station.ts'

export type PlannerQuestion =
  | { readonly kind: 'insert'; readonly problem: Problem; readonly from: Plan }
  | { readonly kind: 'legs'; readonly from: readonly Place[]; readonly to: readonly Place[] }

export interface PlannerAsked {
  readonly id: number
  readonly question: PlannerQuestion
}

export type PlannerAnswer =
  | { readonly id: number; readonly found: Plan | Legs }
  | { readonly id: number; readonly fault: Error }

/** Disposed of, it answers what it has in hand and takes nothing more. */
export interface PlannerThread extends AsyncDisposable {
  /** Starts it where it isn't running, so that nobody waits for that. */
  makeReady(): void
  /** @throws {RangeError} naming the field when the problem is not one. */
  insert(problem: Problem, from: Plan): Promise<Plan>
  readonly streets: MatrixProvider
}

/** It starts when it is made ready or asked, and again with the next question if it should die. */
export function openPlannerThread(cityPackFile?: string): PlannerThread {
  const inHand = new Map<number, PromiseWithResolvers<Plan | Legs>>()
  let worker: Worker | undefined
  let isClosed = false
  let newestId = 0

  const turnAway = (fault: Error): void => {
    for (const { reject } of inHand.values()) reject(fault)
    inHand.clear()
  }

  const start = (): Worker => {
    const started = new Worker(new URL('planner-worker.ts', import.meta.url), {
      workerData: cityPackFile,
      env: {},
      execArgv: [],
    })
    const lost = (fault: Error): void => {
      if (worker !== started) return
      worker = undefined
      turnAway(fault)
    }
    started.on('message', (answer: PlannerAnswer) => {
      const waiting = inHand.get(answer.id)
      inHand.delete(answer.id)
      // With nothing in hand it doesn't keep the process alive.
      if (inHand.size === 0) started.unref()
      if ('fault' in answer) waiting?.reject(answer.fault)
      else waiting?.resolve(answer.found)
    })
    started.on('error', (cause) => lost(new Error('the planner’s thread failed', { cause })))
    started.on('exit', (code) => lost(new Error(`the planner’s thread ended by itself (${code})`)))
    return started
  }

  async function ask<Found extends Plan | Legs>(question: PlannerQuestion): Promise<Found> {
    if (isClosed) throw new Error('the planner’s thread is closed')
    worker ??= start()
    worker.ref()
    const waiting = Promise.withResolvers<Plan | Legs>()
    const asked: PlannerAsked = { id: ++newestId, question }
    inHand.set(asked.id, waiting)
    worker.postMessage(asked)
    return waiting.promise as Promise<Found>
  }

  return {
    makeReady() {
      if (isClosed || worker) return
      worker = start()
      worker.unref()
    },
    insert: (problem, from) => ask({ kind: 'insert', problem, from }),
    streets: { legs: (from, to) => ask({ kind: 'legs', from, to }) },
    async [Symbol.asyncDispose]() {
      isClosed = true
      await Promise.allSettled([...inHand.values()].map(({ promise }) => promise))
      const ended = worker?.terminate()
      worker = undefined
      await ended
    },
  }
}
