/** Where the pages for crews and about emptyings are. */
import { ANY_ROLE, DISPATCHERS } from '#src/store/staff.ts'
import type { MenuPlace, StaffPlace } from '../staff-menu.ts'

export const FIELD: MenuPlace = {
  path: { sv: '/tillsyn', en: '/field' },
  needs: ANY_ROLE,
  name: { sv: 'Tillsyn', en: 'In the field' },
  does: {
    sv: 'Säg vad du ser vid en station, i två tryck.',
    en: 'Tell what you see at a station, in two taps.',
  },
}

export const FIELD_STATION: StaffPlace = {
  path: { sv: '/tillsyn/:id', en: '/field/:id' },
  needs: FIELD.needs,
}

export const EMPTYINGS: MenuPlace = {
  path: { sv: '/tomningar', en: '/emptyings' },
  needs: DISPATCHERS,
  name: { sv: 'Tömningar', en: 'Emptyings' },
  does: {
    sv: 'Vad som har tömts, vad som är planerat, och att rapportera.',
    en: 'What has been emptied, what is planned, and reporting it.',
  },
}

export const STATION_EMPTYINGS: StaffPlace = {
  path: { sv: '/tomningar/:id', en: '/emptyings/:id' },
  needs: EMPTYINGS.needs,
}

/** An emptying that never was: asks first. */
export const NEVER_EMPTIED: StaffPlace = {
  path: { sv: '/tomningar/:id/aldrig', en: '/emptyings/:id/never' },
  needs: EMPTYINGS.needs,
}
