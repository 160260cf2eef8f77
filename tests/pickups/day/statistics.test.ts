import { expect, test } from 'vitest'
import { factsOf } from '#src/pickups/day/rider-events.ts'
import { standingOf } from '#src/pickups/day/standing.ts'
import { countDay } from '#src/pickups/day/statistics.ts'
import { DAY_NAME, dayPlan, event } from './cast.ts'

test('a day is counted by district, in grams and metres, without anybody in it', () => {
  const visit = `${DAY_NAME}~bike-1~centre~1`
  const events = [
    event('job-1', 'done', '10:10', {
      taken: [
        { itemId: 'chair', count: 2, reused: true },
        { itemId: 'mattress', count: 1, reused: false },
      ],
      kg: 40,
    }),
    event('job-2', 'failed', '10:30', { because: 'not-home' }),
    event(visit, 'done', '11:00', { weighings: [{ waste: 'bulky', kg: 19.5, count: 1 }] }),
    event('job-3', 'done', '11:30', { taken: [{ itemId: 'chair', count: 1, reused: false }] }),
    event('job-9', 'done', '11:50'),
    // Nothing said of what was taken: what was booked.
    event('job-4', 'done', '12:10', { bike: 'bike-2' }),
  ]
  const plan = dayPlan({ unserved: [{ stopId: 'job-6', because: 'gave-way' }] })
  const job = (id: string, district: string, lat: number) => ({
    id,
    district,
    place: { lat, lon: 0 },
    kind: 'household' as const,
    things: [{ itemId: 'mattress', count: 1 }],
  })
  const counts = countDay({
    day: DAY_NAME,
    standing: standingOf(plan, factsOf(events)),
    jobs: [
      job('job-1', 'norrby', 1),
      job('job-2', 'norrby', 2),
      job('job-3', 'hässleholmen', 3),
      { id: 'job-9', kind: 'station', things: [] },
      job('job-4', 'göta', 4),
      job('job-6', 'norrby', 6),
    ],
    dropOffPlaces: new Map([['centre', { lat: 0, lon: 0 }]]),
    kgOf: (id) => (id === 'chair' ? 6 : 18),
    metres: (a, b) => Math.abs(a.lat - b.lat) * 1000,
    ridden: new Map([['bike-1', 4200]]),
  })
  expect(
    Object.fromEntries(counts.map(({ district, what, n }) => [`${district} ${what}`, n])),
  ).toEqual({
    'norrby stops/done': 1,
    'norrby stops/failed': 1,
    'norrby failed/not-home': 1,
    'norrby things': 3,
    'norrby reused-things': 2,
    'norrby grams': 40_000,
    // Two chairs of six kilos in thirty: two fifths of what the scales said.
    'norrby reused-grams': 16_000,
    'norrby car-metres': 2000,
    'norrby unserved/gave-way': 1,
    'hässleholmen stops/done': 1,
    'hässleholmen things': 1,
    'hässleholmen grams': 6000,
    // It was left where the bike had unloaded last.
    'hässleholmen car-metres': 6000,
    ' station-stops/done': 1,
    'göta stops/done': 1,
    'göta things': 1,
    'göta grams': 18_000,
    ' stops/scheduled': 1,
    ' left-grams/bulky': 19_500,
    ' left-things/bulky': 1,
    ' bike-metres': 4200,
  })
})
