/** Where bookings by phone are taken down and looked up, beside the list of them in the menu. */
import { DISPATCHERS } from '#src/store/staff.ts'
import { BOOKINGS, type InBoth, type StaffPlace } from './staff-menu.ts'
import { filled } from './staff-parts.ts'

const under = (sv: string, en: string): StaffPlace => ({
  path: { sv: `${BOOKINGS.path.sv}/${sv}`, en: `${BOOKINGS.path.en}/${en}` },
  needs: DISPATCHERS,
})

export const NEW_BOOKING = under('ny', 'new')
export const BOOKING = under(':reference', ':reference')
export const CHANGE_BOOKING = under(':reference/andra', ':reference/change')
export const CANCEL_BOOKING = under(':reference/avboka', ':reference/cancel')

export const SETTLE_BOOKING = under(':reference/utfall', ':reference/outcome')

export function ofBooking({ path }: StaffPlace, reference: string): InBoth<string> {
  return filled(path, { reference })
}
