/** The map itself, put over the picture once it can be seen. */
import { addProtocol, Map as Drawing, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { MapTerms, MapWords } from '#src/wording/map-terms.ts'
import { drawMark } from './marks.ts'
import './map.css'
import { boundsOf, mapStyle, STATIONS, TILES, type VectorGround } from './map-style.ts'
import { openPopups } from './popups.ts'

/** Over a bad line a worker may take long; then the picture is better than waiting. */
const WAIT_MS = 20_000
const ROOM = 36

/**
 * Gives what takes the map away again. Rejects when it can't be drawn, and leaves the picture as it was.
 * `say` is told when only its background can't be had.
 */
export async function drawMap(
  place: HTMLElement,
  terms: MapTerms,
  say: (words: string) => void,
): Promise<() => void> {
  setWorkerUrl(workerUrl)
  const { words, source } = terms
  const container = document.createElement('div')
  container.className = 'open-map'
  place.append(container)
  const bounds = boundsOf(terms)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  let map: Drawing | undefined
  let vector: VectorGround | undefined
  const recolour = () => map?.setStyle(mapStyle(terms, vector), { diff: false })
  const remove = () => {
    dark.removeEventListener('change', recolour)
    place.classList.remove('has-map')
    map?.remove()
    container.remove()
  }
  try {
    if (source?.vectorUrl !== undefined) {
      vector = await import('./vector-ground.ts')
      addProtocol('pmtiles', vector.openSquares())
    }
    map = new Drawing({
      container,
      bounds,
      fitBoundsOptions: { padding: ROOM },
      maxBounds: boundsOf(terms, 1),
      maxZoom: 18,
      style: mapStyle(terms, vector),
      // The residents' map is north up and flat, as the picture is.
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      fadeDuration: 0,
      locale: { 'Map.Title': words.title, 'Popup.Close': words.closePopup },
      // The host may ask who shows its pictures; which page it was is nobody’s business.
      transformRequest: (url) => ({ url, referrerPolicy: 'strict-origin' }),
    })
    map.touchZoomRotate.disableRotation()
    map.keyboard.disableRotation()
    map.setMissingStyleImageResolver((id) => {
      const mark = drawMark(id)
      if (mark) map?.addImage(id, mark, { pixelRatio: 2 })
    })
    await untilSeen(map, () => say(words.noTiles))
  } catch (error) {
    remove()
    throw error
  }
  dark.addEventListener('change', recolour)
  openPopups(map, terms)
  container.append(controls(map, words, () => map.fitBounds(bounds, { padding: ROOM })))
  if (source?.raster) container.append(credit(source.raster.attribution))
  if (vector) container.append(credit(linkTo(vector.CREDIT)))
  place.classList.add('has-map')
  map.resize()
  map.fitBounds(bounds, { padding: ROOM, animate: false })
  return remove
}

/** Until the stations are there. Pictures that don't come are told of once; anything else that fails is the end. */
function untilSeen(map: Drawing, onNoTiles: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let isTold = false
  const timer = setTimeout(() => {
    reject(new Error(`nothing to see after ${WAIT_MS / 1000} s`))
  }, WAIT_MS)
  map.on('sourcedata', (event) => {
    if (event.sourceId === STATIONS && event.isSourceLoaded) resolve()
  })
  map.on('error', (event) => {
    if (!('sourceId' in event) || event.sourceId !== TILES) {
      reject(event.error)
    } else if (!isTold) {
      isTold = true
      onNoTiles()
    }
  })
  return promise.finally(() => {
    clearTimeout(timer)
  })
}

function controls(map: Drawing, words: MapWords, showWhole: () => void): HTMLElement {
  const box = document.createElement('div')
  box.className = 'map-controls'
  const add = (sign: string, word: string, onClick: () => void) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = sign
    button.ariaLabel = word
    button.title = word
    button.addEventListener('click', onClick)
    box.append(button)
  }
  add('+', words.zoomIn, () => void map.zoomIn())
  add('−', words.zoomOut, () => void map.zoomOut())
  add('⤢', words.whole, showWhole)
  return box
}

function credit(whose: string | HTMLElement): HTMLElement {
  const line = document.createElement('p')
  line.className = 'map-credit'
  line.append(whose)
  return line
}

function linkTo({ words, url }: { readonly words: string; readonly url: string }): HTMLElement {
  const link = document.createElement('a')
  link.href = url
  link.textContent = words
  return link
}
