/** The map that a resident opens by a tap. Nothing of it is fetched before; the picture and the list say the same. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { LANGUAGES, languageRoot, parseFraction, type Fraction } from '#src/stations/fraction.ts'
import { tileOrigin, type MapSource } from '#src/stations/map-source.ts'
import type { Place } from '#src/stations/station.ts'
import type { MapTerms } from '#src/wording/map-terms.ts'
import { html, type Html } from './html.ts'
import { pauseToggle } from './layout.ts'
import { MAP_ARCHIVE_PATH } from './map-archive-route.ts'
import { MAP_WORDS } from './map-words.ts'
import { textsOf } from './query-texts.ts'
import { link, type PageTools, type View } from './site.ts'
import { stateText, wordOf } from './station-state.ts'

const PATH = '/map.json'

/** The picture, and a button that `web/map` shows where the browser can draw the map in its place. */
export function pictureWithMap(
  view: View,
  picture: Html,
  fraction: Fraction | undefined,
  script: Html,
): Html {
  const words = MAP_WORDS[view.language]
  const { mapSource, demo } = view
  const path = link(view, fraction === undefined ? PATH : `${PATH}?fraction=${fraction}`)
  // A page that comes again by itself would close the map, so a demo is paused first.
  const pause = demo && !demo.paused ? pauseToggle(view, demo) : undefined
  return html`<div
      id="map-place"
      data-terms="${path}"
      data-close="${words.close}"
      data-loading="${words.loading}"
      data-opened="${words.opened}"
      data-failed="${words.failed}"
      ${pause !== undefined && html`data-pause="${pause}"`}
    >
      ${picture}
    </div>
    <div id="map-offer" hidden>
      <button id="open-map" class="quiet" type="button">${words.open}</button>
      ${
        mapSource?.raster &&
        html`<p class="small">
          ${words.tilesFrom(new URL(tileOrigin(mapSource.raster.url)).host)}
        </p>`
      }
    </div>
    <p id="map-said" class="news small" role="status"></p>
    ${script}`
}

/** What the map is drawn from, in each language. */
export function registerMapTerms(app: FastifyInstance, tools: PageTools, maxAge: number): void {
  for (const language of LANGUAGES) {
    app.get(languageRoot(language) + PATH, (request, reply) => {
      const fraction = parseFraction(textsOf(request.query)['fraction'] ?? '')
      return reply
        .header('cache-control', `public, max-age=${maxAge}`)
        .send(mapTerms(tools.viewFor(request, language), fraction))
    })
  }
}

function mapTerms(view: View, fraction: Fraction | undefined): MapTerms {
  const { title, zoomIn, zoomOut, whole, closePopup, noTiles } = MAP_WORDS[view.language]
  const all = view.town.town.stations
  return {
    stations: all
      .filter((s) => fraction === undefined || s.containers.some((c) => c.fraction === fraction))
      .map((station) => ({
        name: station.name,
        ...(station.address !== undefined && { address: station.address }),
        place: station.place,
        path: link(view, `/s/${station.id}`),
        word: wordOf(view, station, fraction),
        state: stateText(view, station, fraction),
      })),
    bounds: boundsOf(all.map(({ place }) => place)),
    base: view.mapBase ?? [],
    ...(view.mapSource && { source: sourceOf(view.mapSource) }),
    words: { title, zoomIn, zoomOut, whole, closePopup, noTiles },
  }
}

/** Browsers learn the archive's address, and not where it lies. */
function sourceOf({ raster, pmtiles }: MapSource): NonNullable<MapTerms['source']> {
  return {
    ...(raster && { raster }),
    ...(pmtiles !== undefined && { vectorUrl: MAP_ARCHIVE_PATH }),
  }
}

function boundsOf(places: readonly Place[]): MapTerms['bounds'] {
  const [lats, lons] = [places.map(({ lat }) => lat), places.map(({ lon }) => lon)]
  return {
    southWest: { lat: Math.min(...lats), lon: Math.min(...lons) },
    northEast: { lat: Math.max(...lats), lon: Math.max(...lons) },
  }
}

/** Lets the page fetch the pictures that the town has chosen, from that host and from no other. */
export function allowTiles(reply: FastifyReply, source: MapSource | undefined): void {
  if (!source?.raster) return
  const policy = String(reply.getHeader('content-security-policy') ?? '')
  const origin = tileOrigin(source.raster.url)
  void reply.header(
    'content-security-policy',
    `${policy}; img-src 'self' ${origin}; connect-src 'self' ${origin}`,
  )
}
