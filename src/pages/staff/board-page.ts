/** The page around the dispatch board: which day, and what the board must know before it asks. */
import type { Terms } from '#src/pickups/booking/booking.ts'
import { inLanguage } from '#src/stations/return-bike.ts'
import type { Place } from '#src/stations/station.ts'
import { wallTime } from '#src/stations/time.ts'
import { dayText } from '#src/wording/booking-words.ts'
import { capital } from '#src/wording/capital.ts'
import { html, type Html } from '../html.ts'
import { baseNear } from '../base-near.ts'
import { ofDay, PRINTOUT } from './board-places.ts'
import { BOARD_WORDS } from './board-words.ts'
import { BOOKING, NEW_BOOKING, ofBooking } from './phone-places.ts'
import { daysAround } from './service-days.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { BOARD, signInPath, staffPath } from './staff-menu.ts'

export function boardPage(view: StaffView, terms: Terms, day: string, island: Html): Html {
  const { language, now, timeZone } = view
  const words = BOARD_WORDS[language]
  const days = daysAround(terms, now)
  const isServed = days.includes(day)
  const isToday = wallTime(now, timeZone).day === day
  const here = staffPath(ofDay(BOARD.path, day), language)
  const print = staffPath(ofDay(PRINTOUT.path, day), language)
  const book = staffPath(NEW_BOOKING.path, language)
  const facts = {
    day,
    language,
    timeZone,
    items: Object.fromEntries(
      terms.bike.items.map(({ id, name }) => [id, inLanguage(name, language)]),
    ),
    stations: [...view.town.stations.values()].map(({ id, name, place }) => ({ id, name, place })),
    base: baseNear(view.mapBase ?? [], placesOf(terms)),
    paths: {
      signIn: signInPath(language, here),
      now: staffPath(BOARD.path, language),
      print,
      book,
      booking: staffPath(ofBooking(BOOKING, ''), language),
    },
  }
  return staffLayout(view, {
    title: `${words.title} ${dayText(day, language)}`,
    path: ofDay(BOARD.path, day),
    isWide: true,
    head: island,
    body: html`<div class="board-head">
        <h1>
          ${capital(dayText(day, language))}
          <span id="is-today" ${!isToday && html`hidden`}>${words.isToday}</span>
        </h1>
        ${dayForm(view, days, day)}
      </div>
      <noscript>
        <p class="banner">${words.noScript}</p>
        <p><a href="${print}">${words.print}</a> · <a href="${book}">${words.book}</a></p>
      </noscript>
      ${
        isServed || day < days[0]!
          ? html`<div id="board" class="board" data-facts="${JSON.stringify(facts)}">
              <p class="lead">${words.loading}</p>
            </div>`
          : html`<p class="lead">${words.notServed(capital(dayText(day, language)))}</p>`
      }`,
  })
}

/** Where the bike may have to do. */
function placesOf({ bike }: Terms): readonly Place[] {
  return [
    ...bike.bikes.flatMap(({ home }) => home ?? []),
    ...bike.dropOffs.map(({ place }) => place),
    ...(bike.addresses ?? []).map(({ place }) => place),
  ]
}

/** A form that works without script; the days beside it are one press away. */
function dayForm({ language }: StaffView, days: readonly string[], day: string): Html {
  const words = BOARD_WORDS[language]
  const before = days.findLast((one) => one < day)
  const after = days.find((one) => one > day)
  const path = staffPath(BOARD.path, language)
  const leap = (to: string | undefined, label: string, arrow: string) =>
    to !== undefined &&
    html`<a class="button quiet" href="${path}?day=${to}"
      ><span aria-hidden="true">${arrow}</span
      ><span class="visually-hidden">${label}: ${dayText(to, language)}</span></a
    >`
  return html`<form class="day-form" method="get" action="${path}">
    ${leap(before, words.before, '←')}
    <label for="day">${words.chooseDay}</label>
    <select id="day" name="day">
      ${[...new Set([...days, day])]
        .sort()
        .map(
          (one) =>
            html`<option value="${one}" ${one === day && html`selected`}>
              ${dayText(one, language)}
            </option>`,
        )}
    </select>
    <button class="quiet">${words.show}</button>
    ${leap(after, words.after, '→')}
  </form>`
}

/** Where there is nothing to plan. */
export function noBoardPage(view: StaffView, text: string): Html {
  const words = BOARD_WORDS[view.language]
  return staffLayout(view, {
    title: words.title,
    path: BOARD.path,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${text}</p>`,
  })
}
