/**
 * How full a container is believed to be, as a sum of log-odds:
 *
 *     E = −1 + sensor + reports + staff
 *
 * At E ≥ 1 it counts as full. So a sensor alone must show 85 %, a sensor at 80 % and one resident are
 * enough together, two residents outweigh any low sensor (the opening may be blocked), and one resident
 * alone is not news. The weights are design choices, to be tuned on a town's own history.
 */
import { HOUR } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { ContainerState, EvidencePart } from './decision.ts'

export type Report = ContainerState['reports'][number]

/** What evidence is made of. */
export interface Known {
  readonly fillPercent: number | undefined
  readonly measuredAt: EpochMs | undefined
  /** Until when the level counts. */
  readonly liveUntil: number
  /** One for each reporter, oldest first. */
  readonly reports: readonly Report[]
}

/** At and above this a container is full. */
export const FULL_EVIDENCE = 1

const PRIOR = -1
const SENSOR_PIVOT_PERCENT = 75
const SENSOR_PERCENT_PER_STEP = 5
const SENSOR_WEIGHT_MAX = 3
const LOW_LEVEL_HALVES_MS = 12 * HOUR
const RESIDENT_WEIGHT = 1.5
const STAFF_WEIGHT = 4
const RESIDENTS_COUNTED = 3

/** For so long a report has its full weight; then it halves every two hours. */
export const REPORT_FRESH_MS = 2 * HOUR
/** After this a report is gone. */
export const REPORT_LIFE_MS = 8 * HOUR

/**
 * The sum, or NaN when there is neither a live level nor a live report: then nothing is known.
 * With `parts`, puts what the sum is made of there.
 */
export function weighEvidence(known: Known, at: EpochMs, parts?: EvidencePart[]): number {
  let sum = PRIOR
  let isKnown = false
  parts?.push({ what: 'prior', weight: PRIOR })

  if (known.fillPercent !== undefined && at < known.liveUntil) {
    isKnown = true
    const weight = sensorWeight(known.fillPercent, at - known.measuredAt!)
    sum += weight
    parts?.push({
      what: 'sensor',
      weight: rounded(weight),
      fillPercent: known.fillPercent,
      at: known.measuredAt!,
    })
  }
  if (known.reports.length > 0) {
    const reported = weighReports(known.reports, at, parts)
    if (!Number.isNaN(reported)) {
      isKnown = true
      sum += reported
    }
  }
  return isKnown ? rounded(sum) : Number.NaN
}

/**
 * −1 … +3. A high level does not age while it counts, for containers do not empty themselves; a low one
 * loses half its weight every twelve hours, for the container may have filled since.
 */
function sensorWeight(fillPercent: number, ageMs: number): number {
  const weight = (fillPercent - SENSOR_PIVOT_PERCENT) / SENSOR_PERCENT_PER_STEP
  if (weight >= 0) return Math.min(weight, SENSOR_WEIGHT_MAX)
  return Math.max(weight, -1) * 0.5 ** (ageMs / LOW_LEVEL_HALVES_MS)
}

/** The newest three residents and the newest of the staff; NaN when none of them is live. */
function weighReports(reports: readonly Report[], at: EpochMs, parts?: EvidencePart[]): number {
  let sum = 0
  let residents = 0
  let staff = 0
  for (let i = reports.length - 1; i >= 0; i--) {
    const report = reports[i]!
    const ageMs = at - report.at
    if (ageMs >= REPORT_LIFE_MS) break
    const isStaff = report.by === 'staff'
    if (isStaff ? staff >= 1 : residents >= RESIDENTS_COUNTED) continue
    if (isStaff) staff++
    else residents++
    const weight =
      (isStaff ? STAFF_WEIGHT : RESIDENT_WEIGHT) *
      (report.kind === 'full' ? 1 : -1) *
      0.5 ** (Math.max(0, ageMs - REPORT_FRESH_MS) / REPORT_FRESH_MS)
    sum += weight
    parts?.push({ what: isStaff ? 'staff' : 'report', weight: rounded(weight), at: report.at })
  }
  return residents + staff === 0 ? Number.NaN : sum
}

/** What alone would make a container full that isn't. */
export interface Lacking {
  /** The level that its sensor would have to show; absent without a sensor, or where none is high enough. */
  readonly fillPercent?: number
  /** How many more residents would have to say so; absent where no three would do. */
  readonly reports?: number
}

/** What would have to be added to the parts of a sum; undefined when it is enough. */
export function lackingForFull(
  parts: readonly EvidencePart[],
  hasSensor: boolean,
): Lacking | undefined {
  const sum = parts.reduce((total, { weight }) => total + weight, 0)
  if (rounded(sum) >= FULL_EVIDENCE) return undefined
  const sensor = parts.find(({ what }) => what === 'sensor')?.weight ?? 0
  const weight = FULL_EVIDENCE - (sum - sensor)
  const residents = parts.filter(({ what }) => what === 'report').length
  const reports = Math.ceil(rounded((FULL_EVIDENCE - sum) / RESIDENT_WEIGHT))
  return {
    ...(hasSensor &&
      weight <= SENSOR_WEIGHT_MAX && {
        fillPercent: rounded(SENSOR_PIVOT_PERCENT + weight * SENSOR_PERCENT_PER_STEP),
      }),
    ...(residents + reports <= RESIDENTS_COUNTED && { reports }),
  }
}

/** Nine decimals: sums of halves and tenths then meet whole numbers exactly. */
function rounded(weight: number): number {
  return Math.round(weight * 1e9) / 1e9
}
