/** A day's rounds on paper, for who rides without a phone; it also is the board without script. */
import type { Terms } from '#src/pickups/booking/booking.ts'
import type { StandingStop } from '#src/pickups/day/standing.ts'
import { inLanguage } from '#src/stations/return-bike.ts'
import type { SeenDay } from '#src/store/day-desk.ts'
import { dayText } from '#src/wording/booking-words.ts'
import { clockText } from '#src/wording/wall-clock.ts'
import { BOOK_WORDS } from '../book-words.ts'
import { html, type Html } from '../html.ts'
import { ofDay, PRINTOUT } from './board-places.ts'
import { BOARD_WORDS } from './board-words.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { BOARD, staffPath } from './staff-menu.ts'

export function printoutPage(view: StaffView, terms: Terms, seen: SeenDay): Html {
  const { language, now, timeZone } = view
  const words = BOARD_WORDS[language]
  const { look, plan, standing } = seen
  const title = words.printTitle(dayText(look.day, language))
  return staffLayout(view, {
    title,
    path: ofDay(PRINTOUT.path, look.day),
    body: html`<div class="printout">
      <p class="screen-only">
        <a class="back" href="${staffPath(ofDay(BOARD.path, look.day), language)}"
          >${words.backToBoard}</a
        >
      </p>
      <h1>${title}</h1>
      <p class="screen-only">${words.printLead}</p>
      <p class="small">
        ${words.asOf(clockText(now, timeZone))} ${plan?.published === false && words.draft}
      </p>
      ${!plan && html`<p class="lead">${words.noPlan}</p>`}
      ${standing.rounds.map(({ bike, stops }) => {
        const name = look.setting.bikes.find(({ id }) => id === bike)?.name ?? bike
        return html`<section class="sheet">
          <h2>${name}</h2>
          ${
            stops.length === 0
              ? html`<p>${words.noStops}</p>`
              : table(
                  view,
                  stops.map((stop, i) => row(view, terms, seen, stop, i + 1)),
                )
          }
        </section>`
      })}
    </div>`,
  })
}

function table({ language }: StaffView, rows: readonly Html[]): Html {
  const { columns } = BOARD_WORDS[language]
  return html`<div class="scrolls" tabindex="0" role="group" aria-label="${columns.where}">
    <table>
      <thead>
        <tr>
          ${Object.values(columns).map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function row(
  { language, timeZone, town }: StaffView,
  { bike }: Terms,
  { look, times }: SeenDay,
  { stop, facts }: StandingStop,
  no: number,
): Html {
  const words = BOARD_WORDS[language]
  const kept = look.bookings.get(stop.id)
  const { person, errand } = kept ?? {}
  const at = times.get(stop.id)?.startsAt ?? facts?.since
  const candidate = look.candidates.get(stop.id)
  const things = (errand?.things ?? []).map(({ itemId, count }) => {
    const item = bike.items.find(({ id }) => id === itemId)
    return `${count} × ${item ? inLanguage(item.name, language) : itemId}`
  })
  const load = candidate && [
    ...candidate.loads.map(({ litres }) => `${litres} l`),
    `${candidate.kg} kg`,
  ]
  const bringTo = look.setting.dropOffs.find(({ id }) => id === candidate?.dropOffId)
  const spoken = errand && errand.language !== language ? errand.language : undefined
  const toKnow = [
    person?.note,
    spoken && words.speaks(BOOK_WORDS[language].languages[spoken]),
    errand?.interpreter === true && words.interpreter,
    bringTo && words.unload(bringTo.name),
  ]
  return html`<tr>
    <td>${no}</td>
    <td>${at === undefined ? '' : clockText(at, timeZone)}</td>
    <td>
      ${whereOf()} ${person && html`<br />${person.name} ${person.phone ?? person.email ?? ''}`}
    </td>
    <td>${(load ?? things).join(', ')}</td>
    <td>${toKnow.filter((one) => typeof one === 'string').map((one) => html`${one}<br />`)}</td>
    <td><span class="tick" aria-hidden="true"></span></td>
  </tr>`

  /** A stop that is no booking; as on the board, where first. */
  function whatIsAsked(): string {
    const { stationId, address, what } = candidate ?? {}
    const place = stationId ? town.stations.get(stationId)?.name : address
    return [place, what].filter(Boolean).join(': ')
  }

  function whereOf(): string {
    switch (stop.kind) {
      case 'break':
        return words.rest
      case 'drop-off': {
        const there = look.setting.dropOffs.find(({ id }) => id === stop.dropOffId)
        return words.unload(there?.name ?? stop.dropOffId)
      }
      case 'pickup': {
        const { address, apartment } = person ?? {}
        const home = [address, apartment].filter(Boolean).join(', ')
        return home || whatIsAsked() || (kept?.reference ?? '')
      }
    }
  }
}

/** Whose data is on the paper. */
export function peopleOn({ look, standing }: SeenDay): readonly string[] {
  return standing.rounds
    .flatMap(({ stops }) => stops.map(({ stop }) => stop.id))
    .filter((id) => look.bookings.get(id)?.person !== undefined)
}
