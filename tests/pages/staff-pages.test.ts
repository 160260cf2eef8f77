import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { openHttpTown, type HttpTown } from '#tests/support/http-town.ts'

describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
  let browser: Browser
  let town: HttpTown
  let url: string

  beforeAll(async () => {
    browser = await openBrowser()
    // Without TLS, which the cookie would ask for.
    town = await openHttpTown({
      publicUrl: 'http://127.0.0.1',
      pages: { demo: { speed: 1200 } },
    })
    url = await town.app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    await browser.close()
    await town[Symbol.asyncDispose]()
  })

  test('without JavaScript somebody signs in, adds a colleague and signs out', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const tab = await context.newPage()
    tab.setDefaultTimeout(5000)
    await tab.goto(`${url}/en/users`)
    await tab.click('button[value=admin]')
    expect(new URL(tab.url()).pathname).toBe('/en/users')
    await tab.fill('#name', 'Ove Ny')
    await tab.fill('#login', 'ove')
    await tab.selectOption('#role', 'editor')
    await tab.click('button[value=add-user]')
    expect(await tab.textContent('h1')).toBe('Write it down now')
    const password = (await tab.textContent('.secret code'))!.trim()
    await tab.click('text=Sign out')
    expect(await tab.textContent('.did')).toBe('You are signed out.')
    await tab.fill('#login', 'ove')
    await tab.fill('#password', password)
    await tab.click('button:has-text("Sign in")')
    expect(await tab.textContent('.signed-in')).toContain('Ove Ny, editor')
    await context.close()
  })
})
