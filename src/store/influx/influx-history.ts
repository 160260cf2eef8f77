/**
 * A store whose history of readings lies in InfluxDB 1.x. Each commit is kept in SQL first, which the rules
 * and the telling of repeats look into; its readings are then written to InfluxDB, and only when that
 * has them does the commit count as done and anything get acknowledged. What a crash leaves unwritten is
 * found in SQL at the next start. Points are known by series and time, so writing one again changes nothing.
 */
import { InfluxDB, type IPoint } from 'influx'
import type { Correction } from '#src/quality/contract.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import { type Fault, READING_FLAGS, type Reading, type ReadingFlag } from '#src/stations/reading.ts'
import { DAY, type EpochMs, HOUR } from '#src/stations/time.ts'
import type { HistoryPoint, JudgedReading, NewReading, Store } from '../contract.ts'

export interface InfluxOptions {
  /** `http://host:8086` */
  readonly url: string
  readonly database: string
  readonly username?: string
  readonly password?: string
  /** How long readings are kept; hours and days of them for ever. Absent: for ever. */
  readonly keepReadingsMs?: number
  /** How long one request may take. */
  readonly timeoutMs?: number
  /** Between two tries of a write that failed. */
  readonly retryMs?: number
  /** Told when writing begins to fail, and when it goes again. */
  readonly onTrouble?: (trouble: string | undefined) => void
}

export interface InfluxStore extends Store {
  /** Why readings can't be written now; undefined while all is well. */
  trouble(): string | undefined
}

const TIMEOUT_MS = 10_000
const RETRY_MS = 500
const POINTS_PER_WRITE = 5000
const PLACE_EVERY_MS = 5000
/** The queries that make hours and days look back so far; what comes later is made up at once. */
const DOWNSAMPLED_BACK = '2d'
const DOWNSAMPLED_BACK_MS = 2 * DAY
const RAW = 'raw'
const ROUGH = 'rough'

/**
 * @throws with a sentence for the operator when InfluxDB can't be set up: not there, not let in, another
 *   version. Once it is set up, it may go and come.
 */
