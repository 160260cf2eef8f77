/** The writes of a journal transaction. The hot ones are plain prepared statements. */
import type { StatementSync } from 'node:sqlite'
import type { ContainerState } from '#src/rules/decision.ts'
import type { AreaId, ContainerId, DeviceId, PostKey, StationId } from '#src/stations/ids.ts'
import { FAULTS, READING_FLAGS, type Reading } from '#src/stations/reading.ts'
import type { JournalTx, Kept, NewReading, Post, StoredDecision, Voice } from '../contract.ts'
import { LOOK_BACK, newsTakenBack } from '../news-taken-back.ts'
import type { Connection } from './database.ts'
import { type PackedReading, TOLD } from './day-chunk.ts'
import { packedReadings } from './packed-readings.ts'

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
  const packed = packedReadings(writer)
  const findReading = raw.prepare('select * from reading where at = ? and device_no = ? and n = ?')
  const insertEvent = raw.prepare(
    'insert into event (seq, at, type, body, unheard) values (?, ?, ?, ?, ?)',
  )
  const insertTold = raw.prepare(
    `insert into told (seq, told, told_at, told_device, told_fill) values (?, ?, ?, ?, ?)`,
  )
  const insertText = raw.prepare(
    'insert into kept_text (hash, body) values (?, ?) on conflict (hash) do nothing',
  )
  const insertVersion = raw.prepare(
    'insert into version (seq, at, rules, town, engine, tzdata) values (?, ?, ?, ?, ?, ?)',
  )
  const insertRejected = raw.prepare(`insert into quarantine
    (received_at, reason, detail, topic, device_id, head, bytes, payload)
    values (?, ?, ?, ?, ?, ?, ?, ?)`)
  const insertCorrection = raw.prepare(
    'insert into correction (seq, clean, body) values (?, ?, ?) on conflict (seq) do nothing',
  )
  const insertAlarm = raw.prepare(
    'insert into alarm_change (at, container_no, device_no, body) values (?, ?, ?, ?)',
  )
  const upsertBelief = raw.prepare(`insert into belief (container_no, device_no, seq, state)
    values (?, ?, ?, ?) on conflict (container_no, device_no)
    do update set seq = excluded.seq, state = excluded.state`)
  const trimRejected = raw.prepare('delete from quarantine where id <= ?')
  const countRejected = raw.prepare(`insert into rejection_count (reason, n) values (?, ?)
    on conflict (reason) do update set n = n + excluded.n`)
  const insertDecision = raw.prepare(`insert into decision
    (at, seq, rule_id, station_id, container_id, post_key, body) values (?, ?, ?, ?, ?, ?, ?)`)
  // A key names its post by the episodes it speaks of: one that is there already has been said.
  const insertPost = raw.prepare(`insert into post (key, at, station_id, audience, body, send_at)
    values (?, ?, ?, ?, ?, ?) on conflict (key) do nothing`)
  const insertCard = raw.prepare(
    'insert into post_card (post_key, facts) values (?, ?) on conflict (post_key) do nothing',
  )
  const withdrawPost = raw.prepare(
    'update post set withdrawn_at = ? where key = ? and withdrawn_at is null',
  )
  const withdrawDeliveries = raw.prepare(
    `update delivery set state = 'withdrawn' where post_key = ? and state = 'due'`,
  )
  const findBegun = raw.prepare(
    `select 1 from delivery where post_key = ? and (attempts > 0 or state in ('sending', 'sent', 'uncertain')) limit 1`,
  )
  const findNewest = raw.prepare(`select body from post where station_id = ? and audience = ?
    and withdrawn_at is null order by at desc, key limit ${LOOK_BACK}`)
  const findVoices = raw.prepare(
    'select channel, account, language from delivery where post_key = ? order by id',
  )
  const insertDelivery = raw.prepare(`insert into delivery
    (post_key, station_id, channel, account, language, text, state, due_at, expires_at, attempts,
      priority, send_at, last_error)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)
    on conflict (post_key, channel, account, language) do nothing`)
  const upsertEngine = raw.prepare(`insert into engine_state (key, value) values (?, ?)
    on conflict (key) do update set value = excluded.value`)
  const deleteEngine = raw.prepare('delete from engine_state where key = ?')
  const moveJournal = raw.prepare(`insert into journal (id, seq, at) values (1, ?, ?)
    on conflict (id) do update set seq = excluded.seq, at = excluded.at`)

  const takenBackBy = (post: Post): readonly PostKey[] => {
    if (post.corrects !== undefined) return [post.corrects]
    if (post.kind !== 'close') return []
    const rows = findNewest.all(placeKey(post), post.audience) as { body: string }[]
    const newest = rows.map(({ body }) => JSON.parse(body) as Post)
    return newsTakenBack(post, newest).map(({ key }) => key)
  }

  /** What the last readings were numbered, where not as they asked. */
  const renumbered = new Map<number, number>()

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

  /** Puts a reading in its place. Where another has it already, that one. */
  const place = (entry: NewReading, n: number): KeptRow | undefined => {
    const { reading } = entry
    const device = numberOf(numbers().devices, reading.deviceId)
    const before = packed.find(device, reading.measuredAt, n)
    if (before) return before
    fill(oneRow, 0, entry, n)
    if (insertOne.run(...oneRow).changes === 1) return undefined
    return hot(entry, n)
  }

  const hot = ({ reading }: NewReading, n: number): KeptRow & { readonly seq: number } =>
    findReading.get(
      reading.measuredAt,
      numberOf(numbers().devices, reading.deviceId),
      n,
    ) as unknown as KeptRow & { readonly seq: number }

  /** What became of a reading whose place was already taken. */
  const compare = (entry: NewReading, row: KeptRow): Kept => {
    const { reading } = entry
    if (reading.measuredAt !== reading.receivedAt) {
      return sameLevel(row, reading) ? 'repeat' : 'conflict'
    }
    if (sameLevel(row, reading) && sameStatus(row, reading)) return 'repeat'
    // Two readings without a time of their own in the same millisecond: both are real.
    for (let n = reading.n + 1; ; n++) {
      const next = place(entry, n)
      if (next === undefined) {
        renumbered.set(entry.seq, n)
        return 'kept'
      }
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
      const row = hot(entry, entry.reading.n)
      answers.push(row.seq === entry.seq ? 'kept' : compare(entry, row))
    }
  }

  const keepOne = (entry: NewReading): Kept => {
    const before = place(entry, entry.reading.n)
    return before === undefined ? 'kept' : compare(entry, before)
  }

  /** Whether the next `ROWS` are there and all newer than anything packed. */
  const areNew = (readings: readonly NewReading[], from: number): boolean => {
    if (from + ROWS > readings.length) return false
    for (let i = from; i < from + ROWS; i++) {
      if (readings[i]!.reading.measuredAt < packed.until) return false
    }
    return true
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
    renumbered: (seq) => renumbered.get(seq),
    async keepReadings(readings) {
      renumbered.clear()
      const answers: Kept[] = []
      packed.look()
      for (let i = 0; i < readings.length;) {
        if (areNew(readings, i)) {
          keepMany(readings, i, answers)
          i += ROWS
        } else answers.push(keepOne(readings[i++]!))
      }
      return answers
    },
    async keepEvents(records, unheard) {
      for (const record of records) {
        const { seq, at, type, ...body } = record
        insertEvent.run(seq, at, type, JSON.stringify(body), unheard?.has(record) ? 1 : null)
      }
    },
    async keepTold(all) {
      const { devices } = numbers()
      for (const { seq, told, toldAt } of all) {
        const otherwise = typeof told === 'object' ? told : undefined
        insertTold.run(
          seq,
          told === undefined ? null : otherwise ? TOLD.otherwise : TOLD.nothing,
          toldAt ?? null,
          otherwise ? numberOf(devices, otherwise.deviceId) : null,
          otherwise?.fillPercent ?? null,
        )
      }
    },
    async keepVersions(versions) {
      for (const version of versions) {
        const { seq, at, town } = version
        const made = version.kind === 'made' ? version : undefined
        for (const { hash, body } of made ? [town, made.rules] : [town]) insertText.run(hash, body)
        insertVersion.run(
          seq,
          at,
          made?.rules.hash ?? null,
          town.hash,
          made?.engine ?? null,
          made?.tzdata ?? null,
        )
      }
    },
    async keepBeliefs({ corrections, states, alarms }) {
      for (const { seq, cleanPercent, correction } of corrections) {
        insertCorrection.run(seq, cleanPercent, JSON.stringify(correction))
      }
      const { containers, devices } = numbers()
      for (const { containerId, deviceId, change } of alarms) {
        insertAlarm.run(
          change.at,
          numberOf(containers, containerId),
          numberOf(devices, deviceId),
          JSON.stringify(change),
        )
      }
      for (const { containerId, deviceId, seq, state } of states) {
        upsertBelief.run(numberOf(containers, containerId), numberOf(devices, deviceId), seq, state)
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
          r.payload ?? null,
        )
        const oldest = Number(lastInsertRowid) - QUARANTINE_ROWS
        if (oldest > 0) trimRejected.run(oldest)
      }
      for (const [reason, n] of counts) countRejected.run(reason, n)
    },
    isUnderWay: async (post) => findBegun.get(post) !== undefined,
    async voicesBefore(post) {
      return takenBackBy(post).flatMap((key) => findVoices.all(key) as unknown as Voice[])
    },
    async keepEffects(effects) {
      const { decisions, posts, withdrawn, deliveries, containers, state, seq, at } = effects
      keepContainers(containers)
      for (const [key, value] of state) {
        if (value === undefined) deleteEngine.run(key)
        else upsertEngine.run(key, value)
      }
      for (const p of posts) {
        insertPost.run(p.key, p.at, placeKey(p), p.audience, JSON.stringify(p), p.sendAt)
      }
      const postOf = new Map(posts.map((p) => [p.key, p]))
      for (const { postKey, facts } of effects.cards ?? []) {
        insertCard.run(postKey, JSON.stringify(facts))
      }
      for (const d of deliveries) {
        const post = postOf.get(d.postKey)!
        insertDelivery.run(
          d.postKey,
          placeKey(post),
          d.channel,
          d.account,
          d.language,
          d.text,
          d.fault === undefined ? 'due' : 'dead',
          d.dueAt,
          d.expiresAt,
          post.priority,
          post.sendAt,
          d.fault ?? null,
        )
      }
      // A post may be made and stopped in one commit.
      for (const key of withdrawn) {
        withdrawPost.run(at, key)
        withdrawDeliveries.run(key)
      }
      const stored: StoredDecision[] = []
      for (const d of decisions) {
        const { lastInsertRowid } = insertDecision.run(
          d.at,
          d.seq,
          d.ruleId,
          placeKey(d),
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

/** A station's id, `area:` and an area's, or `town`. */
function placeKey({
  stationId,
  areaId,
}: {
  readonly stationId?: StationId
  readonly areaId?: AreaId
}): string {
  return stationId ?? (areaId === undefined ? 'town' : `area:${areaId}`)
}

/** Of a reading that was kept before, what tells it from another. */
type KeptRow = Pick<
  PackedReading,
  | 'fill'
  | 'raw_fill'
  | 'distance_mm'
  | 'fault'
  | 'battery_percent'
  | 'battery_volts'
  | 'temperature_c'
  | 'tilt_deg'
>

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
