/**
 * Hours and days of readings in InfluxDB, for charts. Continuous queries make those of the last days;
 * what is measured earlier and comes late has its hours and days made anew when it comes.
 */
import type { ContainerId } from '#src/stations/ids.ts'
import type { Reading } from '#src/stations/reading.ts'
import { DAY, HOUR } from '#src/stations/time.ts'

/** Retention policies: of readings, and of what is made of them. */
export const RAW = 'raw'
export const ROUGH = 'rough'

const GRAINS = ['1h', '1d'] as const
type Grain = (typeof GRAINS)[number]

/**
 * What is measured within this time is left to the continuous queries. They look back a day longer: the
 * window of a query by the day that begins two days back is counted from its end, and starts a day later
 * than one would think.
 */
const LEFT_TO_QUERIES_MS = 2 * DAY
const QUERIES_LOOK_BACK = '3d'

/** A container takes part in a statement by name up to so many; beyond, all do. */
const MOST_NAMED = 500

const FROM_READINGS =
  'count("level") AS n, sum("level") AS total, min("level") AS low, max("level") AS high'
const FROM_ROUGH = 'sum("n") AS n, sum("total") AS total, min("low") AS low, max("high") AS high'

export const CONTINUOUS_QUERIES = GRAINS.map((every) => ({
  name: `kvitter_${every}`,
  resample: `RESAMPLE EVERY 10m FOR ${QUERIES_LOOK_BACK}`,
  select: `${selectInto(every)} ${groupedBy(every)}`,
}))

/** Statements that make the hours and days anew that the continuous queries reach no more. */
export function lateBuckets(readings: readonly Reading[], now: number): readonly string[] {
  const touched = new Map<number, Set<ContainerId>>()
  for (const { measuredAt, containerId } of readings) {
    if (containerId === undefined || measuredAt >= now - LEFT_TO_QUERIES_MS) continue
    const day = Math.floor(measuredAt / DAY)
    touched.set(day, (touched.get(day) ?? new Set()).add(containerId))
  }
  return consecutive([...touched.keys()]).flatMap(([first, last]) => {
    const containers = new Set<ContainerId>()
    for (let day = first; day <= last; day++) {
      for (const id of touched.get(day)!) containers.add(id)
    }
    return remake(first, last, containers.size <= MOST_NAMED ? [...containers] : undefined)
  })
}

/** The newest hour that was made of any container, as a question for it: `time`. */
export const NEWEST_HOUR = `SELECT last("n") AS n FROM "${ROUGH}"."by_1h"`

/**
 * Statements that make what the continuous queries missed while InfluxDB stood still: all from the
 * newest hour they made up to where they now begin, a day at a time.
 */
export function missedBuckets(newestHour: number, now: number): readonly string[] {
  const first = Math.floor(newestHour / DAY)
  const last = Math.floor((now - LEFT_TO_QUERIES_MS) / DAY)
  const statements: string[] = []
  for (let day = first; day <= last; day++) statements.push(...remake(day, day))
  return statements
}

function remake(
  firstDay: number,
  lastDay: number,
  containers?: readonly ContainerId[],
): readonly string[] {
  const when = `time >= ${firstDay * DAY}ms AND time < ${(lastDay + 1) * DAY}ms`
  const which = containers === undefined ? when : `(${anyOf(containers)}) AND ${when}`
  return GRAINS.map((every) => `${selectInto(every)} WHERE ${which} ${groupedBy(every)}`)
}

/** First and last of each run of neighbours. */
function consecutive(days: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = []
  for (const day of days.toSorted((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run && day === run[1] + 1) run[1] = day
    else runs.push([day, day])
  }
  return runs
}

function selectInto(every: Grain): string {
  return `SELECT ${FROM_READINGS} INTO "${ROUGH}"."by_${every}" FROM "${RAW}"."reading"`
}

function groupedBy(every: Grain): string {
  return `GROUP BY time(${every}), "container"`
}

export interface BucketRow {
  readonly time: Date
  readonly container: string
  readonly n: number | null
  readonly total: number
  readonly low: number
  readonly high: number
}

/** Questions whose answers, one after another, are the buckets of these containers. */
export function bucketQuestions(
  containers: readonly ContainerId[],
  from: number,
  to: number,
  everyMs: number,
  now: number,
): readonly string[] {
  return spans(from, to, everyMs, now).map((span) => {
    const [figures, policy] = span.source === 'reading' ? [FROM_READINGS, RAW] : [FROM_ROUGH, ROUGH]
    return `SELECT ${figures} FROM "${policy}"."${span.source}" WHERE (${anyOf(containers)}) AND time >= ${span.from}ms AND time < ${span.to}ms GROUP BY time(${everyMs}ms), "container" fill(none)`
  })
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
function spans(from: number, to: number, everyMs: number, now: number): readonly Span[] {
  const source = everyMs % DAY === 0 ? 'by_1d' : everyMs % HOUR === 0 ? 'by_1h' : 'reading'
  const first = Math.ceil(from / everyMs) * everyMs
  const end = Math.floor(Math.min(to, now - LEFT_TO_QUERIES_MS) / everyMs) * everyMs
  if (source === 'reading' || end <= first) return [{ from, to, source: 'reading' }]
  const parts: readonly Span[] = [
    { from, to: first, source: 'reading' },
    { from: first, to: end, source },
    { from: end, to, source: 'reading' },
  ]
  return parts.filter((part) => part.from < part.to)
}

function anyOf(containers: readonly ContainerId[]): string {
  return containers.map((id) => `"container" = ${text(id)}`).join(' OR ')
}

/** A string of InfluxQL; ids hold no quotes, but nothing here depends on that. */
export function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
