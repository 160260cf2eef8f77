/**
 * The compaction thread's other end. A reading is first written into its chunk and later taken out of
 * its table, in steps so short that the one who writes what comes in hardly waits. In between it lies in
 * both, and counts once: whoever reads knows it by its identity. So a round may break off anywhere, and
 * the next one begins anew.
 *
 * Not in one step, though it would look safer: a day's readings of one device are spread over as many
 * pages as there are readings, and taking each device's out with its chunk would write every page of the
 * table again for every few devices.
 */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { DAY, HOUR } from '#src/stations/time.ts'
import { chunkId, NOWHERE } from './chunk-place.ts'
import type { Compacted, CompactionOrder, CompactionPlan, CompactionReport } from './compaction.ts'
import { dayOf, inOrder, packDay, type PackedReading, unpackDay } from './day-chunk.ts'
import { hoursOf, packHours } from './day-hours.ts'
import { hold } from './short-steps.ts'

/** Readings taken up at a time: they are some 30 MB. */
const SLICE = 50_000
/** A transaction grows or shrinks until it holds the writer up for about so long. */
const HOLD_MS = 1.5
/** Chunks or readings in one transaction. */
const LEAST = 8
const MOST = 2000
const SERIES_AT_ONCE = 250

const port = parentPort!
const { path, hotMs, keepReadingsMs } = workerData as CompactionPlan
// A bare connection: what database.ts brings along would cost the thread more memory than its work does.
const raw = new DatabaseSync(path, { timeout: 5000 })
// A log that is cut short by a power failure ends before a step of ours, never within it.
raw.exec('pragma synchronous = normal')
raw.exec('pragma wal_autocheckpoint = 16000')
raw.exec('pragma cache_size = -8000')

const firstBefore = raw.prepare('select min(at) as at from reading where at < ?')
const countIn = raw.prepare(
  `select count(*) as n, max(seq) as seq, min(device_no) as first, max(device_no) as last
   from reading where at >= ? and at < ?`,
)
const readingsIn =
  raw.prepare(`select coalesce(container_no, ${NOWHERE}) as container_no, device_no,
    at, n, received_at, fill, raw_fill, distance_mm, fault, battery_percent, battery_volts,
    temperature_c, tilt_deg, flags, clean, body,
    reading.seq as seq, told, told_at, told_device, told_fill
  from reading left join correction using (seq) left join told using (seq)
  where at >= ? and at < ? and reading.seq <= ? and device_no between ? and ?`)
const journalAt = raw.prepare('select at from journal')
const allSeries = raw.prepare('select no, device_no, container_no from series')
const newSeries = raw.prepare(
  'insert into series (device_no, container_no) values (?, ?) returning no',
)
const bodyAt = raw.prepare('select body from chunk where id = ?')
const oldHoursAt = raw.prepare('select 1 from hours where id = ?')
const putChunk = raw.prepare(`insert into chunk (id, hours, body) values (?, ?, ?)
  on conflict do update set hours = excluded.hours, body = excluded.body`)
const putDay = raw.prepare(`insert into packed_day (day, n, until) values (?, ?, ?)
  on conflict do update set n = n + excluded.n, until = max(until, excluded.until)`)
const putPlaces = raw.prepare(`insert into seq_day (day, first_seq, last_seq) values (?, ?, ?)
  on conflict do update set first_seq = min(first_seq, excluded.first_seq),
    last_seq = max(last_seq, excluded.last_seq)`)
const stepIn = raw.prepare(
  'select at from reading where at >= ? and at < ? order by at limit 1 offset ?',
)
const dropCorrections = raw.prepare(`delete from correction where seq in
  (select seq from reading where at >= ? and at < ? and seq <= ?)`)
const dropTold = raw.prepare(`delete from told where seq in
  (select seq from reading where at >= ? and at < ? and seq <= ?)`)
const dropReadings = raw.prepare('delete from reading where at >= ? and at < ? and seq <= ?')
const daysBefore = raw.prepare('select day from packed_day where day < ? and n > 0 order by day')
const chunksFrom = raw.prepare('select id from chunk where id >= ? and id < ? order by id limit ?')
const keepHours = raw.prepare(`insert into hours (id, hours)
  select id, hours from chunk where id >= ? and id <= ? order by id on conflict do nothing`)
