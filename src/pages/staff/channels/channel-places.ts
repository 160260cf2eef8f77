/** Where the pages about accounts, deliveries and messages are. */
import { DISPATCHERS, EDITORS } from '#src/store/staff.ts'
import type { MenuPlace, StaffPlace } from '../staff-menu.ts'

export const CHANNELS: MenuPlace = {
  path: { sv: '/kanaler', en: '/channels' },
  needs: EDITORS,
  name: { sv: 'Kanaler', en: 'Channels' },
  does: {
    sv: 'Hur kontona mår, vad som väntar och vad som inte gick ut.',
    en: 'How the accounts are, what waits, and what did not go out.',
  },
}

/** Pausing an account and letting it go on. */
export const CHANGE_CHANNEL: StaffPlace = {
  path: { sv: '/kanaler/andra', en: '/channels/change' },
  needs: EDITORS,
}

export const DELIVERIES: StaffPlace = {
  path: { sv: '/kanaler/utskick', en: '/channels/deliveries' },
  needs: EDITORS,
}

export const SEND_AGAIN: StaffPlace = {
  path: { sv: '/kanaler/utskick/:id', en: '/channels/deliveries/:id' },
  needs: EDITORS,
}

export const MESSAGES: StaffPlace = {
  path: { sv: '/kanaler/meddelanden', en: '/channels/messages' },
  needs: [...EDITORS, ...DISPATCHERS],
}
