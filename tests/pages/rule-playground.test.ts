/** The playground in a real browser, on a real month, with the rules really played. */
import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openReplayDesk, type ReplayDesk } from '#src/replay/desk.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import { borasRules } from '#tests/rules/scenario.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { expectNoFault, openDetails } from '#tests/support/page-faults.ts'
import { type HttpTown, openHttpTown } from '#tests/support/http-town.ts'
import { playMonth } from '#tests/support/month.ts'

const WAIT = { timeout: 25_000 }
const LATER = borasRules.replace('for: 30m', 'for: 10h')

describe.skipIf(chromiumPath === undefined)('the playground', () => {
  let browser: Browser
  let town: HttpTown
  let desk: ReplayDesk
  let url: string
  let signedIn: Record<string, string>
  const faults: unknown[] = []

  beforeAll(async () => {
    browser = await openBrowser()
    town = await openHttpTown({
      rules: borasRules,
      http: ({ file, clock }) => {
        const onFault = (what: string, error: unknown) => faults.push(what, error)
        desk = openReplayDesk({ past: { file }, clock, onFault })
        return {
          replays: desk,
          rulesInForce: () => ({ text: borasRules, hash: hashOf(borasRules) }),
        }
      },
      pages: { ruleIds: () => ['full', 'sensor_silent'] },
    })
    await playMonth(town)
    signedIn = await town.signIn('editor')
    url = await town.app.listen({ host: '127.0.0.1', port: 0 })
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await desk[Symbol.asyncDispose]()
    await town[Symbol.asyncDispose]()
    expect(faults).toEqual([])
  })

  async function open(
    path = '/regler',
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<{ context: BrowserContext; tab: Page; complaints: string[] }> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      extraHTTPHeaders: { cookie: signedIn['cookie']! },
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    })
    const tab = await context.newPage()
    const complaints: string[] = []
    tab.on('console', (message) => complaints.push(message.text()))
    tab.on('pageerror', (error) => complaints.push(String(error)))
    await tab.goto(url + path)
    return { context, tab, complaints }
  }

  test('shows a month under the rules in force, and what a change would do to it', async () => {
    const { context, tab, complaints } = await open()
    await tab.waitForSelector('.chart .mark', WAIT)
    expect(await tab.textContent('.draft-facts')).toBe('Utkastet är lika med reglerna i kraft.')
    expect(await tab.textContent('.counts')).toContain('Inget ändras.')
    const said = await tab.locator('.chart .mark .said').count()
    expect(said).toBeGreaterThan(10)

    await tab.fill('#draft', LATER)
    await tab.waitForSelector('.jumps li', WAIT)
    const counts = (await tab.textContent('.counts'))!
    const [, was, now] = /^(\d+) → (\d+) besked/.exec(counts)!
    expect(Number(was)).toBe(said)
    expect(await tab.locator('.chart .said:not(.gone)').count()).toBe(Number(now))
    expect(counts).toMatch(/vid annan tid/)
    expect(await tab.textContent('.draft-facts')).toContain('1 ändrad rad')

    await tab.click('.jumps li >> nth=0 >> button')
    await tab.waitForSelector('.explanation .because')
    expect(await tab.textContent('.explanation')).toContain('Med reglerna i kraft:')
    expect(await tab.evaluate('document.activeElement.className')).toBe('explanation')
    expect(complaints).toEqual([])
    await context.close()
  })

  test('keeps the draft over a reload, says when, and starts over when asked', async () => {
    const { context, tab } = await open()
    await tab.waitForSelector('#draft', WAIT)
    await tab.fill('#draft', LATER)
    await tab.reload()
    await tab.waitForSelector('#draft', WAIT)
    expect(await tab.inputValue('#draft')).toBe(LATER)
    expect(await tab.textContent('.draft-facts')).toMatch(/Ditt utkast från .* är hämtat\./)
    await tab.click('text=Börja om från reglerna i kraft')
    expect(await tab.inputValue('#draft')).toBe(borasRules)
    await tab.reload()
    await tab.waitForSelector('#draft', WAIT)
    expect(await tab.inputValue('#draft')).toBe(borasRules)
    await context.close()
  })

  test('tells faults beside their lines and leads to them; Tab leaves the editor', async () => {
    const { context, tab, complaints } = await open()
    await tab.waitForSelector('#draft', WAIT)
    const faulty = borasRules.replace('when: c.full\n', 'when: c.fulll\n')
    const line = faulty.split('\n').findIndex((text) => text.includes('c.fulll')) + 1
    await tab.fill('#draft', faulty)
    await tab.waitForSelector('.faults-found', WAIT)
    expect(await tab.textContent('.faults-found')).toContain('did you mean c.full?')
    expect(
      await tab.evaluate(
        `[...document.querySelectorAll('.gutter li')].findIndex((li) => li.className === 'faulty') + 1`,
      ),
    ).toBe(line)
    // The note stands at its line's height, whatever the font.
    expect(
      await tab.evaluate(
        `Math.abs(document.querySelector('.gutter .faulty').getBoundingClientRect().top - document.querySelector('.line-note').getBoundingClientRect().top) < 4`,
      ),
    ).toBe(true)
    await tab.click(`text=Rad ${line}`)
    expect(
      await tab.evaluate(
        `(({ value, selectionStart }) => value.slice(0, selectionStart).split('\\n').length)(document.activeElement)`,
      ),
    ).toBe(line)
    await tab.keyboard.press('Tab')
    expect(await tab.evaluate('document.activeElement.id')).not.toBe('draft')
    expect(await tab.isDisabled('text=Ladda ned rules.yaml')).toBe(true)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('plays no more, and says why, when a fault is typed meanwhile', async () => {
    const { context, tab } = await open()
    await tab.waitForSelector('.chart .mark', WAIT)
    const held = Promise.withResolvers<void>()
    await tab.route('**/api/v1/rules/trial', async (route) => {
      await held.promise
      await route.continue()
    })
    await tab.fill('#draft', LATER)
    await tab.waitForSelector('.playing >> text=Spelar om', WAIT)
    await tab.fill('#draft', LATER.replace('when: c.full\n', 'when: c.fulll\n'))
    await tab.waitForSelector('.faults-found', WAIT)
    await tab.waitForSelector('.playing >> text=Rätta felen', WAIT)
    held.resolve()
    await context.close()
  })

  test('says when the service is gone or the session is over, and goes on when it is back', async () => {
    const { context, tab } = await open()
    await tab.waitForSelector('.chart .mark', WAIT)
    await tab.route('**/api/v1/rules/check', (route) => route.abort())
    await tab.fill('#draft', LATER)
    await tab.waitForSelector('text=Tjänsten svarar inte just nu.', WAIT)
    await tab.unroute('**/api/v1/rules/check')
    await tab.waitForSelector('.jumps li', WAIT)
    expect(await tab.locator('[role=alert]').count()).toBe(0)
    await context.setExtraHTTPHeaders({})
    await tab.fill('#draft', `${LATER}# more\n`)
    await tab.waitForSelector('text=Du är utloggad.', WAIT)
    await tab.reload()
    expect(tab.url()).toContain('/logga-in?till=')
    await context.close()
  })

  test('is walked with arrow keys from one tab stop, and Enter explains', async () => {
    const { context, tab } = await open()
    await tab.waitForSelector('.chart .mark', WAIT)
    expect(await tab.locator('.chart [tabindex="0"]').count()).toBe(1)
    await tab.focus('.chart [tabindex="0"]')
    const name = () => tab.evaluate(`document.activeElement.getAttribute('aria-label')`)
    const first = await name()
    expect(first).toMatch(/^\S+ \d+ maj \d\d:\d\d, \S+, full: (sades|hölls kvar: .+)$/)
    await tab.keyboard.press('ArrowRight')
    const second = await name()
    expect(second).not.toBe(first)
    await tab.keyboard.press('ArrowLeft')
    expect(await name()).toBe(first)
    await tab.keyboard.press('ArrowDown')
    expect(await name()).not.toBe(first)
    await tab.keyboard.press('End')
    await tab.keyboard.press('Home')
    expect(await tab.locator('.chart [tabindex="0"]').count()).toBe(1)
    const chosen = await name()
    await tab.keyboard.press('Enter')
    await tab.waitForSelector('.explanation .because')
    expect(await tab.textContent('.explanation .decision h3')).toBe(chosen)
    expect(await tab.textContent('.explanation')).toMatch(
      /\d+\/\d+ för stationen, \d+\/\d+ för kontot/,
    )
    await tab.click('text=Tillbaka till diagrammet')
    expect(await name()).toBe(chosen)
    await context.close()
  })

  test('tells the same facts as a table', async () => {
    const { context, tab } = await open()
    await tab.waitForSelector('.chart .mark', WAIT)
    const marks = await tab.locator('.chart .mark').count()
    await tab.click('text=Samma sak som tabell')
    expect(await tab.locator('.facts-table tbody tr').count()).toBe(marks)
    await tab.click('.facts-table tbody tr >> nth=1 >> button')
    await tab.waitForSelector('.explanation .because')
    const reason = await tab.textContent('.facts-table tbody tr >> nth=1 >> td >> nth=5')
    expect(await tab.textContent('.explanation .because')).toBe(reason)
    await context.close()
  })

  test('makes a day into a test, to copy or to download', async () => {
    const { context, tab } = await open()
    await tab.waitForSelector('.chart .mark', WAIT)
    await tab.focus('.chart [tabindex="0"]')
    await tab.keyboard.press('Enter')
    await tab.click('text=Spara dygnet som test')
    await tab.waitForSelector('.save-test textarea', WAIT)
    const text = await tab.inputValue('.save-test textarea')
    expect(text).toMatch(/^rule_files: \[ rules\.yaml \]\ntests:\n/)
    expect(text).toContain('what happened at Ekudden, 2026-05-')
    await tab.click('.save-test >> text=Kopiera')
    await tab.waitForSelector('text=Kopierat.')
    expect(await tab.evaluate('navigator.clipboard.readText()')).toBe(text)
    // As over plain HTTP.
    await tab.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await tab.click('.save-test >> text=Kopiera')
    await tab.getByRole('status').getByText('kopiera den med Ctrl+C').waitFor()
    expect(await tab.evaluate('String(getSelection())')).toBe(text)
    const [file] = await Promise.all([
      tab.waitForEvent('download'),
      tab.click('text=Ladda ned rules.test.yaml'),
    ])
    expect(file.suggestedFilename()).toBe('rules.test.yaml')
    expect(readFileSync(await file.path(), 'utf8')).toBe(text)
    await context.close()
  })

  test('tries all stations with progress, leads to a change, and can be stopped', async () => {
    const { context, tab } = await open()
    await tab.waitForSelector('.chart .mark', WAIT)
    await tab.fill('#draft', LATER)
    await tab.waitForSelector('.jumps li', WAIT)
    await tab.click('.town-trial button >> text=Pröva')
    await tab.click('.town-trial button >> text=Avbryt')
    await tab.waitForSelector('.town-trial [role=status] >> text=Avbrutet.', WAIT)
    await tab.click('.town-trial button >> text=Pröva')
    await tab.waitForSelector('.station-changes', WAIT)
    expect(await tab.textContent('.town-trial .counts')).toMatch(/^\d+ → \d+ besked/)
    await tab.click('.station-changes summary >> text=Hamnen')
    await tab.click('.station-changes[open] li >> nth=0 >> button')
    await tab.waitForSelector('.explanation .because', WAIT)
    expect(await tab.inputValue('#station')).toBe('1490-902')
    await context.close()
  }, 60_000)

  test('puts nothing in force: the draft is downloaded, with what to do with it', async () => {
    const { context, tab } = await open('/en/rules')
    await tab.waitForSelector('#draft', WAIT)
    await tab.fill('#draft', LATER)
    await tab.waitForSelector('text=9 rules, no faults.', WAIT)
    const [file] = await Promise.all([
      tab.waitForEvent('download'),
      tab.click('text=Download rules.yaml'),
    ])
    expect(readFileSync(await file.path(), 'utf8')).toBe(LATER)
    expect(await tab.textContent('.in-force')).toContain('SIGHUP')
    await context.close()
  })

  test('weighs less than 180 kB of scripts and asks no other host', async () => {
    const { context, tab } = await open()
    const fetched: string[] = []
    tab.on('request', (request) => fetched.push(request.url()))
    await tab.reload()
    await tab.waitForSelector('.chart .mark', WAIT)
    expect(fetched.filter((address) => !address.startsWith(url))).toEqual([])
    const scripts = fetched.filter((address) => address.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(0)
    let bytes = 0
    for (const address of scripts) {
      const answered = await fetch(address, { headers: { 'accept-encoding': 'identity' } })
      bytes += (await answered.arrayBuffer()).byteLength
    }
    expect(bytes).toBeLessThan(180_000)
    await context.close()
  })

  test('without JavaScript says what to do instead', async () => {
    const { context, tab } = await open('/regler', { javaScriptEnabled: false })
    expect(await tab.textContent('#rules')).toContain('kvitter rules check')
    await context.close()
  })

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    test.each([360, 1280])('has no fault that axe finds, %d pixels wide', async (width) => {
      const { context, tab } = await open('/regler', {
        colorScheme,
        viewport: { width, height: 900 },
      })
      await tab.waitForSelector('.chart .mark', WAIT)
      await tab.focus('.chart [tabindex="0"]')
      await tab.keyboard.press('Enter')
      await tab.fill('#draft', borasRules.replace('when: c.full\n', 'when: c.fulll\n'))
      await tab.waitForSelector('.faults-found', WAIT)
      await judge(tab, '/regler')
      for (const path of ['/beslut?container=1490-901-paper-1', '/en/corrections', '/tystnader']) {
        await tab.goto(url + path)
        await judge(tab, path)
      }
      await context.close()
    })
  })
})

async function judge(tab: Page, path: string): Promise<void> {
  await openDetails(tab)
  await expectNoFault(tab, path)
}

function hashOf(rules: string): string {
  const parsed = parseRuleFile(rules, 'rules.yaml')
  if (parsed.kind === 'ok') return parsed.book.hash
  throw new Error('the rules have faults')
}
