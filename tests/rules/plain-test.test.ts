import { Environment } from '@marcbachmann/cel-js'
import type { ASTNode } from '@marcbachmann/cel-js'
import { expect, test } from 'vitest'

import type { FactValue } from '#src/rules/facts.ts'
import { plainTest } from '#src/rules/plain-test.ts'

const environment = new Environment({ unlistedVariablesAreDyn: true })

function factOf(node: ASTNode): string | undefined {
  if (node.op !== '.' || node.args[0].op !== 'id') return undefined
  return `${node.args[0].args}.${node.args[1]}`
}

const testOf = (source: string) => plainTest(environment.parse(source).ast, factOf)

test.each<readonly [string, readonly FactValue[], readonly boolean[]]>([
  ['c.full', [true, false], [true, false]],
  ['!c.full', [true, false], [false, true]],
  ['c.fill < 70.0', [69, 70, 71], [true, false, false]],
  ['c.fill <= 70.0', [69, 70, 71], [true, true, false]],
  ['c.fill > 70.0', [69, 70, 71], [false, false, true]],
  ['c.fill >= 70.0', [69, 70, 71], [false, true, true]],
  ['c.fill == 70.0', [69, 70, 71], [false, true, false]],
  ['c.fill != 70.0', [69, 70, 71], [true, false, true]],
  ['70.0 < c.fill', [69, 70, 71], [false, false, true]],
  ['70.0 >= c.fill', [69, 70, 71], [true, true, false]],
  ['c.evidence <= -1.0', [-2, -1, 0], [true, true, false]],
  ['-1.0 < c.evidence', [-2, -1, 0], [false, false, true]],
  ['s.full >= 2', [1n, 2n, 3n], [false, true, true]],
  ['2 > s.full', [1n, 2n, 3n], [true, false, false]],
  ['s.full != -1', [1n], [true]],
])('%s is worked out without CEL', (source, values, expected) => {
  const plain = testOf(source)!
  expect(values.map((value) => plain(value))).toEqual(expected)
})

test.each([
  '!(c.fill > 70.0)',
  '!has(c.fill)',
  'c.fill > 70',
  's.full > 1.0',
  '70 < c.fill',
  'c.fill > c.evidence',
  'c.fill > c.fill',
  'c.fill > -c.evidence',
  'c.fraction == "paper"',
  'c.full == true',
  'c.nothing > 1.0',
  'c.fill + 1.0 > 2.0',
  '1.0 > 2.0',
  'c.fill in [1.0]',
  'c.fill + 1.0',
  'size(c.id) > 2',
])('%s is left to CEL', (source) => {
  expect(testOf(source)).toBeUndefined()
})
