import { describe, expect, test } from 'vitest'
import { unloadedAt } from '#web/rider/aboard.ts'
import type { Day, Stop } from '#web/rider/day.ts'
import { firstDay, lacksPeople, withNews, withoutNews } from '#web/rider/news.ts'
import { standingOf } from '#web/rider/own-word.ts'
import type { QueuedEvent } from '#web/rider/queue.ts'
import { lastOutcome, roundOf } from '#web/rider/round.ts'
import {
  at,
  catalogue,
  dayOf,
  dropOff,
  event,
  iso,
  line,
  PERSON,
  pickup,
  refused,
  sent,
} from './cast.ts'

const FETCHED = at('09:00')
const keptOf = (day: Day) =>
  firstDay('bike-1', { day, fetchedAt: FETCHED, people: true, lines: [] })
const shownOf = (stops: readonly Stop[], events: readonly QueuedEvent[] = [], chosen?: string) =>
  roundOf(keptOf(dayOf(stops)), events, [], catalogue, chosen)

describe('how a stop stands', () => {
  const told = (kind: 'arrived' | 'done' | 'undone', clock: string, way?: QueuedEvent['way']) =>
    event('s1', kind, clock, way)
  test.each([
    ['as the server says, as long as the phone said nothing', {}, [], 'scheduled', 0],
    ['as the phone said, before the server has heard it', {}, [told('done', '10:00')], 'done', 1],
    [
      'as it was before what is taken back',
      {},
      [told('arrived', '10:00'), told('done', '10:01'), told('undone', '10:02')],
      'arrived',
      3,
    ],
    [
      'what was sent after the plan was fetched counts until the next plan',
      {},
      [told('done', '10:00', sent('10:01'))],
      'done',
      0,
    ],
    [
      'what the plan knows already counts once; the server has the last word on it',
      { state: 'failed', failedBecause: 'not-home' },
      [told('done', '08:00', sent('08:01'))],
      'failed',
      0,
    ],
    [
      'what was refused counts for nothing',
      {},
      [event('s1', 'done', '10:00', refused)],
      'scheduled',
      0,
    ],
    ['what was told of another stop neither', {}, [event('s2', 'done', '10:00')], 'scheduled', 0],
    [
      'what the server has as over can be taken back',
      { state: 'done' },
      [told('undone', '10:02')],
      'scheduled',
      1,
    ],
  ] as const)('%s', (_, more, events, state, unsent) => {
    expect(standingOf(pickup('s1', more), events, FETCHED)).toMatchObject({ state, unsent })
  })

  test('the reason goes with the failure', () => {
    const failed = event('s1', 'failed', '10:00', undefined, { because: 'too-heavy' })
    expect(standingOf(pickup('s1'), [failed], FETCHED).because).toBe('too-heavy')
    const known = pickup('s1', { state: 'failed', failedBecause: 'not-home' })
    expect(standingOf(known, [], FETCHED).because).toBe('not-home')
    expect(standingOf(known, [event('s1', 'done', '10:00')], FETCHED).because).toBeUndefined()
  })
})

describe('what is next', () => {
  const stops = [pickup('s1'), pickup('s2'), pickup('s3')]
  test('the first that isn’t over; what is over stands apart', () => {
    const shown = shownOf(stops, [event('s1', 'done', '10:00')])
    expect(shown.next?.stop.id).toBe('s2')
    expect(shown.rest.map(({ stop }) => stop.id)).toEqual(['s3'])
    expect(shown.over.map(({ stop }) => stop.id)).toEqual(['s1'])
  })

  test('where the rider has set out for or stands, whatever the plan’s order', () => {
    expect(shownOf(stops, [event('s3', 'on-the-way', '10:00')]).next?.stop.id).toBe('s3')
    const both = [event('s3', 'arrived', '10:00'), event('s2', 'arrived', '10:05')]
    expect(shownOf(stops, both).next?.stop.id).toBe('s2')
  })

  test('what the rider chose to have before them', () => {
    expect(shownOf(stops, [event('s1', 'arrived', '10:00')], 's3').next?.stop.id).toBe('s3')
  })

  test('nothing, when all is over', () => {
    const shown = shownOf([pickup('s1', { state: 'done' })])
    expect(shown.next).toBeUndefined()
  })

  test('the last outcome can be taken back, until it was', () => {
    const events = [event('s1', 'done', '10:00'), event('s2', 'arrived', '10:05')]
    expect(lastOutcome(shownOf(stops, events), events, at('09:55'))?.row.stop.id).toBe('s1')
    expect(lastOutcome(shownOf(stops, events), events, at('10:01'))).toBeUndefined()
    const undone = [...events, event('s1', 'undone', '10:06')]
    expect(lastOutcome(shownOf(stops, undone), undone, at('09:55'))).toBeUndefined()
  })
})

