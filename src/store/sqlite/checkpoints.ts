/**
 * Moves what is committed from the write-ahead log into the database file, on a thread of its own. Done
 * in the commit that fills the log, as SQLite does by itself, it would hold up every message for a tenth
 * of a second. Durability doesn't hang on it: a commit is on disk in the log.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface Checkpoints extends AsyncDisposable {
  /** Resolves after one more round. */
  now(): Promise<void>
}

/**
 * `onFault` is told when the thread ends by itself; the log is then emptied by the writer's own, far
 * larger bound.
 */
export function startCheckpoints(path: string, onFault: (error: unknown) => void): Checkpoints {
  const worker = new Worker(new URL('checkpoint-worker.ts', import.meta.url), { workerData: path })
  let closing = false
  // Not by `once` of node:events, which rejects when the thread fails first.
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  worker.on('error', onFault)
  worker.on('exit', () => {
    if (!closing) onFault(new Error('the checkpoint thread ended by itself'))
  })
  worker.unref()
  return {
    async now() {
      worker.postMessage('now')
      await once(worker, 'message')
    },
    async [Symbol.asyncDispose]() {
      closing = true
      worker.ref()
      worker.postMessage('close')
      await ended
    },
  }
}
