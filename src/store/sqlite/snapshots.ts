/**
 * What the engine remembers, kept once a day beside the journal, so that a replay of last Tuesday need
 * not begin at the beginning (docs/decisions/0013). While they can't be taken nothing is lost.
 */
import { Worker } from 'node:worker_threads'
import { type Clock, MINUTE, wallTime } from '#src/stations/time.ts'

const EVERY_MS = 10 * MINUTE

export interface SnapshotOptions {
  readonly clock: Clock
  /** Whose days count. */
  readonly timeZone: () => string
  readonly everyMs?: number
  /** Told of one that failed, which is tried again. */
  readonly onFault: (error: unknown) => void
}

export interface SnapshotPlan {
  readonly path: string
  readonly timeZone: string
}

/** What a snapshot came to. */
export interface Snapshotted {
  /** Its place in the journal. */
  readonly seq: number
  readonly bytes: number
  /** The longest time for which nobody else could write. */
  readonly longestHoldMs: number
  readonly tookMs: number
}

export interface Snapshots extends AsyncDisposable {
  /** Takes one, unless the day has one; undefined then. */
  now(): Promise<Snapshotted | undefined>
}

export function startSnapshots(path: string, options: SnapshotOptions): Snapshots {
  const { clock, timeZone, everyMs = EVERY_MS, onFault } = options
  let underWay: Promise<Snapshotted | undefined> | undefined
  let newestDay: string | undefined

  const now = (): Promise<Snapshotted | undefined> => {
    underWay ??= take({ path, timeZone: timeZone() }).finally(() => {
      underWay = undefined
    })
    return underWay
  }
  const inBackground = (): void => {
    const { day } = wallTime(clock(), timeZone())
    if (day === newestDay || underWay) return
    now().then(() => {
      newestDay = day
    }, onFault)
  }
  const timer = setInterval(inBackground, everyMs).unref()
  inBackground()
  return {
    now,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await underWay?.catch(() => undefined)
    },
  }
}

function take(plan: SnapshotPlan): Promise<Snapshotted | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('snapshot-worker.ts', import.meta.url), { workerData: plan })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread for a snapshot ended by itself')))
  })
}
