/** A small return bike: two slots on Tuesdays and Thursdays, three things to ask for, one that can't be. */
import type { Booking, BookingBook, Terms } from '#src/pickups/booking/booking.ts'
import type { BookingRequest } from '#src/pickups/booking/decide.ts'
import type { ReturnBike } from '#src/stations/return-bike.ts'
import { DAY, HOUR, instant, MINUTE } from '#src/stations/time.ts'

const named = (name: string) => ({ sv: name, en: name, fi: name })

export const smallBike: ReturnBike = {
  slots: [
    { id: 'morning', fromMinute: 600, untilMinute: 720, bookings: 3, litres: 1500, kg: 100 },
    { id: 'afternoon', fromMinute: 780, untilMinute: 900, bookings: 2, litres: 1000, kg: 60 },
  ],
  items: [
    {
      id: 'chair',
      name: named('Stol'),
      litres: 150,
      kg: 6,
      longestCm: 100,
      waste: 'bulky',
      reusable: true,
    },
    {
      id: 'mattress',
      name: named('Madrass'),
      litres: 400,
      kg: 18,
      longestCm: 200,
      waste: 'bulky',
      reusable: false,
      most: 2,
    },
    {
      id: 'television',
      name: named('Tv'),
      litres: 100,
      kg: 15,
      longestCm: 130,
      waste: 'electronics',
      reusable: true,
    },
    {
      id: 'sofa',
      name: named('Soffa'),
      refused: { because: named('För tung.'), instead: named('Till ÅVC.') },
    },
  ],
  unreviewed: [],
  limits: {
    itemsPerErrand: 6,
    litresPerErrand: 1000,
    kgPerItem: 25,
    household: { errands: 2, days: 30 },
  },
  opensDays: 42,
  closes: { workingDays: 1, minuteOfDay: 900 },
  change: { workingDays: 1, minuteOfDay: 900 },
  cancel: { workingDays: 0, minuteOfDay: 480 },
  holdMs: 10 * MINUTE,
  offerMs: 24 * HOUR,
  remind: { daysBefore: [3, 1], minuteOfDay: 600 },
  bikes: [
    {
      id: 'bike-1',
      name: 'Cykeln',
      litres: 1000,
      kg: 150,
      longestCm: 200,
      rangeKm: 40,
      speedKmh: 12,
    },
  ],
  dropOffs: [
    {
      id: 'centre',
      name: 'Centralen',
      place: { lat: 57.72, lon: 12.94 },
      takes: ['bulky', 'electronics'],
      reuse: true,
    },
  ],
  loans: {
    things: [
      { id: 'bike-1', name: named('Cykeln'), onServiceDays: false },
      { id: 'trailer-1', name: named('Vagnen'), onServiceDays: true },
    ],
    mostDays: 3,
    opensDays: 60,
    backByMinute: 1080,
  },
  eraseAfterDays: 30,
  noteDays: 1,
  callBackDays: 7,
  accessLogDays: 365,
}

export const terms: Terms = {
  bike: smallBike,
  serviceDays: [
    { weekdays: ['Tue', 'Thu'], hours: { fromMinute: 600, untilMinute: 900 }, holidays: 'skip' },
  ],
  timeZone: 'Europe/Stockholm',
}

export const at = (text: string) => instant(Date.parse(text))
/** Monday noon by the clock in Stockholm. */
export const MONDAY = at('2026-05-04T10:00:00Z')
export const days = (n: number) => n * DAY

export const THURSDAY_MORNING = { day: '2026-05-07', slotId: 'morning' }
export const THURSDAY_AFTERNOON = { day: '2026-05-07', slotId: 'afternoon' }
export const TUESDAY_MORNING = { day: '2026-05-12', slotId: 'morning' }

export const emptyBook: BookingBook = { bookings: new Map(), holds: new Map() }

export function bookOf(...bookings: readonly Booking[]): BookingBook {
  return { bookings: new Map(bookings.map((b) => [b.id, b])), holds: new Map() }
}

export function request(id: string, more: Partial<BookingRequest> = {}): BookingRequest {
  return {
    id,
    household: `home-${id}`,
    things: [{ itemId: 'chair', count: 1 }],
    language: 'sv',
    interpreter: false,
    by: 'resident',
    ...more,
  }
}
