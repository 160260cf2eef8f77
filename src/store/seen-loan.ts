/** A loan as its borrower and staff see it. */
import type { Terms } from '#src/pickups/booking/booking.ts'
import { isLate, type Loan } from '#src/pickups/loans/loan.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { type Person, unsealPerson } from './booking-people.ts'
import type { Kept } from './bookings.ts'
import type { Sealer } from './sealer.ts'

export interface SeenLoan {
  readonly reference: string
  readonly loan: Loan
  readonly person?: Person
  readonly isLate: boolean
}

export function seenLoan(
  { errand, reference, sealed }: Kept<Loan>,
  { bike, serviceDays, timeZone }: Terms,
  sealer: Sealer,
  now: EpochMs,
): SeenLoan {
  const { loans: rules } = bike
  return {
    reference,
    loan: errand,
    ...(sealed !== undefined && { person: unsealPerson(sealed, sealer) }),
    // Where nothing is lent any more, nobody says by when.
    isLate: rules !== undefined && isLate(errand, { rules, serviceDays, timeZone }, now),
  }
}
