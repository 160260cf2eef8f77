/**
 * Figures of the last thirty days and the last twelve months, of a station or of the town. They are
 * gathered a station at a time, beside whatever comes in, and kept for some minutes.
 */
import {
  addRecords,
  fillRecord,
  levelAt,
  type FillRecord,
  type LevelBucket,
} from '#src/rules/fill-record.ts'
import { LEAST_CONFIDENCE, tally, type Judgement, type Tally } from '#src/rules/promises.ts'
import { RESIDENT_KINDS, type ReportKind, type ReportRecord } from '#src/rules/record.ts'
import { sortByFraction } from '#src/stations/container-order.ts'
import { FRACTIONS, type Fraction } from '#src/stations/fraction.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { DAY, HOUR, instant, MINUTE, monthOf, wallTime, type EpochMs } from '#src/stations/time.ts'
import type { Store } from './contract.ts'
import type { Journal } from './journal.ts'
import { judgeContainer } from './kept-promises.ts'

export const STATISTICS_DAYS = 30
const MONTHS = 12
/** Hours begin with days, also where the clocks change; longer spans would lie across midnight. */
const EVERY_MS = HOUR
/** Of real time. */
const KEPT_FOR_MS = 5 * MINUTE
/** A sensor that sees so much agrees with whoever says that it is full. */
const AGREES_PERCENT = 75
/** So soon after a report an emptying may be thanks to it. */
const FOLLOWED_MS = 2 * DAY

export interface FillRow extends FillRecord {
  readonly fraction: Fraction
  /** Of one; absent where the row is a fraction's. */
  readonly container?: Container
  readonly containers: number
}

/** What residents said, and how it came out. */
export interface ReportFigures {
  readonly byKind: readonly { readonly kind: ReportKind; readonly n: number }[]
  /** Of those that said full, by what a sensor saw at the time. */
  readonly agreed: number
  readonly disagreed: number
  readonly unmeasured: number
  /** Of those that said full: their two days are over. */
  readonly followed: number
  /** Of these: the container was emptied within them. */
  readonly emptied: number
}

export interface Statistics {
  /** When it was reckoned, in town time. */
  readonly madeAt: EpochMs
  /** The days' beginnings, oldest first; the last is today's. */
  readonly days: readonly EpochMs[]
  /** Of a station by container, of the town by fraction. */
  readonly fill: readonly FillRow[]
  readonly kept: Tally
  /** Oldest first, the running month last. */
  readonly months: readonly {
    readonly month: string
    readonly posts: number
    readonly corrections: number
  }[]
  readonly reports: ReportFigures
}

interface ContainerFigures {
  readonly container: Container
  readonly record: FillRecord
  readonly judgement: Judgement
  readonly reports: Omit<ReportFigures, 'byKind'>
}

type Read = Pick<Store, 'histories' | 'plans' | 'emptyings' | 'reports' | 'countPosts'>

/** Of one station, or of the town without one. Whoever asks while it is reckoned waits for the same answer. */
export function openStatistics(parts: {
  readonly store: Read
  readonly journal: Pick<Journal, 'town'>
  readonly monotonicMs?: () => number
}): (station: Station | undefined, now: EpochMs) => Promise<Statistics> {
  const { store, journal, monotonicMs = () => performance.now() } = parts
  const kept = new Map<string, { readonly madeMs: number; readonly answer: Promise<Statistics> }>()

  return (station, now) => {
    const name = station?.id ?? ''
    const isFresh = (madeMs: number) => monotonicMs() - madeMs < KEPT_FOR_MS
    for (const [id, { madeMs }] of kept) if (!isFresh(madeMs)) kept.delete(id)
    const known = kept.get(name)
    if (known) return known.answer
    const entry = { madeMs: monotonicMs(), answer: gather(store, journal.town.town, station, now) }
    kept.set(name, entry)
    entry.answer.catch(() => {
      if (kept.get(name) === entry) kept.delete(name)
    })
    return entry.answer
  }
}

async function gather(
  store: Read,
  town: { readonly stations: readonly Station[]; readonly timeZone: string },
  station: Station | undefined,
  now: EpochMs,
): Promise<Statistics> {
  const days = lastDays(now, town.timeZone)
  const from = days[0]!
  const stations = station ? [station] : town.stations
  const ids = stations.flatMap(({ containers }) => containers).map(({ id }) => id)
  const reports = await residentsReports(store, from, station && ids)
  const figures: ContainerFigures[] = []
  for (const { containers } of stations) {
    figures.push(...(await figuresOf(store, containers, reports, days, now)))
  }
  return {
    madeAt: now,
    days,
    fill: station ? byContainer(figures) : byFraction(figures, days.length),
    kept: tally(
      figures.map(({ judgement }) => judgement),
      from,
      now,
    ),
    months: await monthsOf(store, station, now, town.timeZone),
    reports: {
      byKind: RESIDENT_KINDS.map((kind) => ({
        kind,
        n: reports.filter((report) => report.kind === kind).length,
      })),
      agreed: sum(figures, 'agreed'),
      disagreed: sum(figures, 'disagreed'),
      unmeasured: sum(figures, 'unmeasured'),
      followed: sum(figures, 'followed'),
      emptied: sum(figures, 'emptied'),
    },
  }
}

