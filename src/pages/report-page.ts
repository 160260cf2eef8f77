/**
 * Where the printed QR codes lead: what a container is, how it stands, and five buttons; then what the
 * press of one did. Without script, without a cookie until somebody reports.
 */
import type { Standing } from '#src/rules/contract.ts'
import { RESIDENT_KINDS } from '#src/rules/record.ts'
import { sortByFraction } from '#src/stations/container-order.ts'
import { fractionName, type Language } from '#src/stations/fraction.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { MINUTE } from '#src/stations/time.ts'
import { REPORT_EFFECTS, type ResidentKind, UNDO_MS } from '#src/store/report-desk.ts'
import { explainReport } from '#src/wording/report-text.ts'
import { ageText } from '#src/wording/status-text.ts'
import { containerTitle, fractionSign, wordPill } from './container-marks.ts'
import { distanceIn } from './distance.ts'
import { html, type Html } from './html.ts'
import { aboutPath, layout } from './layout.ts'
import { nearestFor } from './nearest-room.ts'
import { plainPage, wayOn } from './plain-page.ts'
import { link, type View } from './site.ts'

/** A container by the code on its label. */
export interface Labelled {
  readonly container: Container
  readonly station: Station
}

/** What becomes of a press: of a report, or of taking one back. */
export const TOLD = [...REPORT_EFFECTS, 'undone', 'nothing-to-undo'] as const

/** What was reported a moment ago, and what became of it. */
export interface Told {
  readonly kind: ResidentKind
  readonly did: (typeof TOLD)[number]
  readonly standings: readonly Standing[]
}

export function reportPath(container: Container): string {
  return `/q/${container.id}`
}

export function reportPage(view: View, labelled: Labelled): Html {
  const { say } = view
  const { container, station } = labelled
  const title = containerTitle(container, station, view.language)
  return layout(view, {
    title: `${title}, ${station.name} – ${view.town.town.name}`,
    description: say.reportLead,
    pathInAll: reportPath(container),
    noIndex: true,
    body: html`
      ${containerHead(view, labelled)}
      <section aria-labelledby="report">
        <h2 id="report">${say.reportTitle}</h2>
        <p>${say.reportLead}</p>
        <form method="post" action="${link(view, reportPath(container))}" class="report">
          ${RESIDENT_KINDS.map(
            (kind) =>
              html`<button name="kind" value="${kind}">
                <span class="what">${say.reportButtons[kind][0]}</span>
                <span class="more">${say.reportButtons[kind][1]}</span>
              </button>`,
          )}
        </form>
        ${privacyNote(view)}
      </section>
    `,
  })
}

export function toldPage(view: View, labelled: Labelled, told: Told): Html {
  const { say, now, timeZone } = view
  const { container, station } = labelled
  const status = view.statusOf(container.id)
  const isTakenBack = told.did === 'undone' || told.did === 'nothing-to-undo'
  const sentence = (language: Language) =>
    explainReport({ ...told, status, now, timeZone }, language)
  return layout(view, {
    title: `${say.toldTitle} – ${view.town.town.name}`,
    description: say.reportLead,
    pathInAll: `${reportPath(container)}/told?kind=${told.kind}&did=${told.did}`,
    noIndex: true,
    body: html`
      <h1>${say.toldTitle}</h1>
      <p class="lead">${sentence(view.language)}</p>
      ${view.language !== 'fi' && html`<p lang="fi" class="where">${sentence('fi')}</p>`}
      ${told.did === 'counted' && undoForm(view, labelled, told.kind)}
      ${!isTakenBack && elsewhere(view, labelled, told.kind)}
      <ul class="plain">
        <li><a href="${link(view, reportPath(container))}">${say.reportMore}</a></li>
        <li><a href="${link(view, `/s/${station.id}`)}">${say.aboutStation(station.name)}</a></li>
      </ul>
      ${privacyNote(view)}
    `,
  })
}

