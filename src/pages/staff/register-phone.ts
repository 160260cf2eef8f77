/** Bookings by phone: found, made, changed and cancelled by staff on somebody's behalf, without script. */
import type { FastifyReply } from 'fastify'
import { isLive, MISSED_BECAUSE, type Outcome, type Terms } from '#src/pickups/booking/booking.ts'
import { letPassFigures } from '#src/pickups/booking/statistics.ts'
import type { Asker, BookingEdits, SeenBooking, Submission } from '#src/store/booking-desk.ts'
import type { SeenCallBack } from '#src/store/call-back-desk.ts'
import { parseReference } from '#src/store/errand-names.ts'
import { draftOf, fieldsOf, keyOf, slotValue, versionOf } from '../book-draft.ts'
import { faultsOf, type Fault } from '../book-input.ts'
import { MOST_LISTED } from '../book-page.ts'
import { STEPS } from '../book-words.ts'
import type { Html } from '../html.ts'
import { pointedAt } from '../map-question.ts'
import { seeOther } from '../report-form.ts'
import type { PagesOptions } from '../site.ts'
import { noBoardPage } from './board-page.ts'
import { BOARD_WORDS } from './board-words.ts'
import {
  bookingsPage,
  cancelBookingPage,
  noSuchBookingPage,
  PHONE_DIDS,
  phoneBookingPage,
  type PhoneDid,
} from './phone-booking-page.ts'
import { phoneFormPage, readPhoneForm, type PhoneForm } from './phone-form.ts'
import {
  BOOKING,
  CANCEL_BOOKING,
  CHANGE_BOOKING,
  NEW_BOOKING,
  ofBooking,
  SETTLE_BOOKING,
} from './phone-places.ts'
import { PHONE_WORDS } from './phone-words.ts'
import type { StaffView } from './staff-layout.ts'
import { BOOKINGS, staffPath } from './staff-menu.ts'
import type { StaffPages, StaffRequest } from './staff-page.ts'

const MOST_FOUND = 20

