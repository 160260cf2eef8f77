/** Forgetting whose loan it was, when its time is over or somebody asks for it. */
import { isStillBroken, type Loan } from '#src/pickups/loans/loan.ts'
import type { BookingTx } from './bookings.ts'

/** What is broken stays known to be, without whose loan it was. */
export async function forgetLoan(tx: BookingTx, loan: Loan): Promise<void> {
  if (isStillBroken(loan)) await tx.forgetPerson({ ...loan, household: '' })
  else await tx.erase(loan.id, undefined)
}
