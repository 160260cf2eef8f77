/** The journal of a SQLite database read back, beside whoever writes it. Nothing is ever written. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import { concerns } from '#src/rules/alone.ts'
import type { ContainerState } from '#src/rules/decision.ts'
import { readClock } from '#src/rules/kept-state.ts'
import type { EventRecord, JournalRecord, ReadingRecord } from '#src/rules/record.ts'
import type { JournalPiece, Making } from '#src/rules/replay.ts'
import type { AreaId, ContainerId, DeviceId, StationId } from '#src/stations/ids.ts'
import { FAULTS, READING_FLAGS } from '#src/stations/reading.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Post } from '../contract.ts'
import {
  type EngineMark,
  NoReplay,
  type JournalReader,
  type JournalSpan,
  type ReadingsElsewhere,
  type ReplayPlace,
} from '../journal-reader.ts'
import { readText, readTown } from '../kept-text.ts'
import { chunkId, NOWHERE } from './chunk-place.ts'
import { wordsOf } from './database.ts'
import { TOLD, type ToldColumns, unpackTold } from './day-chunk.ts'
import { MIGRATIONS } from './migrations.ts'
import { partId } from './snapshot-place.ts'

/** Decisions read at a time. */
const DECISIONS_AT_ONCE = 2000

const HOT = `select device_no, container_no, at, n, reading.seq as seq, received_at, fill, fault, flags,
    clean, told, told_at, told_device, told_fill
  from reading left join correction using (seq) left join told using (seq)
  where reading.seq > ?1 and reading.seq <= ?2 and container_no is not null
    and (?3 is null or container_no in (select value from json_each(?3)))
  order by reading.seq`

interface HotRow {
  readonly device_no: number
  readonly container_no: number
  readonly at: number
  readonly n: number
  readonly seq: number
  readonly received_at: number
  readonly fill: number | null
  readonly fault: number | null
  readonly flags: number
  readonly clean: number | null
  readonly told: number | null
  readonly told_at: number | null
  readonly told_device: number | null
  readonly told_fill: number | null
}

interface Series {
  readonly no: number
  readonly device_no: number
  readonly container_no: number
}

interface VersionRow {
  readonly no: number
  readonly seq: number
  readonly at: number
  readonly rules: string | null
  readonly town: string
  readonly engine: string | null
  readonly tzdata: string | null
  /** 1 for a town of whose coming the rules were not told. */
  readonly unheard: 0 | 1
}

interface SnapshotRow {
  readonly no: number
  readonly seq: number
  readonly at: number
  readonly version_no: number
  readonly decision_id: number
  readonly parts: number
}

/** A series that was made since: what lies in it is known, for it was not packed when we began. */
const NOWHERE_YET = { device_no: NOWHERE, container_no: NOWHERE }

/** Events that need not name a station to concern it. */
const OF_ALL = `'town', 'resumed', 'bike', 'silenced', 'silence-ended', 'post-corrected'`

const REPLAYED = 1 << READING_FLAGS.indexOf('replayed')

/** A record that has lost its place is put half a place behind the event that it came after. */
const BEHIND = 0.5

/**
 * Opens the journal of a database file. What it gives is as of now; the service may go on writing. Where
 * its history lies in InfluxDB, `elsewhere` reads it from there; without that a replay reaches back as
 * far as the database itself has the readings.
 * @throws with a sentence for the operator when it isn't a database of this version.
 */
export function openJournalReader(
  path: string,
  options: { readonly elsewhere?: ReadingsElsewhere } = {},
): JournalReader {
  const raw = openReadOnly(path)
  try {
    return readerOf(raw, options.elsewhere)
  } catch (error) {
    raw.close()
    throw error
  }
}

