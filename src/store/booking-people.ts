/** The person behind an errand: what is kept of them, and where they live as far as the errand is concerned. */
import type { Refusal, Terms } from '#src/pickups/booking/booking.ts'
import { addressKey, type AddressBook } from '#src/stations/address-list.ts'
import type { AreaId } from '#src/stations/ids.ts'
import { districtAt } from '#src/stations/return-bike.ts'
import { distanceM, type Place } from '#src/stations/station.ts'
import { internationalNumber } from './booking-messages.ts'
import type { Sealer } from './sealer.ts'

/** All of it, and nothing else; sealed as one text. docs/RETURN-BIKE.md says what each is for. */
export interface Person {
  readonly name: string
  readonly phone?: string
  readonly email?: string
  readonly address: string
  readonly postcode?: string
  /** Number or name on the door, where several homes share the address. */
  readonly apartment?: string
  readonly place?: Place
  /** How to get in. Erased before the rest. */
  readonly note?: string
}

export interface Located {
  /** With the address as the list has it, and its position. */
  readonly person: Person
  readonly household: string
  readonly districtId?: AreaId
  readonly faults: readonly Refusal[]
}

/** A point picked on the map tells the door; farther off than this it is another house's. */
const AT_THE_DOOR_M = 300

export function locate(
  person: Person,
  terms: Terms,
  addresses: AddressBook | undefined,
  sealer: Sealer,
): Located {
  const found = addresses?.find(person.address, person.postcode) ?? []
  const listed = found.length === 1 ? found[0] : undefined
  const isByTheDoor =
    person.place && (!listed || distanceM(person.place, listed.place) <= AT_THE_DOOR_M)
  const place = isByTheDoor ? person.place : listed?.place
  const { districts } = terms.bike
  const districtId = districts && place && districtAt(districts, listed?.place ?? place)
  const faults: Refusal[] = []
  if (found.length > 1) faults.push({ reason: 'postcode-needed' })
  else if (addresses && !place) faults.push({ reason: 'unknown-address' })
  if (districts && place && districtId === undefined) faults.push({ reason: 'outside-area' })
  if ((listed?.homes ?? 1) > 1 && !person.apartment) faults.push({ reason: 'apartment-needed' })
  const { place: _place, ...rest } = person
  const whole: Person = {
    ...rest,
    ...(listed && { address: listed.address }),
    ...(listed?.postcode !== undefined && { postcode: listed.postcode }),
    ...(place && { place }),
  }
  return {
    person: whole,
    household: sealer.mark('household', householdKey(whole)),
    ...(districtId !== undefined && { districtId }),
    faults,
  }
}

/** Whatever door of it. */
export function isSameHouse(one: Person, other: Person): boolean {
  return addressKey(one.address) === addressKey(other.address) && one.postcode === other.postcode
}

function householdKey({ address, apartment }: Person): string {
  return `${addressKey(address)}|${doorKey(apartment)}`
}

function doorKey(apartment = ''): string {
  return apartment
    .normalize('NFC')
    .toLowerCase()
    .replace(/^(?:lgh|lägenhet|apt|apartment|asunto)\b/u, '')
    .replace(/[^\p{L}\p{N}]/gu, '')
}

export function sealPerson(person: Person, sealer: Sealer): string {
  return sealer.seal(JSON.stringify(person))
}

export function unsealPerson(sealed: string, sealer: Sealer): Person {
  return JSON.parse(unsealed(sealed, sealer)) as Person
}

/** @throws when it was sealed under another secret: the database and the secret don't belong together. */
export function unsealed(sealed: string, sealer: Sealer): string {
  const text = sealer.unseal(sealed)
  if (text !== undefined) return text
  throw new Error(
    'what is kept of a person was sealed with another secret; is KVITTER_SECRET_KEY, or the file secret.key, that of this database?',
  )
}

/** Somebody who asks what is known of them. All that is said has to be theirs. */
export interface PersonQuery {
  readonly phone?: string
  readonly email?: string
  readonly address?: string
  readonly apartment?: string
}

export function isMeant(person: Person, { phone, email, address, apartment }: PersonQuery) {
  const isNumber =
    phone === undefined ||
    (person.phone !== undefined && internationalNumber(person.phone) === internationalNumber(phone))
  const isMail = email === undefined || person.email?.toLowerCase() === email.trim().toLowerCase()
  const isHouse = address === undefined || addressKey(person.address) === addressKey(address)
  const isDoor = apartment === undefined || doorKey(person.apartment) === doorKey(apartment)
  return isNumber && isMail && isHouse && isDoor
}

/** An address by itself doesn't say who is meant where several households gave it. */
export function isOneHousehold(people: readonly Person[], query: PersonQuery): boolean {
  if (query.phone !== undefined || query.email !== undefined) return true
  return new Set(people.map(householdKey)).size <= 1
}
