/** How the board and the day on paper look: to axe, on narrow screens, and over the wire. */
import { brotliCompressSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BoardTown, openBoardTown } from '#tests/support/board-town.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { expectNoFault } from '#tests/support/page-faults.ts'

describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
  let browser: Browser
  let town: BoardTown
  beforeAll(async () => {
    browser = await openBrowser()
    town = await openBoardTown()
  })
  afterAll(async () => {
    await browser.close()
    await town[Symbol.asyncDispose]()
  })

  test('what the board fetches is small', async () => {
    await using page = await town.open(browser)
    await page.waitForSelector('.plan [data-stop]')
    const scripts = await page
      .locator('script[src]')
      .evaluateAll((all) => all.map((one) => (one as unknown as { src: string }).src))
    expect(scripts).toHaveLength(1)
    const text = await (await fetch(scripts[0]!)).text()
    expect(brotliCompressSync(text).length).toBeLessThan(40_000)
  })

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    test.each([
      [360, '/stab'],
      [1280, '/en/board'],
      [360, '/en/board/print'],
      [1280, '/stab/utskrift'],
    ])('%d pixels wide, %s has no fault that axe finds', async (width, path) => {
      await using page = await town.open(
        browser,
        { colorScheme, viewport: { width, height: 900 } },
        { path },
      )
      if (path === '/stab' || path === '/en/board') {
        await page.waitForSelector('.plan [data-stop]')
        await page.locator('.plan .title').first().click()
        await page.locator('.plan .handle:not(.locked)').first().click()
        await page.locator('.urgent summary').click()
        await page.locator('#urgent-way').selectOption('place')
        await page.locator('#urgent-place').waitFor()
      }
      await expectNoFault(page)
    })
  })
})