function openReadOnly(path: string): DatabaseSync {
  let raw: DatabaseSync | undefined
  try {
    raw = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
    raw.exec('pragma query_only = on')
    raw.exec('pragma cache_size = -16000')
    checkVersion(raw)
    return raw
  } catch (error) {
    raw?.close()
    throw new NoReplay(`The database ${path} can't be read: ${wordsOf(error)}.`, { cause: error })
  }
}

/** It is not brought up to date here: that would be writing. */
function checkVersion(raw: DatabaseSync): void {
  const tables = raw.prepare(`select name from sqlite_schema where name = 'kysely_migration'`).all()
  if (tables.length === 0) throw new Error('it is no database of Kvitter')
  const steps = raw.prepare('select name from kysely_migration').all()
  const done = new Set(steps.map((row) => String(row['name'])))
  const known = Object.keys(MIGRATIONS)
  if (known.some((name) => !done.has(name))) {
    throw new Error('it is of an earlier version; start the service with this one first')
  }
  if (done.size > known.length) throw new Error('a newer Kvitter has used it; run that version')
}

function readerOf(raw: DatabaseSync, elsewhere: ReadingsElsewhere | undefined): JournalReader {
  const head = atOnce(raw, () => readHead(raw))
  const { end, devices, containers, versions, snapshots } = head
  const keptFrom = elsewhere ? head.keptFrom : Math.max(head.keptFrom, head.elsewhereUpTo + 1)
  const allSeries = raw.prepare('select no, device_no, container_no from series')
  const hotReadings = raw.prepare(HOT)
  const daysWith = raw.prepare(
    'select day, first_seq from seq_day where last_seq > ? and first_seq <= ? order by first_seq, day',
  )
  const chunksOf = raw.prepare('select id, body from chunk where id >= ? and id < ?')
  const chunkAt = raw.prepare('select id, body from chunk where id = ?')
  const events = raw.prepare(
    'select seq, at, type, body from event where seq > ? and seq <= ? and unheard is null order by seq',
  )
  /** Those that may concern a station: they name it, or may be of all. */
  const eventsNaming = raw.prepare(
    `select seq, at, type, body from event where seq > ? and seq <= ? and unheard is null
       and (type in (${OF_ALL}) or instr(body, ?) > 0) order by seq`,
  )
  const eventsAt = raw.prepare('select seq, at from event where seq > ? and seq <= ? order by seq')
  const textOf = raw.prepare('select body from kept_text where hash = ?')
  const postAt = raw.prepare('select 1 from post where key = ?')
  const towns = new Map<string, Town>()

  const text = (hash: string): string => {
    const row = textOf.get(hash) as { body: Uint8Array } | undefined
    if (!row) throw new NoReplay(`What was kept as ${hash.slice(0, 12)} is not in the database.`)
    return readText(row.body)
  }
  const townAt = (hash: string): Town => {
    let town = towns.get(hash)
    if (!town) towns.set(hash, (town = readTown(text(hash))))
    return town
  }

  const recordOf = (row: HotRow): ReadingRecord | undefined => {
    if (row.told === TOLD.nothing || (row.flags & REPLAYED) !== 0) return undefined
    const isOtherwise = row.told === TOLD.otherwise
    const fill = isOtherwise ? row.told_fill : (row.clean ?? row.fill)
    const device = isOtherwise ? row.told_device! : row.device_no
    const record: { -readonly [Key in keyof ReadingRecord]: ReadingRecord[Key] } = {
      type: 'reading',
      seq: row.seq,
      at: (row.told_at ?? row.received_at) as EpochMs,
      containerId: containers.get(row.container_no)!,
      deviceId: devices.get(device)!,
      measuredAt: row.at as EpochMs,
    }
    if (fill !== null) record.fillPercent = fill
    if (row.fault !== null) record.fault = FAULTS[row.fault]!
    return record
  }

  /** What lies packed of a day between two places, in no order. Whoever lost its place is in `lost`. */
  const readDay = (
    day: number,
    after: number,
    upTo: number,
    series: ReadonlyMap<number, Series>,
    only: readonly Series[] | undefined,
    isKnown: (seq: number | null, device: number, at: number, n: number) => boolean,
    lost: ReadingRecord[],
  ): ReadingRecord[] => {
    const found: ReadingRecord[] = []
    const first = chunkId(day, 0)
    const take = ({ id, body }: { readonly id: number; readonly body: Uint8Array }): void => {
      const { device_no, container_no } = series.get(id - first) ?? NOWHERE_YET
      if (!containers.has(container_no)) return
      const columns = unpackTold(day, body, after, upTo)
      if (!columns) return
      for (let i = 0; i < columns.length; i++) {
        const row = rowAt(columns, i, device_no, container_no)
        const { seq } = row
        if (seq !== null && (seq <= after || seq > upTo)) continue
        if (isKnown(seq, device_no, row.at, row.n)) continue
        const record = recordOf(row as HotRow)
        if (record) (seq === null ? lost : found).push(record)
      }
    }
    type Chunk = Parameters<typeof take>[0]
    if (only) {
      for (const { no } of only) {
        const chunk = chunkAt.get(chunkId(day, no)) as unknown as Chunk | undefined
        if (chunk) take(chunk)
      }
    } else {
      for (const chunk of chunksOf.iterate(first, chunkId(day + 1, 0))) {
        take(chunk as unknown as Chunk)
      }
    }
    return found
  }

  /** Those that lost their place get one by the time of receipt, behind the event before it. */
  const placeLost = (lost: readonly ReadingRecord[], after: number, upTo: number) => {
    const known = eventsAt.all(after, upTo) as unknown as readonly { seq: number; at: number }[]
    const inOrder = lost.toSorted(
      (a, b) =>
        a.at - b.at ||
        a.measuredAt - b.measuredAt ||
        (a.deviceId < b.deviceId ? -1 : a.deviceId > b.deviceId ? 1 : 0),
    )
    let next = 0
    let place = after
    return inOrder.map((record) => {
      while (next < known.length && known[next]!.at <= record.at) place = known[next++]!.seq
      return { ...record, seq: place + BEHIND }
    })
  }

  /**
   * Readings in order, a day's worth at a time: those of a day whose places all lie before the first of
   * the next. A day with a reading that came late is read whole and gives only that.
   */
  async function* readingsBetween(
    after: number,
    upTo: number,
    station: StationId | undefined,
  ): AsyncGenerator<{ readonly upTo: number; readonly readings: readonly ReadingRecord[] }> {
    const here =
      station === undefined
        ? undefined
        : [...containers].filter(([, id]) => id.startsWith(`${station}-`)).map(([no]) => no)
    // First what isn't packed: what is packed meanwhile is then known.
    const hot = hotReadings.all(
      after,
      upTo,
      here ? JSON.stringify(here) : null,
    ) as unknown as readonly HotRow[]
    const series = new Map(
      (allSeries.all() as unknown as readonly Series[]).map((each) => [each.no, each]),
    )
    const only = here && [...series.values()].filter((s) => here.includes(s.container_no))
    const hotPlaces = new Set(hot.map(({ seq }) => seq))
    let hotNames: Set<string> | undefined
    const isKnown = (seq: number | null, device: number, at: number, n: number): boolean => {
      if (seq !== null) return hotPlaces.has(seq)
      hotNames ??= new Set(hot.map((row) => `${row.device_no}/${row.at}/${row.n}`))
      return hotNames.has(`${device}/${at}/${n}`)
    }
    let waiting: ReadingRecord[] = hot.flatMap((row) => recordOf(row) ?? [])
    const days = daysWith.all(after, upTo) as unknown as readonly {
      readonly day: number
      readonly first_seq: number
    }[]
    const lost: ReadingRecord[] = []
    for (const [i, { day }] of days.entries()) {
      const found = readDay(day, after, upTo, series, only, isKnown, lost)
      for (const record of (await elsewhere?.(day, after, upTo, station)) ?? []) {
        if (!hotPlaces.has(record.seq)) found.push(record)
      }
      const next = days[i + 1]?.first_seq ?? Infinity
      // Days that lost their places come first, and are waited for.
      if (next <= 0) {
        waiting = inOrder(waiting, found)
        continue
      }
      const more = lost.length > 0 ? found.concat(placeLost(lost.splice(0), after, upTo)) : found
      waiting = inOrder(waiting, more)
      const ready = countBelow(waiting, next)
      if (ready === 0) continue
      yield { upTo: Math.min(upTo, next - 1), readings: waiting.slice(0, ready) }
      waiting = waiting.slice(ready)
    }
    yield { upTo, readings: waiting }
  }

  function* eventsBetween(
    after: number,
    upTo: number,
    station: StationId | undefined,
  ): Generator<EventRecord> {
    const rows =
      station === undefined
        ? events.iterate(after, upTo)
        : eventsNaming.iterate(after, upTo, station)
    for (const row of rows) {
      const { seq, at, type, body } = row as unknown as EventRow
      // In the order in which the engine got it: type, seq, at and the rest.
      yield { type, seq, at, ...(JSON.parse(body) as object) } as EventRecord
    }
  }

  async function* recordsBetween(
    after: number,
    upTo: number,
    station: StationId | undefined,
    area: AreaId | undefined,
  ): AsyncGenerator<readonly JournalRecord[]> {
    let from = after
    for await (const { upTo: to, readings } of readingsBetween(after, upTo, station)) {
      const merged: JournalRecord[] = []
      let next = 0
      for (const event of eventsBetween(from, to, station)) {
        // An emptying that a reading bears out has its place and follows it.
        while (next < readings.length && readings[next]!.seq <= event.seq) {
          merged.push(placed(readings[next++]!))
        }
        if (station === undefined || concerns(station, area, event)) merged.push(event)
      }
      while (next < readings.length) merged.push(placed(readings[next++]!))
      from = to
      yield merged
    }
  }

  const makingOf = (row: VersionRow): Making => ({
    seq: row.seq,
    at: row.at as EpochMs,
    rules: row.rules!,
    town: townAt(row.town),
  })

  /** The newest rules and town that the engine knew of, up to a version. */
  const heldAt = (versionNo: number): Pick<Making, 'rules' | 'town'> | undefined => {
    const known = versions.filter(({ no, unheard }) => no <= versionNo && unheard === 0)
    const rules = known.findLast((row) => row.rules !== null)?.rules
    return rules == null ? undefined : { rules, town: townAt(known.at(-1)!.town) }
  }

  /** Where the journal begins, if it has said from the beginning what the rules were. */
  const beginning = (): ReplayPlace | undefined =>
    end.seq > 0 && versions.find(({ rules }) => rules !== null)?.seq !== 0
      ? undefined
      : { seq: 0, decisionId: 0, versionNo: 0, kept: { containers: [], state: new Map() } }

  const partsOf = raw.prepare('select body from snapshot_part where id between ? and ? order by id')
  const placeOf = ({ no, seq, at, version_no, decision_id, parts }: SnapshotRow): ReplayPlace => {
    const found = partsOf.all(partId(no, 0), partId(no, parts - 1))
    if (found.length < parts) throw new NoReplay('A snapshot went while it was wanted; ask again.')
    const body = gunzipSync(Buffer.concat(found.map((row) => row['body'] as Uint8Array)))
    const kept = JSON.parse(body.toString()) as {
      readonly containers: readonly ContainerState[]
      readonly state: readonly (readonly [string, string])[]
    }
    const making = heldAt(version_no)
    return {
      seq,
      at: at as EpochMs,
      decisionId: decision_id,
      versionNo: version_no,
      kept: { containers: kept.containers, state: new Map(kept.state) },
      ...(making && { making }),
    }
  }

  /** The first version from which on this engine alone decided, up to an instant; 0 where it always did. */
  const firstOwn = ({ engine, tzdata }: EngineMark, to: number): number => {
    const makings = versions.filter((row) => row.rules !== null)
    const foreign = makings.findLastIndex(
      (row) => row.at < to && (row.engine !== engine || row.tzdata !== tzdata),
    )
    return foreign < 0 ? 0 : (makings[foreign + 1]?.no ?? Infinity)
  }

  const placeBefore: JournalReader['placeBefore'] = (at, only) => {
    const own = only ? firstOwn(only.by, only.to ?? Infinity) : 0
    const places = snapshots.filter(({ seq, version_no: no }) => seq >= keptFrom - 1 && no >= own)
    const place = places.findLast((snapshot) => snapshot.at <= at)
    if (place) return placeOf(place)
    const start = own === 0 && keptFrom === 0 ? beginning() : undefined
    if (start) return start
    if (places[0]) return placeOf(places[0])
    throw new NoReplay(
      own > 0
        ? 'The decisions were made by another version of the engine, and there is no snapshot since.'
        : keptFrom > head.keptFrom
          ? 'The readings are in InfluxDB; say where that is, as to the service.'
          : keptFrom > 0
            ? 'The readings are no longer kept, and there is no snapshot since.'
            : 'The database does not say what the rules were so long ago, and there is no snapshot since.',
    )
  }

  /** The places between which all records of a span lie, and some more. */
  const placesOf = ({ from, to }: JournalSpan): { after: number; upTo: number } => ({
    after: from === undefined ? 0 : lastEventBefore(raw, from),
    upTo: to === undefined ? end.seq : Math.min(end.seq, firstEventFrom(raw, to) ?? end.seq),
  })

  return {
    end,
    town: () => (versions.length === 0 ? undefined : townAt(versions.at(-1)!.town)),
    rules: text,
    newestRules() {
      const hash = versions.findLast(({ rules }) => rules !== null)?.rules
      return hash == null ? undefined : text(hash)
    },
    placeBefore,

    async *pieces(place, { to = Infinity as EpochMs, stationId } = {}) {
      const held = place.making ?? heldAt(place.versionNo)
      let area = held?.town.stations.find(({ id }) => id === stationId)?.areaId
      const coming = versions.filter(({ no }) => no > place.versionNo)
      let next = 0
      function* versionsBefore(seq: number): Generator<JournalPiece> {
        for (; next < coming.length && coming[next]!.seq < seq; next++) {
          // A town whose record the rules were not told came to them with the engine's next making.
          if (coming[next]!.rules !== null) yield { kind: 'made', making: makingOf(coming[next]!) }
        }
      }
      let beyond: JournalRecord | undefined
      for await (const batch of recordsBetween(place.seq, end.seq, stationId, area)) {
        let records: JournalRecord[] = []
        for (const record of batch) {
          if (record.at >= to) {
            beyond = record
            break
          }
          const version = coming[next]
          if (version && (version.seq < record.seq || record.type === 'town')) {
            if (records.length > 0) yield { kind: 'records', records }
            records = []
            yield* versionsBefore(record.seq)
          }
          if (record.type !== 'town') {
            records.push(record)
            continue
          }
          if (records.length > 0) yield { kind: 'records', records }
          records = []
          const brought = coming[next]?.seq === record.seq ? coming[next++] : undefined
          if (!brought) {
            throw new NoReplay(
              `The database does not say which town the record ${record.seq} brought.`,
            )
          }
          const town = townAt(brought.town)
          area = town.stations.find(({ id }) => id === stationId)?.areaId
          yield { kind: 'town', record, town }
        }
        if (records.length > 0) yield { kind: 'records', records }
        if (beyond) break
      }
      // The engine may have been made anew within the span, and got its next record after it.
      for (const piece of versionsBefore(beyond?.seq ?? Infinity)) {
        if (piece.kind === 'made' && piece.making.at < to) yield piece
      }
      // What came due while the process was away was fired by the record of its being back.
      if (beyond?.type === 'resumed') yield { kind: 'records', records: [beyond] }
    },

    async *records(span) {
      const { from = -Infinity, to = Infinity, stationId } = span
      const { after, upTo } = placesOf(span)
      const area = heldAt(Infinity)?.town.stations.find(({ id }) => id === stationId)?.areaId
      for await (const batch of recordsBetween(after, upTo, stationId, area)) {
        const within = batch.filter(({ at }) => at >= from && at < to)
        if (within.length > 0) yield within
      }
    },

    async *decisions({ from, to, stationId, afterId }) {
      const page = raw.prepare(`select id, body as text from decision
        where id > ?1 and id <= ?2 and at >= ?3 and at < ?4
          ${stationId === undefined ? 'and ?5 is null' : 'and station_id = ?5'}
        order by id limit ${DECISIONS_AT_ONCE}`)
      let after =
        afterId ?? (from === undefined ? 0 : lastDecisionBefore(raw, from, end.decisionId))
      for (;;) {
        const rows = page.all(
          after,
          end.decisionId,
          from ?? -Number.MAX_SAFE_INTEGER,
          to ?? Number.MAX_SAFE_INTEGER,
          stationId ?? null,
        ) as { id: number; text: string }[]
        if (rows.length === 0) return
        yield rows
        after = rows.at(-1)!.id
      }
    },

    async posts({ from, to = Infinity, stationId }) {
      const rows = raw
        .prepare(
          `select body from post where audience in ('public', 'staff') and at >= ?1 and at < ?2
             and withdrawn_at is null and (?3 is null or station_id = ?3) order by at, key`,
        )
        .all(from ?? -Number.MAX_SAFE_INTEGER, Math.min(to, end.firedUntil + 1), stationId ?? null)
      return rows.map((row) => JSON.parse(String(row['body'])) as Post)
    },

    wasSaid: (key) => postAt.get(key) !== undefined,

    async [Symbol.asyncDispose]() {
      if (raw.isOpen) raw.close()
    },
  }
}

