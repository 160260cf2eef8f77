/** The dispatcher's day: the plan, moves by hand, re-plans, what breaks down; and the log of it all. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { WASTE_KINDS } from '#src/stations/return-bike.ts'
import { MINUTE, SECOND, wallTime } from '#src/stations/time.ts'
import type { DayAnswer, DayDesk, Simple, UrgentAt } from '#src/store/day-desk.ts'
import { personFields } from '#src/store/person-fields.ts'
import { DISPATCHERS, RIDERS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import {
  candidateAnswer,
  candidateJson,
  dayAnswer,
  dayJson,
  lineAnswer,
  lineJson,
  refuseDay,
} from './day-answer.ts'
import {
  actorHeaders,
  dayText,
  type ErrandDoor,
  namedActor,
  openErrandDoor,
} from './errand-input.ts'
import { stationIdText, wholeNumber } from './input.ts'
import { sendProblem } from './problem.ts'
import type { RiderDoor } from './rider-door.ts'
import { noSuch } from './station-routes.ts'

export interface DayDeps extends ApiDeps {
  readonly days: DayDesk
  readonly riders: RiderDoor
  /** Notes of riders, unsealed. */
  readonly unseal: (sealed: string) => string
  /** Writes down who saw whose data. */
  readonly noteSeen: (bookingIds: readonly string[], actor: string) => Promise<void>
}

const none = z.strictObject({})
const ofDay = z.strictObject({ day: dayText })
const VERSION = 'the version of the plan that you saw, 0 for none'
const version = z.int({ error: VERSION }).min(0, VERSION)
const STOP = 'the id of a stop'
export const stopText = z.string({ error: STOP }).regex(/^[A-Za-z0-9_~-]{1,120}$/, STOP)
const BIKE = 'the id of a bike, such as bike-1'
export const bikeText = z.string({ error: BIKE }).regex(/^[a-z0-9][a-z0-9-]{0,31}$/, BIKE)
/** An answer takes 15 seconds at most. */
const SECONDS = 'how long to think, 1 to 10 seconds'
const seconds = z.int({ error: SECONDS }).min(1, SECONDS).max(10, SECONDS).optional()
const SENTENCE = 'a sentence, up to 120 characters, without anybody’s name'
const sentence = z.string({ error: SENTENCE }).trim().min(1, SENTENCE).max(120, SENTENCE)
const AMOUNT = 'a number from 0 to 5000'
const amount = z.number({ error: AMOUNT }).min(0, AMOUNT).max(5000, AMOUNT)
const AT = 'the place in the round, from 0'

const DROP_OFF = 'the id of a drop-off, such as lusharpan'
const MINUTES = 'minutes, 1 to 120'

const urgentText = z.strictObject({
  what: sentence,
  station: stationIdText.optional(),
  place: personFields.position.optional(),
  address: personFields.address.optional().meta({ description: 'One of the town’s list.' }),
  postcode: personFields.postcode
    .optional()
    .meta({ description: 'Of the address, where several are written so.' }),
  litres: amount.default(100),
  kg: amount.default(20),
  waste: z
    .enum(WASTE_KINDS, { error: `one of ${WASTE_KINDS.join(', ')}` })
    .optional()
    .meta({ description: 'Unless it is told bulky, or what the drop-off takes.' }),
  dropOff: z
    .string({ error: DROP_OFF })
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, DROP_OFF)
    .optional()
    .meta({ description: 'Where it is to be brought; without it wherever it is taken.' }),
  minutes: z.int({ error: MINUTES }).min(1, MINUTES).max(120, MINUTES).default(10),
})
const URGENT_AT = ['station', 'place', 'address'] as const

function isAtOnePlace(urgent: z.output<typeof urgentText>): boolean {
  return URGENT_AT.filter((field) => urgent[field] !== undefined).length === 1
}

/** Only of what is at one place. */
function atOf({ station, place, address, postcode }: z.output<typeof urgentText>): UrgentAt {
  if (station !== undefined) return { stationId: station }
  if (place !== undefined) return { place }
  return { address: address!, ...(postcode !== undefined && { postcode }) }
}

