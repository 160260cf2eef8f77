/**
 * What the rules were told of a reading, and the way back. Mostly it follows from the reading and what is
 * believed of it; only where it doesn't is anything kept beside them.
 */
import type { ReadingRecord } from '#src/rules/record.ts'
import type { Reading } from '#src/stations/reading.ts'
import type { KeptReading, KeptTold } from './contract.ts'

/** What must be kept for the record to be made again; undefined where it follows. */
export function toldOtherwise(
  { seq, at, deviceId, fillPercent }: ReadingRecord,
  reading: Reading,
  believed: number | undefined,
): KeptTold | undefined {
  const isOwnWord = deviceId === reading.deviceId && fillPercent === believed
  if (isOwnWord && at === reading.receivedAt) return undefined
  return {
    seq,
    ...(at !== reading.receivedAt && { toldAt: at }),
    ...(!isOwnWord && {
      told: { deviceId, ...(fillPercent !== undefined && { fillPercent }) },
    }),
  }
}

/** The record as the rules got it; undefined where they got none. */
export function recordTold(kept: KeptReading): ReadingRecord | undefined {
  const { seq, reading, cleanPercent, told, toldAt } = kept
  const { containerId, measuredAt, receivedAt, fault } = reading
  if (told === 'nothing' || containerId === undefined || reading.flags.includes('replayed')) {
    return undefined
  }
  const { deviceId, fillPercent } = told ?? {
    deviceId: reading.deviceId,
    fillPercent: cleanPercent ?? reading.fillPercent,
  }
  return {
    type: 'reading',
    seq,
    at: toldAt ?? receivedAt,
    containerId,
    deviceId,
    measuredAt,
    ...(fillPercent !== undefined && { fillPercent }),
    ...(fault !== undefined && { fault }),
  }
}
