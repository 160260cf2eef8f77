/** The API described: OpenAPI 3.1, made from the same schemas that check the requests. */
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { sessionCookie } from '#src/store/staff-desk.ts'
import { ANY_STAFF, rolesReaching } from '#src/store/staff.ts'
import { alarmHistory, listAlarms } from './alarm-routes.ts'
import type { AnyApiRoute } from './api-route.ts'
import { tellBike } from './bike-routes.ts'
import { BIKE_STATISTICS_ROUTES } from './bike-statistics-routes.ts'
import { BOOKING_ROUTES } from './booking-routes.ts'
import { BOOKING_STAFF_ROUTES } from './booking-staff-routes.ts'
import { CALL_BACK_ROUTES } from './call-back-routes.ts'
import { correctPost } from './correction-routes.ts'
import { DELIVERY_ROUTES } from './delivery-routes.ts'
import { DAY_ROUTES } from './day-routes.ts'
import { roundStatistics } from './day-statistics-routes.ts'
import { streamDay } from './day-stream.ts'
import { DEVICE_ROUTES } from './device-routes.ts'
import { correctEmptying, listEmptyings, tellEmptying } from './emptying-routes.ts'
import { streamEvents } from './event-stream.ts'
import {
  bikeCalendar,
  stationCalendar,
  stationFractionCalendar,
  townCalendar,
} from './calendar-routes.ts'
import { fractionFeed, stationFeed, townAtom, townJson, townRss } from './feed-routes.ts'
import { tellForecast, tellForecasts } from './forecast-routes.ts'
import { tellGateway } from './gateway-routes.ts'
import { importHub } from './hub-routes.ts'
import { stationKept } from './kept-routes.ts'
import { LOAN_ROUTES } from './loan-routes.ts'
import { tellObservation } from './observation-routes.ts'
import { health, metricsText, readiness } from './operation-routes.ts'
import { getPlan, removePlan, setPlan } from './plan-routes.ts'
import { getPost, listDecisions, listPosts } from './post-routes.ts'
import { PROBLEMS, type ProblemName } from './problem.ts'
import { cancelReplay, getReplay, startReplay } from './replay-routes.ts'
import { checkRules, getRules, tryRules, writeRuleTest } from './rule-desk-routes.ts'
import { listMessages } from './message-routes.ts'
import { listQuarantine, replayMessages } from './quarantine-routes.ts'
import { RIDER_ROUTES } from './rider-routes.ts'
import { listReportFloods, tellReport, undoReport } from './report-routes.ts'
import { beginSilence, endSilence, listSilences } from './silence-routes.ts'
import { containerRules, stationRules } from './standing-routes.ts'
import {
  containerReadings,
  getContainer,
  getStation,
  listStations,
  stationsGeoJson,
} from './station-routes.ts'
import { countSubscribers, eraseSubscriber, exportSubscriber } from './subscriber-routes.ts'
import { tellTruck } from './truck-routes.ts'

/** Every route, in the order in which people should read of them. */
export const API_ROUTES: readonly AnyApiRoute[] = [
  listStations,
  stationsGeoJson,
  getStation,
  getContainer,
  containerReadings,
  listEmptyings,
  tellEmptying,
  correctEmptying,
  tellReport,
  undoReport,
  tellObservation,
  tellTruck,
  tellBike,
  tellForecast,
  tellForecasts,
  getPlan,
  setPlan,
  removePlan,
  importHub,
  stationKept,
  ...BOOKING_ROUTES,
  ...LOAN_ROUTES,
  ...BIKE_STATISTICS_ROUTES,
  ...BOOKING_STAFF_ROUTES,
  ...CALL_BACK_ROUTES,
  ...DAY_ROUTES,
  streamDay,
  ...RIDER_ROUTES,
  roundStatistics,
  listPosts,
  getPost,
  correctPost,
  listDecisions,
  stationRules,
  containerRules,
  listSilences,
  beginSilence,
  endSilence,
  streamEvents,
  getRules,
  checkRules,
  tryRules,
  writeRuleTest,
  startReplay,
  getReplay,
  cancelReplay,
  townAtom,
  townRss,
  townJson,
  stationFeed,
  fractionFeed,
  townCalendar,
  bikeCalendar,
  stationCalendar,
  stationFractionCalendar,
  ...DEVICE_ROUTES,
  listAlarms,
  alarmHistory,
  tellGateway,
  health,
  readiness,
  metricsText,
  ...DELIVERY_ROUTES,
  listReportFloods,
  listQuarantine,
  listMessages,
  replayMessages,
  countSubscribers,
  exportSubscriber,
  eraseSubscriber,
]

type Json = Record<string, unknown>

export interface ApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<ApiMethod, ApiOperation>>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>
    readonly securitySchemes: Json
  }
}

export type ApiMethod = 'get' | NonNullable<AnyApiRoute['method']>

export interface ApiOperation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly parameters: readonly {
    readonly name: string
    readonly in: 'path' | 'query' | 'header'
    readonly required: boolean
    readonly description?: string
    readonly schema: Json
  }[]
  readonly requestBody?: { readonly required: true; readonly content: Json }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Json }>
  >
  readonly security?: readonly Json[]
}

