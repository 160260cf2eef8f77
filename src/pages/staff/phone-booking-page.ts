/** One booking as staff see it: what it is, what has happened, what can be done; and the search that leads to it. */
import type { Terms } from '#src/pickups/booking/booking.ts'
import { isLive, LENIENT } from '#src/pickups/booking/booking.ts'
import type { LetPassFigures } from '#src/pickups/booking/statistics.ts'
import { wallTime } from '#src/stations/time.ts'
import type { ErrandChange } from '#src/store/bookings.ts'
import type { SeenBooking } from '#src/store/booking-desk.ts'
import { capital } from '#src/wording/capital.ts'
import { momentText } from '#src/wording/booking-words.ts'
import { monthText } from '#src/wording/status-text.ts'
import { draftOf } from '../book-draft.ts'
import { slotText, summary } from '../book-page.ts'
import { html, type Html } from '../html.ts'
import { ofDay } from './board-places.ts'
import { CALL_BACKS } from './call-backs/call-back-places.ts'
import { hidden } from './form-parts.ts'
import {
  BOOKING,
  CANCEL_BOOKING,
  CHANGE_BOOKING,
  NEW_BOOKING,
  ofBooking,
  SETTLE_BOOKING,
} from './phone-places.ts'
import { PHONE_WORDS } from './phone-words.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { BOARD, BOOKINGS, staffPath } from './staff-menu.ts'
import { dataTable, factList, pathOf } from './staff-parts.ts'

/** What was just done. */
export const PHONE_DIDS = [
  'made',
  'changed',
  'stale',
  'cancelled',
  'tooLate',
  'told',
  'settled',
] as const
export type PhoneDid = (typeof PHONE_DIDS)[number]

export function phoneBookingPage(
  view: StaffView,
  terms: Terms,
  seen: SeenBooking,
  changes: readonly ErrandChange[],
  did: PhoneDid | undefined,
): Html {
  const { language, now, timeZone } = view
  const words = PHONE_WORDS[language]
  const { reference, booking, person, isServed } = seen
  const { slot } = booking
  const today = wallTime(now, timeZone).day
  const isOfTheDay =
    slot !== undefined && slot.day <= today && (booking.state === 'booked' || booking.outcome)
  const path = (place: typeof BOOKING) => staffPath(ofBooking(place, reference), language)
  return staffLayout(view, {
    title: `${words.title} ${reference}`,
    path: ofBooking(BOOKING, reference),
    body: html`<div class="booking phone">
      <p><a class="back" href="${staffPath(BOOKINGS.path, language)}">${words.back}</a></p>
      ${did !== undefined && html`<p class="note" role="status">${words[did]}</p>`}
      <h1>${capital(words.states[booking.state])}</h1>
      <p>${words.sayNumber}: <strong class="reference">${reference}</strong></p>
      ${!isServed && html`<p class="note">${words.notServed}</p>`}
      ${summary(view, terms, draftOf(booking, person, now), undefined)}
      ${booking.goesFirst === true && html`<p>${words.goesFirst}</p>`}
      ${
        booking.despite &&
        factList([
          [words.passed, booking.despite.map((limit) => words.limits[limit]).join(', ')],
          [words.passedBecause, seen.despiteBecause],
        ])
      }
      <div class="buttons">
        ${
          isLive(booking) &&
          html`<a class="button" href="${path(CHANGE_BOOKING)}">${words.change}</a>
            <a class="button quiet" href="${path(CANCEL_BOOKING)}">${words.cancel}</a>`
        }
        ${
          slot &&
          html`<a class="button quiet" href="${staffPath(ofDay(BOARD.path, slot.day), language)}"
            >${words.toBoard}</a
          >`
        }
      </div>
      ${
        booking.state === 'booked' &&
        html`<form method="post" action="${path(BOOKING)}" class="late">
          <label for="minutes">${words.lateMinutes}</label>
          <input id="minutes" name="minutes" inputmode="numeric" maxlength="3" value="20" />
          <button class="quiet">${words.late}</button>
        </form>`
      }
      ${isOfTheDay && outcomeForm()}
      <h2>${words.log}</h2>
      <ul class="log">
        ${changes.map(
          (change) =>
            html`<li>
              <span class="small">${momentText(change.at, timeZone, language)}</span>
              ${lineText(change)}
            </li>`,
        )}
      </ul>
    </div>`,
  })

  function outcomeForm(): Html {
    const said = booking.outcome?.kind === 'missed' ? booking.outcome.because : 'done'
    return html`<form method="post" action="${path(SETTLE_BOOKING)}" class="outcome">
      <h2><label for="outcome">${words.outcome}</label></h2>
      <p class="small" id="outcome-hint">${words.outcomeHint}</p>
      <select id="outcome" name="outcome" aria-describedby="outcome-hint">
        ${Object.entries(words.outcomes).map(
          ([id, name]) =>
            html`<option value="${id}" ${id === said && html`selected`}>${name}</option>`,
        )}
      </select>
      <button class="quiet">${words.outcomeSave}</button>
    </form>`
  }

  function lineText({ did: what, by, words: written }: ErrandChange): string {
    const line = `${words.did[what] ?? what}, ${byWhom(by)}`
    return written === undefined ? line : `${line}: ${written}`
  }

  function byWhom(by: string): string {
    return by === 'resident' ? words.byResident : by === 'clock' ? words.byClock : by
  }
}

