/** How many strings of customers to take off, and how long (Christiaens and Vanden Berghe 2020, section 5.1). */
import type { Random } from './random.ts'

/** Customers taken off on the average, and the longest string. */
const AVERAGE_REMOVED = 10
const LONGEST_STRING = 10

export interface Strings {
  readonly strings: number
  readonly longest: number
}

export function stringsToRemove(
  customersPerRoute: number,
  random: Random,
  averageRemoved = AVERAGE_REMOVED,
): Strings {
  const longest = Math.min(LONGEST_STRING, customersPerRoute)
  const most = (4 * averageRemoved) / (1 + longest) - 1
  return { strings: Math.floor(random.next() * most + 1), longest }
}

export function stringLength(onRoute: number, longest: number, random: Random): number {
  return Math.floor(random.next() * Math.min(onRoute, longest) + 1)
}