describe('what is unloaded where', () => {
  const riding = (...stops: Stop[]) =>
    stops.map((stop) => ({ stop, standing: standingOf(stop, [], FETCHED) }))
  const things = [
    { item: 'chair', count: 2 },
    { item: 'mattress', count: 1 },
    { item: 'cardboard', count: 3 },
  ]
  const brief = (stops: readonly Stop[]) =>
    [...unloadedAt(riding(...stops), dayOf([]), catalogue).values()].map((loads) =>
      loads.map(({ item, count, stream }) => `${count} ${item} ${stream}`),
    )

  test('what the drop-off takes; good things go to whoever wants them; the rest stays on board', () => {
    const centre = dropOff('centre')
    const ekudden = dropOff('ekudden')
    expect(brief([pickup('s1', { things }), centre, ekudden, dropOff('centre', 2)])).toEqual([
      ['2 chair reuse', '1 mattress bulky'],
      ['3 cardboard paper'],
      [],
    ])
  })

  test('only what the plan names, where it names it', () => {
    const some = dropOff('centre', 1, { streams: ['bulky'] })
    expect(brief([pickup('s1', { things }), some, dropOff('centre', 2)])).toEqual([
      ['1 mattress bulky'],
      ['2 chair reuse'],
    ])
  })

  test('what was taken instead of what was booked; nothing of what wasn’t fetched', () => {
    const taken = [{ item: 'chair', count: 1, reused: false }]
    const done = pickup('s1', { things, state: 'done', taken })
    const lost = pickup('s2', { things, state: 'failed', failedBecause: 'not-home' })
    expect(brief([done, lost, dropOff('centre')])).toEqual([['1 chair bulky']])
  })

  test('a drop-off that was shut leaves all on board for the next; the same things are counted together', () => {
    const shut = dropOff('centre', 1, { state: 'failed', failedBecause: 'closed' })
    const one = [{ item: 'mattress', count: 1 }]
    const stops = [pickup('s1', { things: one }), pickup('s2', { things: one }), shut]
    expect(brief([...stops, dropOff('centre', 2)])[1]).toEqual(['2 mattress bulky'])
  })
})

