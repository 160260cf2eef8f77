/** The dispatcher's pages: the board, and the day on paper. */
import type { PagesOptions } from '../site.ts'
import { boardPage, noBoardPage } from './board-page.ts'
import { PRINTOUT } from './board-places.ts'
import { BOARD_WORDS } from './board-words.ts'
import { peopleOn, printoutPage } from './printout-page.ts'
import { chosenDay } from './service-days.ts'
import { BOARD } from './staff-menu.ts'
import type { StaffPages } from './staff-page.ts'

export function registerBoard(
  pages: StaffPages,
  options: Required<Pick<PagesOptions, 'bookings' | 'days'>>,
): void {
  const { desk: bookings } = options.bookings
  const { desk: days, noteSeen } = options.days
  const island = pages.web.island('board')

  pages.get({ ...BOARD, scripts: true }, (view, request) => {
    const words = BOARD_WORDS[view.language]
    const terms = bookings.terms()
    if (!terms) return noBoardPage(view, words.noBike)
    const day = chosenDay(request.query['day'], terms, view.now)
    if (day === undefined) return noBoardPage(view, words.noDays)
    return boardPage(view, terms, day, island)
  })

  pages.get(PRINTOUT, async (view, request, reply) => {
    const words = BOARD_WORDS[view.language]
    const terms = bookings.terms()
    if (!terms) return noBoardPage(view, words.noBike)
    const day = chosenDay(request.query['day'], terms, view.now)
    const seen = day === undefined ? undefined : await days.see(day)
    if (!seen) {
      void reply.code(404)
      return noBoardPage(view, words.notServed(day ?? ''))
    }
    await noteSeen(peopleOn(seen), view.staff.name)
    return printoutPage(view, terms, seen)
  })
}
