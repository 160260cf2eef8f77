/** What a decision rests on, as its tables show it: facts with their units, and what gates noted. */
import type { Language } from '#src/stations/fraction.ts'
import { DAY, HOUR, instant, MINUTE, plus } from '#src/stations/time.ts'
import { localeOf, spanText, weekdayText } from './status-text.ts'

export interface FactWords {
  readonly yes: string
  readonly no: string
  /** A fact that is not known. */
  readonly missing: string
}

/** `c.fill_age_min` is minutes, `c.p_full_24h` a share, `t.weekday` a day of the week. */
export function factText(
  name: string,
  value: number | boolean | string | null,
  words: FactWords,
  language: Language,
): string {
  if (value === null) return words.missing
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (typeof value === 'string') return value === '' ? '–' : value
  // Facts that end in `_min` are minutes, in `_h` hours; a long silence reads better in hours or days.
  if (name.endsWith('_min')) return spanOf(value * MINUTE, language)
  if (name.endsWith('_h')) return spanOf(value * HOUR, language)
  if (name === 'c.p_full_24h') return `${Math.round(value * 100)}\u00A0%`
  if (name === 't.weekday') return weekdayText(plus(MONDAY, (value - 1) * DAY), 'UTC', language)
  return numberText(value, language)
}

const MONDAY = instant(Date.UTC(2026, 0, 5))

/** None at all is a number, not the least unit. */
function spanOf(ms: number, language: Language): string {
  return ms === 0 ? '0' : spanText(ms, language)
}

export function numberText(value: number, language: Language): string {
  return new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: 2 }).format(value)
}

export interface GateWords {
  readonly gateDetails: Readonly<Record<string, string>>
  minutesLate(n: string): string
  minutesApart(n: string): string
  spent(station: string, account: string): string
}

/** The engine notes details in English shorthand: `2/4, 12/30`, `no data`, `125 min late`. */
export function gateDetailText(detail: string, words: GateWords): string {
  const late = /^(\d+) min late$/.exec(detail)
  if (late) return words.minutesLate(late[1]!)
  const apart = /^min_gap ([\d.]+) min$/.exec(detail)
  if (apart) return words.minutesApart(apart[1]!)
  const spent = /^(\d+\/\d+), (\d+\/\d+)$/.exec(detail)
  if (spent) return words.spent(spent[1]!, spent[2]!)
  return words.gateDetails[detail] ?? detail
}
