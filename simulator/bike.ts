/**
 * The return bike's people: residents who book, a dispatcher who plans and riders who ride, over HTTP like
 * anybody else. A step does what is due; the same seed books the same things. Names are invented.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAddressList } from '#src/stations/address-list.ts'
import type { ListedAddress } from '#src/stations/return-bike.ts'
import { type EpochMs, instant, isoText, MINUTE } from '#src/stations/time.ts'
import { formatFaults } from '#src/stations/town-file.ts'
import { type Pace, townTime } from './play.ts'
import { type Random, randomFrom } from './random.ts'

export interface BikePeople {
  readonly url: string
  readonly staffToken: string
  readonly seed: number
  readonly addresses: readonly ListedAddress[]
}

interface Slot {
  readonly slotId: string
  readonly from: string
  readonly open: boolean
}

interface Item {
  readonly id: string
  readonly most: number | null
  readonly refused: object | null
}

interface Stop {
  readonly id: string
  readonly kind: 'pickup' | 'drop-off' | 'break'
  readonly state: string
  readonly startsAt: string | null
  readonly leavesAt: string | null
}

interface Round {
  readonly bike: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly stops: readonly Stop[]
}

interface Day {
  readonly day: string
  readonly version: number
  readonly published: boolean
  readonly from: string
  readonly rounds: readonly Round[]
  readonly unplanned: readonly string[]
}

/** So many days ahead are filled. */
const DAYS_AHEAD = 2
const BOOKINGS_A_SLOT = 6
const SETS_OUT_BEFORE_MS = 30 * MINUTE
const OVER = new Set(['done', 'failed', 'skipped'])

const FIRST_NAMES = [
  'Ada',
  'Bo',
  'Cilla',
  'Dani',
  'Eino',
  'Fatma',
  'Gun',
  'Hodan',
  'Ivar',
  'Jasmin',
]
const NOTES = ['Portkod 0000.', 'Tredje våningen, ingen hiss.', 'Ring på dörren till gården.']

/**
 * Those of a town's folder; undefined where it has none.
 * @throws with all faults of the file.
 */
export function readAddresses(folder: string): readonly ListedAddress[] | undefined {
  const path = join(folder, 'addresses.csv')
  if (!existsSync(path)) return undefined
  const read = readAddressList(readFileSync(path, 'utf8'), path)
  if (read.kind === 'faulty') throw new Error(formatFaults(read.faults))
  return read.addresses
}

