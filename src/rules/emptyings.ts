/**
 * A container's emptyings, gathered from what was told of them: the driver's report and the fall of the
 * level an hour later speak of one emptying. Pure.
 */
import type { ContainerId } from '#src/stations/ids.ts'
import { type EpochMs, HOUR } from '#src/stations/time.ts'
import {
  EMPTYING_SOURCES,
  type EmptiedRecord,
  type EmptyingCorrectedRecord,
  type EmptyingSource,
} from './record.ts'

export interface Emptying {
  /** Of the record that told it first. */
  readonly id: number
  /** The `seq` and present time of each record that told it. */
  readonly told: readonly { readonly seq: number; readonly emptiedAt: EpochMs }[]
  readonly containerId: ContainerId
  /** The best time known: a person's before a sensor's. */
  readonly emptiedAt: EpochMs
  /** It was after this; absent where somebody told the time. */
  readonly notBefore?: EpochMs
  readonly by: readonly EmptyingSource[]
  /** 0…1: that it really was. */
  readonly confidence: number
  /** Staff have set the time right. */
  readonly corrected?: true
}

/**
 * Further apart than this, two tellings are two emptyings. A sensor may see it hours later, and a
 * driver's list is often written at the end of the round (the tolerance of the field's comparisons
 * of detectors is ±6 h).
 */
const SAME_WITHIN_MS = 6 * HOUR

/** How much a word is worth alone. A driver may note the wrong station. */
const CREDIBILITY: Readonly<Record<EmptyingSource, number>> = {
  sensor: 0.9,
  contractor: 0.95,
  staff: 1,
}

/** Oldest first. Records in the order of their `seq`; a correction comes after what it corrects. */
export function gatherEmptyings(
  records: readonly (EmptiedRecord | EmptyingCorrectedRecord)[],
): readonly Emptying[] {
  const told = new Map<number, EmptiedRecord & { corrected?: true }>()
  for (const record of records) {
    if (record.type === 'emptied') told.set(record.seq, record)
    else correct(told, record)
  }
  const gathered: Emptying[] = []
  const inTime = [...told.values()].sort((a, b) => a.emptiedAt - b.emptiedAt || a.seq - b.seq)
  for (const record of inTime) {
    const newest = gathered.at(-1)
    if (newest && isSame(newest, record)) gathered.splice(-1, 1, merge(newest, record))
    else gathered.push(alone(record))
  }
  return gathered
}

function correct(
  told: Map<number, EmptiedRecord & { corrected?: true }>,
  { of, emptiedAt }: EmptyingCorrectedRecord,
): void {
  const record = told.get(of)
  if (!record) return
  if (emptiedAt === undefined) told.delete(of)
  else {
    const { notBefore: _, ...rest } = record
    told.set(of, { ...rest, emptiedAt, corrected: true })
  }
}

function isSame(emptying: Emptying, record: EmptiedRecord): boolean {
  const { containerId, emptiedAt } = emptying
  // Staff who set two times apart, or one source that tells two, mean two.
  if (containerId !== record.containerId || emptying.by.includes(record.by)) return false
  return (record.notBefore ?? record.emptiedAt) - emptiedAt <= SAME_WITHIN_MS
}

function alone(record: EmptiedRecord & { corrected?: true }): Emptying {
  const { seq, containerId, emptiedAt, notBefore, by } = record
  return {
    id: seq,
    told: [{ seq, emptiedAt }],
    containerId,
    emptiedAt,
    ...(notBefore !== undefined && { notBefore }),
    by: [by],
    confidence: record.confidence ?? CREDIBILITY[by],
    ...(record.corrected && { corrected: true }),
  }
}

function merge(emptying: Emptying, record: EmptiedRecord & { corrected?: true }): Emptying {
  const one = alone(record)
  const [exact, other] = emptying.notBefore === undefined ? [emptying, one] : [one, emptying]
  const { notBefore, ...rest } = exact
  return {
    ...rest,
    id: Math.min(emptying.id, one.id),
    told: [...emptying.told, ...one.told],
    ...(notBefore !== undefined && { notBefore }),
    by: EMPTYING_SOURCES.filter((by) => exact.by.includes(by) || other.by.includes(by)),
    // Told independently: both must be wrong.
    confidence: 1 - (1 - emptying.confidence) * (1 - one.confidence),
    ...((emptying.corrected || one.corrected) && { corrected: true }),
  }
}
