/** What calendars of planned emptyings say. */
import type { Language } from '#src/stations/fraction.ts'

export interface CalendarWords {
  /** The calendar's name: of a town, of a station, of a fraction at a station. */
  readonly name: (place: string, fraction?: string) => string
  readonly description: string
  /** An event's: `Ekudden töms: pappersförpackningar`. */
  readonly summary: (station: string, fractions: string) => string
  /** The same where everything at the station is emptied. */
  readonly summaryOfAll: (station: string) => string
  readonly calledOff: (summary: string) => string
}

export const CALENDAR_WORDS: Readonly<Record<Language, CalendarWords>> = {
  sv: {
    name: (place, fraction) =>
      `Tömningar: ${place}${fraction === undefined ? '' : `, ${fraction}`}`,
    description: 'Planerade tömningar. De kan ändras; det gör kalendern då också.',
    summary: (station, fractions) => `${station} töms: ${fractions}`,
    summaryOfAll: (station) => `${station} töms`,
    calledOff: (summary) => `Inställt: ${summary}`,
  },
  en: {
    name: (place, fraction) =>
      `Emptyings: ${place}${fraction === undefined ? '' : `, ${fraction}`}`,
    description: 'Planned emptyings. They may change, and the calendar with them.',
    summary: (station, fractions) => `${station} is emptied: ${fractions}`,
    summaryOfAll: (station) => `${station} is emptied`,
    calledOff: (summary) => `Called off: ${summary}`,
  },
  fi: {
    name: (place, fraction) =>
      `Tyhjennykset: ${place}${fraction === undefined ? '' : `, ${fraction}`}`,
    description: 'Suunnitellut tyhjennykset. Ne voivat muuttua, ja kalenteri niiden mukana.',
    summary: (station, fractions) => `${station}, tyhjennys: ${fractions}`,
    summaryOfAll: (station) => `${station}: tyhjennys`,
    calledOff: (summary) => `Peruttu: ${summary}`,
  },
}