export async function withInfluxHistory(
  store: Store,
  options: InfluxOptions,
): Promise<InfluxStore> {
  const { database } = options
  const retryMs = options.retryMs ?? RETRY_MS
  const influx = connect(options)
  await setUp(influx, options)

  let trouble: string | undefined
  let closed = false
  let sentSeq = await store.historyPlace()
  let notedSeq = sentSeq
  const closing = new AbortController()
  const setTrouble = (words: string | undefined): void => {
    if ((words === undefined) === (trouble === undefined)) return
    trouble = words
    options.onTrouble?.(words)
  }

  /** Resolves when InfluxDB has them, however long that takes; rejects when the store closes. */
  const send = async (readings: readonly Unsent[]): Promise<void> => {
    for (let i = 0; i < readings.length; i += POINTS_PER_WRITE) {
      const points = readings.slice(i, i + POINTS_PER_WRITE).map(pointOf)
      for (;;) {
        if (closed) throw new Error('the store closed before InfluxDB had the readings')
        try {
          await influx.writePoints(points, { precision: 'n', database, retentionPolicy: RAW })
          break
        } catch (error) {
          const refused = pointFault(error)
          if (refused !== undefined) throw new Error(refused, { cause: error })
          setTrouble(`InfluxDB does not take readings: ${wordsOf(error)}`)
          await delay(retryMs, closing.signal)
        }
      }
    }
    setTrouble(undefined)
    for (const { seq } of readings) if (seq > sentSeq) sentSeq = seq
    await roughen(readings)
  }

  /** Hours and days of readings that are older than the continuous queries look back. */
  const roughen = async (readings: readonly Unsent[]): Promise<void> => {
    const before = Date.now() - DOWNSAMPLED_BACK_MS
    const late = readings.map((r) => r.reading.measuredAt).filter((at) => at < before)
    if (late.length === 0) return
    const from = Math.floor(Math.min(...late) / DAY) * DAY
    const to = (Math.floor(Math.max(...late) / DAY) + 1) * DAY
    for (const every of ['1h', '1d'] as const) {
      await influx.query(
        `${downsample(every)} WHERE time >= ${from}ms AND time < ${to}ms ${byTime(every)}`,
        {
          database,
        },
      )
    }
  }

  // What the last run kept in SQL and could not write any more.
  const left = await store.readingsSince(sentSeq)
  const catchUp = send(left).catch(() => undefined)

  const notePlace = setInterval(() => {
    if (sentSeq === notedSeq) return
    const seq = sentSeq
    store.noteHistoryPlace(seq).then(
      () => (notedSeq = seq),
      // The next round tries again; until then a crash would write some readings a second time.
      () => undefined,
    )
  }, PLACE_EVERY_MS)

  const histories: Store['histories'] = async (containers, from, to, everyMs) => {
    const points = new Map<ContainerId, HistoryPoint[]>(containers.map((id) => [id, []]))
    if (containers.length === 0 || from >= to) return points
    for (const part of spans(from, to, everyMs)) {
      const found = await influx.query<BucketRow>(bucketQuery([...points.keys()], part, everyMs), {
        database,
        precision: 'ms',
      })
      for (const row of found) {
        if (row.n === 0 || row.n === null) continue
        points.get(row.container as ContainerId)!.push({
          from: row.time.getTime() as EpochMs,
          n: row.n,
          minPercent: row.low,
          meanPercent: row.total / row.n,
          maxPercent: row.high,
        })
      }
    }
    return points
  }

  return {
    ...store,
    trouble: () => trouble,
    async journal(work) {
      await catchUp
      const kept: NewReading[] = []
      const corrections = new Map<number, { cleanPercent: number; correction: Correction }>()
      const result = await store.journal((tx) =>
        work({
          ...tx,
          async keepReadings(readings) {
            const answers = await tx.keepReadings(readings)
            for (const [i, answer] of answers.entries()) {
              if (answer === 'kept') kept.push(asKept(readings[i]!, (seq) => tx.renumbered(seq)))
            }
            return answers
          },
          async keepBeliefs(beliefs) {
            for (const { seq, ...correction } of beliefs.corrections)
              corrections.set(seq, correction)
            await tx.keepBeliefs(beliefs)
          },
        }),
      )
      if (kept.length > 0) {
        await send(kept.map((entry) => ({ ...entry, ...corrections.get(entry.seq) })))
      }
      return result
    },
    async readings(container, from, to, limit) {
      const rows = await influx.query<ReadingRow>(
        `SELECT * FROM "${RAW}"."reading" WHERE "container" = ${text(container)} AND time >= ${from}ms AND time < ${to}ms ORDER BY time DESC LIMIT ${limit}`,
        { database, precision: 'ms' },
      )
      return rows.map(readingOf).reverse()
    },
    async history(container, from, to, everyMs) {
      return (await histories([container], from, to, everyMs)).get(container)!
    },
    histories,
    async readingsCount() {
      const [row] = await influx.query<{ n: number }>(
        `SELECT count("received") AS n FROM "${RAW}"."reading"`,
        { database },
      )
      return row?.n ?? 0
    },
    async [Symbol.asyncDispose]() {
      closed = true
      clearInterval(notePlace)
      closing.abort()
      await catchUp
      if (sentSeq !== notedSeq) await store.noteHistoryPlace(sentSeq).catch(() => undefined)
      await store[Symbol.asyncDispose]()
    },
  }
}

/** A kept reading on its way out, with what was believed instead of its level. */
type Unsent = Pick<NewReading, 'seq' | 'reading'> & {
  readonly cleanPercent?: number
  readonly correction?: Correction
}

function connect({ url, username, password, timeoutMs }: InfluxOptions): InfluxDB {
  const { protocol, hostname, port } = new URL(url)
  const isTls = protocol === 'https:'
  return new InfluxDB({
    hosts: [
      {
        host: hostname,
        port: port === '' ? (isTls ? 443 : 8086) : Number(port),
        protocol: isTls ? 'https' : 'http',
      },
    ],
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    pool: {
      requestTimeout: timeoutMs ?? TIMEOUT_MS,
      // It would sit out ever longer waits after a failure ("no host available"); the waiting is ours.
      maxRetries: 0,
      backoff: AT_ONCE,
    },
  })
}

