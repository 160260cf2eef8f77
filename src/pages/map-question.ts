/**
 * A map to point at in the question where. The press of a form's picture tells the point, so it works
 * without script; each press comes nearer. Whoever doesn't point writes the position.
 */
import type { Terms } from '#src/pickups/booking/booking.ts'
import { flatProjection } from '#src/stations/flat-projection.ts'
import type { MapBase } from '#src/stations/map-base.ts'
import type { ListedAddress } from '#src/stations/return-bike.ts'
import type { Place } from '#src/stations/station.ts'
import { escapeMarkup } from '#src/wording/escape-markup.ts'
import { baseNear } from './base-near.ts'
import { readPosition } from './book-input.ts'
import type { BookWords } from './book-words.ts'
import { html, trusted, type Html } from './html.ts'
import type { View } from './site.ts'
import { drawBase } from './town-map.ts'

/** In pixels of the page, whatever the screen: a press is told in them. Fits a page at 320. */
const SIDE = 280
const DEGREE_M = 111_320
/** So much nearer with each press, down to where a house is a few pixels wide. */
const NEARER = 4
const LEAST_SPAN_M = 800
const MOST_SPAN_M = 100_000
const MOST_NAMES = 6
const MOST_HOUSES = 150

/** A square piece of the town. */
interface Piece {
  readonly centre: Place
  readonly spanM: number
}

/** Stands in a form that was sent to move the map, and in no page: there the eye goes to the map. */
export const POINTED = 'pointed'

/** The form with what was pointed at; undefined where it was sent to be answered. */
export function pointedAt(
  form: URLSearchParams,
  view: Pick<View, 'town'>,
  terms: Terms,
): URLSearchParams | undefined {
  const shown = new URLSearchParams(form)
  for (const name of ['map', 'map-whole', 'at.x', 'at.y']) shown.delete(name)
  shown.set(POINTED, 'yes')
  if (form.has('map-whole')) {
    shown.set('map', write(wholeOf(view, terms)))
    return shown
  }
  const [x, y] = [Number(form.get('at.x')), Number(form.get('at.y'))]
  // Sent by the Enter key the picture has no point: then the form is meant.
  const isPoint = x >= 0 && y >= 0 && x + y > 0 && x <= SIDE && y <= SIDE
  if (!isPoint) return undefined
  const piece = pieceIn(form, view, terms)
  const { south, north, west, east } = edgesOf(piece)
  const centre = {
    lat: rounded(north - (y / SIDE) * (north - south)),
    lon: rounded(west + (x / SIDE) * (east - west)),
  }
  const spanM = Math.min(piece.spanM, Math.max(LEAST_SPAN_M, piece.spanM / NEARER))
  shown.set('position', `${centre.lat}, ${centre.lon}`)
  shown.set('map', write({ centre, spanM }))
  return shown
}

/** The map as it was last pointed at, with a pin where the position is. */
export function mapToPoint(
  view: View,
  terms: Terms,
  form: URLSearchParams,
  words: BookWords,
): Html {
  const piece = pieceIn(form, view, terms)
  const position = readPosition(form.get('position') ?? '')
  const pin = position === 'faulty' ? undefined : position
  const isWhole = piece.spanM >= wholeOf(view, terms).spanM
  return html`<p tabindex="-1" ${form.has(POINTED) && html`autofocus`}>
      ${pin ? words.pointAgain : words.point}
    </p>
    <div class="point">
      ${drawing(view, terms, piece, pin)}
      <input
        type="image"
        name="at"
        src="/favicon.svg"
        width="${SIDE}"
        height="${SIDE}"
        alt="${words.point}"
        formnovalidate
        tabindex="-1"
        aria-hidden="true"
      />
    </div>
    <input type="hidden" name="map" value="${write(piece)}" />
    ${
      !isWhole &&
      html`<p>
        <button class="quiet" name="map-whole" value="yes">${words.pointWhole}</button>
      </p>`
    }`
}

/** What is shown: what the form says, else about the position, else the whole. */
function pieceIn(form: URLSearchParams, view: Pick<View, 'town'>, terms: Terms): Piece {
  const written = /^(-?\d{1,2}\.?\d*) (-?\d{1,3}\.?\d*) (\d{3,6})$/.exec(form.get('map') ?? '')
  if (written) {
    const [lat, lon, spanM] = written.slice(1).map(Number) as [number, number, number]
    const isPlace = Math.abs(lat) <= 85 && Math.abs(lon) <= 180
    if (isPlace && spanM >= LEAST_SPAN_M && spanM <= MOST_SPAN_M) {
      return { centre: { lat, lon }, spanM }
    }
  }
  const position = readPosition(form.get('position') ?? '')
  if (position !== undefined && position !== 'faulty') {
    return { centre: position, spanM: LEAST_SPAN_M }
  }
  return wholeOf(view, terms)
}