/** Another phone, or the same later, is told that there is nothing to take back. */
function undoForm(view: View, { container }: Labelled, kind: ResidentKind): Html {
  const { say } = view
  return html`<form method="post" action="${link(view, `${reportPath(container)}/undo`)}">
    <p class="small">${say.reportUndoFor(UNDO_MS / MINUTE)}</p>
    <p><button class="quiet" name="kind" value="${kind}">${say.reportUndo}</button></p>
  </form>`
}

/** Where to go with what is in one's hands; not said to somebody who says that there is room. */
function elsewhere(
  view: View,
  { container, station }: Labelled,
  kind: ResidentKind,
): Html | undefined {
  const { say, language, town } = view
  const isOfNoUse =
    kind === 'full' || kind === 'broken' || view.statusOf(container.id).word === 'full'
  if (!isOfNoUse || kind === 'has-room') return undefined
  const { fraction } = container
  const beside = sortByFraction(station.containers).find(
    (c) => c.id !== container.id && c.fraction === fraction && hasRoom(view, c),
  )
  const { station: other, distanceM } = nearestFor(
    fraction,
    station,
    town.town.stations,
    view.statusOf,
  )
  return html`<section class="nearest" aria-labelledby="nearest">
    <h2 id="nearest">${say.nearestTitle}</h2>
    <p>
      ${say.nearestFor(fractionName(fraction, language))}
      ${
        beside
          ? containerTitle(beside, station, language)
          : other && distanceM !== undefined
            ? html`<a href="${link(view, `/s/${other.id}`)}"
                >${other.name}, ${distanceIn(distanceM, language)}</a
              >`
            : say.nearestNone
      }
    </p>
  </section>`
}

function hasRoom(view: View, container: Container): boolean {
  return view.statusOf(container.id).word === 'has-room'
}

function containerHead(view: View, { container, station }: Labelled): Html {
  const { say, language, now } = view
  const status = view.statusOf(container.id)
  const measured =
    status.measuredAt === undefined
      ? undefined
      : say.measured(ageText(status.measuredAt, now, language))
  return html`
    <div class="labelled">
      ${fractionSign(container.fraction)}
      <div>
        <h1>${containerTitle(container, station, language)}</h1>
        <p class="where"><a href="${link(view, `/s/${station.id}`)}">${station.name}</a></p>
      </div>
    </div>
    <p class="state">
      ${wordPill(status.word, language)}
      ${measured !== undefined && html`<span class="age">${measured}</span>`}
    </p>
  `
}

function privacyNote(view: View): Html {
  const { say, language } = view
  return html`<p class="note">
    ${say.reportPrivacy}
    <a href="${link(view, aboutPath(language))}#data">${say.reportPrivacyMore}</a>
  </p>`
}

/** Too many from one phone or address. */
export function tooManyReportsPage(view: View, { container }: Labelled, minutes: number): Html {
  const { say } = view
  return plainPage(
    view,
    say.tooManyTitle,
    say.tooManyText(minutes),
    wayOn(view, reportPath(container), say.reportBack),
  )
}

/** The press of a button came from another site, or was none of ours. */
export function refusedReportPage(view: View, { container }: Labelled): Html {
  const { say } = view
  return plainPage(
    view,
    say.refusedTitle,
    say.refusedText,
    wayOn(view, reportPath(container), say.reportBack),
  )
}

/** A code that is nobody's: perhaps mistyped, perhaps of a container that is gone. */
export function unknownCodePage(view: View, station: Station | undefined): Html {
  const { say, language } = view
  const containers =
    station &&
    html`<h2>${say.containersOf(station.name)}</h2>
      <ul class="plain">
        ${sortByFraction(station.containers).map(
          (container) =>
            html`<li>
              <a href="${link(view, reportPath(container))}"
                >${containerTitle(container, station, language)}</a
              >
            </li>`,
        )}
      </ul>`
  return plainPage(view, say.unknownCodeTitle, say.unknownCodeText, [
    containers,
    wayOn(view, '/', say.toStations),
  ])
}
