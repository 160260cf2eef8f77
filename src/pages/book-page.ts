/** The booking form: one question a page, then all of it once more before it is sent. */
import { sizeOf, fits } from '#src/pickups/booking/room.ts'
import type { Terms, Thing } from '#src/pickups/booking/booking.ts'
import type { Language } from '#src/stations/fraction.ts'
import { BOOKING_LANGUAGES, inLanguage } from '#src/stations/return-bike.ts'
import { wallTime, type EpochMs } from '#src/stations/time.ts'
import type { SlotRoom } from '#src/store/booking-desk.ts'
import { bookPath } from '#src/wording/book-path.ts'
import { clockAt, dayText, momentText } from '#src/wording/booking-words.ts'
import { capital } from '#src/wording/capital.ts'
import { localeOf } from '#src/wording/status-text.ts'
import { fetchedItems, type Fault } from './book-input.ts'
import { slotValue, WAIT, type Draft } from './book-draft.ts'
import { BOOK_WORDS, STEPS, type BookWords, type Step } from './book-words.ts'
import { contactList } from './contact.ts'
import { checkField } from './check-field.ts'
import { html, type Html } from './html.ts'
import { aboutPath, layout } from './layout.ts'
import { mapToPoint, POINTED } from './map-question.ts'
import { plainPage, wayOn } from './plain-page.ts'
import { link, type View } from './site.ts'

/** How a question stands in its form: of a new booking, or of one that is changed. */
export interface Asking {
  /** Where the form goes, with all that was answered before it, without the language's root. */
  readonly pathIn: (language: Language) => string
  /** Of the booking that is changed. */
  readonly version?: number
  /** The page is one person's own. */
  readonly isOwn: boolean
  readonly back?: string
  readonly faults: readonly Fault[]
}

export interface Suggested {
  readonly addresses: readonly string[]
  /** What the address may have been meant as. */
  readonly nearest?: string
}

/** How many of each thing. */
export function whatFields(
  view: View,
  { bike }: Terms,
  form: URLSearchParams,
  asking: Asking,
): Html {
  const words = BOOK_WORDS[view.language]
  return html`<fieldset id="things" tabindex="-1" class="amounts">
    <legend>${words.howMany}</legend>
    ${inlineFault(asking, 'things')}
    <ul class="plain">
      ${fetchedItems(bike).map(({ id, name, kg, most }) => {
        const hint = [
          words.about(number(kg, view.language)),
          ...(most === undefined ? [] : [words.atMost(most)]),
        ].join(', ')
        return html`<li>
          <label for="n-${id}"
            >${inLanguage(name, view.language)} <span class="small">${hint}</span></label
          >
          ${inlineFault(asking, `n-${id}`)}
          <input
            id="n-${id}"
            name="n-${id}"
            type="text"
            inputmode="numeric"
            autocomplete="off"
            maxlength="3"
            value="${form.get(`n-${id}`) ?? ''}"
            ${describedBy(asking, `n-${id}`)}
          />
        </li>`
      })}
    </ul>
  </fieldset>`
}

export function whatPage(view: View, terms: Terms, form: URLSearchParams, asking: Asking): Html {
  const words = BOOK_WORDS[view.language]
  const { bike } = terms
  const { limits } = bike
  const { household } = limits
  const refused = bike.items.filter((item) => item.refused !== undefined)
  const lead = html`<p class="lead">${words.lead}</p>
    <p>
      ${words.limits(limits.itemsPerErrand, limits.kgPerItem, number(limits.litresPerErrand, view.language))}
      ${words.household(household.errands, household.days)}
    </p>`
  const after =
    refused.length > 0 &&
    html`<section aria-labelledby="refused">
      <h2 id="refused">${words.refused}</h2>
      <dl class="refused">
        ${refused.map(
          ({ name, refused: why }) =>
            html`<dt>${inLanguage(name, view.language)}</dt>
              <dd>
                ${inLanguage(why.because, view.language)} ${inLanguage(why.instead, view.language)}
              </dd>`,
        )}
      </dl>
    </section>`
  const fields = whatFields(view, terms, form, asking)
  return askPage(view, 'what', asking, fields, { lead, after })
}

