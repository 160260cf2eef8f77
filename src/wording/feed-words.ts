/** What feeds call themselves. */
import type { Language } from '#src/stations/fraction.ts'

export interface FeedWords {
  readonly town: (name: string) => string
  readonly fraction: (fraction: string, town: string) => string
  /** Of a station or of the town. */
  readonly description: (place: string) => string
}

export const FEED_WORDS: Readonly<Record<Language, FeedWords>> = {
  sv: {
    town: (name) => `Återvinningsstationer i ${name}`,
    fraction: (fraction, town) => `Återvinning av ${fraction} i ${town}`,
    description: (place) =>
      `När något är fullt, skräpigt eller trasigt, och när det är bra igen: ${place}.`,
  },
  en: {
    town: (name) => `Recycling stations in ${name}`,
    fraction: (fraction, town) => `Recycling of ${fraction} in ${town}`,
    description: (place) =>
      `When something is full, littered or broken, and when it is well again: ${place}.`,
  },
  fi: {
    town: (name) => `Kierrätyspisteet: ${name}`,
    fraction: (fraction, town) => `Kierrätys: ${fraction}, ${town}`,
    description: (place) =>
      `Kun jokin on täynnä, roskaista tai rikki ja kun kaikki on taas kunnossa: ${place}.`,
  },
}
