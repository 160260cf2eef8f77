/** The board's desk against a server that is played here: order, what is shown meanwhile, conflicts, silence. */
import { describe, expect, test } from 'vitest'
import type { Day } from '../../../web/board/day.ts'
import { type Answered, openBoardDesk, type Shown } from '../../../web/board/desk.ts'
import { moved, type Move } from '../../../web/board/moves.ts'
import { saidOf } from '../../../web/board/said.ts'
import { WORDS } from '../../../web/board/words.ts'
import { madeDay } from './made-day.ts'

/** Keeps a plan as the server does; tests change it behind the board's back, or answer otherwise. */
function openServer() {
  let day: Day = madeDay
  const asked: string[] = []
  const answers: (Answered | Promise<Answered> | 'fails')[] = []
  return {
    asked,
    answers,
    get day() {
      return day
    },
    change(next: Day) {
      day = { ...next, version: day.version + 1 }
    },
    async ask(method: string, path: string, body?: object): Promise<Answered> {
      asked.push(`${method} ${path.replace('/rounds/2026-05-07', '')}`)
      const made = answers.shift()
      if (made === 'fails') throw new TypeError('no network')
      if (made) return made
      if (method === 'GET') return { status: 200, json: day }
      const { version, ...move } = body as Move & { readonly version: number }
      if (version !== day.version) {
        return { status: 409, json: { type: '/api/docs#plan-changed', version: day.version } }
      }
      if (path.endsWith('/move')) day = { ...moved(day, move), version: day.version + 1 }
      else day = { ...day, version: day.version + 1 }
      return { status: 200, json: withoutPeople(day) }
    },
  }
}

function withoutPeople(day: Day): Day {
  const rounds = day.rounds.map((round) => ({
    ...round,
    stops: round.stops.map((stop) => ({ ...stop, person: null })),
  }))
  return { ...day, rounds }
}

async function openDesk(server = openServer(), looks = true) {
  const shown: Shown[] = []
  let now = 0
  const desk = openBoardDesk({
    day: '2026-05-07',
    ask: (...asked) => server.ask(...asked),
    now: () => now++,
    onChange: (is) => shown.push(is),
  })
  if (looks) await desk.look()
  const ids = (bike = 'bike-1') =>
    desk
      .shown()
      .day!.rounds.find((one) => one.bike === bike)!
      .stops.map(({ id }) => id)
  const said = () => saidOf(desk.shown().said!, desk.shown().day, WORDS.sv)
  return { server, desk, shown, ids, said }
}

describe('a move', () => {
  test('is shown at once, sent with the version that was seen, and said when it is kept', async () => {
    const { server, desk, ids, said } = await openDesk()
    const done = desk.move({ stop: 'd', bike: 'bike-1', at: 2 })
    expect(ids()).toEqual(['a', 'b', 'd', 'c', 'x'])
    expect(desk.shown().isBusy).toBe(true)
    await done
    expect(server.day.version).toBe(4)
    expect(desk.shown().isBusy).toBe(false)
    expect(said()).toBe('Stopp 4, Provgatan d, flyttat till plats 3 av 5.')
  })

  test('to another bike names it; from outside it has no number before', async () => {
    const { desk, said } = await openDesk()
    await desk.move({ stop: 'd', bike: 'bike-2', at: 0 })
    expect(said()).toBe('Stopp 4, Provgatan d, flyttat till plats 1 av 3 på Tvåan.')
    await desk.move({ stop: 'g', bike: 'bike-2', at: 3 })
    expect(said()).toBe('Provgatan g, flyttat till plats 4 av 4 på Tvåan.')
  })

  test('keeps who lives there, though the answer doesn’t tell', async () => {
    const { desk } = await openDesk()
    await desk.move({ stop: 'd', bike: 'bike-1', at: 2 })
    expect(desk.shown().day!.rounds[0]!.stops[2]!.person?.name).toBe('Prova Prov')
  })

  test('many in a row go one after another, each from the version before', async () => {
    const { server, desk, ids } = await openDesk()
    await Promise.all([
      desk.move({ stop: 'x', bike: 'bike-1', at: 3 }),
      desk.move({ stop: 'x', bike: 'bike-1', at: 2 }),
      desk.move({ stop: 'e', bike: 'bike-1', at: 2 }),
    ])
    expect(ids()).toEqual(['a', 'b', 'e', 'x', 'c', 'd'])
    expect(server.asked.filter((line) => line === 'POST /move')).toHaveLength(3)
    expect(server.day.version).toBe(6)
  })

  test('to where it is already is none, and before what is locked is refused here', async () => {
    const { server, desk, said } = await openDesk()
    await desk.move({ stop: 'd', bike: 'bike-1', at: 3 })
    expect(desk.shown().said).toBeUndefined()
    await desk.move({ stop: 'd', bike: 'bike-1', at: 0 })
    expect(said()).toBe('Provgatan d flyttades inte: den platsen är före det som är låst.')
    expect(server.asked).toEqual(['GET ?people=yes'])
  })
})

