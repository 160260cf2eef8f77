/**
 * An outside engine that speaks VROOM's JSON over HTTP (vroom-express: POST /). Whatever it answers, the
 * unloading is placed by us and all of it judged by our evaluator; ours is solved beside it, and stands
 * where the outside one is late, wrong or worse.
 */
import { insertOnly } from '#src/pickups/planning/insert-only.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import type { Answered, SolveRequest, SolverProvider } from '#src/pickups/planning/providers.ts'
import { askJson } from './ask-json.ts'
import { planOfVroom, vroomProblem } from './vroom-json.ts'

export interface VroomOptions {
  readonly url: string
  readonly timeoutMs: number
  /** Solves beside it. */
  readonly embedded: SolverProvider
  /** Told why an answer from outside was not to be had; the plan stands without it. */
  readonly onFault?: (error: Error) => void
  readonly onAnswer?: () => void
}

export function vroomSolver(options: VroomOptions): SolverProvider {
  const { url, timeoutMs, embedded, onFault, onAnswer } = options
  return {
    async solve(problem: Problem, request: SolveRequest): Promise<Answered> {
      const ours = embedded.solve(problem, request)
      // A day that is on has frozen stops, which VROOM can't hold.
      if (request.from?.rounds.some(({ frozen }) => (frozen ?? 0) > 0) === true) return ours
      const [own, outside] = await Promise.all([
        ours,
        askOutside(problem, url, timeoutMs, request.signal).then(
          (answered) => {
            onAnswer?.()
            return answered
          },
          (error: unknown) => {
            onFault?.(error as Error)
            return undefined
          },
        ),
      ])
      const isBetter = outside && outside.evaluation.costS < own.evaluation.costS
      return isBetter && outside.evaluation.violations.length <= own.evaluation.violations.length
        ? outside
        : own
    },
  }
}

async function askOutside(
  problem: Problem,
  url: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Answered> {
  const answer = await askJson(url, vroomProblem(problem), { timeoutMs, signal })
  const solved = insertOnly(problem, planOfVroom(problem, answer))
  return { ...solved, iterations: 0, by: 'vroom' }
}