export const getDay = apiRoute({
  path: '/api/v1/rounds/:day',
  operationId: 'getBikeDay',
  summary:
    'A day of the return bike: rounds with times as reckoned now, and what is wrong or to be done',
  description:
    'For riders and staff. Riders see what is published. With `people=yes` also who lives there (riders: on the day itself), which is written down as seen by `kvitter-actor`. The etag is the plan’s version.',
  tag: 'bike',
  params: ofDay,
  query: z.strictObject({
    people: z.literal('yes', { error: 'yes, or left out' }).optional(),
    bike: bikeText.optional().meta({ description: 'Only this bike’s round.' }),
  }),
  headers: actorHeaders,
  answer: { type: 'application/json', schema: dayAnswer },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: RIDERS,
})

interface CommandRoute<Body extends z.ZodType> {
  readonly name: string
  readonly operationId: string
  readonly summary: string
  readonly body: Body
  /** Riders may do it too. */
  readonly rider?: true
  readonly run: (
    desk: DayDesk,
    day: string,
    actor: string,
    body: z.output<Body>,
    deps: DayDeps,
  ) => Promise<DayAnswer<unknown>>
}

function command<Body extends z.ZodType>(route: CommandRoute<Body>): CommandRoute<Body> {
  return route
}

/** Of a command that only needs what it says. */
function simple(
  command: Simple['kind'],
): (
  desk: DayDesk,
  day: string,
  actor: string,
  body: { readonly version: number; readonly stop?: string | undefined } & Readonly<
    Record<string, unknown>
  >,
) => Promise<DayAnswer<unknown>> {
  return (desk, day, actor, { version: seen, stop, offer, ...rest }) =>
    desk.act(day, actor, seen, {
      kind: command,
      ...(stop !== undefined && { stopId: stop }),
      ...(offer !== undefined && { offerId: offer }),
      ...rest,
    } as Simple)
}

const limit = (s: number | undefined) => (s === undefined ? {} : { limitMs: s * SECOND })
const offerId = z.string({ error: 'the id of the offer' }).min(1).max(64)

const COMMANDS = [
  command({
    name: 'plan',
    operationId: 'planBikeDay',
    summary: 'Draws up a plan, or another one while none is published',
    body: z.strictObject({ version, seconds }),
    run: (desk, day, actor, body) => desk.plan(day, actor, body.version, limit(body.seconds)),
  }),
  command({
    name: 'publish',
    operationId: 'publishBikeDay',
    summary: 'Shows the plan to the riders',
    body: z.strictObject({ version }),
    run: simple('publish'),
  }),
  command({
    name: 'replan',
    operationId: 'replanBikeDay',
    summary:
      'Thinks out another plan for the rest and offers it. `insert` only puts in what is new; `rest` may move all that isn’t pinned, over or being ridden to',
    body: z.strictObject({
      version,
      mode: z.enum(['rest', 'insert'], { error: 'rest or insert' }).default('rest'),
      seconds,
    }),
    run: (desk, day, actor, body) =>
      desk.offer(
        day,
        actor,
        body.version,
        { because: 'asked-for', ...(body.mode === 'insert' && { only: 'insert' as const }) },
        limit(body.seconds),
      ),
  }),
  command({
    name: 'adopt',
    operationId: 'adoptBikeDayOffer',
    summary: 'Takes an offered plan',
    body: z.strictObject({ version, offer: offerId }),
    run: simple('adopt-offer'),
  }),
  command({
    name: 'decline',
    operationId: 'declineBikeDayOffer',
    summary: 'Leaves an offered plan',
    body: z.strictObject({ version, offer: offerId }),
    run: simple('decline-offer'),
  }),
  command({
    name: 'move',
    operationId: 'moveBikeStop',
    summary: 'Moves a stop by hand, and pins it there',
    body: z.strictObject({
      version,
      stop: stopText,
      bike: bikeText,
      at: z.int({ error: AT }).min(0, AT).max(1000, AT),
    }),
    run: simple('move'),
  }),
  command({
    name: 'pin',
    operationId: 'pinBikeStop',
    summary: 'Keeps a stop on its bike and at its time',
    body: z.strictObject({ version, stop: stopText }),
    run: simple('pin'),
  }),
  command({
    name: 'unpin',
    operationId: 'unpinBikeStop',
    summary: 'Lets the planner move a stop again',
    body: z.strictObject({ version, stop: stopText }),
    run: simple('unpin'),
  }),
  command({
    name: 'insert',
    operationId: 'insertBikeStop',
    summary:
      'Takes a booking of the day, or an urgent errand, into the plan at once; nothing else moves',
    body: z
      .strictObject({ version, stop: stopText.optional(), urgent: urgentText.optional() })
      .refine(({ stop, urgent }) => (stop === undefined) !== (urgent === undefined), {
        error: 'either stop or urgent',
        path: ['stop'],
      })
      .refine(({ urgent }) => !urgent || isAtOnePlace(urgent), {
        error: 'one of station, place and address',
        path: ['urgent', 'place'],
      })
      .refine(({ urgent }) => urgent?.postcode === undefined || urgent.address !== undefined, {
        error: 'to be left out: it goes with address',
        path: ['urgent', 'postcode'],
      }),
    run(desk, day, actor, { version: seen, stop, urgent }) {
      if (stop !== undefined) return desk.insert(day, actor, seen, { stopId: stop })
      const { what, litres, kg, waste, dropOff, minutes } = urgent!
      return desk.insert(day, actor, seen, {
        urgent: {
          what,
          at: atOf(urgent!),
          litres,
          kg,
          ...(waste !== undefined && { waste }),
          ...(dropOff !== undefined && { dropOffId: dropOff }),
          serviceMs: minutes * MINUTE,
        },
      })
    },
  }),
  command({
    name: 'start',
    operationId: 'startBikeRound',
    summary: 'A rider sets out; from now on bookers are told that the bike is coming, or late',
    body: z.strictObject({ version, bike: bikeText }),
    rider: true,
    run: simple('start'),
  }),
  command({
    name: 'end',
    operationId: 'endBikeRound',
    summary: 'A rider is done for the day',
    body: z.strictObject({ version, bike: bikeText }),
    rider: true,
    run: simple('end'),
  }),
  command({
    name: 'bike-out',
    operationId: 'bikeOut',
    summary: 'A bike broke down: its stops go to others, or are unserved with a reason',
    body: z.strictObject({ version, bike: bikeText, because: sentence }),
    run: (desk, day, actor, { version: seen, bike, because }) =>
      desk.bikeOut(day, actor, seen, { bike, because }),
  }),
  command({
    name: 'bike-back',
    operationId: 'bikeBack',
    summary: 'A bike is in use again; its stops stay where they went until a re-plan',
    body: z.strictObject({ version, bike: bikeText }),
    run: simple('bike-back'),
  }),
] as readonly CommandRoute<z.ZodType>[]

