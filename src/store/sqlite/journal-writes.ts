/** The writes of a journal transaction. The hot ones are plain prepared statements. */
import type { ContainerState } from '#src/rules/decision.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import { FAULTS, READING_FLAGS, type Reading } from '#src/stations/reading.ts'
import type { JournalTx, Kept, NewReading, StoredDecision } from '../contract.ts'
import type { Connection } from './database.ts'

/** Rows are addressed by small numbers; these are kept in step with the tables. */
export interface RowNumbers {
  readonly devices: ReadonlyMap<DeviceId, number>
  readonly containers: ReadonlyMap<ContainerId, number>
}

/** Rejected messages kept, beyond which the oldest go. The counts stay. */
const QUARANTINE_ROWS = 50_000

const INSERT_READING = `insert or ignore into reading
  (at, device_no, n, seq, received_at, container_no, fill, raw_fill, distance_mm, fault,
   battery_percent, battery_volts, temperature_c, tilt_deg, flags, counter, fingerprint)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

const UPSERT_CONTAINER = `insert into container_state
  (container_no, fill, measured_at, device_id, fault, heard_at, interval_ms, emptied_at, reports)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (container_no) do update set fill = excluded.fill, measured_at = excluded.measured_at,
   device_id = excluded.device_id, fault = excluded.fault, heard_at = excluded.heard_at,
   interval_ms = excluded.interval_ms, emptied_at = excluded.emptied_at, reports = excluded.reports`

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
  const insertReading = raw.prepare(INSERT_READING)
  const upsertContainer = raw.prepare(UPSERT_CONTAINER)
  const findReading = raw.prepare(
    'select fill, raw_fill, distance_mm, fault from reading where at = ? and device_no = ? and n = ?',
  )
  const insertEvent = raw.prepare('insert into event (seq, at, type, body) values (?, ?, ?, ?)')
  const insertRejected = raw.prepare(`insert into quarantine
    (received_at, reason, detail, topic, device_id, head, bytes) values (?, ?, ?, ?, ?, ?, ?)`)
  const trimRejected = raw.prepare('delete from quarantine where id <= ?')
  const countRejected = raw.prepare(`insert into rejection_count (reason, n) values (?, ?)
    on conflict (reason) do update set n = n + excluded.n`)
  const insertDecision = raw.prepare(`insert into decision
    (at, seq, rule_id, station_id, container_id, post_key, body) values (?, ?, ?, ?, ?, ?, ?)`)
  const insertPost = raw.prepare(
    'insert into post (key, at, station_id, audience, body) values (?, ?, ?, ?, ?)',
  )
  const insertDelivery = raw.prepare(`insert into delivery
    (post_key, station_id, channel, account, language, text, state, due_at, expires_at, attempts)
    values (?, ?, ?, ?, ?, ?, 'due', ?, ?, 0)`)
  const upsertState = raw.prepare(`insert into engine_state (key, value) values (?, ?)
    on conflict (key) do update set value = excluded.value`)
  const deleteState = raw.prepare('delete from engine_state where key = ?')
  const moveJournal = raw.prepare(`insert into journal (id, seq, at) values (1, ?, ?)
    on conflict (id) do update set seq = excluded.seq, at = excluded.at`)

  const insert = ({ seq, reading, counter, fingerprint }: NewReading, n: number): boolean => {
    const { devices, containers } = numbers()
    const deviceNo = numberOf(devices, reading.deviceId)
    const containerNo =
      reading.containerId === undefined ? null : numberOf(containers, reading.containerId)
    const result = insertReading.run(
      reading.measuredAt,
      deviceNo,
      n,
      seq,
      reading.receivedAt,
      containerNo,
      reading.fillPercent ?? null,
      reading.rawFillPercent ?? null,
      reading.distanceMm ?? null,
      reading.fault === undefined ? null : faultCode.get(reading.fault)!,
      reading.batteryPercent ?? null,
      reading.batteryVolts ?? null,
      reading.temperatureC ?? null,
      reading.tiltDeg ?? null,
      bitsOf(reading.flags),
      counter ?? null,
      fingerprint,
    )
    return result.changes === 1
  }

  const sameContent = (reading: Reading, n: number): boolean => {
    const row = findReading.get(
      reading.measuredAt,
      numberOf(numbers().devices, reading.deviceId),
      n,
    ) as {
      fill: number | null
      raw_fill: number | null
      distance_mm: number | null
      fault: number | null
    }
    return (
      row.fill === (reading.fillPercent ?? null) &&
      row.raw_fill === (reading.rawFillPercent ?? null) &&
      row.distance_mm === (reading.distanceMm ?? null) &&
      row.fault === (reading.fault === undefined ? null : faultCode.get(reading.fault)!)
    )
  }

  const keepOne = (entry: NewReading): Kept => {
    const { reading } = entry
    if (insert(entry, reading.n)) return 'kept'
    if (sameContent(reading, reading.n)) return 'repeat'
    if (reading.measuredAt !== reading.receivedAt) return 'conflict'
    // Two readings without a time of their own in the same millisecond: both are real.
    for (let n = reading.n + 1; ; n++) {
      if (insert(entry, n)) return 'kept'
      if (sameContent(reading, n)) return 'repeat'
    }
  }

  return {
    async keepReadings(readings) {
      return readings.map(keepOne)
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
          r.detail,
          r.topic,
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
      for (const c of containers) upsertContainer.run(...containerRow(c, numbers()))
      for (const [key, value] of state) {
        if (value === undefined) deleteState.run(key)
        else upsertState.run(key, value)
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

function containerRow(c: ContainerState, numbers: RowNumbers) {
  return [
    numberOf(numbers.containers, c.containerId),
    c.fillPercent ?? null,
    c.measuredAt ?? null,
    c.deviceId ?? null,
    c.fault ?? null,
    c.heardAt ?? null,
    c.intervalMs ?? null,
    c.emptiedAt ?? null,
    c.reports.length === 0 ? null : JSON.stringify(c.reports),
  ] as const
}

function numberOf<Id>(numbers: ReadonlyMap<Id, number>, id: Id): number {
  const no = numbers.get(id)
  if (no === undefined) throw new Error(`${String(id)} is not in the store; import the town first`)
  return no
}
