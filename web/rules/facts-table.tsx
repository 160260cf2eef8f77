/** The chart's facts as a table, for whoever would rather read. */
import type { ChartFacts, Lane, Mark } from './marks.ts'
import { markWhat } from './mark-words.ts'
import type { Page } from './page.ts'

interface Props {
  readonly page: Page
  readonly facts: ChartFacts
  readonly laneTitle: (lane: Lane) => string
  readonly onChoose: (mark: Mark) => void
}

export function FactsTable({ page, facts, laneTitle, onChoose }: Props) {
  const { say, language } = page
  return (
    <details class="facts-table">
      <summary>{say.tableTitle}</summary>
      <div class="scrolled" tabIndex={0} role="region" aria-label={say.tableTitle}>
        <table>
          <thead>
            <tr>
              {[say.when, say.where, say.rule, say.what, say.compared, say.why].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {facts.marks.map((mark) => (
              <tr key={mark.id}>
                <td>
                  <button type="button" class="plain-button" onClick={() => onChoose(mark)}>
                    {page.when(mark.at)}
                    {mark.kind === 'held' && `–${page.when(mark.to)}`}
                  </button>
                </td>
                <td>{laneTitle(facts.lanes[mark.lane]!)}</td>
                <td>
                  <code>{mark.ruleId}</code>
                </td>
                <td>{markWhat(page, mark)}</td>
                <td>{mark.kind === 'said' ? say.change[mark.change] : '–'}</td>
                <td>{mark.decision?.texts[language] ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
