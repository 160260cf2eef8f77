/** What riders tell: events that may come late, twice and out of order, and photos that lose where they were taken. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { FAILED_BECAUSE, parseVisitId, RIDER_EVENT_KINDS } from '#src/pickups/day/day.ts'
import { stripPhoto } from '#src/pickups/day/strip-photo.ts'
import { WASTE_KINDS } from '#src/stations/return-bike.ts'
import { DAY, plus } from '#src/stations/time.ts'
import { apiRoute } from './api-route.ts'
import { takenText, thingText } from './booking-answer.ts'
import { bikeText, type DayDeps, stopText } from './day-routes.ts'
import { refuseDay } from './day-answer.ts'
import { actorHeaders, namedActor, present } from './errand-input.ts'
import { instantText } from './input.ts'
import { InvalidInput, problem, sendProblem } from './problem.ts'
import { MOST_PHOTOS } from '#src/store/days.ts'
import { RIDERS } from '#src/store/staff.ts'
import { noSuch } from './station-routes.ts'
import { findTimeFault } from './telling.ts'

const ID = '8 to 64 of A-Z a-z 0-9 _ -, drawn at random by the phone'
const idText = z.string({ error: ID }).regex(/^[A-Za-z0-9_-]{8,64}$/, ID)
const KG = 'a weight in kg, 0 to 2000'
const kg = z.number({ error: KG }).min(0, KG).max(2000, KG)
const NOTE = 'a note, up to 300 characters'
const VERSION = 'the version of the plan that the phone showed'
const KINDS = `one of ${RIDER_EVENT_KINDS.join(', ')}`
const REASONS = `one of ${FAILED_BECAUSE.join(', ')}`

const eventText = z
  .strictObject({
    id: idText,
    kind: z.enum(RIDER_EVENT_KINDS, { error: KINDS }),
    at: instantText.meta({ description: 'When it happened, by the phone’s clock.' }),
    planVersion: z.int({ error: VERSION }).min(0, VERSION).optional().meta({
      description: 'Which plan the rider had before them; it decides nothing.',
    }),
    because: z.enum(FAILED_BECAUSE, { error: REASONS }).optional(),
    taken: takenText.optional(),
    kg: kg.optional(),
    weighings: z
      .array(
        z.strictObject({
          waste: z.enum([...WASTE_KINDS, 'reuse']),
          kg: kg.optional(),
          count: thingText.shape.count.optional(),
        }),
      )
      .max(20, 'at most 20 entries')
      .optional()
      .meta({ description: 'Of `done` at a drop-off: what the scales say of each kind.' }),
    note: z.string({ error: NOTE }).trim().min(1, NOTE).max(300, NOTE).optional(),
  })
  .refine(({ kind, because }) => (kind === 'failed') === (because !== undefined), {
    error: `needed with failed, and only there: ${REASONS}`,
    path: ['because'],
  })

export const tellStop = apiRoute({
  method: 'post',
  path: '/api/v1/stops/:id/events',
  operationId: 'tellBikeStop',
  summary: 'A rider tells what happened at a stop',
  description:
    'An event is known by its id: sent again it changes nothing (`repeat`). They may come in any order, long after they happened; in order of `at` they come to the same. A rider’s word counts for more than any plan. Where `kvitter-actor` is another than who is signed in, the day’s log has both: who sent it, and who told it by the phone’s word.',
  tag: 'bike',
  params: z.strictObject({ id: stopText }),
  query: z.strictObject({}),
  headers: actorHeaders,
  body: z.strictObject({
    bike: bikeText,
    events: z.array(eventText).min(1, 'at least one event').max(50, 'at most 50 events'),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      events: z.array(
        z.strictObject({ id: z.string(), status: z.enum(['kept', 'repeat', 'conflict']) }),
      ),
    }),
  },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: RIDERS,
})

export const addPhoto = apiRoute({
  method: 'post',
  path: '/api/v1/stops/:id/photos',
  operationId: 'addStopPhoto',
  summary: 'A photo at a stop, without what its camera wrote beside the picture',
  description:
    'The picture itself as the body: JPEG, PNG or WebP, at most 4 MB. Of where and when it was taken nothing is kept. With the same `photo` it is kept once; 20 photos a stop are the most.',
  tag: 'bike',
  params: z.strictObject({ id: stopText }),
  query: z.strictObject({ photo: idText }),
  headers: actorHeaders,
  answer: {
    type: 'application/json',
    schema: z.strictObject({ id: z.string(), status: z.enum(['kept', 'repeat']) }),
  },
  status: 201,
  problems: ['not-authorized', 'not-found', 'key-reused', 'too-large'],
  staff: 'needed',
  roles: RIDERS,
})

export const getPhoto = apiRoute({
  path: '/api/v1/stops/:id/photos/:photo',
  operationId: 'getStopPhoto',
  summary: 'A photo of a stop',
  tag: 'bike',
  params: z.strictObject({ id: stopText, photo: idText }),
  query: z.strictObject({}),
  headers: actorHeaders,
  answer: { type: 'image/jpeg' },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: RIDERS,
})

export const RIDER_ROUTES = [tellStop, addPhoto, getPhoto]

/** A phone may have lain in a drawer, and its clock may be ahead. */
const LATEST_MS = 14 * DAY
const MOST_BYTES = 4 * 1024 * 1024

