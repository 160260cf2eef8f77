/** The writes of a journal transaction. The hot ones are plain prepared statements. */
import type { StatementSync } from 'node:sqlite'
import type { Selectable } from 'kysely'
import type { ContainerState } from '#src/rules/decision.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import { FAULTS, READING_FLAGS, type Reading } from '#src/stations/reading.ts'
import type { JournalTx, Kept, NewReading, StoredDecision } from '../contract.ts'
import type { Connection } from './database.ts'
import type { Tables } from './schema.ts'

/** Rows are addressed by small numbers; these are kept in step with the tables. */
export interface RowNumbers {
  readonly devices: ReadonlyMap<DeviceId, number>
  readonly containers: ReadonlyMap<ContainerId, number>
}

/** Rejected messages kept, beyond which the oldest go. The counts stay. */
const QUARANTINE_ROWS = 50_000
/** A topic may be 65 535 bytes long; so much of one is enough to know it by. */
const MOST_TEXT = 1024

const COLUMNS = `at device_no n seq received_at container_no fill raw_fill distance_mm fault
  battery_percent battery_volts temperature_c tilt_deg flags counter fingerprint`.split(/\s+/)
/** Readings in one statement: fewer steps into SQLite for each. Beyond this nothing more is gained. */
const ROWS = 16

/** Only a reading of the same identity is passed over; any other fault stays a fault. */
function insertReadings(rows: number): string {
  const row = `(${COLUMNS.map(() => '?').join(', ')})`
  return `insert into reading (${COLUMNS.join(', ')})
    values ${Array.from({ length: rows }, () => row).join(', ')}
    on conflict (at, device_no, n) do nothing`
}

const STATE_COLUMNS = `container_no fill measured_at device_id fault heard_at interval_ms emptied_at
  reports`.split(/\s+/)

function upsertContainers(rows: number): string {
  const [key, ...others] = STATE_COLUMNS
  const row = `(${STATE_COLUMNS.map(() => '?').join(', ')})`
  return `insert into container_state (${STATE_COLUMNS.join(', ')})
    values ${Array.from({ length: rows }, () => row).join(', ')}
    on conflict (${key}) do update set ${others.map((c) => `${c} = excluded.${c}`).join(', ')}`
}

const faultCode = new Map<string, number>(FAULTS.map((fault, i) => [fault, i]))
const flagBit = new Map<string, number>(READING_FLAGS.map((flag, i) => [flag, 1 << i]))

export function faultOf(code: number | null) {
  return code === null ? undefined : FAULTS[code]
}

export function flagsOf(bits: number): Reading['flags'] {
  return bits === 0 ? NO_FLAGS : READING_FLAGS.filter((_, i) => bits & (1 << i))
}
const NO_FLAGS: Reading['flags'] = []

function bitsOf(flags: Reading['flags']): number {
  let bits = 0
  for (const flag of flags) bits |= flagBit.get(flag)!
  return bits
}

