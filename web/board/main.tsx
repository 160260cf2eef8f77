/** The dispatch board: starts where the page has left a place for it. */
import { render } from 'preact'
import './board.css'
import { Board } from './board.tsx'
import { type Answered, openBoardDesk } from './desk.ts'
import { type Facts, lookOf } from './look.ts'
import { listen } from './stream.ts'

const LOOK_EVERY_MS = 60_000

const root = document.querySelector<HTMLElement>('#board')!
const facts = JSON.parse(root.dataset['facts']!) as Facts
const look = lookOf(facts)

const desk = openBoardDesk({
  day: facts.day,
  ask,
  now: () => performance.now(),
  onChange: draw,
})

function draw(): void {
  render(<Board desk={desk} shown={desk.shown()} look={look} ask={ask} />, root)
}

async function ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Answered> {
  const answer = await fetch(`/api/v1${path}`, {
    method,
    ...(body && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return { status: answer.status, json: await answer.json().catch(() => undefined) }
}

root.replaceChildren()
draw()
void desk.look()
listen(facts.day, { onHere: () => desk.heard(), onChange: () => void desk.look() })
// Times are reckoned from now on, so they age though nothing is done.
setInterval(() => void desk.look(), LOOK_EVERY_MS)
