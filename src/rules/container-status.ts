/** What a person is told of a container. */
import type { EpochMs } from '#src/stations/time.ts'
import type { ContainerStatus } from './decision.ts'
import { FULL_EVIDENCE, REPORT_LIFE_MS, weighEvidence } from './evidence.ts'
import { believedForecast } from './facts.ts'
import { nextEmptying } from './plan.ts'
import type { ContainerWatch } from './watch.ts'

const NEARLY_FULL_PERCENT = 75
/** Above this, evidence leans towards full. */
const ROOM_EVIDENCE = -1

/** An unknown level is never shown as empty. */
export function statusWord(watch: ContainerWatch, at: EpochMs): ContainerStatus['word'] {
  const evidence = weighEvidence(watch, at)
  if (Number.isNaN(evidence)) return 'unknown'
  if (evidence >= FULL_EVIDENCE) return 'full'
  const isHigh = isLevelLive(watch, at) && watch.fillPercent! >= NEARLY_FULL_PERCENT
  return isHigh || evidence > ROOM_EVIDENCE ? 'nearly-full' : 'has-room'
}

export function describeStatus(watch: ContainerWatch, at: EpochMs): ContainerStatus {
  const { fault, emptiedAt } = watch
  const word = statusWord(watch, at)
  const unknownSince = word === 'unknown' ? lastKnown(watch) : undefined
  const source = statusSource(watch, at)
  const next = nextEmptying(watch.extras?.plans, emptiedAt, at)
  const expected = word === 'full' || word === 'unknown' ? undefined : expectedFull(watch, at)
  return {
    containerId: watch.container.id,
    word,
    ...(isLevelLive(watch, at) && {
      fillPercent: watch.fillPercent!,
      measuredAt: watch.measuredAt!,
    }),
    ...(unknownSince !== undefined && { unknownSince }),
    ...(source !== 'none' && { source }),
    ...(fault !== undefined && { fault }),
    ...(emptiedAt !== undefined && { emptiedAt }),
    ...(next && { nextEmptying: next }),
    ...(expected !== undefined && { fullExpectedAt: expected }),
  }
}

/** What the newest forecast says, while it is believed and lies ahead. */
export function expectedFull(watch: ContainerWatch, at: EpochMs): EpochMs | undefined {
  const fullAt = believedForecast(watch, at)?.fullAt
  return fullAt !== undefined && fullAt > at ? fullAt : undefined
}

/** Who says how full it is. A level that follows from an emptying is nobody's. */
export function statusSource(
  watch: ContainerWatch,
  at: EpochMs,
): 'sensor' | 'reports' | 'both' | 'none' {
  const bySensor = isLevelLive(watch, at) && watch.measuredAt !== watch.emptiedAt
  const byReports = watch.reports.some((report) => at - report.at < REPORT_LIFE_MS)
  if (bySensor && byReports) return 'both'
  if (byReports) return 'reports'
  return bySensor ? 'sensor' : 'none'
}

export function isLevelLive(watch: ContainerWatch, at: EpochMs): boolean {
  return watch.fillPercent !== undefined && at < watch.liveUntil
}

/** When the last thing known stopped counting; undefined if nothing ever was. */
function lastKnown(watch: ContainerWatch): EpochMs | undefined {
  const newest = watch.reports.at(-1)
  const until = Math.max(watch.liveUntil, newest ? newest.at + REPORT_LIFE_MS : 0)
  return until === 0 ? undefined : (until as EpochMs)
}
