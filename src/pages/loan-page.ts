/** Borrowing: one question a page, and then the loan's own page. */
import type { Terms } from '#src/pickups/booking/booking.ts'
import { addDays } from '#src/pickups/booking/service-days.ts'
import type { LoanReason } from '#src/pickups/loans/loan.ts'
import type { Language } from '#src/stations/fraction.ts'
import { inLanguage, type LoanRules, type LoanThing } from '#src/stations/return-bike.ts'
import type { FreeThing } from '#src/store/loan-desk.ts'
import type { SeenLoan } from '#src/store/seen-loan.ts'
import { clockAt, dayText } from '#src/wording/booking-words.ts'
import { capital } from '#src/wording/capital.ts'
import type { Fault } from './book-input.ts'
import {
  frame,
  inlineFault,
  postcodeField,
  reachFields,
  textField,
  type Asking,
} from './book-page.ts'
import { BOOK_WORDS } from './book-words.ts'
import { spelled } from './booking-page.ts'
import { contactList } from './contact.ts'
import { html, type Html } from './html.ts'
import { aboutPath, layout } from './layout.ts'
import { loanPath } from './loan-path.ts'
import { LOAN_WORDS } from './loan-words.ts'
import { link, type View } from './site.ts'

/** What has been answered; it says nothing of who asks, so it travels in the address. */
export interface LoanAnswers {
  readonly thing?: string
  readonly from?: string
  readonly until?: string
}

export function askingPath(answers: LoanAnswers, language: Language): string {
  const query = new URLSearchParams(Object.entries(answers) as [string, string][]).toString()
  return loanPath(language) + (query === '' ? '' : `?${query}`)
}

export function thingPage(view: View, rules: LoanRules, things: readonly FreeThing[]): Html {
  const words = LOAN_WORDS[view.language]
  const { language } = view
  return choicePage(view, rules, {
    answers: {},
    name: 'thing',
    title: words.thing,
    isFirst: true,
    choices: things.map(({ thing, days }) => {
      const first = [...days].find(([, because]) => because === undefined)
      return {
        value: thing.id,
        text: capital(inLanguage(thing.name, language)),
        ...(first
          ? { note: words.firstFree(dayText(first[0], language)) }
          : { closed: closedText(days.values(), language) }),
      }
    }),
  })
}

export function fromPage(
  view: View,
  rules: LoanRules,
  { thing, days }: FreeThing,
  isFirst: boolean,
): Html {
  const { language } = view
  const words = LOAN_WORDS[language]
  return choicePage(view, rules, {
    answers: { thing: thing.id },
    name: 'from',
    title: words.from,
    isFirst,
    ...(!isFirst && { back: {} }),
    of: thing,
    choices: [...days].slice(0, MOST_DAYS_SHOWN).map(([day, because]) => ({
      value: day,
      text: capital(dayText(day, language)),
      ...(because && { closed: words.closedDays[because] }),
    })),
  })
}

export function untilPage(
  view: View,
  rules: LoanRules,
  { thing, days }: FreeThing,
  from: string,
): Html {
  const { language } = view
  const words = LOAN_WORDS[language]
  return choicePage(view, rules, {
    answers: { thing: thing.id, from },
    name: 'until',
    title: words.until,
    isFirst: false,
    back: { thing: thing.id },
    of: thing,
    choices: lastDays(rules, days, from).map((day) => ({
      value: day,
      text: capital(dayText(day, language)),
    })),
  })
}

/** Days on which a loan from a day may end: while the thing is free, and no longer than is lent. */
export function lastDays(
  { mostDays }: LoanRules,
  days: FreeThing['days'],
  from: string,
): readonly string[] {
  if (!days.has(from)) return []
  const found: string[] = []
  for (let n = 0; n < mostDays; n += 1) {
    const day = addDays(from, n)
    if (!days.has(day) || days.get(day) !== undefined) break
    found.push(day)
  }
  return found
}

/** Further ahead than this nobody scrolls. */
const MOST_DAYS_SHOWN = 28

