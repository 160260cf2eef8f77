import { describe, expect, test } from 'vitest'
import { applyChanges, MISSED_BECAUSE } from '#src/pickups/booking/booking.ts'
import type { Booking, BookingBook, Change, Decided, Terms } from '#src/pickups/booking/booking.ts'
import { amend, book, cancel, decline, hold, reopen, settle } from '#src/pickups/booking/decide.ts'
import type { BookingRequest, HoldRequest } from '#src/pickups/booking/decide.ts'
import { erasedFrom, noteErasedFrom } from '#src/pickups/booking/retention.ts'
import { deadlineBefore, findSlot, slotsAhead } from '#src/pickups/booking/service-days.ts'
import { inFairOrder, letTimePass, offerRoom } from '#src/pickups/booking/waiting-list.ts'
import { DAY, HOUR, isoText, MINUTE, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import {
  at,
  bookOf,
  emptyBook,
  MONDAY,
  request,
  smallBike,
  terms,
  THURSDAY_AFTERNOON,
  THURSDAY_MORNING,
  TUESDAY_MORNING,
} from './cast.ts'

const now = MONDAY
const ids = () => {
  let n = 0
  return () => `hold-${(n += 1)}`
}
const reasons = (decided: Decided) =>
  decided.kind === 'ok' ? 'ok' : decided.because.map(({ reason }) => reason)
function taken<Result>(decided: Decided<Result>): {
  readonly changes: readonly Change[]
  readonly result: Result
} {
  if (decided.kind === 'refused') throw new Error(JSON.stringify(decided.because))
  return decided
}
const said = (changes: readonly Change[]) =>
  changes.flatMap((c) => (c.kind === 'say' ? [`${c.notice.key} ${isoText(c.notice.dueAt)}`] : []))
const asks = (
  bookNow: BookingBook,
  id: string,
  more: Partial<BookingRequest>,
  when: EpochMs = now,
) => book({ book: bookNow, terms, now: when }, request(id, more))
const booked = (id: string, more: Partial<BookingRequest> = {}, from: BookingBook = emptyBook) =>
  applyChanges(from, taken(asks(from, id, { slot: THURSDAY_MORNING, ...more })).changes)
const of = (bookNow: BookingBook, id: string): Booking => bookNow.bookings.get(id)!

describe('slots', () => {
  test('are those of the town’s service days, each with when it closes', () => {
    const ahead = slotsAhead(terms, now).slice(0, 3)
    expect(ahead.map((s) => [s.day, s.slotId, isoText(s.from), isoText(s.closesAt)])).toEqual([
      ['2026-05-05', 'morning', '2026-05-05T08:00:00.000Z', '2026-05-04T13:00:00.000Z'],
      ['2026-05-05', 'afternoon', '2026-05-05T11:00:00.000Z', '2026-05-04T13:00:00.000Z'],
      ['2026-05-07', 'morning', '2026-05-07T08:00:00.000Z', '2026-05-06T13:00:00.000Z'],
    ])
    // Ascension Day is a Thursday.
    expect(findSlot(terms, { day: '2026-05-14', slotId: 'morning' })).toBeUndefined()
  })

  test.each([
    ['one working day before a Thursday', '2026-05-07', 1, '2026-05-06T13:00:00.000Z'],
    ['a weekend is none', '2026-05-12', 2, '2026-05-08T13:00:00.000Z'],
    ['nor is a holiday', '2026-05-15', 1, '2026-05-13T13:00:00.000Z'],
    ['with none it is the day itself', '2026-05-12', 0, '2026-05-12T13:00:00.000Z'],
    ['by the clock on the wall in winter', '2026-12-17', 1, '2026-12-16T14:00:00.000Z'],
  ])('close by working days: %s', (_what, day, workingDays, deadline) => {
    const closes = { workingDays, minuteOfDay: 900 }
    expect(isoText(deadlineBefore(day, closes, 'Europe/Stockholm'))).toBe(deadline)
  })
})

describe('a booking', () => {
  test('is confirmed at once and reminded of three days and one day before', () => {
    const { changes, result } = taken(asks(emptyBook, 'a', { slot: TUESDAY_MORNING }))
    expect(result).toEqual({
      id: 'a',
      household: 'home-a',
      things: [{ itemId: 'chair', count: 1 }],
      language: 'sv',
      interpreter: false,
      by: 'resident',
      state: 'booked',
      slot: TUESDAY_MORNING,
      createdAt: now,
      version: 1,
    })
    expect(said(changes)).toEqual([
      'confirmed 2026-05-04T10:00:00.000Z',
      'reminder 2026-05-09T08:00:00.000Z',
      'reminder 2026-05-11T08:00:00.000Z',
    ])
  })

  test.each<[string, Partial<BookingRequest>, readonly string[]]>([
    ['nothing', { things: [] }, ['nothing-asked-for']],
    ['none of something', { things: [{ itemId: 'chair', count: 0 }] }, ['nothing-asked-for']],
    ['what nobody knows', { things: [{ itemId: 'piano', count: 1 }] }, ['unknown-item']],
    ['what the bike can’t take', { things: [{ itemId: 'sofa', count: 1 }] }, ['refused-item']],
    ['seven things', { things: [{ itemId: 'chair', count: 7 }] }, ['too-many-things', 'too-large']],
    [
      'three mattresses',
      { things: [{ itemId: 'mattress', count: 3 }] },
      ['too-large', 'item-limit'],
    ],
    ['a day without a round', { slot: { day: '2026-05-06', slotId: 'morning' } }, ['no-such-slot']],
    ['a slot that has been', { slot: { day: '2026-04-30', slotId: 'morning' } }, ['no-such-slot']],
    ['a day too far off', { slot: { day: '2026-06-18', slotId: 'morning' } }, ['slot-not-open']],
    ['a slot that has closed', { slot: { day: '2026-05-05', slotId: 'morning' } }, ['slot-closed']],
    ['an address elsewhere', { placeFaults: [{ reason: 'outside-area' }] }, ['outside-area']],
  ])('of %s is refused with the reason', (what, more, because) => {
    const when = what.includes('closed') ? at('2026-05-04T13:00:00Z') : now
    expect(reasons(asks(emptyBook, 'a', { slot: THURSDAY_MORNING, ...more }, when))).toEqual(
      because,
    )
  })

  test('of two things that mustn’t ride together is refused, of either alone taken', () => {
    const bike = { ...terms.bike, apart: [['mattress', 'electronics']] as const }
    const apart = { ...terms, bike }
    const things = (...ids: readonly string[]) => ({
      slot: THURSDAY_MORNING,
      things: ids.map((itemId) => ({ itemId, count: 1 })),
    })
    const made = (...ids: readonly string[]) =>
      book({ book: emptyBook, terms: apart, now }, request('a', things(...ids)))
    expect(made('chair', 'mattress', 'television')).toEqual({
      kind: 'refused',
      because: [{ reason: 'must-not-ride-together', itemId: 'mattress' }],
    })
    expect(made('chair', 'mattress').kind).toBe('ok')
    expect(made('chair', 'television').kind).toBe('ok')
  })

  test('has room by number, by volume and by weight', () => {
    const full = booked('c', {}, booked('b', {}, booked('a')))
    expect(reasons(asks(full, 'd', { slot: THURSDAY_MORNING }))).toEqual(['slot-full'])
    expect(reasons(asks(full, 'd', { slot: THURSDAY_AFTERNOON }))).toBe('ok')
    const large = booked(
      'b',
      { things: [{ itemId: 'mattress', count: 2 }] },
      booked('a', { things: [{ itemId: 'chair', count: 4 }] }),
    )
    expect(reasons(asks(large, 'd', { slot: THURSDAY_MORNING }))).toEqual(['slot-full'])
    const heavy = booked('a', {
      slot: THURSDAY_AFTERNOON,
      things: [{ itemId: 'television', count: 3 }],
    })
    const tv = { slot: THURSDAY_AFTERNOON, things: [{ itemId: 'television', count: 2 }] }
    expect(reasons(asks(heavy, 'd', tv))).toEqual(['slot-full'])
  })

  test('a household has two within thirty days; those that were cancelled don’t count', () => {
    const mine = { household: 'home' }
    const two = booked('b', { ...mine, slot: TUESDAY_MORNING }, booked('a', mine))
    const third = (from: BookingBook, day: string) =>
      reasons(asks(from, 'c', { ...mine, slot: { day, slotId: 'morning' } }))
    expect(third(two, '2026-05-19')).toEqual(['household-limit'])
    expect(third(two, '2026-06-09')).toBe('ok')
    const { changes } = taken(cancel({ book: two, terms, now }, of(two, 'a'), 'resident'))
    expect(third(applyChanges(two, changes), '2026-05-19')).toBe('ok')
  })

  test('a thing may have a limit of its own, over all errands of the household', () => {
    const mine = { household: 'home', things: [{ itemId: 'mattress', count: 1 }] }
    const one = booked('a', mine)
    const more = (count: number) =>
      asks(one, 'b', { ...mine, slot: TUESDAY_MORNING, things: [{ itemId: 'mattress', count }] })
    expect(reasons(more(1))).toBe('ok')
    expect(more(2)).toMatchObject({
      because: [{ reason: 'item-limit', itemId: 'mattress', most: 2 }],
    })
  })

  test('staff may let a limit pass, which is written down; no resident may, and nobody makes room', () => {
    const late = at('2026-05-06T14:00:00Z')
    const seven = {
      slot: THURSDAY_MORNING,
      things: [{ itemId: 'chair', count: 7 }],
      lenientBecause: 'promised',
    }
    const byStaff = taken(asks(emptyBook, 'a', { ...seven, by: 'staff' }, late))
    expect(byStaff.result).toMatchObject({
      despite: ['too-many-things', 'too-large', 'slot-closed'],
      despiteBecause: 'promised',
    })
    expect(byStaff.changes).toContainEqual({
      kind: 'let-pass',
      bookingId: 'a',
      limits: ['too-many-things', 'too-large', 'slot-closed'],
      because: 'promised',
    })
    expect(reasons(asks(emptyBook, 'a', seven, late))).toEqual([
      'too-many-things',
      'too-large',
      'slot-closed',
    ])
    const full = booked('c', {}, booked('b', {}, booked('a')))
    expect(reasons(asks(full, 'd', { ...seven, by: 'staff' }))).toEqual(['slot-full'])
  })
})

describe('a hold', () => {
  const holding = (from: BookingBook, when: EpochMs = now) =>
    hold(
      { book: from, terms, now: when },
      { id: 'h', slot: THURSDAY_MORNING, things: request('a').things },
    )

  test('keeps room for ten minutes, for whoever has it and for nobody else', () => {
    const two = booked('b', {}, booked('a'))
    const held = applyChanges(two, taken(holding(two)).changes)
    expect(reasons(asks(held, 'c', { slot: THURSDAY_MORNING }))).toEqual(['slot-full'])
    const mine = taken(asks(held, 'd', { slot: THURSDAY_MORNING, holdId: 'h' }))
    expect(mine.changes[0]).toEqual({ kind: 'hold-over', id: 'h', because: 'used' })
    const later = plus(now, 10 * MINUTE)
    expect(reasons(asks(held, 'c', { slot: THURSDAY_MORNING }, later))).toBe('ok')
  })

  const wide: Terms = {
    ...terms,
    bike: {
      ...terms.bike,
      slots: terms.bike.slots.map((slot) => ({ ...slot, bookings: 7, litres: 2000, kg: 500 })),
    },
  }
  const holds = (from: BookingBook, id: string, more: Partial<HoldRequest>) =>
    hold(
      { book: from, terms: wide, now },
      { id, slot: THURSDAY_MORNING, things: [{ itemId: 'chair', count: 1 }], ...more },
    )
  const after = (from: BookingBook, ...all: readonly Partial<HoldRequest>[]) =>
    all.reduce<BookingBook>(
      (so, more, i) => applyChanges(so, taken(holds(so, `h${i}`, more)).changes),
      from,
    )
  const source = 'library'

  test('is one for a household: the newer takes the place of the older', () => {
    const first = after(emptyBook, { household: 'home' })
    const { changes } = taken(holds(first, 'h1', { household: 'home', slot: TUESDAY_MORNING }))
    expect(changes).toMatchObject([
      { kind: 'hold-over', id: 'h0', because: 'released' },
      { kind: 'hold', hold: { id: 'h1', household: 'home' } },
    ])
    // Its own older hold leaves room for it where there is no other.
    const full = {
      ...terms,
      bike: { ...terms.bike, slots: [{ ...terms.bike.slots[0]!, bookings: 1 }] },
    }
    const again = hold(
      { book: first, terms: full, now },
      {
        id: 'h1',
        slot: THURSDAY_MORNING,
        things: [{ itemId: 'chair', count: 1 }],
        household: 'home',
      },
    )
    expect(reasons(again)).toBe('ok')
  })

  test('from one source is one of at most half a slot’s, and of four in all', () => {
    const three = after(emptyBook, { source }, { source }, { source })
    expect(reasons(holds(three, 'x', { source }))).toEqual(['too-many-holds'])
    expect(reasons(holds(three, 'x', { source: 'elsewhere' }))).toBe('ok')
    expect(reasons(holds(three, 'x', {}))).toBe('ok')
    const four = after(three, { source, slot: TUESDAY_MORNING, id: 'tuesday' })
    const sunday = { source, slot: THURSDAY_AFTERNOON }
    expect(reasons(holds(four, 'x', sunday))).toEqual(['too-many-holds'])
    const later = plus(now, wide.bike.holdMs)
    const again = {
      id: 'x',
      slot: THURSDAY_MORNING,
      things: [{ itemId: 'chair', count: 1 }],
      source,
    }
    expect(reasons(hold({ book: four, terms: wide, now: later }, again))).toBe('ok')
  })

  test('from one source keeps at most half of a slot’s room, but its first always', () => {
    const large = { source, things: [{ itemId: 'mattress', count: 2 }] }
    const one = after(emptyBook, large)
    expect(reasons(holds(one, 'x', large))).toEqual(['too-many-holds'])
  })

  test('that ran out costs nobody the slot while there is room', () => {
    const held = applyChanges(emptyBook, taken(holding(emptyBook)).changes)
    const late = plus(now, HOUR)
    expect(reasons(asks(held, 'd', { slot: THURSDAY_MORNING, holdId: 'h' }, late))).toBe('ok')
    const full = booked('c', {}, booked('b', {}, booked('a')))
    expect(reasons(asks(full, 'd', { slot: THURSDAY_MORNING, holdId: 'h' }, late))).toEqual([
      'slot-full',
    ])
  })
})

describe('an amendment', () => {
  test('of who goes first is no news to the booker, and stays', () => {
    const before = booked('a')
    const urgent = amend({ book: before, terms, now }, of(before, 'a'), 'staff', {
      goesFirst: true,
    })
    if (urgent.kind !== 'ok') throw new Error('refused')
    expect(urgent.result).toMatchObject({ goesFirst: true, version: 2 })
    expect(said(urgent.changes).join()).not.toContain('changed')
    const after = applyChanges(before, urgent.changes)
    const moved = amend({ book: after, terms, now }, of(after, 'a'), 'staff', { interpreter: true })
    expect(moved.kind === 'ok' && moved.result.goesFirst).toBe(true)
    expect(moved.kind === 'ok' && said(moved.changes).join()).toContain('changed')
  })

  test('moves a booking with one message and new reminders, and no word of a cancellation', () => {
    const before = booked('a')
    const { changes, result } = taken(
      amend({ book: before, terms, now }, of(before, 'a'), 'resident', { slot: TUESDAY_MORNING }),
    )
    expect(result).toMatchObject({ state: 'booked', slot: TUESDAY_MORNING, version: 2 })
    expect(said(changes)).toEqual([
      'reminder 2026-05-09T08:00:00.000Z',
      'reminder 2026-05-11T08:00:00.000Z',
      'changed 2026-05-04T10:00:00.000Z',
    ])
    expect(changes).toContainEqual({ kind: 'no-reminders', bookingId: 'a' })
  })

  test('that is refused leaves the old place where it was', () => {
    const full = booked('c', {}, booked('b', {}, booked('a')))
    const both = booked('d', { slot: TUESDAY_MORNING }, full)
    const decided = amend({ book: both, terms, now }, of(both, 'd'), 'resident', {
      slot: THURSDAY_MORNING,
    })
    expect(reasons(decided)).toEqual(['slot-full'])
  })

  describe('of what staff had let pass', () => {
    const thing = (itemId: string, count: number) => [{ itemId, count }]
    const lenient = { by: 'staff', lenientBecause: 'promised' } as const
    const change = (
      from: BookingBook,
      more: Parameters<typeof amend>[3],
      by: 'resident' | 'staff' = 'resident',
    ) => amend({ book: from, terms, now }, of(from, 'a'), by, more)

    test('may be as much or less, and not more', () => {
      const seven = booked('a', { ...lenient, things: thing('chair', 8) })
      expect(of(seven, 'a').despite).toEqual(['too-many-things', 'too-large'])
      expect(reasons(change(seven, { things: thing('chair', 7) }))).toBe('ok')
      expect(reasons(change(seven, { things: thing('chair', 9) }))).toEqual([
        'too-many-things',
        'too-large',
      ])
      const more = { things: thing('chair', 9), lenientBecause: 'again' }
      const { result } = taken(change(seven, more, 'staff'))
      expect(result).toMatchObject({
        despite: ['too-many-things', 'too-large'],
        despiteBecause: 'again',
      })
    })

    test('needs no new word where nothing more is let pass', () => {
      const seven = booked('a', { ...lenient, things: thing('chair', 8) })
      const less = { things: thing('chair', 7), lenientBecause: 'unneeded' }
      const { result, changes } = taken(change(seven, less, 'staff'))
      expect(result.despiteBecause).toBe('promised')
      expect(changes.map(({ kind }) => kind)).not.toContain('let-pass')
      const within = taken(asks(emptyBook, 'b', { ...lenient }))
      expect(within.result).not.toHaveProperty('despiteBecause')
    })

    test('a limit of a thing is let pass for that many of it', () => {
      const three = booked('a', { ...lenient, things: thing('mattress', 2), household: 'home' })
      const four = booked(
        'b',
        { ...lenient, things: thing('mattress', 1), household: 'home', slot: THURSDAY_AFTERNOON },
        three,
      )
      const grown = (count: number) =>
        amend({ book: four, terms, now }, of(four, 'b'), 'resident', {
          things: thing('mattress', count),
        })
      expect(of(four, 'b').despite).toEqual(['item-limit'])
      expect([grown(1), grown(2)].map(reasons)).toEqual(['ok', ['item-limit']])
    })

    test('a day that had closed stays, and another that has closed is none the more open', () => {
      const late = at('2026-05-05T07:00:00Z')
      const closed = applyChanges(
        emptyBook,
        taken(
          asks(
            emptyBook,
            'a',
            { ...lenient, slot: { day: '2026-05-05', slotId: 'morning' } },
            late,
          ),
        ).changes,
      )
      expect(of(closed, 'a').despite).toEqual(['slot-closed'])
      const staff = amend({ book: closed, terms, now: late }, of(closed, 'a'), 'staff', {
        slot: { day: '2026-05-05', slotId: 'afternoon' },
      })
      expect(reasons(staff)).toEqual(['slot-closed'])
    })

    test('another household’s limit was never let pass', () => {
      const home = { ...lenient, household: 'home' }
      const three = booked('a', home, booked('c', home, booked('b', home)))
      expect(of(three, 'a').despite).toEqual(['household-limit'])
      expect(reasons(change(three, { things: thing('chair', 2) }))).toBe('ok')
      const other = { household: 'other' }
      const busy = booked('g', { ...lenient, ...other, slot: TUESDAY_MORNING }, three)
      const busier = booked('h', { ...lenient, ...other, slot: TUESDAY_MORNING }, busy)
      const busiest = booked('i', { ...lenient, ...other, slot: TUESDAY_MORNING }, busier)
      expect(reasons(change(busiest, { household: 'other' }))).toEqual(['household-limit'])
    })
  })

  test('of things within the same slot counts its own room once', () => {
    const before = booked('a', { things: [{ itemId: 'chair', count: 6 }] })
    const more = amend({ book: before, terms, now }, of(before, 'a'), 'resident', {
      things: [
        { itemId: 'mattress', count: 2 },
        { itemId: 'television', count: 1 },
      ],
    })
    expect(reasons(more)).toBe('ok')
  })

  test('comes too late for the booker, not for staff', () => {
    const before = booked('a')
    const late = at('2026-05-06T13:00:00Z')
    const change = (by: 'resident' | 'staff') =>
      reasons(amend({ book: before, terms, now: late }, of(before, 'a'), by, { interpreter: true }))
    expect([change('resident'), change('staff')]).toEqual([['too-late-to-change'], 'ok'])
  })
})

describe('a cancellation', () => {
  test('is told once, takes back what was to be said, and frees the room', () => {
    const full = booked('c', {}, booked('b', {}, booked('a')))
    const { changes, result } = taken(cancel({ book: full, terms, now }, of(full, 'a'), 'resident'))
    expect(said(changes)).toEqual(['cancelled-by-you 2026-05-04T10:00:00.000Z'])
    expect(changes).toContainEqual({ kind: 'no-reminders', bookingId: 'a' })
    const after = applyChanges(full, changes)
    expect(reasons(asks(after, 'd', { slot: THURSDAY_MORNING }))).toBe('ok')
    expect(taken(cancel({ book: after, terms, now }, result, 'resident')).changes).toEqual([])
  })

  test('is the booker’s until eight on the day, and says so when it is ours', () => {
    const before = booked('a')
    const late = at('2026-05-07T06:00:00Z')
    const decide = (by: 'resident' | 'staff') =>
      cancel({ book: before, terms, now: late }, of(before, 'a'), by)
    expect(reasons(decide('resident'))).toEqual(['too-late-to-cancel'])
    expect(said(taken(decide('staff')).changes)).toEqual([
      'cancelled-by-us 2026-05-07T06:00:00.000Z',
    ])
  })
})

describe('the waiting list', () => {
  const full = () => booked('c', {}, booked('b', {}, booked('a')))
  const waits = (from: BookingBook, id: string, more: Partial<BookingRequest> = {}, when = now) =>
    applyChanges(from, taken(asks(from, id, { waitUntil: '2026-05-07', ...more }, when)).changes)
  const offers = (changes: readonly Change[]) =>
    changes.flatMap((c) => (c.kind === 'hold' ? [c.hold] : []))

  test('serves first who was served least, then who has waited longest', () => {
    const old = of(booked('z', { household: 'home-early' }), 'z')
    const served: Booking = {
      ...old,
      state: 'done',
      slot: { day: '2026-04-23', slotId: 'morning' },
    }
    const start = bookOf(served)
    const list = waits(
      waits(waits(start, 'early'), 'middle', {}, plus(now, HOUR)),
      'last',
      {},
      plus(now, 2 * HOUR),
    )
    expect(inFairOrder(list).map(({ id }) => id)).toEqual(['middle', 'last', 'early'])
  })

  test('is offered what comes free before anybody else, for a day at most and not past the closing', () => {
    const list = waits(waits(full(), 'first'), 'second', {}, plus(now, MINUTE))
    const afternoon = booked(
      'y',
      { slot: THURSDAY_AFTERNOON },
      booked('x', { slot: THURSDAY_AFTERNOON }, list),
    )
    const tuesday = ['p', 'q', 'r'].reduce(
      (sofar, id) => booked(id, { slot: { day: '2026-05-05', slotId: 'morning' } }, sofar),
      ['s', 't'].reduce(
        (sofar, id) => booked(id, { slot: { day: '2026-05-05', slotId: 'afternoon' } }, sofar),
        afternoon,
      ),
    )
    expect(offerRoom(tuesday, terms, now, ids())).toEqual([])
    const { changes } = taken(cancel({ book: tuesday, terms, now }, of(tuesday, 'a'), 'resident'))
    const freed = applyChanges(tuesday, changes)
    const made = offerRoom(freed, terms, now, ids())
    expect(offers(made)).toEqual([
      {
        id: 'hold-1',
        slot: THURSDAY_MORNING,
        litres: 150,
        kg: 6,
        until: plus(now, DAY),
        offeredTo: 'first',
      },
    ])
    const offered = applyChanges(freed, made)
    expect(reasons(asks(offered, 'new', { slot: THURSDAY_MORNING }))).toEqual(['slot-full'])
    expect(reasons(asks(offered, 'new', { slot: THURSDAY_MORNING, holdId: 'hold-1' }))).toEqual([
      'slot-full',
    ])

    const accepted = taken(
      amend({ book: offered, terms, now }, of(offered, 'first'), 'resident', {
        slot: THURSDAY_MORNING,
      }),
    )
    expect(accepted.result).toMatchObject({ state: 'booked', slot: THURSDAY_MORNING })
    expect(accepted.result.waitUntil).toBeUndefined()
    expect(said(accepted.changes)).toContain('confirmed 2026-05-04T10:00:00.000Z')

    // Unanswered, it goes to the next, and is never offered again to who let it lapse.
    const lapsed = letTimePass(offered, terms, plus(now, DAY), ids())
    expect(offers(lapsed).map(({ offeredTo, slot }) => [offeredTo, slot])).toEqual([
      ['second', THURSDAY_MORNING],
    ])
    expect(of(applyChanges(offered, lapsed), 'first').lapsed).toEqual([THURSDAY_MORNING])
    const no = decline({ book: offered, terms, now }, of(offered, 'first'))
    expect(taken(no).result.lapsed).toEqual([THURSDAY_MORNING])
  })

  test('has a household once, and tells who waited in vain', () => {
    const list = waits(full(), 'first')
    expect(reasons(asks(list, 'again', { household: 'home-first' }))).toEqual(['already-waiting'])
    const over = at('2026-05-06T13:00:00Z')
    const changes = letTimePass(list, terms, over, ids())
    expect(of(applyChanges(list, changes), 'first')).toMatchObject({
      state: 'unserved',
      endedAt: over,
    })
    expect(said(changes)).toContain('unserved 2026-05-06T13:00:00.000Z')
  })

  test('lets a small thing have the room that is too small for the one before', () => {
    const list = waits(
      waits(full(), 'large', { things: [{ itemId: 'mattress', count: 2 }] }),
      'small',
      {},
      plus(now, MINUTE),
    )
    const tight: BookingBook = {
      ...list,
      holds: new Map([
        ['k', { id: 'k', slot: THURSDAY_AFTERNOON, litres: 800, kg: 10, until: plus(now, DAY) }],
        [
          'l',
          {
            id: 'l',
            slot: { day: '2026-05-05', slotId: 'morning' },
            litres: 1500,
            kg: 0,
            until: plus(now, DAY),
          },
        ],
        [
          'm',
          {
            id: 'm',
            slot: { day: '2026-05-05', slotId: 'afternoon' },
            litres: 1000,
            kg: 0,
            until: plus(now, DAY),
          },
        ],
      ]),
    }
    expect(offers(offerRoom(tight, terms, now, ids())).map(({ offeredTo }) => offeredTo)).toEqual([
      'small',
    ])
  })
})

test('how it ended may be set right; who wasn’t home is told', () => {
  const before = booked('a')
  const day = at('2026-05-07T09:00:00Z')
  const missed = taken(
    settle({ book: before, terms, now: day }, of(before, 'a'), {
      kind: 'missed',
      because: 'not-home',
    }),
  )
  expect(said(missed.changes)).toEqual(['not-home 2026-05-07T09:00:00.000Z'])
  const done = taken(
    settle({ book: before, terms, now: plus(day, HOUR) }, missed.result, {
      kind: 'done',
      taken: [{ itemId: 'chair', count: 1, reused: true }],
    }),
  )
  expect(done.result).toMatchObject({ state: 'done', endedAt: day, version: 3 })
  const { changes } = taken(cancel({ book: before, terms, now }, of(before, 'a'), 'staff'))
  const gone = of(applyChanges(before, changes), 'a')
  const late = settle({ book: before, terms, now: day }, gone, {
    kind: 'missed',
    because: 'no-time',
  })
  expect(reasons(late)).toEqual(['over'])
})

test.each(MISSED_BECAUSE)('who was left without is told what was seen: %s', (because) => {
  const before = booked('a')
  const day = { book: before, terms, now: at('2026-05-07T09:00:00Z') }
  const { changes, result } = taken(settle(day, of(before, 'a'), { kind: 'missed', because }))
  expect(said(changes)).toEqual([`${because} 2026-05-07T09:00:00.000Z`])
  expect(said(taken(settle(day, result, { kind: 'missed', because })).changes)).toEqual([])
  expect(said(taken(settle(day, result, { kind: 'done', taken: [] })).changes)).toEqual([])
})

test('an outcome that is told again changes nothing; a rider’s event is followed once', () => {
  const before = booked('a')
  const day = { book: before, terms, now: at('2026-05-07T09:00:00Z') }
  const notHome = { kind: 'missed', because: 'not-home' } as const
  const missed = taken(settle(day, of(before, 'a'), notHome, 'event-1')).result
  for (const event of [undefined, 'event-1']) {
    expect(taken(settle(day, missed, notHome, event))).toMatchObject({
      changes: [],
      result: missed,
    })
  }
  const corrected = taken(settle(day, missed, { kind: 'missed', because: 'no-time' })).result
  expect(taken(settle(day, corrected, notHome, 'event-1')).result).toBe(corrected)
  expect(taken(reopen(day, corrected, 'event-1')).result).toBe(corrected)
  const again = taken(settle(day, corrected, notHome, 'event-2'))
  expect(again.result).toMatchObject({ outcome: notHome, followed: { event: 'event-2' } })
})

test('what a rider takes back is still to come, as before', () => {
  const before = booked('a')
  const day = { book: before, terms, now: at('2026-05-07T09:00:00Z') }
  const refused = { kind: 'missed', because: 'too-heavy' } as const
  const { result } = taken(settle(day, of(before, 'a'), refused, 'event-1'))
  expect(taken(reopen(day, result, 'event-9')).changes).toEqual([])
  const open = taken(reopen(day, result, 'event-1'))
  expect(open.result).toEqual({ ...of(before, 'a'), version: 3 })
  expect(said(open.changes)).toEqual([])
})

test('a person is forgotten thirty days after the errand, the note for access the day after', () => {
  const booking = of(booked('a'), 'a')
  const text = (instant: EpochMs | undefined) => instant && isoText(instant)
  expect(text(erasedFrom(booking, terms))).toBe('2026-06-06T22:00:00.000Z')
  expect(text(noteErasedFrom(booking, terms))).toBe('2026-05-08T22:00:00.000Z')
  const cancelled: Booking = { ...booking, state: 'cancelled', endedAt: now }
  expect(text(erasedFrom(cancelled, terms))).toBe('2026-06-03T22:00:00.000Z')
  const { slot: _slot, ...rest } = booking
  expect(erasedFrom({ ...rest, state: 'waiting' }, terms)).toBeUndefined()
  expect(smallBike.eraseAfterDays).toBe(30)
})