const commandRoutes = COMMANDS.map((one) =>
  apiRoute({
    method: 'post',
    path: `/api/v1/rounds/:day/${one.name}`,
    operationId: one.operationId,
    summary: one.summary,
    tag: 'bike',
    params: ofDay,
    query: none,
    headers: actorHeaders,
    body: one.body,
    answer: { type: 'application/json', schema: dayAnswer },
    problems: ['not-authorized', 'not-found', 'plan-changed', 'not-possible'],
    staff: 'needed',
    roles: one.rider ? RIDERS : DISPATCHERS,
  }),
)

export const dayLog = apiRoute({
  path: '/api/v1/rounds/:day/log',
  operationId: 'bikeDayLog',
  summary: 'Everything that was done to a day, by whom and when, oldest first',
  tag: 'bike',
  params: ofDay,
  query: z.strictObject({
    after: wholeNumber(0, 999_999_999).optional(),
    limit: wholeNumber(1, 1000).optional(),
  }),
  headers: actorHeaders,
  answer: { type: 'application/json', schema: z.strictObject({ log: z.array(lineAnswer) }) },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const acceptCandidate = apiRoute({
  method: 'post',
  path: '/api/v1/bike-candidates/:id/accept',
  operationId: 'acceptBikeCandidate',
  summary: 'A stop that a rule asked for is taken into a day',
  tag: 'bike',
  params: z.strictObject({ id: stopText }),
  query: none,
  headers: actorHeaders,
  body: z.strictObject({ day: dayText, version }),
  answer: { type: 'application/json', schema: candidateAnswer },
  problems: ['not-authorized', 'not-found', 'plan-changed', 'not-possible'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const declineCandidate = apiRoute({
  method: 'post',
  path: '/api/v1/bike-candidates/:id/decline',
  operationId: 'declineBikeCandidate',
  summary: 'A stop that a rule asked for is not wanted',
  tag: 'bike',
  params: z.strictObject({ id: stopText }),
  query: none,
  headers: actorHeaders,
  answer: { type: 'application/json', schema: candidateAnswer },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const DAY_ROUTES = [getDay, ...commandRoutes, dayLog, acceptCandidate, declineCandidate]

export function dayRoutes(app: FastifyInstance, deps: DayDeps): void {
  const { days, riders } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const door = openErrandDoor(deps.staff, deps.clock)

  typed.get(
    getDay.path,
    { schema: { params: getDay.params, querystring: getDay.query } },
    async (request, reply) => {
      const who = riders(request, reply)
      if (!who) return reply
      const { people, bike } = request.query
      if (people === 'yes' && namedActor(request, reply, who.staff) === undefined) return reply
      const { day } = request.params
      const today = wallTime(deps.clock(), deps.journal.town.town.timeZone).day
      return sendDay(reply, deps, day, {
        actor: who.name,
        drafts: who.isStaff,
        people: people === 'yes' && (who.isStaff || day === today),
        bike,
      })
    },
  )

  for (const [i, one] of COMMANDS.entries()) {
    const route = commandRoutes[i]!
    typed.post(
      route.path,
      { schema: { params: route.params, querystring: route.query, body: one.body } },
      async (request, reply) => {
        const actor = actorFor(request, reply, one.rider ? riders : undefined, door)
        if (actor === undefined) return reply
        const { day } = request.params
        const isStaff = deps.staff.isStaff(request, DISPATCHERS)
        const answer = await one.run(days, day, actor, request.body, deps)
        if (answer.kind !== 'ok') return refuseDay(reply, answer, isStaff)
        return sendDay(reply, deps, day, {
          actor,
          drafts: isStaff,
          people: false,
          bike: undefined,
        })
      },
    )
  }

  typed.get(
    dayLog.path,
    { schema: { params: dayLog.params, querystring: dayLog.query } },
    async (request, reply) => {
      if (deps.staff.refuses(request, reply, DISPATCHERS)) return reply
      const { after = 0, limit: most = 1000 } = request.query
      const lines = await days.lines(request.params.day, after, most)
      void reply.header('cache-control', 'no-store')
      return { log: lines.map(lineJson) }
    },
  )

  typed.post(
    acceptCandidate.path,
    { schema: { params: acceptCandidate.params, body: acceptCandidate.body } },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined) return reply
      const answer = await days.answerCandidate(request.params.id, actor, {
        accept: true,
        ...request.body,
      })
      if (answer.kind !== 'ok') return refuseDay(reply, answer, true)
      void reply.header('cache-control', 'no-store')
      return candidateJson(answer.value)
    },
  )

  typed.post(
    declineCandidate.path,
    { schema: { params: declineCandidate.params } },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined) return reply
      const { id } = request.params
      const answer = await days.answerCandidate(id, actor, { accept: false })
      if (answer.kind !== 'ok') return sendProblem(reply, noSuch('candidate', id))
      void reply.header('cache-control', 'no-store')
      return candidateJson(answer.value)
    },
  )
}

function actorFor(
  request: FastifyRequest,
  reply: FastifyReply,
  riders: RiderDoor | undefined,
  door: ErrandDoor,
): string | undefined {
  return riders ? riders(request, reply)?.name : door.staff(request, reply)
}

async function sendDay(
  reply: FastifyReply,
  deps: DayDeps,
  day: string,
  shown: {
    readonly actor: string
    readonly drafts: boolean
    readonly people: boolean
    readonly bike: string | undefined
  },
) {
  const seen = await deps.days.see(day)
  if (!seen) return refuseDay(reply, { kind: 'no-such' }, shown.drafts)
  const notes = new Map([...seen.notes].map(([id, sealed]) => [id, deps.unseal(sealed)]))
  const { stations } = deps.journal.town
  const { rounds, outside, ...rest } = dayJson(seen, { ...shown, notes, stations })
  const some = rounds.filter(({ bike }) => shown.bike === undefined || bike === shown.bike)
  if (shown.people) {
    const all = [...some.flatMap(({ stops }) => stops), ...outside]
    const ids = all.filter(({ person }) => person).map(({ id }) => id)
    await deps.noteSeen(ids, shown.actor)
  }
  void reply.header('cache-control', 'no-store').header('etag', `"${rest.version}"`)
  return { ...rest, rounds: some, outside }
}