export function registerPhone(
  pages: StaffPages,
  { bookings }: Required<Pick<PagesOptions, 'bookings'>>,
): void {
  const { desk } = bookings

  pages.get(BOOKINGS, async (view, request) => {
    const terms = desk.terms()
    if (!terms) return noBoardPage(view, BOARD_WORDS[view.language].noBike)
    const asked = request.query['q']
    const text = typeof asked === 'string' ? asked.trim().slice(0, 80) : ''
    const found = text.length < 2 ? [] : await desk.search(text, view.staff.name, MOST_FOUND)
    return bookingsPage(view, terms, {
      text,
      bookings: found,
      most: MOST_FOUND,
      letPass: letPassFigures(await desk.statistics()),
      callsDue: await desk.callBacks.countDue(),
    })
  })

  pages.get(NEW_BOOKING, async (view, request) => {
    const terms = desk.terms()
    if (!terms) return noBoardPage(view, BOARD_WORDS[view.language].noBike)
    const call = await callOf(view, request.query['call'])
    return newPage(view, terms, { form: formOfCall(call), faults: [], call })
  })

  pages.post(NEW_BOOKING, async (view, form, _request, reply) => {
    const terms = desk.terms()
    if (!terms) return noBoardPage(view, BOARD_WORDS[view.language].noBike)
    const key = keyOf(form)
    const call = await callOf(view, form.get('call'))
    const again = (faults: readonly Fault[], nearest?: string) => {
      void reply.code(400)
      return newPage(view, terms, { form, faults, call }, nearest)
    }
    const pointed = pointedAt(form, view, terms)
    if (pointed) return newPage(view, terms, { form: pointed, faults: [], call })
    const read = readPhoneForm(form, terms, view.language)
    if (read.kind === 'faulty') return again(read.faults)
    const made = await desk.submit(read.value, { key, actor: view.staff.name })
    if (made.kind === 'refused') {
      return again(faultsOf(made.because, terms.bike, view.language), made.nearest)
    }
    // The same key with another form: the first one was kept, and is found by searching.
    if (made.kind !== 'ok') return seeOther(reply, staffPath(BOOKINGS.path, view.language))
    if (call) await desk.callBacks.settle(call.callBack.id, view.staff.name, 'done')
    return back(reply, view, made.value.reference, 'made')
  })

  pages.get(BOOKING, (view, request, reply) =>
    opened(view, request, reply, async (seen, by, terms) => {
      const changes = await desk.changes(seen.reference, by)
      const did = PHONE_DIDS.find((one) => one === request.query['did'])
      return phoneBookingPage(view, terms, seen, changes.kind === 'ok' ? changes.value : [], did)
    }),
  )

  pages.post(BOOKING, (view, form, request, reply) =>
    opened(view, request, reply, async ({ reference }) => {
      const minutes = Number(form.get('minutes'))
      const isNumber = Number.isInteger(minutes) && minutes > 0 && minutes <= 600
      const told = await desk.tell(
        { reference },
        view.staff.name,
        'running-late',
        isNumber ? minutes : undefined,
      )
      return back(reply, view, reference, told.kind === 'ok' && told.value > 0 ? 'told' : 'tooLate')
    }),
  )

  pages.post(SETTLE_BOOKING, (view, form, request, reply) =>
    opened(view, request, reply, async ({ reference, booking }) => {
      const said = form.get('outcome')
      const because = MISSED_BECAUSE.find((one) => one === said)
      if (because === undefined && said !== 'done') return back(reply, view, reference, undefined)
      const taken = booking.things.map((thing) => ({ ...thing, reused: false }))
      const outcome: Outcome = because ? { kind: 'missed', because } : { kind: 'done', taken }
      const made = await desk.settle(reference, view.staff.name, outcome)
      return back(reply, view, reference, made.kind === 'ok' ? 'settled' : 'tooLate')
    }),
  )

  pages.get(CHANGE_BOOKING, (view, request, reply) =>
    opened(view, request, reply, async (seen, _by, terms) => {
      if (!isLive(seen.booking)) return back(reply, view, seen.reference, 'tooLate')
      return changePage(view, terms, seen, formOf(seen, view), [])
    }),
  )

  pages.post(CHANGE_BOOKING, (view, form, request, reply) =>
    opened(view, request, reply, async (seen, by, terms) => {
      const again = (faults: readonly Fault[], nearest?: string) => {
        void reply.code(400)
        return changePage(view, terms, seen, form, faults, nearest)
      }
      const pointed = pointedAt(form, view, terms)
      if (pointed) return changePage(view, terms, seen, pointed, [])
      const read = readPhoneForm(form, terms, view.language)
      if (read.kind === 'faulty') return again(read.faults)
      const version = Number(form.get('version')) || 0
      const made = await desk.amend(seen.reference, by, editsOf(read.value, seen), version)
      if (made.kind === 'refused') {
        return again(faultsOf(made.because, terms.bike, view.language), made.nearest)
      }
      return back(reply, view, seen.reference, made.kind === 'ok' ? 'changed' : 'stale')
    }),
  )

  pages.get(CANCEL_BOOKING, (view, request, reply) =>
    opened(view, request, reply, async (seen, _by, terms) =>
      isLive(seen.booking)
        ? cancelBookingPage(view, terms, seen)
        : back(reply, view, seen.reference, 'tooLate'),
    ),
  )

  pages.post(CANCEL_BOOKING, (view, form, request, reply) =>
    opened(view, request, reply, async ({ reference }, by) => {
      const made = await desk.cancel(reference, by, Number(form.get('version')) || 0)
      const did = { ok: 'cancelled', stale: 'stale' }[made.kind as string] ?? 'tooLate'
      return back(reply, view, reference, did as PhoneDid)
    }),
  )

  /** With the booking that the path names, which is then written down as seen. */
  async function opened(
    view: StaffView,
    request: StaffRequest,
    reply: FastifyReply,
    work: (seen: SeenBooking, by: Asker, terms: Terms) => Promise<Html | FastifyReply>,
  ): Promise<Html | FastifyReply> {
    const terms = desk.terms()
    const reference = parseReference(request.params['reference'] ?? '')
    const by: Asker = { kind: 'staff', actor: view.staff.name }
    const found = reference === undefined ? undefined : await desk.find(reference, by)
    if (terms && found?.kind === 'ok') return work(found.value, by, terms)
    void reply.code(404)
    return noSuchBookingPage(view)
  }

  async function newPage(
    view: StaffView,
    terms: Terms,
    asked: Pick<PhoneForm, 'form' | 'faults'> & { readonly call: SeenCallBack | undefined },
    nearest?: string,
  ): Promise<Html> {
    const title = PHONE_WORDS[view.language].newTitle
    const { form, faults, call } = asked
    const key = keyOf(form)
    const page = { title, path: NEW_BOOKING.path, form, faults, key, ...(call && { call }) }
    return formPage(view, terms, page, undefined, nearest)
  }

  /** Whom the booking is for, where they were to be called; that it was looked at is written down. */
  async function callOf(view: StaffView, id: unknown): Promise<SeenCallBack | undefined> {
    if (typeof id !== 'string') return undefined
    const found = await desk.callBacks.find(id, view.staff.name)
    return found.kind === 'ok' ? found.value : undefined
  }

  async function changePage(
    view: StaffView,
    terms: Terms,
    seen: SeenBooking,
    form: URLSearchParams,
    faults: readonly Fault[],
    nearest?: string,
  ): Promise<Html> {
    const { reference, booking } = seen
    const title = `${PHONE_WORDS[view.language].change} ${reference}`
    const path = ofBooking(CHANGE_BOOKING, reference)
    const { slot = seen.offer?.slot } = booking
    const page = { title, path, form, faults, version: versionOf(form, booking) }
    return formPage(view, terms, page, slot && slotValue(slot), nearest)
  }

  async function formPage(
    view: StaffView,
    terms: Terms,
    page: Omit<PhoneForm, 'offered' | 'addresses'>,
    own: string | undefined,
    nearest: string | undefined,
  ): Promise<Html> {
    const { addresses = [] } = terms.bike
    const listed = addresses.length > MOST_LISTED ? [] : addresses.map(({ address }) => address)
    return phoneFormPage(view, terms, {
      ...page,
      addresses: [...new Set(listed)],
      ...(nearest !== undefined && { nearest }),
      offered: {
        slots: await desk.slots(),
        things: [],
        mayWait: page.version === undefined,
        isLenient: true,
        ...(own !== undefined && { own }),
      },
    })
  }

  function back(
    reply: FastifyReply,
    { language }: StaffView,
    reference: string,
    did: PhoneDid | undefined,
  ): FastifyReply {
    const path = staffPath(ofBooking(BOOKING, reference), language)
    return seeOther(reply, did === undefined ? path : `${path}?did=${did}`)
  }

  /** A booking's answers, each in its field. Where the list knows the address its position isn't told again. */
  function formOf({ booking, person }: SeenBooking, { now }: StaffView): URLSearchParams {
    const isListed = desk
      .addresses(person?.address ?? '', 8)
      .some(({ address }) => address === person?.address)
    const { place, ...rest } = person ?? { name: '', address: '' }
    const draft = draftOf(booking, { ...rest, ...(!isListed && place && { place }) }, now)
    return new URLSearchParams([
      ...STEPS.flatMap((step) => [...fieldsOf(draft, step)]),
      ...(booking.goesFirst === true ? [['goesFirst', 'yes']] : []),
    ])
  }
}