interface EventRow {
  readonly seq: number
  readonly at: number
  readonly type: EventRecord['type']
  readonly body: string
}

/** All of one state of the file. */
function atOnce<T>(raw: DatabaseSync, read: () => T): T {
  raw.exec('begin')
  try {
    return read()
  } finally {
    raw.exec('commit')
  }
}

function readHead(raw: DatabaseSync) {
  const journal = raw.prepare('select seq, at from journal').get() as
    { seq: number; at: number } | undefined
  const clock = raw.prepare(`select value from engine_state where key = 'clock'`).get() as
    { value: string } | undefined
  const at = (journal?.at ?? 0) as EpochMs
  const newest = (table: string, column: string): number =>
    (raw.prepare(`select coalesce(max(${column}), 0) as n from ${table}`).get() as { n: number }).n
  return {
    end: {
      seq: journal?.seq ?? 0,
      at,
      firedUntil: (clock && readClock(new Map([['clock', clock.value]]))?.at) ?? at,
      decisionId: newest('decision', 'id'),
    },
    devices: namesOf<DeviceId>(raw.prepare('select no, id from device')),
    containers: namesOf<ContainerId>(raw.prepare('select no, id from container')),
    // The newest place of a reading that SQL has let go of without packing it.
    elsewhereUpTo:
      (
        raw
          .prepare(
            `select max(last_seq) as seq from seq_day where day not in (select day from packed_day)`,
          )
          .get() as { seq: number | null }
      ).seq ?? -1,
    // Where days have been dropped, the first place of those that were not.
    keptFrom:
      (
        raw
          .prepare(
            `select min(first_seq) as seq from seq_day
             where day > (select max(day) from packed_day where n = 0)`,
          )
          .get() as { seq: number | null }
      ).seq ?? 0,
    snapshots: raw
      .prepare('select * from snapshot order by seq, no')
      .all() as unknown as SnapshotRow[],
    versions: raw
      .prepare(
        `select *, rules is null and exists
           (select 1 from event where event.seq = version.seq and unheard is not null) as unheard
         from version order by seq, no`,
      )
      .all() as unknown as VersionRow[],
  }
}

