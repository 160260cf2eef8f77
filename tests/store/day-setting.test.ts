/** What a day is planned from. A Thursday of a town with one bike, in summer time. */
import { describe, expect, test } from 'vitest'
import type { Booking, Terms } from '#src/pickups/booking/booking.ts'
import { findSlot } from '#src/pickups/booking/service-days.ts'
import { answerOf, ask, placesOf } from '#src/pickups/day/day-problem.ts'
import { insertOnly } from '#src/pickups/planning/insert-only.ts'
import type { ServiceDays } from '#src/stations/station.ts'
import { type EpochMs, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import { jobOfBooking, jobOfCandidate, settingOf } from '#src/store/day-setting.ts'
import { request, terms } from '../pickups/booking/cast.ts'
import { at, DAY_NAME, tableBetween } from '../pickups/day/cast.ts'
import { ekudden } from '../support/town.ts'

const nothing = {
  status: () => ({ word: 'unknown' }) as never,
  plans: () => ({}),
  stations: new Map(),
  forecasts: new Map(),
}
const hours = (from: number, until: number): ServiceDays => ({
  weekdays: ['Thu'],
  hours: { fromMinute: from * 60, untilMinute: until * 60 },
})

describe('a service day in two parts', () => {
  const inTwo: Terms = { ...terms, serviceDays: [hours(8, 12), hours(13.5, 15)] }
  const afternoon = { id: 'afternoon', fromMinute: 840, untilMinute: 900 }
  const late: Terms = {
    ...inTwo,
    bike: { ...inTwo.bike, slots: [{ ...inTwo.bike.slots[0]!, ...afternoon }] },
  }
  const setting = settingOf(DAY_NAME, inTwo, nothing, at('06:00'))!

  test('is one shift, in which nothing is fetched or unloaded in between', () => {
    expect(setting.shift).toEqual({ from: at('08:00'), until: at('16:00') })
    const parts = [
      { from: at('08:00'), until: at('13:00') },
      { from: at('13:30'), until: at('16:00') },
    ]
    expect(setting.hours).toEqual(parts)
    expect(setting.dropOffs[0]!.opens).toEqual(parts)
    const candidate = {
      id: 'r1',
      place: ekudden.place,
      loads: [],
      kg: 1,
      serviceMs: 1,
      priority: 0,
    }
    const reserved = { setting, brought: new Set<never>() }
    expect(jobOfCandidate(candidate as never, reserved).windows).toEqual(parts)
  })

  test('keeps an urgent load apart from what it mustn’t ride with', () => {
    const apart = [['batteries', 'textiles']] as const
    const reserved = { setting: { ...setting, apart }, brought: new Set<never>() }
    const loads = [{ stream: 'batteries', litres: 10 }]
    expect(jobOfCandidate({ id: 'u1', loads } as never, reserved).classes).toEqual(['batteries'])
  })

  test('serves who booked a slot in the second', () => {
    const slot = { day: DAY_NAME, slotId: 'afternoon' }
    expect(findSlot(late, slot)?.from).toBe(at('14:00'))
    const booking: Booking = {
      ...request('b1'),
      state: 'booked',
      createdAt: at('06:00'),
      version: 1,
      slot,
    }
    const job = jobOfBooking(booking, ekudden.place, late, setting, new Map())
    const question = { setting, jobs: [job], facts: new Map(), now: at('06:00') }
    const { problem, from } = ask(question, tableBetween(placesOf(question)))
    const answer = answerOf(question, insertOnly(problem, from).plan)
    expect(answer.unserved).toEqual([])
    expect(answer.rounds[0]!.stops[0]).toEqual({ id: 'b1', kind: 'pickup' })
  })

  test('has one span where the second begins before the first has brought all away', () => {
    const close: Terms = { ...terms, serviceDays: [hours(8, 12), hours(12.5, 15)] }
    expect(settingOf(DAY_NAME, close, nothing, at('06:00'))!.hours).toEqual([
      { from: at('08:00'), until: at('16:00') },
    ])
  })
})

test('the town’s file says who works when, and what mustn’t ride together', () => {
  const [bike] = terms.bike.bikes
  const shift = { fromMinute: 600, untilMinute: 720 }
  const town: Terms = {
    ...terms,
    serviceDays: [hours(10, 15)],
    bike: {
      ...terms.bike,
      apart: [['chair', 'electronics']],
      bikes: [
        { ...bike!, shift },
        { ...bike!, id: 'bike-2', shift: { ...shift, weekdays: ['Tue'] } },
        { ...bike!, id: 'bike-3' },
      ],
    },
  }
  const setting = settingOf(DAY_NAME, town, nothing, at('06:00'))!
  expect(setting.apart).toEqual([['chair', 'electronics']])
  expect(setting.bikes.map(({ id, shift: works }) => [id, works])).toEqual([
    ['bike-1', { from: at('10:00'), until: at('12:00') }],
    ['bike-3', undefined],
  ])
  const things = ['chair', 'television', 'mattress'].map((itemId) => ({ itemId, count: 1 }))
  const booking: Booking = {
    ...request('b1', { things }),
    state: 'booked',
    createdAt: at('06:00'),
    version: 1,
  }
  const job = jobOfBooking(booking, ekudden.place, town, setting, new Map())
  expect([job.classes, job.priority]).toEqual([['chair', 'electronics'], 0])
  const urgent = { ...booking, goesFirst: true }
  expect(jobOfBooking(urgent, ekudden.place, town, setting, new Map()).priority).toBe(1)
})

describe('the room of a station when the bikes set out', () => {
  const paper = ekudden.containers.find(({ fraction }) => fraction === 'paper')!
  const atStation: Terms = {
    ...terms,
    serviceDays: [hours(10, 15)],
    bike: {
      ...terms.bike,
      dropOffs: [
        {
          id: 'ekudden',
          name: 'Ekudden',
          place: ekudden.place,
          takes: ['paper'],
          reuse: false,
          stationId: ekudden.id,
        },
      ],
    },
  }
  /** Half full now, a tenth never counted on; full so many hours from now. */
  function roomL(now: EpochMs, fullInHours: number, emptiedBy: readonly EpochMs[] = []): number {
    const fullAt = plus(now, fullInHours * HOUR)
    const [dropOff] = settingOf(
      DAY_NAME,
      atStation,
      {
        status: () => ({ word: 'has-room', fillPercent: 50 }) as never,
        plans: () => ({ town: emptiedBy.map((until) => ({ from: plus(until, -HOUR), until })) }),
        stations: new Map([[ekudden.id, ekudden]]),
        forecasts: new Map([[paper.id, { fullAt, fullWithin24h: 1 } as never]]),
      },
      now,
    )!.dropOffs
    return dropOff!.room[0]!.roomL! / paper.geometry.volumeLitres
  }

  test.each([
    ['at that moment, what there is', '10:00', 10, 0.4],
    ['five hours before, what will be left', '05:00', 10, 0.2],
    ['ten hours before, none, and no less', '00:00', 8, 0],
    ['two hours after, what there was then', '12:00', 8, 0.5],
  ])('%s', (_, now, fullInHours, share) => {
    expect(roomL(at(now), fullInHours)).toBeCloseTo(share, 6)
  })

  const before = (hours: number) => plus(at('10:00'), -hours * HOUR)

  // From half full to full in 48 hours it fills by 0.4/48 of its volume in an hour.
  test.each([
    ['an emptying on the day before counts, as half a container', before(60), [12], 0.5],
    ['of several the last', before(60), [50, 12], 0.5],
    ['what will be filled since is off', before(100), [54], 0.45],
    ['one that is over later on the day doesn’t count', before(60), [-2], 0],
    ['nor does one that is over already', before(12), [13], 0.3],
  ])('days ahead: %s', (_, now, emptied, share) => {
    expect(roomL(now, 48, emptied.map(before))).toBeCloseTo(share, 6)
  })
})

test('who was told that the bike comes later is fetched by then, and late only after that', () => {
  const oneDay: Terms = { ...terms, serviceDays: [hours(10, 15)] }
  const setting = settingOf(DAY_NAME, oneDay, nothing, at('06:00'))!
  const slot = { day: DAY_NAME, slotId: 'morning' }
  const booking: Booking = {
    ...request('b1'),
    state: 'booked',
    createdAt: at('06:00'),
    version: 1,
    slot,
  }
  const job = jobOfBooking(booking, ekudden.place, oneDay, setting, new Map(), 40 * MINUTE)
  expect(job.windows).toEqual([{ from: at('10:00'), until: at('12:00') }])
  const question = { setting, jobs: [job], facts: new Map(), now: at('06:00') }
  const { problem } = ask(question, tableBetween(placesOf(question)))
  const promise = { fromS: 0, untilS: (160 * MINUTE) / 1000 }
  expect(problem.pickups[0]).toMatchObject({ windows: [promise], promise })
})
