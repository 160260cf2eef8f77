/** Loans for staff: what is to be handed out, what is out, late or broken. */
import { CONDITIONS, isBroken, type Condition, type LoanReason } from '#src/pickups/loans/loan.ts'
import type { LoanThing } from '#src/stations/return-bike.ts'
import { wallTime } from '#src/stations/time.ts'
import type { SeenLoan } from '#src/store/seen-loan.ts'
import { dayText } from '#src/wording/booking-words.ts'
import { html, type Html, type Part } from '../../html.ts'
import { faultSummary, hidden, radioField, type FormFaults } from '../form-parts.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import type { InBoth } from '../staff-menu.ts'
import { age, doneNote, factList, pathOf, pill } from '../staff-parts.ts'
import { CHANGE_LOAN, LOANS } from './loan-places.ts'

const sv = {
  lead: 'Det som ska lämnas ut, det som är ute, och det som kommit tillbaka trasigt.',
  closed: 'Staden lånar inte ut något.',
  none: 'Inga lån.',
  late: 'Försenade',
  out: 'Ute',
  today: 'Ska lämnas ut i dag',
  coming: 'Kommande',
  broken: 'Trasiga, lånas inte ut',
  ended: 'Avslutade',
  missed: 'Hämtades aldrig',
  days: 'Dagar',
  reference: 'Bokningsnummer',
  borrower: 'Lånare',
  phone: 'Telefon',
  email: 'E-post',
  forgotten: 'glömd',
  handedOut: 'Lämnades ut',
  cameBack: 'Kom tillbaka',
  conditions: { good: 'hel', worn: 'sliten', damaged: 'skadad' } satisfies Record<
    Condition,
    string
  >,
  condition: 'Skick',
  handOut: 'Lämna ut',
  takeBack: 'Ta emot',
  mend: 'Den är lagad',
  cancel: 'Avboka',
  cancelTitle: 'Avboka lånet?',
  cancelText: (reference: string) =>
    `Lånet ${reference} avbokas och dagarna blir lediga. Det kan inte ångras.`,
  cancelYes: 'Avboka',
  back: 'Behåll det',
  noSuch: 'Det finns inget sådant lån.',
  did: {
    'hand-out': 'Utlämnat.',
    'take-back': 'Mottaget.',
    mend: 'Noterat: den är lagad och kan lånas ut.',
    cancel: 'Lånet är avbokat.',
  },
  choose: 'Välj i vilket skick den är',
  refused: 'Det gick inte',
  reasons: {
    'no-such-thing': 'Staden har ingen sådan sak att låna ut.',
    'no-such-days': 'Dagarna har varit, eller den sista ligger före den första.',
    'too-long': 'Så länge får man inte låna.',
    'not-open': 'De dagarna kan inte bokas än.',
    'service-day': 'Cykeln är ute på sin runda någon av dagarna.',
    taken: 'Den är ute hos någon annan.',
    broken: 'Den är trasig: notera först att den är lagad.',
    'has-a-loan': 'Hushållet har redan ett lån.',
    'not-now': 'Det går inte med det här lånet nu.',
  } satisfies Record<LoanReason, string>,
}

export const LOAN_WORDS: InBoth<typeof sv> = {
  sv,
  en: {
    lead: 'What is to be handed out, what is out, and what came back broken.',
    closed: 'The town lends nothing.',
    none: 'No loans.',
    late: 'Late',
    out: 'Out',
    today: 'To be handed out today',
    coming: 'To come',
    broken: 'Broken, lent to nobody',
    ended: 'Ended',
    missed: 'Never fetched',
    days: 'Days',
    reference: 'Booking number',
    borrower: 'Borrower',
    phone: 'Phone',
    email: 'E-mail',
    forgotten: 'forgotten',
    handedOut: 'Handed out',
    cameBack: 'Came back',
    conditions: { good: 'whole', worn: 'worn', damaged: 'damaged' },
    condition: 'Condition',
    handOut: 'Hand out',
    takeBack: 'Take back',
    mend: 'It has been mended',
    cancel: 'Cancel',
    cancelTitle: 'Cancel the loan?',
    cancelText: (reference) =>
      `The loan ${reference} is cancelled and its days come free. It can’t be undone.`,
    cancelYes: 'Cancel it',
    back: 'Keep it',
    noSuch: 'There is no such loan.',
    did: {
      'hand-out': 'Handed out.',
      'take-back': 'Taken back.',
      mend: 'Noted: it is mended and can be lent.',
      cancel: 'The loan is cancelled.',
    },
    choose: 'Choose in which condition it is',
    refused: 'That could not be done',
    reasons: {
      'no-such-thing': 'The town has no such thing to lend.',
      'no-such-days': 'The days have been, or the last is before the first.',
      'too-long': 'That is too long.',
      'not-open': 'Those days can’t be booked yet.',
      'service-day': 'The bike is out on its round on one of the days.',
      taken: 'Somebody else has it.',
      broken: 'It is broken: note first that it has been mended.',
      'has-a-loan': 'The household has a loan already.',
      'not-now': 'That can’t be done with this loan now.',
    },
  },
}

export type LoanDid = keyof typeof sv.did

export interface LoanNotes {
  readonly did?: LoanDid | undefined
  /** Each at its loan, by the reference. */
  readonly faults?: FormFaults
}

