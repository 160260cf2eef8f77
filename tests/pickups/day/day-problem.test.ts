import { describe, expect, test } from 'vitest'
import type { DayPlan, RiderEvent } from '#src/pickups/day/day.ts'
import {
  answerOf,
  ask,
  asRidersFound,
  complaintsOf,
  type DayQuestion,
  placesOf,
  timesOf,
} from '#src/pickups/day/day-problem.ts'
import { decide, withBikeOut } from '#src/pickups/day/decide.ts'
import { factsOf } from '#src/pickups/day/rider-events.ts'
import { standingOf } from '#src/pickups/day/standing.ts'
import { evaluate } from '#src/pickups/planning/evaluate.ts'
import { solve } from '#src/pickups/planning/solve.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { at, DAY_NAME, dayPlan, event, job, jobs, pickup, setting, tableBetween } from './cast.ts'

function question(more: Partial<DayQuestion> = {}): DayQuestion {
  return { setting, jobs: jobs(8), facts: new Map(), now: at('09:00'), ...more }
}

function planned(q: DayQuestion) {
  const asked = ask(q, tableBetween(placesOf(q)))
  const { plan } = solve(asked.problem, { from: asked.from, seed: 1, maxIterations: 200 })
  return answerOf(q, plan)
}

function reckoned(q: DayQuestion) {
  const asked = ask(q, tableBetween(placesOf(q)))
  const { rounds, violations } = evaluate(asked.problem, asked.from)
  return { times: timesOf(asked, rounds), complaints: complaintsOf(asked, violations) }
}

const stopIds = (rounds: readonly { readonly stops: readonly { readonly id: string }[] }[]) =>
  rounds.flatMap(({ stops }) => stops.map(({ id }) => id))

function publish(q: DayQuestion, startedAt?: EpochMs): DayPlan {
  const { rounds, unserved } = planned(q)
  return dayPlan({
    rounds: rounds.map((r) => ({ ...r, ...(startedAt && { startedAt }) })),
    unserved,
  })
}

describe('a morning’s plan', () => {
  test('serves everybody and unloads at visits that have names', () => {
    const { rounds, unserved } = planned(question())
    const ids = stopIds(rounds)
    expect(unserved).toEqual([])
    expect(ids.filter((id) => id.startsWith('job')).toSorted()).toEqual(jobs(8).map(({ id }) => id))
    expect(ids).toContain(`${DAY_NAME}~${rounds.find((r) => r.stops.length > 0)!.bike}~centre~1`)
    const q = question({ plan: publish(question()) })
    const { times, complaints } = reckoned(q)
    expect(complaints).toEqual([])
    expect(times.get('job-1')!.startsAt).toBeGreaterThanOrEqual(at('10:00'))
  })

  test('tells why somebody isn’t served', () => {
    const { unserved } = planned(
      question({
        jobs: [
          job('job-1', { place: undefined as never }),
          job('job-2', { kg: 200 }),
          job('job-3', { loads: [{ stream: 'electronics', litres: 20 }] }),
        ],
      }),
    )
    expect(unserved).toEqual([
      { stopId: 'job-1', because: 'no-position' },
      { stopId: 'job-2', because: 'too-heavy' },
      { stopId: 'job-3', because: 'nowhere-taken' },
    ])
  })

  test('takes nothing to a station that is full', () => {
    const [centre, station] = setting.dropOffs
    const paper = [job('job-1', { loads: [{ stream: 'paper', litres: 100 }] })]
    const full = { ...station!, room: [{ stream: 'paper', roomL: 0 }] }
    expect(planned(question({ jobs: paper })).unserved).toEqual([])
    expect(
      planned(question({ jobs: paper, setting: { ...setting, dropOffs: [centre!, full] } })),
    ).toMatchObject({ unserved: [{ stopId: 'job-1', because: 'no-room' }] })
  })

  test('brings nothing more to where a rider found it full, until one found it open', () => {
    const room = (...told: readonly RiderEvent[]) =>
      asRidersFound(setting, factsOf(told)).dropOffs.map((d) => d.room[0]!.roomL)
    const visit = (n: number) => `${DAY_NAME}~bike-1~station~${n}`
    const full = event(visit(1), 'failed', '10:30', { because: 'full' })
    expect(room()).toEqual([undefined, 500])
    expect(room(full)).toEqual([undefined, 0])
    expect(room(full, event(visit(2), 'done', '11:30'))).toEqual([undefined, 500])
  })

  test('keeps what is pinned to its bike and its time', () => {
    const starts = { from: at('13:00'), until: at('13:30') }
    const plan = dayPlan({
      published: false,
      pins: [
        { stopId: 'job-1', bike: 'bike-2', starts },
        { stopId: 'job-2', bike: 'bike-2' },
      ],
    })
    const { rounds } = planned(question({ plan }))
    const second = rounds.find(({ bike }) => bike === 'bike-2')!
    expect(second.stops.map(({ id }) => id)).toEqual(expect.arrayContaining(['job-1', 'job-2']))
    const { times } = reckoned(question({ plan: dayPlan({ ...plan, rounds }) }))
    expect(times.get('job-1')!.startsAt).toBeGreaterThanOrEqual(starts.from)
    expect(times.get('job-1')!.startsAt).toBeLessThanOrEqual(starts.until)
  })

  test('never has together what mustn’t ride together, and says so of an order by hand', () => {
    const [bike] = setting.bikes
    const apart = { ...setting, bikes: [bike!], apart: [['acid', 'food']] as const }
    const jobs = ['acid', 'food', 'acid', 'food'].map((name, i) =>
      job(`job-${i + 1}`, { classes: [name] }),
    )
    const { rounds, unserved } = planned(question({ setting: apart, jobs }))
    expect(unserved).toEqual([])
    let aboard = new Set<string>()
    for (const { id, kind } of rounds[0]!.stops) {
      if (kind === 'drop-off') aboard = new Set()
      else aboard.add(jobs.find((one) => one.id === id)!.classes![0]!)
      expect(aboard.size).toBeLessThan(2)
    }
    const byHand = [{ bike: bike!.id, stops: jobs.slice(0, 2).map(({ id }) => pickup(id)) }]
    const { complaints } = reckoned(
      question({ setting: apart, jobs: jobs.slice(0, 2), plan: dayPlan({ rounds: byHand }) }),
    )
    expect(complaints).toContainEqual(
      expect.objectContaining({ kind: 'must-not-ride-together', stopId: 'job-2' }),
    )
  })

  test('has each bike ride while its rider works', () => {
    const [early, late] = setting.bikes
    const works = (from: string, until: string) => ({ shift: { from: at(from), until: at(until) } })
    const bikes = [
      { ...early!, ...works('10:00', '12:00') },
      { ...late!, ...works('12:30', '15:00') },
    ]
    const window = (i: number) =>
      i < 4 ? { from: at('10:00'), until: at('11:30') } : { from: at('13:00'), until: at('15:00') }
    const q = question({
      setting: { ...setting, bikes },
      jobs: jobs(8).map((one, i) => ({ ...one, windows: [window(i)] })),
    })
    const { rounds, unserved } = planned(q)
    expect(unserved).toEqual([])
    const { times } = reckoned(question({ ...q, plan: dayPlan({ rounds }) }))
    for (const { bike, stops } of rounds) {
      expect(stops.length).toBeGreaterThan(0)
      const { shift } = bikes.find(({ id }) => id === bike)!
      for (const { id } of stops) {
        expect(times.get(id)!.startsAt).toBeGreaterThanOrEqual(shift.from)
        expect(times.get(id)!.startsAt).toBeLessThan(shift.until)
      }
    }
  })

  test('on which no bike rides serves nobody, and says so', () => {
    const { rounds, unserved } = planned(question({ setting: { ...setting, bikes: [] } }))
    expect(rounds).toEqual([])
    expect(unserved).toHaveLength(8)
  })

  test('lets another bike have what is pinned to one that is no more', () => {
    const pins = [{ stopId: 'job-1', bike: 'bike-9' }]
    const { rounds, unserved } = planned(question({ plan: dayPlan({ rounds: [], pins }) }))
    expect(unserved).toEqual([])
    expect(stopIds(rounds)).toContain('job-1')
  })
})

