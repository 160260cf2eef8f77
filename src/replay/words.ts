/** What was said and decided in the past, in every language, by the names of the town as it now is. */
import type { DecidedPost, Decision } from '#src/rules/decision.ts'
import type { Language } from '#src/stations/fraction.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { explainDecision } from '#src/wording/decision-text.ts'
import { wordPost } from '#src/wording/post-text.ts'

export type Texts = Readonly<Record<Language, string>>

/** Null of a station that is no longer in the town, or by a text that is no longer there. */
export function postTexts(post: DecidedPost, town: TownIndex): Texts | null {
  try {
    return wordPost(post, town)
  } catch {
    return null
  }
}

export function decisionTexts(decision: Decision, town: TownIndex): Texts {
  return {
    sv: explainDecision(decision, town, 'sv'),
    en: explainDecision(decision, town, 'en'),
    fi: explainDecision(decision, town, 'fi'),
  }
}
