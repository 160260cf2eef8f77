/** A reading as a point of InfluxDB, there and back, and how one is found again. */
import type { IPoint } from 'influx'
import type { Correction } from '#src/quality/contract.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import { type Fault, READING_FLAGS, type Reading } from '#src/stations/reading.ts'
import { DAY, type EpochMs } from '#src/stations/time.ts'
import type { JudgedReading, Kept, KeptReading } from '../contract.ts'
import { RAW, text } from './downsampling.ts'

/** A kept reading on its way out. */
export type Unsent = KeptReading

/** Nanoseconds within the millisecond tell a device's readings of one instant apart, by their number. */
const NS_PER_MS = 1_000_000n

export function pointOf({ seq, reading, cleanPercent, correction, told, toldAt }: Unsent): IPoint {
  const { fillPercent } = reading
  const fields: Record<string, number | string> = {
    received: reading.receivedAt,
    n: reading.n,
    seq,
  }
  const number = (name: string, value: number | undefined) => {
    if (value !== undefined) fields[name] = value
  }
  number('level', cleanPercent ?? fillPercent)
  number('fill', fillPercent)
  number('raw_fill', reading.rawFillPercent)
  number('distance_mm', reading.distanceMm)
  number('battery_percent', reading.batteryPercent)
  number('battery_volts', reading.batteryVolts)
  number('temperature_c', reading.temperatureC)
  number('tilt_deg', reading.tiltDeg)
  if (reading.fault !== undefined) fields['fault'] = reading.fault
  if (reading.flags.length > 0) fields['flags'] = reading.flags.join(' ')
  if (correction !== undefined) fields['correction'] = JSON.stringify(correction)
  number('told_at', toldAt)
  if (told !== undefined) fields['told'] = JSON.stringify(told)
  return {
    measurement: 'reading',
    timestamp: String(BigInt(reading.measuredAt) * NS_PER_MS + BigInt(reading.n)),
    tags: {
      device: reading.deviceId,
      ...(reading.containerId !== undefined && { container: reading.containerId }),
    },
    fields,
  }
}

export type ReadingRow = Readonly<
  Record<string, string | number | null | undefined> & { device: string }
> & { readonly time: Date }

export function readingOf(row: ReadingRow): JudgedReading {
  const number = (name: string) => (typeof row[name] === 'number' ? row[name] : undefined)
  const [fill, level] = [number('fill'), number('level')]
  const optional: Readonly<Record<string, number | undefined>> = {
    fillPercent: fill,
    rawFillPercent: number('raw_fill'),
    distanceMm: number('distance_mm'),
    batteryPercent: number('battery_percent'),
    batteryVolts: number('battery_volts'),
    temperatureC: number('temperature_c'),
    tiltDeg: number('tilt_deg'),
  }
  const flags = String(row['flags'] ?? '').split(' ')
  const { device, container, correction } = row
  const reading: Reading = {
    deviceId: device as DeviceId,
    n: number('n') ?? 0,
    // A series without the tag answers with an empty one.
    ...(typeof container === 'string' &&
      container !== '' && { containerId: container as ContainerId }),
    measuredAt: Math.floor(row.time.getTime()) as EpochMs,
    receivedAt: number('received') as EpochMs,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...(typeof row['fault'] === 'string' && { fault: row['fault'] as Fault }),
    flags: READING_FLAGS.filter((flag) => flags.includes(flag)),
  }
  if (typeof correction !== 'string' || level === undefined) return reading
  return { ...reading, cleanPercent: level, correction: JSON.parse(correction) as Correction }
}

/** A device and an instant. */
export function instantOf({ deviceId, measuredAt }: Reading): string {
  return `${deviceId}/${measuredAt}`
}

/** Questions whose answers hold every reading of these devices at these instants, and some between. */
export function questionsFor(readings: readonly Reading[]): readonly string[] {
  const questions: string[] = []
  for (const [device, own] of Map.groupBy(readings, (r) => r.deviceId)) {
    const times = own.map((r) => r.measuredAt).sort((a, b) => a - b)
    let from = times[0]!
    times.forEach((at, i) => {
      const next = times[i + 1]
      if (next !== undefined && next - at < DAY) return
      questions.push(
        `SELECT * FROM "${RAW}"."reading" WHERE "device" = ${text(device)} AND time >= ${from}ms AND time < ${at + 1}ms`,
      )
      if (next !== undefined) from = next
    })
  }
  return questions
}

/**
 * What a reading is to those of its device and instant that are there already, by the contract's rule;
 * given its number where it may be kept, which is another than its own where that is taken.
 */
export function judgeAmong(
  reading: Reading,
  there: readonly Reading[],
): Exclude<Kept, 'kept'> | { readonly n: number } {
  const hasOwnTime = reading.measuredAt !== reading.receivedAt
  for (let { n } = reading; ; n++) {
    const before = there.find((r) => r.n === n)
    if (!before) return { n }
    if (hasOwnTime) return isSameLevel(before, reading) ? 'repeat' : 'conflict'
    if (isSameLevel(before, reading) && isSameStatus(before, reading)) return 'repeat'
  }
}

function isSameLevel(a: Reading, b: Reading): boolean {
  return (
    a.fillPercent === b.fillPercent &&
    a.rawFillPercent === b.rawFillPercent &&
    a.distanceMm === b.distanceMm &&
    a.fault === b.fault
  )
}

function isSameStatus(a: Reading, b: Reading): boolean {
  return (
    a.batteryPercent === b.batteryPercent &&
    a.batteryVolts === b.batteryVolts &&
    a.temperatureC === b.temperatureC &&
    a.tiltDeg === b.tiltDeg
  )
}
