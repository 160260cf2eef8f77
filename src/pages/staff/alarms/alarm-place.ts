/** Where the list of alarms is. */
import { ANY_STAFF } from '#src/store/staff.ts'
import type { MenuPlace } from '../staff-menu.ts'

export const ALARMS: MenuPlace = {
  path: { sv: '/larm', en: '/alarms' },
  needs: ANY_STAFF,
  name: { sv: 'Larm', en: 'Alarms' },
  does: { sv: 'Allt som någon behöver se till.', en: 'All that somebody should see to.' },
}
