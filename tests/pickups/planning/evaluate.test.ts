import { expect, test } from 'vitest'
import { evaluate } from '#src/pickups/planning/evaluate.ts'
import type { Plan, Stop } from '#src/pickups/planning/plan.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import { bike, dropOff, HOUR_S, line, NINE, pickup, problem } from './days.ts'

const fetch = (id: string): Stop => ({ kind: 'pickup', pickup: id })
const unload = (id: string, streams?: string[]): Stop => ({
  kind: 'drop-off',
  dropOff: id,
  ...(streams && { streams }),
})
const rest = (index: number): Stop => ({ kind: 'break', index })

function ridden(stops: readonly Stop[], unserved: Plan['unserved'] = []): Plan {
  return { rounds: [{ bike: 'bike', stops }], unserved }
}

test('a round is ridden stop by stop, with what is on board', () => {
  const { rounds, violations, travelS, costS } = evaluate(
    problem(),
    ridden([fetch('sofa'), unload('centre')]),
  )
  expect(violations).toEqual([])
  expect([travelS, costS]).toEqual([1200, 1200])
  expect(rounds).toEqual([
    {
      bike: 'bike',
      span: { fromS: NINE, untilS: NINE + 360 + 300 + 240 + 600 + 600 },
      travelS: 1200,
      metres: 10_000,
      stops: [
        {
          stop: fetch('sofa'),
          arrivesS: NINE + 360,
          startsS: NINE + 360,
          leavesS: NINE + 660,
          litres: 300,
          kg: 50,
        },
        {
          stop: unload('centre'),
          arrivesS: NINE + 900,
          startsS: NINE + 900,
          leavesS: NINE + 1500,
          litres: 0,
          kg: 0,
        },
      ],
    },
  ])
})

test('a leg takes longer the more is on board, by the share of what the bike may carry', () => {
  const { travelS } = evaluate(
    problem({ travel: line(2) }),
    ridden([fetch('sofa'), unload('centre')]),
  )
  expect(travelS).toBe(360 + 240 * 1.25 + 600)
})

test('what came to pass counts for more than what was reckoned', () => {
  const late: Stop = { ...fetch('sofa'), actual: { startsS: NINE + 1000, leavesS: NINE + 2000 } }
  const { rounds } = evaluate(problem(), ridden([late, unload('centre')]))
  expect(rounds[0]!.stops.map(({ startsS }) => startsS)).toEqual([NINE + 1000, NINE + 2240])
})

test('a bike that stays at home needs no break and rides nothing', () => {
  const noon = { fromS: 12 * HOUR_S, untilS: 13 * HOUR_S, durationS: 1800 }
  const answer = evaluate(problem({ bikes: [bike({ breaks: [noon] })], pickups: [] }), ridden([]))
  expect([answer.travelS, answer.violations]).toEqual([0, []])
})

test('whoever is not served costs ten hours, and a multiple of it by priority', () => {
  const pickups = [pickup('sofa', 3), pickup('bed', 3, { priority: 2 })]
  const { costS } = evaluate(
    problem({ pickups }),
    ridden(
      [],
      [
        { pickup: 'sofa', because: 'gave-way' },
        { pickup: 'bed', because: 'gave-way' },
      ],
    ),
  )
  expect(costS).toBe(4 * 36_000)
})

const noon = { fromS: 12 * HOUR_S, untilS: 13 * HOUR_S, durationS: 1800 }
const early = { fromS: NINE, untilS: NINE + 600, durationS: 600 }
const both = [fetch('sofa'), fetch('bed'), unload('centre')]
const two = (more: Parameters<typeof pickup>[2]): Partial<Problem> => ({
  pickups: [pickup('sofa', 3), pickup('bed', 4, more)],
})
const one = (more: Parameters<typeof pickup>[2]): Partial<Problem> => ({
  pickups: [pickup('sofa', 3, more)],
})
const plain = [fetch('sofa'), unload('centre')]

