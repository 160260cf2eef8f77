/**
 * Keeps readings and packs them at the same time, until it is killed. Says on standard output how many
 * readings are kept, and which of them were not known again when told once more.
 *
 *   node compaction-process.ts DATABASE KEPT
 */
import { setTimeout as delay } from 'node:timers/promises'
import { DAY, type EpochMs, MINUTE, plus } from '#src/stations/time.ts'
import type { NewReading } from '#src/store/contract.ts'
import { startCheckpoints } from '#src/store/sqlite/checkpoints.ts'
import { startCompaction } from '#src/store/sqlite/compaction.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { numberedReading } from './numbered-reading.ts'

const [path, kept] = [process.argv[2]!, Number(process.argv[3])]
const BATCH = 10
const AGAIN = 5

const say = (line: string): boolean => process.stdout.write(`${line}\n`)

const store = await openSqliteStore(path)
let newest: EpochMs = numberedReading(kept).measuredAt
const onFault = (error: unknown): void => {
  process.stderr.write(`${String(error)}\n`)
  process.exit(1)
}
startCheckpoints(path, onFault)
const compaction = startCompaction(path, {
  clock: () => plus(newest, 30 * MINUTE),
  hotMs: 30 * MINUTE,
  keepReadingsMs: 10_000 * DAY,
  onFault,
})
void packForEver().catch(onFault)

for (let i = kept; ; i += BATCH) {
  const fresh = Array.from({ length: BATCH }, (_, j) => entry(i + j))
  // Of those told again, one has just come and the others are long packed, or on their way there.
  const again =
    i === 0 ? [] : Array.from({ length: AGAIN }, (_, j) => entry(Math.floor((i - 1) / (j * 3 + 1))))
  const answers = await store.journal((tx) => tx.keepReadings([...fresh, ...again]))
  newest = fresh.at(-1)!.reading.measuredAt
  for (const [j, { reading }] of again.entries()) {
    if (answers[BATCH + j] !== 'repeat') {
      say(`${reading.measuredAt} told again: ${answers[BATCH + j]}`)
    }
  }
  say(`kept ${i + BATCH}`)
  // A pace at which there is as much to pack as to keep.
  await delay(1)
}

async function packForEver(): Promise<never> {
  for (;;) {
    const { packed } = await compaction.now()
    if (packed > 0) say(`packed ${packed}`)
  }
}

function entry(i: number): NewReading {
  return { seq: i + 1, reading: numberedReading(i), fingerprint: i }
}
