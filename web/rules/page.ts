/** What the page gave: read once from the element that the playground is shown in. */
import { type GateWords, numberText } from '#src/wording/grounds-text.ts'
import { localeOf } from '#src/wording/status-text.ts'
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
    readonly gateDetails: Readonly<Record<string, string>>
    /** With `{}` where a number or a time comes. */
    readonly minutesLate: string
    readonly minutesApart: string
    readonly spent: string
    readonly until: string
  }
}

export interface Page extends PageFacts {
  readonly say: RuleDeskWords
  readonly gateWords: GateWords
  /** `tis 5 maj 14:35` */
  when(iso: string | number): string
  number(value: number): string
}

export function pageOf(element: HTMLElement): Page {
  const facts = JSON.parse(element.dataset['page']!) as PageFacts
  const clock = new Intl.DateTimeFormat(localeOf(facts.language), {
    timeZone: facts.timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  const { words } = facts
  return {
    ...facts,
    say: RULE_DESK_WORDS[facts.language],
    when: (at) => clock.format(new Date(at)),
    number: (value) => numberText(value, facts.language),
    gateWords: {
      gateDetails: words.gateDetails,
      minutesLate: (n) => filled(words.minutesLate, n),
      minutesApart: (n) => filled(words.minutesApart, n),
      spent: (station, account) => filled(words.spent, station, account),
    },
  }
}

/** Puts words where a text has `{}`. */
export function filled(text: string, ...words: readonly string[]): string {
  return words.reduce((all, word) => all.replace('{}', word), text)
}
