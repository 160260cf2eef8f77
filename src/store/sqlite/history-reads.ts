/**
 * What is asked of history, answered from wherever it lies: newest readings in `reading`, older ones in
 * `chunk`, and of those too old to be kept their hours in `hours`. For a while a reading may lie both in
 * `reading` and in its chunk (compaction-worker.ts); it counts once, known by its identity.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { DAY, HOUR } from '#src/stations/time.ts'
import { chunkId, NOWHERE } from './chunk-place.ts'
import { dayOf, type PackedReading, unpackDay } from './day-chunk.ts'
import { type HourOfLevels, levelOf, unpackHours, unpackWholeDay } from './day-hours.ts'

/** Everything by number; times in epoch milliseconds, from `from` up to but without `to`. */
export type Question =
  | {
      readonly kind: 'readings'
      readonly container: number
      readonly from: number
      readonly to: number
      readonly limit: number
    }
  | {
      readonly kind: 'histories'
      readonly containers: readonly number[]
      readonly from: number
      readonly to: number
      readonly everyMs: number
    }
  | { readonly kind: 'count' }

export interface ReadingRow extends PackedReading {
  readonly device_no: number
}

export interface Bucket {
  readonly container: number
  readonly from: number
  readonly n: number
  readonly min: number
  readonly max: number
  readonly sum: number
}

export interface HistoryReads {
  readings(question: Extract<Question, { kind: 'readings' }>): readonly ReadingRow[]
  histories(question: Extract<Question, { kind: 'histories' }>): readonly Bucket[]
  /** All readings kept. */
  count(): number
}

interface Series {
  readonly no: number
  readonly device_no: number
  readonly container_no: number
}

interface Tally {
  n: number
  min: number
  max: number
  sum: number
}

const HOT_READINGS = `select device_no, at, n, received_at, fill, raw_fill, distance_mm, fault,
    battery_percent, battery_volts, temperature_c, tilt_deg, flags, clean, body
  from reading left join correction using (seq)
  where at >= ? and at < ? and container_no = ?
  order by at desc, device_no desc, n desc limit ?`

/** One scan of the time range for any number of containers; their numbers come as a JSON list. */
const HOT_LEVELS = `select container_no, device_no, at, n, coalesce(clean, fill) as level
  from reading left join correction using (seq)
  where at >= ?1 and at < ?2 and fill is not null
    and container_no in (select value from json_each(?3))`

interface HotLevel {
  readonly container_no: number
  readonly device_no: number
  readonly at: number
  readonly n: number
  readonly level: number
}

/** Those that may lie in a chunk as well. */
const HOT_AND_PACKED = `select day, no, at, reading.n as n from packed_day
  join reading on at >= day * ${DAY} and at < until
  join series on series.device_no = reading.device_no
    and series.container_no = coalesce(reading.container_no, ${NOWHERE})
  order by day, no`

interface HotAndPacked {
  readonly day: number
  readonly no: number
  readonly at: number
  readonly n: number
}

