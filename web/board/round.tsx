/** One bike's day: its trips with what they load, its stops, and what is done to the bike. */
import { useState } from 'preact/hooks'
import { isOver as isStopOver } from '#src/pickups/day/day.ts'
import type { Actions } from './actions.ts'
import { type Bike, bikeName, type Day, type Round } from './day.ts'
import { LoadBar } from './load-bar.tsx'
import type { Look } from './look.ts'
import { fieldOf } from './field.ts'
import { StopRow } from './row.tsx'
import { fullness, type Trip, tripsOf } from './trips.ts'

const EMPTY: Omit<Round, 'bike'> = {
  startedAt: null,
  endedAt: null,
  out: null,
  frozen: 0,
  stops: [],
}

export function RoundPlan(props: {
  readonly bike: Bike
  readonly index: number
  readonly day: Day
  readonly look: Look
  readonly actions: Actions
  readonly chosen: string | undefined
  readonly menu: string | undefined
}) {
  const { bike, index, day, look, actions, chosen, menu } = props
  const { words, clock } = look
  const round = day.rounds.find((one) => one.bike === bike.id) ?? { bike: bike.id, ...EMPTY }
  const left = round.stops.filter((_, at) => at >= round.frozen).length
  const isOpen = round.endedAt === null && !round.out
  return (
    <section class="round" aria-labelledby={`round-${bike.id}`}>
      <header class="round-head">
        <h2 id={`round-${bike.id}`}>
          <span class={`swatch bike-${index % 4}`} aria-hidden="true" /> {bikeName(day, bike.id)}
        </h2>
        <p class="small">
          {words.stops(round.stops.length, left)}
          {round.endedAt !== null
            ? ` · ${words.ended(clock(round.endedAt))}`
            : round.startedAt !== null && ` · ${words.started(clock(round.startedAt))}`}
          {round.out && <strong class="fault-word"> · {words.isOut(round.out.because)}</strong>}
        </p>
        <BikeButtons day={day} round={round} look={look} actions={actions} />
      </header>
      <div data-place={isOpen && round.stops.length === 0 ? 0 : undefined} data-bike={bike.id}>
        {round.stops.length === 0 && <p class="empty">{words.noStops}</p>}
        {tripsOf(round.stops).map((trip) => (
          <div key={trip.no} class="trip">
            <TripHead trip={trip} bike={bike} look={look} />
            <ol start={trip.from + 1}>
              {trip.stops.map((stop, i) => {
                const at = trip.from + i
                return (
                  <StopRow
                    key={stop.id}
                    stop={stop}
                    at={at}
                    of={round.stops.length}
                    frozen={round.frozen}
                    bike={bike}
                    bikes={day.bikes}
                    dropOffs={day.dropOffs}
                    complaint={complaintOf(day, stop.id)}
                    isFree={day.version > 0 && isOpen && at >= round.frozen}
                    isNext={round.startedAt !== null && isOpen && at === round.frozen - 1}
                    isChosen={chosen === stop.id}
                    hasMenu={menu === stop.id}
                    look={look}
                    actions={actions}
                  />
                )
              })}
            </ol>
          </div>
        ))}
      </div>
    </section>
  )
}

function complaintOf(day: Day, id: string): string | undefined {
  return day.complaints.find(({ stop }) => stop === id)?.kind
}

function TripHead({
  trip,
  bike,
  look: { words, number },
}: {
  readonly trip: Trip
  readonly bike: Bike
  readonly look: Look
}) {
  const { litres, kg, stops } = trip
  const full = fullness(trip, bike)
  const isOver = stops.every(({ state }) => isStopOver(state))
  const isReckoned = litres !== undefined && kg !== undefined
  return (
    <h3 class="trip-head">
      <span>{words.trip(trip.no)}</span>
      {isReckoned && <LoadBar full={full} />}
      <span class="small">
        {isReckoned
          ? words.load(number(litres), number(bike.litres), number(kg), number(bike.kg))
          : !isOver && words.unreckoned}
        {full > 1 && <strong class="fault-word"> {words.overload}</strong>}
      </span>
    </h3>
  )
}

function BikeButtons(props: {
  readonly day: Day
  readonly round: Round
  readonly look: Look
  readonly actions: Actions
}) {
  const { day, round, look, actions } = props
  const { words } = look
  const [isAsking, setAsking] = useState(false)
  const { bike, out, startedAt, endedAt } = round
  if (day.version === 0) return null
  if (out) {
    return (
      <div class="buttons">
        <button class="quiet" onClick={() => actions.command('bike-back', { bike })}>
          {words.back}
        </button>
      </div>
    )
  }
  const takeOut = (event: SubmitEvent) => {
    event.preventDefault()
    const because = fieldOf(event.currentTarget as HTMLFormElement, 'because')
    setAsking(false)
    actions.command('bike-out', { bike, because })
  }
  return (
    <div class="buttons">
      {day.published && (startedAt === null || endedAt !== null) && round.stops.length > 0 && (
        <button class="quiet" onClick={() => actions.command('start', { bike })}>
          {endedAt === null ? words.start : words.startAgain}
        </button>
      )}
      {startedAt !== null && endedAt === null && (
        <button class="quiet" onClick={() => actions.command('end', { bike })}>
          {words.end}
        </button>
      )}
      {endedAt === null && (
        <button class="quiet" aria-expanded={isAsking} onClick={() => setAsking(!isAsking)}>
          {words.out}
        </button>
      )}
      {isAsking && (
        <form class="inline-form" onSubmit={takeOut}>
          <label for={`out-${bike}`}>{words.outBecause}</label>
          <span class="small" id={`out-hint-${bike}`}>
            {words.outHint}
          </span>
          <input
            id={`out-${bike}`}
            name="because"
            required
            maxLength={120}
            aria-describedby={`out-hint-${bike}`}
          />
          <button>{words.outDo}</button>
        </form>
      )}
    </div>
  )
}
