/** Stations and containers as the API tells them. An unknown level is null, never 0. */
import { z } from 'zod'
import { FRACTIONS, fractionName, fractionType } from '#src/stations/fraction.ts'
import type { ContainerStatus } from '#src/rules/decision.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { FAULTS } from '#src/stations/reading.ts'
import type { Container, Place, Station } from '#src/stations/station.ts'
import { isoOrNull } from '#src/stations/time.ts'

export const isoInstant = z.iso.datetime()
export const inEachLanguage = z.strictObject({ sv: z.string(), en: z.string(), fi: z.string() })
const fraction = z.enum(FRACTIONS.map((f) => f.id))
export const statusWords = z.enum(['has-room', 'nearly-full', 'full', 'unknown'])

export const containerAnswer = z
  .strictObject({
    id: z.string().meta({ examples: ['1490-064-paper-1'] }),
    stationId: z.string(),
    name: z.string().meta({ description: 'Its name at the station.', examples: ['paper-1'] }),
    municipalityCode: z.string().meta({ description: 'Four digits, text.' }),
    externalAvsId: z
      .string()
      .meta({ description: 'The station’s id in the national hub, text: leading zeros count.' }),
    fraction,
    fractionName: inEachLanguage,
    serviceType: z.int().meta({ description: 'The national hub’s service type, 1–8.' }),
    serviceId: z.int().meta({ description: 'The national hub’s service id, 101–108.' }),
    status: statusWords,
    fillPercent: z
      .int()
      .min(0)
      .max(100)
      .nullable()
      .meta({ description: 'Whole per cent; null when unknown.' }),
    measuredAt: isoInstant
      .nullable()
      .meta({ description: 'When the level was measured; null when no level counts.' }),
    unknownSince: isoInstant
      .nullable()
      .meta({ description: 'When unknown: since when; null when nothing was ever known.' }),
    source: z.enum(['sensor', 'reports', 'both']).nullable(),
    fault: z
      .enum(FAULTS)
      .nullable()
      .meta({ description: 'Why the device could not measure, when that is its newest word.' }),
    emptiedAt: isoInstant.nullable(),
    nextEmptyingAt: isoInstant.nullable().meta({
      description: 'When its next planned emptying begins; null where nobody has planned any.',
    }),
    nextEmptyingUntil: isoInstant.nullable(),
  })
  .meta({ id: 'Container' })
export type ContainerAnswer = z.infer<typeof containerAnswer>

export const placeAnswer = z
  .strictObject({ lon: z.number(), lat: z.number() })
  .meta({ id: 'Place', description: 'WGS 84 degrees.' })

export const stationAnswer = z
  .strictObject({
    id: z.string().meta({ examples: ['1490-064'] }),
    municipalityCode: z.string(),
    externalAvsId: z.string(),
    name: z.string(),
    address: z.string().nullable(),
    areaId: z
      .string()
      .nullable()
      .meta({ description: 'The part of the town that it stands in, where the town is divided.' }),
    place: placeAnswer,
    url: z.url().meta({ description: 'The station’s page.' }),
    counts: z
      .strictObject({
        containers: z.int(),
        hasRoom: z.int(),
        nearlyFull: z.int(),
        full: z.int(),
        unknown: z.int(),
      })
      .meta({ description: 'How many containers are in each state.' }),
    containers: z.array(containerAnswer),
    distanceM: z.int().optional().meta({ description: 'Only when lat and lon were given.' }),
  })
  .meta({ id: 'Station' })
export type StationAnswer = z.infer<typeof stationAnswer>

type StatusOf = (container: ContainerId) => ContainerStatus

export function containerJson(
  container: Container,
  station: Station,
  status: ContainerStatus,
): ContainerAnswer {
  const type = fractionType(container.fraction)
  return {
    id: container.id,
    stationId: station.id,
    name: container.name,
    municipalityCode: station.municipalityCode,
    externalAvsId: station.externalId,
    fraction: container.fraction,
    fractionName: {
      sv: fractionName(container.fraction, 'sv'),
      en: fractionName(container.fraction, 'en'),
      fi: fractionName(container.fraction, 'fi'),
    },
    serviceType: type,
    serviceId: 100 + type,
    status: status.word,
    fillPercent: status.fillPercent === undefined ? null : Math.round(status.fillPercent),
    measuredAt: isoOrNull(status.measuredAt),
    unknownSince: isoOrNull(status.unknownSince),
    source: status.source ?? null,
    fault: status.fault ?? null,
    emptiedAt: isoOrNull(status.emptiedAt),
    nextEmptyingAt: isoOrNull(status.nextEmptying?.from),
    nextEmptyingUntil: isoOrNull(status.nextEmptying?.until),
  }
}

export function stationJson(
  station: Station,
  statusOf: StatusOf,
  publicUrl: string,
): StationAnswer {
  const containers = station.containers.map((c) => containerJson(c, station, statusOf(c.id)))
  const count = (word: ContainerAnswer['status']) =>
    containers.filter((c) => c.status === word).length
  return {
    id: station.id,
    municipalityCode: station.municipalityCode,
    externalAvsId: station.externalId,
    name: station.name,
    address: station.address ?? null,
    areaId: station.areaId ?? null,
    place: { lon: station.place.lon, lat: station.place.lat },
    url: `${publicUrl}/s/${station.id}`,
    counts: {
      containers: containers.length,
      hasRoom: count('has-room'),
      nearlyFull: count('nearly-full'),
      full: count('full'),
      unknown: count('unknown'),
    },
    containers,
  }
}

/** OpenStreetMap's keys for what a station takes; it doesn't tell clear glass from coloured. */
const OSM_KEYS: Record<Container['fraction'], string> = {
  paper: 'recycling:paper_packaging',
  plastic: 'recycling:plastic_packaging',
  metal: 'recycling:cans',
  'clear-glass': 'recycling:glass_bottles',
  'coloured-glass': 'recycling:glass_bottles',
  newspapers: 'recycling:newspaper',
  batteries: 'recycling:batteries',
  textiles: 'recycling:clothes',
}

export const stationFeature = z
  .strictObject({
    type: z.literal('Feature'),
    id: z.string(),
    geometry: z.strictObject({
      type: z.literal('Point'),
      coordinates: z.tuple([z.number(), z.number()]),
    }),
    properties: z.looseObject({
      ...stationAnswer.omit({ id: true, place: true, distanceM: true }).shape,
      amenity: z.literal('recycling'),
      recycling_type: z.literal('container'),
      ref: z.string(),
    }),
  })
  .meta({ id: 'StationFeature' })

/** A station as GeoJSON (RFC 7946), tagged the way OpenStreetMap tags recycling stations. */
export function stationFeatureJson(
  station: Station,
  statusOf: StatusOf,
  publicUrl: string,
): z.infer<typeof stationFeature> {
  const { id, place, ...rest } = stationJson(station, statusOf, publicUrl)
  const takes = Object.fromEntries(station.containers.map((c) => [OSM_KEYS[c.fraction], 'yes']))
  return {
    type: 'Feature',
    id,
    geometry: { type: 'Point', coordinates: [place.lon, place.lat] },
    properties: {
      ...rest,
      amenity: 'recycling',
      recycling_type: 'container',
      ref: station.externalId,
      ...takes,
    },
  }
}

export function placeOf(query: {
  lat?: number | undefined
  lon?: number | undefined
}): Place | undefined {
  return query.lat === undefined || query.lon === undefined
    ? undefined
    : { lat: query.lat, lon: query.lon }
}
