/** The town's list of addresses as a book, opened once for each list. */
import type { Terms } from '#src/pickups/booking/booking.ts'
import { type AddressBook, openAddressBook } from '#src/stations/address-list.ts'
import type { ListedAddress } from '#src/stations/return-bike.ts'

/** Undefined where the town has no list. */
export function openAddressBooks(): (terms: Terms) => AddressBook | undefined {
  let listed: { readonly of: readonly ListedAddress[]; readonly book: AddressBook } | undefined
  return ({ bike: { addresses } }) => {
    if (!addresses) return undefined
    if (listed?.of !== addresses) listed = { of: addresses, book: openAddressBook(addresses) }
    return listed.book
  }
}
