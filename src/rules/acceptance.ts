/**
 * What of a record counts as "now". A level counts if it comes from the device that sat on the container
 * when it was measured, is no older than the newest level, and not older than the last emptying; the
 * rest goes to history only. Of levels of one instant the last in the journal counts: a device that was
 * cut off says in one millisecond all that it has to say, and what it says last is so. (A clock ahead was
 * held to the time of receipt before the record was made.)
 */
import { DAY } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { REPORT_FRESH_MS, REPORT_LIFE_MS } from './evidence.ts'
import type {
  Applied,
  EmptiedRecord,
  EmptyingCorrectedRecord,
  ReadingRecord,
  ReportRecord,
  ReportWithdrawnRecord,
} from './record.ts'
import type { ReadingPolicy } from './rule-book.ts'
import { hear, troubleOf, unhear } from './trouble.ts'
import type { Trouble, TroubleKind } from './trouble.ts'
import { deviceAt, extrasOf, updateLiveUntil } from './watch.ts'
import type { ContainerWatch } from './watch.ts'

export const NOW: Applied = { kind: 'now' }
export const UNKNOWN_CONTAINER: Applied = { kind: 'history', because: 'unknown-container' }
const OTHER_DEVICE: Applied = { kind: 'history', because: 'other-device' }
const BEFORE_EMPTYING: Applied = { kind: 'history', because: 'before-emptying' }
const OLDER: Applied = { kind: 'history', because: 'older-than-newest' }
const REPEAT_REPORT: Applied = { kind: 'history', because: 'repeat-report' }
const UNKNOWN_REPORT: Applied = { kind: 'history', because: 'unknown-report' }

/** No interval longer than this is learned, so that a sensor is never believed for more than three days. */
const MAX_INTERVAL_MS = DAY
/** How much of each new gap goes into the learned interval. */
const LEARNING_RATE = 1 / 8
/** Reports remembered of one container: enough for the counts, few enough for a street's worth of mischief. */
const MAX_REPORTS = 50

/** A fault or a mere sign of life shows that the sensor is there; neither says anything of the level. */
export function acceptReading(
  watch: ContainerWatch,
  record: ReadingRecord,
  policy: ReadingPolicy,
): Applied {
  const at = record.measuredAt
  if (deviceAt(watch, at) !== record.deviceId) return OTHER_DEVICE
  if (watch.emptiedAt !== undefined && at < watch.emptiedAt) return BEFORE_EMPTYING
  const heardAt = watch.heardAt ?? -Infinity
  if (record.fillPercent === undefined) {
    if (at <= heardAt) return OLDER
    if (record.fault !== undefined) watch.fault = record.fault
  } else {
    if (watch.measuredAt !== undefined && at < watch.measuredAt) return OLDER
    // What was seen at that very instant may be from before it.
    if (at === watch.measuredAt && at === watch.emptiedAt) return OLDER
    learnInterval(watch, at, policy)
    watch.fillPercent = record.fillPercent
    watch.measuredAt = at
    if (at >= heardAt) watch.fault = undefined
    updateLiveUntil(watch, policy)
  }
  watch.deviceId = record.deviceId
  if (at > heardAt) watch.heardAt = at
  return NOW
}

/** The time between two levels, smoothed. A gap that was silence is no interval. */
function learnInterval(watch: ContainerWatch, at: EpochMs, policy: ReadingPolicy): void {
  const { measuredAt, intervalMs } = watch
  if (measuredAt === undefined || measuredAt === watch.emptiedAt) return
  const gapMs = at - measuredAt
  if (gapMs === 0) return
  if (intervalMs === undefined) {
    if (gapMs <= MAX_INTERVAL_MS) watch.intervalMs = gapMs
    return
  }
  if (gapMs > Math.max(policy.sensorSilentAfterMs, 3 * intervalMs)) return
  const learned = intervalMs + (gapMs - intervalMs) * LEARNING_RATE
  watch.intervalMs = Math.min(Math.round(learned), MAX_INTERVAL_MS)
}

/** A reporter counts once, by the newest word. The same word again within two hours is a repeat. */
export function acceptReport(watch: ContainerWatch, record: ReportRecord): Applied {
  const { kind, by, reporter, at } = record
  if (kind !== 'full' && kind !== 'has-room') return acceptTrouble(watch, record)
  const earlier = watch.reports.find((r) => r.reporter === reporter)
  if (earlier && earlier.kind === kind && at - earlier.at < REPORT_FRESH_MS) return REPEAT_REPORT
  const others = watch.reports.filter((r) => r !== earlier && at - r.at < REPORT_LIFE_MS)
  watch.reports = [...others.slice(-(MAX_REPORTS - 1)), { kind, by, reporter, at }]
  return NOW
}

function acceptTrouble(watch: ContainerWatch, record: ReportRecord): Applied {
  const what = troubleOf(record.kind)!
  const holder = holderOf(watch, what)
  const heard = hear(holder[what], record)
  if (!heard) return REPEAT_REPORT
  holder[what] = heard
  return NOW
}

/** Litter and ice lie about the station; what is broken is the container. */
function holderOf(
  watch: ContainerWatch,
  what: TroubleKind,
): { [kind in TroubleKind]?: Trouble | undefined } {
  return what === 'broken' ? extrasOf(watch) : watch.station
}

/** As if it had not been said. What the word had taken the place of is not said again by that. */
export function acceptWithdrawal(
  watch: ContainerWatch,
  { kind, reporter }: ReportWithdrawnRecord,
): Applied {
  const what = troubleOf(kind)
  if (what) {
    const holder = holderOf(watch, what)
    const left = unhear(holder[what], reporter)
    if (!left) return UNKNOWN_REPORT
    holder[what] = left
    return NOW
  }
  const left = watch.reports.filter((r) => r.reporter !== reporter || r.kind !== kind)
  if (left.length === watch.reports.length) return UNKNOWN_REPORT
  watch.reports = left
  return NOW
}

/** After an emptying the container is known to be empty, until a sensor or somebody says otherwise. */
export function acceptEmptying(
  watch: ContainerWatch,
  record: EmptiedRecord,
  policy: ReadingPolicy,
): Applied {
  const emptiedAt = Math.min(record.emptiedAt, record.at) as EpochMs
  if (watch.emptiedAt !== undefined && emptiedAt <= watch.emptiedAt) return OLDER
  watch.emptiedAt = emptiedAt
  watch.reports = watch.reports.filter((report) => report.at >= emptiedAt)
  if (watch.measuredAt === undefined || watch.measuredAt < emptiedAt) {
    watch.fillPercent = 0
    watch.measuredAt = emptiedAt
    updateLiveUntil(watch, policy)
  }
  return NOW
}

/** Only the newest emptying is in mind; of an older one the journal alone knows. */
export function acceptCorrection(
  watch: ContainerWatch,
  record: EmptyingCorrectedRecord,
  policy: ReadingPolicy,
): Applied {
  if (watch.emptiedAt === undefined || watch.emptiedAt !== record.was) return OLDER
  const followsFromIt = watch.measuredAt === watch.emptiedAt
  const emptiedAt =
    record.emptiedAt === undefined ? undefined : (Math.min(record.emptiedAt, record.at) as EpochMs)
  watch.emptiedAt = emptiedAt
  if (followsFromIt) {
    watch.measuredAt = emptiedAt
    if (emptiedAt === undefined) watch.fillPercent = undefined
  }
  updateLiveUntil(watch, policy)
  return NOW
}
