/** Why and why not: decisions found by what they are of, each in words, and how the rules stand just now. */
import type { Standing } from '#src/rules/contract.ts'
import { sortByFraction } from '#src/stations/container-order.ts'
import { placeName } from '#src/stations/place-name.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { isoText } from '#src/stations/time.ts'
import type { StoredDecision } from '#src/store/contract.ts'
import { EDITORS, reaches } from '#src/store/staff.ts'
import { explainDecision } from '#src/wording/decision-text.ts'
import { explainStanding } from '#src/wording/standing-text.ts'
import { whenText } from '#src/wording/status-text.ts'
import { choiceField } from '../choice-field.ts'
import { containerTitle } from '../container-marks.ts'
import {
  decisionFacts,
  explanationSentence,
  explanationTables,
  readingsUrl,
} from '../explanation.ts'
import { html, type Html } from '../html.ts'
import { link } from '../site.ts'
import { stationsByName } from '../stations-by-name.ts'
import { type DecisionQuery, decisionQueryText, OUTCOMES } from './decision-query.ts'
import type { FoundDecisions } from './decision-search.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { CORRECTIONS, DECISIONS, RULES, staffPath, type StaffPlace } from './staff-menu.ts'
import { filled, pathOf, when } from './staff-parts.ts'
import { WHY_WORDS } from './why-words.ts'

export const DECISION: StaffPlace = {
  path: { sv: `${DECISIONS.path.sv}/:id`, en: `${DECISIONS.path.en}/:id` },
  needs: DECISIONS.needs,
}

export interface DecisionsFound extends FoundDecisions {
  /** How the rules stand for what was chosen; absent where nothing was. */
  readonly standings?: readonly Standing[]
  /** The rules in force. */
  readonly ruleIds: readonly string[]
}

export function decisionsPage(view: StaffView, query: DecisionQuery, found: DecisionsFound): Html {
  const { language } = view
  const words = WHY_WORDS[language]
  const { decisions, next, standings } = found
  return staffLayout(view, {
    title: words.whyTitle,
    path: DECISIONS.path,
    body: html`
      <h1>${words.whyTitle}</h1>
      <p class="lead">${words.whyLead}</p>
      ${chooser(view, query, found.ruleIds)} ${standings && standingPart(view, standings)}
      <section aria-labelledby="found">
        <h2 id="found">${words.decisions}</h2>
        ${
          decisions.length === 0
            ? html`<p>${next === undefined ? words.nothing : words.nothingYet}</p>`
            : html`<ol class="why-list">
                ${decisions.map((decision) => decisionLine(view, decision))}
              </ol>`
        }
      </section>
      <nav aria-label="${words.pages}">
        <ul class="plain pages">
          ${
            query.beforeId !== undefined &&
            html`<li>
              <a href="${decisionsLink(view, withoutPlace(query))}">${words.newest}</a>
            </li>`
          }
          ${
            next !== undefined &&
            html`<li>
              <a href="${decisionsLink(view, { ...query, beforeId: next })}" rel="next"
                >${words.older}</a
              >
            </li>`
          }
        </ul>
      </nav>
    `,
  })
}

export function decisionPage(view: StaffView, decision: StoredDecision): Html {
  const { language, now, timeZone, town, say } = view
  const words = WHY_WORDS[language]
  const readings = readingsUrl(decision)
  const station = decision.stationId && town.stations.get(decision.stationId)
  const container = decision.containerId && town.containers.get(decision.containerId)
  const { postKey } = decision
  return staffLayout(view, {
    title: words.decision(decision.id),
    path: filled(DECISION.path, { id: String(decision.id) }),
    body: html`
      <h1>${words.decision(decision.id)}</h1>
      <p>
        ${outcomeMark(view, decision)}
        <time datetime="${isoText(decision.at)}"
          >${say.decidedAt(whenText(decision.at, now, timeZone, language))}</time
        >
      </p>
      <article class="decision">
        ${explanationSentence(view, decision)} ${decisionFacts(view, decision)}
        ${explanationTables(view, decision)}
      </article>
      <ul class="plain">
        ${
          postKey !== undefined &&
          html`<li><a href="${link(view, `/p/${postKey}`)}">${words.toPost}</a></li>`
        }
        ${
          postKey !== undefined &&
          decision.outcome === 'posted' &&
          reaches(view.staff.role, EDITORS) &&
          html`<li>
            <a href="${staffPath(CORRECTIONS.path, language)}?post=${postKey}"
              >${words.toCorrection}</a
            >
          </li>`
        }
        ${
          station &&
          html`<li>
              <a href="${decisionsLink(view, { station, ...(container && { container }) })}"
                >${words.toAll(container ? titleOf(view, container, station) : station.name)}</a
              >
            </li>
            <li>
              <a href="${staffPath(RULES.path, language)}?station=${station.id}"
                >${words.toRules}</a
              >
            </li>`
        }
        ${readings !== undefined && html`<li><a href="${readings}">${say.readingsBehind}</a></li>`}
      </ul>
    `,
  })
}

