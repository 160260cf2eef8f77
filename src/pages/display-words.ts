/** What a screen at a station says, in each language: short, since it is read from afar. */
import type { Language } from '#src/stations/fraction.ts'

export interface DisplayWords {
  readonly title: (station: string) => string
  /** Where to go instead; `way` is a word of `ways`. The name is last, since a long one is cut off. */
  readonly roomAt: (station: string, distance: string, way: string) => string
  /** The eight points of the compass from north on, as ways to go. */
  readonly ways: readonly string[]
  readonly nowhere: string
  readonly someFull: (full: number, boxes: number) => string
  readonly scan: string
  readonly saidLast: string
  /** What the screen shows when it can't reach the service; the clock of the last picture. */
  readonly cutOff: (clock: string) => string
}

export const DISPLAY_WORDS: Readonly<Record<Language, DisplayWords>> = {
  sv: {
    title: (station) => `${station}, skärm`,
    roomAt: (station, distance, way) => `Plats finns ${distance} åt ${way}: ${station}`,
    ways: ['norr', 'nordost', 'öster', 'sydost', 'söder', 'sydväst', 'väster', 'nordväst'],
    nowhere: 'Ingen annan station har känd plats',
    someFull: (full, boxes) => `${full} av ${boxes} behållare fulla`,
    scan: 'Läs mer och säg till med mobilen',
    saidLast: 'Senast sagt',
    cutOff: (clock) => `Skärmen når inte tjänsten. Uppgifterna är från ${clock}.`,
  },
  en: {
    title: (station) => `${station}, display`,
    roomAt: (station, distance, way) => `Room ${distance} to the ${way}: ${station}`,
    ways: [
      'north',
      'north-east',
      'east',
      'south-east',
      'south',
      'south-west',
      'west',
      'north-west',
    ],
    nowhere: 'No other station is known to have room',
    someFull: (full, boxes) => `${full} of ${boxes} containers full`,
    scan: 'Read more and report with your phone',
    saidLast: 'Latest post',
    cutOff: (clock) => `This screen can’t reach the service. The figures are from ${clock}.`,
  },
  fi: {
    title: (station) => `${station}, näyttö`,
    roomAt: (station, distance, way) => `Tilaa ${distance} ${way}: ${station}`,
    ways: [
      'pohjoiseen',
      'koilliseen',
      'itään',
      'kaakkoon',
      'etelään',
      'lounaaseen',
      'länteen',
      'luoteeseen',
    ],
    nowhere: 'Tilaa ei ole tiedossa muualla',
    someFull: (full, boxes) => `Täynnä: ${full}/${boxes} astiaa`,
    scan: 'Lue lisää ja ilmoita puhelimella',
    saidLast: 'Viimeksi kerrottu',
    cutOff: (clock) => `Näyttö ei saa yhteyttä palveluun. Tiedot ovat klo ${clock}.`,
  },
}
