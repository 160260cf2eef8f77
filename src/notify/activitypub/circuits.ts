/**
 * Which servers are let alone for a while. A server that failed five times within ten minutes is asked
 * nothing for half an hour; then one delivery finds out whether it is back. Fedify's circuit breaker, for
 * deliveries that we send ourselves.
 */
import { MINUTE, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

export interface Circuits {
  /** Until when a server is let alone; undefined when it may be asked now. Asking it is then up to whoever asked. */
  restUntil(host: string, now: EpochMs): EpochMs | undefined
  answered(host: string): void
  failed(host: string, now: EpochMs): void
}

const FAILURES = 5
const WITHIN_MS = 10 * MINUTE
const REST_MS = 30 * MINUTE
/** While one finds out, the others wait so long. */
const PROBE_MS = MINUTE
const MOST_HOSTS = 10_000

interface Trouble {
  readonly failures: readonly EpochMs[]
  readonly restUntil?: EpochMs
}

export function openCircuits(): Circuits {
  const troubled = new Map<string, Trouble>()

  function note(host: string, trouble: Trouble): void {
    troubled.delete(host)
    troubled.set(host, trouble)
    if (troubled.size > MOST_HOSTS) troubled.delete(troubled.keys().next().value!)
  }

  return {
    restUntil(host, now) {
      const trouble = troubled.get(host)
      if (trouble?.restUntil === undefined) return undefined
      if (now < trouble.restUntil) return trouble.restUntil
      note(host, { ...trouble, restUntil: plus(now, PROBE_MS) })
      return undefined
    },
    answered(host) {
      troubled.delete(host)
    },
    failed(host, now) {
      const before = troubled.get(host)
      const failures = [...(before?.failures ?? []), now].filter((at) => at > now - WITHIN_MS)
      const rests = before?.restUntil !== undefined || failures.length >= FAILURES
      note(host, { failures, ...(rests && { restUntil: plus(now, REST_MS) }) })
    },
  }
}