export function riderRoutes(app: FastifyInstance, deps: DayDeps): void {
  const { days, riders } = deps

  app
    .withTypeProvider<ZodTypeProvider>()
    .post(
      tellStop.path,
      { schema: { params: tellStop.params, body: tellStop.body }, bodyLimit: 64 * 1024 },
      async (request, reply) => {
        const who = riders(request, reply)
        if (!who) return reply
        const { bike, events } = request.body
        const { id: stopId } = request.params
        const isVisit = parseVisitId(stopId) !== undefined
        const now = deps.clock()
        const faults = events.flatMap(({ at, weighings, taken }, i) => [
          ...findTimeFault(`events.${i}.at`, at, plus(now, -LATEST_MS), plus(now, DAY)),
          ...(weighings && !isVisit
            ? [{ field: `events.${i}.weighings`, expected: 'left out: this stop is no drop-off' }]
            : []),
          ...(taken && isVisit
            ? [{ field: `events.${i}.taken`, expected: 'left out: this stop is a drop-off' }]
            : []),
        ])
        if (faults.length > 0) throw new InvalidInput(faults)
        const told = await days.tell(
          events.map(({ at, taken, weighings, ...rest }) => ({
            ...present(rest),
            bike,
            stopId,
            happenedAt: at,
            ...(taken && {
              taken: taken.map(({ item, ...thing }) => ({ itemId: item, ...thing })),
            }),
            ...(weighings && { weighings: weighings.map(present) }),
          })),
          who.name,
          who.teller,
        )
        if (told.some(({ status }) => status === 'unknown-stop')) {
          return sendProblem(reply, noSuch('stop', stopId))
        }
        if (told.some(({ status }) => status === 'unknown-bike')) {
          throw new InvalidInput([{ field: 'bike', expected: 'a bike of the town', got: bike }])
        }
        void reply.header('cache-control', 'no-store')
        return { events: told as { id: string; status: 'kept' }[] }
      },
    )

  // A scope of its own, so that pictures are read as they are here and nowhere else.
  app.register((scope, _options, done) => {
    scope.addContentTypeParser(
      ['image/jpeg', 'image/png', 'image/webp'],
      { parseAs: 'buffer', bodyLimit: MOST_BYTES },
      (_request, body, parsed) => parsed(null, body),
    )
    scope.withTypeProvider<ZodTypeProvider>().post(
      addPhoto.path,
      {
        schema: { params: addPhoto.params, querystring: addPhoto.query },
        bodyLimit: MOST_BYTES,
        onRequest: async (request, reply) => (riders(request, reply) ? undefined : reply),
      },
      async (request, reply) => {
        const photo = Buffer.isBuffer(request.body) ? stripPhoto(request.body) : undefined
        if (!photo) {
          const expected =
            'a JPEG, PNG or WebP picture, whole, as image/jpeg, image/png or image/webp'
          throw new InvalidInput([{ field: 'body', expected }])
        }
        const { id: stopId } = request.params
        const { photo: id } = request.query
        const answer = await days.keepPhoto({ id, stopId, ...photo })
        if (answer.kind !== 'ok') return refuseDay(reply, answer, false)
        if (answer.value === 'conflict') {
          const detail = `There is another photo ${id} already; draw a new id.`
          return sendProblem(reply, problem('key-reused', detail))
        }
        if (answer.value === 'too-many') {
          const detail = `A stop has at most ${MOST_PHOTOS} photos.`
          return sendProblem(reply, problem('too-large', detail))
        }
        void reply.code(201).header('cache-control', 'no-store')
        return { id, status: answer.value }
      },
    )
    done()
  })

  app
    .withTypeProvider<ZodTypeProvider>()
    .get(getPhoto.path, { schema: { params: getPhoto.params } }, async (request, reply) => {
      const who = riders(request, reply)
      if (!who || namedActor(request, reply, who.staff) === undefined) return reply
      const { id: stopId, photo: id } = request.params
      const photo = await days.photo(id)
      if (photo?.stopId !== stopId) {
        return sendProblem(reply, problem('not-found', `The stop has no photo ${id}.`))
      }
      await deps.noteSeen([stopId], who.name)
      return reply
        .header('cache-control', 'no-store')
        .header('content-type', photo.type)
        .send(Buffer.from(photo.bytes))
    })
}
