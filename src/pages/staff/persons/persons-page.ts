/** What is kept of a person: found by what they gave, handed out, erased; and who looked. */
import type { ErrandAccess, ErrandChange, ErrandLook } from '#src/store/bookings.ts'
import type { PersonQuery } from '#src/store/booking-people.ts'
import type { Exported } from '#src/store/booking-desk.ts'
import type { KeptOfSubscriber } from '#src/store/subscriber-desk.ts'
import { dayText } from '#src/wording/booking-words.ts'
import { html, type Html, type Part } from '../../html.ts'
import { faultSummary, hidden, textField, type FormFaults } from '../form-parts.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import { dataTable, doneNote, factList, pathOf, when } from '../staff-parts.ts'
import { ACCESSES, AUDIT, PERSONS } from './person-places.ts'
import { PERSON_WORDS } from './person-words.ts'

/** All that the town keeps of somebody. */
export interface KeptOfPerson extends Exported {
  readonly subscriber?: KeptOfSubscriber
}

export function isNothing({ bookings, loans, callBacks, subscriber }: KeptOfPerson): boolean {
  return [bookings, loans, callBacks].every(({ length }) => length === 0) && !subscriber
}

export function personsPage(
  view: StaffView,
  notes: {
    readonly query?: PersonQuery
    readonly kept?: KeptOfPerson
    readonly faults?: FormFaults
    readonly did?: string | undefined
  },
): Html {
  const { language } = view
  const words = PERSON_WORDS[language]
  const { query = {}, kept, faults = [], did } = notes
  return staffLayout(view, {
    title: PERSONS.name[language],
    path: PERSONS.path,
    body: html`
      ${faultSummary(words.faultTitle, faults)} ${doneNote(did)}
      <h1>${PERSONS.name[language]}</h1>
      <p class="lead">${words.lead}</p>
      <form method="post" action="${pathOf(PERSONS, language)}" class="find">
        ${textField({ name: 'phone', label: words.phone, type: 'tel', value: query.phone, faults })}
        ${textField({ name: 'email', label: words.email, type: 'email', value: query.email })}
        ${textField({ name: 'address', label: words.address, value: query.address })}
        ${textField({
          name: 'apartment',
          label: words.apartment,
          value: query.apartment,
          hint: words.apartmentHint,
          faults,
        })}
        <p class="field"><button name="do" value="find">${words.find}</button></p>
      </form>
      ${kept && keptPart(view, kept, query)}
      <p class="choose">
        <a href="${pathOf(ACCESSES, language)}">${words.accesses}</a>
        <a href="${pathOf(AUDIT, language)}">${words.audit}</a>
      </p>
    `,
  })
}

function keptPart(view: StaffView, kept: KeptOfPerson, query: PersonQuery): Html {
  const { language } = view
  const words = PERSON_WORDS[language]
  if (isNothing(kept)) return html`<p role="status">${words.none}</p>`
  const { bookings, loans, callBacks, subscriber } = kept
  return html`<section aria-labelledby="kept">
    <h2 id="kept">${words.foundTitle}</h2>
    ${
      subscriber &&
      html`<div class="panel">
        <h3>${words.subscriber}</h3>
        ${factList([
          [words.email, subscriber.address],
          subscriber.confirmedAt !== undefined && [words.since, when(view, subscriber.confirmedAt)],
          subscriber.asked && [words.asked, when(view, subscriber.asked.at)],
        ])}
      </div>`
    }
    ${bookings.map(
      ({ reference, booking, person, changes, accesses, riderNotes, photos }) =>
        html`<div class="panel">
          <h3>${words.bookings}: ${reference}</h3>
          ${factList([
            [words.state, words.bookingStates[booking.state]],
            [words.made, when(view, booking.createdAt)],
            booking.slot && [words.day, dayText(booking.slot.day, language)],
            ...personFacts(view, person),
            riderNotes.length > 0 && [words.notes, riderNotes.map(({ text }) => text).join(' · ')],
            photos.length > 0 && [words.photos, photos.length],
          ])}
          ${logPart(view, changes, accesses)}
        </div>`,
    )}
    ${loans.map(
      ({ reference, loan, person, changes, accesses }) =>
        html`<div class="panel">
          <h3>${words.loans}: ${reference}</h3>
          ${factList([
            [words.state, words.loanStates[loan.state]],
            [words.made, when(view, loan.createdAt)],
            [words.day, dayText(loan.fromDay, language)],
            ...personFacts(view, person),
          ])}
          ${logPart(view, changes, accesses)}
        </div>`,
    )}
    ${callBacks.map(
      ({ callBack, caller, changes, accesses }) =>
        html`<div class="panel">
          <h3>${words.callBack}</h3>
          ${factList([
            [words.state, words.callStates[callBack.state]],
            [words.made, when(view, callBack.createdAt)],
            [words.name, caller.name],
            [words.phone, caller.phone],
            [words.about, caller.note],
          ])}
          ${logPart(view, changes, accesses)}
        </div>`,
    )}
    <form method="post" action="${pathOf(PERSONS, language)}">
      ${queryFields(query)}
      <p class="choose">
        <button name="do" value="file">${words.file}</button>
        <button name="do" value="erase" class="danger">${words.erase}</button>
      </p>
      <p class="small">${words.fileHint}</p>
    </form>
  </section>`
}

