/** What has been emptied and what is planned: of the town, and of one station with its forms. */
import type { Emptying } from '#src/rules/emptyings.ts'
import type { PlannedEmptying, PlanSource } from '#src/rules/record.ts'
import { sortByFraction } from '#src/stations/container-order.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { windowText } from '#src/wording/status-text.ts'
import { containerTitle } from '../../container-marks.ts'
import { html, type Html } from '../../html.ts'
import { containerText, stationOptions } from '../devices/device-list.ts'
import {
  checkField,
  faultSummary,
  hidden,
  radioField,
  selectField,
  textField,
  type FormFaults,
} from '../form-parts.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import { dataTable, doneNote, filled, pathOf, when, withQuery } from '../staff-parts.ts'
import { EMPTYINGS, NEVER_EMPTIED, STATION_EMPTYINGS } from './field-places.ts'
import { FIELD_WORDS, type FieldWords } from './field-words.ts'

export interface Planned {
  readonly containerId: ContainerId
  readonly window: PlannedEmptying
  readonly sources: readonly PlanSource[]
}

export interface TownEmptyings {
  /** Soonest first. */
  readonly planned: readonly Planned[]
  /** Newest first. */
  readonly done: readonly Emptying[]
}

export function emptyingsPage(view: StaffView, { planned, done }: TownEmptyings): Html {
  const { language } = view
  const words = FIELD_WORDS[language]
  return staffLayout(view, {
    title: EMPTYINGS.name[language],
    path: EMPTYINGS.path,
    body: html`
      <h1>${EMPTYINGS.name[language]}</h1>
      <p class="lead">${words.emptyingsLead}</p>
      <form method="get" action="${pathOf(EMPTYINGS, language)}" class="find">
        ${selectField({
          name: 'station',
          label: words.station,
          options: stationOptions(view),
        })}
        <p class="field"><button>${words.show}</button></p>
      </form>
      <section aria-labelledby="planned">
        <h2 id="planned">${words.planned}</h2>
        ${
          planned.length === 0
            ? html`<p>${words.plannedNone}</p>`
            : dataTable(
                words.planned,
                [
                  {
                    name: words.container,
                    cell: ({ containerId }) => stationLink(view, containerId),
                  },
                  { name: words.when, cell: ({ window }) => plannedText(view, window) },
                  { name: words.by, cell: ({ sources }) => sourcesText(view, sources) },
                ],
                planned,
              )
        }
      </section>
      <section aria-labelledby="done">
        <h2 id="done">${words.done}</h2>
        ${
          done.length === 0
            ? html`<p>${words.doneNone}</p>`
            : dataTable(
                words.done,
                [
                  {
                    name: words.container,
                    cell: ({ containerId }) => stationLink(view, containerId),
                  },
                  { name: words.when, cell: ({ emptiedAt }) => when(view, emptiedAt) },
                  { name: words.by, cell: (emptying) => toldBy(view, emptying) },
                ],
                done,
              )
        }
      </section>
    `,
  })
}

function stationLink(view: StaffView, containerId: ContainerId): Html {
  const stationId = view.town.containers.get(containerId)?.stationId
  const text = containerText(view, containerId)
  if (stationId === undefined) return html`${text}`
  return html`<a href="${pathOf(STATION_EMPTYINGS, view.language, { id: stationId })}">${text}</a>`
}

function plannedText({ now, timeZone, language }: StaffView, window: PlannedEmptying): string {
  return windowText(window, now, timeZone, language)
}

function sourcesText({ language }: StaffView, sources: readonly PlanSource[]): string {
  return sources.map((source) => FIELD_WORDS[language].planSources[source]).join(', ')
}

function toldBy({ language }: StaffView, { by, corrected }: Emptying): string {
  const words = FIELD_WORDS[language]
  const told = by.map((source) => words.sources[source]).join(', ')
  return corrected ? `${told} (${words.corrected})` : told
}

export interface StationEmptyings {
  readonly station: Station
  readonly plans: readonly {
    readonly container: Container
    readonly source: PlanSource
    readonly window: PlannedEmptying
  }[]
  /** Newest first. */
  readonly done: readonly Emptying[]
}

export interface EmptyingNotes {
  readonly did?: keyof FieldWords['did'] | undefined
  readonly faults?: FormFaults
  readonly typed?: URLSearchParams
}

