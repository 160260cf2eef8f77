/** Forgetting whose loan it was, when its time is over or somebody asks for it. */
import type { Loan } from '#src/pickups/loans/loan.ts'
import type { BookingTx } from './bookings.ts'

/** What is broken stays known to be, without whose loan it was. */
export const isKeptBroken = ({ givenBack, mendedAt }: Loan): boolean =>
  givenBack?.condition === 'damaged' && mendedAt === undefined

export async function forgetLoan(tx: BookingTx, loan: Loan): Promise<void> {
  if (isKeptBroken(loan)) await tx.forgetPerson({ ...loan, household: '' })
  else await tx.erase(loan.id, undefined)
}
