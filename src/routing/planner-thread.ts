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
import { openAskedThread, type Answer, type Asked } from '#src/store/asked-thread.ts'

export type PlannerQuestion =
  | { readonly kind: 'insert'; readonly problem: Problem; readonly from: Plan }
  | { readonly kind: 'legs'; readonly from: readonly Place[]; readonly to: readonly Place[] }

export type PlannerAsked = Asked<PlannerQuestion>
export type PlannerAnswer = Answer<Plan | Legs>

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
  const thread = openAskedThread<PlannerQuestion, Plan | Legs>({
    begin: () =>
      new Worker(new URL('planner-worker.ts', import.meta.url), {
        workerData: cityPackFile,
        env: {},
        execArgv: [],
      }),
    name: 'the planner’s thread',
    closed: 'the planner’s thread is closed',
  })

  return {
    makeReady: () => thread.makeReady(),
    insert: async (problem, from) => (await thread.ask({ kind: 'insert', problem, from })) as Plan,
    streets: { legs: async (from, to) => (await thread.ask({ kind: 'legs', from, to })) as Legs },
    [Symbol.asyncDispose]: () => thread.close('answer'),
  }
}