export function stationEmptyingsPage(
  view: StaffView,
  facts: StationEmptyings,
  { did, faults = [], typed = new URLSearchParams() }: EmptyingNotes,
): Html {
  const { language } = view
  const words = FIELD_WORDS[language]
  const { station } = facts
  const title = words.ofStation(station.name)
  return staffLayout(view, {
    title,
    path: filled(STATION_EMPTYINGS.path, { id: station.id }),
    body: html`
      <p><a class="back" href="${pathOf(EMPTYINGS, language)}">${EMPTYINGS.name[language]}</a></p>
      ${faultSummary(words.faultTitle, faults)} ${doneNote(did && words.did[did])}
      <h1>${title}</h1>
      <div class="panels">
        ${reportForm(view, station, faults, typed)} ${planForm(view, station, faults, typed)}
      </div>
      ${plansPart(view, facts)} ${donePart(view, facts)}
    `,
  })
}

function options(view: StaffView, station: Station) {
  return sortByFraction(station.containers).map((container) => ({
    value: container.id as string,
    text: containerTitle(container, station, view.language),
  }))
}

function reportForm(
  view: StaffView,
  station: Station,
  faults: FormFaults,
  typed: URLSearchParams,
): Html {
  const words = FIELD_WORDS[view.language]
  return html`<form method="post" class="panel" aria-labelledby="report">
    <h2 id="report">${words.report}</h2>
    ${hidden('do', 'report')}
    ${checkField({
      name: 'containers',
      legend: words.which,
      values: typed.getAll('containers'),
      options: options(view, station),
      faults,
    })}
    ${textField({
      name: 'at',
      label: words.at,
      hint: words.atHint,
      type: 'datetime-local',
      value: typed.get('at') ?? '',
      faults,
    })}
    ${radioField({
      name: 'by',
      legend: words.whose,
      value: typed.get('by') ?? 'contractor',
      options: (['contractor', 'staff'] as const).map((value) => ({
        value,
        text: words.sources[value],
      })),
      faults,
    })}
    <p><button>${words.reportButton}</button></p>
  </form>`
}

function planForm(
  view: StaffView,
  station: Station,
  faults: FormFaults,
  typed: URLSearchParams,
): Html {
  const words = FIELD_WORDS[view.language]
  return html`<form method="post" class="panel" aria-labelledby="plan">
    <h2 id="plan">${words.addPlan}</h2>
    ${hidden('do', 'plan')}
    ${selectField({
      name: 'container',
      label: words.container,
      value: typed.get('container') ?? '',
      options: options(view, station),
      faults,
    })}
    ${(['from', 'until'] as const).map((name) =>
      textField({
        name,
        label: words[name],
        type: 'datetime-local',
        value: typed.get(name) ?? '',
        faults,
      }),
    )}
    <p><button>${words.planButton}</button></p>
  </form>`
}

function plansPart(view: StaffView, { plans, station }: StationEmptyings): Html {
  const { language } = view
  const words = FIELD_WORDS[language]
  return html`<section aria-labelledby="plans">
    <h2 id="plans">${words.plans}</h2>
    ${
      plans.length === 0
        ? html`<p>${words.plansNone}</p>`
        : dataTable(
            words.plans,
            [
              {
                name: words.container,
                cell: ({ container }) => containerTitle(container, station, language),
              },
              { name: words.when, cell: ({ window }) => plannedText(view, window) },
              { name: words.by, cell: ({ source }) => words.planSources[source] },
              {
                name: words.removePlan,
                cell: ({ container, source, window }) =>
                  source === 'staff' &&
                  html`<form method="post">
                    ${hidden('do', 'unplan')} ${hidden('container', container.id)}
                    ${hidden('from', String(window.from))}
                    <button class="quiet small-button">
                      ${words.removePlan}<span class="visually-hidden"
                        >: ${containerTitle(container, station, language)},
                        ${plannedText(view, window)}</span
                      >
                    </button>
                  </form>`,
              },
            ],
            plans,
          )
    }
  </section>`
}

function donePart(view: StaffView, { done, station }: StationEmptyings): Html {
  const { language } = view
  const words = FIELD_WORDS[language]
  return html`<section aria-labelledby="history">
    <h2 id="history">${words.history}</h2>
    ${
      done.length === 0
        ? html`<p>${words.historyNone}</p>`
        : dataTable(
            words.history,
            [
              {
                name: words.container,
                cell: ({ containerId }) => containerText(view, containerId),
              },
              { name: words.when, cell: ({ emptiedAt }) => when(view, emptiedAt) },
              { name: words.by, cell: (emptying) => toldBy(view, emptying) },
              {
                name: words.never,
                cell: ({ id, containerId }) =>
                  html`<a
                    href="${withQuery(pathOf(NEVER_EMPTIED, language, { id: station.id }), {
                      container: containerId,
                      emptying: id,
                    })}"
                    >${words.never}<span class="visually-hidden">: ${id}</span></a
                  >`,
              },
            ],
            done,
          )
    }
  </section>`
}
