/** How much room a slot has left, and what things take. */
import type { FetchedItem, ReturnBike, Size, Slot } from '#src/stations/return-bike.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { isSameSlot } from './booking.ts'
import type { BookingBook, SlotRef, Thing } from './booking.ts'

export interface Room extends Size {
  readonly bookings: number
}

export function findItem(bike: ReturnBike, itemId: string): FetchedItem | undefined {
  const item = bike.items.find(({ id }) => id === itemId)
  return item && item.refused === undefined ? item : undefined
}

export function countOf(things: readonly Thing[]): number {
  return things.reduce((sum, { count }) => sum + count, 0)
}

/** What things take together. A thing that has left the catalogue since counts as nothing. */
export function sizeOf(bike: ReturnBike, things: readonly Thing[]): Size {
  let litres = 0
  let kg = 0
  for (const { itemId, count } of things) {
    const item = findItem(bike, itemId)
    litres += (item?.litres ?? 0) * count
    kg += (item?.kg ?? 0) * count
  }
  return { litres, kg }
}

/** By which names of `apart` these things go. */
export function classesOf(bike: ReturnBike, things: readonly Thing[]): readonly string[] {
  const names = new Set(things.flatMap(({ itemId }) => [itemId, findItem(bike, itemId)?.waste]))
  return [...new Set((bike.apart ?? []).flat())].filter((name) => names.has(name))
}

/** What is left in a slot, but for what `except` (a booking's or a hold's id) takes. Never below nothing. */
export function roomIn(
  book: BookingBook,
  bike: ReturnBike,
  slot: Slot & { readonly day: string },
  now: EpochMs,
  except: ReadonlySet<string> = NOBODY,
): Room {
  const ref: SlotRef = { day: slot.day, slotId: slot.id }
  let { bookings, litres, kg } = slot
  const take = (size: Size) => {
    bookings -= 1
    litres -= size.litres
    kg -= size.kg
  }
  for (const booking of book.bookings.values()) {
    const takesRoom = booking.state === 'booked' || booking.outcome !== undefined
    if (!takesRoom || except.has(booking.id) || !isSameSlot(booking.slot, ref)) continue
    take(sizeOf(bike, booking.things))
  }
  for (const hold of book.holds.values()) {
    if (hold.until <= now || except.has(hold.id) || !isSameSlot(hold.slot, ref)) continue
    take(hold)
  }
  return { bookings: Math.max(0, bookings), litres: Math.max(0, litres), kg: Math.max(0, kg) }
}

export function fits(size: Size, room: Room): boolean {
  return room.bookings >= 1 && size.litres <= room.litres && size.kg <= room.kg
}

const NOBODY: ReadonlySet<string> = new Set()
