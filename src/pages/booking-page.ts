/** A booking's own page: the receipt, what happens next, and where it is changed and cancelled. */
import { addDays, deadlineBefore, instantAt } from '#src/pickups/booking/service-days.ts'
import { isLive, type Terms } from '#src/pickups/booking/booking.ts'
import { plus, HOUR } from '#src/stations/time.ts'
import type { Language } from '#src/stations/fraction.ts'
import type { SeenBooking } from '#src/store/booking-desk.ts'
import { bookPath } from '#src/wording/book-path.ts'
import { dayText, momentText } from '#src/wording/booking-words.ts'
import { icalendar } from '#src/wording/icalendar.ts'
import { draftOf } from './book-draft.ts'
import { slotText, summary } from './book-page.ts'
import { BOOK_WORDS, type Did, type Step } from './book-words.ts'
import { contactList } from './contact.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { link, type View } from './site.ts'

/** A booking and the secret that opens it. */
export interface Opened {
  readonly seen: SeenBooking
  readonly secret: string
}

export function ownPath({ seen, secret }: Opened, language: Language, more = ''): string {
  return `${bookPath(language)}/${seen.reference}/${secret}${more}`
}

export function bookingPage(view: View, terms: Terms, opened: Opened, did: Did | undefined): Html {
  const words = BOOK_WORDS[view.language]
  const { seen } = opened
  const { booking, person, isServed } = seen
  const path = (more = '') => link(view, ownPath(opened, view.language, more))
  const may = windowsOf(view, terms, opened)
  const draft = draftOf(booking, person, view.now)
  const toStep = (step: Step) => path(`/${step}`)
  return ownPage(view, opened, words.states[booking.state], '', [
    did && html`<p class="did" role="status">${words.did[did]}</p>`,
    html`<h1>${words.states[booking.state]}</h1>
      <p class="reference">${words.reference} <strong>${spelled(seen.reference)}</strong></p>`,
    !isServed && isLive(booking) && html`<p class="faults">${words.notServed}</p>`,
    offerPart(view, terms, opened),
    summary(view, terms, draft, may.change ? toStep : undefined),
    booking.state === 'booked' &&
      isServed &&
      html`<p><a href="${path('/calendar.ics')}" download>${words.calendar}</a></p>`,
    isLive(booking) && nextPart(view, terms, opened),
    isLive(booking) && windowPart(view, opened, may),
    !isLive(booking) &&
      html`<p>
        <a class="button" href="${link(view, bookPath(view.language))}">${words.again}</a>
      </p>`,
  ])
}

/** Asks once more before a place is given away. */
export function cancelPage(view: View, terms: Terms, opened: Opened): Html {
  const words = BOOK_WORDS[view.language]
  const { slot } = opened.seen.booking
  const path = link(view, ownPath(opened, view.language))
  return ownPage(view, opened, words.cancelTitle, '/cancel', [
    html`<h1>${words.cancelTitle}</h1>
      ${slot && html`<p class="lead">${slotText(view, terms, slot)}</p>`}
      <p>${words.cancelText}</p>
      <form method="post" action="${path}" class="choose">
        <button name="do" value="cancel">${words.cancelYes}</button>
        <a href="${path}">${words.cancelNo}</a>
      </form>`,
  ])
}

function ownPage(
  view: View,
  opened: Opened,
  title: string,
  more: string,
  parts: Parameters<typeof html>[1],
): Html {
  return layout(view, {
    title: `${title} – ${view.town.town.name}`,
    description: BOOK_WORDS[view.language].lead,
    noIndex: true,
    pathInAll: (language) => ownPath(opened, language, more),
    body: html`<div class="booking">${parts}</div>`,
  })
}

/** `K7M 4XR`, as it is read aloud. */
export function spelled(reference: string): string {
  return `${reference.slice(0, 3)}\u00A0${reference.slice(3)}`
}

function offerPart(view: View, terms: Terms, opened: Opened): Html | undefined {
  const words = BOOK_WORDS[view.language]
  const { offer, booking } = opened.seen
  if (!offer || booking.state !== 'waiting') return undefined
  const until = momentText(offer.until, view.timeZone, view.language)
  return html`<section class="nearest" aria-labelledby="offer">
    <h2 id="offer">${words.offerTitle}</h2>
    <p>${words.offer(slotText(view, terms, offer.slot), until)}</p>
    <form method="post" action="${link(view, ownPath(opened, view.language))}" class="choose">
      <button name="do" value="take">${words.take}</button>
      <button name="do" value="decline" class="quiet">${words.decline}</button>
    </form>
  </section>`
}

