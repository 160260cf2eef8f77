/** What the town's actors on the fediverse say of themselves. Plain text; who shows it escapes it. */
import type { Language } from '#src/stations/fraction.ts'

export interface FediverseWords {
  readonly stationName: (station: string) => string
  /** What the account is, who runs it, and that nobody reads what is written to it. */
  readonly summary: (what: {
    readonly station?: string
    readonly town: string
    readonly operator?: string
  }) => string
  /** The pinned note: how to tell that something is wrong. */
  readonly howToReport: string
  /** Links: to the place as it now is, and to a post's reasons. */
  readonly now: string
  readonly why: string
  readonly runBy: string
  /** One word for a hashtag, with the town's name behind it. */
  readonly hashtag: string
}

export const FEDIVERSE_WORDS: Readonly<Record<Language, FediverseWords>> = {
  sv: {
    stationName: (station) => `ÅVS ${station}`,
    summary: ({ station, town, operator }) =>
      `${station === undefined ? `Återvinningsstationerna i ${town} berättar` : `Återvinningsstationen ${station} i ${town} berättar`} när något är fullt och när det finns plats igen. Automatiskt konto${operator === undefined ? '' : `, drivs av ${operator}`}. Svar läses inte här.`,
    howToReport:
      'Är något fullt, skräpigt eller trasigt? Skanna koden på behållaren eller säg det på stationens sida; inget konto behövs.',
    now: 'Läget nu',
    why: 'Varför, och läget nu',
    runBy: 'Drivs av',
    hashtag: 'ÅVS',
  },
  en: {
    stationName: (station) => `${station} recycling station`,
    summary: ({ station, town, operator }) =>
      `${station === undefined ? `The recycling stations in ${town} tell` : `The recycling station ${station} in ${town} tells`} when something is full and when there is room again. Automated account${operator === undefined ? '' : `, run by ${operator}`}. Replies aren’t read here.`,
    howToReport:
      'Is something full, littered or broken? Scan the code on the container or say so on the station’s page; no account is needed.',
    now: 'How it is now',
    why: 'Why, and how it is now',
    runBy: 'Run by',
    hashtag: 'Recycling',
  },
  fi: {
    stationName: (station) => `Kierrätyspiste ${station}`,
    summary: ({ station, town, operator }) =>
      `${station === undefined ? `Kierrätyspisteet (${town}) kertovat` : `Kierrätyspiste ${station} (${town}) kertoo`}, kun jokin on täynnä ja kun tilaa on taas. Automaattinen tili${operator === undefined ? '' : `, ylläpitäjä ${operator}`}. Vastauksia ei lueta täällä.`,
    howToReport:
      'Onko jokin täynnä, roskaista tai rikki? Skannaa astian koodi tai kerro kierrätyspisteen sivulla; tiliä ei tarvita.',
    now: 'Tilanne nyt',
    why: 'Miksi, ja tilanne nyt',
    runBy: 'Ylläpitäjä',
    hashtag: 'Kierrätys',
  },
}