interface Backoff {
  getDelay(): number
  next(): Backoff
  reset(): Backoff
}
const AT_ONCE: Backoff = { getDelay: () => 0, next: () => AT_ONCE, reset: () => AT_ONCE }

/** Database, retention and downsampling: made where missing, changed where they differ. */
async function setUp(influx: InfluxDB, options: InfluxOptions): Promise<void> {
  const { database, keepReadingsMs, url } = options
  const duration = keepReadingsMs === undefined ? '0s' : `${Math.ceil(keepReadingsMs / HOUR)}h`
  try {
    await influx.createDatabase(database)
    const policies = await influx.showRetentionPolicies(database)
    const has = (name: string) => policies.some((p) => p.name === name)
    const raw = { database, duration, replication: 1, isDefault: true }
    await (has(RAW)
      ? influx.alterRetentionPolicy(RAW, raw)
      : influx.createRetentionPolicy(RAW, raw))
    if (!has(ROUGH)) {
      await influx.createRetentionPolicy(ROUGH, {
        database,
        duration: '0s',
        replication: 1,
        isDefault: false,
      })
    }
    for (const every of ['1h', '1d'] as const) {
      const name = `kvitter_${every}`
      // Created anew, so that an upgrade may change it; it holds no data.
      await influx.dropContinuousQuery(name, database).catch(() => undefined)
      await influx.createContinuousQuery(
        name,
        `${downsample(every)} ${byTime(every)}`,
        database,
        `RESAMPLE EVERY 10m FOR ${DOWNSAMPLED_BACK}`,
      )
    }
  } catch (error) {
    throw new Error(
      `InfluxDB at ${url} can't be set up: ${wordsOf(error)}. Is it InfluxDB 1.x, is it running, and may the user make databases (KVITTER_INFLUX_USERNAME, KVITTER_INFLUX_PASSWORD)?`,
      { cause: error },
    )
  }
}

function downsample(every: '1h' | '1d'): string {
  return `SELECT count("level") AS n, sum("level") AS total, min("level") AS low, max("level") AS high INTO "${ROUGH}"."by_${every}" FROM "${RAW}"."reading"`
}

function byTime(every: '1h' | '1d'): string {
  return `GROUP BY time(${every}), "container"`
}

interface Span {
  readonly from: number
  readonly to: number
  readonly source: 'reading' | 'by_1h' | 'by_1d'
}

/**
 * Where a span's buckets are read from: hours or days made before where the buckets are whole ones of
 * them, save for the last days, which the continuous queries may not have reached yet.
 */
function spans(from: number, to: number, everyMs: number): readonly Span[] {
  const source = everyMs % DAY === 0 ? 'by_1d' : everyMs % HOUR === 0 ? 'by_1h' : 'reading'
  const grain = source === 'by_1d' ? DAY : HOUR
  const settled = Math.floor((Date.now() - DOWNSAMPLED_BACK_MS) / everyMs) * everyMs
  const [first, last] = [Math.ceil(from / everyMs) * everyMs, Math.min(to, settled)]
  const wholeEnd = Math.floor(last / everyMs) * everyMs
  if (source === 'reading' || wholeEnd - first < grain) return [{ from, to, source: 'reading' }]
  const parts: readonly Span[] = [
    { from, to: first, source: 'reading' },
    { from: first, to: wholeEnd, source },
    { from: wholeEnd, to, source: 'reading' },
  ]
  return parts.filter((part) => part.from < part.to)
}

interface BucketRow {
  readonly time: Date
  readonly container: string
  readonly n: number | null
  readonly total: number
  readonly low: number
  readonly high: number
}