export function journalWrites(writer: Connection, numbers: () => RowNumbers): JournalTx {
  const { raw } = writer
  const insertOne = raw.prepare(insertReadings(1))
  const insertMany = raw.prepare(insertReadings(ROWS))
  const oneRow = Array.from<number | null>({ length: COLUMNS.length }).fill(null)
  const manyRows = Array.from<number | null>({ length: COLUMNS.length * ROWS }).fill(null)
  const upsertState = raw.prepare(upsertContainers(1))
  const upsertStates = raw.prepare(upsertContainers(ROWS))
  const findReading = raw.prepare('select * from reading where at = ? and device_no = ? and n = ?')
  const insertEvent = raw.prepare('insert into event (seq, at, type, body) values (?, ?, ?, ?)')
  const insertRejected = raw.prepare(`insert into quarantine
    (received_at, reason, detail, topic, device_id, head, bytes) values (?, ?, ?, ?, ?, ?, ?)`)
  const trimRejected = raw.prepare('delete from quarantine where id <= ?')
  const countRejected = raw.prepare(`insert into rejection_count (reason, n) values (?, ?)
    on conflict (reason) do update set n = n + excluded.n`)
  const insertDecision = raw.prepare(`insert into decision
    (at, seq, rule_id, station_id, container_id, post_key, body) values (?, ?, ?, ?, ?, ?, ?)`)
  // A key names its post by the episodes it speaks of: one that is there already has been said.
  const insertPost = raw.prepare(`insert into post (key, at, station_id, audience, body)
    values (?, ?, ?, ?, ?) on conflict (key) do nothing`)
  const insertDelivery = raw.prepare(`insert into delivery
    (post_key, station_id, channel, account, language, text, state, due_at, expires_at, attempts)
    values (?, ?, ?, ?, ?, ?, 'due', ?, ?, 0)
    on conflict (post_key, channel, account, language) do nothing`)
  const upsertEngine = raw.prepare(`insert into engine_state (key, value) values (?, ?)
    on conflict (key) do update set value = excluded.value`)
  const deleteEngine = raw.prepare('delete from engine_state where key = ?')
  const moveJournal = raw.prepare(`insert into journal (id, seq, at) values (1, ?, ?)
    on conflict (id) do update set seq = excluded.seq, at = excluded.at`)

  const fill = (into: (number | null)[], from: number, entry: NewReading, n: number): void => {
    const { devices, containers } = numbers()
    const { reading } = entry
    let i = from
    into[i++] = reading.measuredAt
    into[i++] = numberOf(devices, reading.deviceId)
    into[i++] = n
    into[i++] = entry.seq
    into[i++] = reading.receivedAt
    into[i++] = reading.containerId === undefined ? null : numberOf(containers, reading.containerId)
    into[i++] = reading.fillPercent ?? null
    into[i++] = reading.rawFillPercent ?? null
    into[i++] = reading.distanceMm ?? null
    into[i++] = faultCodeOf(reading)
    into[i++] = reading.batteryPercent ?? null
    into[i++] = reading.batteryVolts ?? null
    into[i++] = reading.temperatureC ?? null
    into[i++] = reading.tiltDeg ?? null
    into[i++] = bitsOf(reading.flags)
    into[i++] = entry.counter ?? null
    into[i++] = entry.fingerprint
  }

  const insert = (entry: NewReading, n: number): boolean => {
    fill(oneRow, 0, entry, n)
    return insertOne.run(...oneRow).changes === 1
  }

  const kept = ({ reading }: NewReading, n: number): KeptRow =>
    findReading.get(
      reading.measuredAt,
      numberOf(numbers().devices, reading.deviceId),
      n,
    ) as unknown as KeptRow

  /** What became of a reading whose place was already taken. */
  const compare = (entry: NewReading, row: KeptRow): Kept => {
    const { reading } = entry
    if (reading.measuredAt !== reading.receivedAt) {
      return sameLevel(row, reading) ? 'repeat' : 'conflict'
    }
    if (sameLevel(row, reading) && sameStatus(row, reading)) return 'repeat'
    // Two readings without a time of their own in the same millisecond: both are real.
    for (let n = reading.n + 1; ; n++) {
      if (insert(entry, n)) return 'kept'
      const next = kept(entry, n)
      if (sameLevel(next, reading) && sameStatus(next, reading)) return 'repeat'
    }
  }

  /** Keeps `ROWS` readings at once; where some were there before, looks which. */
  const keepMany = (readings: readonly NewReading[], from: number, answers: Kept[]): void => {
    for (let i = 0; i < ROWS; i++) {
      const entry = readings[from + i]!
      fill(manyRows, i * COLUMNS.length, entry, entry.reading.n)
    }
    if (insertMany.run(...manyRows).changes === ROWS) {
      for (let i = 0; i < ROWS; i++) answers.push('kept')
      return
    }
    for (let i = from; i < from + ROWS; i++) {
      const entry = readings[i]!
      const row = kept(entry, entry.reading.n)
      answers.push(row.seq === entry.seq ? 'kept' : compare(entry, row))
    }
  }

  const keepOne = (entry: NewReading): Kept => {
    const { n } = entry.reading
    return insert(entry, n) ? 'kept' : compare(entry, kept(entry, n))
  }

  const keepContainers = (states: readonly ContainerState[]): void => {
    const values: (string | number | null)[] = []
    const flush = (statement: StatementSync): void => {
      statement.run(...values)
      values.length = 0
    }
    const oddOnes = states.length % ROWS
    for (let i = 0; i < states.length; i++) {
      pushContainer(values, states[i]!, numbers())
      if (i < oddOnes) flush(upsertState)
      else if ((i - oddOnes) % ROWS === ROWS - 1) flush(upsertStates)
    }
  }

  return {
    async keepReadings(readings) {
      const answers: Kept[] = []
      let i = 0
      for (; i + ROWS <= readings.length; i += ROWS) keepMany(readings, i, answers)
      for (; i < readings.length; i++) answers.push(keepOne(readings[i]!))
      return answers
    },
    async keepEvents(records) {
      for (const { seq, at, type, ...body } of records) {
        insertEvent.run(seq, at, type, JSON.stringify(body))
      }
    },
    async keepRejected(rejected) {
      const counts = new Map<string, number>()
      for (const r of rejected) {
        counts.set(r.reason, (counts.get(r.reason) ?? 0) + 1)
        const { lastInsertRowid } = insertRejected.run(
          r.receivedAt,
          r.reason,
          r.detail.slice(0, MOST_TEXT),
          r.topic.slice(0, MOST_TEXT),
          r.deviceId ?? null,
          r.head.subarray(0, 1024),
          r.bytes,
        )
        const oldest = Number(lastInsertRowid) - QUARANTINE_ROWS
        if (oldest > 0) trimRejected.run(oldest)
      }
      for (const [reason, n] of counts) countRejected.run(reason, n)
    },
    async keepEffects({ decisions, posts, deliveries, containers, state, seq, at }) {
      keepContainers(containers)
      for (const [key, value] of state) {
        if (value === undefined) deleteEngine.run(key)
        else upsertEngine.run(key, value)
      }
      for (const p of posts) {
        insertPost.run(p.key, p.at, p.stationId, p.audience, JSON.stringify(p))
      }
      const stationOf = new Map(posts.map((p) => [p.key, p.stationId]))
      for (const d of deliveries) {
        insertDelivery.run(
          d.postKey,
          stationOf.get(d.postKey)!,
          d.channel,
          d.account,
          d.language,
          d.text,
          d.dueAt,
          d.expiresAt,
        )
      }
      const stored: StoredDecision[] = []
      for (const d of decisions) {
        const { lastInsertRowid } = insertDecision.run(
          d.at,
          d.seq,
          d.ruleId,
          d.stationId,
          d.containerId ?? null,
          d.postKey ?? null,
          JSON.stringify(d),
        )
        stored.push({ ...d, id: Number(lastInsertRowid) })
      }
      moveJournal.run(seq, at)
      return stored
    },
  }
}

