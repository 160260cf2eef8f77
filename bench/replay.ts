/**
 * How fast the past is played again, from a real database: the made month of `bench/rules.ts`, written
 * through the real journal, packed, with its daily snapshots. Every measurement runs in a process of its
 * own, so that it begins with cold code, as the command does.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { median } from './median.ts'
import type { ReplayTask, ReplayTold } from './replay/measure-replay.ts'
import { writeMonth } from './replay/write-month.ts'
import { measure } from './rules/measure.ts'
import { EIGHT_RULES } from './rules/rule-books.ts'

const HELP = `node bench/replay.ts [--data DIR] [--repeat 3]

  --data     where the month's database is kept, or lies already [a folder that is removed at the end]
  --repeat   how often each measurement is made; the median is shown
`
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    repeat: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}

/** Milliseconds by the clock, for 250,000 records and for one station. Look at the CPU time where the machine is busy. */
const GOALS: Readonly<Partial<Record<ReplayTask['what'], number>>> = { town: 3000, station: 300 }
const MONTH_RECORDS = 250_000

const folder = values.data ?? mkdtempSync(join(tmpdir(), 'kvitter-bench-'))
const path = join(folder, 'kvitter.sqlite')
try {
  if (!statSync(path, { throwIfNoEntry: false })) await write()
  await show()
} finally {
  if (values.data === undefined) rmSync(folder, { recursive: true, force: true })
}

async function write(): Promise<void> {
  const { stations, containers, snapshots, packedReadings } = await writeMonth(path, EIGHT_RULES)
  const largest = (pick: (s: (typeof snapshots)[number]) => number) =>
    Math.max(...snapshots.map(pick))
  console.log(
    `A month of ${stations} stations, ${containers} containers: ${packedReadings} readings packed; ` +
      `${snapshots.length} snapshots of at most ${Math.round(largest((s) => s.bytes) / 1024)} kB, ` +
      `taken in at most ${largest((s) => s.tookMs).toFixed(0)} ms, ` +
      `writer held up for at most ${largest((s) => s.longestHoldMs).toFixed(1)} ms`,
  )
}

async function show(): Promise<void> {
  const rows: Record<string, Record<string, string | number>> = {}
  const kinds: readonly (readonly [ReplayTask['what'], string])[] = [
    ['read', 'the journal read back, not judged'],
    ['verify', 'verify the month'],
    ['town', 'what if, the month'],
    ['station', 'what if, the largest station'],
    ['day', 'verify the last day, from its snapshot'],
  ]
  for (const [what, text] of kinds) {
    const told: ReplayTold[] = []
    for (let i = 0; i < Number(values.repeat); i++) {
      told.push(await measure<ReplayTold>('../replay/measure-replay.ts', { what, path }))
    }
    const wallMs = median(told.map((t) => t.wallMs))
    const { records, decisions } = told[0]!
    const goal = GOALS[what]
    const measured = what === 'town' ? (wallMs * MONTH_RECORDS) / records : wallMs
    rows[text] = {
      records,
      decisions,
      'wall ms': Math.round(wallMs),
      'CPU ms': Math.round(median(told.map((t) => t.cpuMs))),
      'by the goal': goal === undefined ? '' : Math.round(measured),
      'at most': goal ?? '',
      '': goal === undefined ? '' : measured <= goal ? 'met' : 'NOT met',
    }
  }
  console.table(rows)
  const db = new DatabaseSync(path, { readOnly: true })
  const { bytes } = db
    .prepare('select sum(length(body) + length(hours)) as bytes from chunk')
    .get() as { bytes: number }
  const { n } = db.prepare('select sum(n) as n from packed_day').get() as { n: number }
  console.log(`${n} readings in chunks, ${(bytes / n).toFixed(2)} bytes each`)
}
