/** A booking as JSON, and what keeps one from being made in words. */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import {
  BOOKING_STATES,
  MISSED_BECAUSE,
  REASONS,
  type Reason,
  type Refusal,
  type SlotRef,
  type Terms,
} from '#src/pickups/booking/booking.ts'
import { deadlineBefore, findSlot } from '#src/pickups/booking/service-days.ts'
import { BOOKING_LANGUAGES } from '#src/stations/return-bike.ts'
import { isoOrNull, isoText } from '#src/stations/time.ts'
import type { Answer, SeenBooking } from '#src/store/booking-desk.ts'
import { personAnswer, personJson, versionTag } from './errand-input.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'

export const slotAnswer = z.strictObject({
  day: z.string(),
  slotId: z.string(),
  from: isoInstant
    .nullable()
    .meta({ description: 'Null where the town has no such slot any more.' }),
  until: isoInstant.nullable(),
})

export const thingText = z.strictObject({
  item: z
    .string({ error: 'the id of an item, such as chair' })
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'the id of an item, such as chair'),
  count: z
    .int({ error: 'how many, 1 to 100' })
    .min(1, 'how many, 1 to 100')
    .max(100, 'how many, 1 to 100'),
})
export const thingsText = z
  .array(thingText, { error: 'a list such as [{ "item": "chair", "count": 2 }]' })
  .min(1, 'at least one thing')
  .max(50, 'at most 50 entries')
/** What was taken along, which may be nothing. */
export const takenText = z
  .array(thingText.extend({ reused: z.boolean({ error: 'true or false' }).default(false) }))
  .max(50, 'at most 50 entries')

export const bookingAnswer = z
  .strictObject({
    reference: z.string(),
    state: z.enum(BOOKING_STATES),
    version: z.int(),
    things: z.array(z.strictObject({ item: z.string(), count: z.int() })),
    slot: slotAnswer.nullable(),
    waitUntil: z
      .string()
      .nullable()
      .meta({ description: 'The last day that will do, for who waits.' }),
    offer: slotAnswer
      .extend({ answerBy: isoInstant })
      .nullable()
      .meta({ description: 'Room that is kept until then: take it with PATCH, or decline.' }),
    language: z.enum(BOOKING_LANGUAGES),
    interpreter: z.boolean(),
    by: z.enum(['resident', 'staff']),
    district: z.string().nullable(),
    served: z.boolean().meta({ description: 'False where the bike doesn’t run then any more.' }),
    changeUntil: isoInstant.nullable(),
    cancelUntil: isoInstant.nullable(),
    createdAt: isoInstant,
    endedAt: isoInstant.nullable(),
    missedBecause: z.enum(MISSED_BECAUSE).nullable(),
    goesFirst: z.boolean().meta({
      description: 'Staff say that it comes before others where the bike can’t serve all.',
    }),
    letPass: z.array(z.enum(REASONS)).meta({ description: 'Limits that staff let pass.' }),
    letPassBecause: z
      .string()
      .nullable()
      .meta({ description: 'Why, as staff wrote it last; told to staff alone.' }),
    person: personAnswer.nullable(),
  })
  .meta({ id: 'Booking' })

export function bookingJson(
  { reference, booking, despiteBecause, person, offer, isServed }: SeenBooking,
  terms: Terms,
): z.input<typeof bookingAnswer> {
  const { slot, outcome } = booking
  const { bike, timeZone } = terms
  return {
    reference,
    state: booking.state,
    version: booking.version,
    things: booking.things.map(({ itemId, count }) => ({ item: itemId, count })),
    slot: slot ? slotJson(slot, terms) : null,
    waitUntil: booking.waitUntil ?? null,
    offer: offer ? { ...slotJson(offer.slot, terms), answerBy: isoText(offer.until) } : null,
    language: booking.language,
    interpreter: booking.interpreter,
    by: booking.by,
    district: booking.districtId ?? null,
    served: isServed,
    changeUntil: isoOrNull(slot && deadlineBefore(slot.day, bike.change, timeZone)),
    cancelUntil: isoOrNull(slot && deadlineBefore(slot.day, bike.cancel, timeZone)),
    createdAt: isoText(booking.createdAt),
    endedAt: isoOrNull(booking.endedAt),
    missedBecause: outcome?.kind === 'missed' ? outcome.because : null,
    goesFirst: booking.goesFirst ?? false,
    letPass: [...(booking.despite ?? [])],
    letPassBecause: despiteBecause ?? null,
    person: person ? personJson(person) : null,
  }
}