type KeptRow = Selectable<Tables['reading']>

function faultCodeOf(reading: Reading): number | null {
  return reading.fault === undefined ? null : faultCode.get(reading.fault)!
}

/** What makes a reading told again the same one: a history often leaves out all but the level. */
function sameLevel(row: KeptRow, reading: Reading): boolean {
  return (
    row.fill === (reading.fillPercent ?? null) &&
    row.raw_fill === (reading.rawFillPercent ?? null) &&
    row.distance_mm === (reading.distanceMm ?? null) &&
    row.fault === faultCodeOf(reading)
  )
}

function sameStatus(row: KeptRow, reading: Reading): boolean {
  return (
    row.battery_percent === (reading.batteryPercent ?? null) &&
    row.battery_volts === (reading.batteryVolts ?? null) &&
    row.temperature_c === (reading.temperatureC ?? null) &&
    row.tilt_deg === (reading.tiltDeg ?? null)
  )
}

/** In the order of `STATE_COLUMNS`. */
function pushContainer(
  values: (string | number | null)[],
  c: ContainerState,
  numbers: RowNumbers,
): void {
  values.push(
    numberOf(numbers.containers, c.containerId),
    c.fillPercent ?? null,
    c.measuredAt ?? null,
    c.deviceId ?? null,
    c.fault ?? null,
    c.heardAt ?? null,
    c.intervalMs ?? null,
    c.emptiedAt ?? null,
    c.reports.length === 0 ? null : JSON.stringify(c.reports),
  )
}

function numberOf<Id>(numbers: ReadonlyMap<Id, number>, id: Id): number {
  const no = numbers.get(id)
  if (no === undefined) throw new Error(`${String(id)} is not in the store; import the town first`)
  return no
}
