/** A planned day of seven bookings behind real HTTP, and a browser in which somebody of the staff looks at it. */
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { addresses, clockAt, DAY_NAME, type DayTown, openDayTown } from './day-town.ts'

const BOOKINGS = 7

export interface BoardTown extends AsyncDisposable {
  readonly day: DayTown
  book(letPass?: boolean): Promise<void>
  see(): Promise<any>
  command(name: string, body?: object): Promise<unknown>
  /** The round that has most stops. */
  fullRound(): Promise<any>
  /** Its pickups. */
  pickups(): Promise<readonly string[]>
  /** A stop's place in it. */
  placeOf(id: string): Promise<number>
  /** A window of its own, signed in. */
  open(
    browser: Browser,
    more?: Parameters<Browser['newContext']>[0],
    at?: {
      readonly url?: string
      readonly path?: string
      readonly role?: 'dispatcher' | 'rider'
    },
  ): Promise<Page & AsyncDisposable>
}

export async function openBoardTown(): Promise<BoardTown> {
  const day = await openDayTown()
  let booked = 0
  const town: BoardTown = {
    day,
    async book(letPass = false) {
      const i = booked++
      const { status, json } = await day.ask('POST', '/bookings', {
        person: { name: `Prova ${i}`, phone: `070-000 2${i}`, address: addresses[i * 3]!.address },
        things: [{ item: 'chair', count: 1 }],
        day: DAY_NAME,
        slotId: 'morning',
        ...(letPass && { letPass, letPassBecause: 'Lovat i telefon' }),
      })
      expect(status, JSON.stringify(json)).toBe(201)
    },
    see: async () => (await day.ask('GET', `/rounds/${DAY_NAME}`)).json,
    command: async (name, body = {}) =>
      day.ask('POST', `/rounds/${DAY_NAME}/${name}`, {
        version: (await town.see()).version,
        ...body,
      }),
    fullRound: async () =>
      (await town.see()).rounds.toSorted((a: any, b: any) => b.stops.length - a.stops.length)[0],
    pickups: async () =>
      (await town.fullRound()).stops
        .filter((stop: any) => stop.kind === 'pickup')
        .map((stop: any) => stop.id),
    placeOf: async (id) => (await town.fullRound()).stops.findIndex((stop: any) => stop.id === id),
    async open(browser, more = {}, { url = day.url, path = '/stab', role = 'dispatcher' } = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        ...more,
      })
      const { cookie } = await day.town.signIn(role)
      const [name, value] = cookie!.split('=', 2) as [string, string]
      await context.addCookies([{ name, value, url: url.replace('http:', 'https:'), secure: true }])
      const page = await context.newPage()
      await page.goto(`${url}${path}?day=${DAY_NAME}`)
      return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() })
    },
    [Symbol.asyncDispose]: () => day[Symbol.asyncDispose](),
  }
  day.town.setNow(clockAt('09:00', '2026-05-04'))
  for (let i = 0; i < BOOKINGS; i++) await town.book()
  day.town.setNow(clockAt('09:30'))
  await town.command('plan', { seconds: 1 })
  return town
}
