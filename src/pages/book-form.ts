/**
 * The routes of booking. Each answer is sent, kept in the sealed draft and led on from (303), so that going
 * back, reloading and another language find what was answered; what was wrong is shown where it was typed.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Refusal, Terms } from '#src/pickups/booking/booking.ts'
import { LANGUAGES, languageRoot, type Language } from '#src/stations/fraction.ts'
import type { Answer, Asker, BookingEdits, SeenBooking } from '#src/store/booking-desk.ts'
import { openErrandAllowance, type ErrandRequest } from '#src/store/errand-allowance.ts'
import { bookPath } from '#src/wording/book-path.ts'
import {
  draftOf,
  fieldsOf,
  firstMissing,
  holdsSlot,
  newDraft,
  openDraft,
  sealDraft,
  slotValue,
  submissionOf,
  versionOf,
  WAIT,
  type Draft,
} from './book-draft.ts'
import {
  faultsOf,
  readPlace,
  readReach,
  readSlot,
  readThings,
  stepOf,
  type Fault,
} from './book-input.ts'
import {
  checkPage,
  MOST_LISTED,
  sayPage,
  whatPage,
  whenPage,
  wherePage,
  whoPage,
  type Asking,
} from './book-page.ts'
import { BOOK_WORDS, DIDS, STEPS, type Did, type Step } from './book-words.ts'
import { bookingCalendar, bookingPage, cancelPage, ownPath, type Opened } from './booking-page.ts'
import { findOwn, type OwnParams } from './find-own.ts'
import { htmlText, type Html } from './html.ts'
import { pointedAt } from './map-question.ts'
import { isForeignPress, isFromElsewhere, seeOther, tellWait } from './report-form.ts'
import { link, type PageTools, type PagesOptions, type View } from './site.ts'

const MOST_FORM_BYTES = 16 * 1024

type Asked = { Querystring: Record<string, unknown> }
type Own = Asked & { Params: OwnParams }

export function registerBooking(
  app: FastifyInstance,
  options: PagesOptions & Required<Pick<PagesOptions, 'bookings'>>,
  pages: PageTools,
): void {
  const { clock, publicUrl } = options
  const { desk, sealer } = options.bookings
  const { viewFor, sendOnce, sendNotFound } = pages
  const allowance = openErrandAllowance(clock)
  const speed = options.demo?.speed ?? 1
  // Sealed anew it is another text, and a page that says the same one thrice is smaller.
  const sealed = memo((draft: Draft) => sealDraft(draft, sealer))

  /** Answers 429 and gives true when somebody asks for too much. */
  function isTooMuch(
    what: ErrandRequest,
    request: FastifyRequest,
    reply: FastifyReply,
    view: View,
  ): boolean {
    const afterMs = allowance.afterMs(what, request.ip)
    if (afterMs === 0) return false
    const words = BOOK_WORDS[view.language]
    const text = words.tooManyText(tellWait(reply, afterMs))
    sendOnce(reply, 429, sayPage(view, { title: words.tooMany, text, contact: true }))
    return true
  }

  function refuseForeign(reply: FastifyReply, view: View): FastifyReply {
    const words = BOOK_WORDS[view.language]
    const { elsewhere: title, elsewhereText: text, again2: start } = words
    return sendOnce(reply, 403, sayPage(view, { title, text, start }))
  }

  /** A page of the form. Where nothing of a person is on it, going back shows what was typed there. */
  function sendStep(reply: FastifyReply, status: number, page: Html, isPersonal: boolean) {
    return reply
      .code(status)
      .header('cache-control', isPersonal ? 'no-store' : 'private, no-cache')
      .header('content-type', 'text/html; charset=utf-8')
      .send(htmlText(page))
  }

  function listedAddresses({ bike }: Terms): readonly string[] {
    const { addresses = [] } = bike
    return addresses.length > MOST_LISTED
      ? []
      : [...new Set(addresses.map(({ address }) => address))]
  }

  /** The question's page, with what was answered or typed. */
  async function stepPage(
    view: View,
    terms: Terms,
    step: Step,
    asking: Asking,
    form: URLSearchParams,
    draft: Draft,
    more: { readonly nearest?: string; readonly mayWait: boolean; readonly ownSlot?: string },
  ): Promise<Html> {
    switch (step) {
      case 'what':
        return whatPage(view, terms, form, asking)
      case 'where': {
        const listed = listedAddresses(terms)
        const typed = (form.get('address') ?? '').trim()
        const begun =
          listed.length === 0 && asking.faults.length > 0 && typed.length >= 3
            ? desk.addresses(typed.replace(/\s*\d.*$/, ''), 20).map(({ address }) => address)
            : []
        const { nearest } = more
        return wherePage(view, terms, form, asking, {
          addresses: [...listed, ...begun],
          ...(nearest !== undefined && { nearest }),
        })
      }
      case 'when':
        return whenPage(view, terms, form, asking, {
          slots: await desk.slots(),
          things: draft.things ?? [],
          mayWait: more.mayWait,
          ...(more.ownSlot !== undefined && { own: more.ownSlot }),
        })
      case 'who':
        return whoPage(view, terms, form, asking)
    }
  }

  for (const language of LANGUAGES) {
    const root = languageRoot(language)
    const base = root + bookPath(language)
    const words = BOOK_WORDS[language]

    const stepPath = (step: Step | 'check', draft: Draft | undefined) => (of: Language) =>
      bookPath(of) + (step === 'what' ? '' : `/${step}`) + (draft ? `?f=${sealed(draft)}` : '')

    function draftIn(request: FastifyRequest<Asked>): Draft | 'none' | 'lost' {
      const sealed = request.query['f']
      if (sealed === undefined) return 'none'
      const draft =
        typeof sealed === 'string' ? openDraft(sealed, sealer, clock(), speed) : undefined
      return draft ?? 'lost'
    }

    function sendLost(reply: FastifyReply, view: View): FastifyReply {
      const { lost: title, lostText: text, again2: start } = words
      return sendOnce(reply, 410, sayPage(view, { title, text, start }))
    }

    function askingOf(step: Step | 'check', draft: Draft | undefined, faults: readonly Fault[]) {
      const before = step === 'check' ? 'who' : STEPS[STEPS.indexOf(step) - 1]
      return {
        pathIn: stepPath(step, draft),
        isOwn: draft !== undefined,
        faults,
        ...(before && { back: root + stepPath(before, draft)(language) }),
      } satisfies Asking
    }

    const toStep = (reply: FastifyReply, step: Step | 'check', draft: Draft) =>
      seeOther(reply, root + stepPath(step, draft)(language))

    for (const step of STEPS) {
      const path = step === 'what' ? base : `${base}/${step}`

      app.get<Asked>(path, async (request, reply) => {
        const terms = desk.terms()
        if (!terms) return sendNotFound(request, reply, language)
        const view = viewFor(request, language)
        const found = draftIn(request)
        if (found === 'lost') return sendLost(reply, view)
        if (found === 'none' && step !== 'what') return seeOther(reply, base)
        const draft = found === 'none' ? undefined : found
        const first = draft && firstMissing(draft)
        if (first && STEPS.indexOf(first) < STEPS.indexOf(step)) return toStep(reply, first, draft)
        const form = draft ? fieldsOf(draft, step) : new URLSearchParams()
        return showStep(reply, view, terms, step, draft, form, [])
      })

      app.post<Asked>(path, { bodyLimit: MOST_FORM_BYTES }, async (request, reply) => {
        const terms = desk.terms()
        if (!terms) return sendNotFound(request, reply, language)
        const view = viewFor(request, language)
        if (isFromElsewhere(request, publicUrl)) return refuseForeign(reply, view)
        const found = draftIn(request)
        if (found === 'lost' || (found === 'none' && step !== 'what')) return sendLost(reply, view)
        const draft = found === 'none' ? newDraft(clock()) : found
        const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
        const pointed = step === 'where' ? pointedAt(form, view, terms) : undefined
        if (pointed) return showStep(reply, view, terms, step, draft, pointed, [])
        if (step === 'where' && isTooMuch('search', request, reply, view)) return reply
        const picked = step === 'when' ? readSlot(form) : undefined
        const holds = picked !== undefined && picked !== WAIT
        if (holds && isTooMuch('hold', request, reply, view)) return reply
        const answered = await answer(step, form, draft, terms, request.ip)
        if (answered.kind === 'faulty') {
          const { faults, nearest } = answered
          return showStep(reply, view, terms, step, draft, form, faults, nearest)
        }
        const next = firstMissing(answered.draft) ?? 'check'
        return toStep(reply, next, { ...answered.draft, savedAt: clock() })
      })
    }

    async function showStep(
      reply: FastifyReply,
      view: View,
      terms: Terms,
      step: Step,
      draft: Draft | undefined,
      form: URLSearchParams,
      faults: readonly Fault[],
      nearest?: string,
    ): Promise<FastifyReply> {
      const asking = askingOf(step, draft, faults)
      const page = await stepPage(view, terms, step, asking, form, draft ?? newDraft(clock()), {
        mayWait: true,
        ...(nearest !== undefined && { nearest }),
        ...(draft?.slot && holdsSlot(draft, clock()) && { ownSlot: slotValue(draft.slot) }),
      })
      const isPersonal = ['address', 'name', 'phone', 'email'].some((field) => form.has(field))
      return sendStep(reply, faults.length > 0 ? 400 : 200, page, isPersonal)
    }

    /** The draft with the answer, or what is wrong with it. */
    async function answer(
      step: Step,
      form: URLSearchParams,
      draft: Draft,
      terms: Terms,
      ip: string,
    ): Promise<Answered> {
      switch (step) {
        case 'what': {
          const read = readThings(form, terms.bike, language)
          if (read.kind === 'faulty') return read
          const isSame = JSON.stringify(read.value) === JSON.stringify(draft.things)
          const { slot: _slot, hold, ...rest } = draft
          if (!isSame && hold) await desk.release(hold.id)
          return { kind: 'ok', draft: { ...(isSame ? draft : rest), things: read.value } }
        }
        case 'where': {
          const read = readPlace(form, words)
          if (read.kind === 'faulty') return read
          const next = { ...draft, place: read.value }
          return judged(next, terms, (reason) => stepOf(reason) === 'where')
        }
        case 'when': {
          const picked = readSlot(form)
          if (picked === undefined) {
            return { kind: 'faulty', faults: [{ field: 'slot', text: words.faults.slot }] }
          }
          const { slot, hold, waits: _waits, ...rest } = draft
          if (picked === WAIT) {
            if (hold) await desk.release(hold.id)
            return judged({ ...rest, waits: true }, terms, () => true)
          }
          if (slot && slotValue(slot) === slotValue(picked) && holdsSlot(draft, clock())) {
            return judged(draft, terms, () => true)
          }
          const next = await judged({ ...rest, slot: picked }, terms, () => true)
          if (next.kind === 'faulty') return next
          if (hold) await desk.release(hold.id)
          const { person } = submissionOf(next.draft)
          const held = await desk.hold(picked, draft.things ?? [], { ip, person })
          // Where many book at once it isn't held: there is room, and everything is looked at again.
          const isShared =
            held.kind === 'refused' &&
            held.because.every(({ reason }) => reason === 'too-many-holds')
          if (held.kind === 'refused' && !isShared) return refusedAt(held.because, terms)
          if (held.kind !== 'ok') return next
          const { id, until } = held.value
          return { kind: 'ok', draft: { ...next.draft, hold: { id, until } } }
        }
        case 'who': {
          const read = readReach(form, words)
          return read.kind === 'faulty'
            ? read
            : { kind: 'ok', draft: { ...draft, reach: read.value } }
        }
      }
    }

    /** Looked at as if it were sent now; only what this question is about counts yet. */
    async function judged(
      draft: Draft,
      terms: Terms,
      counts: (reason: Refusal['reason']) => boolean,
    ): Promise<Answered> {
      const found = await desk.judge(submissionOf(draft))
      if (found.kind !== 'refused') return { kind: 'ok', draft }
      const because = found.because.filter(({ reason }) => counts(reason))
      if (because.length === 0) return { kind: 'ok', draft }
      return { ...refusedAt(because, terms), ...(found.nearest && { nearest: found.nearest }) }
    }

    function refusedAt(because: readonly Refusal[], terms: Terms) {
      return { kind: 'faulty' as const, faults: faultsOf(because, terms.bike, language) }
    }

    function showCheck(
      reply: FastifyReply,
      view: View,
      terms: Terms,
      draft: Draft,
      faults: readonly Fault[],
    ): FastifyReply {
      const page = checkPage(view, terms, draft, {
        asking: askingOf('check', draft, faults),
        toStep: (step) => root + stepPath(step, draft)(language),
        isHeld: holdsSlot(draft, clock()),
      })
      return sendOnce(reply, faults.length > 0 ? 409 : 200, page)
    }

    app.get<Asked>(`${base}/check`, (request, reply) => {
      const terms = desk.terms()
      if (!terms) return sendNotFound(request, reply, language)
      const view = viewFor(request, language)
      const draft = draftIn(request)
      if (draft === 'none') return seeOther(reply, base)
      if (draft === 'lost') return sendLost(reply, view)
      const missing = firstMissing(draft)
      if (missing) return toStep(reply, missing, draft)
      return showCheck(reply, view, terms, draft, [])
    })

    app.post<Asked>(`${base}/check`, { bodyLimit: MOST_FORM_BYTES }, async (request, reply) => {
      const terms = desk.terms()
      if (!terms) return sendNotFound(request, reply, language)
      const view = viewFor(request, language)
      if (isFromElsewhere(request, publicUrl)) return refuseForeign(reply, view)
      const draft = draftIn(request)
      if (draft === 'none' || draft === 'lost') return sendLost(reply, view)
      const missing = firstMissing(draft)
      if (missing) return toStep(reply, missing, draft)
      if (isTooMuch('submit', request, reply, view)) return reply
      const made = await desk.submit(submissionOf(draft), { key: draft.key })
      if (made.kind === 'refused') {
        const faults = made.because.map((one) => ({
          field: root + stepPath(stepOf(one.reason), draft)(language),
          text: faultsOf([one], terms.bike, language)[0]!.text,
        }))
        return showCheck(reply, view, terms, draft, faults)
      }
      if (made.kind !== 'ok') {
        const { sent: title, sentText: text } = words
        return sendOnce(reply, 409, sayPage(view, { title, text, contact: true }))
      }
      const { secret, ...seen } = made.value
      return seeOther(reply, link(view, ownPath({ seen, secret }, language, '?did=booked')))
    })

    registerOwn(language, base)
  }

  /** What is done with a booking by who has its secret. */
  function registerOwn(language: Language, base: string): void {
    const words = BOOK_WORDS[language]
    const own = `${base}/:reference/:secret`

    function sendGone(reply: FastifyReply, view: View): FastifyReply {
      const { gone: title, goneText: text } = words
      return sendOnce(reply, 404, sayPage(view, { title, text, contact: true }))
    }

    /** The secret is in the address: nothing may carry it on. */
    function keepQuiet(reply: FastifyReply): void {
      void reply.header('referrer-policy', 'no-referrer').header('cache-control', 'no-store')
    }

    /** Undefined when it has been answered. */
    async function open(
      request: FastifyRequest<Own>,
      reply: FastifyReply,
      view: View,
    ): Promise<(Opened & { readonly by: Asker; readonly terms: Terms }) | undefined> {
      keepQuiet(reply)
      const terms = desk.terms()
      if (!terms) {
        sendNotFound(request, reply, language)
        return undefined
      }
      if (isTooMuch('open', request, reply, view)) return undefined
      const found = await findOwn(desk, request.params)
      if (found) return { ...found, terms }
      sendGone(reply, view)
      return undefined
    }

    const back = (reply: FastifyReply, opened: Opened, did: Did | undefined) =>
      seeOther(
        reply,
        languageRoot(language) + ownPath(opened, language, did === undefined ? '' : `?did=${did}`),
      )

    app.get(`${base}/:reference`, (request, reply) => {
      keepQuiet(reply)
      return desk.terms()
        ? sendGone(reply, viewFor(request, language))
        : sendNotFound(request, reply, language)
    })

    app.get<Own>(own, async (request, reply) => {
      const view = viewFor(request, language)
      const opened = await open(request, reply, view)
      if (!opened) return reply
      const did = DIDS.find((word) => word === request.query['did'])
      return sendOnce(reply, 200, bookingPage(view, opened.terms, opened, did))
    })

    app.get<Own>(`${own}/cancel`, async (request, reply) => {
      const view = viewFor(request, language)
      const opened = await open(request, reply, view)
      if (!opened) return reply
      return sendOnce(reply, 200, cancelPage(view, opened.terms, opened))
    })

    app.get<Own>(`${own}/calendar.ics`, async (request, reply) => {
      const view = viewFor(request, language)
      const opened = await open(request, reply, view)
      if (!opened) return reply
      const calendar = bookingCalendar(view, opened.terms, opened)
      if (calendar === undefined) return sendGone(reply, view)
      return reply.header('content-type', 'text/calendar; charset=utf-8').send(calendar)
    })

    app.post<Own>(own, { bodyLimit: MOST_FORM_BYTES }, async (request, reply) => {
      const view = viewFor(request, language)
      if (isForeignPress(request, publicUrl)) return refuseForeign(reply, view)
      const opened = await open(request, reply, view)
      if (!opened) return reply
      const { seen, by } = opened
      const what = request.body instanceof URLSearchParams ? request.body.get('do') : null
      switch (what) {
        case 'cancel': {
          // Its page says what has become of it; pressed in vain, that it is too late.
          await desk.cancel(seen.reference, by, undefined)
          return back(reply, opened, undefined)
        }
        case 'take': {
          const slot = seen.offer?.slot
          const taken = slot && (await desk.amend(seen.reference, by, { slot }, undefined))
          return back(reply, opened, taken?.kind === 'ok' ? 'changed' : 'stale')
        }
        case 'decline':
          await desk.decline(seen.reference, by)
          return back(reply, opened, 'declined')
        default:
          return back(reply, opened, undefined)
      }
    })

    for (const step of STEPS) {
      const asking = (opened: Opened, form: URLSearchParams, faults: readonly Fault[]): Asking => ({
        pathIn: (of) => ownPath(opened, of, `/${step}`),
        version: versionOf(form, opened.seen.booking),
        isOwn: true,
        back: languageRoot(language) + ownPath(opened, language),
        faults,
      })
      const show = async (
        reply: FastifyReply,
        view: View,
        opened: Opened & { readonly terms: Terms },
        form: URLSearchParams,
        faults: readonly Fault[],
        nearest?: string,
      ) => {
        const { booking, offer } = opened.seen
        const mine = booking.slot ?? offer?.slot
        const page = await stepPage(
          view,
          opened.terms,
          step,
          asking(opened, form, faults),
          form,
          asDraft(opened.seen),
          {
            mayWait: false,
            ...(nearest !== undefined && { nearest }),
            ...(mine && { ownSlot: slotValue(mine) }),
          },
        )
        return sendOnce(reply, faults.length > 0 ? 400 : 200, page)
      }

      app.get<Own>(`${own}/${step}`, async (request, reply) => {
        const view = viewFor(request, language)
        const opened = await open(request, reply, view)
        if (!opened) return reply
        return show(reply, view, opened, fieldsOf(asDraft(opened.seen), step), [])
      })

      app.post<Own>(`${own}/${step}`, { bodyLimit: MOST_FORM_BYTES }, async (request, reply) => {
        const view = viewFor(request, language)
        if (isForeignPress(request, publicUrl)) return refuseForeign(reply, view)
        const opened = await open(request, reply, view)
        if (!opened) return reply
        const { seen, by, terms } = opened
        const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
        const pointed = step === 'where' ? pointedAt(form, view, terms) : undefined
        if (pointed) return show(reply, view, opened, pointed, [])
        const read = readEdits(step, form, terms, language)
        if (read.kind === 'faulty') return show(reply, view, opened, form, read.faults)
        const version = Number(form.get('version')) || 0
        const made: Answer<SeenBooking> = await desk.amend(seen.reference, by, read.edits, version)
        if (made.kind === 'refused') {
          const faults = faultsOf(made.because, terms.bike, language)
          return show(reply, view, opened, form, faults, made.nearest)
        }
        return back(reply, opened, made.kind === 'ok' ? 'changed' : 'stale')
      })
    }
  }

  /** Where the list knows the address its position needs not be told again. */
  function asDraft({ booking, person }: SeenBooking): Draft {
    const isListed = desk
      .addresses(person?.address ?? '', 8)
      .some(({ address }) => address === person?.address)
    const { place, ...rest } = person ?? { name: '', address: '' }
    return draftOf(booking, { ...rest, ...(!isListed && place && { place }) }, clock())
  }
}

