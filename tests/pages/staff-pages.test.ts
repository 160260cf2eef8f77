import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import type { Setup } from '#src/pages/site.ts'
import { openHttpTown, TUESDAY, type HttpTown } from '#tests/support/http-town.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const PAGES = [
  ['/start', '/en/start'],
  ['/anvandare', '/en/users'],
  ['/anvandare/lisa', '/en/users/lisa'],
  ['/anvandare/lisa/ta-bort', '/en/users/lisa/remove'],
  ['/mitt-konto', '/en/my-account'],
  ['/installningar', '/en/settings'],
  ['/logga-ut', '/en/sign-out'],
  ['/logga-in?till=/start', '/en/sign-in?till=/en/start'],
].flat()

const SETUP: Setup = {
  folder: 'towns/provstad',
  settings: [{ name: 'public-url', value: 'https://avs.provstad.example' }],
  secrets: [{ name: 'KVITTER_STAFF_TOKEN', isSet: true }],
  lastRead: () => ({ at: TUESDAY, read: { kind: 'ok', warnings: [] } }),
  reread: async () => ({ kind: 'ok', warnings: [] }),
}

describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
  let browser: Browser
  let town: HttpTown
  let url: string

  beforeAll(async () => {
    browser = await openBrowser()
    // Without TLS, which the cookie would ask for.
    town = await openHttpTown({
      publicUrl: 'http://127.0.0.1',
      pages: { demo: { speed: 1200 }, setup: SETUP },
    })
    const lisa = {
      login: 'lisa',
      name: 'Lisa-Karin Söderbergsson-Åkerström',
      role: 'editor',
    } as const
    await town.store.addUser(lisa, town.now())
    url = await town.app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    await browser.close()
    await town[Symbol.asyncDispose]()
  })

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    test.each([360, 1280])('%d pixels wide, no page has a fault that axe finds', async (width) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
      try {
        const tab = await context.newPage()
        await tab.goto(`${url}/logga-in`)
        await tab.click('button[value=admin]')
        expect(new URL(tab.url()).pathname).toBe('/start')
        for (const path of PAGES) {
          await tab.goto(url + path)
          const wider = await tab.evaluate('document.documentElement.scrollWidth - innerWidth')
          expect(wider, path).toBeLessThanOrEqual(0)
          await tab.evaluate(axe)
          const { violations } = (await tab.evaluate(
            `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
          )) as AxeResults
          const faults = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`)
          expect(faults, path).toEqual([])
        }
      } finally {
        await context.close()
      }
    })
  })

  test('without JavaScript somebody signs in, adds a colleague and signs out', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const tab = await context.newPage()
    await tab.goto(`${url}/en/users`)
    await tab.click('button[value=admin]')
    expect(new URL(tab.url()).pathname).toBe('/en/users')
    await tab.fill('#name', 'Ove Ny')
    await tab.fill('#login', 'ove')
    await tab.selectOption('#role', 'dispatcher')
    await tab.click('button[value=add-user]')
    expect(await tab.textContent('h1')).toBe('Write it down now')
    const password = (await tab.textContent('.secret code'))!.trim()
    await tab.click('text=Sign out')
    expect(await tab.textContent('.did')).toBe('You are signed out.')
    await tab.fill('#login', 'ove')
    await tab.fill('#password', password)
    await tab.click('button:has-text("Sign in")')
    expect(await tab.textContent('.signed-in')).toContain('Ove Ny, dispatcher')
    await context.close()
  })
})
