/** Writing from a thread beside the one writer, in steps so short that it hardly waits. */
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'

/** Others get the writer for so many times as long. Who has to wait sleeps, and must find it free. */
const REST = 4

/**
 * One transaction, while which nobody else can write, and the rest that is due after it. Gives the time
 * it took in milliseconds, all told. When the work throws, nothing of it is kept.
 */
export async function hold(raw: DatabaseSync, work: () => void): Promise<number> {
  raw.exec('begin immediate')
  const start = performance.now()
  try {
    work()
    raw.exec('commit')
  } catch (error) {
    if (raw.isTransaction) raw.exec('rollback')
    throw error
  }
  const heldMs = performance.now() - start
  await delay(Math.ceil(heldMs * REST))
  return heldMs
}
