/** Swedish public holidays, by the law on public holidays (SFS 1989:253). Eves are not among them. */

/** Whether the day is a public holiday; Sundays that are nothing more are not counted. */
export function isHoliday(day: Temporal.PlainDate): boolean {
  const { month, day: date, dayOfWeek } = day
  const key = month * 100 + date
  if (FIXED.has(key)) return true
  const isSaturday = dayOfWeek === 6
  // Midsummer Day: the Saturday in 20–26 June. All Saints' Day: the Saturday in 31 October – 6 November.
  if (isSaturday && key >= 620 && key <= 626) return true
  if (isSaturday && (key === 1031 || (key >= 1101 && key <= 1106))) return true
  const sinceEaster = easterSunday(day.year).until(day, { largestUnit: 'days' }).days
  return AFTER_EASTER.has(sinceEaster)
}

/** New Year's Day, Epiphany, First of May, National Day, Christmas Day, Boxing Day. */
const FIXED: ReadonlySet<number> = new Set([101, 106, 501, 606, 1225, 1226])

/** Good Friday, Easter Sunday, Easter Monday, Ascension Day, Whit Sunday. */
const AFTER_EASTER: ReadonlySet<number> = new Set([-2, 0, 1, 39, 49])

/** The Gregorian computus in the anonymous form (Nature, 20 April 1876; Meeus, Astronomical Algorithms, ch. 8). */
function easterSunday(year: number): Temporal.PlainDate {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const yearOfCentury = year % 100
  const skippedLeaps = century - Math.floor(century / 4)
  const lunarShift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3)
  const epact = (19 * golden + skippedLeaps - lunarShift + 15) % 30
  const toSunday =
    (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7
  const correction = Math.floor((golden + 11 * epact + 22 * toSunday) / 451)
  const sum = epact + toSunday - 7 * correction + 114
  return new Temporal.PlainDate(year, Math.floor(sum / 31), (sum % 31) + 1)
}
