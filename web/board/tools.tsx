/** What is done to the whole day: plan, publish, think again; and an offer, taken or left. */
import type { Actions } from './actions.ts'
import type { Day, Offer } from './day.ts'
import type { Look } from './look.ts'
import { differences } from './offer.ts'

export function Tools(props: {
  readonly day: Day
  readonly look: Look
  readonly actions: Actions
  readonly isBusy: boolean
}) {
  const { day, look, actions, isBusy } = props
  const { words, facts } = look
  const hasPlan = day.version > 0
  const state = !hasPlan ? 'none' : day.published ? 'published' : 'draft'
  const canEnd = day.rounds.every(({ endedAt, stops }) => endedAt !== null || stops.length === 0)
  const isOver = day.published && canEnd
  return (
    <>
      <div class="tools">
        <p class={`day-state ${state}`}>
          <strong>{words.state[state]}</strong>{' '}
          {hasPlan && <span class="small">{words.version(day.version)}</span>}
        </p>
        <div class="buttons">
          {!day.published && (
            <button
              class={hasPlan ? 'quiet' : ''}
              disabled={isBusy}
              onClick={() => actions.command('plan')}
            >
              {hasPlan ? words.planAgain : words.plan}
            </button>
          )}
          {hasPlan && !day.published && (
            <button disabled={isBusy} onClick={() => actions.command('publish')}>
              {words.publish}
            </button>
          )}
          {hasPlan && !isOver && (
            <button
              class="quiet"
              disabled={isBusy}
              onClick={() => actions.command('replan', { mode: 'rest' })}
            >
              {isBusy ? words.busy : words.replan}
            </button>
          )}
          <a class="button quiet" href={facts.paths.print}>
            {words.print}
          </a>
          <a class="button quiet" href={facts.paths.book}>
            {words.newBooking}
          </a>
        </div>
      </div>
      {day.offer && !isOver && (
        <Offered day={day} offer={day.offer} look={look} actions={actions} />
      )}
    </>
  )
}

function Offered(props: {
  readonly day: Day
  readonly offer: Offer
  readonly look: Look
  readonly actions: Actions
}) {
  const { day, offer, look, actions } = props
  const { words } = look
  const { moves, adds, drops } = differences(day, offer)
  return (
    <section class="offer" aria-labelledby="offer-title">
      <h2 id="offer-title">{words.offer}</h2>
      <p>
        {words.offerBecause[offer.because]} {words.offerMoves(moves)}{' '}
        {adds > 0 && words.offerAdds(adds)} {drops > 0 && words.offerDrops(drops)}
      </p>
      <div class="buttons">
        <button onClick={() => actions.command('adopt', { offer: offer.id })}>{words.adopt}</button>
        <button class="quiet" onClick={() => actions.command('decline', { offer: offer.id })}>
          {words.keep}
        </button>
      </div>
    </section>
  )
}
