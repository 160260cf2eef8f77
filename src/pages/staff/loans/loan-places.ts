/** Where loans are handed out and taken back. */
import { DISPATCHERS } from '#src/store/staff.ts'
import type { MenuPlace, StaffPlace } from '../staff-menu.ts'

export const LOANS: MenuPlace = {
  path: { sv: '/utlan', en: '/loans' },
  needs: DISPATCHERS,
  name: { sv: 'Utlån', en: 'Loans' },
  does: {
    sv: 'Lämna ut och ta emot cykeln och släpet.',
    en: 'Hand out and take back the bike and the trailer.',
  },
}

export const CHANGE_LOAN: StaffPlace = {
  path: { sv: '/utlan/:reference', en: '/loans/:reference' },
  needs: LOANS.needs,
}
