/** A small town to plan in: places on a line of ten kilometres, two minutes from one to the next. */
import type { Bike, DropOff, Pickup, Problem, TravelTable } from '#src/pickups/planning/problem.ts'
import { instant } from '#src/stations/time.ts'

export const HOUR_S = 3600
export const NINE = 9 * HOUR_S
const TEN_PLACES = 10

/** Place i is i kilometres from place 0. */
export function line(loadedFactor = 1): TravelTable {
  const cells = Array.from({ length: TEN_PLACES ** 2 }, (_, i) =>
    Math.abs(Math.floor(i / TEN_PLACES) - (i % TEN_PLACES)),
  )
  return {
    size: TEN_PLACES,
    emptyS: Float64Array.from(cells, (km) => km * 120),
    loadedS: Float64Array.from(cells, (km) => km * 120 * loadedFactor),
    metres: Float64Array.from(cells, (km) => km * 1000),
  }
}

export function bike(more: Partial<Bike> = {}): Bike {
  return {
    id: 'bike',
    startPlace: 0,
    endPlace: 0,
    shift: { fromS: NINE, untilS: 16 * HOUR_S },
    breaks: [],
    volumeL: 1000,
    massKg: 200,
    ...more,
  }
}

export function pickup(id: string, place: number, more: Partial<Pickup> = {}): Pickup {
  return {
    id,
    place,
    windows: [{ fromS: 0, untilS: 24 * HOUR_S }],
    serviceS: 300,
    loads: [{ stream: 'bulky', litres: 300 }],
    massKg: 50,
    priority: 0,
    ...more,
  }
}

export function dropOff(id: string, place: number, more: Partial<DropOff> = {}): DropOff {
  return {
    id,
    place,
    opens: [{ fromS: 0, untilS: 24 * HOUR_S }],
    serviceS: 600,
    takes: [{ stream: 'bulky' }],
    ...more,
  }
}

export function problem(more: Partial<Problem> = {}): Problem {
  return {
    startsAt: instant(0),
    travel: line(),
    bikes: [bike()],
    pickups: [pickup('sofa', 3)],
    dropOffs: [dropOff('centre', 5)],
    apart: [],
    ...more,
  }
}
