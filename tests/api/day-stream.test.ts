import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR, plus } from '#src/stations/time.ts'
import { drawToken } from '#src/store/staff-desk.ts'
import { hashToken } from '#src/store/token.ts'
import { clockAt, type DayTown, openDayTown, RIDER, STAFF } from '#tests/support/day-town.ts'
import { openHttpTown, type HttpTown } from '#tests/support/http-town.ts'
import {
  book,
  command,
  type Headers,
  openDay,
  ROUNDS,
  see,
  stopsOf,
} from '../support/ridden-day.ts'

let town: HttpTown
let url: string

beforeAll(async () => {
  town = await openHttpTown({ http: { events: { heartbeatMs: 20 } } })
  await town.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = town.app.server.address() as AddressInfo
  url = `http://127.0.0.1:${port}/api/v1/rounds/2026-05-07/events`
})
afterAll(async () => {
  await town[Symbol.asyncDispose]()
})

async function listen(headers: Readonly<Record<string, string>>) {
  const { body } = await fetch(url, { headers: { ...headers } })
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  return {
    async hear(times: number) {
      let heard = 0
      while (heard < times) {
        const { value = '' } = await reader.read()
        heard += value.split('event: here').length - 1
      }
      return heard
    },
    /** Ends when the line does. */
    async hearOut() {
      try {
        while (!(await reader.read()).done);
      } catch {
        // It was cut.
      }
      return 'over'
    },
  }
}

describe('a day’s stream', () => {
  test('is over for who was signed out, and listening is no use of the session', async () => {
    const stream = await listen(await town.signIn('dispatcher'))
    const lastSeenAt = async () => (await town.store.users())[0]!.lastSeenAt
    const began = await lastSeenAt()
    town.setNow(plus(town.now(), HOUR))
    expect(await stream.hear(3)).toBeGreaterThanOrEqual(3)
    expect(await lastSeenAt()).toBe(began)
    await town.store.endSessionsOf('demo-dispatcher')
    expect(await stream.hearOut()).toBe('over')
  })

  test('is over for who has another role, or whose token was taken back', async () => {
    const secret = drawToken()
    const token = { name: 'Skärmen', role: 'rider', hash: hashToken(secret) } as const
    await town.store.addApiToken(token, town.now())
    const byToken = await listen({ authorization: `Bearer ${secret}` })
    const byCookie = await listen(await town.signIn('rider'))
    await Promise.all([byToken.hear(2), byCookie.hear(2)])
    await town.store.revokeApiToken('Skärmen', town.now())
    await town.store.changeUser('demo-rider', { role: 'editor' })
    expect(await Promise.all([byToken.hearOut(), byCookie.hearOut()])).toEqual(['over', 'over'])
  })
})

/** Each change as it is told, until one of this kind is. */
async function changes(day: DayTown, headers: Headers, query: string) {
  const quit = new AbortController()
  const address = `${day.url}/api/v1${ROUNDS}/events${query}`
  const { body } = await fetch(address, { headers, signal: quit.signal })
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return async (last: string): Promise<any[]> => {
    for (;;) {
      const told = text
        .split('\n\n')
        .slice(0, -1)
        .filter((one) => one.includes('event: change'))
        .map((one) => JSON.parse(/^data: (.*)$/m.exec(one)![1]!))
      if (told.some(({ did }) => did === last)) {
        quit.abort()
        return told
      }
      const { value = '', done } = await reader.read()
      if (done) throw new Error(`over before ${last}: ${text}`)
      text += value
    }
  }
}

describe('of a day riders hear', () => {
  test('what is done from when it is published on, without details, and nothing that is only offered', async () => {
    await using day = await openDay(2, false)
    await command(day, 'replan', { seconds: 1 })
    await command(day, 'decline', { offer: (await see(day)).offer.id })
    const { id } = stopsOf(await see(day)).find(({ kind }) => kind === 'pickup')
    await command(day, 'move', { stop: id, bike: 'bike-2', at: 0 })

    const all = await (await changes(day, STAFF, '?after=0'))('moved')
    expect(all.map(({ did }) => did)).toEqual([
      'planned',
      'published',
      're-plan-offered',
      'offer-declined',
      'moved',
    ])
    const riders = await (await changes(day, RIDER, '?after=0'))('moved')
    expect(riders).toEqual(
      all
        .filter(({ did }) => did === 'published' || did === 'moved')
        .map((one) => ({ ...one, detail: null })),
    )
    const later = await (await changes(day, RIDER, `?after=${riders[0].no}`))('moved')
    expect(later).toEqual(riders.slice(1))
  })

  test('nothing of drafts, also who listens while they are made, and also in answers', async () => {
    await using day = await openDayTown()
    day.town.setNow(clockAt('09:00', '2026-05-04'))
    await book(day)
    await command(day, 'plan', { seconds: 1 })
    const heard = await changes(day, RIDER, '')
    await command(day, 'plan', { seconds: 1 })
    const early = await day.ask('POST', `${ROUNDS}/start`, { version: 0, bike: 'bike-1' }, RIDER)
    expect([early.status, early.json.version, early.json.since]).toEqual([409, 2, undefined])
    const staff = await day.ask('POST', `${ROUNDS}/publish`, { version: 0 })
    expect(staff.json.since.map(({ did }: any) => did)).toEqual(['planned', 'planned'])
    await command(day, 'publish')
    expect((await heard('published')).map(({ did }) => did)).toEqual(['published'])
  })
})
