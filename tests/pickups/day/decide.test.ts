import { describe, expect, test } from 'vitest'
import type { DayPlan, RiderEvent } from '#src/pickups/day/day.ts'
import { type DayCommand, decide } from '#src/pickups/day/decide.ts'
import { factsOf } from '#src/pickups/day/rider-events.ts'
import { standingOf } from '#src/pickups/day/standing.ts'
import { at, DAY_NAME, dayPlan, event, pickup } from './cast.ts'

const NOON = at('12:00')
const NINE = at('09:00')
const reckon = () => new Map([['job-3', at('12:30')]])

function act(
  plan: DayPlan | undefined,
  command: DayCommand,
  events: readonly RiderEvent[] = [],
  version = plan?.version ?? 0,
  bikes: readonly string[] = ['bike-1', 'bike-2'],
) {
  const facts = factsOf(events)
  const state = { day: DAY_NAME, bikes, facts, ...(plan && { plan }) }
  return decide(state, command, version, NOON, reckon)
}

function after(...args: Parameters<typeof act>): DayPlan {
  const decided = act(...args)
  if (decided.kind !== 'ok') throw new Error(JSON.stringify(decided))
  return decided.plan
}

const stopsOf = (plan: DayPlan, events: readonly RiderEvent[] = []) =>
  Object.fromEntries(
    standingOf(plan, factsOf(events)).rounds.map(({ bike, stops }) => [
      bike,
      stops.map(({ stop }) => stop.id),
    ]),
  )

const started = dayPlan({
  rounds: dayPlan().rounds.map((round) => ({ ...round, startedAt: NINE })),
})
const done = event('job-1', 'done', '11:00')

describe('a plan', () => {
  const answer = {
    rounds: [{ bike: 'bike-1', stops: [pickup('job-1')] }],
    unserved: [{ stopId: 'job-2', because: 'gave-way' as const }],
  }
  test('is drawn up, drawn up anew, published, and from then on only offered anew', () => {
    const first = after(undefined, { kind: 'plan', answer })
    expect(first).toMatchObject({ version: 1, published: false, unserved: answer.unserved })
    const second = after(first, { kind: 'plan', answer })
    const shown = after(second, { kind: 'publish' })
    expect(shown).toMatchObject({ version: 3, published: true })
    expect(act(shown, { kind: 'plan', answer })).toEqual({
      kind: 'refused',
      reason: 'published-already',
    })
  })

  test('is changed only by who has seen its newest version', () => {
    expect(act(started, { kind: 'unpin', stopId: 'job-1' }, [], 0)).toEqual({
      kind: 'stale',
      version: 1,
    })
  })

  test('isn’t ridden before it is published', () => {
    expect(act(dayPlan({ published: false }), { kind: 'start', bike: 'bike-1' })).toEqual({
      kind: 'refused',
      reason: 'not-published',
    })
    expect(after(dayPlan(), { kind: 'start', bike: 'bike-1' }).rounds[0]!.startedAt).toBe(NOON)
  })
})

describe('a move by hand', () => {
  test('puts the stop there and pins it to the bike and the time', () => {
    const moved = after(dayPlan(), { kind: 'move', stopId: 'job-3', bike: 'bike-2', at: 1 })
    expect(stopsOf(moved)).toEqual({
      'bike-1': ['job-1', 'job-2'],
      'bike-2': ['job-4', 'job-3', 'job-5'],
    })
    expect(moved.pins).toEqual([
      { stopId: 'job-3', bike: 'bike-2', starts: { from: at('12:15'), until: at('12:45') } },
    ])
    expect(after(moved, { kind: 'unpin', stopId: 'job-3' }).pins).toEqual([])
  })

  test('takes in what was unserved', () => {
    const plan = dayPlan({ unserved: [{ stopId: 'job-9', because: 'gave-way' }] })
    const moved = after(plan, { kind: 'move', stopId: 'job-9', bike: 'bike-2', at: 9 })
    expect(stopsOf(moved)['bike-2']).toEqual(['job-4', 'job-5', 'job-9'])
    expect(moved.unserved).toEqual([])
  })

  const move = (stopId: string, bike: string, at: number): DayCommand => ({
    kind: 'move',
    stopId,
    bike,
    at,
  })
  test.each([
    ['of a stop that nobody knows', move('job-8', 'bike-2', 1), { reason: 'no-such-stop' }],
    ['of what is over', move('job-1', 'bike-2', 1), { reason: 'stop-is-over' }],
    [
      'of the stop that is being ridden to',
      move('job-2', 'bike-2', 1),
      { reason: 'stop-under-way' },
    ],
    ['to before it', move('job-5', 'bike-1', 1), { reason: 'before-what-is-frozen', least: 2 }],
    ['to a bike that isn’t there', move('job-3', 'bike-9', 1), { reason: 'no-such-bike' }],
  ])('is refused: %s', (_, command, refusal) => {
    expect(act(started, command, [done])).toEqual({ kind: 'refused', ...refusal })
  })
})

