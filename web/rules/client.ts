/** The service's answers to whoever writes rules. */

export interface Fault {
  readonly line: number
  readonly column: number | null
  readonly field: string
  readonly message: string
}

export interface Checked {
  readonly rules: number
  readonly hash: string | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

export interface Texts {
  readonly sv: string
  readonly en: string
}

export interface Decision {
  readonly at: string
  readonly ruleId: string
  readonly subject: string
  readonly from: string
  readonly to: string
  readonly because: string
  readonly clauses: readonly {
    readonly source: string
    readonly value: boolean | 'unknown'
    readonly facts: Readonly<Record<string, number | boolean | string | null>>
  }[]
  readonly evidence: readonly {
    readonly what: string
    readonly weight: number
    readonly fillPercent?: number
    readonly at?: string
  }[]
  readonly gates: readonly {
    readonly gate: string
    readonly answer: string
    readonly until?: string
    readonly detail?: string
  }[]
  readonly texts: Texts
}

export interface Said {
  readonly at: string
  readonly kind: 'open' | 'close' | 'digest' | 'correction'
  readonly audience: 'public' | 'staff'
  readonly ruleId: string
  readonly subject: string
  readonly containerId: string | null
  readonly texts: Texts | null
  readonly decision: number | null
}

interface Piece {
  readonly from: string
  readonly to: string
  readonly decision: number | null
}
export interface Band extends Piece {
  readonly state: 'pending' | 'active' | 'clearing'
}
export interface Hold extends Piece {
  readonly gate: string
}
export interface Course {
  readonly ruleId: string
  readonly subject: string
  readonly containerId: string | null
  readonly bands: readonly Band[]
  readonly holds: readonly Hold[]
}

export interface Side {
  readonly said: readonly Said[]
  readonly courses: readonly Course[]
  readonly decisions: readonly Decision[]
}

export interface Trial {
  readonly isShortened: boolean
  readonly kind: 'tried'
  readonly stationId: string
  readonly from: string
  readonly to: string
  readonly records: number
  readonly levels: readonly {
    readonly containerId: string
    readonly points: readonly (readonly [number, number | null])[]
  }[]
  readonly was: Side
  readonly now: Side
  readonly same: number
  readonly changes: readonly {
    readonly change: 'added' | 'gone' | 'moved'
    readonly was: number | null
    readonly now: number | null
    readonly whyNot: number | null
  }[]
}

export interface WrittenTest {
  readonly kind: 'written'
  readonly text: string
  readonly differences: readonly string[]
}

interface SaidRow {
  readonly at: string
  readonly stationId: string | null
  readonly station: string | null
  readonly ruleId: string
  readonly subject: string
  readonly texts: Texts | null
}
export interface TownComparison {
  readonly kind: 'compared'
  readonly records: number
  readonly same: number
  readonly added: number
  readonly gone: number
  readonly moved: number
  readonly changes: readonly {
    readonly change: 'added' | 'gone' | 'moved'
    readonly was: SaidRow | null
    readonly now: SaidRow | null
  }[]
  readonly more: number
}

/** The service said no, and why. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

const ROOT = '/api/v1/rules'

async function call<Answer>(
  path: string,
  { method = 'GET', body, signal }: { method?: string; body?: object; signal?: AbortSignal } = {},
): Promise<Answer> {
  const answered = await fetch(ROOT + path, {
    method,
    ...(signal && { signal }),
    ...(body && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  if (answered.ok) return (await answered.json()) as Answer
  const told = (await answered.json().catch(() => ({}))) as { detail?: string }
  throw new Refused(answered.status, told.detail ?? answered.statusText)
}

export const fetchRules = () => call<{ readonly rules: string; readonly hash: string }>('')

export const check = (rules: string, signal: AbortSignal) =>
  call<Checked>('/check', { method: 'POST', body: { rules }, signal })

interface Ticket<Result> {
  readonly id: string
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  readonly share: number
  readonly result: Result | null
  readonly why: string | null
}

const POLL_MS = 120

/**
 * Asks and waits for the answer. When the signal comes first the service is told to stop, and the
 * signal's reason is thrown.
 */
export async function ask<Result>(
  path: '/trial' | '/written-test' | '/replay',
  body: object,
  signal: AbortSignal,
  onProgress?: (ticket: Pick<Ticket<Result>, 'state' | 'share'>) => void,
): Promise<Result> {
  let ticket = await call<Ticket<Result>>(path, { method: 'POST', body })
  try {
    while (ticket.state === 'waiting' || ticket.state === 'running') {
      onProgress?.(ticket)
      await pause(POLL_MS, signal)
      ticket = await call<Ticket<Result>>(`/replays/${ticket.id}`, { signal })
    }
  } catch (error) {
    if (signal.aborted) void call(`/replays/${ticket.id}`, { method: 'DELETE' }).catch(() => {})
    throw error
  }
  if (ticket.result) return ticket.result
  throw new Refused(500, ticket.why ?? ticket.state)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const timer = setTimeout(done, ms)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    function done(): void {
      signal.removeEventListener('abort', stop)
      resolve()
    }
    signal.addEventListener('abort', stop, { once: true })
  })
}
