/** A published day of the return bike with bookings, over real HTTP; and what dispatchers do with it. */
import { expect } from 'vitest'
import {
  addresses,
  clockAt,
  DAY_NAME,
  type DayTown,
  openDayTown,
  RIDER,
  STAFF,
} from './day-town.ts'
import { containerId } from './town.ts'

/** Who asks. */
export type Headers = Readonly<Record<string, string>>

export const ROUNDS = `/rounds/${DAY_NAME}`

let booked = 0
export async function book(day: DayTown, more: object = {}): Promise<any> {
  const i = booked++
  const form = {
    person: { name: `Prova ${i}`, phone: `070-000 2${i}`, address: addresses[i % 60]!.address },
    things: [{ item: 'chair', count: 1 }],
    day: DAY_NAME,
    slotId: 'morning',
    ...more,
  }
  const { status, json } = await day.ask('POST', '/bookings', form)
  expect(status, JSON.stringify(json)).toBe(201)
  return json
}

export const see = async (day: DayTown, query = '', headers: Headers = STAFF) =>
  (await day.ask('GET', `${ROUNDS}${query}`, undefined, headers)).json
export const command = async (
  day: DayTown,
  name: string,
  body: object = {},
  headers: Headers = STAFF,
) => day.ask('POST', `${ROUNDS}/${name}`, { version: (await see(day)).version, ...body }, headers)
export const stopsOf = (json: any): any[] => json.rounds.flatMap((r: any) => r.stops)
export const bikeOf = (json: any, stop: string): string =>
  json.rounds.find((r: any) => r.stops.some((s: any) => s.id === stop)).bike

/** A published day with some bookings; both bikes may have set out. */
export async function openDay(
  bookings: number,
  started = true,
  ...more: Parameters<typeof openDayTown>
): Promise<DayTown> {
  booked = 0
  const day = await openDayTown(...more)
  day.town.setNow(clockAt('09:00', '2026-05-04'))
  for (let i = 0; i < bookings; i++) await book(day)
  await day.tick()
  day.town.setNow(clockAt('09:30'))
  for (const station of ['901', '902']) {
    await day.town.measure(containerId(`1490-${station}-paper-1`), 20)
  }
  await command(day, 'plan', { seconds: 1 })
  await command(day, 'publish')
  day.town.setNow(clockAt('10:00'))
  if (started) {
    await command(day, 'start', { bike: 'bike-1' }, RIDER)
    await command(day, 'start', { bike: 'bike-2' }, RIDER)
  }
  return day
}
