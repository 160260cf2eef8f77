/** Where the pages about sensors are, and who may see them. */
import { ADMINS, DISPATCHERS } from '#src/store/staff.ts'
import type { MenuPlace, StaffPlace } from '../staff-menu.ts'

export const DEVICES: MenuPlace = {
  path: { sv: '/enheter', en: '/devices' },
  needs: DISPATCHERS,
  name: { sv: 'Givare', en: 'Sensors' },
  does: {
    sv: 'Hur givarna mår, var de sitter, och byten.',
    en: 'How the sensors are, where they sit, and swaps.',
  },
}

/** Only administrators change sensors. */
export const ADD_DEVICE: StaffPlace = {
  path: { sv: '/enheter/ny', en: '/devices/new' },
  needs: ADMINS,
}

export const GATEWAYS: StaffPlace = {
  path: { sv: '/enheter/basstation', en: '/devices/gateway' },
  needs: ADMINS,
}

export const DEVICE: StaffPlace = {
  path: { sv: '/enheter/:id', en: '/devices/:id' },
  needs: DISPATCHERS,
}

/** What is done to one of them: `do` says which. */
export const CHANGE_DEVICE: StaffPlace = {
  path: { sv: '/enheter/:id/andra', en: '/devices/:id/change' },
  needs: ADMINS,
}
