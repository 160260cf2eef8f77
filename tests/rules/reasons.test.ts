import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { DECISION_REASONS, GATES } from '#src/rules/decision.ts'

const page = readFileSync(new URL('../../docs/reasons.md', import.meta.url), 'utf8')

/** First cells of the table under a heading. */
function wordsUnder(heading: string): readonly string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading))!
  return [...section.matchAll(/^\| `([a-z-]+)` +\|/gm)].map((match) => match[1]!)
}

test('the page explains every reason, in the order of the code', () => {
  expect(wordsUnder('Reasons')).toEqual([...DECISION_REASONS])
})

test('the page explains every gate, in the order asked', () => {
  expect(wordsUnder('Gates')).toEqual([...GATES])
})
