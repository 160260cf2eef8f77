/** Where the quarantine is. */
import { ADMINS } from '#src/store/staff.ts'
import type { MenuPlace, StaffPlace } from '../staff-menu.ts'

export const QUARANTINE: MenuPlace = {
  path: { sv: '/karantan', en: '/quarantine' },
  needs: ADMINS,
  name: { sv: 'Karantän', en: 'Quarantine' },
  does: {
    sv: 'Meddelanden som inte togs emot, varför, och att pröva dem igen.',
    en: 'Messages that were not taken in, why, and trying them again.',
  },
}

export const TRY_AGAIN: StaffPlace = {
  path: { sv: '/karantan/prova', en: '/quarantine/try' },
  needs: ADMINS,
}
