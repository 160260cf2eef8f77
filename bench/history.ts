/**
 * What a station page's charts cost in a large town, and for how long they hold up what comes in: a
 * week of hourly readings in 10,000 containers, twelve of which are asked for.
 *
 *   node bench/history.ts [--dir FOLDER] [--containers 10000] [--days 7] [--rounds 5]
 *
 * "Held up" is the longest time for which the event loop got no turn. The first question also starts
 * the history thread, so it is shown apart.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Fraction } from '#src/stations/fraction.ts'
import { DAY, HOUR, instant, plus } from '#src/stations/time.ts'
import { connect } from '#src/store/sqlite/database.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { madeTown } from './made-town.ts'

const { values: asked } = parseArgs({
  options: {
    dir: { type: 'string', default: tmpdir() },
    containers: { type: 'string', default: '10000' },
    days: { type: 'string', default: '7' },
    rounds: { type: 'string', default: '5' },
  },
})
const CONTAINERS = Number(asked.containers)
const DAYS = Number(asked.days)
const ROUNDS = Number(asked.rounds)
const STATION = Array<Fraction>(12).fill('paper')

const to = instant(Date.parse('2026-05-05T12:00:00Z'))
const from = plus(to, -DAYS * DAY)
const town = madeTown(CONTAINERS, STATION)
const folder = mkdtempSync(join(asked.dir, 'kvitter-bench-'))
try {
  const path = join(folder, 'kvitter.sqlite')
  {
    await using store = await openSqliteStore(path)
    await store.saveTown(town, from)
  }
  fillWithReadings(path)
  await measureAll(path)
} finally {
  rmSync(folder, { recursive: true })
}

async function measureAll(path: string): Promise<void> {
  await using store = await openSqliteStore(path)
  const station = (i: number) =>
    town.stations[i % town.stations.length]!.containers.map((c) => c.id)
  const ask = (i: number) => store.histories(station(i), from, to, HOUR)
  const first = await timed(() => ask(0))
  const together = await rounds((i) => ask(i))
  const apart = await rounds((i) =>
    Promise.all(station(i).map((id) => store.history(id, from, to, HOUR))),
  )
  const reader = connect(path, 'read')
  const scan = reader.prepare(
    `select at - at % ?1 as bucket, count(*), min(fill), avg(fill), max(fill) from reading
     where at >= ?2 and at < ?3 and container_no = ?4 and fill is not null group by bucket`,
  )
  const onTheLoop = await rounds(async (i) => {
    for (let c = 0; c < STATION.length; c++) scan.all(HOUR, from, to, i * STATION.length + c + 1)
  })
  reader.raw.close()
  console.table([
    row('the first question', first),
    row('twelve together, history thread', together),
    row('one by one, history thread', apart),
    row('one by one, on the event loop', onTheLoop),
  ])
  console.log(`${await store.readingsCount()} readings of ${CONTAINERS} containers, ${DAYS} days`)
}

interface Figure {
  readonly ms: number
  readonly heldUpMs: number
}

function row(what: string, { ms, heldUpMs }: Figure) {
  return { what, ms: Math.round(ms), 'held up, ms': Math.round(heldUpMs) }
}

async function rounds(work: (i: number) => Promise<unknown>): Promise<Figure> {
  const figures: Figure[] = []
  for (let i = 1; i <= ROUNDS; i++) figures.push(await timed(() => work(i)))
  return {
    ms: figures.map((f) => f.ms).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!,
    heldUpMs: Math.max(...figures.map((f) => f.heldUpMs)),
  }
}

async function timed(work: () => Promise<unknown>): Promise<Figure> {
  const start = performance.now()
  let last = start
  let heldUpMs = 0
  const turn = (): void => {
    const now = performance.now()
    heldUpMs = Math.max(heldUpMs, now - last)
    last = now
  }
  const ticking = setInterval(turn, 1)
  await work()
  turn()
  clearInterval(ticking)
  return { ms: performance.now() - start, heldUpMs }
}

/** Straight into the table: the journal would take minutes for it. */
function fillWithReadings(path: string): void {
  const { raw } = connect(path, 'write')
  raw.exec('pragma synchronous = off')
  raw.exec('begin')
  const insert = raw.prepare(`insert into reading (at, device_no, n, seq, received_at, container_no,
    fill, raw_fill, distance_mm, battery_percent, temperature_c, flags, counter, fingerprint)
    values (?, ?, 0, ?, ?, ?, ?, ?, ?, 97, 4.5, 0, ?, ?)`)
  let seq = 0
  for (let hour = 0; hour < DAYS * 24; hour++) {
    for (let no = 1; no <= CONTAINERS; no++) {
      const at = from + hour * HOUR + Math.floor((no / (CONTAINERS + 1)) * HOUR)
      const fill = ((hour + no) % 96) + 0.5
      const fingerprint = (seq * 2654435761 + 97) % Number.MAX_SAFE_INTEGER
      insert.run(at, no, ++seq, at, no, fill, fill, 1650 - fill * 13.5, hour, fingerprint)
    }
  }
  raw.exec('commit')
  raw.close()
}