function write({ centre, spanM }: Piece): string {
  return `${centre.lat} ${centre.lon} ${Math.round(spanM)}`
}

/** Where the bike comes: its districts, or else the whole town. */
function wholeOf({ town }: Pick<View, 'town'>, { bike }: Terms): Piece {
  const outlines = (bike.districts ?? []).flatMap(({ outline }) => outline)
  const places =
    outlines.length > 0
      ? outlines
      : [...bike.dropOffs, ...town.town.stations].map(({ place }) => place)
  const lats = places.map(({ lat }) => lat)
  const lons = places.map(({ lon }) => lon)
  const [south, north] = [Math.min(...lats), Math.max(...lats)]
  const [west, east] = [Math.min(...lons), Math.max(...lons)]
  const lat = rounded((south + north) / 2)
  const wide = Math.max(north - south, (east - west) * Math.cos((lat * Math.PI) / 180))
  const spanM = Math.min(MOST_SPAN_M, Math.max(LEAST_SPAN_M, wide * DEGREE_M * 1.1))
  return { centre: { lat, lon: rounded((west + east) / 2) }, spanM: Math.round(spanM) }
}

function edgesOf({ centre, spanM }: Piece) {
  const halfLat = spanM / DEGREE_M / 2
  const halfLon = halfLat / Math.cos((centre.lat * Math.PI) / 180)
  return {
    south: centre.lat - halfLat,
    north: centre.lat + halfLat,
    west: centre.lon - halfLon,
    east: centre.lon + halfLon,
  }
}

function drawing(view: View, { bike }: Terms, piece: Piece, pin: Place | undefined): Html {
  const { south, north, west, east } = edgesOf(piece)
  const corners = [
    { lat: south, lon: west },
    { lat: north, lon: east },
  ]
  const square = { width: SIDE, height: SIDE }
  const flat = flatProjection(corners, { most: square, least: square, margin: 0, leastSpan: 1e-9 })
  const at = ({ lat, lon }: Place) => [Math.round(flat.x(lon)), Math.round(flat.y(lat))] as const
  const districts: MapBase = (bike.districts ?? []).map(({ outline }) => ({
    kind: 'outline',
    isArea: true,
    points: outline.map(({ lat, lon }) => [lon, lat] as const),
  }))
  const under = drawBase([...baseNear(view.mapBase ?? [], corners), ...districts], flat)
  const near = view.town.town.stations.filter(({ place }) => flat.contains(place))
  const marks = near.map(({ name, place }) => {
    const [x, y] = at(place)
    const isLeft = x > SIDE / 2
    const label = `<text x="${isLeft ? x - 8 : x + 8}" y="${y + 4}"${isLeft ? ' text-anchor="end"' : ''}>${escapeMarkup(name)}</text>`
    return `<circle class="m-has-room" cx="${x}" cy="${y}" r="5"/>${near.length <= MOST_NAMES ? label : ''}`
  })
  const houses = (bike.addresses ?? []).filter(({ place }) => flat.contains(place))
  const dots = houses.slice(0, MOST_HOUSES).map(({ place }) => `M${at(place).join(' ')}h1v1h-1z`)
  const streets = streetsAmong(houses).map(({ street, places }) => {
    const [x, y] = at(places[Math.floor(places.length / 2)]!)
    return `<text x="${x}" y="${y - 5}" text-anchor="middle">${escapeMarkup(street)}</text>`
  })
  const known = `<path class="b-road" d="${dots.join('')}"/>${streets.join('')}`
  const [x, y] = pin ? at(pin) : []
  const pinned = pin ? `<path class="m-full" d="M${x} ${y}l-8-14a9 9 0 1 1 16 0z"/>` : ''
  return trusted(
    `<svg viewBox="0 0 ${SIDE} ${SIDE}" width="${SIDE}" height="${SIDE}" aria-hidden="true" focusable="false"><rect class="ground" width="${SIDE}" height="${SIDE}"/>${under}${known}${marks.join('')}${pinned}</svg>`,
  )
}

/** The streets with most of the houses, by the names of their addresses. */
function streetsAmong(houses: readonly ListedAddress[]) {
  const streets = Map.groupBy(houses, ({ address }) => address.replace(/\s+\d.*$/, ''))
  return [...streets]
    .map(([street, listed]) => ({ street, places: listed.map(({ place }) => place) }))
    .toSorted((a, b) => b.places.length - a.places.length)
    .slice(0, MOST_NAMES)
}

/** About ten centimetres. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6
}