const dropChunks = raw.prepare('delete from chunk where id >= ? and id <= ?')
const emptyDay = raw.prepare('update packed_day set n = 0 where day = ?')

/** This thread alone makes them. */
const seriesNo = new Map<number, number>()
for (const row of allSeries.all() as { no: number; device_no: number; container_no: number }[]) {
  seriesNo.set(pairOf(row.device_no, row.container_no), row.no)
}

function pairOf(device: number, container: number): number {
  return device * 2 ** 26 + container
}

const closing = new AbortController()
const isClosing = (): boolean => closing.signal.aborted
let transactions = 0
let longestHoldMs = 0
/** How many chunks, and how many readings, a transaction of `HOLD_MS` has room for. */
let chunksAtOnce = 32
let readingsAtOnce = 500

async function transact(work: () => void): Promise<number> {
  const heldMs = await hold(raw, work)
  transactions++
  longestHoldMs = Math.max(longestHoldMs, heldMs)
  return heldMs
}

function nextSize(size: number, heldMs: number): number {
  const wanted = heldMs > HOLD_MS ? size / 2 : heldMs < HOLD_MS / 2 ? size * 1.5 : size
  return Math.min(MOST, Math.max(LEAST, Math.floor(wanted)))
}

type Row = PackedReading & {
  readonly seq: number
  readonly device_no: number
  readonly container_no: number
}

interface Chunk {
  readonly id: number
  readonly hours: Uint8Array
  readonly body: Uint8Array
  /** Readings that weren't in it before. */
  readonly added: number
  /** Their first and last place in the journal. */
  readonly firstSeq: number
  readonly lastSeq: number
}

async function round(now: number): Promise<Compacted> {
  transactions = 0
  longestHoldMs = 0
  // A clock that runs ahead packs and drops nothing of a journal that it hasn't reached.
  const journal = journalAt.get() as { at: number } | undefined
  const at = Math.min(now, journal?.at ?? now)
  const until = Math.floor((at - hotMs) / HOUR) * HOUR
  let packed = 0
  for (;;) {
    const first = firstBefore.get(until) as { at: number | null }
    if (first.at === null || isClosing()) break
    const day = dayOf(first.at)
    packed += await foldDay(day, Math.min((day + 1) * DAY, until))
  }
  let dropped = 0
  if (keepReadingsMs !== undefined) {
    for (const row of daysBefore.all(dayOf(at - keepReadingsMs))) {
      if (isClosing()) break
      await dropDay(row['day'] as number)
      dropped++
    }
  }
  return { packed, dropped, transactions, longestHoldMs }
}

/** Packs what was measured on a day before `until`, and gives how many readings that were. */
async function foldDay(day: number, until: number): Promise<number> {
  const start = day * DAY
  // What is kept from now on has a later place in the journal, and waits for the next round.
  const { n, seq, first, last } = countIn.get(start, until) as Record<string, number>
  const width = Math.ceil((last! - first! + 1) / Math.ceil(n! / SLICE))
  let packed = 0
  for (let device = first!; device <= last! && !isClosing(); device += width) {
    const rows = readingsIn.all(start, until, seq!, device, device + width - 1)
    packed += await foldRows(day, until, rows as unknown as readonly Row[])
  }
  if (!isClosing()) await clear(start, until, seq!)
  return packed
}

