/** Who is to be called, and a form to note somebody. */
import {
  CALL_BACK_STATES,
  isDue,
  type CallBackState,
  type CallOutcome,
} from '#src/pickups/booking/call-backs.ts'
import { BOOKING_LANGUAGES } from '#src/stations/return-bike.ts'
import type { SeenCallBack } from '#src/store/call-back-desk.ts'
import { BOOK_WORDS } from '../../book-words.ts'
import { checkField } from '../../check-field.ts'
import { html, type Html, type Part } from '../../html.ts'
import { faultSummary, hidden, selectField, textField, type FormFaults } from '../form-parts.ts'
import { NEW_BOOKING } from '../phone-places.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import { doneNote, factList, pathOf, pill, when, withQuery } from '../staff-parts.ts'
import { CALL_BACKS, SETTLE_CALL } from './call-back-places.ts'
import { AGAIN, CALL_BACK_WORDS, type CallBackDid } from './call-back-words.ts'

export interface CallBackNotes {
  readonly did?: CallBackDid | undefined
  readonly faults?: FormFaults
  /** What was typed, also into the booking that couldn't be finished. */
  readonly typed?: URLSearchParams
  /** A form that is sent twice is one call. */
  readonly key: string
}

export function callBacksPage(
  view: StaffView,
  calls: readonly SeenCallBack[],
  keptDays: number,
  notes: CallBackNotes,
): Html {
  const { language } = view
  const words = CALL_BACK_WORDS[language]
  const { did, faults = [], typed } = notes
  const groups = Map.groupBy(calls, ({ callBack }) => callBack.state)
  const form = noteForm(view, notes)
  return staffLayout(view, {
    title: CALL_BACKS.name[language],
    path: CALL_BACKS.path,
    body: html`
      ${faultSummary(words.faultTitle, faults)} ${doneNote(did && words.did[did])}
      <h1>${CALL_BACKS.name[language]}</h1>
      ${typed && form}
      <p class="lead">${words.lead}</p>
      ${!groups.has('open') && html`<p>${words.none}</p>`}
      ${CALL_BACK_STATES.map((state) => groupPart(view, state, groups.get(state) ?? []))}
      ${!typed && form}
      <p class="small">${words.kept(keptDays)}</p>
    `,
  })
}

function groupPart(
  view: StaffView,
  state: CallBackState,
  calls: readonly SeenCallBack[],
): Html | undefined {
  if (calls.length === 0) return undefined
  const title = CALL_BACK_WORDS[view.language].groups[state]
  return html`<section aria-labelledby="${state}">
    <h2 id="${state}">${title} <span class="count">${calls.length}</span></h2>
    <ul class="panels">
      ${calls.map((call) => html`<li class="panel">${callPart(view, call)}</li>`)}
    </ul>
  </section>`
}

function callPart(view: StaffView, { callBack, caller }: SeenCallBack): Html {
  const { language, now } = view
  const words = CALL_BACK_WORDS[language]
  const { id, state, dueAt, missed, interpreter } = callBack
  const spoken = BOOK_WORDS[language].languages[callBack.language]
  return html`<h3 id="call-${id}">${caller.name}</h3>
    ${isDue(callBack, now) && html`<p class="pills">${pill('warning', words.dueNow)}</p>`}
    ${factList([
      [words.phone, html`<a href="tel:${caller.phone.replace(/[^\d+]/g, '')}">${caller.phone}</a>`],
      [words.spoken, interpreter ? words.withInterpreter(spoken) : spoken],
      caller.note !== undefined && [words.about, caller.note],
      state === 'open' && [words.callAt, when(view, dueAt)],
      missed > 0 && [words.missed, words.times(missed)],
    ])}
    ${state !== 'done' && callForm(view, { callBack, caller })}`
}

function callForm(view: StaffView, { callBack, caller }: SeenCallBack): Part {
  const { language } = view
  const words = CALL_BACK_WORDS[language]
  const { id, version } = callBack
  const again = `again-${id}`
  const about = html`<span class="visually-hidden">: ${caller.name}</span>`
  const button = (outcome: CallOutcome) =>
    html`<button name="do" value="${outcome}" class="quiet">
      ${words.outcomes[outcome]}${about}
    </button>`
  return html`<p>
      <a class="button" href="${withQuery(pathOf(NEW_BOOKING, language), { call: id })}"
        >${words.bookNow}${about}</a
      >
    </p>
    <form method="post" action="${pathOf(SETTLE_CALL, language, { id })}">
      ${hidden('version', String(version))}
      <p class="choose">${button('called')} ${button('done')}</p>
      <p class="field">
        <label for="${again}">${words.again}</label>
        <select id="${again}" name="again">
          ${AGAIN.map((one) => html`<option value="${one}">${words.agains[one]}</option>`)}
        </select>
      </p>
      <p>${button('not-reached')}</p>
    </form>`
}

function noteForm(view: StaffView, { typed, faults = [], key }: CallBackNotes): Html {
  const { language } = view
  const words = CALL_BACK_WORDS[language]
  const value = (name: string) => typed?.get(name) ?? ''
  return html`<form
    method="post"
    action="${pathOf(CALL_BACKS, language)}"
    class="panel"
    aria-labelledby="note"
    novalidate
  >
    <h2 id="note">${words.newTitle}</h2>
    ${hidden('key', key)}
    ${textField({ name: 'name', label: words.name, hint: words.nameHint, value: value('name'), faults })}
    ${textField({ name: 'phone', label: words.phone, type: 'tel', value: value('phone'), faults })}
    ${selectField({
      name: 'language',
      label: words.language,
      value: value('language') || 'sv',
      options: BOOKING_LANGUAGES.map((id) => ({
        value: id,
        text: BOOK_WORDS[language].languages[id],
      })),
    })}
    ${checkField('interpreter', words.interpreter, value('interpreter') === 'yes')}
    ${textField({ name: 'about', label: words.about, hint: words.aboutHint, value: value('about'), faults })}
    ${textField({
      name: 'callAt',
      label: words.when,
      hint: words.whenHint,
      type: 'datetime-local',
      value: value('callAt'),
      faults,
    })}
    <p><button>${words.add}</button></p>
  </form>`
}
