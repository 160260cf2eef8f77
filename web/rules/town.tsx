/** The draft tried on every station, with progress, and to be stopped at any moment. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { ask, type TownComparison } from './client.ts'
import { countsText } from './mark-words.ts'
import type { Page } from './page.ts'

interface Props {
  readonly page: Page
  readonly rules: string
  readonly inForce: string
  readonly span: { readonly from: string; readonly to: string }
  readonly isFaulty: boolean
  readonly onStation: (id: string, at: number) => void
}

type State =
  | { readonly kind: 'idle' | 'waiting' | 'cancelled' }
  | { readonly kind: 'running'; readonly percent: number }
  | { readonly kind: 'done'; readonly answer: TownComparison }
  | { readonly kind: 'failed'; readonly why: string }

export function WholeTown({ page, rules, inForce, span, isFaulty, onStation }: Props) {
  const { say } = page
  const [state, setState] = useState<State>({ kind: 'idle' })
  const asking = useRef<AbortController>(undefined)
  useEffect(() => () => asking.current?.abort(), [])
  const isBusy = state.kind === 'waiting' || state.kind === 'running'

  const start = async (): Promise<void> => {
    const abort = new AbortController()
    asking.current = abort
    setState({ kind: 'waiting' })
    try {
      const body = { rules, against: inForce, ...span }
      const answer = await ask<TownComparison>('/replay', body, abort.signal, (ticket) => {
        if (ticket.state === 'running') {
          setState({ kind: 'running', percent: Math.round(ticket.share * 100) })
        }
      })
      setState({ kind: 'done', answer })
    } catch (error) {
      setState(
        abort.signal.aborted
          ? { kind: 'cancelled' }
          : { kind: 'failed', why: (error as Error).message },
      )
    }
  }

  return (
    <section class="town-trial" aria-labelledby="town-title">
      <h2 id="town-title">{say.townTitle}</h2>
      <p>{say.townLead}</p>
      <p class="buttons">
        {isBusy ? (
          <button type="button" class="quiet" onClick={() => asking.current?.abort()}>
            {say.cancel}
          </button>
        ) : (
          <button type="button" disabled={isFaulty} onClick={() => void start()}>
            {say.townStart}
          </button>
        )}
      </p>
      {state.kind === 'running' && (
        <progress max={100} value={state.percent} aria-label={say.townTitle} />
      )}
      <p role="status">
        {state.kind === 'waiting' && say.townWaiting}
        {state.kind === 'running' && say.townRunning(state.percent)}
        {state.kind === 'cancelled' && say.cancelled}
        {state.kind === 'failed' && `${say.tryFailed} ${state.why}`}
      </p>
      {state.kind === 'done' && <Outcome page={page} answer={state.answer} onStation={onStation} />}
    </section>
  )
}

function Outcome({
  page,
  answer,
  onStation,
}: {
  readonly page: Page
  readonly answer: TownComparison
  readonly onStation: Props['onStation']
}) {
  const { say, language } = page
  const { same, added, gone, moved, changes, more } = answer
  const rows = changes.map((change) => ({ ...change, row: (change.now ?? change.was)! }))
  const byStation = Map.groupBy(rows, ({ row }) => row.stationId ?? '')
  return (
    <>
      <p class="counts">
        <strong>{say.counts(same + gone + moved, same + added + moved)}</strong>
        {'. '}
        {countsText(page, answer)} {say.townDone(same)}
      </p>
      {[...byStation].map(([id, own]) => (
        <details key={id} class="station-changes">
          <summary>
            {own[0]!.row.station ?? (id === '' ? say.noStation : id)} ({own.length})
          </summary>
          <ul class="jumps">
            {own.map(({ change, row }, i) => (
              <li key={i} class={change}>
                {page.stations.some((station) => station.id === id) ? (
                  <button
                    type="button"
                    class="plain-button"
                    onClick={() => onStation(id, Date.parse(row.at))}
                  >
                    {page.when(row.at)}
                  </button>
                ) : (
                  page.when(row.at)
                )}{' '}
                <code>{row.ruleId}</code> {say.change[change]}:{' '}
                {row.texts?.[language] ?? say.noText}
              </li>
            ))}
          </ul>
        </details>
      ))}
      {more > 0 && <p>{say.townMore(more)}</p>}
    </>
  )
}
