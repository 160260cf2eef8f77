/** Where loans of the bike and the trailer come in, are handed out and given back. */
import type { Terms } from '#src/pickups/booking/booking.ts'
import {
  borrow,
  cancelLoan,
  type Condition,
  freeDays,
  giveBack,
  handOut,
  type Loan,
  type LoanDecided,
  type LoanReason,
  type LoanTerms,
  mend,
} from '#src/pickups/loans/loan.ts'
import type { LoanThing } from '#src/stations/return-bike.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import { type Asker, mayOpen, nameOf } from './booking-desk.ts'
import { locate, type Person, sealPerson } from './booking-people.ts'
import type { BookingTx, Kept } from './bookings.ts'
import type { Store } from './contract.ts'
import { nameErrand, newId, recogniseForm } from './errand-names.ts'
import { type SeenLoan, seenLoan } from './seen-loan.ts'
import type { Sealer } from './sealer.ts'

export interface LoanRequest {
  readonly person: Person
  readonly thingId: string
  readonly fromDay: string
  readonly untilDay: string
}

export type LoanAnswer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'refused'; readonly because: readonly LoanReason[] }
  | { readonly kind: 'no-such' }
  | { readonly kind: 'key-reused' }
  /** The town lends nothing. */
  | { readonly kind: 'closed' }

export interface FreeThing {
  readonly thing: LoanThing
  readonly days: ReadonlyMap<string, LoanReason | undefined>
}

export interface LoanDesk {
  things(fromDay: string, untilDay: string): Promise<LoanAnswer<readonly FreeThing[]>>
  submit(
    request: LoanRequest,
    sent: { readonly key?: string; readonly actor?: string },
  ): Promise<LoanAnswer<SeenLoan & { readonly secret: string }>>
  find(reference: string, by: Asker): Promise<LoanAnswer<SeenLoan>>
  cancel(reference: string, by: Asker): Promise<LoanAnswer<SeenLoan>>
  handOut(reference: string, actor: string, condition: Condition): Promise<LoanAnswer<SeenLoan>>
  giveBack(reference: string, actor: string, condition: Condition): Promise<LoanAnswer<SeenLoan>>
  mend(reference: string, actor: string): Promise<LoanAnswer<SeenLoan>>
  /** Every loan that is kept, the late ones marked. */
  list(actor: string): Promise<readonly SeenLoan[]>
}

