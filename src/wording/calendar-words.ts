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
  /** Of the bike's days: the calendar's name and description, an event's summary. */
  readonly bike: (town: string) => string
  readonly bikeDescription: string
  readonly bikeDay: string
  readonly calledOff: (summary: string) => string
}

export const CALENDAR_WORDS: Readonly<Record<Language, CalendarWords>> = {
  sv: {
    name: (place, fraction) =>
      `Tömningar: ${place}${fraction === undefined ? '' : `, ${fraction}`}`,
    description: 'Planerade tömningar. De kan ändras; det gör kalendern då också.',
    summary: (station, fractions) => `${station} töms: ${fractions}`,
    summaryOfAll: (station) => `${station} töms`,
    bike: (town) => `Returcykelns dagar: ${town}`,
    bikeDescription:
      'När returcykeln hämtar hemma hos dig. Dagarna kan ändras; det gör kalendern då också.',
    bikeDay: 'Returcykeln är ute',
    calledOff: (summary) => `Inställt: ${summary}`,
  },
  en: {
    name: (place, fraction) =>
      `Emptyings: ${place}${fraction === undefined ? '' : `, ${fraction}`}`,
    description: 'Planned emptyings. They may change, and the calendar with them.',
    summary: (station, fractions) => `${station} is emptied: ${fractions}`,
    summaryOfAll: (station) => `${station} is emptied`,
    bike: (town) => `The return bike’s days: ${town}`,
    bikeDescription:
      'When the return bike collects at your door. The days may change, and the calendar with them.',
    bikeDay: 'The return bike is out',
    calledOff: (summary) => `Called off: ${summary}`,
  },
  fi: {
    name: (place, fraction) =>
      `Tyhjennykset: ${place}${fraction === undefined ? '' : `, ${fraction}`}`,
    description: 'Suunnitellut tyhjennykset. Ne voivat muuttua, ja kalenteri niiden mukana.',
    summary: (station, fractions) => `${station}, tyhjennys: ${fractions}`,
    summaryOfAll: (station) => `${station}: tyhjennys`,
    bike: (town) => `Kierrätyspyörän päivät: ${town}`,
    bikeDescription:
      'Milloin kierrätyspyörä noutaa ovelta. Päivät voivat muuttua, ja kalenteri niiden mukana.',
    bikeDay: 'Kierrätyspyörä on liikkeellä',
    calledOff: (summary) => `Peruttu: ${summary}`,
  },
}
