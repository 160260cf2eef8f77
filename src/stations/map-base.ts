/** What lies under the stations on the town's map: water and roads, from a GeoJSON file (RFC 7946) of the town's. */
import { z } from 'zod'

export const BASE_KINDS = ['outline', 'water', 'river', 'road'] as const
export type BaseKind = (typeof BASE_KINDS)[number]

export interface BaseShape {
  readonly kind: BaseKind
  /** A closed area, or a line. */
  readonly isArea: boolean
  /** Longitude and latitude, as GeoJSON has them. */
  readonly points: readonly (readonly [lon: number, lat: number])[]
}

export type MapBase = readonly BaseShape[]

export type ParsedMapBase =
  | { readonly kind: 'ok'; readonly base: MapBase }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] }

/** More than this would make every visitor of the list wait. */
export const MOST_BASE_BYTES = 500_000

const position = z
  .tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)], {
    error: 'longitude and latitude in degrees',
  })
  .rest(z.number())
const line = z.array(position, { error: 'a list of positions' })
const geometry = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('LineString'), coordinates: line }),
    z.object({ type: z.literal('MultiLineString'), coordinates: z.array(line) }),
    z.object({ type: z.literal('Polygon'), coordinates: z.array(line) }),
    z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(line)) }),
  ],
  { error: 'a LineString, a Polygon, or several of them' },
)
const collection = z.object({
  type: z.literal('FeatureCollection', { error: 'a FeatureCollection' }),
  features: z.array(
    z.object({
      properties: z.object({
        kind: z.enum(BASE_KINDS, { error: `one of ${BASE_KINDS.join(', ')}` }),
      }),
      geometry,
    }),
    { error: 'a list of features' },
  ),
})

/** Every fault at once, each as `file  field: what was expected`. */
export function parseMapBase(text: string, file: string): ParsedMapBase {
  const faulty = (...faults: readonly string[]): ParsedMapBase => ({ kind: 'faulty', faults })
  if (text.length > MOST_BASE_BYTES) {
    return faulty(`${file}: expected at most ${MOST_BASE_BYTES / 1000} kB; simplify its lines`)
  }
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return faulty(`${file}: expected JSON`)
  }
  const parsed = collection.safeParse(read)
  if (!parsed.success) {
    return faulty(
      ...parsed.error.issues.map(
        ({ path, message }) => `${file}  ${path.join('.')}: expected ${message}`,
      ),
    )
  }
  return { kind: 'ok', base: parsed.data.features.flatMap(shapesOf) }
}

type Feature = z.output<typeof collection>['features'][number]

function shapesOf({ properties: { kind }, geometry }: Feature): readonly BaseShape[] {
  const shape = (isArea: boolean) => (points: z.output<typeof line>) => ({
    kind,
    isArea,
    points: points.map(([lon, lat]) => [lon, lat] as const),
  })
  switch (geometry.type) {
    case 'LineString':
      return [shape(false)(geometry.coordinates)]
    case 'MultiLineString':
      return geometry.coordinates.map(shape(false))
    case 'Polygon':
      return geometry.coordinates.map(shape(true))
    case 'MultiPolygon':
      return geometry.coordinates.flat().map(shape(true))
  }
}
