/** The solver in a thread of its own: one problem, better plans as they are found, the answer. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Plan } from '#src/pickups/planning/plan.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import { solve, type Solved } from '#src/pickups/planning/solve.ts'

export interface SolverTask {
  readonly problem: Problem
  readonly seed: number
  readonly limitMs: number | undefined
  readonly maxIterations: number | undefined
  readonly from: Plan | undefined
  /** Whether anybody listens for better plans. */
  readonly tells: boolean
  /** Its first word becomes 1 when the best so far will do. */
  readonly stop: Int32Array<SharedArrayBuffer>
}

export type SolverReport =
  | { readonly kind: 'better'; readonly plan: Plan; readonly costS: number }
  | { readonly kind: 'answer'; readonly solved: Solved }
  | { readonly kind: 'refused'; readonly message: string }

const { problem, seed, limitMs, maxIterations, from, tells, stop } = workerData as SolverTask
const report = (message: SolverReport): void => parentPort!.postMessage(message)
const since = performance.now()
try {
  const solved = solve(problem, {
    seed,
    elapsedMs: () => performance.now() - since,
    stopped: () => Atomics.load(stop, 0) === 1,
    ...(tells && {
      onBetter: (plan: Plan, costS: number) => report({ kind: 'better', plan, costS }),
    }),
    ...(limitMs !== undefined && { limitMs }),
    ...(maxIterations !== undefined && { maxIterations }),
    ...(from && { from }),
  })
  report({ kind: 'answer', solved })
} catch (error) {
  if (!(error instanceof RangeError)) throw error
  report({ kind: 'refused', message: error.message })
}