interface Choices {
  readonly answers: LoanAnswers
  readonly name: keyof LoanAnswers
  readonly title: string
  readonly isFirst: boolean
  readonly back?: LoanAnswers
  readonly of?: LoanThing
  readonly choices: readonly {
    readonly value: string
    readonly text: string
    readonly note?: string
    /** Why it can't be chosen. */
    readonly closed?: string
  }[]
}

function choicePage(view: View, rules: LoanRules, page: Choices): Html {
  const { language } = view
  const words = LOAN_WORDS[language]
  const { answers, back, of, choices } = page
  const isAnyOpen = choices.some(({ closed }) => closed === undefined)
  const backBy = clockAt(rules.backByMinute, language)
  return loanFrame(
    view,
    page.title,
    answers,
    back,
    [],
    [
      html`<h1>${page.title}</h1>`,
      page.isFirst &&
        html`<p class="lead">${words.lead}</p>
          <p>${words.limits(rules.mostDays, backBy)}</p>`,
      of && !page.isFirst && html`<p>${capital(inLanguage(of.name, language))}</p>`,
      html`<form method="get" action="${link(view, loanPath(language))}" class="ask">
        ${Object.entries(answers).map(
          ([name, value]) => html`<input type="hidden" name="${name}" value="${String(value)}" />`,
        )}
        <fieldset class="slots">
          <legend class="visually-hidden">${page.title}</legend>
          ${!isAnyOpen && html`<p>${words.nothingFree}</p>`}
          <ul class="plain">
            ${choices.map(({ value, text, note, closed }) =>
              closed === undefined
                ? html`<li>
                    <label
                      ><input type="radio" name="${page.name}" value="${value}" required />
                      <span>${text}</span>
                      ${note !== undefined && html`<span class="small">${note}</span>`}</label
                    >
                  </li>`
                : html`<li class="shut"><span>${text}</span> <span>${closed}</span></li>`,
            )}
          </ul>
        </fieldset>
        ${isAnyOpen && html`<p><button>${BOOK_WORDS[language].next}</button></p>`}
      </form>`,
    ],
  )
}

/** The last question; above it what was answered. */
export function whoPage(
  view: View,
  terms: Terms,
  thing: LoanThing,
  answers: Required<LoanAnswers>,
  form: URLSearchParams,
  faults: readonly Fault[],
): Html {
  const { language } = view
  const [words, book] = [LOAN_WORDS[language], BOOK_WORDS[language]]
  const asking = askingOf(answers, faults)
  const { thing: id, from } = answers
  return loanFrame(view, words.who, answers, { thing: id, from }, faults, [
    html`<h1>${words.who}</h1>`,
    summary(view, thing, answers.from, answers.until),
    html`<form
      method="post"
      action="${link(view, askingPath(answers, language))}"
      class="ask"
      novalidate
    >
      <input type="hidden" name="key" value="${form.get('key') ?? ''}" />
      ${textField(asking, form, { id: 'name', label: book.name, most: 80, autocomplete: 'name' })}
      ${textField(asking, form, {
        id: 'address',
        label: book.address,
        hint: words.addressHint,
        most: 120,
        autocomplete: 'street-address',
      })}
      ${postcodeField(book, form, asking)} ${reachFields(book, form, asking)}
      ${inlineFault(asking, 'loan')}
      <p class="note">
        ${words.privacy(terms.bike.eraseAfterDays)}
        <a href="${link(view, aboutPath(language))}#data">${book.privacyMore}</a>
      </p>
      <p><button>${words.send}</button></p>
    </form>`,
  ])
}

/** A loan and the secret that opens it. */
export interface OpenedLoan {
  readonly seen: SeenLoan
  readonly secret: string
}

export function ownLoanPath({ seen, secret }: OpenedLoan, language: Language, more = ''): string {
  return `${loanPath(language)}/${seen.reference}/${secret}${more}`
}