/** `loans` is undefined where the town lends nothing. */
export function loansPage(
  view: StaffView,
  loans: readonly SeenLoan[] | undefined,
  things: readonly LoanThing[],
  { did, faults = [] }: LoanNotes,
): Html {
  const { language } = view
  const words = LOAN_WORDS[language]
  return staffLayout(view, {
    title: LOANS.name[language],
    path: LOANS.path,
    body: html`
      ${faultSummary(words.refused, faults)} ${doneNote(did && words.did[did])}
      <h1>${LOANS.name[language]}</h1>
      <p class="lead">${loans ? words.lead : words.closed}</p>
      ${loans?.length === 0 && html`<p>${words.none}</p>`}
      ${groupsOf(view, loans ?? []).map(([title, id, group]) => groupPart(view, title, id, group, things))}
    `,
  })
}

type Group = readonly [title: string, id: string, loans: readonly SeenLoan[]]

function groupsOf({ now, timeZone, language }: StaffView, loans: readonly SeenLoan[]): Group[] {
  const words = LOAN_WORDS[language]
  const today = wallTime(now, timeZone).day
  const broken = brokenOf(loans)
  const bookedOn = (test: (loan: SeenLoan['loan']) => boolean) =>
    loans.filter(({ loan }) => loan.state === 'booked' && test(loan))
  const groups: Group[] = [
    [words.late, 'late', loans.filter(({ isLate }) => isLate)],
    [words.today, 'today', bookedOn((l) => l.fromDay <= today && today <= l.untilDay)],
    [words.out, 'out', loans.filter(({ loan, isLate }) => loan.state === 'out' && !isLate)],
    [words.broken, 'broken', broken],
    [words.coming, 'coming', bookedOn((l) => l.fromDay > today)],
    [words.missed, 'missed', bookedOn((l) => l.untilDay < today)],
    [
      words.ended,
      'ended',
      loans.filter(
        (one) =>
          (one.loan.state === 'returned' || one.loan.state === 'cancelled') &&
          !broken.includes(one),
      ),
    ],
  ]
  return groups.flatMap(([title, id, group]) =>
    group.length === 0
      ? []
      : [
          [
            title,
            id,
            group.toSorted((a, b) => (a.loan.fromDay < b.loan.fromDay ? -1 : 1)),
          ] as const,
        ],
  )
}

/** The loans from which a thing came back broken and hasn't been mended. */
function brokenOf(loans: readonly SeenLoan[]): readonly SeenLoan[] {
  const all = loans.map(({ loan }) => loan)
  return loans.filter(
    ({ loan }) =>
      loan.givenBack?.condition === 'damaged' &&
      loan.mendedAt === undefined &&
      isBroken(all, loan.thingId),
  )
}

function groupPart(
  view: StaffView,
  title: string,
  id: string,
  loans: readonly SeenLoan[],
  things: readonly LoanThing[],
): Html {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title} <span class="count">${loans.length}</span></h2>
    <ul class="panels">
      ${loans.map((loan) => html`<li class="panel">${loanPart(view, loan, id, things)}</li>`)}
    </ul>
  </section>`
}

function loanPart(
  view: StaffView,
  seen: SeenLoan,
  group: string,
  things: readonly LoanThing[],
): Html {
  const { language } = view
  const words = LOAN_WORDS[language]
  const { loan, person, reference, isLate } = seen
  const { handedOut, givenBack, fromDay, untilDay } = loan
  const thing = things.find(({ id }) => id === loan.thingId)
  const days =
    fromDay === untilDay
      ? dayText(fromDay, language)
      : `${dayText(fromDay, language)} – ${dayText(untilDay, language)}`
  return html`<h3 id="${reference}">${thing ? thing.name[language] : loan.thingId}</h3>
    ${isLate && html`<p class="pills">${pill('bad', words.late)}</p>`}
    ${factList([
      [words.days, days],
      [words.reference, html`<code>${reference}</code>`],
      [words.borrower, person ? person.name : words.forgotten],
      person?.phone !== undefined && [
        words.phone,
        html`<a href="tel:${person.phone.replace(/[^\d+]/g, '')}">${person.phone}</a>`,
      ],
      person?.email !== undefined && [
        words.email,
        html`<a href="mailto:${person.email}">${person.email}</a>`,
      ],
      handedOut && [
        words.handedOut,
        html`${age(view, handedOut.at)}, ${words.conditions[handedOut.condition]}`,
      ],
      givenBack && [
        words.cameBack,
        html`${age(view, givenBack.at)}, ${words.conditions[givenBack.condition]}`,
      ],
    ])}
    ${actions(view, seen, group)}`
}

function actions(view: StaffView, { loan, reference }: SeenLoan, group: string): Part {
  const { language } = view
  const words = LOAN_WORDS[language]
  const path = pathOf(CHANGE_LOAN, language, { reference })
  const about = html`<span class="visually-hidden">: ${reference}</span>`
  const withCondition = (what: 'hand-out' | 'take-back', text: string) =>
    html`<form method="post" action="${path}">
      ${hidden('do', what)}
      ${radioField({
        name: 'condition',
        legend: words.condition,
        options: CONDITIONS.map((value) => ({ value, text: words.conditions[value] })),
        idPrefix: reference,
      })}
      <p><button>${text}${about}</button></p>
    </form>`
  if (loan.state === 'out') return withCondition('take-back', words.takeBack)
  if (group === 'broken') {
    return html`<form method="post" action="${path}">
      ${hidden('do', 'mend')}
      <p><button>${words.mend}${about}</button></p>
    </form>`
  }
  if (loan.state !== 'booked' || group === 'missed') return undefined
  return html`${group === 'today' && withCondition('hand-out', words.handOut)}
    <p><a href="${path}">${words.cancel}${about}</a></p>`
}
