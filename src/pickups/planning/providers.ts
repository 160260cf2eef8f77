/** What the planner needs from outside itself: travel times between places, and somebody who solves. */
import type { Place } from '#src/stations/station.ts'
import type { Plan } from './plan.ts'
import type { Legs } from './legs.ts'
import type { Problem } from './problem.ts'
import type { Solved } from './solve.ts'

export interface MatrixProvider {
  /** Row i, column j: from `from[i]` to `to[j]`. @throws when it can't tell; the formula always can. */
  legs(from: readonly Place[], to: readonly Place[], signal?: AbortSignal): Promise<Legs>
}

export interface SolveRequest {
  readonly seed: number
  /** By the clock on the wall. */
  readonly limitMs?: number
  readonly maxIterations?: number
  /** A plan to set out from, what is frozen in it included. */
  readonly from?: Plan
  /** Ends it early, with the best so far. */
  readonly signal?: AbortSignal
  readonly onBetter?: (plan: Plan, costS: number) => void
}

export interface SolverProvider {
  solve(problem: Problem, request: SolveRequest): Promise<Answered>
}

export interface Answered extends Solved {
  readonly by: 'embedded' | 'vroom'
}