export function loanPage(view: View, rules: LoanRules, opened: OpenedLoan, isNew: boolean): Html {
  const { language } = view
  const [words, book] = [LOAN_WORDS[language], BOOK_WORDS[language]]
  const { loan, reference, isLate } = opened.seen
  const thing = rules.things.find(({ id }) => id === loan.thingId)
  const isLive = loan.state === 'booked' || loan.state === 'out'
  const back = clockAt(rules.backByMinute, language)
  return ownFrame(view, opened, words.states[loan.state], '', [
    isNew && html`<p class="did" role="status">${words.did}</p>`,
    html`<h1>${words.states[loan.state]}</h1>
      <p class="reference">${book.reference} <strong>${spelled(reference)}</strong></p>`,
    isLate && html`<p class="faults">${words.late}</p>`,
    summary(view, thing, loan.fromDay, loan.untilDay),
    isLive &&
      html`<section aria-labelledby="next">
        <h2 id="next">${words.nextTitle}</h2>
        <ul>
          <li>
            ${words.next(dayText(loan.fromDay, language), dayText(loan.untilDay, language), back)}
          </li>
          <li>${words.nextCondition}</li>
          <li>${words.keepLink}</li>
        </ul>
        ${contactList(view)}
      </section>`,
    loan.state === 'booked' &&
      html`<p>
        <a class="button quiet" href="${link(view, ownLoanPath(opened, language, '/cancel'))}"
          >${book.cancel}</a
        >
      </p>`,
    !isLive &&
      html`<p>
        <a class="button" href="${link(view, loanPath(language))}">${words.again}</a>
      </p>`,
  ])
}

/** Asks once more. */
export function cancelLoanPage(view: View, opened: OpenedLoan): Html {
  const { language } = view
  const [words, book] = [LOAN_WORDS[language], BOOK_WORDS[language]]
  const path = link(view, ownLoanPath(opened, language))
  return ownFrame(view, opened, words.cancelTitle, '/cancel', [
    html`<h1>${words.cancelTitle}</h1>
      <p>${words.cancelText}</p>
      <form method="post" action="${path}" class="choose">
        <button name="do" value="cancel">${book.cancelYes}</button>
        <a href="${path}">${words.cancelNo}</a>
      </form>`,
  ])
}

function summary(
  { language }: View,
  thing: LoanThing | undefined,
  from: string,
  until: string,
): Html {
  const words = LOAN_WORDS[language]
  return html`<dl class="summary">
    ${
      thing &&
      html`<div>
        <dt>${words.things}</dt>
        <dd>${capital(inLanguage(thing.name, language))}</dd>
      </div>`
    }
    <div>
      <dt>${words.days}</dt>
      <dd>${capital(words.span(dayText(from, language), dayText(until, language)))}</dd>
    </div>
  </dl>`
}

function closedText(reasons: Iterable<LoanReason | undefined>, language: Language): string {
  const [first] = [...reasons].filter((reason) => reason !== undefined)
  return LOAN_WORDS[language].closedDays[first ?? 'taken']
}

function askingOf(answers: LoanAnswers, faults: readonly Fault[]): Asking {
  return { pathIn: (of) => askingPath(answers, of), isOwn: Object.keys(answers).length > 0, faults }
}

function loanFrame(
  view: View,
  title: string,
  answers: LoanAnswers,
  back: LoanAnswers | undefined,
  faults: readonly Fault[],
  parts: Parameters<typeof frame>[3],
): Html {
  const asking = {
    ...askingOf(answers, faults),
    ...(back && { back: link(view, askingPath(back, view.language)) }),
  }
  return frame(view, title, asking, parts, LOAN_WORDS[view.language].lead)
}

function ownFrame(
  view: View,
  opened: OpenedLoan,
  title: string,
  more: string,
  parts: Parameters<typeof frame>[3],
): Html {
  return layout(view, {
    title: `${title} – ${view.town.town.name}`,
    description: LOAN_WORDS[view.language].lead,
    noIndex: true,
    pathInAll: (language) => ownLoanPath(opened, language, more),
    body: html`<div class="booking">${parts}</div>`,
  })
}
