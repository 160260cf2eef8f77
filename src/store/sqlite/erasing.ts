/** Throwing away so that neither the file nor its log goes on holding what was. */
import type { Connection } from './database.ts'

/** Freed pages are overwritten while `work` runs. */
export async function overwritten<T>({ raw }: Connection, work: () => Promise<T>): Promise<T> {
  raw.exec('pragma secure_delete = on')
  try {
    return await work()
  } finally {
    raw.exec('pragma secure_delete = off')
  }
}

/**
 * The log holds pages as they were until it is cut. A reader at work prevents that (false): then it is
 * overwritten in time, or cut when it is asked for again.
 */
export function emptyLog({ raw }: Connection): boolean {
  const { timeout } = raw.prepare('pragma busy_timeout').get() as { timeout: number }
  raw.exec('pragma busy_timeout = 0')
  const { busy } = raw.prepare('pragma wal_checkpoint(truncate)').get() as { busy: number }
  raw.exec(`pragma busy_timeout = ${timeout}`)
  return busy === 0
}
