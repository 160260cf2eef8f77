/** The rules that are measured. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { parseRuleFile } from '#src/rules/rule-file.ts'
import type { RuleBook } from '#src/rules/rule-file.ts'

/** The eight rules of the specification. */
export const EIGHT_RULES = fileURLToPath(new URL('eight-rules.yaml', import.meta.url))

/** Throws with the faults where there are any. */
export function readBook(path: string): RuleBook {
  const parsed = parseRuleFile(readFileSync(path, 'utf8'), path)
  if (parsed.kind === 'ok') return parsed.book
  throw new Error(parsed.faults.map((f) => `${f.line} ${f.field}: ${f.message}`).join('\n'))
}

/** The same book for a town of that size: the account may say as much of each container as in Borås. */
export function bookForSize(book: RuleBook, containers: number): RuleBook {
  const { budget } = book.policy
  const times = containers / BORAS_CONTAINERS
  const grown = {
    ...budget,
    perAccountPerDay: Math.ceil(BORAS_POSTS_PER_DAY * times),
    minGapMs: Math.ceil(budget.minGapMs / times),
  }
  return { ...book, policy: { ...book.policy, budget: grown } }
}

const BORAS_CONTAINERS = 390
const BORAS_POSTS_PER_DAY = 120