describe('a plan that changed while the rider was away', () => {
  const before = keptOf(dayOf([pickup('s1', { person: PERSON }), pickup('s2'), pickup('s3')]))
  const fetched = (
    stops: readonly Stop[],
    lines: Parameters<typeof line>[],
    more: Partial<Day> = {},
  ) =>
    withNews(before, {
      day: dayOf(stops, more),
      fetchedAt: at('11:00'),
      people: false,
      lines: lines.map((one) => line(...one)),
    })

  test('a stop that left it stays to be seen, with who did it and when', () => {
    const kept = fetched([pickup('s2'), pickup('s3')], [[7, 'taken-out', 's1', { by: 'clock' }]])
    expect(kept.gone).toMatchObject([{ stop: { id: 's1' }, by: 'clock', at: at('10:30') }])
    expect([kept.marks, kept.line]).toEqual([[], 7])
    const shown = roundOf(kept, [], [], catalogue)
    expect(shown.gone).toHaveLength(1)
    expect(shown.next?.stop.id).toBe('s2')
  })

  test('a stop that another bike has now says so', () => {
    const other = { bike: 'bike-2', startedAt: null, endedAt: null, out: null }
    const { rounds } = dayOf([pickup('s2'), pickup('s3')])
    const kept = fetched([], [[7, 'moved', 's1']], {
      rounds: [...rounds, { ...other, stops: [pickup('s1')] }],
    })
    expect(kept.gone).toMatchObject([{ stop: { id: 's1' }, to: 'bike-2', by: 'Lo' }])
  })

  test('a stop that the rider did all the same is no loss: their word counts', () => {
    const kept = fetched([pickup('s2'), pickup('s3')], [[7, 'taken-out', 's1']])
    const shown = roundOf(kept, [event('s1', 'done', '10:20')], [], catalogue)
    expect([shown.gone, shown.over.map(({ stop }) => stop.id)]).toEqual([[], ['s1']])
    const back = withNews(kept, {
      day: dayOf([pickup('s1', { state: 'done' }), pickup('s2'), pickup('s3')]),
      fetchedAt: at('11:05'),
      people: false,
      lines: [],
    })
    expect(back.gone).toEqual([])
  })

  test('new, moved and changed stops are marked each with the line that names them, or the last that changed all', () => {
    const things = [{ item: 'mattress', count: 2 }]
    const kept = fetched(
      [pickup('s3'), pickup('s1', { person: PERSON }), pickup('s2', { things }), pickup('s4')],
      [
        [7, 'inserted', 's4', { by: 'Kim' }],
        [8, 'offer-adopted', null, { at: iso('10:45') }],
        [9, 'rider-arrived', 's2', { by: 'Rio' }],
        [10, 'told-late', 's2', { by: 'Kim' }],
      ],
    )
    expect(kept.marks).toEqual([
      { stop: 's3', what: 'moved', by: 'Lo', at: at('10:45') },
      { stop: 's2', what: 'changed', by: 'Lo', at: at('10:45') },
      { stop: 's4', what: 'new', by: 'Kim', at: at('10:30') },
    ])
    expect(withoutNews(kept)).toMatchObject({ marks: [], gone: [] })
    const unchanged = { day: kept.day, fetchedAt: at('11:10'), people: false, lines: [] }
    const again = withNews(kept, unchanged)
    expect(again.marks).toEqual(kept.marks)
  })

  test('who lives there is kept from before when a plan comes without people', () => {
    const same = [pickup('s1'), pickup('s2', { reference: null, what: 'Säckar' })]
    const kept = fetched(same, [])
    expect(kept.day.rounds[0]!.stops[0]!.person).toEqual(PERSON)
    expect([kept.marks, lacksPeople(kept)]).toEqual([[], false])
    expect(lacksPeople(fetched([...same, pickup('s9')], []))).toBe(true)
  })

  test('a plan that comes with people has the last word on them, also of who is forgotten', () => {
    const person = { ...PERSON, note: 'Ny portkod 1111.' }
    const news = { fetchedAt: at('11:00'), people: true, lines: [] }
    const stops = [pickup('s2'), pickup('s3')]
    const changed = withNews(before, { ...news, day: dayOf([pickup('s1', { person }), ...stops]) })
    expect(changed.day.rounds[0]!.stops[0]!.person).toEqual(person)
    expect(changed.marks).toMatchObject([{ stop: 's1', what: 'changed' }])
    expect([before.peopleAt, changed.peopleAt]).toEqual([FETCHED, at('11:00')])
    const forgotten = withNews(before, { ...news, day: dayOf([pickup('s1'), ...stops]) })
    expect(forgotten.day.rounds[0]!.stops[0]!.person).toBeNull()
    expect(fetched([pickup('s1')], []).peopleAt).toBe(FETCHED)
  })

  test('later times alone are no news: they change with every minute', () => {
    const later = [pickup('s1', { startsAt: iso('10:40') }), pickup('s2'), pickup('s3')]
    expect(fetched(later, [])).toMatchObject({ marks: [], gone: [] })
  })
})
