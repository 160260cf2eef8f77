/**
 * Takes one snapshot of what the engine remembers, on a thread that ends with it. It is read in one state
 * of the file, which holds up nobody, packed here, and written in small steps; only its last row makes it
 * one. Whoever is killed on the way leaves parts that nobody asks for, and the next one clears them.
 */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { type EpochMs, wallTime } from '#src/stations/time.ts'
import { type ContainerRow, containerStateOf } from './container-state.ts'
import { hold } from './short-steps.ts'
import { PART_BYTES, partId, snapshotOf, superfluous, type SnapshotMark } from './snapshot-place.ts'
import type { SnapshotPlan, Snapshotted } from './snapshots.ts'

const { path, timeZone } = workerData as SnapshotPlan
const raw = new DatabaseSync(path, { timeout: 5000 })
raw.exec('pragma synchronous = normal')
raw.exec('pragma wal_autocheckpoint = 16000')
let longestHoldMs = 0

interface Head {
  readonly seq: number
  readonly at: EpochMs
  readonly versionNo: number
  readonly decisionId: number
  readonly engine: string
}

/** Undefined where there is nothing to go on from, or today's is there already. */
function readState():
  { readonly head: Head; readonly day: string; readonly body: string } | undefined {
  raw.exec('begin')
  try {
    const head = raw
      .prepare(
        `select journal.seq as seq, journal.at as at, version.no as versionNo,
           (select coalesce(max(id), 0) from decision) as decisionId,
           made.engine || ' ' || made.tzdata as engine
         from journal, version, (
           select engine, tzdata from version where engine is not null order by no desc limit 1
         ) made
         order by version.no desc limit 1`,
      )
      .get() as Head | undefined
    if (!head) return undefined
    const { day } = wallTime(head.at, timeZone)
    const newest = raw
      .prepare('select day, engine from snapshot order by no desc limit 1')
      .get() as Pick<SnapshotMark, 'day' | 'engine'> | undefined
    if (newest?.day === day && newest.engine === head.engine) return undefined
    const containers = raw
      .prepare(
        `select container_state.*, container.id as container_id from container_state
         join container on container.no = container_no order by container_no`,
      )
      .all() as unknown as readonly ContainerRow[]
    const state = raw.prepare('select key, value from engine_state order by key').all()
    const kept = {
      containers: containers.map(containerStateOf),
      state: state.map((row) => [row['key'], row['value']]),
    }
    return { head, day, body: JSON.stringify(kept) }
  } finally {
    raw.exec('commit')
  }
}

async function transact(work: () => void): Promise<void> {
  const heldMs = await hold(raw, work)
  longestHoldMs = Math.max(longestHoldMs, heldMs)
}

async function dropParts(of: (snapshot: number) => boolean): Promise<void> {
  const drop = raw.prepare('delete from snapshot_part where id = ?')
  const parts = raw
    .prepare('select id from snapshot_part')
    .all()
    .map((row) => row['id'] as number)
  for (const id of parts) if (of(snapshotOf(id))) await transact(() => drop.run(id))
}

async function takeSnapshot(): Promise<Snapshotted | undefined> {
  const start = performance.now()
  const read = readState()
  if (!read) return undefined
  const { head, day } = read
  const body = gzipSync(read.body)
  const marks = (): readonly SnapshotMark[] =>
    raw
      .prepare('select no, day, engine from snapshot order by no')
      .all() as unknown as SnapshotMark[]
  const known = new Set(marks().map(({ no }) => no))
  await dropParts((snapshot) => !known.has(snapshot))

  const no = Math.max(0, ...known) + 1
  const insertPart = raw.prepare('insert into snapshot_part (id, body) values (?, ?)')
  let parts = 0
  for (let from = 0; from < body.length; from += PART_BYTES) {
    const part = parts++
    await transact(() => insertPart.run(partId(no, part), body.subarray(from, from + PART_BYTES)))
  }
  await transact(() =>
    raw
      .prepare(
        `insert into snapshot (no, seq, at, version_no, decision_id, day, engine, parts)
         values (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(no, head.seq, head.at, head.versionNo, head.decisionId, day, head.engine, parts),
  )

  const gone = new Set(superfluous(marks()).map((mark) => mark.no))
  const forget = raw.prepare('delete from snapshot where no = ?')
  for (const each of gone) await transact(() => forget.run(each))
  if (gone.size > 0) await dropParts((snapshot) => gone.has(snapshot))
  return { seq: head.seq, bytes: body.length, longestHoldMs, tookMs: performance.now() - start }
}

try {
  parentPort!.postMessage(await takeSnapshot())
} finally {
  raw.close()
}