/** Gives the step to take again and again; it remembers which days it has filled. */
export function openBikePeople({ url, staffToken, seed, addresses }: BikePeople) {
  const filled = new Set<string>()
  const leaves = new Map<string, EpochMs>()
  /** How often each stop's end was told: somebody may take it back. */
  const tellings = new Map<string, number>()
  let people = 0

  async function ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${staffToken}`,
        'kvitter-actor': 'Simulator',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  const command = (day: Day, name: string, more: object = {}) =>
    ask<Day>('POST', `/rounds/${day.day}/${name}`, { version: day.version, ...more })

  async function fill(day: string, slots: readonly Slot[]): Promise<void> {
    const random = randomFrom(seed, `bike/${day}`)
    const { items } = await ask<{ items: readonly Item[] }>('GET', '/items')
    const fetched = items.filter(({ refused }) => refused === null)
    for (const { slotId } of slots) {
      for (let i = 0; i < BOOKINGS_A_SLOT; i++) {
        await ask('POST', '/bookings', bookingOf(day, slotId, people++, addresses, fetched, random))
      }
    }
  }

  /** Sets out, rides to all that is due by now, and comes home. */
  async function ride(day: Day, now: EpochMs): Promise<void> {
    for (const { bike, stops, startedAt, endedAt } of day.rounds) {
      if (stops.length === 0 || endedAt !== null) continue
      // As reckoned when it was first seen; later it is put off for as long as nothing is told.
      for (const { id, leavesAt } of stops) {
        if (!leaves.has(id)) leaves.set(id, leavesAt === null ? now : instant(Date.parse(leavesAt)))
      }
      if (startedAt === null) await command(await see(day.day), 'start', { bike })
      while (await rideOn(day.day, bike, now)) continue
      const is = roundOf(await see(day.day), bike)
      const isHome = is?.stops.every(({ state }) => OVER.has(state))
      if (isHome === true) await command(await see(day.day), 'end', { bike })
    }
  }

  /** The next stop, when it is over by now; told with the time at which it was. */
  async function rideOn(day: string, bike: string, now: EpochMs): Promise<boolean> {
    const next = roundOf(await see(day), bike)?.stops.find(({ state }) => !OVER.has(state))
    if (!next) return false
    const due = leaves.get(next.id) ?? now
    if (due > now) return false
    const before = tellings.get(next.id) ?? 0
    const events = [told(day, next, before === 0 ? due : now, before)]
    await ask('POST', `/stops/${next.id}/events`, { bike, events })
    tellings.set(next.id, before + 1)
    // What was taken back is told again once a step.
    return before === 0
  }

  const see = (day: string) => ask<Day>('GET', `/rounds/${day}`)
  const roundOf = ({ rounds }: Day, bike: string) => rounds.find((one) => one.bike === bike)

  function told(day: string, { id, kind }: Stop, at: EpochMs, before: number) {
    const random = randomFrom(seed, `bike/${day}/${id}`)
    const event = `sim-${id}-${before}`.replace(/[^\w-]/g, '-').slice(-64)
    return kind === 'pickup' && random.next() < 0.08
      ? { id: event, kind: 'failed', at: isoText(at), because: 'not-home' }
      : { id: event, kind: 'done', at: isoText(at) }
  }

  return async function step(now: EpochMs): Promise<void> {
    const { serviceDays } = await ask<{
      serviceDays: readonly { readonly day: string; readonly slots: readonly Slot[] }[]
    }>('GET', '/service-days')
    const coming = serviceDays.filter(({ slots }) => slots.some(({ open }) => open))
    for (const { day, slots } of coming.slice(0, DAYS_AHEAD)) {
      if (filled.has(day)) continue
      filled.add(day)
      await fill(
        day,
        slots.filter(({ open }) => open),
      )
      const seen = await see(day)
      if (seen.version === 0) await command(seen, 'plan', { seconds: 1 })
    }
    for (const day of filled) {
      const seen = await see(day)
      const setsOut = now > Date.parse(seen.from) - SETS_OUT_BEFORE_MS
      if (!setsOut) continue
      if (seen.version > 0 && !seen.published) await command(seen, 'publish')
      else await ride(seen, now)
      const isOver = seen.rounds.every(({ stops, endedAt }) => stops.length === 0 || endedAt)
      if (isOver && seen.published) filled.delete(day)
    }
  }
}

/** Once in ten minutes of town time, but not more often than twice a second. */
const STEP_MS = 10 * MINUTE
const LEAST_REAL_MS = 500

/** Steps until the signal says stop; what fails is tried again with the next step. */
export async function playBike(
  people: BikePeople,
  pace: Pace,
  signal: AbortSignal,
  onFault: (error: unknown) => void,
): Promise<void> {
  const step = openBikePeople(people)
  while (!signal.aborted) {
    await step(townTime(pace, Date.now())).catch(onFault)
    const wait = Math.max(LEAST_REAL_MS, STEP_MS / pace.speed)
    await sleep(wait, undefined, { signal }).catch(() => undefined)
  }
}

function bookingOf(
  day: string,
  slotId: string,
  n: number,
  addresses: readonly ListedAddress[],
  items: readonly Item[],
  random: Random,
) {
  const { address, postcode } = addresses[random.below(addresses.length)]!
  const wanted = new Map<string, number>()
  for (let left = 1 + random.below(2); left > 0; left--) {
    const { id, most } = items[random.below(items.length)]!
    wanted.set(id, 1 + random.below(Math.min(most ?? 2, 2)))
  }
  return {
    person: {
      name: `${FIRST_NAMES[n % FIRST_NAMES.length]!} Prov`,
      phone: `070-000 ${String(1000 + (n % 9000)).replace(/(..)$/, ' $1')}`,
      address,
      ...(postcode !== undefined && { postcode }),
      apartment: String(1001 + (n % 400)),
      ...(random.next() < 0.3 && { note: NOTES[random.below(NOTES.length)]! }),
    },
    things: [...wanted].map(([item, count]) => ({ item, count })),
    day,
    slotId,
    language: (['sv', 'sv', 'sv', 'en', 'fi', 'ar', 'so'] as const)[random.below(7)]!,
    interpreter: random.next() < 0.08,
    letPass: true,
    letPassBecause: 'Visas i en provkörning',
  }
}
