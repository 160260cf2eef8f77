/** One stop: its place in the round, time, what it is, what is wrong; and the three ways to move it. */
import { memo } from 'preact/compat'
import { useState } from 'preact/hooks'
import type { Actions } from './actions.ts'
import { type Bike, bikeName, type Day, type Stop } from './day.ts'
import { startDrag } from './drag.ts'
import type { Look } from './look.ts'
import { LoadBar } from './load-bar.tsx'
import { titleOf } from './said.ts'
import { fullness } from './trips.ts'

interface RowProps {
  readonly stop: Stop
  /** Its place, from 0; -1 outside the plan. */
  readonly at: number
  readonly of: number
  readonly frozen: number
  /** Absent outside. */
  readonly bike?: Bike
  readonly bikes: Day['bikes']
  readonly dropOffs: Day['dropOffs']
  readonly complaint: string | undefined
  /** Why it is outside. */
  readonly reason?: string
  readonly isFree: boolean
  /** No plan knows it; it has to be put in before it can be moved. */
  readonly canInsert?: boolean
  readonly isNext: boolean
  readonly isChosen: boolean
  readonly hasMenu: boolean
  readonly look: Look
  readonly actions: Actions
}

export const StopRow = memo(function StopRow(props: RowProps) {
  const { stop, at, bike, dropOffs, complaint, isFree, isNext, isChosen, hasMenu } = props
  const { look, actions } = props
  const { words, clock } = look
  const title = titleOf(stop, words, dropOffs)
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    actions.step(stop.id, event.key === 'ArrowUp' ? -1 : 1)
  }
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return
    startDrag(event, (target) => actions.drop(stop.id, target))
  }
  return (
    <li
      class={`stop ${stop.kind} ${stop.state} ${isChosen ? 'chosen' : ''} ${isNext ? 'next' : ''}`}
      data-stop={stop.id}
      data-place={isFree && bike ? at : undefined}
      data-bike={bike?.id}
      onKeyDown={isFree ? onKeyDown : undefined}
    >
      <div class="line">
        {isFree ? (
          <button
            class="handle"
            aria-label={words.moveMenu(title)}
            aria-expanded={hasMenu}
            onPointerDown={onPointerDown}
            onClick={() => actions.toggleMenu(stop.id)}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M5 3h2v2H5zM9 3h2v2H9zM5 7h2v2H5zM9 7h2v2H9zM5 11h2v2H5zM9 11h2v2H9z" />
            </svg>
          </button>
        ) : (
          <span class="handle locked">
            <svg viewBox="0 0 16 16" role="img" aria-label={words.locked}>
              <path d="M5 7V5a3 3 0 0 1 6 0v2h1v6H4V7zm1.5 0h3V5a1.5 1.5 0 0 0-3 0z" />
            </svg>
          </span>
        )}
        <span class="no">{at >= 0 && at + 1}</span>
        <time class="time">{clock(stop.startsAt)}</time>
        <div class="what">
          {stop.kind === 'pickup' ? (
            <button class="title" aria-expanded={isChosen} onClick={() => actions.choose(stop.id)}>
              {title}
            </button>
          ) : (
            <span class="title">{title}</span>
          )}
          <span class="small sub">
            <Chips stop={stop} isNext={isNext} complaint={complaint} look={look} />
            {stop.things.map(({ item, count }) => `${count} ${look.thing(item)}`).join(', ')}
            {stop.load && loadText(stop.load, look)}
            {stop.bringTo && ` → ${stop.bringTo.name}`}
          </span>
        </div>
        {bike && (
          <span class="on-board small">
            {stop.litresOnBoard !== null && stop.kgOnBoard !== null && (
              <>
                {stop.kind === 'pickup' && (
                  <LoadBar
                    full={fullness({ litres: stop.litresOnBoard, kg: stop.kgOnBoard }, bike)}
                  />
                )}
                {look.number(stop.litresOnBoard)} l · {look.number(stop.kgOnBoard)} kg
              </>
            )}
          </span>
        )}
      </div>
      {props.reason !== undefined && (
        <p class="reason small">
          {props.reason}
          {props.canInsert === true && (
            <button class="quiet" onClick={() => actions.command('insert', { stop: stop.id })}>
              {words.insertShort}
              <span class="visually-hidden"> {title}</span>
            </button>
          )}
        </p>
      )}
      {hasMenu && isFree && <MoveMenu {...props} />}
      {isChosen && stop.kind === 'pickup' && <Details stop={stop} look={look} />}
    </li>
  )
})

