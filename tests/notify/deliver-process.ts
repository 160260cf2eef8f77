/**
 * The delivery worker as a process, for the test that kills it:
 *   node tests/notify/deliver-process.ts DATABASE SEED X-PORT MASTODON-PORT BLUESKY-PORT WEBHOOK-PORT
 * Says `ready` when it has started, and ends by itself when nothing is left to deliver.
 */
import { startDeliveries } from '#src/notify/deliver.ts'
import { instant } from '#src/stations/time.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { randomFrom } from '#simulator/random.ts'
import { openAllChannels } from './all-channels.ts'

const [database, seed, ...ports] = process.argv.slice(2)
const [x, mastodon, bluesky, webhook] = ports.map(Number) as [number, number, number, number]
const clock = () => instant(Date.now())
const random = randomFrom(Number(seed), 'retries')
const silent = () => {}

await using store = await openSqliteStore(database!)
const finished = Promise.withResolvers<void>()
const portOf = { x, mastodon, bluesky, webhook }
await using _ = startDeliveries({
  store,
  // As many in minutes as no platform grants.
  channels: openAllChannels((name) => portOf[name], { store, clock, timeoutMs: 250 }).map(
    (channel) => ({ ...channel, limits: [] }),
  ),
  clock,
  log: {
    info: silent,
    warn: silent,
    error: (fields) => process.stderr.write(`${JSON.stringify(fields)}\n`),
  },
  leaseMs: 2000,
  pollMs: 500,
  // Short waits, so that the test is; their spread is tested elsewhere.
  random: () => random.next() * 0.05,
  onDelivered() {
    void store.deliveries({ states: ['due', 'sending'], limit: 1 }).then((open) => {
      if (open.length === 0) finished.resolve()
    })
  },
})
process.stdout.write('ready\n')
await finished.promise