function bucketQuery(containers: readonly ContainerId[], span: Span, everyMs: number): string {
  const { from, to, source } = span
  const figures =
    source === 'reading'
      ? 'count("level") AS n, sum("level") AS total, min("level") AS low, max("level") AS high'
      : 'sum("n") AS n, sum("total") AS total, min("low") AS low, max("high") AS high'
  const policy = source === 'reading' ? RAW : ROUGH
  const which = containers.map((id) => `"container" = ${text(id)}`).join(' OR ')
  return `SELECT ${figures} FROM "${policy}"."${source}" WHERE (${which}) AND time >= ${from}ms AND time < ${to}ms GROUP BY time(${everyMs}ms), "container" fill(none)`
}

/** A string of InfluxQL; ids hold no quotes, but nothing here depends on that. */
function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** Nanoseconds within the millisecond tell a device's readings of one instant apart, by their number. */
const NS_PER_MS = 1_000_000n

function nanoseconds({ measuredAt, n }: Reading): string {
  return String(BigInt(measuredAt) * NS_PER_MS + BigInt(n))
}

/** As it lies in SQL. */
function asKept(entry: NewReading, renumbered: (seq: number) => number | undefined): NewReading {
  const n = renumbered(entry.seq)
  return n === undefined ? entry : { ...entry, reading: { ...entry.reading, n } }
}

function pointOf(unsent: Unsent): IPoint {
  const { reading, cleanPercent, correction } = unsent
  const { fillPercent } = reading
  const level = cleanPercent ?? fillPercent
  const fields: Record<string, number | string> = { received: reading.receivedAt, n: reading.n }
  const number = (name: string, value: number | undefined) => {
    if (value !== undefined) fields[name] = value
  }
  number('level', level)
  number('fill', fillPercent)
  number('raw_fill', reading.rawFillPercent)
  number('distance_mm', reading.distanceMm)
  number('battery_percent', reading.batteryPercent)
  number('battery_volts', reading.batteryVolts)
  number('temperature_c', reading.temperatureC)
  number('tilt_deg', reading.tiltDeg)
  if (reading.fault !== undefined) fields['fault'] = reading.fault
  if (reading.flags.length > 0) fields['flags'] = reading.flags.join(' ')
  if (correction !== undefined) fields['correction'] = JSON.stringify(correction)
  return {
    measurement: 'reading',
    timestamp: nanoseconds(reading),
    tags: {
      device: reading.deviceId,
      ...(reading.containerId !== undefined && { container: reading.containerId }),
    },
    fields,
  }
}

type ReadingRow = Readonly<
  Record<string, string | number | null | undefined> & { device: string; container: string }
> & { readonly time: Date }

function readingOf(row: ReadingRow): JudgedReading {
  const number = (name: string) => (typeof row[name] === 'number' ? row[name] : undefined)
  const [fill, level] = [number('fill'), number('level')]
  const optional: Readonly<Record<string, number | undefined>> = {
    fillPercent: fill,
    rawFillPercent: number('raw_fill'),
    distanceMm: number('distance_mm'),
    batteryPercent: number('battery_percent'),
    batteryVolts: number('battery_volts'),
    temperatureC: number('temperature_c'),
    tiltDeg: number('tilt_deg'),
  }
  const flags = String(row['flags'] ?? '').split(' ')
  const correction = row['correction']
  const reading: Reading = {
    deviceId: row.device as DeviceId,
    n: number('n') ?? 0,
    containerId: row.container as ContainerId,
    measuredAt: Math.floor(row.time.getTime()) as EpochMs,
    receivedAt: number('received') as EpochMs,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...(typeof row['fault'] === 'string' && { fault: row['fault'] as Fault }),
    flags: READING_FLAGS.filter((flag: ReadingFlag) => flags.includes(flag)),
  }
  if (typeof correction !== 'string' || level === undefined) return reading
  return { ...reading, cleanPercent: level, correction: JSON.parse(correction) as Correction }
}

/** What InfluxDB will never take, so that trying again is no use: another type in a field, and the like. */
function pointFault(error: unknown): string | undefined {
  const words = wordsOf(error)
  return /field type conflict|unable to parse/i.test(words)
    ? `InfluxDB refuses a reading: ${words}`
    : undefined
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message || error.name : String(error)
  return words.slice(0, 200)
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
