/** The staff's pages: where each is, who may see it, and what the menu calls it. A page that is there stands here. */
import { languageRoot, STAFF_LANGUAGES, type StaffLanguage } from '#src/stations/fraction.ts'
import { ANY_STAFF, EDITORS, reaches, ROLES, type Needs, type Role } from '#src/store/staff.ts'
import { ALARMS } from './alarms/alarm-place.ts'
import { CALL_BACKS } from './call-backs/call-back-places.ts'
import { CHANNELS } from './channels/channel-places.ts'
import { DEVICES } from './devices/device-places.ts'
import { EMPTYINGS, FIELD } from './field/field-places.ts'
import { LOANS } from './loans/loan-places.ts'
import { PERSONS } from './persons/person-places.ts'
import { QUARANTINE } from './quarantine/quarantine-place.ts'

export { STAFF_LANGUAGES, type StaffLanguage }
export type InBoth<T> = Readonly<Record<StaffLanguage, T>>

export interface StaffPlace {
  /** Without the language, with `:name` for parameters as Fastify writes them. */
  readonly path: InBoth<string>
  /** Which roles may see it; an administrator may see all. */
  readonly needs: Needs
}

export interface MenuPlace extends StaffPlace {
  readonly name: InBoth<string>
  /** What one does there, for the start page. */
  readonly does: InBoth<string>
}

export const RIDER: MenuPlace = {
  path: { sv: '/rider', en: '/rider' },
  needs: ['rider', 'dispatcher'],
  name: { sv: 'Runda', en: 'Round' },
  does: {
    sv: 'Dagens stopp på telefonen, även utan nät.',
    en: 'Today’s stops on the phone, also without a network.',
  },
}

export const START: MenuPlace = {
  path: { sv: '/start', en: '/start' },
  needs: ROLES,
  name: { sv: 'Start', en: 'Start' },
  does: { sv: 'Det du kan göra här.', en: 'What you can do here.' },
}

export const BOARD: MenuPlace = {
  path: { sv: '/stab', en: '/board' },
  needs: ['dispatcher'],
  name: { sv: 'Planering', en: 'Board' },
  does: {
    sv: 'Returcykelns dag: planen, stoppen, förslagen, kartan.',
    en: 'The return bike’s day: the plan, its stops, what is offered, the map.',
  },
}

export const BOOKINGS: MenuPlace = {
  path: { sv: '/stab/bokning', en: '/board/booking' },
  needs: ['dispatcher'],
  name: { sv: 'Bokningar', en: 'Bookings' },
  does: {
    sv: 'Boka åt den som ringer; hitta, ändra och avboka.',
    en: 'Book for who calls; find, change and cancel.',
  },
}

export const RULES: MenuPlace = {
  path: { sv: '/regler', en: '/rules' },
  needs: ANY_STAFF,
  name: { sv: 'Regler', en: 'Rules' },
  does: {
    sv: 'Ändra i reglerna och se hur månaden hade gått.',
    en: 'Change the rules and see how the month would have gone.',
  },
}
export const DECISIONS: MenuPlace = {
  path: { sv: '/beslut', en: '/decisions' },
  needs: ANY_STAFF,
  name: { sv: 'Varför?', en: 'Why?' },
  does: {
    sv: 'Varför något sades, hölls kvar eller inte sades alls.',
    en: 'Why something was said, was held, or was not said at all.',
  },
}
export const CORRECTIONS: MenuPlace = {
  path: { sv: '/rattelser', en: '/corrections' },
  needs: EDITORS,
  name: { sv: 'Rättelser', en: 'Corrections' },
  does: { sv: 'Ta tillbaka ett inlägg som var fel.', en: 'Take back a post that was wrong.' },
}
export const SILENCES: MenuPlace = {
  path: { sv: '/tystnader', en: '/silences' },
  needs: EDITORS,
  name: { sv: 'Tystnader', en: 'Silences' },
  does: {
    sv: 'Tysta en station, en behållare eller en regel en tid.',
    en: 'Silence a station, a container or a rule for a time.',
  },
}

