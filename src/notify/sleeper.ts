/** Waiting that a worker can be called out of, and giving up. */
import { setTimeout as setTimeoutPromise } from 'node:timers/promises'
import type { Wait } from './deliver.ts'

/** A wait that can be cut short; a poke that comes while nobody waits isn't lost. */
export function startSleeper(wait: Wait) {
  let waiting = new AbortController()
  let poked = false
  return {
    poke() {
      poked = true
      waiting.abort()
    },
    async sleep(ms: number) {
      if (!poked) {
        waiting = new AbortController()
        await wait(ms, waiting.signal)
      }
      poked = false
    },
  }
}

export async function waitRealTime(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeoutPromise(ms, undefined, { signal }).catch(() => undefined)
}

/** Resolves when a signal aborts, also when it already has. */
export function abortOf(signal: AbortSignal): Promise<'aborted'> {
  const { promise, resolve } = Promise.withResolvers<'aborted'>()
  if (signal.aborted) resolve('aborted')
  else signal.addEventListener('abort', () => resolve('aborted'), { once: true })
  return promise
}
