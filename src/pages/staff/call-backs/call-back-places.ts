/** Where calls are noted that are to be returned. */
import { DISPATCHERS } from '#src/store/staff.ts'
import type { MenuPlace, StaffPlace } from '../staff-menu.ts'

export const CALL_BACKS: MenuPlace = {
  path: { sv: '/stab/ring-tillbaka', en: '/board/call-back' },
  needs: DISPATCHERS,
  name: { sv: 'Ring tillbaka', en: 'Call back' },
  does: {
    sv: 'De som ringde när bokningen inte gick att göra klart.',
    en: 'Who called when the booking could not be finished.',
  },
}

export const SETTLE_CALL: StaffPlace = {
  path: { sv: '/stab/ring-tillbaka/:id', en: '/board/call-back/:id' },
  needs: CALL_BACKS.needs,
}

/** What the form of a booking that can't be finished says that it wants. */
export const FROM_BOOKING = 'from-booking'