export function decisionMissingPage(view: StaffView): Html {
  const words = WHY_WORDS[view.language]
  return staffLayout(view, {
    title: words.decisionMissing,
    body: html`<h1>${words.decisionMissing}</h1>
      <p class="lead">${words.decisionMissingText}</p>
      <p><a href="${staffPath(DECISIONS.path, view.language)}">${words.whyTitle}</a></p>`,
  })
}

function decisionLine(view: StaffView, decision: StoredDecision): Html {
  const { language, town } = view
  const station = decision.stationId && town.stations.get(decision.stationId)
  const container = decision.containerId && town.containers.get(decision.containerId)
  return html`<li>
    <p class="why-head">
      <a href="${pathOf(DECISION, language, { id: String(decision.id) })}"
        >${when(view, decision.at)}</a
      >
      <strong>${placeName(decision, town)}</strong>
      ${container && station && titleOf(view, container, station)} <code>${decision.ruleId}</code>
      ${outcomeMark(view, decision)}
    </p>
    <p>${explainDecision(decision, town, language)}</p>
  </li>`
}

function outcomeMark({ language }: StaffView, { outcome }: StoredDecision): Html {
  const words = WHY_WORDS[language]
  return html`<span class="outcome ${outcome ?? 'none'}"
    >${outcome === undefined ? words.noOutcome : words.outcomes[outcome]}</span
  >`
}

function standingPart(view: StaffView, standings: readonly Standing[]): Html {
  const words = WHY_WORDS[view.language]
  return html`<section aria-labelledby="now">
    <h2 id="now">${words.nowTitle}</h2>
    <p>${words.nowLead}</p>
    <ul class="why-list standings">
      ${standings.map((standing) => standingLine(view, standing))}
    </ul>
  </section>`
}

function standingLine(view: StaffView, standing: Standing): Html {
  const { language, now, town } = view
  const words = WHY_WORDS[language]
  const { containerId, stationId, state, posted, evidence, gates } = standing
  const station = stationId && town.stations.get(stationId)
  const container = containerId && town.containers.get(containerId)
  const grounds = { clauses: standing.when.clauses, gates, ...(evidence && { evidence }) }
  return html`<li>
    <p class="why-head">
      <code>${standing.ruleId}</code>
      <strong
        >${container && station ? titleOf(view, container, station) : placeName(standing, town)}</strong
      >
      <span class="state ${state}">${words.states[state]}</span>
    </p>
    <p>${explainStanding(standing, town, language, now)}</p>
    ${posted && html`<p><a href="${link(view, `/p/${posted.key}`)}">${words.said}</a></p>`}
    <details>
      <summary>${words.grounds}</summary>
      ${explanationTables(view, grounds)}
    </details>
  </li>`
}

function titleOf({ language }: StaffView, container: Container, station: Station): string {
  return containerTitle(container, station, language)
}

export function decisionsLink({ language }: StaffView, query: DecisionQuery): string {
  return staffPath(DECISIONS.path, language) + decisionQueryText(query)
}

function withoutPlace({ beforeId: _before, ...query }: DecisionQuery): DecisionQuery {
  return query
}

function chooser(view: StaffView, query: DecisionQuery, ruleIds: readonly string[]): Html {
  const { language, say } = view
  const words = WHY_WORDS[language]
  const stations = stationsByName(view)
  const { station, ruleId } = query
  const rules = ruleId === undefined || ruleIds.includes(ruleId) ? ruleIds : [...ruleIds, ruleId]
  return html`<form
    class="find"
    method="get"
    action="${staffPath(DECISIONS.path, language)}"
    aria-label="${words.filter}"
  >
    ${choiceField(
      'station',
      words.station,
      words.allStations,
      stations.map(({ id, name }) => ({ value: id, text: name, isChosen: station?.id === id })),
    )}
    ${
      station &&
      choiceField(
        'container',
        words.container,
        words.allContainers,
        sortByFraction(station.containers).map((container) => ({
          value: container.id,
          text: titleOf(view, container, station),
          isChosen: query.container?.id === container.id,
        })),
      )
    }
    ${choiceField(
      'rule',
      words.rule,
      words.allRules,
      rules.map((id) => ({ value: id, text: id, isChosen: ruleId === id })),
    )}
    ${choiceField(
      'outcome',
      words.outcome,
      words.allOutcomes,
      OUTCOMES.map((outcome) => ({
        value: outcome,
        text: words.outcomes[outcome],
        isChosen: query.outcome === outcome,
      })),
    )}
    <p class="field">
      <label for="day">${words.until}</label>
      <input
        id="day"
        name="day"
        type="date"
        value="${query.day}"
        ${query.isWrongDay && html`aria-describedby="day-fault" aria-invalid="true"`}
      />
      ${query.isWrongDay && html`<span id="day-fault" class="fault">${words.wrongDay}</span>`}
    </p>
    <p class="field"><button>${say.show}</button></p>
  </form>`
}
