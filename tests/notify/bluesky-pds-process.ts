/**
 * The delivery worker for one account at a real Bluesky server, as a process that can be killed:
 *   node tests/notify/bluesky-pds-process.ts DATABASE URL APP-PASSWORD
 * Says `ready`, and ends by itself when nothing is left to deliver.
 */
import { startDeliveries } from '#src/notify/deliver.ts'
import { openBluesky } from '#src/notify/channels/bluesky.ts'
import { instant } from '#src/stations/time.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { PDS_ACCOUNT } from '#tests/support/real-pds.ts'
import { testPictures } from './pictures.ts'

const [database, service, appPassword] = process.argv.slice(2)
const clock = () => instant(Date.now())

await using store = await openSqliteStore(database!)
const finished = Promise.withResolvers<void>()
const lookForEnd = async (): Promise<void> => {
  const open = await store.deliveries({ states: ['due', 'sending'], limit: 1 })
  if (open.length === 0) finished.resolve()
}
await using _ = startDeliveries({
  store,
  channels: [
    openBluesky({
      service: service!,
      account: PDS_ACCOUNT,
      appPassword: appPassword!,
      notes: store,
      pictures: testPictures(),
      timeoutMs: 1000,
    }),
  ],
  clock,
  log: {
    info() {},
    warn() {},
    error: (fields) => process.stderr.write(`${JSON.stringify(fields)}\n`),
  },
  // Longer than the longest call: a log-in, a renewal, what is followed up, the picture, and the post.
  leaseMs: 18_000,
  pollMs: 200,
  random: () => 0.05,
  onDelivered: () => void lookForEnd(),
})
process.stdout.write('ready\n')
await lookForEnd()
await finished.promise
