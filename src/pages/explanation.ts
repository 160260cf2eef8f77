/** A decision in full: its sentence, the conditions with what they read, the evidence, the gates. */
import type { Clause, Decision, EvidencePart, GateAnswer } from '#src/rules/decision.ts'
import { placeName } from '#src/stations/place-name.ts'
import { DAY, HOUR, instant, isoText, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import { localeOf, spanText, weekdayText, whenText } from '#src/wording/status-text.ts'
import { explainDecision } from '#src/wording/decision-text.ts'
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
        <p class="small">${say.evidenceSum(number(view, evidence.sum))}</p>`
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
  const { say } = view
  const truth = clause.value === 'unknown' ? say.unknownTruth : clause.value ? say.yes : say.no
  const facts = Object.entries(clause.facts)
  return html`<tr>
    <td><code>${clause.source}</code></td>
    <td>${truth}</td>
    <td>
      ${facts.map(
        ([name, value]) =>
          html`<span class="fact"><code>${name}</code> = ${factText(view, name, value)}</span> `,
      )}
    </td>
  </tr>`
}

function factText(view: View, name: string, value: number | boolean | string | null): string {
  const { say } = view
  if (value === null) return say.missing
  if (typeof value === 'boolean') return value ? say.yes : say.no
  if (typeof value === 'string') return value === '' ? '–' : value
  // Facts that end in `_min` are minutes, in `_h` hours; a long silence reads better in hours or days.
  if (name.endsWith('_min')) return spanOf(view, value * MINUTE)
  if (name.endsWith('_h')) return spanOf(view, value * HOUR)
  if (name === 'c.p_full_24h') return `${Math.round(value * 100)}\u00A0%`
  if (name === 't.weekday')
    return weekdayText(plus(MONDAY, (value - 1) * DAY), 'UTC', view.language)
  return number(view, value)
}

const MONDAY = instant(Date.UTC(2026, 0, 5))

/** None at all is a number, not the least unit. */
function spanOf(view: View, ms: number): string {
  return ms === 0 ? '0' : spanText(ms, view.language)
}

function evidenceRow(view: View, part: EvidencePart): Html {
  return html`<tr>
    <td>${view.say.evidenceParts[part.what]}</td>
    <td>${part.fillPercent === undefined ? '–' : `${Math.round(part.fillPercent)}\u00A0%`}</td>
    <td>${part.at === undefined ? '–' : when(view, part.at)}</td>
    <td>${number(view, part.weight)}</td>
  </tr>`
}

function gateRow(view: View, gate: GateAnswer): Html {
  const { say } = view
  const until = gate.until === undefined ? undefined : say.until(when(view, gate.until))
  return html`<tr>
    <td>${say.gates[gate.gate]}</td>
    <td>${say.gateAnswers[gate.answer]}</td>
    <td>${[gateDetail(view, gate.detail), until].filter(Boolean).join(', ') || '–'}</td>
  </tr>`
}

/** The engine notes details in English shorthand: `2/4, 12/30`, `no data`, `125 min late`. */
function gateDetail({ say }: View, detail: string | undefined): string | undefined {
  if (detail === undefined) return undefined
  const late = /^(\d+) min late$/.exec(detail)
  if (late) return say.minutesLate(late[1]!)
  const apart = /^min_gap ([\d.]+) min$/.exec(detail)
  if (apart) return say.minutesApart(apart[1]!)
  const spent = /^(\d+\/\d+), (\d+\/\d+)$/.exec(detail)
  if (spent) return say.spent(spent[1]!, spent[2]!)
  return say.gateDetails[detail] ?? detail
}

function when(view: View, at: EpochMs): string {
  return whenText(at, view.now, view.timeZone, view.language)
}

function number({ language }: View, value: number): string {
  return new Intl.NumberFormat(localeOf(language), {
    maximumFractionDigits: 2,
  }).format(value)
}
