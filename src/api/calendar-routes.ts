/** When containers are to be emptied, as calendars that phones can subscribe to and that follow changes. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  followPlans,
  followServiceDays,
  type EmptyingEvent,
  type ToldPlan,
} from '#src/rules/emptying-calendar.ts'
import type { Plans } from '#src/rules/plan.ts'
import { planHorizon } from '#src/rules/town-plan.ts'
import {
  fractionName,
  LANGUAGES,
  languageRoot,
  parseFraction,
  type Fraction,
  type Language,
} from '#src/stations/fraction.ts'
import { parseStationId } from '#src/stations/ids.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { DAY, plus } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { RemovedContainer } from '#src/store/contract.ts'
import { CALENDAR_WORDS } from '#src/wording/calendar-words.ts'
import { icalendar, type CalendarEvent } from '#src/wording/icalendar.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { sendFresh } from './fresh.ts'
import { problem, sendProblem } from './problem.ts'

/** What is over, or was called off, is shown so long after its end. */
const SHOWN_AFTER_MS = 30 * DAY
/** Nobody plans further ahead than 400 days, so all that was told of what is shown is within these. */
const TOLD_WITHIN_MS = SHOWN_AFTER_MS + 430 * DAY

const TYPE = 'text/calendar; charset=utf-8; method=PUBLISH'
const ELSEWHERE =
  'Events keep their UID when they change (`SEQUENCE`, `LAST-MODIFIED`); what is called off stays, cancelled, until 30 days after it would have been. Also under `/en/feeds/…` in English and `/fi/feeds/…` in Finnish.'

export const townCalendar = apiRoute({
  path: '/feeds/town.ics',
  operationId: 'townCalendar',
  summary: 'All planned emptyings in the town, as iCalendar',
  description: ELSEWHERE,
  tag: 'feeds',
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: { type: TYPE },
  problems: [],
})

const stationParam = z
  .string()
  .max(80)
  .meta({ description: 'A station’s id.', examples: ['1490-064'] })

export const stationCalendar = apiRoute({
  path: '/feeds/stations/:station/emptyings.ics',
  operationId: 'stationCalendar',
  summary: 'Planned emptyings at one station, as iCalendar',
  description: ELSEWHERE,
  tag: 'feeds',
  params: z.strictObject({ station: stationParam }),
  query: z.strictObject({}),
  answer: { type: TYPE },
  problems: ['not-found'],
})

export const stationFractionCalendar = apiRoute({
  path: '/feeds/stations/:station/:file',
  operationId: 'stationFractionCalendar',
  summary: 'Planned emptyings of one fraction at one station, as iCalendar',
  description: ELSEWHERE,
  tag: 'feeds',
  params: z.strictObject({
    station: stationParam,
    file: z
      .string()
      .max(40)
      .meta({ description: 'A fraction with `.ics`.', examples: ['paper.ics'] }),
  }),
  query: z.strictObject({}),
  answer: { type: TYPE },
  problems: ['not-found'],
})

export const bikeCalendar = apiRoute({
  path: '/feeds/bike.ics',
  operationId: 'bikeCalendar',
  summary: 'The days on which the return bike runs, as iCalendar',
  description: ELSEWHERE,
  tag: 'feeds',
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: { type: TYPE },
  problems: ['not-found'],
})

