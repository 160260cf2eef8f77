/** The residents' questions on one page, for who asks them by phone; of a new booking, or of one that is changed. */
import type { Terms } from '#src/pickups/booking/booking.ts'
import type { Submission } from '#src/store/booking-desk.ts'
import type { SeenCallBack } from '#src/store/call-back-desk.ts'
import { letPassBecause } from '#src/store/person-fields.ts'
import { readPlace, readReach, readSlot, readThings, type Fault, type Read } from '../book-input.ts'
import { WAIT } from '../book-draft.ts'
import {
  faultList,
  whatFields,
  whenFields,
  whereFields,
  whoFields,
  type Asking,
  type Offered,
} from '../book-page.ts'
import { BOOK_WORDS } from '../book-words.ts'
import { checkField } from '../check-field.ts'
import { html, type Html } from '../html.ts'
import { CALL_BACKS, FROM_BOOKING } from './call-backs/call-back-places.ts'
import { hidden, textField } from './form-parts.ts'
import { PHONE_WORDS } from './phone-words.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { BOOKINGS, staffPath, type InBoth } from './staff-menu.ts'
import { pathOf } from './staff-parts.ts'

export interface PhoneForm {
  readonly title: string
  /** Where the page is, and its form goes. */
  readonly path: InBoth<string>
  readonly form: URLSearchParams
  readonly faults: readonly Fault[]
  readonly offered: Offered
  readonly addresses: readonly string[]
  readonly nearest?: string
  /** Of the booking that is changed; a new one has a key instead, so that a form sent twice is one booking. */
  readonly version?: number
  readonly key?: string
  /** Whom it is for, where they were to be called. */
  readonly call?: SeenCallBack
}

export function phoneFormPage(view: StaffView, terms: Terms, page: PhoneForm): Html {
  const { language } = view
  const words = PHONE_WORDS[language]
  const { title, path, form, faults, offered, addresses, nearest, version, key, call } = page
  const asking: Asking = { pathIn: () => '', isOwn: true, faults }
  const isNew = version === undefined
  return staffLayout(view, {
    title: `${faults.length > 0 ? BOOK_WORDS[language].faultPrefix : ''}${title}`,
    path,
    body: html`<div class="booking phone">
      <p><a class="back" href="${staffPath(BOOKINGS.path, language)}">${words.back}</a></p>
      ${faultList(view, faults)}
      <h1>${title}</h1>
      ${isNew && html`<p>${words.newLead}</p>`}
      ${call?.caller.note !== undefined && html`<p class="note">${words.callNote(call.caller.note)}</p>`}
      <form method="post" action="${staffPath(path, language)}" class="ask" novalidate>
        ${!isNew && hidden('version', String(version))} ${key !== undefined && hidden('key', key)}
        ${call && hidden('call', call.callBack.id)}
        <h2>${words.what}</h2>
        ${whatFields(view, terms, form, asking)}
        <h2>${words.where}</h2>
        ${whereFields(view, terms, form, asking, { addresses, ...(nearest !== undefined && { nearest }) })}
        <h2>${words.when}</h2>
        <div class="phone-slots">${whenFields(view, terms, form, asking, offered)}</div>
        <h2>${words.who}</h2>
        ${whoFields(view, terms, form, asking)}
        ${checkField('goesFirst', words.goesFirst, form.get('goesFirst') === 'yes')}
        ${checkField('letPass', words.letPass, form.get('letPass') === 'yes', 'let-pass-hint')}
        <p class="small" id="let-pass-hint">${words.letPassHint}</p>
        ${textField({
          name: 'letPassBecause',
          label: words.letPassBecause,
          hint: words.letPassBecauseHint,
          value: form.get('letPassBecause') ?? '',
          faults,
        })}
        <p class="buttons">
          <button>${isNew ? words.save : words.saveChange}</button>
          ${
            isNew &&
            !call &&
            html`<button
              class="quiet"
              formaction="${pathOf(CALL_BACKS, language)}"
              name="do"
              value="${FROM_BOOKING}"
            >
              ${words.callLater}
            </button>`
          }
        </p>
      </form>
    </div>`,
  })
}

/** All answers at once, and all that is wrong with them at once. */
export function readPhoneForm(
  form: URLSearchParams,
  terms: Terms,
  language: StaffView['language'],
): Read<Submission> {
  const words = BOOK_WORDS[language]
  const isPassed = form.get('letPass') === 'yes'
  const things = readThings(form, terms.bike, language, isPassed)
  const place = readPlace(form, words)
  const reach = readReach(form, words)
  const slot = readSlot(form)
  const lenience = isPassed ? readLenience(form, language) : NOT_LENIENT
  const faults = [
    ...(things.kind === 'faulty' ? things.faults : []),
    ...(place.kind === 'faulty' ? place.faults : []),
    ...(slot === undefined ? [{ field: 'slot', text: words.faults.slot }] : []),
    ...(reach.kind === 'faulty' ? reach.faults : []),
    ...(lenience.kind === 'faulty' ? lenience.faults : []),
  ]
  if (things.kind === 'faulty' || place.kind === 'faulty' || reach.kind === 'faulty') {
    return { kind: 'faulty', faults }
  }
  if (slot === undefined || lenience.kind === 'faulty') return { kind: 'faulty', faults }
  const { language: spoken, interpreter, ...person } = reach.value
  return {
    kind: 'ok',
    value: {
      person: { ...person, ...place.value },
      things: things.value,
      ...(slot !== WAIT && { slot }),
      language: spoken,
      interpreter,
      ...(form.get('goesFirst') === 'yes' && { goesFirst: true }),
      ...lenience.value,
    },
  }
}

const NOT_LENIENT: Read<Pick<Submission, 'lenientBecause'>> = { kind: 'ok', value: {} }

/** Why limits are let pass. What is written though none are isn't kept. */
function readLenience(form: URLSearchParams, language: StaffView['language']): typeof NOT_LENIENT {
  const read = letPassBecause.safeParse(form.get('letPassBecause') ?? '')
  if (read.success) return { kind: 'ok', value: { lenientBecause: read.data } }
  const text = PHONE_WORDS[language].letPassBecauseFault
  return { kind: 'faulty', faults: [{ field: 'letPassBecause', text }] }
}