describe('somebody else was faster', () => {
  test('the move is made on their plan, after the same stop', async () => {
    const { server, desk, ids, said } = await openDesk()
    server.change(moved(server.day, { stop: 'e', bike: 'bike-1', at: 2 }))
    await desk.move({ stop: 'f', bike: 'bike-1', at: 4 })
    expect(ids()).toEqual(['a', 'b', 'e', 'c', 'd', 'f', 'x'])
    expect(server.asked).toEqual(['GET ?people=yes', 'POST /move', 'GET ?people=yes', 'POST /move'])
    expect(said()).toBe(
      'Stopp 1, Provgatan f, flyttat till plats 6 av 7 på Ettan. Planen hade ändrats; flytten är gjord på den nya.',
    )
  })

  test('and has done the stop: what was meant isn’t done, and why is said', async () => {
    const { server, desk, ids, said } = await openDesk()
    const [first, second] = server.day.rounds
    const stops = second!.stops.map((s) => (s.id === 'f' ? { ...s, state: 'done' as const } : s))
    server.change({ ...server.day, rounds: [first!, { ...second!, stops }] })
    await desk.move({ stop: 'f', bike: 'bike-1', at: 4 })
    expect(ids()).toEqual(['a', 'b', 'c', 'd', 'x'])
    expect(said()).toBe('Provgatan f flyttades inte: det är redan avklarat.')
  })

  test('again and again: it is given up, and said', async () => {
    const { server, desk, said } = await openDesk()
    const changed = { status: 409, json: { type: '/api/docs#plan-changed' } }
    for (let i = 0; i < 4; i++) server.answers.push(changed, { status: 200, json: server.day })
    await desk.move({ stop: 'f', bike: 'bike-1', at: 4 })
    expect(said()).toBe('Någon annan ändrade planen. Så här ser den ut nu.')
    expect(server.asked.filter((line) => line === 'POST /move')).toHaveLength(4)
  })

  test('another command isn’t tried again by itself', async () => {
    const { server, desk, said } = await openDesk()
    server.change(server.day)
    await desk.command('publish')
    expect(said()).toBe('Någon annan ändrade planen. Så här ser den ut nu.')
    expect(desk.shown().day!.version).toBe(4)
  })
})

