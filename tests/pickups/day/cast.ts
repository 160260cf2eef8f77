/** A Thursday with two bikes in a part of a town, a centre and a station that takes paper. */
import type { DayPlan, RiderEvent } from '#src/pickups/day/day.ts'
import type { DaySetting, Job } from '#src/pickups/day/day-problem.ts'
import { FORMULA, legByFormula } from '#src/pickups/planning/formula.ts'
import type { TravelTable } from '#src/pickups/planning/problem.ts'
import type { Place } from '#src/stations/station.ts'
import { instant, MINUTE, plus } from '#src/stations/time.ts'

export const DAY_NAME = '2026-05-07'
export const at = (clock: string) => instant(Date.parse(`2026-05-07T${clock}:00+02:00`))

const home = { lat: 57.715, lon: 12.92 }
const bike = {
  name: 'Cykeln',
  litres: 1000,
  kg: 150,
  longestCm: 200,
  rangeKm: 40,
  speedKmh: 12,
  home,
  breaks: [],
}
const span = { from: at('10:00'), until: at('15:00') }

export const setting: DaySetting = {
  day: DAY_NAME,
  shift: span,
  hours: [span],
  bikes: [
    { ...bike, id: 'bike-1' },
    { ...bike, id: 'bike-2' },
  ],
  dropOffs: [
    {
      id: 'centre',
      name: 'Centralen',
      place: { lat: 57.714, lon: 12.918 },
      takes: ['bulky'],
      reuse: true,
      opens: [span],
      room: [{ stream: 'bulky' }, { stream: 'reuse' }],
    },
    {
      id: 'station',
      name: 'Stationen',
      place: { lat: 57.724, lon: 12.925 },
      takes: ['paper'],
      reuse: false,
      opens: [span],
      room: [{ stream: 'paper', roomL: 500 }],
    },
  ],
}

export function job(id: string, more: Partial<Job> = {}): Job {
  const n = Number(id.replace(/\D/g, '')) || 0
  return {
    id,
    place: { lat: 57.718 + (n % 7) * 0.001, lon: 12.918 + (n % 5) * 0.002 },
    windows: [span],
    loads: [{ stream: 'bulky', litres: 200 }],
    kg: 12,
    serviceMs: 5 * MINUTE,
    priority: 0,
    ...more,
  }
}

export const jobs = (n: number): readonly Job[] =>
  Array.from({ length: n }, (_, i) => job(`job-${i + 1}`))

export const pickup = (id: string) => ({ id, kind: 'pickup' as const })

export function dayPlan(more: Partial<DayPlan> = {}): DayPlan {
  return {
    day: DAY_NAME,
    version: 1,
    published: true,
    rounds: [
      { bike: 'bike-1', stops: ['job-1', 'job-2', 'job-3'].map(pickup) },
      { bike: 'bike-2', stops: ['job-4', 'job-5'].map(pickup) },
    ],
    unserved: [],
    pins: [],
    ...more,
  }
}

let told = 0
export function event(
  stopId: string,
  kind: RiderEvent['kind'],
  clock: string,
  more: Partial<RiderEvent> = {},
): RiderEvent {
  const happenedAt = at(clock)
  return {
    id: `event-${++told}`,
    day: DAY_NAME,
    bike: 'bike-1',
    stopId,
    kind,
    happenedAt,
    receivedAt: plus(happenedAt, 1000),
    ...more,
  }
}

export function tableBetween(places: readonly Place[]): TravelTable {
  const legs = places.flatMap((from) =>
    places.map((to) =>
      from === to ? { emptyS: 0, loadedS: 0, metres: 0 } : legByFormula(from, to, FORMULA),
    ),
  )
  const column = (of: 'emptyS' | 'loadedS' | 'metres') => Float64Array.from(legs, (leg) => leg[of])
  return {
    size: places.length,
    emptyS: column('emptyS'),
    loadedS: column('loadedS'),
    metres: column('metres'),
  }
}