/** More than these aren't sent along with the page; they are found when the form is sent. */
export const MOST_LISTED = 300

export function wherePage(
  view: View,
  terms: Terms,
  form: URLSearchParams,
  asking: Asking,
  suggested: Suggested,
): Html {
  return askPage(view, 'where', asking, whereFields(view, terms, form, asking, suggested), {})
}

/** The address, and how to get in. */
export function whereFields(
  view: View,
  terms: Terms,
  form: URLSearchParams,
  asking: Asking,
  suggested: Suggested,
): Html {
  const words = BOOK_WORDS[view.language]
  const { bike } = terms
  const hasList = suggested.addresses.length > 0
  const isPositionNeeded =
    (form.get('position') ?? '') !== '' ||
    form.has(POINTED) ||
    asking.faults.some(({ field }) => field === 'position' || field === 'address')
  return html`
    ${textField(asking, form, {
      id: 'address',
      label: words.address,
      hint: words.addressHint,
      most: 120,
      autocomplete: 'street-address',
      more: hasList && html`list="addresses"`,
    })}
    ${
      suggested.nearest !== undefined &&
      html`<p class="small">${words.meant(suggested.nearest)}</p>`
    }
    ${
      hasList &&
      html`<datalist id="addresses">
        ${suggested.addresses.map((address) => html`<option value="${address}"></option>`)}
      </datalist>`
    }
    ${postcodeField(words, form, asking)}
    ${textField(asking, form, {
      id: 'apartment',
      label: optional(words, words.apartment),
      hint: words.apartmentHint,
      most: 40,
      isShort: true,
    })}
    ${textField(asking, form, {
      id: 'note',
      label: optional(words, words.note),
      hint: words.noteHint(bike.noteDays),
      most: 200,
    })}
    <details ${isPositionNeeded && html`open`}>
      <summary>${words.noAddress}</summary>
      ${mapToPoint(view, terms, form, words)}
      ${textField(asking, form, {
        id: 'position',
        label: optional(words, words.position),
        hint: words.positionHint,
        most: 40,
      })}
    </details>
  `
}

export interface Offered {
  readonly slots: readonly SlotRoom[]
  readonly things: readonly Thing[]
  /** Room that is kept for them already. */
  readonly own?: string
  readonly mayWait: boolean
  /** Staff book past the closing time, and before they know what. */
  readonly isLenient?: boolean
}

export function whenPage(
  view: View,
  terms: Terms,
  form: URLSearchParams,
  asking: Asking,
  what: Offered,
): Html {
  const lead = html`<p>${BOOK_WORDS[view.language].whenHint}</p>`
  return askPage(view, 'when', asking, whenFields(view, terms, form, asking, what), { lead })
}

