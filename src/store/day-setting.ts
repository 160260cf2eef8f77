/** What a day is planned from: the town's hours, bikes and drop-offs with their room now, and what is to be fetched. */
import { classesOf, countOf, findItem, sizeOf } from '#src/pickups/booking/room.ts'
import type { Booking, Terms, Thing } from '#src/pickups/booking/booking.ts'
import { findSlot, instantAt } from '#src/pickups/booking/service-days.ts'
import { loadsFor, type Reserved } from '#src/pickups/day/brought-to.ts'
import type { DaySetting, Job } from '#src/pickups/day/day-problem.ts'
import type { TakenThing, TimeSpan } from '#src/pickups/day/day.ts'
import type { Facts } from '#src/pickups/day/rider-events.ts'
import { type Level, takenRoom } from '#src/pickups/day/station-room.ts'
import type { Load, Taken } from '#src/pickups/planning/problem.ts'
import type { ForecastRecord } from '#src/rules/record.ts'
import { lastEmptyingBetween } from '#src/rules/plan.ts'
import { expandDays, joined, nextDay } from '#src/rules/town-plan.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Bike, DropOff, ReturnBike } from '#src/stations/return-bike.ts'
import type { Place, Station } from '#src/stations/station.ts'
import { type EpochMs, HOUR, MINUTE, plus, wallTime, WEEKDAYS } from '#src/stations/time.ts'
import type { Candidate } from './days.ts'
import type { Journal } from './journal.ts'

/** What was fetched last is still brought away when the hours of fetching are over. */
const UNLOAD_AFTER_MS = HOUR
const AT_THE_DOOR_MS = 3 * MINUTE
const FOR_EACH_THING_MS = MINUTE

export interface Surroundings {
  readonly status: Journal['status']
  readonly plans: Journal['plans']
  readonly stations: ReadonlyMap<string, Station>
  readonly forecasts: ReadonlyMap<ContainerId, ForecastRecord>
}

/** Undefined where the bike doesn't run that day. */
export function settingOf(
  day: string,
  { bike, serviceDays, timeZone }: Terms,
  around: Surroundings,
  now: EpochMs,
): DaySetting | undefined {
  const midnight = instantAt(day, 0, timeZone)
  const end = nextDay(midnight, timeZone)
  const hours = joined(
    expandDays(serviceDays, midnight, end, timeZone)
      .filter(({ from }) => from >= midnight && from < end)
      .map(({ from, until }) => ({ from, until: plus(until, UNLOAD_AFTER_MS) })),
  )
  const [opening] = hours
  if (!opening) return undefined
  const shift = { from: opening.from, until: hours.at(-1)!.until }
  const [first] = bike.dropOffs
  return {
    day,
    shift,
    hours,
    bikes: bike.bikes
      .filter(worksOn(wallTime(midnight, timeZone).weekday))
      .map(({ shift: works, ...one }) => ({
        ...one,
        ...(works && {
          shift: {
            from: instantAt(day, works.fromMinute, timeZone),
            until: instantAt(day, works.untilMinute, timeZone),
          },
        }),
        home: one.home ?? first!.place,
        breaks: one.break
          ? [
              {
                from: instantAt(day, one.break.fromMinute, timeZone),
                until: instantAt(day, one.break.untilMinute, timeZone),
                durationMs: one.break.minutes * MINUTE,
              },
            ]
          : [],
      })),
    dropOffs: bike.dropOffs.map((dropOff) => ({
      ...dropOff,
      opens: dropOff.open ? expandDays(dropOff.open, midnight, end, timeZone) : hours,
      room: roomIn(dropOff, around, now, shift),
    })),
    ...(bike.apart && { apart: bike.apart }),
  }
}

function worksOn(weekday: number): (bike: Bike) => boolean {
  return ({ shift }) => shift?.weekdays?.includes(WEEKDAYS[weekday - 1]!) ?? true
}

/** Where a drop-off is a station, what its containers have room for; a staffed one always has. */
function roomIn(
  { takes, reuse, stationId }: DropOff,
  { status, plans, stations, forecasts }: Surroundings,
  now: EpochMs,
  shift: TimeSpan,
): readonly Taken[] {
  const station = stationId && stations.get(stationId)
  const rooms = takes.map((stream): Taken => {
    if (!station) return { stream }
    const levels = station.containers
      .filter(({ fraction }) => fraction === stream)
      .map(({ id, geometry }): Level => {
        const forecast = forecasts.get(id)
        const standing = status(id)
        const emptying = lastEmptyingBetween(plans(id), standing.emptiedAt, now, shift.from)
        return {
          volumeLitres: geometry.volumeLitres,
          status: standing,
          ...(forecast && { forecast }),
          ...(emptying && { emptiedBy: emptying.until }),
        }
      })
    // The planner reckons from the shift's beginning.
    return takenRoom(stream, levels, now, shift.from)
  })
  return reuse ? [...rooms, { stream: 'reuse' }] : rooms
}

/** `toldLateMs`: so long after the slot its booker has been told to expect the bike. */
export function jobOfBooking(
  booking: Booking,
  place: Place | undefined,
  terms: Terms,
  { hours }: DaySetting,
  facts: Facts,
  toldLateMs?: number,
): Job {
  const { bike } = terms
  const time = booking.slot && findSlot(terms, booking.slot)
  const taken = facts.get(booking.id)?.outcome?.taken
  const things: readonly (Thing & { readonly reused?: boolean })[] = taken ?? booking.things
  const longest = booking.things.map(({ itemId }) => findItem(bike, itemId)?.longestCm ?? 0)
  return {
    id: booking.id,
    ...(place && { place }),
    windows: time ? [{ from: time.from, until: time.until }] : hours,
    ...(time &&
      toldLateMs !== undefined && {
        promise: { from: time.from, until: plus(time.until, toldLateMs) },
      }),
    loads: loadsOf(things, bike),
    kg: sizeOf(bike, things).kg,
    longestCm: Math.max(0, ...longest),
    ...(bike.apart && { classes: classesOf(bike, booking.things) }),
    serviceMs: AT_THE_DOOR_MS + countOf(booking.things) * FOR_EACH_THING_MS,
    priority: booking.goesFirst === true ? 1 : 0,
  }
}

/** Good things go where others find them, if anywhere takes them. */
function loadsOf(
  things: readonly (Thing & Pick<Partial<TakenThing>, 'reused'>)[],
  bike: ReturnBike,
): readonly Load[] {
  const isReuseTaken = bike.dropOffs.some(({ reuse }) => reuse)
  const litres = new Map<string, number>()
  for (const { itemId, count, reused } of things) {
    const item = findItem(bike, itemId)
    if (!item) continue
    const stream = isReuseTaken && (reused ?? item.reusable) ? 'reuse' : item.waste
    litres.set(stream, (litres.get(stream) ?? 0) + item.litres * count)
  }
  return [...litres].map(([stream, l]) => ({ stream, litres: l }))
}

export function jobOfCandidate(candidate: Candidate, reserved: Reserved): Job {
  const { id, place, kg, serviceMs, priority } = candidate
  const { hours, apart } = reserved.setting
  const kinds = candidate.loads.map(({ stream }) => stream)
  return {
    id,
    place,
    windows: hours,
    loads: loadsFor(candidate, reserved),
    kg,
    ...(apart && { classes: [...new Set(apart.flat())].filter((name) => kinds.includes(name)) }),
    serviceMs,
    priority,
  }
}
