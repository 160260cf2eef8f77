/** Which rules say all that another's news would. */
import type { Rule } from './rule-book.ts'

/** Whether news of one rule leaves nothing to say for another's about the same: it speaks for it, or silences it. */
export function overrules(rules: readonly Rule[], bigger: string, smaller: string): boolean {
  return rules.some(
    ({ id, absorbs, inhibitedBy }) =>
      (id === bigger && absorbs.includes(smaller)) ||
      (id === smaller && inhibitedBy.includes(bigger)),
  )
}