/** What is known of who was to be called. */
function formOfCall(call: SeenCallBack | undefined): URLSearchParams {
  if (!call) return new URLSearchParams({ language: 'sv' })
  const { callBack, caller } = call
  return new URLSearchParams({
    name: caller.name,
    phone: caller.phone,
    language: callBack.language,
    ...(callBack.interpreter && { interpreter: 'yes' }),
  })
}

/** Only what is another than it was; what was emptied is taken away. */
function editsOf(
  { person, things, slot, language, interpreter, goesFirst = false, lenientBecause }: Submission,
  { booking, person: was }: SeenBooking,
): BookingEdits {
  const emptied = { postcode: null, apartment: null, note: null, phone: null, email: null }
  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
  const wanted = { ...emptied, ...person }
  const news = Object.fromEntries(
    Object.entries(wanted).filter(
      ([field, value]) => !isSame(value, was?.[field as keyof typeof was] ?? null),
    ),
  )
  return {
    ...(!isSame(things, booking.things) && { things }),
    ...(slot && !isSame(slot, booking.slot) && { slot }),
    ...(language !== booking.language && { language }),
    ...(interpreter !== booking.interpreter && { interpreter }),
    ...(goesFirst !== (booking.goesFirst ?? false) && { goesFirst }),
    ...(Object.keys(news).length > 0 && { person: news }),
    ...(lenientBecause !== undefined && { lenientBecause }),
  }
}