function personFacts(
  { language }: StaffView,
  person: Exported['bookings'][number]['person'],
): readonly (readonly [string, Part])[] {
  const words = PERSON_WORDS[language]
  if (!person) return [[words.name, words.forgotten]]
  return [
    [words.name, person.name],
    [words.phone, person.phone],
    [words.email, person.email],
    [words.address, person.address],
    [words.apartment, person.apartment],
  ]
}

/** The same question, with what is done next. */
export function queryFields(query: PersonQuery): Html {
  return html`${Object.entries(query).map(([name, value]) => hidden(name, String(value)))}`
}

function logPart(
  view: StaffView,
  changes: readonly ErrandChange[],
  accesses: readonly ErrandAccess[],
): Html {
  const words = PERSON_WORDS[view.language]
  return html`<details>
      <summary>${words.log}</summary>
      ${changesTable(view, changes)}
    </details>
    <details>
      <summary>${words.looked}</summary>
      ${looksTable(
        view,
        accesses.map(({ errandId, ...look }) => ({ ...look, errandIds: [errandId] })),
      )}
    </details>`
}

function changesTable(view: StaffView, changes: readonly ErrandChange[]): Html {
  const words = PERSON_WORDS[view.language]
  return dataTable(
    words.log,
    [
      { name: words.at, cell: ({ at }) => when(view, at) },
      { name: words.by, cell: ({ by }) => whoText(view, by) },
      { name: words.did, cell: ({ did }) => html`<code>${did}</code>` },
      {
        name: words.detail,
        cell: ({ detail, words: written }) => [detail, written].filter(Boolean).join(': '),
      },
    ],
    changes,
  )
}

function whoText({ language }: StaffView, by: string): string {
  const words = PERSON_WORDS[language]
  return by === 'resident' ? words.resident : by === 'clock' ? words.clock : by
}

function looksTable(view: StaffView, looks: readonly ErrandLook[]): Html {
  const words = PERSON_WORDS[view.language]
  return dataTable(
    words.looked,
    [
      { name: words.at, cell: ({ at }) => when(view, at) },
      { name: words.by, cell: ({ by }) => by },
      { name: words.what, cell: ({ what }) => words.whats[what] },
      { name: words.errand, cell: ({ errandIds }) => errandsPart(view, errandIds) },
    ],
    looks,
  )
}

/** Those of a list are behind their number. */
function errandsPart({ language }: StaffView, errandIds: readonly string[]): Html {
  const ids = errandIds.map((id) => html`<code>${id}</code> `)
  if (ids.length === 1) return html`${ids}`
  return html`<details>
    <summary>${PERSON_WORDS[language].errands(ids.length)}</summary>
    ${ids}
  </details>`
}

export function accessesPage(view: StaffView, looks: readonly ErrandLook[]): Html {
  const { language } = view
  const words = PERSON_WORDS[language]
  return staffLayout(view, {
    title: words.accesses,
    path: ACCESSES.path,
    body: html`
      <p><a class="back" href="${pathOf(PERSONS, language)}">${words.back}</a></p>
      <h1>${words.accesses}</h1>
      <p class="lead">${words.accessesLead}</p>
      ${looks.length === 0 ? html`<p>${words.accessesNone}</p>` : looksTable(view, looks)}
    `,
  })
}

export function auditPage(
  view: StaffView,
  notes: {
    readonly reference?: string | undefined
    readonly changes?: readonly ErrandChange[]
    readonly faults?: FormFaults
  },
): Html {
  const { language } = view
  const words = PERSON_WORDS[language]
  const { reference, changes, faults = [] } = notes
  return staffLayout(view, {
    title: words.audit,
    path: AUDIT.path,
    body: html`
      <p><a class="back" href="${pathOf(PERSONS, language)}">${words.back}</a></p>
      ${faultSummary(words.faultTitle, faults)}
      <h1>${words.audit}</h1>
      <form method="get" action="${pathOf(AUDIT, language)}" class="find">
        ${textField({ name: 'reference', label: words.reference, value: reference, faults })}
        <p class="field"><button>${words.auditShow}</button></p>
      </form>
      ${changes && changesTable(view, changes)}
    `,
  })
}
