/** The routes of loans for staff. */
import { CONDITIONS } from '#src/pickups/loans/loan.ts'
import { parseReference } from '#src/store/errand-names.ts'
import type { BookingDesk } from '#src/store/booking-desk.ts'
import type { LoanAnswer, LoanDesk } from '#src/store/loan-desk.ts'
import type { SeenLoan } from '#src/store/seen-loan.ts'
import { askFirst } from '../ask-first.ts'
import { notFound } from '../not-found.ts'
import type { StaffView } from '../staff-layout.ts'
import { seeOther } from '../../report-form.ts'
import type { StaffPages } from '../staff-page.ts'
import { given, oneOf, pathOf, withQuery } from '../staff-parts.ts'
import { CHANGE_LOAN, LOANS } from './loan-places.ts'
import { LOAN_WORDS, loansPage, type LoanDid, type LoanNotes } from './loans-page.ts'

const DIDS: readonly LoanDid[] = ['hand-out', 'take-back', 'mend', 'cancel']

export function registerLoanPages(
  pages: StaffPages,
  { loans: desk, terms }: { readonly loans: LoanDesk; readonly terms: BookingDesk['terms'] },
): void {
  async function show(view: StaffView, notes: LoanNotes) {
    const rules = terms()?.bike.loans
    const loans = rules && (await desk.list(view.staff.name))
    return loansPage(view, loans, rules?.things ?? [], notes)
  }

  pages.get(LOANS, (view, { query }) => show(view, { did: oneOf(DIDS, given(query, 'did')) }))

  pages.get(CHANGE_LOAN, async (view, { params }, reply) => {
    const { language } = view
    const words = LOAN_WORDS[language]
    const reference = parseReference(params['reference'] ?? '')
    const found =
      reference !== undefined &&
      (await desk.find(reference, { kind: 'staff', actor: view.staff.name }))
    if (reference === undefined || !found || found.kind !== 'ok') {
      return notFound(view, reply, words.noSuch)
    }
    if (found.value.loan.state !== 'booked') return seeOther(reply, pathOf(LOANS, language))
    return askFirst(view, {
      title: words.cancelTitle,
      text: words.cancelText(reference),
      yes: words.cancelYes,
      no: words.back,
      action: pathOf(CHANGE_LOAN, language, { reference }),
      values: { do: 'cancel' },
      back: pathOf(LOANS, language),
    })
  })

  pages.post(CHANGE_LOAN, async (view, form, { params }, reply) => {
    const { language } = view
    const words = LOAN_WORDS[language]
    const reference = parseReference(params['reference'] ?? '')
    if (reference === undefined) return notFound(view, reply, words.noSuch)
    const what = oneOf(DIDS, given(form, 'do'))
    if (!what) return seeOther(reply, pathOf(LOANS, language))
    const answer = await act(reference, what, form, view.staff.name)
    if (answer === 'choose') {
      void reply.code(400)
      return show(view, { faults: [{ field: reference, text: words.choose }] })
    }
    if (answer.kind === 'ok')
      return seeOther(reply, withQuery(pathOf(LOANS, language), { did: what }))
    if (answer.kind !== 'refused') return notFound(view, reply, words.noSuch)
    void reply.code(409)
    const text = answer.because.map((reason) => words.reasons[reason]).join(' ')
    return show(view, { faults: [{ field: reference, text }] })
  })

  async function act(
    reference: string,
    what: LoanDid,
    form: URLSearchParams,
    actor: string,
  ): Promise<LoanAnswer<SeenLoan> | 'choose'> {
    const condition = oneOf(CONDITIONS, given(form, 'condition'))
    switch (what) {
      case 'hand-out':
        return condition ? desk.handOut(reference, actor, condition) : 'choose'
      case 'take-back':
        return condition ? desk.giveBack(reference, actor, condition) : 'choose'
      case 'mend':
        return desk.mend(reference, actor)
      case 'cancel':
        return desk.cancel(reference, { kind: 'staff', actor })
    }
  }
}
