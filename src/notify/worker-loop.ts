/** What every worker of this folder is around its turns: it waits, outlasts a store in trouble, and stops. */
import { MINUTE, SECOND } from '#src/stations/time.ts'
import type { Wait } from './deliver.ts'
import { startSleeper } from './sleeper.ts'

export interface WorkerLoop {
  /** Aborts when no new turn begins. */
  readonly stopping: AbortSignal
  /** Aborts when what is under way has had its grace. */
  readonly givingUp: AbortSignal
  poke(): void
  /** Until a poke, at most so many milliseconds of real time. */
  sleep(ms: number): Promise<void>
  /** Turn after turn until it is stopped; one that fails is made again, later and later. */
  repeat(turn: () => Promise<unknown>, onFailure: (error: unknown) => void): Promise<void>
  /** Resolves with `running`, which is given up after a while. */
  stop(running: Promise<unknown>): Promise<void>
}

const GRACE_MS = 5 * SECOND

export function openLoop(wait: Wait, graceMs: number = GRACE_MS): WorkerLoop {
  const sleeper = startSleeper(wait)
  const stopping = new AbortController()
  const givingUp = new AbortController()
  return {
    stopping: stopping.signal,
    givingUp: givingUp.signal,
    poke: () => sleeper.poke(),
    sleep: (ms) => sleeper.sleep(ms),
    async repeat(turn, onFailure) {
      let failures = 0
      while (!stopping.signal.aborted) {
        try {
          await turn()
          failures = 0
        } catch (error) {
          failures += 1
          onFailure(error)
          await wait(Math.min(MINUTE, SECOND * 2 ** Math.min(failures, 6)), stopping.signal)
        }
      }
    },
    async stop(running) {
      stopping.abort()
      sleeper.poke()
      const grace = setTimeout(() => givingUp.abort(), graceMs)
      await running
      clearTimeout(grace)
    },
  }
}
