/** The guide for rule authors says what the code and the example town say. */
import { expect, test } from 'vitest'

import { factByName } from '#src/rules/facts.ts'
import { factTables } from '#src/rules/fact-table.ts'
import { readGuide } from '../../docs/fill-rules-guide.ts'

test('the guide has the example town’s rules and every fact, word for word', async () => {
  const { is, shouldBe } = await readGuide()
  expect(is, 'run: npx node docs/fill-rules-guide.ts').toBe(shouldBe)
})

test('no fact is left out of the tables', () => {
  const tables = factTables()
  expect([...factByName.keys()].filter((name) => !tables.includes(`\`${name}\``))).toEqual([])
})
