/** What a household may ask for: at once, and within some weeks. */
import type { ReturnBike } from '#src/stations/return-bike.ts'
import { isLive } from './booking.ts'
import type { Booking, BookingBook, Refusal, Thing } from './booking.ts'
import { countOf, findItem, sizeOf } from './room.ts'
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
  return faults
}

/**
 * What a household has had enough of, counting its errands that are near the day: booked, done, and those
 * that it waits for. What was cancelled or came to nothing doesn't count; that the bike came in vain does.
 */
export function findHouseholdFaults(
  book: BookingBook,
  bike: ReturnBike,
  errand: Pick<Booking, 'id' | 'household' | 'things'>,
  day: string | undefined,
): readonly Refusal[] {
  const { errands, days } = bike.limits.household
  const others = [...book.bookings.values()].filter(
    (other) =>
      other.household === errand.household &&
      other.id !== errand.id &&
      (isLive(other) || other.state === 'done' || other.state === 'missed') &&
      isNear(other.slot?.day, day, days),
  )
  const faults: Refusal[] = []
  if (others.length >= errands) faults.push({ reason: 'household-limit', most: errands })
  for (const [itemId, same] of Map.groupBy(errand.things, (thing) => thing.itemId)) {
    const most = findItem(bike, itemId)?.most
    if (most === undefined) continue
    const before = others.flatMap(({ things }) => things.filter((t) => t.itemId === itemId))
    if (countOf([...same, ...before]) > most) faults.push({ reason: 'item-limit', itemId, most })
  }
  return faults
}

/** One that waits is near every day. */
function isNear(one: string | undefined, other: string | undefined, days: number): boolean {
  if (one === undefined || other === undefined) return true
  return Math.abs(daysBetween(one, other)) <= days
}
