/** Puts a question to the past in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { NoReplay } from '#src/store/journal-reader.ts'
import type { ReplayAnswer } from './answer.ts'
import type { ReplayMessage, ReplayTask } from './replay-process.ts'

const PROGRAM = fileURLToPath(new URL('replay-process.ts', import.meta.url))

export interface Asking {
  readonly signal?: AbortSignal
  readonly onProgress?: (share: number) => void
}

/** A process that has loaded its code, or soon will have, and waits for its task. */
export function startAhead(): ChildProcess {
  return fork(PROGRAM, { serialization: 'advanced', execArgv: [] })
}

/**
 * By a process that was started ahead, or by one that is started now.
 * @throws {NoReplay} when the journal can't answer it.
 * @throws the signal's reason when that comes first; nothing of the process is then left.
 */
export async function askPast(
  task: ReplayTask,
  asking: Asking = {},
  child = startAhead(),
): Promise<ReplayAnswer> {
  const { signal, onProgress } = asking
  const { promise, resolve, reject } = Promise.withResolvers<ReplayAnswer>()
  const abort = (): void => reject(signal!.reason as Error)
  signal?.addEventListener('abort', abort, { once: true })
  child.on('message', (message: ReplayMessage) => {
    switch (message.kind) {
      case 'progress':
        onProgress?.(message.share)
        return
      case 'answer':
        resolve(message.answer)
        return
      case 'refused':
        reject(new NoReplay(message.why))
        return
      case 'failed':
        reject(new Error(message.why))
    }
  })
  // More than once: one that could not be started tells that nothing can be sent to it too.
  child.on('error', reject)
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done())
    // One that could not be started never exits.
    child.once('error', () => child.pid === undefined && done())
  })
  void ended.then(() => reject(new Error('the process of a replay ended by itself')))
  try {
    signal?.throwIfAborted()
    child.send(task)
    return await promise
  } finally {
    signal?.removeEventListener('abort', abort)
    child.kill('SIGKILL')
    await ended
  }
}