describe('a rider’s word', () => {
  test('counts for more than a later plan: what was done stays done, where it was done', () => {
    const plan = after(started, { kind: 'move', stopId: 'job-3', bike: 'bike-2', at: 2 })
    const late = event('job-3', 'done', '11:30')
    expect(stopsOf(plan, [late])).toEqual({
      'bike-1': ['job-3', 'job-1', 'job-2'],
      'bike-2': ['job-4', 'job-5'],
    })
  })

  test('of a booking that was taken out meanwhile isn’t lost', () => {
    const plan = after(started, { kind: 'take-out', stopIds: ['job-1', 'job-5'] })
    expect(stopsOf(plan, [done])).toEqual({
      'bike-1': ['job-1', 'job-2', 'job-3'],
      'bike-2': ['job-4'],
    })
  })
})

describe('an offer', () => {
  const answer = {
    rounds: [
      { bike: 'bike-1', stops: [pickup('job-1'), pickup('job-2')] },
      { bike: 'bike-2', stops: [pickup('job-4'), pickup('job-3'), pickup('job-5')] },
    ],
    unserved: [],
  }
  const offered = after(started, { kind: 'offer', id: 'o1', because: 'drop-off-full', answer })
  test('moves nothing until it is taken', () => {
    expect(stopsOf(offered)).toEqual(stopsOf(started))
    const taken = after(offered, { kind: 'adopt-offer', offerId: 'o1' })
    expect(stopsOf(taken)['bike-2']).toEqual(['job-4', 'job-3', 'job-5'])
    expect(taken.offer).toBeUndefined()
  })
  test('keeps what was ridden meanwhile where it was ridden', () => {
    const events = [done, event('job-3', 'arrived', '11:30')]
    const taken = after(offered, { kind: 'adopt-offer', offerId: 'o1' }, events)
    expect(stopsOf(taken, events)).toEqual({
      'bike-1': ['job-1', 'job-3', 'job-2'],
      'bike-2': ['job-4', 'job-5'],
    })
  })
  test('is gone when the plan has changed', () => {
    const moved = after(offered, { kind: 'move', stopId: 'job-5', bike: 'bike-1', at: 3 })
    expect(act(moved, { kind: 'adopt-offer', offerId: 'o1' })).toEqual({
      kind: 'refused',
      reason: 'no-such-offer',
    })
    expect(after(offered, { kind: 'decline-offer', offerId: 'o1' }).offer).toBeUndefined()
  })
})

describe('when the file has other bikes than the plan', () => {
  const inFile = (
    bikes: readonly string[],
    command: DayCommand,
    events: readonly RiderEvent[] = [],
  ) => stopsOf(after(started, command, events, 1, bikes), events)

  test('what the planner gives a new one is in the plan', () => {
    const answer = {
      rounds: [
        { bike: 'bike-1', stops: ['job-1', 'job-2'].map(pickup) },
        { bike: 'bike-3', stops: ['job-3', 'job-4', 'job-5'].map(pickup) },
      ],
      unserved: [],
    }
    const command: DayCommand = { kind: 'insert', stopId: 'job-5', answer }
    expect(inFile(['bike-1', 'bike-2', 'bike-3'], command)).toEqual({
      'bike-1': ['job-1', 'job-2'],
      'bike-2': ['job-4'],
      'bike-3': ['job-3', 'job-5'],
    })
  })

  test('a move by hand leaves where it is what one that has left was to ride, and rode', () => {
    const events = [event('job-4', 'done', '11:00', { bike: 'bike-2' })]
    const command: DayCommand = { kind: 'move', stopId: 'job-3', bike: 'bike-3', at: 0 }
    expect(inFile(['bike-3'], command, events)).toEqual({
      'bike-1': ['job-1', 'job-2'],
      'bike-2': ['job-4', 'job-5'],
      'bike-3': ['job-3'],
    })
  })
})

test('the stops of a bike that breaks down go to others, the one that it was riding to as well', () => {
  const events = [done, event('job-2', 'on-the-way', '11:10')]
  const answer = {
    rounds: [
      { bike: 'bike-2', stops: ['job-4', 'job-2', 'job-5'].map(pickup) },
      { bike: 'bike-1', stops: [pickup('job-1')] },
    ],
    unserved: [{ stopId: 'job-3', because: 'gave-way' as const }],
  }
  const command: DayCommand = { kind: 'bike-out', bike: 'bike-1', because: 'punktering', answer }
  const plan = after(started, command, events)
  expect(stopsOf(plan, events)).toEqual({
    'bike-1': ['job-1'],
    'bike-2': ['job-4', 'job-2', 'job-5'],
  })
  expect(act(plan, { kind: 'start', bike: 'bike-1' })).toMatchObject({ reason: 'bike-out' })
  expect(after(plan, { kind: 'bike-back', bike: 'bike-1' }).rounds[0]!.out).toBeUndefined()
})
