/** All of the staff's pages. */
import type { FastifyInstance } from 'fastify'
import type { StaffDesk } from '#src/store/staff-desk.ts'
import type { PagesOptions, PageTools } from '../site.ts'
import { countAlarms } from './alarms/alarm-page.ts'
import { alarmsNow } from './alarms/register-alarms.ts'
import { registerCallBacks } from './call-backs/register-call-backs.ts'
import { registerRider } from './rider-page.ts'
import { registerBoard } from './register-board.ts'
import { registerPhone } from './register-phone.ts'
import { registerRuleDesk } from './rule-desk.ts'
import { registerWork } from './register-work.ts'
import { registerSignIn } from './sign-in.ts'
import { registerSingleSignOn } from './single-sign-on.ts'
import { START } from './staff-menu.ts'
import { staffPages } from './staff-page.ts'
import { startPage } from './start-page.ts'
import { registerSettings } from './settings-page.ts'
import { registerUsers } from './users-routes.ts'

export function registerStaff(
  app: FastifyInstance,
  options: PagesOptions & { readonly staff: StaffDesk },
  tools: PageTools,
  urls: { readonly cssUrl: string; readonly staffCssUrl: string },
): void {
  const { staff: desk, store, clock, publicUrl, demo } = options
  const pages = staffPages(app, { desk, tools, staffCssUrl: urls.staffCssUrl })
  const { singleSignOn } = options
  const directory =
    singleSignOn && registerSingleSignOn(app, pages, { desk, publicUrl, singleSignOn })
  registerSignIn(app, pages, { desk, publicUrl, isDemo: demo !== undefined, directory })
  registerRider(app, pages, { web: tools.web, cssUrl: urls.cssUrl })
  pages.get(START, async (view) =>
    startPage(view, countAlarms(await alarmsNow({ ...options, ...options.work }, view.now))),
  )
  const { bookings, days } = options
  if (bookings && days) {
    registerBoard(pages, { bookings, days })
    registerPhone(pages, { bookings })
    registerCallBacks(pages, { bookings: bookings.desk })
  }
  registerRuleDesk(pages, options)
  if (options.work) registerWork(pages, options, options.work)
  registerUsers(pages, { store, desk, clock })
  if (options.setup) registerSettings(pages, options.setup)
}
