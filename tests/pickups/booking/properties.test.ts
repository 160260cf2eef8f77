/** Random lives of a return bike's book: whatever people do, in whatever order. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyChanges, isSameSlot } from '#src/pickups/booking/booking.ts'
import type { BookingBook, Change, Decided } from '#src/pickups/booking/booking.ts'
import { amend, book, cancel, decline, hold, release, settle } from '#src/pickups/booking/decide.ts'
import { sizeOf } from '#src/pickups/booking/room.ts'
import { addUp, shareOf } from '#src/pickups/booking/statistics.ts'
import { letTimePass, offerOf, offerRoom } from '#src/pickups/booking/waiting-list.ts'
import { MINUTE, plus } from '#src/stations/time.ts'
import { emptyBook, MONDAY, request, smallBike, terms } from './cast.ts'

const slots = ['2026-05-05', '2026-05-07', '2026-05-12'].flatMap((day) =>
  ['morning', 'afternoon'].map((slotId) => ({ day, slotId })),
)
const slot = fc.constantFrom(...slots)
const things = fc.array(
  fc.record({
    itemId: fc.constantFrom('chair', 'mattress', 'television'),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 1, maxLength: 2 },
)
const who = fc.nat(11)
const action = fc.oneof(
  fc.record({ do: fc.constant('hold' as const), who, slot, things }),
  fc.record({
    do: fc.constant('book' as const),
    who,
    slot: fc.option(slot, { nil: undefined }),
    things,
    staff: fc.boolean(),
    hold: fc.option(fc.nat(30), { nil: undefined }),
  }),
  fc.record({
    do: fc.constant('amend' as const),
    which: fc.nat(30),
    slot: fc.option(slot, { nil: undefined }),
    things: fc.option(things, { nil: undefined }),
    hold: fc.option(fc.nat(30), { nil: undefined }),
  }),
  fc.record({ do: fc.constant('take-offer' as const), which: fc.nat(30) }),
  fc.record({ do: fc.constant('cancel' as const), which: fc.nat(30), staff: fc.boolean() }),
  fc.record({ do: fc.constant('decline' as const), which: fc.nat(30) }),
  fc.record({ do: fc.constant('release' as const), hold: fc.nat(30) }),
  fc.record({ do: fc.constant('settle' as const), which: fc.nat(30), done: fc.boolean() }),
  fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 11, 600, 1500) }),
)

test('never over capacity, never two for one hold, and nobody is lost', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      let current: BookingBook = emptyBook
      let now = MONDAY
      let n = 0
      const nextId = () => `h${(n += 1)}`
      const used = new Map<string, number>()
      const said = new Set<string>()
      const known = new Set<string>()

      const keep = (changes: readonly Change[]) => {
        for (const change of changes) {
          if (change.kind === 'hold-over') {
            // Whatever its end, a hold ends once.
            expect(current.holds.has(change.id)).toBe(true)
            used.set(change.id, (used.get(change.id) ?? 0) + 1)
          }
          if (change.kind === 'say') {
            expect(said.has(change.notice.id)).toBe(false)
            said.add(change.notice.id)
          }
          if (change.kind === 'booking') known.add(change.booking.id)
        }
        current = applyChanges(current, changes)
      }
      const take = (decided: Decided) => {
        if (decided.kind === 'refused') {
          expect(decided.because.length).toBeGreaterThan(0)
          return
        }
        keep(decided.changes)
        keep(offerRoom(current, terms, now, nextId))
      }

      for (const a of actions) {
        const circumstances = { book: current, terms, now }
        const booking = 'which' in a ? [...current.bookings.values()][a.which] : undefined
        const holdId =
          'hold' in a && a.hold !== undefined ? [...current.holds.keys()][a.hold] : undefined
        const holding = holdId === undefined ? {} : { holdId }
        if (a.do === 'wait') {
          now = plus(now, a.minutes * MINUTE)
          keep(letTimePass(current, terms, now, nextId))
        } else if (a.do === 'hold') {
          take(hold(circumstances, { id: nextId(), slot: a.slot, things: a.things }))
        } else if (a.do === 'book') {
          const asked = {
            household: `home-${a.who}`,
            things: a.things,
            by: a.staff ? ('staff' as const) : ('resident' as const),
            ...(a.staff && { lenientBecause: 'promised' }),
            ...(a.slot && { slot: a.slot }),
            ...holding,
          }
          take(book(circumstances, request(nextId(), asked)))
        } else if (a.do === 'release') {
          if (holdId !== undefined) take(release(circumstances, holdId))
        } else if (!booking) {
          continue
        } else if (a.do === 'amend') {
          take(
            amend(circumstances, booking, 'resident', {
              ...(a.slot && { slot: a.slot }),
              ...(a.things && { things: a.things }),
              ...holding,
            }),
          )
        } else if (a.do === 'take-offer') {
          const offer = offerOf(current, booking.id, now)
          if (!offer || booking.state !== 'waiting') continue
          const decided = amend(circumstances, booking, 'resident', { slot: offer.slot })
          // What was offered can be had.
          expect(decided.kind).toBe('ok')
          take(decided)
        } else if (a.do === 'cancel') {
          take(cancel(circumstances, booking, a.staff ? 'staff' : 'resident'))
        } else if (a.do === 'decline') {
          take(decline(circumstances, booking))
        } else if (a.do === 'settle') {
          take(
            settle(
              circumstances,
              booking,
              a.done
                ? { kind: 'done', taken: booking.things.map((t) => ({ ...t, reused: true })) }
                : { kind: 'missed', because: 'not-home' },
            ),
          )
        }

        for (const ref of slots) {
          const rules = smallBike.slots.find(({ id }) => id === ref.slotId)!
          const inSlot = [...current.bookings.values()].filter(
            (b) => isSameSlot(b.slot, ref) && (b.state === 'booked' || b.outcome !== undefined),
          )
          const held = [...current.holds.values()].filter(
            (h) => isSameSlot(h.slot, ref) && h.until > now,
          )
          const sizes = [...inSlot.map((b) => sizeOf(smallBike, b.things)), ...held]
          expect(sizes.length).toBeLessThanOrEqual(rules.bookings)
          expect(sizes.reduce((sum, s) => sum + s.litres, 0)).toBeLessThanOrEqual(rules.litres)
          expect(sizes.reduce((sum, s) => sum + s.kg, 0)).toBeLessThanOrEqual(rules.kg)
        }
        expect([...used.values()].every((times) => times === 1)).toBe(true)
        // Whoever was told that they are in the book is in it, in one state or another.
        expect([...known].every((id) => current.bookings.has(id))).toBe(true)
        for (const b of current.bookings.values()) {
          if (b.state === 'waiting') expect(b.slot).toBeUndefined()
          if (b.state === 'booked') expect(b.slot).toBeDefined()
          expect(b.endedAt === undefined).toBe(b.state === 'waiting' || b.state === 'booked')
        }
      }
      // Each booking counts once, whatever became of it.
      const shares = addUp([...current.bookings.values()].map((b) => shareOf(b, terms)))
      const counted = shares.flatMap(({ counts }) =>
        [...counts].flatMap(([what, k]) => (what.startsWith('state/') ? [k] : [])),
      )
      expect(counted.reduce((sum, k) => sum + k, 0)).toBe(current.bookings.size)
    }),
    { numRuns: Number(process.env['FC_RUNS'] ?? 300) },
  )
})
