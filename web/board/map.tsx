/** A mirror of the lists, north up. It says nothing that they don't, so it is hidden from screen readers. */
import type { Place } from '#src/stations/station.ts'
import { allStops, type Day, lastPlaceOf, placeOf } from './day.ts'
import type { Look } from './look.ts'

const WIDTH = 400
const MARGIN = 18
/** With more stops numbers would hide one another. */
const MOST_NUMBERED = 60

/** In this order, so that roads cross rivers. */
const LAYERS = ['outline', 'water', 'river', 'road'] as const

interface Point {
  readonly x: number
  readonly y: number
}

export function DayMap(props: {
  readonly day: Day
  readonly look: Look
  readonly chosen: string | undefined
  readonly onChoose: (stop: string) => void
}) {
  const { day, look, chosen, onChoose } = props
  const stops = allStops(day)
  const homes = day.bikes.map(({ home }) => home)
  const drops = day.dropOffs.map(({ place }) => place)
  const { project, height, contains } = frameOf([
    ...homes,
    ...drops,
    ...stops.flatMap((stop) => placeOf(stop) ?? []),
  ])
  const isNumbered = stops.length <= MOST_NUMBERED
  return (
    <svg class="map" viewBox={`0 0 ${WIDTH} ${height}`} aria-hidden="true" focusable="false">
      <rect class="ground" width={WIDTH} height={height} rx="8" />
      {LAYERS.map((kind) => (
        <path key={kind} class={`b-${kind}`} d={drawn(look.facts.base, kind, project)} />
      ))}
      {look.facts.stations
        .filter(({ place }) => contains(place))
        .map(({ id, place }) => {
          const { x, y } = project(place)
          return <circle key={id} class="station" cx={x} cy={y} r="4" />
        })}
      {day.rounds.map((round, i) => {
        const home = day.bikes.find(({ id }) => id === round.bike)?.home
        const places = round.stops.flatMap((stop) => placeOf(stop) ?? [])
        const way =
          places.length === 0 ? [] : [...(home ? [home] : []), ...places, ...(home ? [home] : [])]
        const points = way.map(project).map(({ x, y }) => `${x},${y}`)
        return <polyline key={round.bike} class={`way bike-${i % 4}`} points={points.join(' ')} />
      })}
      {day.dropOffs.map(({ id, place }) => {
        const { x, y } = project(place)
        return <path key={id} class="drop" d={`M${x - 7} ${y - 7}h14v14h-14z`} />
      })}
      {[...day.rounds.entries()].flatMap(([i, round]) =>
        round.stops.flatMap((stop, at) => {
          const place = stop.kind === 'pickup' ? placeOf(stop) : undefined
          if (!place) return []
          const { x, y } = project(place)
          const isChosen = stop.id === chosen
          return (
            <g
              key={stop.id}
              class={`point bike-${i % 4} ${at < round.frozen ? 'over' : ''} ${isChosen ? 'chosen' : ''}`}
              onClick={() => onChoose(stop.id)}
            >
              <circle cx={x} cy={y} r={isChosen ? 12 : isNumbered ? 9 : 6} />
              {(isNumbered || isChosen) && (
                <text x={x} y={y + 3.5}>
                  {at + 1}
                </text>
              )}
            </g>
          )
        }),
      )}
      {day.rounds.flatMap((round, i) => {
        const place = lastPlaceOf(round)
        if (!place) return []
        const { x, y } = project(place)
        return <circle key={round.bike} class={`here bike-${i % 4}`} cx={x} cy={y} r="15" />
      })}
      {day.outside.flatMap((stop) => {
        const place = placeOf(stop)
        if (!place) return []
        const { x, y } = project(place)
        return (
          <path
            key={stop.id}
            class={`point outside ${stop.id === chosen ? 'chosen' : ''}`}
            d={`M${x} ${y - 9}l9 9-9 9-9-9z`}
            onClick={() => onChoose(stop.id)}
          />
        )
      })}
    </svg>
  )
}

function drawn(
  base: Look['facts']['base'],
  kind: (typeof LAYERS)[number],
  project: (place: Place) => Point,
): string {
  return base
    .filter((shape) => shape.kind === kind)
    .map(({ points, isArea }) => {
      const line = points.map(([lon, lat]) => project({ lat, lon })).map(({ x, y }) => `${x} ${y}`)
      return `M${line.join('L')}${isArea ? 'z' : ''}`
    })
    .join('')
}

/** Fits the places; a degree of longitude is shorter than one of latitude by the cosine of the latitude. */
function frameOf(places: readonly Place[]) {
  const lats = places.map(({ lat }) => lat)
  const lons = places.map(({ lon }) => lon)
  const [south, north] = [Math.min(...lats), Math.max(...lats)]
  const [west, east] = [Math.min(...lons), Math.max(...lons)]
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const spanX = Math.max((east - west) * squeeze, 1e-4)
  const spanY = Math.max(north - south, 1e-4)
  const scale = Math.min((WIDTH - 2 * MARGIN) / spanX, (1.3 * WIDTH) / spanY)
  const height = Math.max(160, Math.round(spanY * scale + 2 * MARGIN))
  const left = (WIDTH - spanX * scale) / 2
  const top = (height - spanY * scale) / 2
  return {
    height,
    project: ({ lat, lon }: Place): Point => ({
      x: Math.round(left + (lon - west) * squeeze * scale),
      y: Math.round(top + (north - lat) * scale),
    }),
    contains: ({ lat, lon }: Place) => lat >= south && lat <= north && lon >= west && lon <= east,
  }
}
