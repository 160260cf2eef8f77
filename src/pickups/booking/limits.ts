/** What a household may ask for: at once, and within some weeks. */
import type { ReturnBike } from '#src/stations/return-bike.ts'
import { isLive, isSameSlot } from './booking.ts'
import type { Booking, BookingBook, Hold, Reason, Refusal, Thing } from './booking.ts'
import { classesOf, countOf, findItem, sizeOf } from './room.ts'
import { daysBetween } from './service-days.ts'

/** What is wrong with an errand as such, whosever it is. */
export function findThingFaults(bike: ReturnBike, things: readonly Thing[]): readonly Refusal[] {
  if (!things.some(({ count }) => count > 0)) return [{ reason: 'nothing-asked-for' }]
  const faults: Refusal[] = things.flatMap(({ itemId }): Refusal[] => {
    const known = bike.items.find(({ id }) => id === itemId)
    if (!known) return [{ reason: 'unknown-item', itemId }]
    return known.refused ? [{ reason: 'refused-item', itemId }] : []
  })
  if (faults.length > 0) return faults
  const { itemsPerErrand, litresPerErrand } = bike.limits
  if (countOf(things) > itemsPerErrand) {
    faults.push({ reason: 'too-many-things', most: itemsPerErrand })
  }
  if (sizeOf(bike, things).litres > litresPerErrand) {
    faults.push({ reason: 'too-large', most: litresPerErrand })
  }
  const parted = partedIn(bike, things)
  if (parted !== undefined) faults.push({ reason: 'must-not-ride-together', itemId: parted })
  return faults
}

/** A thing that mustn't ride with another of the same errand. */
function partedIn(bike: ReturnBike, things: readonly Thing[]): string | undefined {
  const asked = things.filter(({ count }) => count > 0)
  const among = classesOf(bike, asked)
  const [name] = bike.apart?.find((pair) => pair.every((one) => among.includes(one))) ?? []
  return asked.find((thing) => name !== undefined && classesOf(bike, [thing]).includes(name))
    ?.itemId
}

type Asking = Pick<Booking, 'id' | 'household' | 'things'>

/**
 * What a household has had enough of, counting its errands that are near the day: booked, done, and those
 * that it waits for. What was cancelled or came to nothing doesn't count; that the bike came in vain does.
 */
export function findHouseholdFaults(
  book: BookingBook,
  bike: ReturnBike,
  errand: Asking,
  day: string | undefined,
): readonly Refusal[] {
  const { errands } = bike.limits.household
  const others = othersNear(book, bike, errand, day)
  const faults: Refusal[] = []
  if (others.length >= errands) faults.push({ reason: 'household-limit', most: errands })
  for (const itemId of new Set(errand.things.map((thing) => thing.itemId))) {
    const most = findItem(bike, itemId)?.most
    if (most !== undefined && countOfItem(itemId, [errand, ...others]) > most) {
      faults.push({ reason: 'item-limit', itemId, most })
    }
  }
  return faults
}

function othersNear(
  book: BookingBook,
  bike: ReturnBike,
  errand: Asking,
  day: string | undefined,
): readonly Booking[] {
  return [...book.bookings.values()].filter(
    (other) =>
      other.household === errand.household &&
      other.id !== errand.id &&
      (isLive(other) || other.state === 'done' || other.state === 'missed') &&
      isNear(other.slot?.day, day, bike.limits.household.days),
  )
}

interface Placed {
  readonly errand: Asking
  readonly day: string | undefined
}

/** Whether a limit that staff once let pass is exceeded by no more than it was then. Of other reasons never. */
export function isNoMore(
  reason: Reason,
  book: BookingBook,
  bike: ReturnBike,
  then: Placed,
  now: Placed,
): boolean {
  const allNear = ({ errand, day }: Placed) => [errand, ...othersNear(book, bike, errand, day)]
  switch (reason) {
    case 'too-many-things':
      return countOf(now.errand.things) <= countOf(then.errand.things)
    case 'too-large':
      return sizeOf(bike, now.errand.things).litres <= sizeOf(bike, then.errand.things).litres
    case 'household-limit':
      return allNear(now).length <= allNear(then).length
    case 'item-limit': {
      const before = allNear(then)
      const after = allNear(now)
      return now.errand.things.every(({ itemId }) => {
        const most = findItem(bike, itemId)?.most ?? Infinity
        return countOfItem(itemId, after) <= Math.max(most, countOfItem(itemId, before))
      })
    }
    default:
      return false
  }
}

/** From one source, at most so many slots at a time. */
const MOST_HOLDS = 4

/** One source holds at most half of a slot, or one place of it, so that nobody can hold a day. */
export function findHoldFaults(
  bike: ReturnBike,
  others: readonly Hold[],
  { source, slot, litres }: Pick<Hold, 'source' | 'slot' | 'litres'>,
): readonly Refusal[] {
  if (source === undefined) return []
  const mine = others.filter((other) => other.source === source)
  const here = mine.filter((other) => isSameSlot(other.slot, slot))
  const whole = bike.slots.find(({ id }) => id === slot.slotId)
  const held = here.reduce((sum, other) => sum + other.litres, litres)
  const isTooMuch =
    mine.length >= MOST_HOLDS ||
    (whole && here.length > 0 && (here.length + 1 > whole.bookings / 2 || held > whole.litres / 2))
  return isTooMuch === true ? [{ reason: 'too-many-holds', most: MOST_HOLDS }] : []
}

/** One that waits is near every day. */
function isNear(one: string | undefined, other: string | undefined, days: number): boolean {
  if (one === undefined || other === undefined) return true
  return Math.abs(daysBetween(one, other)) <= days
}

function countOfItem(itemId: string, errands: readonly Pick<Booking, 'things'>[]): number {
  return countOf(errands.flatMap(({ things }) => things.filter((t) => t.itemId === itemId)))
}
