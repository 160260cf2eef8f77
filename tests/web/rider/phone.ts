/** A rider's phone: a real browser at a real server, by a wire that a test can cut. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Role } from '#src/store/staff.ts'
import { clockAt, type DayTown } from '#tests/support/day-town.ts'
import { see } from '#tests/support/ridden-day.ts'
import { startTcpProxy, type TcpProxy } from '#tests/support/tcp-proxy.ts'
import { until } from '#tests/support/until.ts'

export interface Phone extends AsyncDisposable {
  readonly context: BrowserContext
  readonly wire: TcpProxy
  readonly url: string
  /** The page that is open. */
  tab(): Page
  open(): Promise<Page>
  /** No network, as the phone sees it and as it is. */
  offline(): Promise<void>
  online(): Promise<void>
  signIn(role?: Role): Promise<void>
  /** What went wrong in the page. */
  readonly complaints: readonly string[]
}

export async function openPhone(
  browser: Browser,
  day: DayTown,
  look: {
    readonly colorScheme?: 'light' | 'dark'
    readonly width?: number
    /** What stands before the server, on this port. */
    readonly port?: number
  } = {},
): Promise<Phone> {
  const wire = await startTcpProxy(look.port ?? Number(new URL(day.url).port))
  const url = `http://127.0.0.1:${wire.port}`
  const { colorScheme = 'light', width = 360 } = look
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height: 780 },
    hasTouch: true,
  })
  // A little slow: what a phone tells has happened when the server hears of it.
  await context.clock.setFixedTime(clockAt('09:59'))
  const complaints: string[] = []
  let tab: Page | undefined

  const phone: Phone = {
    context,
    wire,
    url,
    complaints,
    tab: () => tab!,
    async open() {
      await tab?.close()
      tab = await context.newPage()
      tab.on('pageerror', (error) => complaints.push(String(error)))
      await tab.goto(`${url}/rider`)
      return tab
    },
    async offline() {
      wire.refuse(true)
      wire.cut()
      await context.setOffline(true)
    },
    async online() {
      wire.refuse(false)
      await context.setOffline(false)
    },
    async signIn(role = 'rider') {
      const { cookie = '' } = await day.town.signIn(role)
      const [name, value] = cookie.split('=') as [string, string]
      // As over TLS; browsers take the loopback for as good.
      await context.addCookies([{ name, value, url: url.replace('http:', 'https:') }])
    },
    async [Symbol.asyncDispose]() {
      await context.close()
      await wire[Symbol.asyncDispose]()
    },
  }
  await phone.signIn()
  return phone
}

/** The stops of the round that has any, as the server has them. */
export async function stopsNow(day: DayTown): Promise<any[]> {
  const { rounds } = await see(day, '?people=yes')
  return rounds.flatMap((round: any) => round.stops)
}

export async function eventsKept(day: DayTown) {
  return day.town.store.riderEvents('2026-05-07')
}

/** Waits until the service worker would start the page without a network. */
export async function isReadyForOffline(tab: Page, page = '/rider'): Promise<void> {
  const isReady = `(async () => {
    const registration = await navigator.serviceWorker.getRegistration()
    return registration?.active != null && (await caches.match('${page}')) !== undefined
  })()`
  await until(() => tab.evaluate<boolean>(isReady), 10_000)
}