test.each<[string, Partial<Problem>, readonly Stop[], object]>([
  [
    'a thing too long',
    { ...one({ longestCm: 250 }), bikes: [bike({ longestCm: 200 })] },
    plain,
    { kind: 'too-long', pickup: 'sofa', byCm: 50, at: 0 },
  ],
  ['too much mass', two({ massKg: 160 }), both, { kind: 'too-heavy', byKg: 10, at: 1 }],
  [
    'too much volume',
    two({ loads: [{ stream: 'bulky', litres: 800 }] }),
    both,
    { kind: 'too-full', byL: 100, at: 1 },
  ],
  [
    'things that must not ride together',
    {
      apart: [['acid', 'food']],
      pickups: [pickup('sofa', 3, { classes: ['acid'] }), pickup('bed', 4, { classes: ['food'] })],
    },
    both,
    { kind: 'must-not-ride-together', pickup: 'bed', at: 1 },
  ],
  [
    'coming after the window',
    one({ windows: [{ fromS: 0, untilS: NINE + 60 }] }),
    plain,
    { kind: 'late', pickup: 'sofa', byS: 300, at: 0 },
  ],
  [
    'a promise not kept',
    one({ promise: { fromS: NINE, untilS: NINE + 60 } }),
    plain,
    { kind: 'promise-broken', pickup: 'sofa', byS: 300, at: 0 },
  ],
  [
    'a drop-off that closes while unloading',
    { dropOffs: [dropOff('centre', 5, { opens: [{ fromS: 0, untilS: NINE + 1400 }] })] },
    plain,
    { kind: 'closed', dropOff: 'centre', at: 1 },
  ],
  [
    'what is not taken there',
    { dropOffs: [dropOff('centre', 5, { takes: [{ stream: 'paper' }] }), dropOff('tip', 5)] },
    [fetch('sofa'), unload('centre', ['bulky']), unload('tip')],
    { kind: 'not-taken', dropOff: 'centre', at: 1 },
  ],
  [
    'a place that is full',
    { dropOffs: [dropOff('centre', 5, { takes: [{ stream: 'bulky', roomL: 200 }] })] },
    plain,
    { kind: 'no-room', dropOff: 'centre', stream: 'bulky', byL: 100, at: 1 },
  ],
  [
    'a place that will be full by then',
    {
      dropOffs: [
        dropOff('centre', 5, { takes: [{ stream: 'bulky', roomL: 1200, fillsLPerHour: 100 }] }),
      ],
    },
    plain,
    { kind: 'no-room', dropOff: 'centre', stream: 'bulky', byL: 25, at: 1 },
  ],
  [
    'no break',
    { bikes: [bike({ breaks: [early] })] },
    plain,
    { kind: 'break-missed', index: 0, at: 2 },
  ],
  [
    'a break too late',
    { bikes: [bike({ breaks: [early] })] },
    [fetch('sofa'), rest(0), unload('centre')],
    { kind: 'break-late', index: 0, byS: 60, at: 1 },
  ],
  [
    'a break before the one that comes first',
    { bikes: [bike({ breaks: [early, noon] })] },
    [rest(1), ...plain],
    { kind: 'break-missed', index: 0, at: 0 },
  ],
  [
    'home after the shift',
    { bikes: [bike({ shift: { fromS: NINE, untilS: NINE + 2000 } })] },
    plain,
    { kind: 'shift-over', byS: 100, at: 2 },
  ],
  [
    'farther than the charge',
    { bikes: [bike({ rangeM: 9000 })] },
    plain,
    { kind: 'out-of-range', byM: 1000, at: 2 },
  ],
  ['home with things on board', {}, [fetch('sofa')], { kind: 'not-emptied', litres: 300, at: 1 }],
])('%s is told with its stop', (_, more, stops, violation) => {
  const { violations } = evaluate(problem(more), ridden(stops))
  expect(violations).toEqual([{ ...violation, bike: 'bike' }])
})

test('nobody twice, nobody lost, the pinned on their bike, no bike on two rounds, no names unheard of', () => {
  const pickups = ['sofa', 'bed', 'lamp'].map((id) =>
    pickup(id, 3, id === 'bed' ? { bike: 'trike' } : {}),
  )
  const bikes = [bike(), bike({ id: 'trike' })]
  const stops = [
    fetch('sofa'),
    fetch('bed'),
    fetch('ghost'),
    unload('nowhere'),
    rest(3),
    unload('centre'),
  ]
  const plan: Plan = {
    rounds: [
      { bike: 'bike', stops },
      { bike: 'bike', stops: [] },
      { bike: 'tandem', stops: [] },
    ],
    unserved: [{ pickup: 'sofa', because: 'gave-way' }],
  }
  expect(evaluate(problem({ pickups, bikes }), plan).violations).toEqual([
    { kind: 'unknown', what: 'pickup', id: 'ghost' },
    { kind: 'unknown', what: 'drop-off', id: 'nowhere' },
    { kind: 'unknown', what: 'break', id: 'bike/3' },
    { kind: 'unknown', what: 'bike', id: 'tandem' },
    { kind: 'wrong-bike', pickup: 'bed', bike: 'bike' },
    { kind: 'two-rounds', bike: 'bike' },
    { kind: 'twice', pickup: 'sofa' },
    { kind: 'lost', pickup: 'lamp' },
  ])
})

test('two bikes share the room of a place: the one that comes last finds it full', () => {
  const pickups = [pickup('sofa', 3), pickup('bed', 4)]
  const bikes = [bike(), bike({ id: 'trike' })]
  const dropOffs = [dropOff('centre', 5, { takes: [{ stream: 'bulky', roomL: 400 }] })]
  const plan: Plan = {
    rounds: [
      { bike: 'bike', stops: [fetch('bed'), unload('centre')] },
      { bike: 'trike', stops: [fetch('sofa'), fetch('ghost'), unload('centre')] },
    ],
    unserved: [],
  }
  const { violations } = evaluate(problem({ pickups, bikes, dropOffs }), plan)
  expect(violations).toContainEqual({
    kind: 'no-room',
    dropOff: 'centre',
    stream: 'bulky',
    byL: 200,
    bike: 'trike',
    at: 2,
  })
})

test.each<[string, Partial<Problem>, string]>([
  [
    'a place that is none',
    { pickups: [pickup('sofa', 10)] },
    'pickups[0].place: expected a place of the travel table, 0 to 9, got 10',
  ],
  [
    'an id twice',
    { bikes: [bike(), bike()] },
    'bikes[1].id: bike is there already; ids are told apart',
  ],
  [
    'too many streams',
    {
      dropOffs: [
        dropOff('centre', 5, {
          takes: Array.from({ length: 31 }, (_, i) => ({ stream: `s${i}` })),
        }),
      ],
    },
    'streams: at most 30 in one problem, got 32',
  ],
])('%s is refused by name', (_, more, message) => {
  expect(() => evaluate(problem(more), { rounds: [], unserved: [] })).toThrow(
    new RangeError(message),
  )
})