const TAGS = [
  { name: 'stations', description: 'Where the stations are and what has room now.' },
  {
    name: 'bike',
    description: 'The return bike: booking, borrowing, and what it did.',
  },
  { name: 'posts', description: 'What stations said, and why.' },
  { name: 'events', description: 'The same as it happens.' },
  { name: 'feeds', description: 'For feed readers.' },
  { name: 'rules', description: 'Rules tried on the past, for the staff who write them.' },
  { name: 'devices', description: 'Sensors, for the staff who look after them.' },
  { name: 'operation', description: 'For those who run the service.' },
] as const

const problemSchema = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', description: 'A name with a paragraph in the documentation.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      description: 'What was wrong with each field.',
      items: {
        type: 'object',
        required: ['field', 'expected'],
        properties: {
          field: { type: 'string' },
          expected: { type: 'string' },
          got: { type: 'string' },
          line: { type: 'integer', description: 'Of a file that came with the request.' },
        },
      },
    },
    because: {
      type: 'array',
      description: 'Why a thing can’t be booked, each reason by its name.',
      items: {
        type: 'object',
        required: ['reason'],
        properties: {
          reason: { type: 'string' },
          item: { type: 'string' },
          most: { type: 'number' },
        },
      },
    },
    nearest: { type: 'string', description: 'The address that may have been meant.' },
  },
}

export function describeApi(publicUrl: string): ApiDocument {
  const schemas: Record<string, Json> = { Problem: problemSchema }
  const paths: Record<string, Partial<Record<ApiMethod, ApiOperation>>> = {}
  for (const route of API_ROUTES) {
    const path = (paths[route.path.replace(/:(\w+)/g, '{$1}')] ??= {})
    path[route.method ?? 'get'] = describeRoute(route, schemas)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kvitter',
      version: '1',
      description:
        'Open data on a town’s recycling stations: what has room, what is full, what was said of it and why. No key is needed. Times are ISO 8601 in UTC. A level that isn’t known is null, never 0.',
    },
    servers: [{ url: publicUrl }],
    tags: TAGS,
    paths,
    components: {
      schemas,
      securitySchemes: {
        staff: { type: 'http', scheme: 'bearer', description: 'A token, by its role.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: sessionCookie(publicUrl),
          description: 'A signed-in browser, from this site’s own pages.',
        },
        secret: {
          type: 'http',
          scheme: 'bearer',
          description: 'The secret that came with the booking or the loan.',
        },
      },
    },
  }
}

/** Who else gets in. */
const BESIDE_STAFF = { needed: [], secret: [{ secret: [] }], more: [{}] } as const

function describeRoute(route: AnyApiRoute, schemas: Record<string, Json>): ApiOperation {
  const problems: ProblemName[] = ['invalid-request', ...route.problems]
  if (route.staff === 'needed') problems.push('forbidden')
  const roles = rolesReaching(route.roles ?? ANY_STAFF)
  const byStatus = Map.groupBy(problems, (name) => PROBLEMS[name].status)
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    tags: [route.tag],
    parameters: [
      ...parameters(route.params, 'path', schemas),
      ...parameters(route.query, 'query', schemas),
      ...(route.headers ? parameters(route.headers, 'header', schemas) : []),
    ],
    ...(route.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchema(route.body, 'input', schemas) } },
      },
    }),
    responses: {
      [route.status ?? 200]: {
        description: 'The answer',
        content: {
          [route.answer.type.split(';')[0]!]: {
            schema: route.answer.schema
              ? jsonSchema(route.answer.schema, 'output', schemas)
              : { type: 'string' },
          },
        },
      },
      ...Object.fromEntries(
        [...byStatus].map(([status, names]) => [
          status,
          {
            description: names.map((n) => PROBLEMS[n].title).join('; ') || STATUS_CODES[status],
            content: {
              'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
            },
          },
        ]),
      ),
    },
    ...(route.staff !== undefined && {
      security: [...BESIDE_STAFF[route.staff], { staff: roles }, { session: roles }],
    }),
  }
}

function parameters(
  schema: z.ZodObject,
  where: 'path' | 'query' | 'header',
  schemas: Record<string, Json>,
): ApiOperation['parameters'] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...rest } = jsonSchema(field as z.ZodType, 'input', schemas)
    return {
      name,
      in: where,
      required: where === 'path' || (where === 'header' && !(field as z.ZodType).isOptional()),
      ...(typeof description === 'string' && { description }),
      schema: rest,
    }
  })
}

/** A schema as JSON Schema 2020-12, which OpenAPI 3.1 speaks; named ones go to the components. */
function jsonSchema(
  schema: z.ZodType,
  io: 'input' | 'output',
  schemas: Record<string, Json>,
): Json {
  const {
    $schema: _dialect,
    $defs = {},
    ...rest
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json & {
    $defs?: Record<string, Json>
  }
  for (const [name, definition] of Object.entries($defs)) {
    const { id: _id, ...plain } = definition
    schemas[name] = atComponents(plain) as Json
  }
  return atComponents(rest) as Json
}

function atComponents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(atComponents)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', '#/components/schemas/')
        : atComponents(inner),
    ]),
  )
}
