/** What staff should know of a sensor: how far it can be trusted, and what is wrong with it. */
import { DAY, instant } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Geometry } from '#src/stations/station.ts'

import type { BeliefState } from './believe.ts'
import type { Finding, Findings, Grade } from './contract.ts'
import { PERCENT_PER_STEP } from './lattice.ts'
import { hitsAround } from './phantoms.ts'

/** Before so many readings nothing is said of a sensor's worth. */
const ENOUGH_READINGS = 50
const GRADE_A_SHARE = 0.02
const GRADE_C_SHARE = 0.15
const STUCK_MS = 3 * DAY
const STUCK_RISE_PERCENT = 4
/** A usual rise isn't known before a container has been watched for so long. */
const RISE_KNOWN_MS = 3 * DAY

export function findings(state: BeliefState, now: EpochMs, geometry?: Geometry): Findings {
  const { readings, phantomShare, outlierShare } = state
  const found = [
    ...phantomFindings(state, geometry),
    ...stuckFinding(state, now),
    ...noisyFinding(state),
  ]
  const shares = { phantomShare: toThousandths(phantomShare) }
  const grade = gradeOf(state)
  return { grade, readings, ...shares, outlierShare: toThousandths(outlierShare), findings: found }
}

export function gradeOf({ readings, phantomShare, outlierShare }: BeliefState): Grade {
  if (readings < ENOUGH_READINGS) return 'new'
  if (phantomShare < GRADE_A_SHARE && outlierShare < GRADE_A_SHARE) return 'A'
  return phantomShare + outlierShare < GRADE_C_SHARE ? 'B' : 'C'
}

/** The distance at which a level's echo would come back, plumb, in millimetres. */
export function distanceOf(percent: number, geometry: Geometry | undefined): number | undefined {
  if (!geometry) return undefined
  const { emptyDistanceMm, fullDistanceMm } = geometry
  return Math.round(emptyDistanceMm - (percent / 100) * (emptyDistanceMm - fullDistanceMm))
}

function phantomFindings(state: BeliefState, geometry: Geometry | undefined): readonly Finding[] {
  const { learner, phantomShare } = state
  return learner.phantoms.map((step) => {
    const levelPercent = step * PERCENT_PER_STEP
    const distanceMm = distanceOf(levelPercent, geometry)
    const hits = hitsAround(learner, step)
    return {
      kind: 'phantom',
      levelPercent,
      ...(distanceMm !== undefined && { distanceMm }),
      hits: Math.round(hits),
      share: toThousandths(Math.min(1, hits / Math.max(1, learner.excursions))),
      readingShare: toThousandths(phantomShare),
      since: instant(learner.since[step]!),
    }
  })
}

function stuckFinding(state: BeliefState, now: EpochMs): readonly Finding[] {
  const { rawPercent, flatSince, lastAt, risenPercent, risenMs, readings } = state
  // Only as long as it is heard from: a silent sensor is silent, not stuck.
  const flatMs = Math.min(now, lastAt) - flatSince
  if (readings === 0 || flatMs < STUCK_MS || risenMs < RISE_KNOWN_MS) return []
  const usual = (risenPercent / risenMs) * flatMs
  const expected = Math.min(usual, 100 - rawPercent)
  if (!(expected > STUCK_RISE_PERCENT)) return []
  const since = instant(flatSince)
  const expectedRisePercent = Math.round(expected)
  return [{ kind: 'stuck', levelPercent: rawPercent, since, expectedRisePercent }]
}

function noisyFinding({ readings, noisySince, outlierShare }: BeliefState): readonly Finding[] {
  if (readings < ENOUGH_READINGS || noisySince === 0) return []
  return [{ kind: 'noisy', outlierShare: toThousandths(outlierShare), since: instant(noisySince) }]
}

function toThousandths(share: number): number {
  return Math.round(share * 1000) / 1000
}
