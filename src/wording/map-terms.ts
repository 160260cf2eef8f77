/** All that the map which residents open is drawn from, in their language. */
import type { MapBase } from '#src/stations/map-base.ts'
import type { RasterTiles } from '#src/stations/map-source.ts'
import type { Place } from '#src/stations/station.ts'
import type { StatusWord } from './status-text.ts'

export interface MapTerms {
  readonly stations: readonly MapStation[]
  /** Of all the town's stations, shown or not. */
  readonly bounds: { readonly southWest: Place; readonly northEast: Place }
  readonly base: MapBase
  readonly source?: {
    readonly raster?: RasterTiles
    /** Where the town's archive of vector squares is. */
    readonly vectorUrl?: string
  }
  readonly words: MapWords
}

export interface MapStation {
  readonly name: string
  readonly address?: string
  readonly place: Place
  /** Where its page is. */
  readonly path: string
  readonly word: StatusWord
  /** How it stands there, in words. */
  readonly state: string
}

export interface MapWords {
  /** What the map is to who can’t see it, and its keys. */
  readonly title: string
  readonly zoomIn: string
  readonly zoomOut: string
  readonly whole: string
  readonly closePopup: string
  readonly noTiles: string
}