export function openLoanDesk(options: {
  readonly store: Store
  readonly sealer: Sealer
  readonly clock: Clock
  readonly terms: () => Terms | undefined
}): LoanDesk {
  const { store, sealer, clock } = options

  const loanTerms = (): (LoanTerms & { readonly all: Terms }) | undefined => {
    const all = options.terms()
    if (!all?.bike.loans) return undefined
    const { serviceDays, timeZone } = all
    return { rules: all.bike.loans, serviceDays, timeZone, all }
  }
  const seen = (kept: Kept<Loan>, { all }: { readonly all: Terms }): SeenLoan =>
    seenLoan(kept, all, sealer, clock())

  async function act(
    reference: string,
    by: Asker,
    did: string,
    decide: (loan: Loan, terms: LoanTerms, loans: readonly Loan[], now: EpochMs) => LoanDecided,
  ): Promise<LoanAnswer<SeenLoan>> {
    const terms = loanTerms()
    if (!terms) return { kind: 'closed' }
    const now = clock()
    const answer = await store.errands<LoanAnswer<SeenLoan>>(async (tx) => {
      const kept = await tx.loan(reference)
      if (!mayOpen(kept, by)) return { kind: 'no-such' }
      const decided = decide(kept!.errand, terms, await tx.loans(), now)
      if (decided.kind === 'refused') return decided
      if (decided.loan !== kept!.errand) {
        await tx.keepLoan(decided.loan)
        await note(tx, decided.loan, did, nameOf(by), now)
      }
      return { kind: 'ok', value: seen({ ...kept!, errand: decided.loan }, terms) }
    })
    if (answer.kind === 'ok' && by.kind === 'staff') {
      await noteSeen(by.actor, 'read', [answer.value.loan.id])
    }
    return answer
  }

  const byStaff = (actor: string): Asker => ({ kind: 'staff', actor })

  return {
    async things(fromDay, untilDay) {
      const terms = loanTerms()
      if (!terms) return { kind: 'closed' }
      const loans = (await store.keptLoans()).map(({ errand }) => errand)
      const value = terms.rules.things.map((thing) => ({
        thing,
        days: freeDays(loans, terms, thing, fromDay, untilDay, clock()),
      }))
      return { kind: 'ok', value }
    },
    submit(request, sent) {
      const terms = loanTerms()
      if (!terms) return Promise.resolve({ kind: 'closed' })
      const now = clock()
      return store.errands(async (tx): Promise<LoanAnswer<SeenLoan & { secret: string }>> => {
        const form = await recogniseForm(tx, sealer, { request, ...sent }, (reference) =>
          tx.loan(reference),
        )
        if (form.kind === 'key-reused') return form
        if (form.kind === 'again') {
          return { kind: 'ok', value: { ...seen(form.kept, terms), secret: form.secret } }
        }
        const { person, ...asked } = request
        const { household } = locate(person, terms.all, undefined, sealer)
        const decided = borrow(await tx.loans(), terms, { ...asked, id: newId(), household }, now)
        if (decided.kind === 'refused') return decided
        const { loan } = decided
        const named = await nameErrand(tx, sealer, sent.key)
        const { reference, secret } = named
        await tx.keepLoan(loan, named)
        await tx.keepPerson(loan.id, sealPerson(person, sealer))
        await note(tx, loan, 'booked', sent.actor ?? 'resident', now)
        await form.keep(reference, now)
        return { kind: 'ok', value: { ...seen((await tx.loan(reference))!, terms), secret } }
      })
    },
    async find(reference, by) {
      const terms = loanTerms()
      if (!terms) return { kind: 'closed' }
      const kept = await store.keptLoan(reference)
      if (!mayOpen(kept, by)) return { kind: 'no-such' }
      if (by.kind === 'staff') await noteSeen(by.actor, 'read', [kept!.errand.id])
      return { kind: 'ok', value: seen(kept!, terms) }
    },
    cancel: (reference, by) =>
      act(reference, by, 'cancelled', (loan, _terms, _loans, now) => cancelLoan(loan, now)),
    handOut: (reference, actor, condition) =>
      act(reference, byStaff(actor), 'handed-out', (loan, terms, loans, now) =>
        handOut(loans, terms, loan, condition, now),
      ),
    giveBack: (reference, actor, condition) =>
      act(reference, byStaff(actor), 'given-back', (loan, _terms, _loans, now) =>
        giveBack(loan, condition, now),
      ),
    mend: (reference, actor) =>
      act(reference, byStaff(actor), 'mended', (loan, _terms, _loans, now) => mend(loan, now)),
    async list(actor) {
      const terms = loanTerms()
      if (!terms) return []
      const kept = await store.keptLoans()
      await noteSeen(
        actor,
        'listed',
        kept.map(({ errand }) => errand.id),
      )
      return kept.map((one) => seen(one, terms))
    },
  }

  async function noteSeen(actor: string, what: 'read' | 'listed', ids: readonly string[]) {
    const at = clock()
    await store.noteAccess(ids.map((errandId) => ({ at, by: actor, what, errandId })))
  }
}

async function note(
  tx: BookingTx,
  { id, state, thingId, fromDay, untilDay, handedOut, givenBack }: Loan,
  did: string,
  by: string,
  at: EpochMs,
): Promise<void> {
  const condition = (givenBack ?? handedOut)?.condition
  const words = [state, thingId, fromDay, untilDay, condition].filter(Boolean)
  await tx.note({ at, by, errandId: id, did, detail: words.join(' ') })
}
