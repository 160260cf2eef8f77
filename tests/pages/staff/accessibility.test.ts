/** The staff's pages in a real browser: axe, no sideways scrolling, and a crew's two taps on a phone. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MINUTE, type EpochMs } from '#src/stations/time.ts'
import { keepPosts, makePost, onX } from '#tests/notify/deliveries.ts'
import { PERSON } from '#tests/support/booking-town.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { expectNoFault, openDetails } from '#tests/support/page-faults.ts'
import { EKUDDEN_PAPER } from '#tests/support/http-town.ts'
import { openStaffTown, type StaffTown } from '#tests/support/staff-town.ts'
import { MONDAY } from '../../pickups/booking/cast.ts'

const PAGES = [
  '/larm',
  '/en/alarms',
  '/tillsyn',
  '/en/field/1490-901?did=full&container=1490-901-paper-1',
  '/tomningar',
  '/en/emptyings/1490-901',
  '/enheter',
  '/en/devices/dev-901-paper-1',
  '/enheter/ny',
  '/enheter/basstation',
  '/enheter/dev-901-paper-1/andra?do=unmount',
  '/karantan',
  '/en/quarantine',
  '/karantan/prova?reason=not-json',
  '/kanaler',
  `/en/channels/change?channel=x&account=${onX.account}`,
  '/kanaler/utskick?state=attention',
  '/en/channels/messages',
  '/utlan',
  '/en/loans?did=mend',
  '/personer',
  '/en/persons/access',
  '/personer/bokning?reference=hello',
]

describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
  let browser: Browser
  let town: StaffTown
  let url: string

  beforeAll(async () => {
    browser = await openBrowser()
    town = await openStaffTown()
    town.setNow(MONDAY)
    await fill(town)
    url = await town.app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    await browser.close()
    await town[Symbol.asyncDispose]()
  })

  const signedIn = async (width: number, colorScheme: 'light' | 'dark', scripts = true) => {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width, height: 900 },
      javaScriptEnabled: scripts,
    })
    const { cookie } = await town.signIn('admin')
    const [name, value] = cookie!.split('=', 2)
    await context.addCookies([{ name: name!, value: value!, url }])
    return context
  }

  test.each([
    [360, 'dark'],
    [1280, 'light'],
  ] as const)(
    '%d pixels wide and %s, no page has a fault that axe finds',
    async (width, scheme) => {
      const context = await signedIn(width, scheme)
      const tab = await context.newPage()
      for (const path of PAGES) {
        await tab.goto(url + path)
        expect(await tab.title(), path).not.toMatch(/Logga in|Sign in/)
        await openDetails(tab)
        await expectNoFault(tab, path)
      }
      await context.close()
    },
    // Two dozen pages, also where others are at work.
    90_000,
  )

  test('a crew tells that a container is full by two taps, without JavaScript', async () => {
    const context = await signedIn(360, 'light', false)
    const tab = await context.newPage()
    tab.setDefaultTimeout(8000)
    await tab.goto(`${url}/tillsyn`)
    await tab.click('text=Ekudden')
    await tab.click(`form:has(input[value="${EKUDDEN_PAPER}"]) button[value=full]`)
    expect(await tab.textContent('[role=status]')).toContain('Noterat: fullt')
    const told = await town.store.reports({ since: 0 as EpochMs })
    expect(told.at(-1)).toMatchObject({ containerId: EKUDDEN_PAPER, kind: 'full', by: 'staff' })
    await context.close()
  })
})

/** Something of everything that the pages show. */
async function fill(town: StaffTown): Promise<void> {
  for (const hours of [40, 39, 38, 37, 36]) await town.measure(EKUDDEN_PAPER, 40, hours * 60)
  await town.post('/tomningar/1490-901', { do: 'report', containers: EKUDDEN_PAPER, by: 'staff' })
  await town.append({
    kind: 'rejected',
    rejected: {
      reason: 'not-json',
      detail: 'not JSON, from byte 1 on',
      topic: 'application/1/device/24e124713d000001/event/up',
      receivedAt: town.now(),
      head: Buffer.from('no JSON at all'),
      bytes: 14,
      payload: Buffer.from('no JSON at all'),
    },
  })
  for (const [n, state] of [
    [1, 'dead'],
    [2, 'uncertain'],
  ] as const) {
    await keepPosts(town.store, [makePost(n, town.now())])
    const delivery = (await town.store.claimDelivery(onX, town.now(), MINUTE))!
    await town.store.settleDelivery(delivery.id, { state, error: '403: not permitted' })
  }
  const { note: _, ...person } = PERSON
  const days = { fromDay: '2026-05-04', untilDay: '2026-05-05' }
  await town.loans.submit({ person, thingId: 'trailer-1', ...days }, {})
}
