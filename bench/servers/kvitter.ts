/**
 * Kvitter as it is served, for measuring: the whole path by default; with `storage`, readings are kept
 * and nothing judges them. Tells its port, and on every line of input what it has seen so far.
 */
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { pino } from 'pino'
import { openBroker } from '#src/ingest/broker.ts'
import { instant } from '#src/stations/time.ts'
import { openJournal } from '#src/store/open-journal.ts'
import { startCheckpoints } from '#src/store/sqlite/checkpoints.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import type { Journal } from '#src/store/journal.ts'
import { serve } from '../../src/serve.ts'
import { readTownFolder } from '../../src/town-folder.ts'
import { idleBelieving, idleEngine } from './idle-engine.ts'

const [mode, town, data] = process.argv.slice(2) as ['whole' | 'storage', string, string]
const clock = () => instant(Date.now())
const log = pino({ level: 'warn' })
const read = await readTownFolder(town)
if (read.kind === 'faulty') throw new Error(read.faults.join('\n'))
const { folder } = read
const anywhere = { host: '127.0.0.1', port: 0 }

async function openWhole(): Promise<{ journal: Journal; port: number }> {
  const settings = {
    data,
    http: anywhere,
    mqtt: anywhere,
    publicUrl: 'http://localhost',
    logLevel: 'warn' as const,
  }
  const running = await serve({ settings, folder, env: {}, clock, log, demo: { speed: 1 } })
  return { journal: running.journal, port: running.mqttPort! }
}

async function openStorage(): Promise<{ journal: Journal; port: number }> {
  const file = join(data, 'kvitter.sqlite')
  const store = await openSqliteStore(file)
  startCheckpoints(file, (error) => log.error({ err: error }, 'checkpoints have stopped'))
  await store.saveTown(folder.town, clock())
  const journal = await openJournal({
    store,
    town: folder.town,
    makeEngine: () => idleEngine,
    makeBelievers: () => idleBelieving,
    wordPost: () => ({ sv: '', en: '', fi: '' }),
    deliveriesFor: () => [],
    clock,
    onFault: (what, error) => log.error({ err: error }, what),
  })
  const broker = await openBroker({
    journal,
    town: () => journal.town,
    clock,
    mqtt: anywhere,
    anonymous: true,
    credential: async () => undefined,
    log,
  })
  return { journal, port: broker.port }
}

const { journal, port } = mode === 'whole' ? await openWhole() : await openStorage()
let posts = 0
let decisions = 0
let outboxMs: number[] = []
journal.onCommitted((committed) => {
  const now = Date.now()
  posts += committed.posts.length
  decisions += committed.decisions.length
  for (const post of committed.posts) outboxMs.push(now - post.at)
})
console.log(JSON.stringify({ port }))

createInterface({ input: process.stdin }).on('line', () => {
  const sorted = outboxMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? null
  outboxMs = []
  const memory = Object.entries(process.memoryUsage())
  console.log(
    JSON.stringify({
      posts,
      decisions,
      outbox: { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) },
      memoryMb: Object.fromEntries(memory.map(([what, bytes]) => [what, Math.round(bytes / 1e6)])),
    }),
  )
})

// An orderly end, so that a profile of the run is written when one was asked for.
process.on('SIGTERM', () => process.exit())
