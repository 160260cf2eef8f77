/** A decision in full: its sentence, the conditions with what they read, the evidence, the gates. */
import type { Clause, Decision, EvidencePart, GateAnswer } from '#src/rules/decision.ts'
import { placeName } from '#src/stations/place-name.ts'
import { DAY, isoText, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import { whenText } from '#src/wording/status-text.ts'
import { explainDecision } from '#src/wording/decision-text.ts'
import { factText, gateDetailText, numberText } from '#src/wording/grounds-text.ts'
import { containerTitle } from './container-marks.ts'
import { html, type Html } from './html.ts'
import type { View } from './site.ts'

/** One sentence: why this was decided. */
export function explanationSentence(view: View, decision: Decision): Html {
  return html`<p class="because">${explainDecision(decision, view.town, view.language)}</p>`
}

/** What the sentence rests on. Tables are left out where they would be empty. */
export function explanationTables(
  view: View,
  decision: Pick<Decision, 'clauses' | 'evidence' | 'gates'>,
): Html {
  const { say } = view
  const { clauses, evidence, gates } = decision
  return html`
    ${
      clauses.length > 0 &&
      html`<table>
        <caption>
          ${say.clausesTitle}
        </caption>
        <thead>
          <tr>
            <th scope="col">${say.clause}</th>
            <th scope="col">${say.holds}</th>
            <th scope="col">${say.facts}</th>
          </tr>
        </thead>
        <tbody>
          ${clauses.map((clause) => clauseRow(view, clause))}
        </tbody>
      </table>`
    }
    ${
      evidence &&
      html`<table>
          <caption>
            ${say.evidenceTitle}
          </caption>
          <thead>
            <tr>
              <th scope="col">${say.evidenceWhat}</th>
              <th scope="col">${say.evidenceLevel}</th>
              <th scope="col">${say.evidenceWhen}</th>
              <th scope="col">${say.evidenceWeight}</th>
            </tr>
          </thead>
          <tbody>
            ${evidence.parts.map((part) => evidenceRow(view, part))}
          </tbody>
        </table>
        <p class="small">${say.evidenceSum(numberText(evidence.sum, view.language))}</p>`
    }
    ${
      gates.length > 0 &&
      html`<table>
        <caption>
          ${say.gatesTitle}
        </caption>
        <thead>
          <tr>
            <th scope="col">${say.gate}</th>
            <th scope="col">${say.gateAnswer}</th>
            <th scope="col">${say.detail}</th>
          </tr>
        </thead>
        <tbody>
          ${gates.map((gate) => gateRow(view, gate))}
        </tbody>
      </table>`
    }
  `
}

/** Which rule, which container, from what to what. */
export function decisionFacts(view: View, decision: Decision): Html {
  const { say, language } = view
  const container = decision.containerId && view.town.containers.get(decision.containerId)
  const station = decision.stationId && view.town.stations.get(decision.stationId)
  return html`<dl class="facts">
    <div>
      <dt>${say.rule}</dt>
      <dd><code>${decision.ruleId}</code></dd>
    </div>
    <div>
      <dt>${say.place}</dt>
      <dd>${placeName(decision, view.town)}</dd>
    </div>
    ${
      container &&
      station &&
      html`<div>
        <dt>${say.container}</dt>
        <dd>${containerTitle(container, station, language)}</dd>
      </div>`
    }
    <div>
      <dt>${say.stateChange}</dt>
      <dd>
        ${decision.from !== decision.to && `${say.states[decision.from]} → `}${say.states[decision.to]}
      </dd>
    </div>
  </dl>`
}

/** Where a machine, or a person who wants to check, finds the readings. */
export function readingsUrl(decision: Decision): string | undefined {
  if (decision.containerId === undefined) return undefined
  const span = new URLSearchParams({
    from: isoText(plus(decision.at, -DAY)),
    to: isoText(plus(decision.at, MINUTE)),
  })
  return `/api/v1/containers/${decision.containerId}/readings?${span.toString()}`
}

function clauseRow(view: View, clause: Clause): Html {
  const { say, language } = view
  const truth = clause.value === 'unknown' ? say.unknownTruth : clause.value ? say.yes : say.no
  const facts = Object.entries(clause.facts)
  return html`<tr>
    <td><code>${clause.source}</code></td>
    <td>${truth}</td>
    <td>
      ${facts.map(
        ([name, value]) =>
          html`<span class="fact"
            ><code>${name}</code> = ${factText(name, value, say, language)}</span
          > `,
      )}
    </td>
  </tr>`
}

function evidenceRow(view: View, part: EvidencePart): Html {
  return html`<tr>
    <td>${view.say.evidenceParts[part.what]}</td>
    <td>${part.fillPercent === undefined ? '–' : `${Math.round(part.fillPercent)}\u00A0%`}</td>
    <td>${part.at === undefined ? '–' : when(view, part.at)}</td>
    <td>${numberText(part.weight, view.language)}</td>
  </tr>`
}

function gateRow(view: View, gate: GateAnswer): Html {
  const { say } = view
  const until = gate.until === undefined ? undefined : say.until(when(view, gate.until))
  const detail = gate.detail === undefined ? undefined : gateDetailText(gate.detail, say)
  return html`<tr>
    <td>${say.gates[gate.gate]}</td>
    <td>${say.gateAnswers[gate.answer]}</td>
    <td>${[detail, until].filter(Boolean).join(', ') || '–'}</td>
  </tr>`
}

function when(view: View, at: EpochMs): string {
  return whenText(at, view.now, view.timeZone, view.language)
}
