/** Three regions: what is outside the plan, the plan by bike, and the map, which mirrors both. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { parseTypedPlace } from '#src/stations/typed-place.ts'
import type { Actions } from './actions.ts'
import { Age } from './age.tsx'
import type { Day } from './day.ts'
import type { Ask, BoardDesk, Saying, Shown } from './desk.ts'
import type { Look } from './look.ts'
import { DayMap } from './map.tsx'
import { dropped, type Move, stepped } from './moves.ts'
import { NewDay } from './new-day.tsx'
import { Outside } from './outside.tsx'
import { RoundPlan } from './round.tsx'
import { saidOf } from './said.ts'
import { Tools } from './tools.tsx'
import { type Picking, typedPlace } from './urgent.tsx'

export function Board(props: {
  readonly desk: BoardDesk
  readonly shown: Shown
  readonly look: Look
  readonly ask: Ask
}) {
  const { desk, shown, look, ask } = props
  const { words } = look
  const [chosen, setChosen] = useState<string>()
  const [menu, setMenu] = useState<string>()
  const [picking, setPicking] = useState<Picking>({ isOn: false, typed: '' })
  const focused = useRef<string | undefined>(undefined)

  const actions = useMemo((): Actions => {
    const move = (wanted: Move) => {
      focused.current = wanted.stop
      void desk.move(wanted)
    }
    return {
      choose: (stop) => setChosen((was) => (was === stop ? undefined : stop)),
      toggleMenu: (stop) => setMenu((was) => (was === stop ? undefined : stop)),
      move,
      drop(stop, target) {
        const { day } = desk.shown()
        if (day) move(dropped(day, stop, target))
      },
      step(stop, by) {
        const { day } = desk.shown()
        const wanted = day && stepped(day, stop, by)
        if (wanted) move(wanted)
      },
      command: (name, body) => void desk.command(name, body),
      urgent: (asked) => desk.command('insert', { urgent: asked }),
      candidate: (id, answer) => void desk.candidate(id, answer),
    }
  }, [desk])

  // A row that is moved in the page loses the focus; it is given back.
  useLayoutEffect(() => {
    const id = focused.current
    if (id === undefined || (document.activeElement ?? document.body) !== document.body) return
    document.querySelector<HTMLElement>(`[data-stop="${CSS.escape(id)}"] .handle`)?.focus()
  })

  const { day, said } = shown
  if (!day) {
    return (
      <p class="lead" role="status">
        {said ? <Said saying={said} day={day} look={look} /> : words.loading}
      </p>
    )
  }
  const chosenFromMap = (stop: string) => {
    actions.choose(stop)
    document
      .querySelector(`[data-stop="${CSS.escape(stop)}"]`)
      ?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <>
      <NewDay day={day} look={look} />
      <Tools day={day} look={look} actions={actions} isBusy={shown.isBusy} />
      <div class="news">
        <p class="said" role="status">
          {said && <Said saying={said} day={day} look={look} />}
        </p>
        <Age heardAt={shown.heardAt} words={words} />
      </div>
      <div class="regions">
        <Outside
          day={day}
          look={look}
          actions={actions}
          ask={ask}
          chosen={chosen}
          menu={menu}
          picking={picking}
          onPicking={setPicking}
        />
        <div class="plan">
          {day.bikes.map((bike, i) => (
            <RoundPlan
              key={bike.id}
              bike={bike}
              index={i}
              day={day}
              look={look}
              actions={actions}
              chosen={chosen}
              menu={menu}
            />
          ))}
          <p class="small keys">{words.keys}</p>
        </div>
        <section class="map-region" aria-labelledby="map-title">
          <h2 id="map-title">{words.map}</h2>
          <p class="small">{picking.isOn ? words.pickHint : words.mapHint}</p>
          <DayMap
            day={day}
            look={look}
            chosen={chosen}
            onChoose={chosenFromMap}
            {...(picking.isOn && {
              picked: parseTypedPlace(picking.typed),
              onPick: (place) => setPicking({ isOn: true, typed: typedPlace(place) }),
            })}
          />
        </section>
      </div>
    </>
  )
}

/** What was said last, with the way back in for who is signed out. */
function Said(props: {
  readonly saying: Saying
  readonly day: Day | undefined
  readonly look: Look
}) {
  const { saying, day, look } = props
  const { words, facts } = look
  return (
    <>
      {saidOf(saying, day, words)}
      {saying.kind === 'signed-out' && (
        <>
          {' '}
          <a href={facts.paths.signIn}>{words.signIn}</a>
        </>
      )}
    </>
  )
}
