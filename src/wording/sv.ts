/** How Swedish tells times, distances and lists. */
import type { Idiom, PartOfDay } from './phrases.ts'
import { clockWithDay, dateText, distanceText, weekdayText } from './wall-clock.ts'

const conjunction = new Intl.ListFormat('sv', { type: 'conjunction' })

const TODAY: Readonly<Record<PartOfDay, string>> = {
  night: 'i natt',
  morning: 'nu på förmiddagen',
  afternoon: 'i eftermiddag',
  evening: 'i kväll',
}
const TOMORROW: Readonly<Record<PartOfDay, string>> = {
  night: 'i natt',
  morning: 'i morgon förmiddag',
  afternoon: 'i morgon eftermiddag',
  evening: 'i morgon kväll',
}

export const sv: Idiom = {
  clock: (at, now, timeZone) => clockWithDay(at, now, timeZone, 'sv-SE'),
  day({ ahead, date }) {
    if (ahead === 0) return 'i dag'
    if (ahead === 1) return 'i morgon'
    return ahead < 7 ? `på ${weekdayText(date, 'sv-SE')}` : `den ${dateText(date, 'sv-SE')}`
  },
  dayPart(day, part) {
    if (day.ahead === 0) return TODAY[part]
    return day.ahead === 1 ? TOMORROW[part] : sv.day(day)
  },
  list: (names) => conjunction.format(names),
  distance: (metres) => distanceText(metres, ','),
}