function nextPart(view: View, { bike, timeZone }: Terms, { seen }: Opened): Html {
  const words = BOOK_WORDS[view.language]
  const { booking, person } = seen
  const { sms, channels } = view.town.town
  // Only what the town has a way to say is promised.
  const to = (sms ? person?.phone : undefined) ?? (channels.email ? person?.email : undefined)
  const list = new Intl.ListFormat(view.language, { type: 'conjunction' })
  const { daysBefore, minuteOfDay } = bike.remind
  const before = daysBefore
    .filter(
      (days) =>
        to !== undefined &&
        booking.slot &&
        instantAt(addDays(booking.slot.day, -days), minuteOfDay, timeZone) > view.now,
    )
    .map((days) => words.daysBefore(days))
  return html`<section aria-labelledby="next">
    <h2 id="next">${words.nextTitle}</h2>
    <ul>
      ${to !== undefined && html`<li>${words.nextMessage(to)}</li>`}
      ${
        booking.state === 'waiting'
          ? html`<li>${words.nextWait(dayText(booking.waitUntil!, view.language))}</li>`
          : html`${before.length > 0 && html`<li>${words.nextRemind(list.format(before))}</li>`}
              <li>${words.nextHome}</li>`
      }
      <li>${words.keepLink}</li>
    </ul>
  </section>`
}

function windowsOf(view: View, terms: Terms, { seen }: Opened) {
  const { booking } = seen
  const { slot } = booking
  const { bike, timeZone } = terms
  const changeUntil = slot && deadlineBefore(slot.day, bike.change, timeZone)
  const cancelUntil = slot && deadlineBefore(slot.day, bike.cancel, timeZone)
  const isOpen = (until: typeof changeUntil) =>
    isLive(booking) && (until === undefined || view.now < until)
  return {
    changeUntil,
    cancelUntil,
    change: isOpen(changeUntil),
    cancel: isOpen(cancelUntil),
  }
}

function windowPart(view: View, opened: Opened, may: ReturnType<typeof windowsOf>): Html {
  const words = BOOK_WORDS[view.language]
  const say = (at: typeof may.changeUntil, text: (when: string) => string) =>
    at !== undefined && html`<p>${text(momentText(at, view.timeZone, view.language))}</p>`
  const cancel = html`<p>
    <a class="button quiet" href="${link(view, ownPath(opened, view.language, '/cancel'))}"
      >${words.cancel}</a
    >
  </p>`
  if (!may.change || !may.cancel) {
    return html`<section>
      <p>${may.cancel ? words.tooLateToChange : words.tooLate}</p>
      ${contactList(view)} ${may.cancel && say(may.cancelUntil, words.cancelUntil)}
      ${may.cancel && cancel}
    </section>`
  }
  return html`<section>
    ${say(may.changeUntil, words.changeUntil)} ${say(may.cancelUntil, words.cancelUntil)} ${cancel}
  </section>`
}

/** The pickup for a calendar. The secret isn't in it: calendars are shared. */
export function bookingCalendar(
  view: View,
  { bike, timeZone }: Terms,
  { seen }: Opened,
): string | undefined {
  const words = BOOK_WORDS[view.language]
  const { booking, person, reference } = seen
  const slot = bike.slots.find(({ id }) => id === booking.slot?.slotId)
  if (!slot || !booking.slot) return undefined
  const page = view.publicUrl + link(view, bookPath(view.language))
  const summary = words.event(view.town.town.name)
  const from = instantAt(booking.slot.day, slot.fromMinute, timeZone)
  const until = instantAt(booking.slot.day, slot.untilMinute, timeZone)
  return icalendar({
    name: summary,
    description: summary,
    language: view.language,
    timeZone,
    selfUrl: page,
    pageUrl: page,
    events: [
      {
        uid: `booking-${reference}@${new URL(view.publicUrl).hostname}`,
        from,
        until: until > from ? until : plus(from, HOUR),
        summary,
        ...(person && { location: person.address }),
        categories: [],
        url: page,
        isCalledOff: booking.state === 'cancelled',
        sequence: booking.version,
        createdAt: booking.createdAt,
        changedAt: booking.createdAt,
      },
    ],
  }).body
}
