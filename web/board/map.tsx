/** A mirror of the lists, north up. It says nothing that they don't, so it is hidden from screen readers. */
import { flatProjection } from '#src/stations/flat-projection.ts'
import type { Place } from '#src/stations/station.ts'
import { allStops, type Day, lastPlaceOf, placeOf } from './day.ts'
import type { Look } from './look.ts'

const WIDTH = 400
const MARGIN = 18
const FRAME = {
  most: { width: WIDTH - 2 * MARGIN, height: 1.3 * WIDTH },
  least: { width: WIDTH, height: 160 },
  margin: MARGIN,
  leastSpan: 1e-4,
}
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
  /** A place that is being looked for, by a press on the map. */
  readonly picked?: Place | undefined
  readonly onPick?: (place: Place) => void
}) {
  const { day, look, chosen, onChoose, picked, onPick } = props
  const stops = allStops(day)
  const homes = day.bikes.map(({ home }) => home)
  const drops = day.dropOffs.map(({ place }) => place)
  const { x, y, height, placeAt, contains } = flatProjection(
    [...homes, ...drops, ...stops.flatMap((stop) => placeOf(stop) ?? [])],
    FRAME,
  )
  const project = ({ lat, lon }: Place): Point => ({ x: Math.round(x(lon)), y: Math.round(y(lat)) })
  const isNumbered = stops.length <= MOST_NUMBERED
  const onClick = (event: MouseEvent) => {
    const svg = event.currentTarget as SVGSVGElement
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      svg.getScreenCTM()!.inverse(),
    )
    onPick?.(placeAt(x, y))
  }
  return (
    <svg
      class={`map ${onPick ? 'picking' : ''}`}
      viewBox={`0 0 ${WIDTH} ${height}`}
      aria-hidden="true"
      focusable="false"
      onClick={onPick && onClick}
    >
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
      {picked && <Cross at={project(picked)} />}
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

function Cross({ at: { x, y } }: { readonly at: Point }) {
  return <path class="picked" d={`M${x - 9} ${y}h18M${x} ${y - 9}v18`} />
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