export function calendarRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { store, journal, clock, publicUrl, maxAgeSeconds } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const eventsFor = rememberEvents(deps)
  const { host } = new URL(publicUrl)

  async function sendCalendar(
    request: FastifyRequest,
    reply: FastifyReply,
    what: {
      readonly language: Language
      readonly path: string
      /** Absent for the whole town. */
      readonly station?: Station
      readonly fraction?: Fraction
    },
  ): Promise<FastifyReply> {
    const { language, path, station, fraction } = what
    const say = CALENDAR_WORDS[language]
    const now = clock()
    const { stations, name, timeZone } = journal.town.town
    const root = publicUrl + languageRoot(language)
    const events: CalendarEvent[] = []
    for (const place of station ? [station] : stations) {
      const found = await eventsFor(place, fraction)
      for (const event of found.filter(({ until }) => until > now - SHOWN_AFTER_MS)) {
        const uid = [place.id, fraction, event.day, event.nth].filter(Boolean).join('-')
        events.push({
          ...calendarEvent(event, place, language),
          uid: `${uid}@${host}`,
          url: `${root}/s/${place.id}`,
        })
      }
    }
    const calendar = icalendar({
      name: say.name(station?.name ?? name, fraction && fractionName(fraction, language)),
      description: say.description,
      language,
      timeZone,
      selfUrl: root + path,
      pageUrl: `${root}${station ? `/s/${station.id}` : '/'}`,
      events: events.toSorted((a, b) => a.from - b.from || (a.uid < b.uid ? -1 : 1)),
    })
    return sendFresh(request, reply, calendar, maxAgeSeconds)
  }

  async function sendBikeDays(
    request: FastifyRequest,
    reply: FastifyReply,
    language: Language,
  ): Promise<FastifyReply> {
    const told = await store.serviceDays()
    if (told.length === 0) {
      return sendProblem(reply, problem('not-found', 'This town’s file names no service days.'))
    }
    const say = CALENDAR_WORDS[language]
    const now = clock()
    const { name, timeZone } = journal.town.town
    const root = publicUrl + languageRoot(language)
    const days = followServiceDays(told, planHorizon(now, timeZone), timeZone)
    const calendar = icalendar({
      name: say.bike(name),
      description: say.bikeDescription,
      language,
      timeZone,
      selfUrl: root + bikeCalendar.path,
      pageUrl: `${root}/`,
      events: days
        .filter(({ until }) => until > now - SHOWN_AFTER_MS)
        .map((day) => ({
          uid: `bike-${day.day}-${day.nth}@${host}`,
          from: day.from,
          until: day.until,
          summary: day.isCalledOff ? say.calledOff(say.bikeDay) : say.bikeDay,
          categories: [],
          url: `${root}/`,
          isCalledOff: day.isCalledOff,
          sequence: day.revision,
          createdAt: day.plannedAt,
          changedAt: day.changedAt,
        })),
    })
    return sendFresh(request, reply, calendar, maxAgeSeconds)
  }

  for (const language of LANGUAGES) {
    const root = languageRoot(language)

    typed.get(
      root + bikeCalendar.path,
      { schema: { querystring: bikeCalendar.query } },
      (request, reply) => sendBikeDays(request, reply, language),
    )

    typed.get(
      root + townCalendar.path,
      { schema: { querystring: townCalendar.query } },
      (request, reply) => sendCalendar(request, reply, { language, path: townCalendar.path }),
    )

    typed.get(
      root + stationCalendar.path,
      { schema: { params: stationCalendar.params, querystring: stationCalendar.query } },
      (request, reply) => {
        const station = findStation(journal.town, request.params.station)
        if (!station) return sendNoStation(reply, request.params.station)
        const path = `/feeds/stations/${station.id}/emptyings.ics`
        return sendCalendar(request, reply, { language, path, station })
      },
    )

    typed.get(
      root + stationFractionCalendar.path,
      {
        schema: {
          params: stationFractionCalendar.params,
          querystring: stationFractionCalendar.query,
        },
      },
      async (request, reply) => {
        const { file } = request.params
        const station = findStation(journal.town, request.params.station)
        if (!station) return sendNoStation(reply, request.params.station)
        const fraction = parseFraction(file.replace(/\.ics$/, ''))
        if (!fraction || !file.endsWith('.ics')) {
          const expected = 'emptyings.ics, or a fraction with .ics, such as paper.ics'
          return sendProblem(
            reply,
            problem('invalid-request', 'There is no such calendar.', [
              { field: 'file', expected, got: file },
            ]),
          )
        }
        const isOfIt = (container: { readonly fraction: Fraction }) =>
          container.fraction === fraction
        // Phones that follow what is no longer there are told that it is called off.
        const isKnown =
          station.containers.some(isOfIt) ||
          (await store.removedContainers(station.id)).some(isOfIt)
        if (!isKnown) {
          return sendProblem(
            reply,
            problem('not-found', `There is no container for ${fraction} at ${station.id}.`),
          )
        }
        const path = `/feeds/stations/${station.id}/${file}`
        return sendCalendar(request, reply, { language, path, station, fraction })
      },
    )
  }
}

