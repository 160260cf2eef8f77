/** The routes of borrowing. What to borrow and when stands in the address; who borrows is asked last. */
import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Terms } from '#src/pickups/booking/booking.ts'
import { addDays } from '#src/pickups/booking/service-days.ts'
import type { LoanReason } from '#src/pickups/loans/loan.ts'
import { LANGUAGES, languageRoot, type Language } from '#src/stations/fraction.ts'
import type { LoanRules } from '#src/stations/return-bike.ts'
import { wallTime } from '#src/stations/time.ts'
import { isDay } from '#src/stations/town-shape.ts'
import type { Asker } from '#src/store/booking-desk.ts'
import type { Person } from '#src/store/booking-people.ts'
import { openErrandAllowance, type ErrandRequest } from '#src/store/errand-allowance.ts'
import type { FreeThing, LoanDesk } from '#src/store/loan-desk.ts'
import { readerOf, readWays, type Fault, type Read } from './book-input.ts'
import { BOOK_WORDS, type BookWords } from './book-words.ts'
import { contactList } from './contact.ts'
import { findOwn, type OwnParams } from './find-own.ts'
import {
  askingPath,
  cancelLoanPage,
  fromPage,
  lastDays,
  loanPage,
  ownLoanPath,
  thingPage,
  untilPage,
  whoPage,
  type LoanAnswers,
  type OpenedLoan,
} from './loan-page.ts'
import { loanPath } from './loan-path.ts'
import { LOAN_WORDS } from './loan-words.ts'
import { plainPage, wayOn } from './plain-page.ts'
import { textsOf } from './query-texts.ts'
import { isForeignPress, isFromElsewhere, seeOther, tellWait } from './report-form.ts'
import { link, type PagesOptions, type PageTools, type View } from './site.ts'

const MOST_FORM_BYTES = 16 * 1024

type Own = {
  Params: OwnParams
  Querystring: Record<string, unknown>
}

export function registerLoans(
  app: FastifyInstance,
  options: PagesOptions & Required<Pick<PagesOptions, 'bookings' | 'loans'>>,
  { viewFor, sendOnce, sendNotFound }: Pick<PageTools, 'viewFor' | 'sendOnce' | 'sendNotFound'>,
): void {
  const { clock, publicUrl, loans: desk } = options
  const allowance = openErrandAllowance(clock)

  function lending(): { readonly terms: Terms; readonly rules: LoanRules } | undefined {
    const terms = options.bookings.desk.terms()
    return terms?.bike.loans && { terms, rules: terms.bike.loans }
  }

  /** Answers 429 and gives true when somebody asks for too much. */
  function isTooMuch(
    what: ErrandRequest,
    request: FastifyRequest,
    reply: FastifyReply,
    view: View,
  ): boolean {
    const afterMs = allowance.afterMs(what, request.ip)
    if (afterMs === 0) return false
    const { tooMany, tooManyText } = BOOK_WORDS[view.language]
    sendOnce(reply, 429, plainPage(view, tooMany, tooManyText(tellWait(reply, afterMs))))
    return true
  }

  function refuseForeign(reply: FastifyReply, view: View): FastifyReply {
    const { elsewhere, elsewhereText, again2 } = BOOK_WORDS[view.language]
    const way = wayOn(view, loanPath(view.language), again2)
    return sendOnce(reply, 403, plainPage(view, elsewhere, elsewhereText, way))
  }

  for (const language of LANGUAGES) {
    const base = languageRoot(language) + loanPath(language)

    app.get(base, async (request, reply) => {
      const lent = lending()
      if (!lent) return sendNotFound(request, reply, language)
      const view = viewFor(request, language)
      if (isTooMuch('search', request, reply, view)) return reply
      const { terms, rules } = lent
      const things = await thingsAhead(desk, rules, view)
      const { thing, answers } = answersIn(request.query, rules, things)
      if (!thing) return sendOnce(reply, 200, thingPage(view, rules, things))
      const { from, until } = answers
      if (from === undefined) {
        return sendOnce(reply, 200, fromPage(view, rules, thing, things.length === 1))
      }
      if (until === undefined) return sendOnce(reply, 200, untilPage(view, rules, thing, from))
      const form = new URLSearchParams({ key: randomBytes(18).toString('base64url') })
      const all = { thing: thing.thing.id, from, until }
      return sendOnce(reply, 200, whoPage(view, terms, thing.thing, all, form, []))
    })

    app.post(base, { bodyLimit: MOST_FORM_BYTES }, async (request, reply) => {
      const lent = lending()
      if (!lent) return sendNotFound(request, reply, language)
      const view = viewFor(request, language)
      if (isFromElsewhere(request, publicUrl)) return refuseForeign(reply, view)
      const { terms, rules } = lent
      const asked = textsOf(request.query)
      const thing = rules.things.find(({ id }) => id === asked['thing'])
      const { from, until } = asked
      if (!thing || !isDayText(from) || !isDayText(until)) return seeOther(reply, base)
      const answers = { thing: thing.id, from, until }
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
      const sayAgain = (faults: readonly Fault[]) =>
        sendOnce(reply, 400, whoPage(view, terms, thing, answers, form, faults))
      const person = readBorrower(form, BOOK_WORDS[language])
      if (person.kind === 'faulty') return sayAgain(person.faults)
      if (isTooMuch('submit', request, reply, view)) return reply
      const key = /^[\w-]{20,40}$/.exec(form.get('key') ?? '')?.[0]
      const made = await desk.submit(
        { person: person.value, thingId: thing.id, fromDay: from, untilDay: until },
        key === undefined ? {} : { key },
      )
      switch (made.kind) {
        case 'ok': {
          const { secret, ...seen } = made.value
          return seeOther(reply, link(view, ownLoanPath({ seen, secret }, language, '?did=booked')))
        }
        case 'refused':
          return sayAgain(made.because.map((reason) => faultOf(view, answers, reason)))
        case 'key-reused': {
          const { sent } = BOOK_WORDS[language]
          const text = LOAN_WORDS[language].sentText
          return sendOnce(reply, 409, plainPage(view, sent, text, contactList(view)))
        }
        case 'no-such':
        case 'closed':
          return sendNotFound(request, reply, language)
      }
    })

    registerOwn(language, base)
  }

  /** What is done with a loan by who has its secret. */
  function registerOwn(language: Language, base: string): void {
    const own = `${base}/:reference/:secret`

    /** Undefined when it has been answered. */
    async function open(
      request: FastifyRequest<Own>,
      reply: FastifyReply,
      view: View,
    ): Promise<(OpenedLoan & { readonly by: Asker; readonly rules: LoanRules }) | undefined> {
      // The secret is in the address: nothing may carry it on.
      void reply.header('referrer-policy', 'no-referrer')
      const lent = lending()
      if (!lent) {
        sendNotFound(request, reply, language)
        return undefined
      }
      if (isTooMuch('open', request, reply, view)) return undefined
      const found = await findOwn(desk, request.params)
      if (found) return { ...found, rules: lent.rules }
      const { gone, goneText } = LOAN_WORDS[language]
      sendOnce(reply, 404, plainPage(view, gone, goneText, contactList(view)))
      return undefined
    }

    app.get<Own>(own, async (request, reply) => {
      const view = viewFor(request, language)
      const opened = await open(request, reply, view)
      if (!opened) return reply
      const isNew = request.query['did'] === 'booked'
      return sendOnce(reply, 200, loanPage(view, opened.rules, opened, isNew))
    })

    app.get<Own>(`${own}/cancel`, async (request, reply) => {
      const view = viewFor(request, language)
      const opened = await open(request, reply, view)
      return opened ? sendOnce(reply, 200, cancelLoanPage(view, opened)) : reply
    })

    app.post<Own>(own, { bodyLimit: MOST_FORM_BYTES }, async (request, reply) => {
      const view = viewFor(request, language)
      if (isForeignPress(request, publicUrl)) return refuseForeign(reply, view)
      const opened = await open(request, reply, view)
      if (!opened) return reply
      const what = request.body instanceof URLSearchParams ? request.body.get('do') : null
      // Its page says what has become of it.
      if (what === 'cancel') await desk.cancel(opened.seen.reference, opened.by)
      return seeOther(reply, link(view, ownLoanPath(opened, language)))
    })
  }
}