export function slotJson(ref: SlotRef, terms: Terms): z.input<typeof slotAnswer> {
  const time = findSlot(terms, ref)
  return { ...ref, from: isoOrNull(time?.from), until: isoOrNull(time?.until) }
}

/** Answers with the booking, or with why not. */
export function answerBooking(
  reply: FastifyReply,
  answer: Answer<SeenBooking>,
  terms: Terms | undefined,
): FastifyReply | z.input<typeof bookingAnswer> {
  if (answer.kind !== 'ok') return refuse(reply, answer)
  void reply
    .header('cache-control', 'no-store')
    .header('etag', versionTag(answer.value.booking.version))
  return bookingJson(answer.value, terms!)
}

export function refuse(
  reply: FastifyReply,
  answer: Exclude<Answer<unknown>, { readonly kind: 'ok' }>,
): FastifyReply {
  switch (answer.kind) {
    case 'refused':
      return sendProblem(reply, {
        ...problem('not-bookable', answer.because.map(refusalText).join(' ')),
        because: answer.because.map(({ reason, itemId, most }) => ({
          reason,
          ...(itemId !== undefined && { item: itemId }),
          ...(most !== undefined && { most }),
        })),
        ...(answer.nearest !== undefined && { nearest: answer.nearest }),
      })
    case 'no-such':
      return sendProblem(
        reply,
        problem('not-found', 'There is nothing by this reference and secret.'),
      )
    case 'stale':
      return sendProblem(
        reply,
        problem('changed-meanwhile', 'It has been changed since; read it again, then change it.'),
      )
    case 'key-reused':
      return sendProblem(
        reply,
        problem('key-reused', 'This Idempotency-Key came with another form; draw a new one.'),
      )
    case 'closed':
      return sendProblem(reply, problem('not-found', 'This town has no return bike.'))
  }
}

function refusalText({ reason, itemId, most }: Refusal): string {
  const words = WORDS[reason]
  return words.replace('{item}', itemId ?? '').replace('{most}', String(most ?? ''))
}

const WORDS: Readonly<Record<Reason, string>> = {
  'no-such-slot': 'The bike does not run then.',
  'slot-not-open': 'That day can’t be booked yet; {most} days ahead is the most.',
  'slot-closed': 'It is too late to book that day.',
  'slot-full': 'There is no room left then for so much.',
  'nothing-asked-for': 'Nothing is asked for.',
  'unknown-item': 'There is no item "{item}".',
  'refused-item': 'The bike can’t take "{item}"; the list of items says where it goes instead.',
  'too-many-things': 'At most {most} things at once.',
  'too-large': 'At most {most} litres at once.',
  'must-not-ride-together': '"{item}" must not ride with something else that is asked for.',
  'household-limit': 'A household may book {most} times within some weeks.',
  'item-limit': 'At most {most} of "{item}" for a household within some weeks.',
  'outside-area': 'The bike doesn’t come to that address.',
  'unknown-address': 'The address is not on the town’s list, and its position isn’t known.',
  'postcode-needed': 'There are several such addresses; say the postcode.',
  'apartment-needed': 'Several homes share that address; say the apartment.',
  'already-waiting': 'This household is on the waiting list already.',
  'too-many-holds':
    'From there {most} slots, or half of one, are held already; book without a hold.',
  'too-late-to-change': 'It is too late to change it here; call us.',
  'too-late-to-cancel': 'It is too late to cancel it here; call us.',
  over: 'It is over.',
}
