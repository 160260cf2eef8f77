/** What the page gave: read once from the element that the playground is shown in. */
import { RULE_DESK_WORDS, type RuleDeskWords } from '#src/wording/rule-desk-words.ts'

export type StaffLanguage = 'sv' | 'en'

export interface PageStation {
  readonly id: string
  readonly name: string
  readonly containers: readonly { readonly id: string; readonly title: string }[]
}

export interface PageFacts {
  readonly language: StaffLanguage
  readonly timeZone: string
  /** The service's clock when the page was made, ISO 8601. */
  readonly now: string
  readonly stations: readonly PageStation[]
  /** Words that the explanations elsewhere use as well. */
  readonly words: {
    readonly clausesTitle: string
    readonly clause: string
    readonly holds: string
    readonly facts: string
    readonly yes: string
    readonly no: string
    readonly unknownTruth: string
    readonly missing: string
    readonly evidenceTitle: string
    readonly evidenceWhat: string
    readonly evidenceLevel: string
    readonly evidenceWhen: string
    readonly evidenceWeight: string
    readonly evidenceParts: Readonly<Record<string, string>>
    readonly gatesTitle: string
    readonly gate: string
    readonly gateAnswer: string
    readonly detail: string
    readonly gates: Readonly<Record<string, string>>
    readonly gateAnswers: Readonly<Record<string, string>>
    readonly states: Readonly<Record<string, string>>
    readonly readingsBehind: string
  }
}

export interface Page extends PageFacts {
  readonly say: RuleDeskWords
  /** `tis 5 maj 14:35` */
  when(iso: string | number): string
  number(value: number): string
}

export function pageOf(element: HTMLElement): Page {
  const facts = JSON.parse(element.dataset['page']!) as PageFacts
  const locale = facts.language === 'sv' ? 'sv-SE' : 'en-GB'
  const clock = new Intl.DateTimeFormat(locale, {
    timeZone: facts.timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  return {
    ...facts,
    say: RULE_DESK_WORDS[facts.language],
    when: (at) => clock.format(new Date(at)),
    number: (value) => numbers.format(value),
  }
}