async function figuresOf(
  store: Read,
  containers: readonly Container[],
  reports: readonly ReportRecord[],
  days: readonly EpochMs[],
  now: EpochMs,
): Promise<readonly ContainerFigures[]> {
  const from = days[0]!
  const levels = await store.histories(
    containers.map(({ id }) => id),
    from,
    now,
    EVERY_MS,
  )
  const figures: ContainerFigures[] = []
  for (const container of containers) {
    const { id: containerId } = container
    const buckets = levels.get(containerId) ?? []
    const { judgement, emptyings } = await judgeContainer(store, containerId, from, now)
    const emptiedAt = emptyings
      .filter(({ confidence }) => confidence >= LEAST_CONFIDENCE)
      .map((emptying) => emptying.emptiedAt)
    figures.push({
      container,
      record: fillRecord(buckets, days, now, emptiedAt),
      judgement,
      reports: cameOut(
        reports.filter((r) => r.containerId === containerId && r.kind === 'full'),
        buckets,
        emptiedAt,
        now,
      ),
    })
  }
  return figures
}

async function residentsReports(
  store: Read,
  since: EpochMs,
  containerIds: readonly ContainerId[] | undefined,
): Promise<readonly ReportRecord[]> {
  const reports = await store.reports({ since, ...(containerIds && { containerIds }) })
  return reports.filter(({ by }) => by === 'resident')
}

function cameOut(
  reports: readonly ReportRecord[],
  buckets: readonly LevelBucket[],
  emptiedAt: readonly EpochMs[],
  now: EpochMs,
): ContainerFigures['reports'] {
  const levels = reports.map(({ at }) => levelAt(buckets, at))
  const known = levels.filter((level) => level !== undefined)
  const agreed = known.filter((level) => level >= AGREES_PERCENT).length
  // Also of those that were answered: to count these alone would make the rest look better.
  const followed = reports.filter(({ at }) => at + FOLLOWED_MS <= now)
  return {
    agreed,
    disagreed: known.length - agreed,
    unmeasured: reports.length - known.length,
    followed: followed.length,
    emptied: followed.filter(({ at }) => emptiedAt.some((e) => e >= at && e < at + FOLLOWED_MS))
      .length,
  }
}

function byContainer(figures: readonly ContainerFigures[]): readonly FillRow[] {
  const ordered = sortByFraction(figures.map(({ container }) => container))
  return ordered.map((container) => {
    const { record } = figures.find((f) => f.container === container)!
    return { ...record, fraction: container.fraction, container, containers: 1 }
  })
}

function byFraction(figures: readonly ContainerFigures[], days: number): readonly FillRow[] {
  return FRACTIONS.flatMap(({ id: fraction }) => {
    const own = figures.filter(({ container }) => container.fraction === fraction)
    if (own.length === 0) return []
    const record = addRecords(
      own.map((f) => f.record),
      days,
    )
    return { ...record, fraction, containers: own.length }
  })
}

async function monthsOf(
  store: Read,
  station: Station | undefined,
  now: EpochMs,
  timeZone: string,
): Promise<Statistics['months']> {
  const running = Temporal.PlainYearMonth.from(monthOf(now, timeZone))
  const counted: Statistics['months'][number][] = []
  for (let ago = MONTHS - 1; ago >= 0; ago -= 1) {
    const month = running.subtract({ months: ago })
    const counts = await store.countPosts({
      ...(station && { stationId: station.id }),
      from: beginningOf(month, timeZone),
      to: ago === 0 ? now : beginningOf(month.add({ months: 1 }), timeZone),
      saidBy: now,
    })
    counted.push({ month: month.toString(), ...counts })
  }
  return counted
}

function beginningOf(month: Temporal.PlainYearMonth, timeZone: string): EpochMs {
  return instant(month.toPlainDate({ day: 1 }).toZonedDateTime({ timeZone }).epochMilliseconds)
}

function lastDays(now: EpochMs, timeZone: string): readonly EpochMs[] {
  const today = Temporal.PlainDate.from(wallTime(now, timeZone).day)
  return Array.from({ length: STATISTICS_DAYS }, (_, i) =>
    instant(
      today.subtract({ days: STATISTICS_DAYS - 1 - i }).toZonedDateTime({ timeZone })
        .epochMilliseconds,
    ),
  )
}

function sum(
  figures: readonly ContainerFigures[],
  what: keyof ContainerFigures['reports'],
): number {
  return figures.reduce((n, { reports }) => n + reports[what], 0)
}