describe('a plan anew at eleven', () => {
  const plan = publish(question(), at('10:00'))
  const round = plan.rounds.find(({ stops }) => stops.length > 3)!
  const [first, second, third] = round.stops.map(({ id }) => id)
  const events: readonly RiderEvent[] = [
    event(first!, 'done', '10:20', { bike: round.bike }),
    event(second!, 'on-the-way', '10:40', { bike: round.bike }),
  ]
  const q = question({ plan, facts: factsOf(events), now: at('11:00') })

  test('leaves what is over and the stop that is being ridden to', () => {
    const { rounds } = planned(q)
    const stops = rounds.find(({ bike }) => bike === round.bike)!.stops.map(({ id }) => id)
    expect(stops.slice(0, 2)).toEqual([first, second])
    expect(
      stopIds(rounds)
        .filter((id) => id.startsWith('job'))
        .toSorted(),
    ).toEqual(jobs(8).map(({ id }) => id))
  })

  test('reckons from what happened: nothing to come is earlier than now', () => {
    const { times } = reckoned(q)
    expect(times.get(first!)).toMatchObject({ startsAt: at('10:20'), leavesAt: at('10:20') })
    expect(times.get(second!)!.startsAt).toBeGreaterThanOrEqual(at('11:00'))
    expect(times.get(third!)!.startsAt).toBeGreaterThan(times.get(second!)!.startsAt)
  })

  test('carries nothing from where nobody was home', () => {
    const failed = [event(first!, 'failed', '10:20', { bike: round.bike, because: 'not-home' })]
    const { times } = reckoned({ ...q, facts: factsOf(failed) })
    expect(times.get(first!)).toMatchObject({ litres: 0, kg: 0 })
  })

  test('gives the stops of a bike that broke down to the other', () => {
    const out = withBikeOut(plan, round.bike, 'punktering', at('11:00'))
    const answer = planned({ ...q, plan: out })
    const decided = decide(
      { day: DAY_NAME, bikes: ['bike-1', 'bike-2'], plan, facts: q.facts },
      { kind: 'bike-out', bike: round.bike, because: 'punktering', answer },
      plan.version,
      at('11:00'),
      () => new Map(),
    )
    if (decided.kind !== 'ok') throw new Error(decided.kind)
    const standing = standingOf(decided.plan, q.facts)
    const broken = standing.rounds.find(({ bike }) => bike === round.bike)!
    const other = standing.rounds.find(({ bike }) => bike !== round.bike)!
    expect(broken.stops.map(({ stop }) => stop.id)).toEqual([first])
    expect(other.stops.map(({ stop }) => stop.id)).toEqual(expect.arrayContaining([second, third]))
    expect(standing.unserved).toEqual([])
  })
})
