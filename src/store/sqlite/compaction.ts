/**
 * Packs readings that are no longer new into day chunks, on a thread of its own, and drops what is past
 * its keeping (docs/decisions/0009). While it doesn't run nothing is lost: readings stay in their table.
 */
import { Worker } from 'node:worker_threads'
import { type Clock, HOUR, MINUTE } from '#src/stations/time.ts'

/**
 * Readings stay in their table for so long after they were measured. Rules and repeats look back for
 * minutes; the rest is there so that what comes late still comes before.
 */
const HOT_MS = 2 * HOUR
const EVERY_MS = 10 * MINUTE

export interface CompactionOptions {
  readonly clock: Clock
  /** Readings older than this are dropped, by whole days; hours of them stay. Absent means never. */
  readonly keepReadingsMs?: number
  readonly hotMs?: number
  readonly everyMs?: number
  /** Told of a round that failed, which is tried again, and of the thread's end. */
  readonly onFault: (error: unknown) => void
}

/** What a round came to. */
export interface Compacted {
  /** Readings that moved into chunks. */
  readonly packed: number
  /** Days whose readings were dropped. */
  readonly dropped: number
  readonly transactions: number
  /** The longest time for which nobody else could write. */
  readonly longestHoldMs: number
}

export interface Compaction extends AsyncDisposable {
  /** One more round, after those under way. */
  now(): Promise<Compacted>
}

export interface CompactionPlan {
  readonly path: string
  readonly hotMs: number
  readonly keepReadingsMs?: number
}

export type CompactionOrder =
  { readonly kind: 'round'; readonly now: number } | { readonly kind: 'close' }

export type CompactionReport =
  | { readonly kind: 'done'; readonly compacted: Compacted }
  | { readonly kind: 'failed'; readonly fault: Error }

export function startCompaction(path: string, options: CompactionOptions): Compaction {
  const { clock, keepReadingsMs, hotMs = HOT_MS, everyMs = EVERY_MS, onFault } = options
  const plan: CompactionPlan = {
    path,
    hotMs,
    ...(keepReadingsMs === undefined ? {} : { keepReadingsMs }),
  }
  const worker = new Worker(new URL('compaction-worker.ts', import.meta.url), { workerData: plan })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  let closing = false
  /** Rounds asked for, answered in this order. */
  const underWay: PromiseWithResolvers<Compacted>[] = []

  const give = (order: CompactionOrder): void => worker.postMessage(order)
  const round = (): Promise<Compacted> => {
    const asked = Promise.withResolvers<Compacted>()
    underWay.push(asked)
    give({ kind: 'round', now: clock() })
    return asked.promise
  }
  const lost = (error: unknown): void => {
    for (const { reject } of underWay.splice(0)) reject(error)
    if (!closing) onFault(error)
  }
  worker.on('message', (report: CompactionReport) => {
    const asked = underWay.shift()
    if (report.kind === 'done') asked?.resolve(report.compacted)
    else asked?.reject(report.fault)
  })
  worker.on('error', lost)
  worker.on('exit', () => lost(new Error('the compaction thread ended by itself')))
  worker.unref()

  const inBackground = (): void => {
    if (underWay.length > 0) return
    round().catch((error: unknown) => {
      if (!closing) onFault(error)
    })
  }
  const timer = setInterval(inBackground, everyMs).unref()
  return {
    async now() {
      worker.ref()
      try {
        return await round()
      } finally {
        worker.unref()
      }
    },
    async [Symbol.asyncDispose]() {
      closing = true
      clearInterval(timer)
      worker.ref()
      give({ kind: 'close' })
      await ended
    },
  }
}
