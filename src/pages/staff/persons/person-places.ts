/** Where what is kept of a person is shown, handed out and erased. */
import { ADMINS } from '#src/store/staff.ts'
import type { MenuPlace, StaffPlace } from '../staff-menu.ts'

export const PERSONS: MenuPlace = {
  path: { sv: '/personer', en: '/persons' },
  needs: ADMINS,
  name: { sv: 'Personuppgifter', en: 'Personal data' },
  does: {
    sv: 'Lämna ut eller radera det som finns om någon, och se vem som har tittat.',
    en: 'Hand out or erase what is kept of somebody, and see who looked.',
  },
}

/** Who of the staff saw whom. */
export const ACCESSES: StaffPlace = {
  path: { sv: '/personer/atkomst', en: '/persons/access' },
  needs: ADMINS,
}

/** What was done to one booking. */
export const AUDIT: StaffPlace = {
  path: { sv: '/personer/bokning', en: '/persons/booking' },
  needs: ADMINS,
}
