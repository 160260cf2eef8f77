/** What a station says when it is chosen, with the way to its page. */
import { Popup, type Map as Drawing, type PointLike } from 'maplibre-gl'
import type { MapStation, MapTerms } from '#src/wording/map-terms.ts'
import { STATIONS } from './map-style.ts'

/** Half the side of what a finger may hit, in pixels. */
const REACH = 16

export function openPopups(map: Drawing, { stations }: MapTerms): void {
  const canvas = map.getCanvas()
  const popup = new Popup({ offset: 14, maxWidth: '17rem' })

  const show = (station: MapStation | undefined) => {
    if (!station) return
    popup.setLngLat(station.place).setDOMContent(contentOf(station)).addTo(map)
  }
  /** Of those drawn around a point, the one nearest to it. */
  const stationAt = ({ x, y }: { x: number; y: number }): MapStation | undefined => {
    const box: [PointLike, PointLike] = [
      [x - REACH, y - REACH],
      [x + REACH, y + REACH],
    ]
    return nearest(
      map
        .queryRenderedFeatures(box, { layers: [STATIONS] })
        .map(({ properties }) => stations[Number(properties['index'])]!),
      { x, y },
    )
  }
  const nearest = (among: readonly MapStation[], { x, y }: { x: number; y: number }) => {
    const away = ({ place }: MapStation) => {
      const point = map.project(place)
      return Math.hypot(point.x - x, point.y - y)
    }
    return among.toSorted((a, b) => away(a) - away(b))[0]
  }

  map.on('click', ({ point }) => {
    show(stationAt(point))
  })
  map.on('mousemove', ({ point }) => {
    canvas.classList.toggle('at-station', stationAt(point) !== undefined)
  })
  canvas.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') {
      show(nearest(stations, { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 }))
    }
  })
  map.getContainer().addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') popup.remove()
  })
  popup.on('close', () => {
    // What had the focus may just have gone with the popup.
    if (document.activeElement === document.body || !document.activeElement) canvas.focus()
  })
}

function contentOf({ name, address, path, word, state }: MapStation): HTMLElement {
  const content = document.createElement('div')
  const link = document.createElement('a')
  link.className = 'name'
  link.href = path
  link.textContent = name
  const pill = document.createElement('span')
  pill.className = `pill s-${word}`
  const shape = document.createElement('span')
  shape.className = 'shape'
  shape.ariaHidden = 'true'
  pill.append(shape, state)
  content.append(link)
  if (address !== undefined) {
    const where = document.createElement('span')
    where.className = 'where'
    where.textContent = address
    content.append(where)
  }
  content.append(pill)
  return content
}
