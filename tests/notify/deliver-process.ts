/**
 * All that speaks as one process, for the test that kills it:
 *   node tests/notify/deliver-process.ts DATABASE SEED START FAR-ENDS
 * where pieces and messages see time pass faster since START, and FAR-ENDS is JSON.
 * Says `loaded`, starts when it is told how many milliseconds a claim holds, says `heard` when a
 * platform has taken something, and ends by itself when nothing is left to say by any way.
 */
import { once } from 'node:events'
import { instant } from '#src/stations/time.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { randomFrom } from '#simulator/random.ts'
import { WAYS } from './all-channels.ts'
import { fastClock, isAllSaid, startAllWays, type FarEnds } from './all-ways.ts'

const [database, seed, since, farEnds] = process.argv.slice(2)
const random = randomFrom(Number(seed), 'retries')
const silent = () => {}
/** Two minutes until the list of messages is asked are two seconds. */
const SPEED = 60

process.stdout.write('loaded\n')
const [leaseMs] = (await once(process.stdin, 'data')) as [Buffer]
process.stdin.destroy()
await using store = await openSqliteStore(database!)
let hasSaid = false
await using _ = await startAllWays({
  store,
  farEnds: JSON.parse(farEnds!) as FarEnds,
  clock: () => instant(Date.now()),
  direct: fastClock(Number(since), SPEED),
  speed: SPEED,
  leaseMs: Number(leaseMs),
  // Short waits, so that the test is; their spread is tested elsewhere.
  random: () => random.next() * 0.05,
  onDelivered({ channel }) {
    if (hasSaid || !WAYS.some((way) => way.channel === channel)) return
    hasSaid = true
    process.stdout.write('heard\n')
  },
  log: {
    info: silent,
    warn: silent,
    // What goes wrong by ourselves, and not by a far end in trouble.
    error: (fields) => 'err' in fields && process.stderr.write(`${JSON.stringify(fields)}\n`),
  },
})
while (!(await isAllSaid(store))) await new Promise((resolve) => setTimeout(resolve, 200))
