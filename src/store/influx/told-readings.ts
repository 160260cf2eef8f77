/** Readings that SQL has let go of, read back from InfluxDB as the rules were told them. Nothing is written. */
import type { ReadingRecord } from '#src/rules/record.ts'
import type { StationId } from '#src/stations/ids.ts'
import { DAY } from '#src/stations/time.ts'
import type { KeptTold } from '../contract.ts'
import { NoReplay, type ReadingsElsewhere } from '../journal-reader.ts'
import { recordTold } from '../told.ts'
import { RAW } from './downsampling.ts'
import { type LinkOptions, openLink, wordsOf } from './link.ts'
import { readingOf, type ReadingRow } from './reading-points.ts'

/** A day of a large town takes its time. */
const TIMEOUT_MS = 60_000

export function influxReadings(options: LinkOptions): ReadingsElsewhere {
  const link = openLink({ ...options, timeoutMs: TIMEOUT_MS })
  return async (day, after, upTo, station) => {
    const from = day * DAY
    const here = station === undefined ? '' : ` AND "container" =~ ${ofStation(station)}`
    const question = `SELECT * FROM "${RAW}"."reading" WHERE time >= ${from}ms AND time < ${from + DAY}ms AND "seq" > ${after} AND "seq" <= ${upTo}${here}`
    let rows: readonly ReadingRow[]
    try {
      rows = await link.ask<ReadingRow>(question)
    } catch (error) {
      throw new NoReplay(`InfluxDB does not answer: ${wordsOf(error)}.`, { cause: error })
    }
    return rows.flatMap((row) => recordOf(row) ?? [])
  }
}

function recordOf(row: ReadingRow): ReadingRecord | undefined {
  const { cleanPercent, correction: _, ...reading } = readingOf(row)
  const { seq, told, told_at: toldAt } = row
  return recordTold({
    seq: seq as number,
    reading,
    ...(cleanPercent !== undefined && { cleanPercent }),
    ...(typeof told === 'string' && { told: JSON.parse(told) as NonNullable<KeptTold['told']> }),
    ...(typeof toldAt === 'number' && { toldAt: toldAt as NonNullable<KeptTold['toldAt']> }),
  })
}

function ofStation(station: StationId): string {
  return `/^${station.replaceAll('.', '\\.')}-/`
}
