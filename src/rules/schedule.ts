/** Times of the week as a rule file writes them: `Mon 08:00`, `Tue,Thu 07:30`, `daily 18:00`. */
import { WEEKDAYS } from '#src/stations/time.ts'
import type { Schedule } from './rule-book.ts'

const DAYS: readonly string[] = WEEKDAYS
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/

/** Undefined for anything else, and for a day named twice. */
export function parseSchedule(text: string): Schedule | undefined {
  const [days, time, ...rest] = text.trim().split(/\s+/)
  if (days === undefined || time === undefined || rest.length > 0) return undefined
  const minuteOfDay = parseTimeOfDay(time)
  if (minuteOfDay === undefined) return undefined
  if (days === 'daily') return { weekdays: [1, 2, 3, 4, 5, 6, 7], minuteOfDay }
  const weekdays = days.split(',').map((day) => DAYS.indexOf(day) + 1)
  if (weekdays.includes(0) || new Set(weekdays).size < weekdays.length) return undefined
  return { weekdays: weekdays.sort((a, b) => a - b), minuteOfDay }
}

/** `16:00` in minutes after midnight. */
export function parseTimeOfDay(text: string): number | undefined {
  const match = TIME.exec(text)
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined
}