/** The slots with the room that they have. */
export function whenFields(
  view: View,
  terms: Terms,
  form: URLSearchParams,
  asking: Asking,
  what: Offered,
): Html {
  const words = BOOK_WORDS[view.language]
  const { language, timeZone } = view
  const size = sizeOf(terms.bike, what.things)
  const chosen = form.get('slot')
  const why = (slot: SlotRoom): string | undefined => {
    if (slotValue(slot) === what.own) return undefined
    const isShut = !slot.isOpen && what.isLenient !== true
    if (isShut) return words.closed(momentText(slot.closesAt, timeZone, language))
    if (fits(size, slot.room)) return undefined
    return slot.room.bookings < 1 ? words.full : words.tooFull
  }
  const days = [...Map.groupBy(what.slots, ({ day }) => day)]
  const hasFull = what.slots.some((slot) => why(slot) !== undefined)
  return html`<fieldset id="slot" tabindex="-1" class="slots">
    <legend class="visually-hidden">${words.when}</legend>
    ${inlineFault(asking, 'slot')} ${days.length === 0 && html`<p>${words.noSlots}</p>`}
    ${days.map(
      ([day, slots]) =>
        html`<h2>${capital(dayText(day, language))}</h2>
          <ul class="plain">
            ${slots.map((slot) => {
              const because = why(slot)
              const hours = hoursText(slot, timeZone, language)
              if (because !== undefined) {
                return html`<li class="shut"><span>${hours}</span> <span>${because}</span></li>`
              }
              const value = slotValue(slot)
              const left = value === what.own ? words.yours : words.placesLeft(slot.room.bookings)
              return html`<li>
                <label
                  ><input
                    type="radio"
                    name="slot"
                    value="${value}"
                    ${value === chosen && html`checked`}
                  />
                  <span
                    >${hours} <span class="visually-hidden">${dayText(day, language)}</span></span
                  >
                  <span class="small">${left}</span></label
                >
              </li>`
            })}
          </ul>`,
    )}
    ${
      what.mayWait &&
      (hasFull || days.length === 0 || chosen === WAIT) &&
      html`<div class="wait">
        <label
          ><input
            type="radio"
            name="slot"
            value="${WAIT}"
            aria-describedby="wait-hint"
            ${chosen === WAIT && html`checked`}
          />
          <span>${words.wait}</span></label
        >
        <p class="small" id="wait-hint">${words.waitHint}</p>
      </div>`
    }
  </fieldset>`
}

export function whoPage(view: View, terms: Terms, form: URLSearchParams, asking: Asking): Html {
  return askPage(view, 'who', asking, whoFields(view, terms, form, asking), {})
}

/** Who it is, and how they are reached. */
export function whoFields(
  view: View,
  { bike }: Terms,
  form: URLSearchParams,
  asking: Asking,
): Html {
  const words = BOOK_WORDS[view.language]
  const language = form.get('language') ?? view.language
  const fault = inlineFault(asking, 'language')
  return html`
    ${textField(asking, form, {
      id: 'name',
      label: words.name,
      hint: words.nameHint,
      most: 80,
      autocomplete: 'name',
    })}
    ${reachFields(words, form, asking, words.phoneHint)}
    <p class="field short">
      <label for="language">${words.language}</label>
      ${fault}
      <select id="language" name="language" ${describedBy(asking, 'language')}>
        ${BOOKING_LANGUAGES.map(
          (id) =>
            html`<option value="${id}" ${id === language && html`selected`}>
              ${words.languages[id]}
            </option>`,
        )}
      </select>
    </p>
    ${checkField('interpreter', words.interpreter, form.get('interpreter') === 'yes')}
    <p class="note">
      ${words.privacy(bike.eraseAfterDays)}
      <a href="${link(view, aboutPath(view.language))}#data">${words.privacyMore}</a>
    </p>
  `
}

/** Everything once more, with a way back to each answer. */
export function checkPage(
  view: View,
  terms: Terms,
  draft: Draft,
  page: {
    readonly asking: Asking
    readonly toStep: (step: Step) => string
    readonly isHeld: boolean
  },
): Html {
  const words = BOOK_WORDS[view.language]
  const { asking, toStep } = page
  const { timeZone, language } = view
  return frame(view, words.check, asking, [
    html`<h1>${words.check}</h1>`,
    summary(view, terms, draft, toStep),
    page.isHeld &&
      draft.hold &&
      html`<p>
        ${words.held(clockAt(wallTime(draft.hold.until, timeZone).minuteOfDay, language))}
      </p>`,
    html`<form method="post" action="${link(view, asking.pathIn(language))}">
      <p><button>${draft.waits ? words.sendWaiting : words.send}</button></p>
    </form>`,
  ])
}

