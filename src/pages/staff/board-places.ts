/** Where the pages about the return bike's day are. */
import { DISPATCHERS } from '#src/store/staff.ts'
import type { InBoth, StaffPlace } from './staff-menu.ts'

export const PRINTOUT: StaffPlace = {
  path: { sv: '/stab/utskrift', en: '/board/print' },
  needs: DISPATCHERS,
}

/** The same path with the day in its query. */
export function ofDay(path: InBoth<string>, day: string): InBoth<string> {
  return { sv: `${path.sv}?day=${day}`, en: `${path.en}?day=${day}` }
}