describe('when it goes wrong', () => {
  test('the server’s reason is said, and the stop is where it was', async () => {
    const { server, desk, ids, said } = await openDesk()
    const because = [{ reason: 'stop-under-way' }]
    server.answers.push({ status: 409, json: { type: '/api/docs#not-possible', because } })
    await desk.move({ stop: 'd', bike: 'bike-1', at: 2 })
    expect(said()).toBe('Det gick inte: cyklisten är på väg dit.')
    expect(ids()).toEqual(['a', 'b', 'c', 'd', 'x'])
  })

  test('without a network the move is taken back, and the next one works', async () => {
    const { server, desk, ids, said } = await openDesk()
    server.answers.push('fails')
    await desk.move({ stop: 'd', bike: 'bike-1', at: 2 })
    expect(said()).toContain('Ingen kontakt med servern')
    expect(ids()).toEqual(['a', 'b', 'c', 'd', 'x'])
    await desk.move({ stop: 'd', bike: 'bike-1', at: 2 })
    expect(ids()).toEqual(['a', 'b', 'd', 'c', 'x'])
  })

  test('who is signed out is told so', async () => {
    const { server, desk, said } = await openDesk()
    server.answers.push({ status: 401, json: {} })
    await desk.command('publish')
    expect(said()).toBe('Du är utloggad.')
  })

  test.each([
    ['a day without the bike is told', { status: 404, json: {} }, 'Cykeln kör inte den här dagen.'],
    [
      'a server in trouble is told',
      { status: 503, json: {} },
      'Dagen gick inte att hämta. Försöker igen.',
    ],
    ['a missing network is told', 'fails' as const, 'Dagen gick inte att hämta. Försöker igen.'],
  ])('%s before there is a day, and is over when there is one', async (_, answer, text) => {
    const { server, desk, said } = await openDesk(openServer(), false)
    server.answers.push(answer)
    await desk.look()
    expect([desk.shown().day, said()]).toEqual([undefined, text])
    await desk.look()
    expect(desk.shown().said).toBeUndefined()
    expect(desk.shown().day?.version).toBe(3)
  })

  test('an answer that was overtaken by a newer plan doesn’t bring back the old one', async () => {
    const { server, desk, ids } = await openDesk()
    const slow = Promise.withResolvers<Answered>()
    server.answers.push(slow.promise)
    const looked = desk.look()
    await desk.move({ stop: 'd', bike: 'bike-1', at: 2 })
    slow.resolve({ status: 200, json: madeDay })
    await looked
    expect(ids()).toEqual(['a', 'b', 'd', 'c', 'x'])
    expect(desk.shown().day!.version).toBe(4)
  })

  test('a plan that went back, since a backup was restored, is the plan', async () => {
    const { server, desk, ids, said } = await openDesk()
    server.answers.push({ status: 200, json: { ...madeDay, version: 9 } })
    await desk.look()
    await desk.move({ stop: 'd', bike: 'bike-1', at: 2 })
    expect(ids()).toEqual(['a', 'b', 'd', 'c', 'x'])
    expect(said()).toContain('Planen hade ändrats; flytten är gjord på den nya.')
    expect(desk.shown().day!.version).toBe(4)
  })

  test('many wishes to look are one look, and one more after it', async () => {
    const { server, desk } = await openDesk()
    await Promise.all([desk.look(), desk.look(), desk.look()])
    await new Promise(setImmediate)
    expect(server.asked).toHaveLength(3)
  })
})

test('who is forgotten, and what is taken back, is gone with the next look', async () => {
  const { server, desk } = await openDesk()
  const first = () => desk.shown().day!.rounds[0]!.stops[0]!
  const [one, ...others] = madeDay.rounds
  const withFirst = (stop: object) => ({
    ...madeDay,
    rounds: [
      { ...one!, stops: [{ ...one!.stops[0]!, ...stop }, ...one!.stops.slice(1)] },
      ...others,
    ],
  })
  server.change(withFirst({ note: 'Ingen svarade.' }))
  await desk.look()
  expect(first()).toMatchObject({ note: 'Ingen svarade.', person: { name: 'Prova Prov' } })
  server.change(withFirst({ person: null }))
  await desk.look()
  expect(first()).toMatchObject({ note: null, person: null })
})

test('what is as it was stays the same object, so that its row isn’t drawn anew', async () => {
  const { server, desk } = await openDesk()
  const before = desk.shown().day!
  server.answers.push({ status: 200, json: structuredClone({ ...madeDay, version: 4 }) })
  await desk.look()
  const after = desk.shown().day!
  expect(after).not.toBe(before)
  expect(after.rounds[0]!.stops[0]).toBe(before.rounds[0]!.stops[0])
  expect(after.bikes).toBe(before.bikes)
})
