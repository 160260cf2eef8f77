/** A mark's record: the sentence, the clauses with what they read, the evidence, and each gate's answer. */
import type { ComponentChildren } from 'preact'
import { DAY, MINUTE } from '#src/stations/time.ts'
import { factText, gateDetailText } from '#src/wording/grounds-text.ts'
import type { Decision } from './client.ts'
import type { Mark } from './marks.ts'
import { markName } from './mark-words.ts'
import { filled, type Page } from './page.ts'

interface Props {
  readonly page: Page
  readonly mark: Mark
  readonly laneTitle: string
  readonly children?: ComponentChildren
}

export function Explanation({ page, mark, laneTitle, children }: Props) {
  const { say, language } = page
  const { decision } = mark
  return (
    <article class="decision">
      <h3>{markName(page, mark, laneTitle)}</h3>
      {mark.kind === 'said' && (
        <blockquote class="post">{mark.said.texts?.[language] ?? say.noText}</blockquote>
      )}
      {decision ? (
        <p class="because">{decision.texts[language]}</p>
      ) : (
        <p class="because">{say.noReason}</p>
      )}
      {mark.kind === 'said' && mark.whyNot !== undefined && (
        <p>
          <strong>{mark.change === 'gone' ? say.withDraft : say.inForceNow}</strong>{' '}
          {mark.whyNot ? mark.whyNot.texts[language] : say.neverCameUp}
        </p>
      )}
      {mark.kind === 'said' && mark.wasAt !== undefined && (
        <p>
          <strong>{say.inForceNow}</strong> {page.when(mark.wasAt)}
        </p>
      )}
      {children}
      {decision && <ReadingsLink page={page} decision={decision} />}
      {decision && <Grounds page={page} decision={decision} />}
    </article>
  )
}

/** Where a machine, or somebody who wants to check, finds the readings. */
function ReadingsLink({ page, decision }: { readonly page: Page; readonly decision: Decision }) {
  const isContainer = page.stations.some(({ containers }) =>
    containers.some(({ id }) => id === decision.subject),
  )
  if (!isContainer) return null
  const at = Date.parse(decision.at)
  const span = new URLSearchParams({
    from: new Date(at - DAY).toISOString(),
    to: new Date(at + MINUTE).toISOString(),
  })
  const url = `/api/v1/containers/${decision.subject}/readings?${span.toString()}`
  return (
    <p>
      <a href={url}>{page.words.readingsBehind}</a>
    </p>
  )
}

function Grounds({ page, decision }: { readonly page: Page; readonly decision: Decision }) {
  const { words } = page
  const { clauses, evidence, gates } = decision
  return (
    <>
      {clauses.length > 0 && (
        <Table caption={words.clausesTitle} heads={[words.clause, words.holds, words.facts]}>
          {clauses.map(({ source, value, facts }, i) => (
            <tr key={i}>
              <td>
                <code>{source}</code>
              </td>
              <td>{value === 'unknown' ? words.unknownTruth : value ? words.yes : words.no}</td>
              <td>
                {Object.entries(facts).map(([name, fact]) => (
                  <span key={name} class="fact">
                    <code>{name}</code> = {factText(name, fact, words, page.language)}{' '}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {evidence.length > 0 && (
        <Table
          caption={words.evidenceTitle}
          heads={[
            words.evidenceWhat,
            words.evidenceLevel,
            words.evidenceWhen,
            words.evidenceWeight,
          ]}
        >
          {evidence.map(({ what, fillPercent, at, weight }, i) => (
            <tr key={i}>
              <td>{words.evidenceParts[what] ?? what}</td>
              <td>{fillPercent === undefined ? '–' : `${Math.round(fillPercent)}\u00A0%`}</td>
              <td>{at === undefined ? '–' : page.when(at)}</td>
              <td>{page.number(weight)}</td>
            </tr>
          ))}
        </Table>
      )}
      {gates.length > 0 && (
        <Table caption={words.gatesTitle} heads={[words.gate, words.gateAnswer, words.detail]}>
          {gates.map(({ gate, answer, until, detail }) => (
            <tr key={gate} class={answer === 'pass' ? undefined : 'stopped'}>
              <td>{words.gates[gate] ?? gate}</td>
              <td>{words.gateAnswers[answer] ?? answer}</td>
              <td>
                {[
                  detail && gateDetailText(detail, page.gateWords),
                  until && filled(words.until, page.when(until)),
                ]
                  .filter(Boolean)
                  .join(', ') || '–'}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  )
}

function Table({
  caption,
  heads,
  children,
}: {
  readonly caption: string
  readonly heads: readonly string[]
  readonly children: ComponentChildren
}) {
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  )
}
