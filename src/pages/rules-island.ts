/** What the rule playground is given: the stations by name, and the words that it shares with the pages. */
import type { RULE_DESK_WORDS } from '#src/wording/rule-desk-words.ts'
import { isoText } from '#src/stations/time.ts'
import { sortByFraction } from '#src/stations/container-order.ts'
import { containerTitle } from './container-marks.ts'
import { html, type Html } from './html.ts'
import type { View } from './site.ts'
import { stationsByName } from './stations-by-name.ts'

type DeskLanguage = keyof typeof RULE_DESK_WORDS

/** What a word of the playground's own comes in the place of. */
const BLANK = '{}'

/** Where the playground is put; `without` is shown where there is no JavaScript. */
export function rulesIsland(view: View & { readonly language: DeskLanguage }, without: Html): Html {
  return html`<div id="rules" class="playground" data-page="${JSON.stringify(pageFacts(view))}">
    ${without}
  </div>`
}

function pageFacts(view: View) {
  const { language, timeZone, now, say } = view
  return {
    language,
    timeZone,
    now: isoText(now),
    stations: stationsByName(view).map((station) => ({
      id: station.id,
      name: station.name,
      containers: sortByFraction(station.containers).map((container) => ({
        id: container.id,
        title: containerTitle(container, station, language),
      })),
    })),
    words: {
      clausesTitle: say.clausesTitle,
      clause: say.clause,
      holds: say.holds,
      facts: say.facts,
      yes: say.yes,
      no: say.no,
      unknownTruth: say.unknownTruth,
      missing: say.missing,
      evidenceTitle: say.evidenceTitle,
      evidenceWhat: say.evidenceWhat,
      evidenceLevel: say.evidenceLevel,
      evidenceWhen: say.evidenceWhen,
      evidenceWeight: say.evidenceWeight,
      evidenceParts: say.evidenceParts,
      gatesTitle: say.gatesTitle,
      gate: say.gate,
      gateAnswer: say.gateAnswer,
      detail: say.detail,
      gates: say.gates,
      gateAnswers: say.gateAnswers,
      states: say.states,
      readingsBehind: say.readingsBehind,
      gateDetails: say.gateDetails,
      minutesLate: say.minutesLate(BLANK),
      minutesApart: say.minutesApart(BLANK),
      spent: say.spent(BLANK, BLANK),
      until: say.until(BLANK),
    },
  }
}
