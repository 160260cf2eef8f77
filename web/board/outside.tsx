/** What no round has, with the reason; what stations ask for; who waits; and what somebody should do next. */
import { useEffect, useState } from 'preact/hooks'
import type { Actions } from './actions.ts'
import type { Day, NextStep } from './day.ts'
import type { Ask } from './desk.ts'
import type { Look } from './look.ts'
import { findStop } from './moves.ts'
import { StopRow } from './row.tsx'
import { stepTitle } from './said.ts'
import { type Picking, UrgentForm } from './urgent.tsx'

export function Outside(props: {
  readonly day: Day
  readonly look: Look
  readonly actions: Actions
  readonly ask: Ask
  readonly chosen: string | undefined
  readonly menu: string | undefined
  readonly picking: Picking
  readonly onPicking: (picking: Picking) => void
}) {
  const { day, look, actions, ask, chosen, menu, picking, onPicking } = props
  const { words } = look
  return (
    <div class="outside">
      {day.nextSteps.length > 0 && (
        <section aria-labelledby="todo-title">
          <h2 id="todo-title">{words.todo}</h2>
          <ul class="cards">
            {day.nextSteps.map((step) => (
              <Todo key={`${step.stop} ${step.step}`} step={step} day={day} look={look} />
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="outside-title">
        <h2 id="outside-title">{words.outside}</h2>
        {day.outside.length === 0 && <p class="empty">{words.nothingOutside}</p>}
        <ul class="cards">
          {day.outside.map((stop) => {
            const because = day.unserved.find((one) => one.stop === stop.id)?.because
            return (
              <StopRow
                key={stop.id}
                stop={stop}
                at={-1}
                of={0}
                frozen={0}
                bikes={day.bikes}
                dropOffs={day.dropOffs}
                reason={
                  because === undefined ? words.unplanned : (words.unserved[because] ?? because)
                }
                complaint={undefined}
                isFree={day.version > 0 && because !== undefined}
                canInsert={day.version > 0 && because === undefined}
                isNext={false}
                isChosen={chosen === stop.id}
                hasMenu={menu === stop.id}
                look={look}
                actions={actions}
              />
            )
          })}
        </ul>
      </section>
      {day.candidates.length > 0 && (
        <section aria-labelledby="asked-title">
          <h2 id="asked-title">{words.candidates}</h2>
          <ul class="cards">
            {day.candidates.map(({ id, what, stationId }) => (
              <li key={id} class="card">
                <p>
                  {look.facts.stations.find((one) => one.id === stationId)?.name ?? ''}: {what}
                </p>
                <div class="buttons">
                  <button class="quiet" onClick={() => actions.candidate(id, 'accept')}>
                    {words.accept}
                  </button>
                  <button class="quiet" onClick={() => actions.candidate(id, 'decline')}>
                    {words.decline}
                  </button>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
      <WaitingList ask={ask} look={look} asOf={`${day.version} ${day.unplanned.length}`} />
      {day.version > 0 && (
        <UrgentForm
          dropOffs={day.dropOffs}
          look={look}
          ask={ask}
          add={(asked) => actions.urgent(asked)}
          picking={picking}
          onPicking={onPicking}
        />
      )}
    </div>
  )
}

function Todo({
  step,
  day,
  look,
}: {
  readonly step: NextStep
  readonly day: Day
  readonly look: Look
}) {
  const { words, facts } = look
  const found = findStop(day, step.stop)
  return (
    <li class="card">
      <p>
        <strong>{words.steps[step.step] ?? step.step}</strong>
      </p>
      <p class="small">
        {stepTitle(step, day, look)}
        {found?.stop.person?.phone != null && ` · ${found.stop.person.phone}`}
        {step.reference !== null && (
          <>
            {' '}
            · <a href={facts.paths.booking + step.reference}>{step.reference}</a>
          </>
        )}
      </p>
      {step.instead && <p class="small">{step.instead[facts.language]}</p>}
    </li>
  )
}

interface Waiting {
  readonly reference: string
  readonly waitUntil: string | null
  readonly person: { readonly name: string; readonly address: string } | null
}

function WaitingList(props: {
  readonly ask: Ask
  readonly look: Look
  /** Asked again when this is another: what comes into a day may have waited. */
  readonly asOf: string
}) {
  const { ask, look, asOf } = props
  const { words, facts } = look
  const [waiting, setWaiting] = useState<readonly Waiting[]>([])
  useEffect(() => {
    ask('GET', '/bookings?state=waiting')
      .then(({ status, json }) => {
        if (status === 200) setWaiting((json as { bookings: readonly Waiting[] }).bookings)
      })
      .catch(() => undefined)
  }, [ask, asOf])
  return (
    <section aria-labelledby="waiting-title">
      <h2 id="waiting-title">{words.waitingList}</h2>
      {waiting.length === 0 && <p class="empty">{words.nothingWaits}</p>}
      <ul class="cards">
        {waiting.map(({ reference, waitUntil, person }) => (
          <li key={reference} class="card">
            <p>
              <a href={facts.paths.booking + reference}>{person?.address ?? reference}</a>
            </p>
            <p class="small">
              {person?.name} {waitUntil !== null && `· ${words.waitsUntil(waitUntil)}`}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
