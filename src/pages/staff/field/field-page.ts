/** For a phone in the field: a station, then a button for what one sees there. */
import type { ReportKind } from '#src/rules/record.ts'
import { sortByFraction } from '#src/stations/container-order.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { containerTitle, fractionSign, wordPill } from '../../container-marks.ts'
import { html, type Html } from '../../html.ts'
import { stationsByName } from '../../stations-by-name.ts'
import { hidden, textField } from '../form-parts.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import { age, doneNote, filled, pathOf } from '../staff-parts.ts'
import { FIELD, FIELD_STATION } from './field-places.ts'
import { FIELD_WORDS } from './field-words.ts'

/** What is said of a container; `emptied` is no report but an emptying. */
export const CONTAINER_KINDS = ['full', 'has-room', 'emptied', 'broken', 'repaired'] as const
/** What is said of the ground about them all. */
export const GROUND_KINDS = ['litter', 'cleaned', 'ice'] as const
export type SeenKind = ReportKind | 'emptied'

export function kindText({ language }: Pick<StaffView, 'language'>, kind: SeenKind): string {
  const words = FIELD_WORDS[language]
  return kind === 'emptied' ? words.emptied : words.kinds[kind]
}

export function fieldPage(view: StaffView, text: string | undefined): Html {
  const { language } = view
  const words = FIELD_WORDS[language]
  const wanted = (text ?? '').toLowerCase()
  const stations = stationsByName(view).filter(({ name, address = '' }) =>
    `${name} ${address}`.toLowerCase().includes(wanted),
  )
  return staffLayout(view, {
    title: FIELD.name[language],
    path: FIELD.path,
    body: html`
      <h1>${FIELD.name[language]}</h1>
      <p class="lead">${words.lead}</p>
      <form method="get" action="${pathOf(FIELD, language)}" class="find" role="search">
        ${textField({ name: 'q', label: words.find, type: 'search', value: text })}
        <p class="field"><button>${words.search}</button></p>
      </form>
      ${stations.length === 0 && html`<p>${words.none}</p>`}
      <ul class="taps">
        ${stations.map(
          ({ id, name, address }) =>
            html`<li>
              <a href="${pathOf(FIELD_STATION, language, { id })}"
                ><strong>${name}</strong>
                ${address !== undefined && html`<span>${address}</span>`}</a
              >
            </li>`,
        )}
      </ul>
    `,
  })
}

export function fieldStationPage(
  view: StaffView,
  station: Station,
  notes: { readonly did?: string | undefined; readonly fault?: string } = {},
): Html {
  const { language } = view
  const words = FIELD_WORDS[language]
  const { id, name, address } = station
  const { did, fault } = notes
  return staffLayout(view, {
    title: `${name}, ${FIELD.name[language]}`,
    path: filled(FIELD_STATION.path, { id }),
    body: html`
      <p><a class="back" href="${pathOf(FIELD, language)}">${words.back}</a></p>
      ${fault !== undefined && html`<p class="faults" role="alert">${fault}</p>`} ${doneNote(did)}
      <h1>${name}</h1>
      ${address !== undefined && html`<p class="where">${address}</p>`}
      <form method="post" class="seen panel" aria-label="${words.ground}">
        <h2>${words.ground}</h2>
        <p class="seen-buttons">
          ${GROUND_KINDS.map(
            (kind) =>
              html`<button name="kind" value="${kind}" class="quiet">
                ${kindText(view, kind)}
              </button>`,
          )}
        </p>
      </form>
      ${sortByFraction(station.containers).map((container) =>
        containerForm(view, container, station),
      )}
    `,
  })
}

function containerForm(view: StaffView, container: Container, station: Station): Html {
  const { language } = view
  const words = FIELD_WORDS[language]
  const title = containerTitle(container, station, language)
  const { word, measuredAt } = view.statusOf(container.id)
  return html`<form method="post" class="seen panel" aria-label="${title}">
    <div class="seen-head">
      ${fractionSign(container.fraction)}
      <div>
        <h2>${title}</h2>
        <p>
          ${wordPill(word, language)}
          <span class="small"
            >${measuredAt === undefined ? words.unheard : html`${words.measured} ${age(view, measuredAt)}`}</span
          >
        </p>
      </div>
    </div>
    ${hidden('container', container.id)}
    <p class="seen-buttons">
      ${CONTAINER_KINDS.map(
        (kind) =>
          html`<button name="kind" value="${kind}" class="quiet">
            ${kindText(view, kind)}<span class="visually-hidden">: ${title}</span>
          </button>`,
      )}
    </p>
  </form>`
}