/** What was answered, or booked. With `toStep` each may be changed. */
export function summary(
  view: View,
  terms: Terms,
  draft: Draft,
  toStep: ((step: Step) => string) | undefined,
): Html {
  const words = BOOK_WORDS[view.language]
  const { language } = view
  const { things = [], place, slot, reach } = draft
  const where = [place?.address, place?.apartment, place?.postcode].filter(Boolean).join(', ')
  const rows: readonly (readonly [Step, string, Part])[] = [
    [
      'what',
      words.things,
      things.map(
        ({ itemId, count }) => html`${count} × ${thingName(terms, itemId, language)}<br />`,
      ),
    ],
    ['where', words.place, [where, place?.note !== undefined && html`<br />${place.note}`]],
    ['when', words.time, slot ? slotText(view, terms, slot) : words.waiting],
    [
      'who',
      words.reach,
      [
        reach?.name ?? '',
        ...[reach?.phone, reach?.email].map((way) => way !== undefined && html`<br />${way}`),
        html`<br />${words.language}: ${words.languages[reach?.language ?? 'sv']}`,
        reach?.interpreter === true && html`<br />${words.interpreter}`,
      ],
    ],
  ]
  return html`<dl class="summary">
    ${rows.map(
      ([step, label, value]) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
          ${
            toStep &&
            html`<dd class="change">
              <a href="${toStep(step)}"
                >${words.change}<span class="visually-hidden"> ${words.changeWhat[step]}</span></a
              >
            </dd>`
          }
        </div>`,
    )}
  </dl>`
}

type Part = Parameters<typeof html>[1]

function thingName({ bike }: Terms, itemId: string, language: Language): string {
  const item = bike.items.find(({ id }) => id === itemId)
  return item ? inLanguage(item.name, language) : itemId
}

/** `Torsdag 7 maj 10:00–12:30`; the day alone where the town has no such slot any more. */
export function slotText(
  { language }: View,
  { bike }: Terms,
  { day, slotId }: { readonly day: string; readonly slotId: string },
): string {
  const slot = bike.slots.find(({ id }) => id === slotId)
  const hours = slot
    ? ` ${clockAt(slot.fromMinute, language)}–${clockAt(slot.untilMinute, language)}`
    : ''
  return capital(dayText(day, language)) + hours
}

function hoursText(
  slot: { readonly from: EpochMs; readonly until: EpochMs },
  timeZone: string,
  language: Language,
): string {
  const clock = (at: EpochMs) => clockAt(wallTime(at, timeZone).minuteOfDay, language)
  return `${clock(slot.from)}–${clock(slot.until)}`
}

function number(value: number, language: Language): string {
  return new Intl.NumberFormat(localeOf(language)).format(value)
}

function optional(words: BookWords, label: string): Html {
  return html`${label} <span class="small">${words.optional}</span>`
}

/** One question: its form, its faults, a way back. */
function askPage(
  view: View,
  step: Step,
  asking: Asking,
  fields: Html,
  more: { readonly lead?: Html; readonly after?: Html | false },
): Html {
  const words = BOOK_WORDS[view.language]
  return frame(view, words[step], asking, [
    asking.version === undefined &&
      html`<p class="small step">${words.step(STEPS.indexOf(step) + 1, STEPS.length)}</p>`,
    html`<h1>${words[step]}</h1>`,
    more.lead,
    html`<form
      method="post"
      action="${link(view, asking.pathIn(view.language))}"
      class="ask"
      novalidate
    >
      ${versionField(asking)} ${fields}
      <p><button>${asking.version === undefined ? words.next : words.save}</button></p>
    </form>`,
    more.after,
  ])
}

function versionField({ version }: Asking): Part {
  return version !== undefined && html`<input type="hidden" name="version" value="${version}" />`
}

/** The page round a question: the way back, what is wrong, and the parts. */
export function frame(
  view: View,
  title: string,
  asking: Asking,
  parts: readonly Part[],
  description = BOOK_WORDS[view.language].lead,
): Html {
  const words = BOOK_WORDS[view.language]
  const { faults, back } = asking
  return layout(view, {
    title: `${faults.length > 0 ? words.faultPrefix : ''}${title} – ${view.town.town.name}`,
    description,
    noIndex: asking.isOwn,
    pathInAll: asking.pathIn,
    body: html`<div class="booking">
      ${back !== undefined && html`<p><a class="back" href="${back}">${words.back}</a></p>`}
      ${faultList(view, faults)} ${parts}
    </div>`,
  })
}

/** What is wrong, on top, each leading to its field. */
export function faultList({ language }: View, faults: readonly Fault[]): Html | false {
  return (
    faults.length > 0 &&
    html`<section class="faults" aria-labelledby="faults" tabindex="-1" autofocus>
      <h2 id="faults">${BOOK_WORDS[language].faultTitle}</h2>
      <ul>
        ${faults.map(
          ({ field, text }) =>
            html`<li><a href="${field.startsWith('/') ? field : `#${field}`}">${text}</a></li>`,
        )}
      </ul>
    </section>`
  )
}

function faultOf({ faults }: Asking, field: string): Fault | undefined {
  return faults.find((fault) => fault.field === field)
}

export function inlineFault(asking: Asking, field: string): Html | undefined {
  const fault = faultOf(asking, field)
  return fault && html`<strong class="fault" id="${field}-fault">${fault.text}</strong>`
}

function describedBy(asking: Asking, field: string, hint?: string): Html | undefined {
  const isFaulty = faultOf(asking, field) !== undefined
  const ids = [isFaulty ? `${field}-fault` : '', hint === undefined ? '' : `${field}-hint`]
  const by = ids.join(' ').trim()
  if (by === '') return undefined
  return html`aria-describedby="${by}" ${isFaulty && html`aria-invalid="true"`}`
}

export function textField(
  asking: Asking,
  form: URLSearchParams,
  field: {
    readonly id: string
    readonly label: Part
    readonly hint?: string
    readonly most: number
    readonly autocomplete?: string
    readonly type?: 'text' | 'tel'
    readonly isShort?: boolean
    readonly more?: Html | false
  },
): Html {
  const { id, hint } = field
  return html`<div class="field ${field.isShort === true && 'short'}">
    <label for="${id}">${field.label}</label>
    ${hint !== undefined && html`<span class="small hint" id="${id}-hint">${hint}</span>`}
    ${inlineFault(asking, id)}
    <input
      id="${id}"
      name="${id}"
      type="${field.type ?? 'text'}"
      autocomplete="${field.autocomplete ?? 'off'}"
      maxlength="${field.most}"
      value="${form.get(id) ?? ''}"
      ${describedBy(asking, id, hint)}
      ${field.more}
    />
  </div>`
}

export function postcodeField(words: BookWords, form: URLSearchParams, asking: Asking): Html {
  return textField(asking, form, {
    id: 'postcode',
    label: optional(words, words.postcode),
    most: 6,
    autocomplete: 'postal-code',
    isShort: true,
    more: html`inputmode="numeric"`,
  })
}

/** By phone or by e-mail; `phoneHint` says what is sent to the phone. */
export function reachFields(
  words: BookWords,
  form: URLSearchParams,
  asking: Asking,
  phoneHint?: string,
): Html {
  return html`
    ${textField(asking, form, {
      id: 'phone',
      label: words.phone,
      ...(phoneHint !== undefined && { hint: phoneHint }),
      most: 32,
      autocomplete: 'tel',
      type: 'tel',
      isShort: true,
    })}
    ${textField(asking, form, {
      id: 'email',
      label: words.email,
      hint: words.emailHint,
      most: 254,
      autocomplete: 'email',
      more: html`inputmode="email"`,
    })}
  `
}

/** Something that is said and nothing to fill in; with whom to call, or where to go on. */
export function sayPage(
  view: View,
  said: {
    readonly title: string
    readonly text: string
    readonly contact?: boolean
    readonly start?: string
  },
): Html {
  return plainPage(view, said.title, said.text, [
    said.contact === true && contactList(view),
    said.start !== undefined && wayOn(view, bookPath(view.language), said.start),
  ])
}
