/** How Finnish tells times, distances and lists; a time is `klo 12.45` throughout. */
import { DAYS_FI, klo } from './finnish-clock.ts'
import type { Idiom } from './phrases.ts'
import { distanceText } from './wall-clock.ts'

const conjunction = new Intl.ListFormat('fi', { type: 'conjunction' })

export const fi: Idiom = {
  clock: klo,
  day({ ahead, date }) {
    if (ahead === 0) return 'tänään'
    if (ahead === 1) return 'huomenna'
    const day = Temporal.PlainDate.from(date)
    return ahead < 7 ? `${DAYS_FI[day.dayOfWeek - 1]}na` : `${day.day}.${day.month}.`
  },
  dayPart(day, part) {
    if (part === 'night' && day.ahead < 2) return 'ensi yönä'
    if (day.ahead > 1) return fi.day(day)
    const word = { morning: 'aamupäivällä', afternoon: 'iltapäivällä', evening: 'illalla' }
    return `${fi.day(day)} ${word[part as Exclude<typeof part, 'night'>]}`
  },
  list: (names) => conjunction.format(names),
  distance: (metres) => distanceText(metres, ','),
}
