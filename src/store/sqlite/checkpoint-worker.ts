/** The checkpoint thread's other end. */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

const EVERY_MS = 500
/** Pages in the log from which it is begun anew. Sixteen megabytes, so that it stays in the cache. */
const RESTART_FROM = 4000

/** SQLITE_BUSY and SQLITE_LOCKED. */
const BUSY: ReadonlySet<number | undefined> = new Set([5, 6])

const port = parentPort!
// A bare connection: what database.ts brings along would cost the thread more memory than its work does.
// It gives way soon: while it waits for a long reader to end, the writer waits as well.
const raw = new DatabaseSync(workerData as string, { timeout: 30 })
raw.exec('pragma synchronous = full')
raw.exec('pragma cache_size = -1000')

/**
 * First without holding anybody up; then, if the log has grown long, the little that came meanwhile with
 * the writer waiting, so that the log begins anew. Without the second step a log that is written all the
 * time never ends.
 */
function checkpoint(): void {
  try {
    const { log } = raw.prepare('pragma wal_checkpoint(passive)').get() as { log: number }
    if (log >= RESTART_FROM) raw.exec('pragma wal_checkpoint(restart)')
  } catch (error) {
    // Somebody else holds the file, a backup perhaps: half a second later is soon enough.
    if (!BUSY.has((error as { errcode?: number }).errcode)) throw error
  }
}

const timer = setInterval(checkpoint, EVERY_MS)

port.on('message', (what: 'now' | 'close') => {
  if (what === 'now') {
    checkpoint()
    port.postMessage('done')
    return
  }
  clearInterval(timer)
  raw.close()
  port.close()
})