function namesOf<Id>(statement: StatementSync): Map<number, Id> {
  return new Map(statement.all().map((row) => [row['no'] as number, row['id'] as Id]))
}

function rowAt(
  columns: ToldColumns,
  i: number,
  device_no: number,
  container_no: number,
): Omit<HotRow, 'seq'> & { readonly seq: number | null } {
  return {
    device_no,
    container_no,
    at: columns.at[i]!,
    n: columns.n[i]!,
    seq: columns.seq[i]!,
    received_at: columns.received_at[i]!,
    fill: columns.fill[i]!,
    fault: columns.fault[i]!,
    flags: columns.flags[i]!,
    clean: columns.clean[i]!,
    told: columns.told[i]!,
    told_at: columns.told_at[i]!,
    told_device: columns.told_device[i]!,
    told_fill: columns.told_fill[i]!,
  }
}

/** Their places lie close together, so that each can be put where it belongs; else they are sorted. */
function inOrder(waiting: ReadingRecord[], more: readonly ReadingRecord[]): ReadingRecord[] {
  if (more.length === 0) return waiting
  const all = waiting.concat(more)
  if (all.length < 2) return all
  let least = Infinity
  let most = -Infinity
  let isWhole = true
  for (const { seq } of all) {
    if (seq < least) least = seq
    if (seq > most) most = seq
    if (!Number.isInteger(seq)) isWhole = false
  }
  if (!isWhole || most - least > 4 * all.length) return all.sort((a, b) => a.seq - b.seq)
  const slots = Array<ReadingRecord | undefined>(most - least + 1).fill(undefined)
  for (const record of all) slots[record.seq - least] = record
  return slots.filter((record) => record !== undefined)
}

