/** The way to an InfluxDB 1.x: what it is given and asked, each within a time, and how it is set up. */
import { InfluxDB, type IPoint } from 'influx'
import { DAY, HOUR } from '#src/stations/time.ts'
import { CONTINUOUS_QUERIES, RAW, ROUGH } from './downsampling.ts'

export interface LinkOptions {
  /** `http://host:8086` */
  readonly url: string
  readonly database: string
  readonly username?: string
  readonly password?: string
  /** How long readings are kept, five days at least; hours and days of them for ever. Absent: for ever. */
  readonly keepReadingsMs?: number
  /** How long one request may take. */
  readonly timeoutMs?: number
}

export interface Link {
  /**
   * Resolves when all are on InfluxDB's disk, save for those past their keeping. Where it will never take
   * some, `refused` says why, and the rest is there.
   */
  write(points: readonly IPoint[]): Promise<{ readonly refused?: string }>
  ask<Row>(question: string): Promise<readonly Row[]>
  /** One answer for each question. */
  askAll<Row>(questions: readonly string[]): Promise<readonly (readonly Row[])[]>
  /** Database, retention and downsampling: made where missing, changed where they differ. */
  setUp(): Promise<void>
}

const TIMEOUT_MS = 10_000
/** The continuous queries make days anew from their readings, so those must be there for as long. */
const LEAST_KEPT_MS = 5 * DAY
const QUESTIONS_AT_ONCE = 200

export function openLink(options: LinkOptions): Link {
  const { database } = options
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const keptMs =
    options.keepReadingsMs === undefined
      ? undefined
      : Math.max(options.keepReadingsMs, LEAST_KEPT_MS)
  const influx = connect(options, timeoutMs)
  // In the body of a POST: a question about many containers is longer than what proxies let pass in an
  // address, and SELECT … INTO wants it.
  const how = { database, precision: 'ms', method: 'POST' } as const

  const askAll = async <Row>(
    questions: readonly string[],
  ): Promise<readonly (readonly Row[])[]> => {
    const answers: (readonly Row[])[] = []
    for (let i = 0; i < questions.length; i += QUESTIONS_AT_ONCE) {
      const some = questions.slice(i, i + QUESTIONS_AT_ONCE)
      if (some.length === 1) answers.push(await within(timeoutMs, influx.query<Row>(some[0]!, how)))
      else answers.push(...(await within(timeoutMs, influx.query<Row>([...some], how))))
    }
    return answers
  }
  const ask = async <Row>(question: string): Promise<readonly Row[]> =>
    (await askAll<Row>([question]))[0]!
  const tell = (statement: string): Promise<unknown> =>
    within(timeoutMs, influx.query(statement, how))

  /** Undefined where there is no such database. */
  const policies = async (): Promise<readonly Policy[] | undefined> => {
    try {
      return await ask<Policy>(`SHOW RETENTION POLICIES ON ${name(database)}`)
    } catch (error) {
      if (isUnmade(error)) return undefined
      throw error
    }
  }

  return {
    async write(points) {
      try {
        await within(
          timeoutMs,
          influx.writePoints([...points], { precision: 'n', database, retentionPolicy: RAW }),
        )
        return {}
      } catch (error) {
        const words = wordsOf(error)
        // An answer of 400 to what was written in part: the other points are there.
        if (/points beyond retention policy/i.test(words)) return {}
        if (/field type conflict|unable to parse/i.test(words)) return { refused: words }
        throw error
      }
    },
    ask,
    askAll,
    async setUp() {
      const db = name(database)
      // Looked at first: only an admin may make these, and one may have made them for us.
      const there = await policies()
      if (!there) await tell(`CREATE DATABASE ${db}`)
      for (const wanted of wantedPolicies(keptMs)) {
        const has = there?.find((p) => p.name === wanted.name)
        if (has && isAsWanted(has, wanted)) continue
        const verb = has ? 'ALTER' : 'CREATE'
        const { durationHours, shardHours } = wanted
        await tell(
          `${verb} RETENTION POLICY ${name(wanted.name)} ON ${db} DURATION ${durationHours}h REPLICATION 1 SHARD DURATION ${shardHours}h${wanted.default ? ' DEFAULT' : ''}`,
        )
      }
      for (const query of CONTINUOUS_QUERIES) {
        // Made anew, so that another version may change it; it holds no data.
        await tell(`DROP CONTINUOUS QUERY ${name(query.name)} ON ${db}`)
        await tell(
          `CREATE CONTINUOUS QUERY ${name(query.name)} ON ${db} ${query.resample} BEGIN ${query.select} END`,
        )
      }
    },
  }
}

function connect({ url, username, password }: LinkOptions, timeoutMs: number): InfluxDB {
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
      requestTimeout: timeoutMs,
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

/**
 * The library's own timeout ends where an answer begins, and it doesn't hear of a connection that breaks
 * within one: it would wait for the rest for ever.
 */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error(`no answer within ${timeoutMs / 1000} s`)),
    // The library's own comes first where it works: it closes the connection.
    timeoutMs + 100,
  )
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A retention policy as InfluxDB shows it; durations such as `168h0m0s`, `0s` for ever. */
interface Policy {
  readonly name: string
  readonly duration: string
  readonly shardGroupDuration: string
  readonly default: boolean
}

interface WantedPolicy {
  readonly name: string
  /** 0 for ever. */
  readonly durationHours: number
  readonly shardHours: number
  readonly default: boolean
}

/**
 * What is kept goes by whole shards. Their length is InfluxDB's own choice for each keeping, said aloud:
 * it would otherwise hold on to the former one, and refuse a keeping that is shorter.
 */
function wantedPolicies(keptMs: number | undefined): readonly WantedPolicy[] {
  const shard = keptMs !== undefined && keptMs < 180 * DAY ? DAY : 7 * DAY
  return [
    {
      name: RAW,
      durationHours: Math.ceil((keptMs ?? 0) / HOUR),
      shardHours: shard / HOUR,
      default: true,
    },
    { name: ROUGH, durationHours: 0, shardHours: (28 * DAY) / HOUR, default: false },
  ]
}

function isAsWanted(has: Policy, wanted: WantedPolicy): boolean {
  const shown = (hours: number) => (hours === 0 ? '0s' : `${hours}h0m0s`)
  return (
    has.duration === shown(wanted.durationHours) &&
    has.shardGroupDuration === shown(wanted.shardHours) &&
    has.default === wanted.default
  )
}

/** A name of InfluxQL. */
function name(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** Whether the database or its policies are gone: dropped by somebody, or another server in its place. */
export function isUnmade(error: unknown): boolean {
  return /(database|retention policy) not found/i.test(wordsOf(error))
}

/** A connection that was kept open and closed at the other end meanwhile; another one will do. */
export function isStale(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ECONNRESET' || code === 'EPIPE'
}

export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message || error.name : String(error)
  return words.trim().slice(0, 200)
}
