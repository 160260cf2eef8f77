/** Solvers take a core each for seconds; so many at one time, the others in the order in which they came. */
import type { SolverProvider } from '#src/pickups/planning/providers.ts'

export interface SolverTurns extends SolverProvider {
  running(): number
  waiting(): number
}

export function inTurns(solver: () => SolverProvider, most: number): SolverTurns {
  const queue: (() => void)[] = []
  let running = 0

  const begin = async (): Promise<void> => {
    if (running >= most) {
      const { promise, resolve } = Promise.withResolvers<void>()
      queue.push(resolve)
      // Whoever ends hands over its place, so that nobody slips in between.
      return promise
    }
    running += 1
  }
  const end = (): void => {
    const next = queue.shift()
    if (next) next()
    else running -= 1
  }

  return {
    running: () => running,
    waiting: () => queue.length,
    async solve(problem, request) {
      await begin()
      try {
        return await solver().solve(problem, request)
      } finally {
        end()
      }
    },
  }
}