async function foldRows(day: number, until: number, rows: readonly Row[]): Promise<number> {
  const groups = Map.groupBy(rows, (row) => pairOf(row.device_no, row.container_no))
  const unknown = [...groups.keys()].filter((pair) => !seriesNo.has(pair))
  for (let i = 0; i < unknown.length; i += SERIES_AT_ONCE) {
    const made = new Map<number, number>()
    await transact(() => {
      for (const pair of unknown.slice(i, i + SERIES_AT_ONCE)) {
        const { device_no, container_no } = groups.get(pair)![0]!
        made.set(pair, (newSeries.get(device_no, container_no) as { no: number }).no)
      }
    })
    for (const [pair, no] of made) seriesNo.set(pair, no)
  }
  const series = [...groups].map(([pair, rows]) => ({ no: seriesNo.get(pair)!, rows }))
  // At the end of the table, one after another.
  series.sort((a, b) => a.no - b.no)
  let packed = 0
  let chunks: Chunk[] = []
  const flush = async (): Promise<void> => {
    const writing = chunks
    chunks = []
    const added = writing.reduce((sum, chunk) => sum + chunk.added, 0)
    packed += added
    const heldMs = await transact(() => {
      for (const { id, hours, body } of writing) putChunk.run(id, hours, body)
      putDay.run(day, added, until)
      const first = Math.min(...writing.map(({ firstSeq }) => firstSeq))
      putPlaces.run(day, first, Math.max(...writing.map(({ lastSeq }) => lastSeq)))
    })
    chunksAtOnce = nextSize(chunksAtOnce, heldMs)
  }
  for (const { no, rows } of series) {
    const chunk = chunkOf(day, no, rows)
    if (chunk) chunks.push(chunk)
    if (chunks.length >= chunksAtOnce) await flush()
  }
  if (chunks.length > 0) await flush()
  return packed
}

/** A series' chunk with the readings in it; undefined where they add nothing. */
function chunkOf(day: number, series: number, rows: readonly Row[]): Chunk | undefined {
  const id = chunkId(day, series)
  const before = bodyAt.get(id) as { body: Uint8Array } | undefined
  if (!before) {
    // Only hours are left of that day: whether they have these readings already nobody can say.
    return oldHoursAt.get(id) ? undefined : pack(id, rows, rows)
  }
  const packed = unpackDay(day, before.body)
  const known = new Set(packed.map(keyOf))
  const fresh = rows.filter((row) => !known.has(keyOf(row)))
  if (fresh.length === 0) return undefined
  return pack(id, [...packed, ...fresh], fresh)
}

function pack(id: number, readings: readonly PackedReading[], fresh: readonly Row[]): Chunk {
  const all = readings.toSorted(inOrder)
  return {
    id,
    hours: packHours(hoursOf(all)),
    body: packDay(all),
    added: fresh.length,
    firstSeq: Math.min(...fresh.map(({ seq }) => seq)),
    lastSeq: Math.max(...fresh.map(({ seq }) => seq)),
  }
}

function keyOf({ at, n }: PackedReading): string {
  return `${at}/${n}`
}

/** Takes readings that are in their chunks out of their table, oldest first. */
async function clear(from: number, until: number, seq: number): Promise<void> {
  let at = from
  while (at < until && !isClosing()) {
    const step = stepIn.get(at, until, readingsAtOnce) as { at: number } | undefined
    // At least one instant, however much happened in it.
    const to = step ? Math.max(step.at, at + 1) : until
    const heldMs = await transact(() => {
      dropCorrections.run(at, to, seq)
      dropTold.run(at, to, seq)
      dropReadings.run(at, to, seq)
    })
    readingsAtOnce = nextSize(readingsAtOnce, heldMs)
    at = to
  }
}

/** Drops a day's readings and keeps its hours. */
async function dropDay(day: number): Promise<void> {
  const end = chunkId(day + 1, 0)
  let from = chunkId(day, 0)
  while (!isClosing()) {
    const ids = chunksFrom.all(from, end, chunksAtOnce)
    if (ids.length === 0) {
      await transact(() => emptyDay.run(day))
      return
    }
    const last = ids.at(-1)!['id'] as number
    const heldMs = await transact(() => {
      keepHours.run(from, last)
      dropChunks.run(from, last)
    })
    chunksAtOnce = nextSize(chunksAtOnce, heldMs)
    from = last + 1
  }
}

/** Rounds follow each other; closing waits for the step at hand. */
let last: Promise<void> = Promise.resolve()

async function report(now: number): Promise<void> {
  const told: CompactionReport = await round(now).then(
    (compacted) => ({ kind: 'done', compacted }),
    (error: unknown) => ({ kind: 'failed', fault: error as Error }),
  )
  port.postMessage(told)
}

port.on('message', (order: CompactionOrder) => {
  if (order.kind === 'round') {
    last = last.then(() => report(order.now))
    return
  }
  closing.abort()
  void last.then(() => {
    raw.close()
    port.close()
  })
})
