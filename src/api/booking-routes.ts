/** Bookings of the return bike, for residents by reference and secret, and for staff on somebody's behalf. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { BOOKING_LANGUAGES, WASTE_KINDS } from '#src/stations/return-bike.ts'
import { isoText } from '#src/stations/time.ts'
import type { BookingDesk } from '#src/store/booking-desk.ts'
import { letPassBecause } from '#src/store/person-fields.ts'
import { DISPATCHERS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { answerBooking, bookingAnswer, bookingJson, refuse, thingsText } from './booking-answer.ts'
import {
  actorHeaders,
  dayText,
  editsOf,
  idempotencyHeaders,
  isReachable,
  neededVersionHeaders,
  openErrandDoor,
  personEdits,
  personOf,
  personText,
  present,
  referenceText,
  slotIdText,
  UNREACHABLE,
  versionHeaders,
  versionIn,
  versionTag,
} from './errand-input.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'

export type BookingDeps = ApiDeps & { readonly bookings: BookingDesk }

const none = z.strictObject({})
const inLanguages = z.strictObject({
  sv: z.string(),
  en: z.string(),
  fi: z.string(),
  ar: z.string().optional(),
  so: z.string().optional(),
})
const roomAnswer = z.strictObject({ bookings: z.int(), litres: z.number(), kg: z.number() })

export const listServiceDays = apiRoute({
  path: '/api/v1/service-days',
  operationId: 'listServiceDays',
  summary: 'When the return bike runs, and how much room each slot has',
  tag: 'bike',
  params: none,
  query: none,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      serviceDays: z.array(
        z.strictObject({
          day: z.string(),
          slots: z.array(
            z.strictObject({
              slotId: z.string(),
              from: isoInstant,
              until: isoInstant,
              closesAt: isoInstant,
              open: z.boolean(),
              room: roomAnswer,
            }),
          ),
        }),
      ),
    }),
  },
  problems: ['not-found'],
})

export const listItems = apiRoute({
  path: '/api/v1/items',
  operationId: 'listItems',
  summary: 'What the return bike takes, what it can’t, and where that goes instead',
  tag: 'bike',
  params: none,
  query: none,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      items: z.array(
        z.strictObject({
          id: z.string(),
          name: inLanguages,
          litres: z.number().nullable(),
          kg: z.number().nullable(),
          longestCm: z.number().nullable(),
          waste: z.enum(WASTE_KINDS).nullable(),
          reusable: z.boolean(),
          most: z.int().nullable(),
          refused: z.strictObject({ because: inLanguages, instead: inLanguages }).nullable(),
        }),
      ),
      limits: z.strictObject({
        itemsPerErrand: z.int(),
        litresPerErrand: z.number(),
        household: z.strictObject({ errands: z.int(), days: z.int() }),
      }),
      unreviewed: z
        .array(z.enum(BOOKING_LANGUAGES))
        .meta({ description: 'Languages that no native reader has looked through.' }),
    }),
  },
  problems: ['not-found'],
})

export const findAddresses = apiRoute({
  path: '/api/v1/addresses',
  operationId: 'findAddresses',
  summary: 'Addresses of the town’s list that begin so',
  tag: 'bike',
  params: none,
  query: z.strictObject({
    begins: z
      .string({ error: '3 to 120 characters' })
      .min(3, '3 to 120 characters')
      .max(120, '3 to 120 characters'),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      addresses: z.array(
        z.strictObject({
          address: z.string(),
          postcode: z.string().nullable(),
          severalHomes: z.boolean(),
        }),
      ),
    }),
  },
  problems: ['too-many-requests'],
})

export const holdSlot = apiRoute({
  method: 'post',
  path: '/api/v1/holds',
  operationId: 'holdSlot',
  summary: 'Keeps room in a slot while somebody fills in the rest',
  description:
    'From one address on the internet at most four at a time, and at most half of a slot (one place of it always): else `too-many-holds`, and the slot can be booked without a hold. Staff are not bound.',
  tag: 'bike',
  params: none,
  query: none,
  body: z.strictObject({ day: dayText, slotId: slotIdText, things: thingsText }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ holdId: z.string(), until: isoInstant }),
  },
  status: 201,
  problems: ['not-found', 'not-bookable', 'too-many-requests'],
})

export const releaseHold = apiRoute({
  method: 'delete',
  path: '/api/v1/holds/:id',
  operationId: 'releaseHold',
  summary: 'Gives back what was held; what is over already is no fault',
  tag: 'bike',
  params: z.strictObject({ id: z.string().max(40) }),
  query: none,
  answer: { type: 'application/json', schema: z.strictObject({ status: z.literal('released') }) },
  problems: ['too-many-requests'],
})

const asked = {
  things: thingsText,
  day: dayText.optional(),
  slotId: slotIdText.optional(),
  waitUntil: dayText
    .optional()
    .meta({ description: 'Without day and slotId it goes on the waiting list, until this day.' }),
  language: z.enum(BOOKING_LANGUAGES, { error: `one of ${BOOKING_LANGUAGES.join(', ')}` }),
  interpreter: z.boolean({ error: 'true or false' }),
  holdId: z.string({ error: 'the holdId of a hold' }).max(40).optional(),
  goesFirst: z.boolean({ error: 'true or false' }).optional().meta({
    description: 'Staff only: before others where the bike can’t serve all. Its booker isn’t told.',
  }),
  letPass: z.literal(true, { error: 'true, or left out' }).optional().meta({
    description: 'Staff only, with letPassBecause: limits don’t count, room does.',
  }),
  letPassBecause: letPassBecause
    .optional()
    .meta({ description: 'Needed with letPass: kept with the booking, for staff alone.' }),
}
const SLOT_IS_WHOLE = {
  error: 'day and slotId together, or neither',
  path: ['slotId'],
}

export const submitBooking = apiRoute({
  method: 'post',
  path: '/api/v1/bookings',
  operationId: 'submitBooking',
  summary: 'Books a slot, or joins the waiting list',
  description:
    'Everything is looked at again, whatever was held. The secret is told here and in the message that confirms it, and nowhere else. With the staff token it is on somebody’s behalf. A resident leaves a phone number or an e-mail address.',
  tag: 'bike',
  params: none,
  query: none,
  headers: idempotencyHeaders.extend(actorHeaders.shape),
  body: z
    .strictObject({
      person: personText,
      ...asked,
      language: asked.language.default('sv'),
      interpreter: asked.interpreter.default(false),
    })
    .refine(({ day, slotId }) => (day === undefined) === (slotId === undefined), SLOT_IS_WHOLE),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ secret: z.string(), booking: bookingAnswer }),
  },
  status: 201,
  problems: ['not-authorized', 'not-found', 'not-bookable', 'key-reused', 'too-many-requests'],
  staff: 'more',
})

export const getBooking = apiRoute({
  path: '/api/v1/bookings/:reference',
  operationId: 'getBooking',
  summary: 'A booking, for who has its secret and for staff',
  tag: 'bike',
  params: z.strictObject({ reference: referenceText }),
  query: none,
  headers: actorHeaders,
  answer: { type: 'application/json', schema: bookingAnswer },
  problems: ['not-authorized', 'not-found', 'too-many-requests'],
  staff: 'secret',
  roles: DISPATCHERS,
})

export const amendBooking = apiRoute({
  method: 'patch',
  path: '/api/v1/bookings/:reference',
  operationId: 'amendBooking',
  summary: 'Changes a booking, or takes an offer; it keeps its place until it has another',
  description: 'What is left out stays. `If-Match` is the etag that the booking last had.',
  tag: 'bike',
  params: z.strictObject({ reference: referenceText }),
  query: none,
  headers: neededVersionHeaders.extend(actorHeaders.shape),
  body: z
    .strictObject({
      person: personEdits.optional(),
      ...asked,
      things: asked.things.optional(),
      language: asked.language.optional(),
      interpreter: asked.interpreter.optional(),
    })
    .refine(({ day, slotId }) => (day === undefined) === (slotId === undefined), SLOT_IS_WHOLE),
  answer: { type: 'application/json', schema: bookingAnswer },
  problems: [
    'not-authorized',
    'not-found',
    'not-bookable',
    'changed-meanwhile',
    'too-many-requests',
  ],
  staff: 'secret',
  roles: DISPATCHERS,
})

export const cancelBooking = apiRoute({
  method: 'delete',
  path: '/api/v1/bookings/:reference',
  operationId: 'cancelBooking',
  summary: 'Cancels a booking; twice is once',
  tag: 'bike',
  params: z.strictObject({ reference: referenceText }),
  query: none,
  headers: versionHeaders.extend(actorHeaders.shape),
  answer: { type: 'application/json', schema: bookingAnswer },
  problems: [
    'not-authorized',
    'not-found',
    'not-bookable',
    'changed-meanwhile',
    'too-many-requests',
  ],
  staff: 'secret',
  roles: DISPATCHERS,
})

export const declineOffer = apiRoute({
  method: 'post',
  path: '/api/v1/bookings/:reference/decline',
  operationId: 'declineOffer',
  summary: 'Says no to an offer and stays on the waiting list',
  tag: 'bike',
  params: z.strictObject({ reference: referenceText }),
  query: none,
  headers: actorHeaders,
  answer: { type: 'application/json', schema: bookingAnswer },
  problems: ['not-authorized', 'not-found', 'too-many-requests'],
  staff: 'secret',
  roles: DISPATCHERS,
})

export const eraseBooking = apiRoute({
  method: 'post',
  path: '/api/v1/bookings/:reference/erasure',
  operationId: 'eraseBooking',
  summary: 'Forgets a booking and who made it; what was to come is cancelled',
  tag: 'bike',
  params: z.strictObject({ reference: referenceText }),
  query: none,
  headers: actorHeaders,
  answer: { type: 'application/json', schema: z.strictObject({ status: z.literal('erased') }) },
  problems: ['not-authorized', 'not-found', 'too-many-requests'],
  staff: 'secret',
  roles: DISPATCHERS,
})

export const BOOKING_ROUTES = [
  listServiceDays,
  listItems,
  findAddresses,
  holdSlot,
  releaseHold,
  submitBooking,
  getBooking,
  amendBooking,
  cancelBooking,
  declineOffer,
  eraseBooking,
]

export function bookingRoutes(app: FastifyInstance, deps: BookingDeps): void {
  const { bookings: desk } = deps
  const door = openErrandDoor(deps.staff, deps.clock)
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const noBike = { kind: 'closed' } as const

  typed.get(listServiceDays.path, { schema: { querystring: none } }, async (_request, reply) => {
    if (!desk.terms()) return refuse(reply, noBike)
    const days = Map.groupBy(await desk.slots(), ({ day }) => day)
    void reply.header('cache-control', 'no-store')
    return {
      serviceDays: [...days].map(([day, slots]) => ({
        day,
        slots: slots.map(({ slotId, from, until, closesAt, isOpen, room }) => ({
          slotId,
          from: isoText(from),
          until: isoText(until),
          closesAt: isoText(closesAt),
          open: isOpen,
          room,
        })),
      })),
    }
  })

  typed.get(listItems.path, { schema: { querystring: none } }, (_request, reply) => {
    const terms = desk.terms()
    if (!terms) return refuse(reply, noBike)
    const { items, limits, unreviewed } = terms.bike
    const { itemsPerErrand, litresPerErrand, household } = limits
    void reply.header('cache-control', `public, max-age=${deps.maxAgeSeconds}`)
    return {
      items: items.map((item) =>
        item.refused
          ? { ...NO_SIZE, id: item.id, name: item.name, refused: item.refused }
          : {
              id: item.id,
              name: item.name,
              litres: item.litres,
              kg: item.kg,
              longestCm: item.longestCm,
              waste: item.waste,
              reusable: item.reusable,
              most: item.most ?? null,
              refused: null,
            },
      ),
      limits: { itemsPerErrand, litresPerErrand, household },
      unreviewed: [...unreviewed],
    }
  })

  typed.get(
    findAddresses.path,
    { schema: { querystring: findAddresses.query } },
    (request, reply) => {
      if (door.isTooMuch('search', request, reply)) return reply
      void reply.header('cache-control', 'no-store')
      return {
        addresses: desk
          .addresses(request.query.begins, 8)
          .map(({ address, postcode, homes = 1 }) => ({
            address,
            postcode: postcode ?? null,
            severalHomes: homes > 1,
          })),
      }
    },
  )

  typed.post(
    holdSlot.path,
    { schema: { querystring: none, body: holdSlot.body } },
    async (request, reply) => {
      if (door.isTooMuch('hold', request, reply)) return reply
      const { day, slotId, things } = request.body
      const by = door.isStaff(request) ? {} : { ip: request.ip }
      const answer = await desk.hold({ day, slotId }, thingsOf(things), by)
      if (answer.kind !== 'ok') return refuse(reply, answer)
      const { id, until } = answer.value
      void reply.code(201).header('cache-control', 'no-store')
      return { holdId: id, until: isoText(until) }
    },
  )

  typed.delete(
    releaseHold.path,
    { schema: { params: releaseHold.params, querystring: none } },
    async (request, reply) => {
      if (door.isTooMuch('hold', request, reply)) return reply
      await desk.release(request.params.id)
      void reply.header('cache-control', 'no-store')
      return { status: 'released' as const }
    },
  )

  typed.post(
    submitBooking.path,
    {
      schema: {
        querystring: none,
        headers: submitBooking.headers,
        body: submitBooking.body,
      },
    },
    async (request, reply) => {
      const by = door.bookerOrStaff(request, reply)
      if (!by || door.isTooMuch('submit', request, reply)) return reply
      const { person, things, day, slotId, letPass: _, letPassBecause: why, ...rest } = request.body
      if (by.actor === undefined && !isReachable(person)) return sendProblem(reply, UNREACHABLE)
      const fault = faultOfStaffs(request.body, by.actor !== undefined)
      if (fault) return sendProblem(reply, fault)
      const key = request.headers['idempotency-key']
      const answer = await desk.submit(
        {
          ...present(rest),
          person: personOf(person),
          things: thingsOf(things),
          ...(day !== undefined && slotId !== undefined && { slot: { day, slotId } }),
          ...(why !== undefined && { lenientBecause: why }),
        },
        { ...by, ...(key !== undefined && { key }) },
      )
      if (answer.kind !== 'ok') return refuse(reply, answer)
      const { secret, ...seen } = answer.value
      void reply
        .code(201)
        .header('cache-control', 'no-store')
        .header('location', `/api/v1/bookings/${seen.reference}`)
        .header('etag', versionTag(seen.booking.version))
      return { secret, booking: bookingJson(seen, desk.terms()!) }
    },
  )

  const schema = { params: getBooking.params, querystring: none }

  typed.get(
    getBooking.path,
    { schema: { ...schema, headers: getBooking.headers } },
    async (request, reply) => {
      const by = door.asker(request, reply)
      if (!by || door.isTooMuch('open', request, reply)) return reply
      return answerBooking(reply, await desk.find(request.params.reference, by), desk.terms())
    },
  )

  typed.patch(
    amendBooking.path,
    { schema: { ...schema, headers: amendBooking.headers, body: amendBooking.body } },
    async (request, reply) => {
      const by = door.asker(request, reply)
      if (!by || door.isTooMuch('open', request, reply)) return reply
      const { person, things, day, slotId, letPass: _, letPassBecause: why, ...rest } = request.body
      const fault = faultOfStaffs(request.body, by.kind === 'staff')
      if (fault) return sendProblem(reply, fault)
      const answer = await desk.amend(
        request.params.reference,
        by,
        {
          ...present(rest),
          ...(person && { person: editsOf(person) }),
          ...(things && { things: thingsOf(things) }),
          ...(day !== undefined && slotId !== undefined && { slot: { day, slotId } }),
          ...(why !== undefined && { lenientBecause: why }),
        },
        versionIn(request.headers['if-match']),
      )
      return answerBooking(reply, answer, desk.terms())
    },
  )

  typed.delete(
    cancelBooking.path,
    { schema: { ...schema, headers: cancelBooking.headers } },
    async (request, reply) => {
      const by = door.asker(request, reply)
      if (!by || door.isTooMuch('open', request, reply)) return reply
      const version = versionIn(request.headers['if-match'])
      const answer = await desk.cancel(request.params.reference, by, version)
      return answerBooking(reply, answer, desk.terms())
    },
  )

  typed.post(
    declineOffer.path,
    { schema: { ...schema, headers: declineOffer.headers } },
    async (request, reply) => {
      const by = door.asker(request, reply)
      if (!by || door.isTooMuch('open', request, reply)) return reply
      return answerBooking(reply, await desk.decline(request.params.reference, by), desk.terms())
    },
  )

  typed.post(
    eraseBooking.path,
    { schema: { ...schema, headers: eraseBooking.headers } },
    async (request, reply) => {
      const by = door.asker(request, reply)
      if (!by || door.isTooMuch('open', request, reply)) return reply
      const answer = await desk.erase(request.params.reference, by)
      if (answer.kind !== 'ok') return refuse(reply, answer)
      void reply.header('cache-control', 'no-store')
      return { status: 'erased' as const }
    },
  )
}

const NO_SIZE = {
  litres: null,
  kg: null,
  longestCm: null,
  waste: null,
  reusable: false,
  most: null,
}

export function thingsOf(things: z.output<typeof thingsText>) {
  return things.map(({ item, count }) => ({ itemId: item, count }))
}

/** What is for staff alone; limits are let pass by those who say why. */
function faultOfStaffs(
  asked: {
    readonly goesFirst?: boolean | undefined
    readonly letPass?: true | undefined
    readonly letPassBecause?: string | undefined
  },
  isStaff: boolean,
) {
  const sent = (['letPass', 'letPassBecause'] as const).filter((name) => asked[name] !== undefined)
  const [theirs] = asked.goesFirst === undefined ? sent : (['goesFirst'] as const)
  const wrong = (field: string, expected: string) =>
    problem('invalid-request', 'One field is wrong.', [{ field, expected }])
  if (theirs && !isStaff) return wrong(theirs, 'to be left out: it is for staff')
  if (sent.length !== 1) return undefined
  return asked.letPass
    ? wrong('letPassBecause', 'why, 3 to 200 characters, since letPass is there')
    : wrong('letPass', 'true, since letPassBecause is there; or leave out both')
}