function findStation(town: TownIndex, text: string): Station | undefined {
  const id = parseStationId(text)
  return id && town.stations.get(id)
}

function sendNoStation(reply: FastifyReply, text: string): FastifyReply {
  return sendProblem(reply, problem('not-found', `There is no station ${text}.`))
}

function calendarEvent(
  event: EmptyingEvent,
  station: Station,
  language: Language,
): Omit<CalendarEvent, 'uid' | 'url'> {
  const { from, until, fractions, isCalledOff, revision, plannedAt, changedAt } = event
  return {
    from,
    until,
    summary: summaryOf(event, station, language),
    location: [station.name, station.address].filter(Boolean).join(', '),
    place: station.place,
    categories: fractions.map((fraction) => fractionName(fraction, language)),
    isCalledOff,
    sequence: revision,
    createdAt: plannedAt,
    changedAt,
  }
}

/** All of a station's fractions are not listed: then it is the station that is emptied. */
function summaryOf(event: EmptyingEvent, station: Station, language: Language): string {
  const say = CALENDAR_WORDS[language]
  const all = new Set(station.containers.map(({ fraction }) => fraction))
  const names = event.fractions.map((fraction) => fractionName(fraction, language))
  const list = new Intl.ListFormat(language, { type: 'conjunction' }).format(names)
  const summary =
    all.size > 1 && [...all].every((fraction) => event.fractions.includes(fraction))
      ? say.summaryOfAll(station.name)
      : say.summary(station.name, list)
  return event.isCalledOff ? say.calledOff(summary) : summary
}

interface Remembered {
  /** Which containers, with their fractions. */
  readonly of: string
  readonly plans: readonly Plans[]
  readonly events: readonly EmptyingEvent[]
}

/** Reading what was ever told costs more than drawing a calendar of it, so it is done once for each change. */
function rememberEvents({ store, journal, clock }: ApiDeps) {
  const known = new Map<string, Remembered>()

  return async (
    station: Station,
    fraction: Fraction | undefined,
  ): Promise<readonly EmptyingEvent[]> => {
    const isAsked = (container: { readonly fraction: Fraction }) =>
      fraction === undefined || container.fraction === fraction
    const containers = station.containers.filter(isAsked)
    const key = `${station.id} ${fraction ?? ''}`
    const plans = containers.map(({ id }) => journal.plans(id))
    const of = containers.map(({ id, fraction }) => `${id} ${fraction}`).join()
    const before = known.get(key)
    if (before?.of === of && isSame(before.plans, plans)) return before.events
    const removed = (await store.removedContainers(station.id)).filter(isAsked)
    const events = await readEvents(containers, removed)
    known.set(key, { of, plans, events })
    return events
  }

  async function readEvents(
    containers: readonly Container[],
    removed: readonly RemovedContainer[],
  ): Promise<readonly EmptyingEvent[]> {
    const since = plus(clock(), -TOLD_WITHIN_MS)
    const all = [...containers, ...removed]
    const told = (
      await Promise.all(all.map(({ id: containerId }) => store.plans({ containerId, since })))
    ).flat()
    const fractionOf = new Map(all.map(({ id, fraction }) => [id, fraction]))
    const inOrder = [...told.toSorted((a, b) => a.seq - b.seq), ...endings(told, removed)].toSorted(
      (a, b) => a.at - b.at,
    )
    return followPlans(inOrder, fractionOf, journal.town.town.timeZone)
  }
}

/** Nothing more is planned, by anybody, for what was removed. */
function endings(
  told: readonly ToldPlan[],
  removed: readonly RemovedContainer[],
): readonly ToldPlan[] {
  return removed.flatMap(({ id: containerId, removedAt: at }) => {
    const own = told.filter((plan) => plan.containerId === containerId)
    const sources = new Set(own.map(({ source }) => source))
    return [...sources].map((source) => ({ at, containerId, source, emptyings: [] }))
  })
}

function isSame(before: readonly Plans[], now: readonly Plans[]): boolean {
  return now.every((plans, i) => plans === before[i] || (isEmpty(plans) && isEmpty(before[i]!)))
}

function isEmpty(plans: Plans): boolean {
  return Object.keys(plans).length === 0
}
