/**
 * A consumer of an outside broker, for measuring. `whole` and `storage` are Kvitter's, with its rules and
 * without; `serial` keeps the same but holds mqtt.js's `handleMessage` until each commit; `event` reads
 * the JSON and keeps nothing. Tells how many messages it has finished, on every line of input.
 */
import { Buffer } from 'node:buffer'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { connect } from 'mqtt'
import { pino } from 'pino'
import { receive } from '#src/ingest/receive.ts'
import { startSubscriber } from '#src/ingest/subscriber.ts'
import { createEngine } from '#src/rules/engine.ts'
import { instant } from '#src/stations/time.ts'
import { openJournal } from '#src/store/open-journal.ts'
import { startCheckpoints } from '#src/store/sqlite/checkpoints.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { readTownFolder } from '../../src/town-folder.ts'
import { idleBelieving, idleEngine } from './idle-engine.ts'

const [mode, url, clientId, townFolder, data] = process.argv.slice(2) as [
  'whole' | 'storage' | 'serial' | 'event',
  string,
  string,
  string,
  string,
]
const clock = () => instant(Date.now())
const log = pino({ level: 'warn' })
const read = await readTownFolder(townFolder)
if (read.kind === 'faulty') throw new Error(read.faults.join('\n'))
const { town, book } = read.folder

async function journalOf() {
  const file = join(data, 'kvitter.sqlite')
  const store = await openSqliteStore(file)
  startCheckpoints(file, (error) => log.error({ err: error }, 'checkpoints have stopped'))
  await store.saveTown(town, clock())
  return openJournal({
    store,
    town,
    makeEngine: (town, kept) =>
      mode === 'whole' ? createEngine({ book, town, kept }) : idleEngine,
    ...(mode !== 'whole' && { makeBelievers: () => idleBelieving }),
    wordPost: () => ({ sv: '', en: '', fi: '' }),
    deliveriesFor: () => [],
    clock,
    onFault: (what, error) => log.error({ err: error }, what),
  })
}

/** mqtt.js as it is meant to be used: a message at a time, or acknowledged before anybody has looked. */
async function countPlain(): Promise<() => number> {
  let finished = 0
  const client = connect(url, {
    protocolVersion: 5,
    clean: false,
    clientId,
    properties: { sessionExpiryInterval: 3600, receiveMaximum: 10_000 },
  })
  if (mode === 'event') {
    client.on('message', (_, payload) => {
      JSON.parse(payload.toString())
      finished++
    })
  } else {
    const journal = await journalOf()
    client.handleMessage = ({ topic, payload }, done) => {
      const received = receive(topic, Buffer.from(payload), {
        town: journal.town,
        receivedAt: clock(),
        maybeRepeat: false,
      })
      if (received.kind === 'ignored' || received.kind === 'codec') return done()
      journal.append(received, () => {
        finished++
        done()
      })
      return undefined
    }
  }
  return () => finished
}

async function countOurs(): Promise<() => number> {
  const journal = await journalOf()
  const subscriber = await startSubscriber({
    journal,
    town: () => journal.town,
    clock,
    broker: { url, clientId },
    log,
  })
  return () => {
    const { kept, repeat, conflict, rejected } = subscriber.stats().messages
    return kept + repeat + conflict + rejected
  }
}

const finished = await (mode === 'whole' || mode === 'storage' ? countOurs() : countPlain())
console.log(JSON.stringify({ ready: true }))
createInterface({ input: process.stdin }).on('line', () => {
  console.log(JSON.stringify({ finished: finished() }))
})
process.on('SIGTERM', () => process.exit())