type Answered =
  | { readonly kind: 'ok'; readonly draft: Draft }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[]; readonly nearest?: string }

type Edits =
  | { readonly kind: 'ok'; readonly edits: BookingEdits }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }

/** What a question's answer changes of a booking; what was emptied is taken away. */
function readEdits(step: Step, form: URLSearchParams, terms: Terms, language: Language): Edits {
  const words = BOOK_WORDS[language]
  switch (step) {
    case 'what': {
      const read = readThings(form, terms.bike, language)
      return read.kind === 'faulty' ? read : { kind: 'ok', edits: { things: read.value } }
    }
    case 'where': {
      const read = readPlace(form, words)
      if (read.kind === 'faulty') return read
      const emptied = { postcode: null, apartment: null, note: null }
      return { kind: 'ok', edits: { person: { ...emptied, ...read.value } } }
    }
    case 'when': {
      const slot = readSlot(form)
      return slot === undefined || slot === WAIT
        ? { kind: 'faulty', faults: [{ field: 'slot', text: words.faults.slot }] }
        : { kind: 'ok', edits: { slot } }
    }
    case 'who': {
      const read = readReach(form, words)
      if (read.kind === 'faulty') return read
      const { language: spoken, interpreter, ...person } = read.value
      const emptied = { phone: null, email: null }
      const edits = { language: spoken, interpreter, person: { ...emptied, ...person } }
      return { kind: 'ok', edits }
    }
  }
}

function memo<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, Value>()
  return (key) => {
    const value = made.get(key) ?? make(key)
    made.set(key, value)
    return value
  }
}
