/** Our own solver, in a thread beside the event loop. */
import { Worker } from 'node:worker_threads'
import type { Answered, SolveRequest, SolverProvider } from '#src/pickups/planning/providers.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import type { SolverReport, SolverTask } from './solver-worker.ts'

/** Where a request names no limit. */
const LIMIT_MS = 5000
/** A thread that hasn't answered so long after its limit won't. Long, since a loaded machine starts threads slowly. */
const GRACE_MS = 10_000

export const embeddedSolver: SolverProvider = {
  solve: (problem, request) => solveInThread(problem, request, GRACE_MS),
}

/** @throws {RangeError} naming the field when the problem is not one. */
export async function solveInThread(
  problem: Problem,
  request: SolveRequest,
  graceMs: number,
): Promise<Answered> {
  const { seed, maxIterations, from, signal, onBetter } = request
  const limitMs = request.limitMs ?? (maxIterations === undefined ? LIMIT_MS : undefined)
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const tells = onBetter !== undefined
  const task: SolverTask = { problem, seed, limitMs, maxIterations, from, tells, stop }
  const end = (): void => void Atomics.store(stop, 0, 1)
  if (signal?.aborted === true) end()
  signal?.addEventListener('abort', end, { once: true })
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  const worker = new Worker(new URL('solver-worker.ts', import.meta.url), {
    workerData: task,
    env: {},
    execArgv: [],
  })
  worker.on('message', (report: SolverReport) => {
    switch (report.kind) {
      case 'better':
        onBetter?.(report.plan, report.costS)
        return
      case 'answer':
        resolve({ ...report.solved, by: 'embedded' })
        return
      case 'refused':
        reject(new RangeError(report.message))
    }
  })
  worker.once('error', reject)
  worker.once('exit', () => reject(new Error('the solver’s thread ended by itself')))
  const overdue =
    limitMs === undefined
      ? undefined
      : setTimeout(
          () => reject(new Error(`the solver gave no answer within ${limitMs} ms and more`)),
          limitMs + graceMs,
        )
  try {
    return await promise
  } finally {
    clearTimeout(overdue)
    signal?.removeEventListener('abort', end)
    await worker.terminate()
  }
}