/** How many of them, in order, have an earlier place. */
function countBelow(readings: readonly ReadingRecord[], seq: number): number {
  let low = 0
  let high = readings.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (readings[middle]!.seq < seq) low = middle + 1
    else high = middle
  }
  return low
}

/** A guessed place becomes a whole one. */
function placed(record: ReadingRecord): ReadingRecord {
  return Number.isInteger(record.seq) ? record : { ...record, seq: Math.floor(record.seq) }
}

/** Events come in order of both place and time, so that either is found by halving. */
function lastEventBefore(raw: DatabaseSync, at: EpochMs): number {
  const found = halve(raw, 'event', 'seq', at)
  const before = raw.prepare('select max(seq) as seq from event where seq < ?').get(found) as {
    seq: number | null
  }
  return before.seq ?? 0
}

function firstEventFrom(raw: DatabaseSync, at: EpochMs): number | undefined {
  const found = halve(raw, 'event', 'seq', at)
  return found === Infinity ? undefined : found
}

function lastDecisionBefore(raw: DatabaseSync, at: EpochMs, newest: number): number {
  return Math.min(newest, halve(raw, 'decision', 'id', at) - 1)
}

/** The first key of a table whose `at` is not before an instant; Infinity where there is none. */
function halve(raw: DatabaseSync, table: string, key: string, at: EpochMs): number {
  const next = raw.prepare(
    `select ${key} as key, at from ${table} where ${key} >= ? order by ${key} limit 1`,
  )
  const newest = raw.prepare(`select max(${key}) as key from ${table}`).get() as {
    key: number | null
  }
  let low = 0
  let high = (newest.key ?? -1) + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = next.get(middle) as { key: number; at: number }
    if (row.at < at) low = row.key + 1
    else high = middle
  }
  const row = next.get(low) as { key: number } | undefined
  return row?.key ?? Infinity
}
