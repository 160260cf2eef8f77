import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR, plus } from '#src/stations/time.ts'
import { drawToken } from '#src/store/staff-desk.ts'
import { hashToken } from '#src/store/token.ts'
import { openHttpTown, type HttpTown } from '#tests/support/http-town.ts'

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