/** Over a connection that may only read. Each answer is of one state of the file. */
export function historyReads(raw: DatabaseSync): HistoryReads {
  const hotReadings = raw.prepare(HOT_READINGS)
  const hotLevels = raw.prepare(HOT_LEVELS)
  const seriesOf = raw.prepare(
    `select no, device_no, container_no from series
     where container_no in (select value from json_each(?)) order by container_no, device_no`,
  )
  const packedDays = raw.prepare(
    'select day from packed_day where day >= ? and day <= ? order by day desc',
  )
  const counts = raw.prepare(`select (select count(*) from reading) as hot,
    (select coalesce(sum(n), 0) from packed_day) as packed`)
  const hotAndPacked = raw.prepare(HOT_AND_PACKED)
  const bodyAt = raw.prepare('select body from chunk where id = ?')
  const hoursAt = raw.prepare('select hours from chunk where id = ?')
  const oldHoursAt = raw.prepare('select hours from hours where id = ?')

  const daysIn = (from: number, to: number): readonly number[] =>
    packedDays.all(dayOf(from), dayOf(to - 1)).map((row) => row['day'] as number)

  const unpackAt = (id: number, day: number): readonly PackedReading[] | undefined => {
    const body = bytesOf(bodyAt, id)
    return body && unpackDay(day, body)
  }

  const atOnce = <T>(read: () => T): T => {
    raw.exec('begin')
    try {
      return read()
    } finally {
      raw.exec('commit')
    }
  }

  return {
    readings: ({ container, from, to, limit }) =>
      atOnce(() => {
        const hot = hotReadings.all(from, to, container, limit) as unknown as readonly ReadingRow[]
        const hotOn = Map.groupBy(hot, ({ at }) => dayOf(at))
        const rows: ReadingRow[] = []
        const series = seriesOf.all(JSON.stringify([container])) as unknown as readonly Series[]
        for (const day of daysIn(from, to)) {
          for (const [hotDay, others] of hotOn) {
            if (hotDay <= day) continue
            rows.push(...others)
            hotOn.delete(hotDay)
          }
          if (rows.length >= limit) break
          const others = hotOn.get(day) ?? []
          hotOn.delete(day)
          const known = new Set<string>()
          for (const { no, device_no } of series) {
            for (const packed of unpackAt(chunkId(day, no), day) ?? []) {
              if (packed.at < from || packed.at >= to) continue
              rows.push({ ...packed, device_no })
              if (others.length > 0) known.add(keyOf(packed.at, device_no, packed.n))
            }
          }
          for (const row of others) {
            if (!known.has(keyOf(row.at, row.device_no, row.n))) rows.push(row)
          }
        }
        for (const others of hotOn.values()) rows.push(...others)
        rows.sort((a, b) => a.at - b.at || a.device_no - b.device_no || a.n - b.n)
        return rows.slice(Math.max(0, rows.length - limit))
      }),

    histories: ({ containers, from, to, everyMs }) =>
      atOnce(() => {
        const asked = JSON.stringify(containers)
        const tallies = new Map<number, Map<number, Tally>>(containers.map((no) => [no, new Map()]))
        const add = (
          container: number,
          at: number,
          { n, min, max, sum }: Readonly<Tally>,
        ): void => {
          const buckets = tallies.get(container)!
          const bucket = at - (at % everyMs)
          const before = buckets.get(bucket)
          if (before) {
            before.n += n
            before.min = Math.min(before.min, min)
            before.max = Math.max(before.max, max)
            before.sum += sum
          } else buckets.set(bucket, { n, min, max, sum })
        }
        const addLevel = (container: number, at: number, level: number): void =>
          add(container, at, { n: 1, min: level, max: level, sum: level })

        const series = seriesOf.all(asked) as unknown as readonly Series[]
        const numberOf = new Map(series.map((s) => [`${s.container_no}/${s.device_no}`, s.no]))
        const hotIn = new Map<number, HotLevel[]>()
        for (const row of hotLevels.all(from, to, asked) as unknown as readonly HotLevel[]) {
          const no = numberOf.get(`${row.container_no}/${row.device_no}`)
          if (no === undefined) {
            addLevel(row.container_no, row.at, row.level)
            continue
          }
          const id = chunkId(dayOf(row.at), no)
          const others = hotIn.get(id)
          if (others) others.push(row)
          else hotIn.set(id, [row])
        }

        for (const day of daysIn(from, to)) {
          const start = day * DAY
          const inHours =
            everyMs % HOUR === 0 &&
            (from <= start || from % HOUR === 0) &&
            (to >= start + DAY || to % HOUR === 0)
          const inDays = everyMs % DAY === 0 && from <= start && to >= start + DAY
          const addHours = (container: number, hours: readonly HourOfLevels[]): void => {
            for (const each of hours) {
              const at = start + each.hour * HOUR
              if (at >= from && at < to) add(container, at, each)
            }
          }
          for (const { no, container_no } of series) {
            const id = chunkId(day, no)
            const hot = hotIn.get(id)
            if (inHours && !hot) {
              const hours = bytesOf(hoursAt, id) ?? bytesOf(oldHoursAt, id)
              if (!hours) continue
              const wholeDay = inDays ? unpackWholeDay(hours) : undefined
              if (wholeDay) add(container_no, start, wholeDay)
              else addHours(container_no, unpackHours(hours))
              continue
            }
            const packed = unpackAt(id, day)
            if (!packed) {
              // Where only hours are left, each counts as a whole where it begins.
              const hours = bytesOf(oldHoursAt, id)
              if (hours) addHours(container_no, unpackHours(hours))
              continue
            }
            const twice = new Set<string>()
            if (hot) for (const { at, n } of packed) twice.add(keyOf(at, 0, n))
            for (const reading of packed) {
              const level = levelOf(reading)
              if (level === null || reading.at < from || reading.at >= to) continue
              addLevel(container_no, reading.at, level)
            }
            if (!hot) continue
            hotIn.set(
              id,
              hot.filter(({ at, n }) => !twice.has(keyOf(at, 0, n))),
            )
          }
        }
        for (const hot of hotIn.values()) {
          for (const { container_no, at, level } of hot) addLevel(container_no, at, level)
        }
        return [...tallies].flatMap(([container, buckets]) =>
          [...buckets]
            .sort(([a], [b]) => a - b)
            .map(([at, tally]) => ({ container, from: at, ...tally })),
        )
      }),

    count: () =>
      atOnce(() => {
        const { hot, packed } = counts.get() as { hot: number; packed: number }
        const both = hotAndPacked.all() as unknown as readonly HotAndPacked[]
        let twice = 0
        for (const [id, rows] of Map.groupBy(both, ({ day, no }) => chunkId(day, no))) {
          const known = new Set(
            unpackAt(id, rows[0]!.day)?.map(({ at, n }) => keyOf(at, 0, n)) ?? [],
          )
          twice += rows.filter(({ at, n }) => known.has(keyOf(at, 0, n))).length
        }
        return hot + packed - twice
      }),
  }
}

function keyOf(at: number, device: number, n: number): string {
  return `${at}/${device}/${n}`
}

/** The one blob that a statement gives for a place; undefined where nothing lies. */
function bytesOf(statement: StatementSync, id: number): Uint8Array | undefined {
  const row = statement.get(id)
  if (row === undefined) return undefined
  const [bytes] = Object.values(row)
  return bytes as Uint8Array
}
