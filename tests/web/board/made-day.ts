/** A day made up for the board: two bikes, one of which has set out; one booking outside the plan. */
import type { Day, Round, Stop } from '../../../web/board/day.ts'

export function stop(id: string, more: Partial<Stop> = {}): Stop {
  return {
    id,
    kind: 'pickup',
    state: 'scheduled',
    planned: true,
    pinned: false,
    dropOff: null,
    place: null,
    reference: null,
    what: null,
    load: null,
    bringTo: null,
    things: [],
    language: 'sv',
    interpreter: false,
    windowFrom: null,
    windowUntil: null,
    startsAt: '2026-05-07T08:00:00.000Z',
    litresOnBoard: 100,
    kgOnBoard: 10,
    failedBecause: null,
    note: null,
    person: {
      name: 'Prova Prov',
      phone: null,
      email: null,
      address: `Provgatan ${id}`,
      apartment: null,
      position: { lat: 57.72, lon: 12.93 },
      note: null,
    },
    ...more,
  }
}

export const unload = (id: string) =>
  stop(id, { kind: 'drop-off', dropOff: 'centre', person: null, language: null })

export function round(bike: string, stops: readonly Stop[], more: Partial<Round> = {}): Round {
  return { bike, startedAt: null, endedAt: null, out: null, frozen: 0, stops, ...more }
}

const bike = { litres: 1000, kg: 150, home: { lat: 57.71, lon: 12.92 } }

export const madeDay: Day = {
  day: '2026-05-07',
  today: '2026-05-07',
  version: 3,
  published: true,
  from: '2026-05-07T08:00:00.000Z',
  until: '2026-05-07T13:00:00.000Z',
  bikes: [
    { id: 'bike-1', name: 'Ettan', ...bike },
    { id: 'bike-2', name: 'Tvåan', ...bike },
  ],
  dropOffs: [{ id: 'centre', name: 'Centralen', place: { lat: 57.718, lon: 12.935 } }],
  rounds: [
    round(
      'bike-1',
      [
        stop('a', { state: 'done' }),
        stop('b', { state: 'arrived' }),
        stop('c'),
        stop('d'),
        unload('x'),
      ],
      { startedAt: '2026-05-07T08:00:00.000Z', frozen: 2 },
    ),
    round('bike-2', [stop('e'), stop('f')]),
  ],
  unserved: [{ stop: 'g', because: 'gave-way' }],
  unplanned: ['h'],
  outside: [stop('g', { startsAt: null }), stop('h', { startsAt: null })],
  complaints: [],
  offer: null,
  nextSteps: [],
  candidates: [],
}