export const USERS: MenuPlace = {
  path: { sv: '/anvandare', en: '/users' },
  needs: ['admin'],
  name: { sv: 'Användare', en: 'Users' },
  does: {
    sv: 'Vilka som får logga in, och nycklar för andra system.',
    en: 'Who may sign in, and tokens for other systems.',
  },
}

export const SETTINGS: MenuPlace = {
  path: { sv: '/installningar', en: '/settings' },
  needs: ['admin'],
  name: { sv: 'Inställningar', en: 'Settings' },
  does: {
    sv: 'Staden som den körs, och hur det ändras.',
    en: 'The town as it runs, and how that is changed.',
  },
}

/** Led to by one's name, not by the menu. */
export const OWN: StaffPlace = { path: { sv: '/mitt-konto', en: '/my-account' }, needs: ROLES }

export interface MenuGroup {
  readonly name: InBoth<string>
  readonly places: readonly MenuPlace[]
}

/** In the menu's order; each page adds itself. */
const GROUPS: readonly MenuGroup[] = [
  {
    name: { sv: 'Returcykeln', en: 'Return bike' },
    places: [BOARD, BOOKINGS, CALL_BACKS, RIDER, LOANS],
  },
  {
    name: { sv: 'Stationer', en: 'Stations' },
    places: [FIELD, EMPTYINGS, ALARMS, DEVICES, QUARANTINE],
  },
  {
    name: { sv: 'Besked', en: 'News' },
    places: [RULES, DECISIONS, CORRECTIONS, SILENCES, CHANNELS],
  },
  { name: { sv: 'Förvaltning', en: 'Administration' }, places: [PERSONS, USERS, SETTINGS] },
]

export const SIGN_IN_PATH: InBoth<string> = { sv: '/logga-in', en: '/sign-in' }
export const SINGLE_SIGN_ON_PATH: InBoth<string> = {
  sv: '/logga-in/katalog',
  en: '/sign-in/directory',
}
export const SIGN_OUT_PATH: InBoth<string> = { sv: '/logga-ut', en: '/sign-out' }
export const SIGN_OUT_THERE_PATH: InBoth<string> = {
  sv: '/logga-ut/katalog',
  en: '/sign-out/directory',
}

/** Where one signs in, to be led on from there. */
export function signInPath(language: StaffLanguage, till: string): string {
  return `${staffPath(SIGN_IN_PATH, language)}?till=${encodeURIComponent(till)}`
}

/** What a role may see, in groups of at least one page. */
export function menuFor(role: Role): readonly MenuGroup[] {
  return GROUPS.map(({ name, places }) => ({
    name,
    places: places.filter(({ needs }) => reaches(role, needs)),
  })).filter(({ places }) => places.length > 0)
}

/** The page of the menu that a path, without its language, is or lies under. */
export function placeOver(path: string): MenuPlace | undefined {
  const [own] = path.split('?', 1) as [string]
  return GROUPS.flatMap(({ places }) => places)
    .filter(({ path: { sv } }) => own === sv || own.startsWith(`${sv}/`))
    .toSorted((a, b) => b.path.sv.length - a.path.sv.length)[0]
}

export function staffPath(path: InBoth<string>, language: StaffLanguage): string {
  return languageRoot(language) + path[language]
}

/** Where each is led after signing in. */
const HOME: Readonly<Record<Role, readonly [string, string]>> = {
  rider: ['/rider', '/rider'],
  dispatcher: ['/stab', '/board'],
  editor: ['/regler', '/rules'],
  admin: ['/start', '/start'],
}

/** The role's own page, or the start page where the menu has none of that name. */
export function homePath(role: Role, language: StaffLanguage): string {
  const [sv, en] = HOME[role]
  const isThere = GROUPS.some(({ places }) =>
    places.some(({ path }) => path.sv === sv && path.en === en),
  )
  return staffPath(isThere ? { sv, en } : START.path, language)
}
