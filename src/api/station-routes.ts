/** Stations, containers and what was measured in them. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { READING_FLAGS, FAULTS } from '#src/stations/reading.ts'
import { distanceM } from '#src/stations/station.ts'
import { DAY, isoText, MINUTE, plus } from '#src/stations/time.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { hotAnswer } from './hot-answer.ts'
import {
  containerIdText,
  decimal,
  durationText,
  fractionText,
  instantText,
  stationIdText,
  wholeNumber,
} from './input.ts'
import { problem, sendProblem } from './problem.ts'
import {
  containerAnswer,
  containerJson,
  isoInstant,
  placeOf,
  stationAnswer,
  stationFeature,
  stationFeatureJson,
  stationJson,
} from './station-answer.ts'

const lat = decimal(-90, 90, 'a latitude in degrees, -90 to 90')
const lon = decimal(-180, 180, 'a longitude in degrees, -180 to 180')

export const listStations = apiRoute({
  path: '/api/v1/stations',
  operationId: 'listStations',
  summary: 'All stations with the state of their containers',
  description:
    'Sorted by name, or by distance when `lat` and `lon` are given. With `fraction`, only stations that take it, and only its containers. Without a query the answer is cached and has an ETag.',
  tag: 'stations',
  params: z.strictObject({}),
  query: z
    .strictObject({
      fraction: fractionText.optional(),
      lat: lat.optional(),
      lon: lon.optional(),
      limit: wholeNumber(1, 1000).optional(),
    })
    .superRefine((query, context) => {
      const missing = query.lat === undefined ? 'lat' : query.lon === undefined ? 'lon' : undefined
      if (missing === undefined || (query.lat === undefined && query.lon === undefined)) return
      context.addIssue({
        code: 'custom',
        path: [missing],
        message: 'lat and lon together, or neither',
      })
    }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      asOf: isoInstant.meta({ description: 'The town’s time when the answer was made.' }),
      town: z.strictObject({
        municipalityCode: z.string(),
        name: z.string(),
        timeZone: z.string(),
        areas: z
          .array(z.strictObject({ id: z.string(), name: z.string() }))
          .meta({ description: 'The parts of the town; empty where it is not divided.' }),
      }),
      stations: z.array(stationAnswer),
    }),
  },
  problems: [],
})

export const stationsGeoJson = apiRoute({
  path: '/api/v1/stations.geojson',
  operationId: 'stationsGeoJson',
  summary: 'All stations as GeoJSON, with OpenStreetMap’s tags',
  tag: 'stations',
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: {
    type: 'application/geo+json',
    schema: z.strictObject({
      type: z.literal('FeatureCollection'),
      asOf: isoInstant,
      features: z.array(stationFeature),
    }),
  },
  problems: [],
})

export const getStation = apiRoute({
  path: '/api/v1/stations/:id',
  operationId: 'getStation',
  summary: 'One station',
  tag: 'stations',
  params: z.strictObject({ id: stationIdText }),
  query: z.strictObject({}),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ asOf: isoInstant, station: stationAnswer }),
  },
  problems: ['not-found'],
})

export const getContainer = apiRoute({
  path: '/api/v1/containers/:id',
  operationId: 'getContainer',
  summary: 'One container',
  tag: 'stations',
  params: z.strictObject({ id: containerIdText }),
  query: z.strictObject({}),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      asOf: isoInstant,
      container: containerAnswer,
      volumeLitres: z.number(),
    }),
  },
  problems: ['not-found'],
})

const RAW_LIMIT = 5000
const BUCKET_LIMIT = 2000

const rawReading = z
  .strictObject({
    measuredAt: isoInstant,
    receivedAt: isoInstant,
    fillPercent: z.number().nullable(),
    rawFillPercent: z.number().nullable(),
    distanceMm: z.number().nullable(),
    cleanPercent: z.number().nullable().meta({
      description:
        'What is believed instead of `fillPercent`; null where that is believed as it is.',
    }),
    correction: z
      .looseObject({ reason: z.string() })
      .nullable()
      .meta({ description: 'Why, with the figures it rests on.' }),
    fault: z.enum(FAULTS).nullable(),
    batteryPercent: z.number().nullable(),
    temperatureC: z.number().nullable(),
    flags: z.array(z.enum(READING_FLAGS)),
  })
  .meta({ id: 'Reading' })

const bucket = z
  .strictObject({
    from: isoInstant,
    n: z.int(),
    minPercent: z.number(),
    meanPercent: z.number(),
    maxPercent: z.number(),
  })
  .meta({ id: 'Bucket', description: 'Levels from `from` on, for the length of `every`.' })

export const containerReadings = apiRoute({
  path: '/api/v1/containers/:id/readings',
  operationId: 'containerReadings',
  summary: 'What was measured in a container',
  description: `Raw readings, oldest first, at most ${RAW_LIMIT} (\`truncated\` says when there were more); with \`every\`, levels in buckets, at most ${BUCKET_LIMIT}. Without \`from\` and \`to\`, the last 24 hours. A bucket without a level is left out, so a gap means that nothing was known.`,
  tag: 'stations',
  params: z.strictObject({ id: containerIdText }),
  query: z.strictObject({
    from: instantText.optional(),
    to: instantText.optional(),
    every: durationText(MINUTE, 366 * DAY, 'a span from 1m to 366d, such as 1h').optional(),
  }),
  answer: {
    type: 'application/json',
    schema: z.union([
      z.strictObject({
        containerId: z.string(),
        from: isoInstant,
        to: isoInstant,
        truncated: z.boolean(),
        readings: z.array(rawReading),
      }),
      z.strictObject({
        containerId: z.string(),
        from: isoInstant,
        to: isoInstant,
        everyMs: z.int(),
        buckets: z.array(bucket),
      }),
    ]),
  },
  problems: ['not-found'],
})

export function stationRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { journal, clock, publicUrl } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const statusOf = journal.status.bind(journal)
  const cacheControl = `public, max-age=${deps.maxAgeSeconds}`
  const byName = new Intl.Collator('sv').compare
  const hot = {
    revision: () => journal.revision,
    monotonicMs: deps.monotonicMs,
    atMostEveryMs: 500,
    atLeastEveryMs: deps.maxAgeSeconds * 1000,
    maxAgeSeconds: deps.maxAgeSeconds,
  }

  function townJson() {
    const { municipalityCode, name, timeZone, areas = [] } = journal.town.town
    return { municipalityCode, name, timeZone, areas }
  }

  function stationsByName() {
    return journal.town.town.stations.toSorted((a, b) => byName(a.name, b.name))
  }

  const all = hotAnswer({
    ...hot,
    type: 'application/json; charset=utf-8',
    build: () =>
      JSON.stringify({
        asOf: isoText(clock()),
        town: townJson(),
        stations: stationsByName().map((s) => stationJson(s, statusOf, publicUrl)),
      }),
  })
  const geo = hotAnswer({
    ...hot,
    type: 'application/geo+json; charset=utf-8',
    build: () =>
      JSON.stringify({
        type: 'FeatureCollection',
        asOf: isoText(clock()),
        features: stationsByName().map((s) => stationFeatureJson(s, statusOf, publicUrl)),
      }),
  })

  typed.get(
    listStations.path,
    { schema: { querystring: listStations.query }, compress: false },
    (request, reply) => {
      const { fraction, limit, ...where } = request.query
      const here = placeOf(where)
      if (fraction === undefined && limit === undefined && here === undefined) {
        return all.send(request, reply)
      }
      const found = stationsByName()
        .map((station) => ({
          ...station,
          containers: station.containers.filter(
            (c) => fraction === undefined || c.fraction === fraction,
          ),
        }))
        .filter((s) => fraction === undefined || s.containers.length > 0)
        .map((s) => ({
          ...stationJson(s, statusOf, publicUrl),
          ...(here && { distanceM: Math.round(distanceM(here, s.place)) }),
        }))
      if (here) found.sort((a, b) => (a.distanceM ?? 0) - (b.distanceM ?? 0))
      return reply
        .header('cache-control', cacheControl)
        .send({ asOf: isoText(clock()), town: townJson(), stations: found.slice(0, limit) })
    },
  )

  typed.get(
    stationsGeoJson.path,
    { schema: { querystring: stationsGeoJson.query }, compress: false },
    (request, reply) => geo.send(request, reply),
  )

  typed.get(
    getStation.path,
    { schema: { params: getStation.params, querystring: getStation.query } },
    (request, reply) => {
      const station = journal.town.stations.get(request.params.id)
      if (!station) return sendProblem(reply, noSuch('station', request.params.id))
      return reply.header('cache-control', cacheControl).send({
        asOf: isoText(clock()),
        station: stationJson(station, statusOf, publicUrl),
      })
    },
  )

  typed.get(
    getContainer.path,
    { schema: { params: getContainer.params, querystring: getContainer.query } },
    (request, reply) => {
      const container = journal.town.containers.get(request.params.id)
      const station = container && journal.town.stations.get(container.stationId)
      if (!station) return sendProblem(reply, noSuch('container', request.params.id))
      return reply.header('cache-control', cacheControl).send({
        asOf: isoText(clock()),
        container: containerJson(container, station, statusOf(container.id)),
        volumeLitres: container.geometry.volumeLitres,
      })
    },
  )

  typed.get(
    containerReadings.path,
    { schema: { params: containerReadings.params, querystring: containerReadings.query } },
    async (request, reply) => {
      const id = request.params.id
      if (!journal.town.containers.has(id)) return sendProblem(reply, noSuch('container', id))
      const { every } = request.query
      const to = request.query.to ?? clock()
      const from = request.query.from ?? plus(to, -DAY)
      if (from >= to) {
        return sendProblem(
          reply,
          problem('invalid-request', 'The time span is empty.', [
            { field: 'from', expected: `a time before ${isoText(to)}`, got: isoText(from) },
          ]),
        )
      }
      const span = { containerId: id, from: isoText(from), to: isoText(to) }
      void reply.header('cache-control', cacheControl)

      if (every === undefined) {
        const readings = await deps.store.readings(id, from, to, RAW_LIMIT + 1)
        return {
          ...span,
          truncated: readings.length > RAW_LIMIT,
          readings: readings.slice(0, RAW_LIMIT).map((r) => ({
            measuredAt: isoText(r.measuredAt),
            receivedAt: isoText(r.receivedAt),
            fillPercent: r.fillPercent ?? null,
            rawFillPercent: r.rawFillPercent ?? null,
            distanceMm: r.distanceMm ?? null,
            cleanPercent: r.cleanPercent ?? null,
            correction: r.correction ?? null,
            fault: r.fault ?? null,
            batteryPercent: r.batteryPercent ?? null,
            temperatureC: r.temperatureC ?? null,
            flags: r.flags,
          })),
        }
      }
      if ((to - from) / every > BUCKET_LIMIT) {
        return sendProblem(
          reply,
          problem('invalid-request', 'That would be too many buckets.', [
            {
              field: 'every',
              expected: `a longer span: from, to and every give at most ${BUCKET_LIMIT} buckets`,
              got: `${Math.ceil((to - from) / every)} buckets`,
            },
          ]),
        )
      }
      const buckets = await deps.store.history(id, from, to, every)
      return {
        ...span,
        everyMs: every,
        buckets: buckets.map((b) => ({ ...b, from: isoText(b.from) })),
      }
    },
  )
}

export function noSuch(what: string, id: string) {
  return problem('not-found', `There is no ${what} ${id}.`)
}
