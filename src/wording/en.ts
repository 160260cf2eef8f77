/** How English tells times, distances and lists. */
import type { Idiom } from './phrases.ts'
import { clockWithDay, dateText, distanceText, weekdayText } from './wall-clock.ts'

const conjunction = new Intl.ListFormat('en-GB', { type: 'conjunction' })

export const en: Idiom = {
  clock: (at, now, timeZone) => clockWithDay(at, now, timeZone, 'en-GB'),
  day({ ahead, date }) {
    if (ahead === 0) return 'today'
    if (ahead === 1) return 'tomorrow'
    return `on ${ahead < 7 ? weekdayText(date, 'en-GB') : dateText(date, 'en-GB')}`
  },
  dayPart(day, part) {
    if (part === 'night' && day.ahead < 2) return 'tonight'
    if (day.ahead === 0) return `this ${part}`
    return day.ahead === 1 ? `tomorrow ${part}` : en.day(day)
  },
  list: (names) => conjunction.format(names),
  distance: (metres) => distanceText(metres, '.'),
}