function loadText({ litres, kg }: NonNullable<Stop['load']>, { number }: Look): string {
  return `${number(litres)} l · ${number(kg)} kg`
}

function Chips(props: {
  readonly stop: Stop
  readonly isNext: boolean
  readonly complaint: string | undefined
  readonly look: Look
}) {
  const { stop, isNext, complaint, look } = props
  const { words } = look
  const state = words.states[stop.state]
  const because = stop.failedBecause === null ? '' : `: ${words.failedBecause[stop.failedBecause]}`
  return (
    <>
      {state !== '' && <span class={`chip ${stop.state}`}>{state + because}</span>}
      {state === '' && isNext && <span class="chip on-the-way">{words.next}</span>}
      {stop.pinned && (
        <span class="chip pin" title={words.pinnedHint}>
          {words.pinned}
        </span>
      )}
      {complaint !== undefined && (
        <span class="chip wrong">{words.complaints[complaint] ?? complaint}</span>
      )}
      {stop.interpreter && <span class="chip">{words.interpreter}</span>}
    </>
  )
}

function Details({ stop, look }: { readonly stop: Stop; readonly look: Look }) {
  const { words, clock, facts } = look
  const { person, reference, windowFrom, windowUntil, language } = stop
  return (
    <div class="details">
      {person && (
        <p>
          {person.name}
          {person.phone !== null && (
            <>
              {' '}
              · <a href={`tel:${person.phone.replaceAll(' ', '')}`}>{person.phone}</a>
            </>
          )}
          {person.email !== null && (
            <>
              {' '}
              · <a href={`mailto:${person.email}`}>{person.email}</a>
            </>
          )}
        </p>
      )}
      {person?.note != null && <p>{person.note}</p>}
      {stop.note !== null && <p>{stop.note}</p>}
      <p class="small">
        {windowFrom !== null &&
          windowUntil !== null &&
          words.window(clock(windowFrom), clock(windowUntil))}
        {language !== null && language !== 'sv' && ` · ${words.speaks(words.languages[language])}`}
      </p>
      {reference !== null && (
        <p>
          <a href={facts.paths.booking + reference}>
            {words.openBooking} {reference}
          </a>
        </p>
      )}
    </div>
  )
}

/** For whoever drags nothing: one press a step, or a place by its number. */
function MoveMenu(props: RowProps) {
  const { stop, at, of, frozen, bike, bikes, look, actions } = props
  const { words } = look
  const [place, setPlace] = useState(String(Math.max(1, at + 1)))
  const [to, setTo] = useState(bike?.id ?? bikes[0]?.id ?? '')
  const close = () => actions.toggleMenu(stop.id)
  const moveThere = (event: SubmitEvent) => {
    event.preventDefault()
    close()
    actions.move({ stop: stop.id, bike: to, at: Math.max(0, Number(place) - 1) })
  }
  return (
    <div class="menu">
      {bike && (
        <>
          <button class="quiet" disabled={at <= frozen} onClick={() => actions.step(stop.id, -1)}>
            {words.up}
          </button>
          <button class="quiet" disabled={at >= of - 1} onClick={() => actions.step(stop.id, 1)}>
            {words.down}
          </button>
        </>
      )}
      <form onSubmit={moveThere}>
        <label for="move-to">{words.to}</label>
        <input
          id="move-to"
          type="number"
          inputMode="numeric"
          min={1}
          max={1000}
          required
          value={place}
          onInput={(event) => setPlace(event.currentTarget.value)}
        />
        {bikes.length > 1 && stop.kind === 'pickup' && (
          <>
            <label for="move-on">{words.toBike}</label>
            <select id="move-on" value={to} onChange={(event) => setTo(event.currentTarget.value)}>
              {bikes.map(({ id }) => (
                <option key={id} value={id}>
                  {bikeName({ bikes }, id)}
                </option>
              ))}
            </select>
          </>
        )}
        <button>{words.moveThere}</button>
      </form>
      {bike && stop.kind === 'pickup' && (
        <button
          class="quiet"
          onClick={() => {
            close()
            actions.command(stop.pinned ? 'unpin' : 'pin', { stop: stop.id })
          }}
        >
          {stop.pinned ? words.unpin : words.pin}
        </button>
      )}
      {!bike && (
        <button
          class="quiet"
          onClick={() => {
            close()
            actions.command('insert', { stop: stop.id })
          }}
        >
          {words.insert}
        </button>
      )}
    </div>
  )
}
