/**
 * Clauses so plain that they are worked out without CEL: a fact, its opposite, or a fact beside a number.
 * Most clauses are, and every reading asks them. The answers are CEL's own.
 */
import type { ASTNode } from '@marcbachmann/cel-js'

import { factByName } from './facts.ts'
import type { FactValue } from './facts.ts'

/** Asks it of the value that the clause's one fact has. */
export type PlainTest = (value: FactValue) => boolean

/** Undefined for a clause that isn't as plain as that; `factOf` names the fact that a node reads. */
export function plainTest(
  node: ASTNode,
  factOf: (node: ASTNode) => string | undefined,
): PlainTest | undefined {
  if (factOf(node) !== undefined) return (value) => value === true
  if (node.op === '!_')
    return factOf(node.args) === undefined ? undefined : (value) => value === false
  const compares = COMPARISONS[node.op]
  if (!compares) return undefined
  const [left, right] = node.args as [ASTNode, ASTNode]
  const fact = factByName.get(factOf(left) ?? factOf(right) ?? '')
  const isTurned = factOf(left) === undefined
  const number = numberOf(isTurned ? left : right)
  // Of other pairs CEL has its own opinion.
  const isPair =
    (fact?.type === 'double' && typeof number === 'number') ||
    (fact?.type === 'int' && typeof number === 'bigint')
  if (!isPair) return undefined
  return isTurned
    ? (value) => compares(number, value as number | bigint)
    : (value) => compares(value as number | bigint, number)
}

function numberOf(node: ASTNode): number | bigint | undefined {
  if (node.op === '-_') {
    const number = numberOf(node.args)
    return number === undefined ? undefined : -number
  }
  const isNumber =
    node.op === 'value' && (typeof node.args === 'number' || typeof node.args === 'bigint')
  return isNumber ? node.args : undefined
}

type Comparison = (a: number | bigint, b: number | bigint) => boolean

const COMPARISONS: Readonly<Record<string, Comparison | undefined>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
}
