/** What the booking form's fields say, or what is wrong with them, each fault at its field. */
import { isLenient, type Refusal, type SlotRef, type Thing } from '#src/pickups/booking/booking.ts'
import { findThingFaults } from '#src/pickups/booking/limits.ts'
import {
  BOOKING_LANGUAGES,
  inLanguage,
  type FetchedItem,
  type ReturnBike,
} from '#src/stations/return-bike.ts'
import { isDay } from '#src/stations/town-shape.ts'
import { parseTypedPlace } from '#src/stations/typed-place.ts'
import { personFields } from '#src/store/person-fields.ts'
import type { Language } from '#src/stations/fraction.ts'
import type { Draft } from './book-draft.ts'
import { WAIT } from './book-draft.ts'
import { BOOK_WORDS, type BookWords, type Step } from './book-words.ts'

export interface Fault {
  /** The id of what is to be changed. */
  readonly field: string
  readonly text: string
}

export type Read<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }

export function fetchedItems(bike: ReturnBike): readonly FetchedItem[] {
  return bike.items.filter((item): item is FetchedItem => item.refused === undefined)
}

/** `isPassed`: staff let pass what of the limits is theirs to let pass. */
export function readThings(
  form: URLSearchParams,
  bike: ReturnBike,
  language: Language,
  isPassed = false,
): Read<readonly Thing[]> {
  const words = BOOK_WORDS[language]
  const faults: Fault[] = []
  const things: Thing[] = []
  for (const { id, name, most } of fetchedItems(bike)) {
    const written = (form.get(`n-${id}`) ?? '').trim()
    const tell = (text: string) => faults.push({ field: `n-${id}`, text })
    if (!/^\d{0,3}$/.test(written)) tell(words.faults.count(inLanguage(name, language)))
    const count = Number(written)
    if (!(count > 0)) continue
    things.push({ itemId: id, count })
    if (most !== undefined && count > most && !isPassed) {
      tell(words.faults.itemMost(inLanguage(name, language), most))
    }
  }
  if (faults.length > 0) return { kind: 'faulty', faults }
  const because = findThingFaults(bike, things).filter(
    ({ reason }) => !(isPassed && isLenient(reason)),
  )
  if (because.length > 0) return { kind: 'faulty', faults: faultsOf(because, bike, language) }
  return { kind: 'ok', value: things }
}

type PersonField = Exclude<keyof typeof personFields, 'position'>

/** Reads a field, and adds what is wrong with it to the faults. All but the `needed` may be left empty. */
export function readerOf(
  form: URLSearchParams,
  words: BookWords,
  faults: Fault[],
  ...needed: readonly PersonField[]
): (field: PersonField) => string | undefined {
  return (field) => {
    const written = (form.get(field) ?? '').trim()
    if (written === '' && !needed.includes(field)) return undefined
    const parsed = personFields[field].safeParse(written)
    if (parsed.success) return parsed.data
    faults.push({ field, text: words.faults[field] })
    return undefined
  }
}

export function readPlace(
  form: URLSearchParams,
  words: BookWords,
): Read<NonNullable<Draft['place']>> {
  const faults: Fault[] = []
  const read = readerOf(form, words, faults, 'address')
  const [address, postcode, apartment] = [read('address'), read('postcode'), read('apartment')]
  const position = readPosition(form.get('position') ?? '')
  if (position === 'faulty') faults.push({ field: 'position', text: words.faults.position })
  const note = read('note')
  if (faults.length > 0) return { kind: 'faulty', faults }
  return {
    kind: 'ok',
    value: {
      address: address!,
      ...(postcode !== undefined && { postcode }),
      ...(apartment !== undefined && { apartment }),
      ...(position !== undefined && position !== 'faulty' && { place: position }),
      ...(note !== undefined && { note }),
    },
  }
}

/** `57.7211, 12.9398`, also with decimal commas where a blank stands between. */
export function readPosition(written: string) {
  if (written.trim() === '') return undefined
  const parsed = personFields.position.safeParse(parseTypedPlace(written))
  return parsed.success ? parsed.data : ('faulty' as const)
}

export function readSlot(form: URLSearchParams): SlotRef | typeof WAIT | undefined {
  const written = form.get('slot') ?? ''
  if (written === WAIT) return WAIT
  const [, day, slotId] = /^(\d{4}-\d{2}-\d{2})\/([a-z0-9][a-z0-9-]{0,31})$/.exec(written) ?? []
  return day !== undefined && isDay(day) ? { day, slotId: slotId! } : undefined
}

/** By which ways somebody is reached: one of them at least. */
export function readWays(form: URLSearchParams, words: BookWords, faults: Fault[]) {
  const read = readerOf(form, words, faults)
  const [phone, email] = [read('phone'), read('email')]
  const isSilent = ['phone', 'email'].every((field) => (form.get(field) ?? '').trim() === '')
  if (isSilent) faults.push({ field: 'phone', text: words.faults.reach })
  return { ...(phone !== undefined && { phone }), ...(email !== undefined && { email }) }
}

export function readReach(
  form: URLSearchParams,
  words: BookWords,
): Read<NonNullable<Draft['reach']>> {
  const faults: Fault[] = []
  const name = readerOf(form, words, faults, 'name')('name')
  const ways = readWays(form, words, faults)
  const language = BOOKING_LANGUAGES.find((known) => known === form.get('language'))
  if (!language) faults.push({ field: 'language', text: words.faults.language })
  if (faults.length > 0) return { kind: 'faulty', faults }
  return {
    kind: 'ok',
    value: {
      name: name!,
      ...ways,
      language: language!,
      interpreter: form.get('interpreter') === 'yes',
    },
  }
}

/** What the desk refused, in words at the field that can mend it. */
export function faultsOf(
  because: readonly Refusal[],
  bike: ReturnBike,
  language: Language,
): readonly Fault[] {
  const words = BOOK_WORDS[language]
  return because.map(({ reason, itemId, most }) => {
    const item = bike.items.find(({ id }) => id === itemId)
    const thing = item ? inLanguage(item.name, language) : ''
    const ofItem = item && item.refused === undefined && stepOf(reason) === 'what'
    return {
      field: ofItem ? `n-${item.id}` : FIELDS[reason],
      text: words.reasons[reason](most ?? 0, thing),
    }
  })
}

const FIELDS: Readonly<Record<Refusal['reason'], string>> = {
  'no-such-slot': 'slot',
  'slot-not-open': 'slot',
  'slot-closed': 'slot',
  'slot-full': 'slot',
  'nothing-asked-for': 'things',
  'unknown-item': 'things',
  'refused-item': 'things',
  'too-many-things': 'things',
  'too-large': 'things',
  'must-not-ride-together': 'things',
  'household-limit': 'slot',
  'item-limit': 'things',
  'outside-area': 'address',
  'unknown-address': 'address',
  'postcode-needed': 'postcode',
  'apartment-needed': 'apartment',
  'already-waiting': 'slot',
  'too-many-holds': 'slot',
  'too-late-to-change': 'slot',
  'too-late-to-cancel': 'slot',
  over: 'slot',
}

/** Which question a refusal is about. */
export function stepOf(reason: Refusal['reason']): Step {
  switch (FIELDS[reason]) {
    case 'things':
      return 'what'
    case 'slot':
      return 'when'
    default:
      return 'where'
  }
}