async function thingsAhead(
  desk: LoanDesk,
  { opensDays }: LoanRules,
  { now, timeZone }: View,
): Promise<readonly FreeThing[]> {
  const today = wallTime(now, timeZone).day
  const answer = await desk.things(today, addDays(today, opensDays))
  return answer.kind === 'ok' ? answer.value : []
}

/** What has been answered and still holds; the only thing there is needs no choosing. */
function answersIn(
  query: unknown,
  rules: LoanRules,
  things: readonly FreeThing[],
): { readonly thing?: FreeThing; readonly answers: LoanAnswers } {
  const asked = textsOf(query)
  const named = things.length === 1 ? things[0]!.thing.id : asked['thing']
  const thing = things.find((one) => one.thing.id === named)
  if (!thing) return { answers: {} }
  const { from, until } = asked
  const possible = from === undefined ? [] : lastDays(rules, thing.days, from)
  if (from === undefined || possible.length === 0) return { thing, answers: {} }
  return {
    thing,
    answers: { from, ...(until !== undefined && possible.includes(until) && { until }) },
  }
}

function readBorrower(form: URLSearchParams, words: BookWords): Read<Person> {
  const faults: Fault[] = []
  const read = readerOf(form, words, faults, 'name', 'address')
  const [name, address, postcode] = [read('name'), read('address'), read('postcode')]
  const ways = readWays(form, words, faults)
  if (faults.length > 0) return { kind: 'faulty', faults }
  return {
    kind: 'ok',
    value: {
      name: name!,
      address: address!,
      ...(postcode !== undefined && { postcode }),
      ...ways,
    },
  }
}

/** At the field that can mend it, or at the question. */
function faultOf(view: View, { thing }: LoanAnswers, reason: LoanReason): Fault {
  const { language } = view
  const text = LOAN_WORDS[language].closedDays[reason]
  if (reason === 'has-a-loan') return { field: 'address', text }
  const ofThing = reason === 'no-such-thing' || reason === 'broken'
  const before: LoanAnswers = ofThing || thing === undefined ? {} : { thing }
  return { field: link(view, askingPath(before, language)), text }
}

function isDayText(text: string | undefined): text is string {
  return text !== undefined && isDay(text)
}
