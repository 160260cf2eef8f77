/**
 * The delivery worker as a process, for the test that kills it:
 *   node tests/notify/deliver-process.ts DATABASE PORT SEED
 * Says `ready` when it has started, and ends by itself when nothing is left to deliver.
 */
import { openX } from '#src/notify/channels/x.ts'
import { egressTo } from '#src/notify/channels/egress.ts'
import { startDeliveries } from '#src/notify/deliver.ts'
import { instant } from '#src/stations/time.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { FAKE_X_ACCOUNT, FAKE_X_CREDENTIALS, seededRandom } from '#tests/support/fake-x.ts'

const [database, port, seed] = process.argv.slice(2)
const clock = () => instant(Date.now())
const random = seededRandom(Number(seed))
const silent = () => {}

await using store = await openSqliteStore(database!)
const finished = Promise.withResolvers<void>()
const x = openX({
  credentials: FAKE_X_CREDENTIALS,
  account: FAKE_X_ACCOUNT,
  clock,
  connect: egressTo('127.0.0.1', Number(port)),
  timeoutMs: 250,
})
await using _ = startDeliveries({
  store,
  channels: [x],
  clock,
  log: {
    info: silent,
    warn: silent,
    error: (fields) => process.stderr.write(`${JSON.stringify(fields)}\n`),
  },
  leaseMs: 2000,
  pollMs: 500,
  // Short waits, so that the test is; their spread is tested elsewhere.
  random: () => random() * 0.05,
  onDelivered() {
    void store.deliveries({ states: ['due', 'sending'], limit: 1 }).then((open) => {
      if (open.length === 0) finished.resolve()
    })
  },
})
process.stdout.write('ready\n')
await finished.promise
