/**
 * What has been answered so far. It travels with whoever answers, sealed under the machine's secret: no
 * cookie, no session, and nothing is kept of anybody who doesn't book.
 */
import { randomBytes } from 'node:crypto'
import type { Booking, SlotRef, Thing } from '#src/pickups/booking/booking.ts'
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import { HOUR, type EpochMs } from '#src/stations/time.ts'
import type { Submission } from '#src/store/booking-desk.ts'
import type { Person } from '#src/store/booking-people.ts'
import type { Sealer } from '#src/store/sealer.ts'
import { STEPS, type Step } from './book-words.ts'

export interface Draft {
  /** Makes a form that is sent twice one booking. */
  readonly key: string
  readonly savedAt: EpochMs
  readonly things?: readonly Thing[]
  readonly place?: Pick<Person, 'address' | 'postcode' | 'apartment' | 'place' | 'note'>
  /** Absent, with `waits`, for who goes on the waiting list. */
  readonly slot?: SlotRef
  readonly waits?: boolean
  readonly hold?: { readonly id: string; readonly until: EpochMs }
  readonly reach?: Pick<Person, 'name' | 'phone' | 'email'> & {
    readonly language: BookingLanguage
    readonly interpreter: boolean
  }
}

/** So long after its last answer a form may be gone on with. */
const LASTS_MS = 2 * HOUR
const KEY = /^[\w-]{16,80}$/
/** Nothing else that is sealed begins so. */
const MARK = 'booking form 1 '

export function newDraft(now: EpochMs): Draft {
  return { key: newKey(), savedAt: now }
}

function newKey(): string {
  return randomBytes(18).toString('base64url')
}

/** What makes a form that is sent twice one: its own, or a new one. */
export function keyOf(form: URLSearchParams | undefined): string {
  const sent = form?.get('key') ?? ''
  return KEY.test(sent) ? sent : newKey()
}

/** Of a form that is shown again: of when its answers were read, so that nobody's change since is undone unseen. */
export function versionOf(form: URLSearchParams, { version }: Pick<Booking, 'version'>): number {
  return Number(form.get('version')) || version
}

export function sealDraft(draft: Draft, sealer: Sealer): string {
  return sealer.seal(MARK + JSON.stringify(draft))
}

/** `speed` is how much faster a demo's clock runs than whoever fills in. */
export function openDraft(
  sealed: string,
  sealer: Sealer,
  now: EpochMs,
  speed: number,
): Draft | undefined {
  const text = sealer.unseal(sealed)
  if (text?.startsWith(MARK) !== true) return undefined
  const draft = JSON.parse(text.slice(MARK.length)) as Draft
  return Math.abs(now - draft.savedAt) <= LASTS_MS * speed ? draft : undefined
}

/** The first question that has no answer yet; undefined when it can be sent. */
export function firstMissing(draft: Draft): Step | undefined {
  const answered: Readonly<Record<Step, boolean>> = {
    what: draft.things !== undefined,
    where: draft.place !== undefined,
    when: draft.slot !== undefined || draft.waits === true,
    who: draft.reach !== undefined,
  }
  return STEPS.find((step) => !answered[step])
}

/** Only of a draft in which nothing is missing, or with what stands in for it while the rest is judged. */
export function submissionOf({ things = [], place, slot, hold, reach }: Draft): Submission {
  const { language = 'sv', interpreter = false, ...person } = reach ?? { name: '–' }
  return {
    person: { ...person, ...place, address: place?.address ?? '' },
    things,
    ...(slot && { slot }),
    ...(hold && { holdId: hold.id }),
    language,
    interpreter,
  }
}

/** Whether the draft's own hold keeps its slot. */
export function holdsSlot({ hold }: Draft, now: EpochMs): boolean {
  return hold !== undefined && hold.until > now
}

/** A question's fields as they were answered; none where it hasn't been. */
export function fieldsOf(draft: Draft, step: Step): URLSearchParams {
  const { things = [], place, slot, waits, reach } = draft
  const answers: Readonly<Record<Step, Readonly<Record<string, string | undefined>>>> = {
    what: Object.fromEntries(things.map(({ itemId, count }) => [`n-${itemId}`, String(count)])),
    where: {
      address: place?.address,
      postcode: place?.postcode,
      apartment: place?.apartment,
      position: place?.place && `${place.place.lat}, ${place.place.lon}`,
      note: place?.note,
    },
    when: { slot: slot ? slotValue(slot) : waits === true ? WAIT : undefined },
    who: {
      name: reach?.name,
      phone: reach?.phone,
      email: reach?.email,
      language: reach?.language,
      interpreter: reach?.interpreter === true ? 'yes' : undefined,
    },
  }
  const told = Object.entries(answers[step]).filter(
    (field): field is [string, string] => field[1] !== undefined,
  )
  return new URLSearchParams(told)
}

export const WAIT = 'wait'

export function slotValue({ day, slotId }: SlotRef): string {
  return `${day}/${slotId}`
}

/** A booking as the form's answers, to be changed. */
export function draftOf(
  booking: {
    readonly things: readonly Thing[]
    readonly slot?: SlotRef
    readonly language: BookingLanguage
    readonly interpreter: boolean
  },
  person: Person | undefined,
  now: EpochMs,
): Draft {
  const { things, slot, language, interpreter } = booking
  const { name, phone, email, ...place } = person ?? { name: '', address: '' }
  return {
    key: '',
    savedAt: now,
    things,
    place,
    ...(slot && { slot }),
    reach: {
      name,
      ...(phone !== undefined && { phone }),
      ...(email !== undefined && { email }),
      language,
      interpreter,
    },
  }
}
