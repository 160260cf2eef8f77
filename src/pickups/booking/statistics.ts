/**
 * What the service did, counted without persons. A booking's share of the counts is made when they are
 * asked for; when the booking is erased its share is added to what is kept, so that erasing changes no
 * figure. Counts are by month and district, and say nothing of who.
 */
import { wallTime } from '#src/stations/time.ts'
import { type Booking, isLive, LENIENT, type Lenient, type Terms } from './booking.ts'
import { countOf, sizeOf } from './room.ts'
import { daysBetween } from './service-days.ts'

/** Days from asking to the slot's day; the last has no end. */
export const WAIT_BUCKETS = ['0-3', '4-7', '8-14', '15-28', '29+'] as const
const WAIT_ENDS = [3, 7, 14, 28, Infinity]

/** How a booking counts: how it ended, or `open`. One that was never settled is `open` when it is erased. */
export const STATES_COUNTED = ['done', 'missed', 'cancelled', 'unserved', 'open'] as const

/** Of one month and one part of the town (`''` where it isn't known): how many of what. */
export interface Share {
  readonly month: string
  readonly district: string
  readonly counts: ReadonlyMap<string, number>
}

export function shareOf(booking: Booking, { bike, timeZone }: Terms): Share {
  const asked = wallTime(booking.createdAt, timeZone).day
  const ended = booking.endedAt === undefined ? asked : wallTime(booking.endedAt, timeZone).day
  const day = booking.slot?.day ?? ended
  const counts = new Map<string, number>()
  const count = (what: string, n = 1) => counts.set(what, (counts.get(what) ?? 0) + n)
  count(`state/${isLive(booking) ? 'open' : booking.state}`)
  count(`by/${booking.by}`)
  const { despite = [], outcome } = booking
  if (despite.length > 0) count('let-pass')
  for (const limit of despite) count(`let-pass/${limit}`)
  if (outcome?.kind === 'missed') count(`missed/${outcome.because}`)
  if (outcome?.kind === 'done') {
    const typical = sizeOf(bike, outcome.taken).kg
    const reused = outcome.taken.filter((thing) => thing.reused)
    const kg = outcome.kg ?? typical
    // Where it was weighed whole, what was reused has its share of the typical weight of it.
    const reusedKg = typical === 0 ? 0 : (kg * sizeOf(bike, reused).kg) / typical
    count('grams', Math.round(kg * 1000))
    count('reused-grams', Math.round(reusedKg * 1000))
    for (const [itemId, same] of Map.groupBy(outcome.taken, (thing) => thing.itemId)) {
      count(`thing/${itemId}`, countOf(same))
      count(`errands-with/${itemId}`)
    }
    count('things', countOf(outcome.taken))
    count('reused-things', countOf(reused))
    const days = Math.max(0, daysBetween(asked, day))
    count(`wait/${WAIT_BUCKETS[WAIT_ENDS.findIndex((end) => days <= end)]!}`)
    count('wait-days', days)
  }
  return { month: day.slice(0, 7), district: booking.districtId ?? '', counts }
}

/** Shares added up, by month and then district. */
export function addUp(shares: readonly Share[]): readonly Share[] {
  const sums = new Map<string, { month: string; district: string; counts: Map<string, number> }>()
  for (const { month, district, counts } of shares) {
    const key = `${month}|${district}`
    const into = sums.get(key) ?? { month, district, counts: new Map<string, number>() }
    for (const [what, n] of counts) into.counts.set(what, (into.counts.get(what) ?? 0) + n)
    sums.set(key, into)
  }
  return [...sums.values()].toSorted(
    (a, b) => compare(a.month, b.month) || compare(a.district, b.district),
  )
}

/** Fewer than so many are not told to the public: a neighbour might know who they were. */
export const LEAST_TOLD = 5

/** How many of a month's bookings staff let past limits, and how often each limit was. For staff. */
export interface LetPassFigures {
  readonly month: string
  readonly bookings: number
  readonly letPass: number
  readonly byLimit: Readonly<Partial<Record<Lenient, number>>>
}

/** By month, of the whole town: of one district it may be one household. */
export function letPassFigures(shares: readonly Share[]): readonly LetPassFigures[] {
  const wholeTown = addUp(shares.map((share) => ({ ...share, district: '' })))
  return wholeTown.map(({ month, counts }) => {
    const of = (what: string) => counts.get(what) ?? 0
    const limits = LENIENT.map((limit) => [limit, of(`let-pass/${limit}`)] as const)
    return {
      month,
      bookings: STATES_COUNTED.reduce((sum, state) => sum + of(`state/${state}`), 0),
      letPass: of('let-pass'),
      byLimit: Object.fromEntries(limits.filter(([, n]) => n > 0)),
    }
  })
}

/**
 * Counts that add up to a total which is told, without those that are small. Where only one would be
 * hidden it could be reckoned from the total, so the next smallest is hidden as well.
 */
export function hideSmall(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number | null> {
  const small = [...counts].filter(([, n]) => n > 0 && n < LEAST_TOLD)
  const hidden = new Set(small.map(([what]) => what))
  if (hidden.size === 1) {
    const next = [...counts]
      .filter(([what, n]) => n > 0 && !hidden.has(what))
      .toSorted((a, b) => a[1] - b[1])[0]
    if (next) hidden.add(next[0])
  }
  return new Map([...counts].map(([what, n]) => [what, hidden.has(what) ? null : n]))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
