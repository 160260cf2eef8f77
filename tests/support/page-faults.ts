/** What a page in a real browser must never be: wider than its screen, or with a fault that axe finds. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const EVERYTHING = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe finds by these rules or tags, each fault with the markup in which it stands. */
export async function axeFaults(
  tab: Page,
  rules: readonly string[] = EVERYTHING,
): Promise<readonly string[]> {
  if (!(await tab.evaluate('"axe" in window'))) await tab.evaluate(axe)
  const { violations } = (await tab.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] })`,
  )) as AxeResults
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`)
}

/** By how many pixels the page is too wide; not above nought when it fits. */
export function overhang(tab: Page): Promise<number> {
  return tab.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
}

/** `what` tells in a failure which page it was. */
export async function expectNoFault(tab: Page, what?: string): Promise<void> {
  expect(await overhang(tab), what).toBeLessThanOrEqual(0)
  expect(await axeFaults(tab), what).toEqual([])
}

/** Also what is folded away is looked at. */
export async function openDetails(tab: Page): Promise<void> {
  await tab.evaluate('for (const d of document.querySelectorAll("details")) d.open = true')
}
