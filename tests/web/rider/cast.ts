/** A round of Returcykeln as its rider's phone knows it. */
import { instant } from '#src/stations/time.ts'
import type { Catalogue, Day, Item, Line, Stop } from '#web/rider/day.ts'
import type { QueuedEvent, Told, Way } from '#web/rider/queue.ts'

export const at = (clock: string) => instant(Date.parse(`2026-05-07T${clock}:00+02:00`))
export const iso = (clock: string) => new Date(at(clock)).toISOString()

export function pickup(id: string, more: Partial<Stop> = {}): Stop {
  return {
    id,
    kind: 'pickup',
    state: 'scheduled',
    dropOff: null,
    streams: null,
    place: null,
    reference: 'K7M4XR',
    what: null,
    things: [{ item: 'chair', count: 1 }],
    taken: null,
    language: 'sv',
    interpreter: false,
    windowFrom: iso('10:00'),
    windowUntil: iso('12:30'),
    startsAt: iso('10:15'),
    failedBecause: null,
    note: null,
    photos: [],
    person: null,
    ...more,
  }
}

export const PERSON = {
  name: 'Prova Provsson',
  phone: '070-000 00 01',
  address: 'Provgatan 1',
  postcode: '504 30',
  apartment: null,
  position: { lat: 57.72, lon: 12.92 },
  note: null,
}

export function dropOff(dropOffId: string, nth = 1, more: Partial<Stop> = {}): Stop {
  return pickup(`2026-05-07~bike-1~${dropOffId}~${nth}`, {
    kind: 'drop-off',
    dropOff: dropOffId,
    place: { name: 'Centralen', lat: 57.718, lon: 12.935 },
    reference: null,
    things: [],
    language: null,
    ...more,
  })
}

export function dayOf(stops: readonly Stop[], more: Partial<Day> = {}): Day {
  return {
    day: '2026-05-07',
    version: 3,
    published: true,
    bikes: [
      { id: 'bike-1', name: 'Returcykeln' },
      { id: 'bike-2', name: 'Vagnen' },
    ],
    rounds: [{ bike: 'bike-1', startedAt: null, endedAt: null, out: null, stops }],
    room: [
      { dropOff: 'centre', waste: 'bulky' },
      { dropOff: 'centre', waste: 'reuse' },
      { dropOff: 'ekudden', waste: 'paper' },
    ],
    ...more,
  }
}

const item = (id: string, more: Partial<Item>): [string, Item] => [
  id,
  {
    id,
    name: { sv: id, en: id, fi: id },
    litres: 100,
    kg: 8,
    longestCm: 90,
    waste: 'bulky',
    reusable: false,
    ...more,
  },
]

export const catalogue: Catalogue = new Map([
  item('chair', { reusable: true }),
  item('mattress', {}),
  item('cardboard', { waste: 'paper' }),
])

let drawn = 0
export function event(
  stop: string,
  kind: Told['kind'],
  clock: string,
  way: Way = { state: 'waiting' },
  more: Partial<Told> = {},
): QueuedEvent {
  const id = `event-${++drawn}`
  const told = { id, day: '2026-05-07', bike: 'bike-1', stop, kind, at: at(clock), planVersion: 3 }
  return { told: { ...told, ...more }, way }
}

export const sent = (clock: string): Way => ({ state: 'sent', at: at(clock) })
export const refused: Way = { state: 'refused', refusal: { status: 404, detail: 'No such stop.' } }

export function line(no: number, did: string, stop: string | null, more: Partial<Line> = {}): Line {
  return { no, at: iso('10:30'), by: 'Lo', did, stop, bike: null, ...more }
}
