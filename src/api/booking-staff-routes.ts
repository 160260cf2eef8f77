/** The staff's part of bookings: lists, outcomes, messages, what is known of a person, and who looked. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { BOOKING_STATES, MISSED_BECAUSE } from '#src/pickups/booking/booking.ts'
import { isoText } from '#src/stations/time.ts'
import { ACCESSES, type ErrandAccess, type ErrandChange } from '#src/store/bookings.ts'
import { ADMINS, DISPATCHERS } from '#src/store/staff.ts'
import { apiRoute } from './api-route.ts'
import { answerBooking, bookingAnswer, bookingJson, refuse, takenText } from './booking-answer.ts'
import type { BookingDeps } from './booking-routes.ts'
import {
  actorHeaders,
  dayText,
  openErrandDoor,
  present,
  referenceText,
  slotIdText,
} from './errand-input.ts'
import { wholeNumber } from './input.ts'
import { callBackAnswer, callBackJson } from './call-back-routes.ts'
import { loanAnswer, loanJson } from './loan-routes.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'

const none = z.strictObject({})
const ofBooking = z.strictObject({ reference: referenceText })

export const listBookings = apiRoute({
  path: '/api/v1/bookings',
  operationId: 'listBookings',
  summary: 'Bookings of a day, or the waiting list, with who made them',
  description: 'Each booking that is shown is written down as seen by `kvitter-actor`.',
  tag: 'bike',
  params: none,
  query: z.strictObject({
    day: dayText.optional(),
    state: z.enum(BOOKING_STATES, { error: `one of ${BOOKING_STATES.join(', ')}` }).optional(),
  }),
  headers: actorHeaders,
  answer: {
    type: 'application/json',
    schema: z.strictObject({ bookings: z.array(bookingAnswer) }),
  },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const settleBooking = apiRoute({
  method: 'post',
  path: '/api/v1/bookings/:reference/outcome',
  operationId: 'settleBooking',
  summary: 'How an errand ended; told again, the newest counts',
  tag: 'bike',
  params: ofBooking,
  query: none,
  headers: actorHeaders,
  body: z.discriminatedUnion(
    'outcome',
    [
      z.strictObject({
        outcome: z.literal('done'),
        taken: takenText,
        kg: z
          .number({ error: 'a weight in kg' })
          .nonnegative('a weight in kg')
          .max(2000, 'a weight in kg')
          .optional(),
      }),
      z.strictObject({
        outcome: z.literal('missed'),
        because: z.enum(MISSED_BECAUSE, { error: `one of ${MISSED_BECAUSE.join(', ')}` }),
      }),
    ],
    { error: 'outcome: done or missed' },
  ),
  answer: { type: 'application/json', schema: bookingAnswer },
  problems: ['not-authorized', 'not-found', 'not-bookable'],
  staff: 'needed',
  roles: DISPATCHERS,
})

const messageBody = {
  kind: z.enum(['on-the-way', 'running-late'], { error: 'on-the-way or running-late' }),
  minutes: z
    .int({ error: 'minutes, 0 to 600' })
    .min(0, 'minutes, 0 to 600')
    .max(600, 'minutes, 0 to 600')
    .optional(),
}
const toldAnswer = z.strictObject({ told: z.int() })

export const tellBooker = apiRoute({
  method: 'post',
  path: '/api/v1/bookings/:reference/messages',
  operationId: 'tellBooker',
  summary: 'Tells one booker that the bike is on its way, or late',
  tag: 'bike',
  params: ofBooking,
  query: none,
  headers: actorHeaders,
  body: z.strictObject(messageBody),
  answer: { type: 'application/json', schema: toldAnswer },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const tellSlot = apiRoute({
  method: 'post',
  path: '/api/v1/service-days/:day/messages',
  operationId: 'tellSlot',
  summary: 'Tells everybody of a slot who is still waiting for the bike that it is late',
  tag: 'bike',
  params: z.strictObject({ day: dayText }),
  query: none,
  headers: actorHeaders,
  body: z.strictObject({ ...messageBody, slotId: slotIdText }),
  answer: { type: 'application/json', schema: toldAnswer },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: DISPATCHERS,
})

const changeAnswer = z.strictObject({
  at: isoInstant,
  by: z.string(),
  did: z.string(),
  detail: z.string(),
  words: z.string().nullable().meta({
    description: 'What staff wrote of it, such as why they let limits pass; told to staff alone.',
  }),
})
const accessAnswer = z.strictObject({ at: isoInstant, by: z.string(), what: z.enum(ACCESSES) })

export const bookingChanges = apiRoute({
  path: '/api/v1/bookings/:reference/changes',
  operationId: 'bookingChanges',
  summary: 'Who did what to a booking, for who has its secret and for staff',
  tag: 'bike',
  params: ofBooking,
  query: none,
  headers: actorHeaders,
  answer: {
    type: 'application/json',
    schema: z.strictObject({ changes: z.array(changeAnswer) }),
  },
  problems: ['not-authorized', 'not-found', 'too-many-requests'],
  staff: 'secret',
  roles: DISPATCHERS,
})

const WHOM =
  'a phone number, an e-mail address or an address, perhaps with its apartment: at least one, and all of them theirs'
const WHICH_HOME =
  'the apartment, a phone number or an e-mail address too: several households have given this address'
const personQuery = z
  .strictObject({
    phone: z.string().max(40).optional(),
    email: z.string().max(254).optional(),
    address: z.string().max(120).optional(),
    apartment: z.string().max(40).optional(),
  })
  .refine(({ phone, email, address }) => [phone, email, address].some((v) => v !== undefined), {
    error: WHOM,
    path: ['phone'],
  })
const loggedAnswer = { changes: z.array(changeAnswer), accesses: z.array(accessAnswer) }

const foundAnswer = {
  riderNotes: z.array(z.strictObject({ at: isoInstant, text: z.string() })),
  photos: z.array(
    z.strictObject({ id: z.string(), at: isoInstant, type: z.string(), base64: z.string() }),
  ),
}

export const exportPerson = apiRoute({
  method: 'post',
  path: '/api/v1/persons/export',
  operationId: 'exportPerson',
  summary:
    'Everything that is kept of somebody’s bookings, loans and calls to return, by what they gave',
  description: 'Calls to return are found by the phone number.',
  tag: 'bike',
  params: none,
  query: none,
  headers: actorHeaders,
  body: personQuery,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      bookings: z.array(bookingAnswer.extend({ ...loggedAnswer, ...foundAnswer })),
      loans: z.array(loanAnswer.extend(loggedAnswer)),
      callBacks: z.array(callBackAnswer.extend(loggedAnswer)),
    }),
  },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: ADMINS,
})

export const erasePerson = apiRoute({
  method: 'post',
  path: '/api/v1/persons/erasure',
  operationId: 'erasePerson',
  summary: 'Forgets somebody; what was to come is cancelled, without a message',
  description: 'A loan that is out stays (`out`) until the thing is back: ask again then.',
  tag: 'bike',
  params: none,
  query: none,
  headers: actorHeaders,
  body: personQuery,
  answer: {
    type: 'application/json',
    schema: z.strictObject({ erased: z.int(), out: z.array(z.string()) }),
  },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: ADMINS,
})

export const listAccesses = apiRoute({
  path: '/api/v1/accesses',
  operationId: 'listAccesses',
  summary: 'Who of the staff saw whose bookings, newest first',
  tag: 'bike',
  params: none,
  query: z.strictObject({ limit: wholeNumber(1, 1000).optional() }),
  headers: actorHeaders,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      accesses: z.array(accessAnswer.extend({ bookingId: z.string() })),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: ADMINS,
})

export const BOOKING_STAFF_ROUTES = [
  listBookings,
  settleBooking,
  tellBooker,
  tellSlot,
  bookingChanges,
  exportPerson,
  erasePerson,
  listAccesses,
]

export function bookingStaffRoutes(app: FastifyInstance, deps: BookingDeps): void {
  const { bookings: desk, store } = deps
  const door = openErrandDoor(deps.staff, deps.clock)
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const noBike = { kind: 'closed' } as const

  typed.get(
    listBookings.path,
    { schema: { querystring: listBookings.query, headers: listBookings.headers } },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined) return reply
      const terms = desk.terms()
      if (!terms) return refuse(reply, noBike)
      const { day, state } = request.query
      if (day === undefined && state === undefined) {
        const fault = { field: 'day', expected: 'a day such as 2026-05-07, or a state' }
        return sendProblem(reply, problem('invalid-request', 'Say which bookings.', [fault]))
      }
      const filter = present({ day, states: state && [state] })
      const seen = await desk.list(filter, actor)
      void reply.header('cache-control', 'no-store')
      return { bookings: seen.map((one) => bookingJson(one, terms)) }
    },
  )

  typed.post(
    settleBooking.path,
    {
      schema: {
        params: settleBooking.params,
        querystring: none,
        headers: settleBooking.headers,
        body: settleBooking.body,
      },
    },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined) return reply
      const told = request.body
      const answer = await desk.settle(
        request.params.reference,
        actor,
        told.outcome === 'missed'
          ? { kind: 'missed', because: told.because }
          : {
              kind: 'done',
              taken: told.taken.map(({ item, count, reused }) => ({ itemId: item, count, reused })),
              ...(told.kg !== undefined && { kg: told.kg }),
            },
      )
      return answerBooking(reply, answer, desk.terms())
    },
  )

  typed.post(
    tellBooker.path,
    {
      schema: {
        params: tellBooker.params,
        querystring: none,
        headers: tellBooker.headers,
        body: tellBooker.body,
      },
    },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined) return reply
      const { kind, minutes } = request.body
      const { reference } = request.params
      const answer = await desk.tell({ reference }, actor, kind, minutes)
      if (answer.kind !== 'ok') return refuse(reply, answer)
      void reply.header('cache-control', 'no-store')
      return { told: answer.value }
    },
  )

  typed.post(
    tellSlot.path,
    {
      schema: {
        params: tellSlot.params,
        querystring: none,
        headers: tellSlot.headers,
        body: tellSlot.body,
      },
    },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined) return reply
      const { kind, minutes, slotId } = request.body
      const { day } = request.params
      const answer = await desk.tell({ day, slotId }, actor, kind, minutes)
      if (answer.kind !== 'ok') return refuse(reply, answer)
      void reply.header('cache-control', 'no-store')
      return { told: answer.value }
    },
  )

  typed.get(
    bookingChanges.path,
    {
      schema: {
        params: bookingChanges.params,
        querystring: none,
        headers: bookingChanges.headers,
      },
    },
    async (request, reply) => {
      const by = door.asker(request, reply)
      if (!by || door.isTooMuch('open', request, reply)) return reply
      const answer = await desk.changes(request.params.reference, by)
      if (answer.kind !== 'ok') return refuse(reply, answer)
      void reply.header('cache-control', 'no-store')
      return { changes: answer.value.map(changeJson) }
    },
  )

  typed.post(
    exportPerson.path,
    { schema: { querystring: none, headers: exportPerson.headers, body: exportPerson.body } },
    async (request, reply) => {
      const actor = door.staff(request, reply, ADMINS)
      if (actor === undefined) return reply
      const terms = desk.terms()
      if (!terms) return refuse(reply, noBike)
      const answer = await desk.exportPerson(present(request.body), actor)
      if (answer.kind !== 'ok') return sendSeveral(reply, request.body.apartment)
      const { bookings, loans, callBacks } = answer.value
      void reply.header('cache-control', 'no-store')
      return {
        bookings: bookings.map((one) => ({
          ...bookingJson(one, terms),
          ...logJson(one),
          riderNotes: one.riderNotes.map(({ at, text }) => ({ at: isoText(at), text })),
          photos: one.photos.map(({ at, ...photo }) => ({ ...photo, at: isoText(at) })),
        })),
        loans: loans.map((one) => ({ ...loanJson(one), ...logJson(one) })),
        callBacks: callBacks.map((one) => ({ ...callBackJson(one), ...logJson(one) })),
      }
    },
  )

  typed.post(
    erasePerson.path,
    { schema: { querystring: none, headers: erasePerson.headers, body: erasePerson.body } },
    async (request, reply) => {
      const actor = door.staff(request, reply, ADMINS)
      if (actor === undefined) return reply
      if (!desk.terms()) return refuse(reply, noBike)
      const answer = await desk.erasePerson(present(request.body), actor)
      if (answer.kind !== 'ok') return sendSeveral(reply, request.body.apartment)
      void reply.header('cache-control', 'no-store')
      return { erased: answer.value.erased, out: [...answer.value.out] }
    },
  )

  typed.get(
    listAccesses.path,
    { schema: { querystring: listAccesses.query, headers: listAccesses.headers } },
    async (request, reply) => {
      if (door.staff(request, reply, ADMINS) === undefined) return reply
      const accesses = await store.accesses({ limit: request.query.limit ?? 100 })
      void reply.header('cache-control', 'no-store')
      return {
        accesses: accesses.map((access) => ({ ...accessJson(access), bookingId: access.errandId })),
      }
    },
  )
}

function changeJson(change: ErrandChange): z.input<typeof changeAnswer> {
  const { at, by, did, detail, words = null } = change
  return { at: isoText(at), by, did, detail, words }
}

function logJson({
  changes,
  accesses,
}: {
  readonly changes: readonly ErrandChange[]
  readonly accesses: readonly ErrandAccess[]
}) {
  return { changes: changes.map(changeJson), accesses: accesses.map(accessJson) }
}

function sendSeveral(reply: FastifyReply, apartment: string | undefined): FastifyReply {
  const field = apartment === undefined ? 'apartment' : 'phone'
  const fault = { field, expected: WHICH_HOME }
  return sendProblem(reply, problem('invalid-request', 'Say who is meant.', [fault]))
}

function accessJson({ at, by, what }: ErrandAccess): z.input<typeof accessAnswer> {
  return { at: isoText(at), by, what }
}