export function cancelBookingPage(view: StaffView, terms: Terms, seen: SeenBooking): Html {
  const { language, now } = view
  const words = PHONE_WORDS[language]
  const { reference, booking, person } = seen
  const title = words.cancelTitle(reference)
  return staffLayout(view, {
    title,
    path: ofBooking(CANCEL_BOOKING, reference),
    body: html`<div class="booking phone">
      <h1>${title}</h1>
      ${summary(view, terms, draftOf(booking, person, now), undefined)}
      <p>${words.cancelText}</p>
      <form
        method="post"
        action="${staffPath(ofBooking(CANCEL_BOOKING, reference), language)}"
        class="buttons"
      >
        ${hidden('version', String(booking.version))}
        <button>${words.cancelYes}</button>
        <a class="button quiet" href="${staffPath(ofBooking(BOOKING, reference), language)}"
          >${words.cancelNo}</a
        >
      </form>
    </div>`,
  })
}

export function bookingsPage(
  view: StaffView,
  terms: Terms,
  found: {
    readonly text: string
    readonly bookings: readonly SeenBooking[]
    readonly most: number
    readonly letPass: readonly LetPassFigures[]
    /** How many are to be called by now. */
    readonly callsDue: number
  },
): Html {
  const { language } = view
  const words = PHONE_WORDS[language]
  const { text, bookings, most, letPass, callsDue } = found
  return staffLayout(view, {
    title: words.title,
    path: BOOKINGS.path,
    body: html`<h1>${words.title}</h1>
      <p>
        <a class="button" href="${staffPath(NEW_BOOKING.path, language)}">${words.newTitle}</a>
      </p>
      ${callsDue > 0 && html`<p><a href="${pathOf(CALL_BACKS, language)}">${words.callsDue(callsDue)}</a></p>`}
      <form method="get" action="${staffPath(BOOKINGS.path, language)}" class="find" role="search">
        <p class="field">
          <label for="q">${words.find}</label>
          <span class="small" id="q-hint">${words.findHint}</span>
          <input
            id="q"
            name="q"
            value="${text}"
            maxlength="80"
            autocomplete="off"
            aria-describedby="q-hint"
          />
        </p>
        <p class="field"><button>${words.search}</button></p>
      </form>
      ${text !== '' && results(view, terms, bookings)}
      ${bookings.length === most && html`<p>${words.more}</p>`} ${letPassPart(view, letPass)}`,
  })
}

/** The latest months in which staff let limits pass. */
const MONTHS_SHOWN = 6

function letPassPart(view: StaffView, figures: readonly LetPassFigures[]): Html | undefined {
  const words = PHONE_WORDS[view.language]
  const months = figures.filter(({ letPass }) => letPass > 0).slice(-MONTHS_SHOWN)
  if (months.length === 0) return undefined
  return html`<details>
    <summary>${words.letPassTitle}</summary>
    ${dataTable(
      words.letPassTitle,
      [
        { name: words.month, cell: ({ month }) => monthText(month, view.language) },
        { name: words.letPassCount, cell: ({ letPass }) => letPass, isNumber: true },
        { name: words.ofBookings, cell: ({ bookings }) => bookings, isNumber: true },
        {
          name: words.whichLimits,
          cell: ({ byLimit }) =>
            LENIENT.filter((limit) => byLimit[limit] !== undefined)
              .map((limit) => `${words.limits[limit]} ${byLimit[limit]}`)
              .join(', '),
        },
      ],
      months.toReversed(),
    )}
  </details>`
}

function results(view: StaffView, terms: Terms, bookings: readonly SeenBooking[]): Html {
  const { language } = view
  const words = PHONE_WORDS[language]
  if (bookings.length === 0) return html`<p role="status">${words.nothing}</p>`
  return html`<p role="status">${words.found(bookings.length)}</p>
    <ul class="found">
      ${bookings.map(
        ({ reference, booking, person }) =>
          html`<li>
            <a href="${staffPath(ofBooking(BOOKING, reference), language)}"
              >${person?.name ?? reference}</a
            >
            <span>${[person?.address, person?.apartment].filter(Boolean).join(', ')}</span>
            <span class="small"
              >${booking.slot ? slotText(view, terms, booking.slot) : ''}
              ${words.states[booking.state]} · ${reference}</span
            >
          </li>`,
      )}
    </ul>`
}

export function noSuchBookingPage(view: StaffView): Html {
  const words = PHONE_WORDS[view.language]
  return staffLayout(view, {
    title: words.gone,
    body: html`<h1>${words.gone}</h1>
      <p class="lead">${words.goneText}</p>
      <p><a class="button" href="${staffPath(BOOKINGS.path, view.language)}">${words.back}</a></p>`,
  })
}
