/** What a card says, in each language: on the picture as short as can be, in its description in full. Pure. */
import type { Language } from '#src/stations/fraction.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { capital } from '../capital.ts'
import { dottedClock } from '../finnish-clock.ts'
import { clockText } from '../wall-clock.ts'
import type { CardContainer, CardCounts } from './card-facts.ts'

type Word = CardContainer['word']

export interface CardWords {
  readonly stationIn: (town: string) => string
  readonly clock: (at: EpochMs, timeZone: string) => string
  readonly source: Readonly<Record<NonNullable<CardContainer['source']>, string>>
  /** Of all that stands at the station. */
  readonly lead: (n: CardCounts) => string
  /** Of several boxes of a fraction. */
  readonly row: (n: CardCounts) => string
  /** `1 full`, `2 fulla`; in a description. */
  readonly counted: Readonly<Record<Word, (n: number) => string>>
  readonly percent: (percents: string) => string
}

function sum(n: CardCounts): number {
  return n.full + n['nearly-full'] + n['has-room'] + n.unknown
}

/** `1 full`, `2 fulla`. */
const number = (one: string, many: string) => (n: number) => `${n} ${n === 1 ? one : many}`

const sv: CardWords = {
  stationIn: (town) => `Återvinningsstation, ${town}`,
  clock: clockText,
  source: {
    sensor: 'enligt givare',
    reports: 'enligt besökare',
    both: 'enligt givare och besökare',
  },
  lead(n) {
    const all = sum(n)
    if (all === 0) return 'Här står inga behållare.'
    if (n.unknown === all) return 'Just nu vet vi inte hur fullt det är.'
    if (all > 1 && n.full === all) {
      return all === 2 ? 'Båda behållarna är fulla.' : `Alla ${all} behållare är fulla.`
    }
    if (all > 1 && n['has-room'] === all) {
      return `Det finns plats i ${all === 2 ? 'båda behållarna' : `alla ${all} behållare`}.`
    }
    if (all === 1) {
      if (n.full === 1) return 'Behållaren är full.'
      return n['nearly-full'] === 1 ? 'Behållaren är nästan full.' : 'Det finns plats i behållaren.'
    }
    return `${sentence([
      n.full > 0 && `${n.full} av ${all} behållare är ${n.full === 1 ? 'full' : 'fulla'}`,
      n.full === 0 && 'Ingen behållare är full',
      n['nearly-full'] > 0 && number('nästan full', 'nästan fulla')(n['nearly-full']),
      n.unknown > 0 && number('okänd', 'okända')(n.unknown),
    ])}.`
  },
  row(n) {
    const all = sum(n)
    const every = all === 2 ? 'båda' : `alla ${all}`
    if (n.full === all) return `${capital(every)} fulla`
    if (n.full > 0) return `${n.full} av ${all} ${n.full === 1 ? 'full' : 'fulla'}`
    const nearly = n['nearly-full']
    if (nearly > 0) return `${nearly} av ${all} nästan ${nearly === 1 ? 'full' : 'fulla'}`
    if (n.unknown === all) return `${capital(every)} okända`
    return `Plats i ${n['has-room'] === all ? every : `${n['has-room']} av ${all}`}`
  },
  counted: {
    full: number('full', 'fulla'),
    'nearly-full': number('nästan full', 'nästan fulla'),
    'has-room': (n) => `${n} med plats`,
    unknown: number('okänd', 'okända'),
  },
  percent: (percents) => `${percents} procent`,
}

const en: CardWords = {
  stationIn: (town) => `Recycling station, ${town}`,
  clock: clockText,
  source: {
    sensor: 'according to sensors',
    reports: 'according to visitors',
    both: 'according to sensors and visitors',
  },
  lead(n) {
    const all = sum(n)
    if (all === 0) return 'There are no containers here.'
    if (n.unknown === all) return 'Right now we don’t know how full it is.'
    const every = all === 2 ? 'Both' : `All ${all}`
    if (all > 1 && n.full === all) return `${every} containers are full.`
    if (all > 1 && n['has-room'] === all) return `${every} containers have room.`
    if (all === 1) {
      if (n.full === 1) return 'The container is full.'
      return n['nearly-full'] === 1 ? 'The container is nearly full.' : 'The container has room.'
    }
    return `${sentence([
      n.full > 0 && `${n.full} of ${all} containers ${n.full === 1 ? 'is' : 'are'} full`,
      n.full === 0 && 'No container is full',
      n['nearly-full'] > 0 && `${n['nearly-full']} nearly full`,
      n.unknown > 0 && `${n.unknown} unknown`,
    ])}.`
  },
  row(n) {
    const all = sum(n)
    const every = all === 2 ? 'both' : `all ${all}`
    if (n.full === all) return `${capital(every)} full`
    if (n.full > 0) return `${n.full} of ${all} full`
    if (n['nearly-full'] > 0) return `${n['nearly-full']} of ${all} nearly full`
    if (n.unknown === all) return `${capital(every)} unknown`
    return `Room in ${n['has-room'] === all ? every : `${n['has-room']} of ${all}`}`
  },
  counted: {
    full: (n) => `${n} full`,
    'nearly-full': (n) => `${n} nearly full`,
    'has-room': (n) => `${n} with room`,
    unknown: (n) => `${n} unknown`,
  },
  percent: (percents) => `${percents} per cent`,
}

const fi: CardWords = {
  stationIn: (town) => `Kierrätyspiste, ${town}`,
  clock: (at, timeZone) => `klo ${dottedClock(at, timeZone)}`,
  source: {
    sensor: 'anturien mukaan',
    reports: 'kävijöiden mukaan',
    both: 'anturien ja kävijöiden mukaan',
  },
  lead(n) {
    const all = sum(n)
    if (all === 0) return 'Täällä ei ole astioita.'
    if (n.unknown === all) return 'Juuri nyt emme tiedä, kuinka täynnä on.'
    if (all > 1 && n.full === all) {
      return all === 2 ? 'Molemmat astiat ovat täynnä.' : `Kaikki ${all} astiaa ovat täynnä.`
    }
    if (all > 1 && n['has-room'] === all) {
      return `${all === 2 ? 'Molemmissa astioissa' : `Kaikissa ${all} astiassa`} on tilaa.`
    }
    if (all === 1) {
      if (n.full === 1) return 'Astia on täynnä.'
      return n['nearly-full'] === 1 ? 'Astia on melkein täynnä.' : 'Astiassa on tilaa.'
    }
    return `${sentence([
      n.full > 0 && `Täynnä: ${n.full}/${all} astiaa`,
      n.full === 0 && 'Mikään astia ei ole täynnä',
      n['nearly-full'] > 0 && `melkein täynnä: ${n['nearly-full']}`,
      n.unknown > 0 && `ei tiedossa: ${n.unknown}`,
    ])}.`
  },
  row(n) {
    const all = sum(n)
    if (n.full > 0) return `Täynnä ${n.full}/${all}`
    if (n['nearly-full'] > 0) return `Melkein täynnä ${n['nearly-full']}/${all}`
    return n.unknown === all ? 'Ei tiedossa' : `Tilaa ${n['has-room']}/${all}`
  },
  counted: {
    full: (n) => `täynnä ${n}`,
    'nearly-full': (n) => `melkein täynnä ${n}`,
    'has-room': (n) => `tilaa ${n}`,
    unknown: (n) => `ei tiedossa ${n}`,
  },
  percent: (percents) => `${percents} prosenttia`,
}

function sentence(parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join(', ')
}

export const CARD_WORDS: Readonly<Record<Language, CardWords>> = { sv, en, fi }
