/** What the draft would change here: counts, and a list to jump by. */
import type { Trial } from './client.ts'
import type { ChartFacts, Lane, Mark } from './marks.ts'
import { countsText, markName } from './mark-words.ts'
import type { Page } from './page.ts'

interface Props {
  readonly page: Page
  readonly trial: Trial
  readonly facts: ChartFacts
  readonly laneTitle: (lane: Lane) => string
  readonly onChoose: (mark: Mark) => void
}

export function Changes({ page, trial, facts, laneTitle, onChoose }: Props) {
  const { say } = page
  const count = (kind: string) => trial.changes.filter(({ change }) => change === kind).length
  const changed = facts.marks.filter((mark) => mark.kind === 'said' && mark.change !== 'same')
  const counts = { added: count('added'), gone: count('gone'), moved: count('moved') }
  return (
    <section class="changes" aria-labelledby="changes-title">
      <h3 id="changes-title">{say.summaryTitle}</h3>
      <p class="counts">
        <strong>{say.counts(trial.was.said.length, trial.now.said.length)}</strong>
        {'. '}
        {countsText(page, counts)}
        <span class="small"> {say.countsNote}</span>
      </p>
      {changed.length > 0 && (
        <ul class="jumps">
          {changed.map((mark) => (
            <li key={mark.id} class={mark.kind === 'said' ? mark.change : undefined}>
              <button type="button" class="plain-button" onClick={() => onChoose(mark)}>
                {markName(page, mark, laneTitle(facts.lanes[mark.lane]!))}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
