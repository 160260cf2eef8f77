/** `kvitter subscribers` against a service that answers, over real HTTP. */
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { subscribersCommand } from '#src/commands/subscribers.ts'
import { tokenFor } from '#src/store/subscriber-desk.ts'
import { type HttpTown, openHttpTown, SEALER } from '#tests/support/http-town.ts'

const STAFF = { KVITTER_STAFF_TOKEN: 'a-long-enough-token' }
const ANNA = 'anna@example.se'

let town: HttpTown
let url: string
beforeEach(async () => {
  town = await openHttpTown({ http: { staffToken: STAFF.KVITTER_STAFF_TOKEN } })
  await town.app.listen({ host: '127.0.0.1', port: 0 })
  url = `http://127.0.0.1:${(town.app.server.address() as AddressInfo).port}`
  await town.desk.askByEmail(ANNA, { language: 'sv' }, '192.0.2.1')
  const { id } = (await town.store.subscriberByMark('email', SEALER.mark('email', ANNA)))!
  await town.desk.confirm(tokenFor(SEALER, 'confirm', id))
})
afterEach(() => town[Symbol.asyncDispose]())

const run = (...args: readonly string[]) => subscribersCommand([...args, '--url', url], STAFF)

test('it counts, shows and forgets, and says so when nothing is kept', async () => {
  expect(await run('count')).toEqual({ code: 0, text: '1 by e-mail, 0 by notifications' })
  const shown = await run('export', 'Anna@Example.se')
  expect(shown.code).toBe(0)
  expect(JSON.parse(shown.text)).toMatchObject({ email: ANNA, follows: { language: 'sv' } })
  expect((await run('erase', ANNA)).code).toBe(0)
  expect(await run('export', ANNA)).toEqual({
    code: 1,
    text: 'There is no such thing here: Nothing is kept of that address.',
  })
  expect((await run('erase', ANNA)).code).toBe(1)
  expect((await run('count')).text).toBe('0 by e-mail, 0 by notifications')
})

test.each([[], ['erase'], ['erase', ANNA, 'more'], ['dance', ANNA], ['count', ANNA]])(
  'a wrong question is answered with how to ask: %s',
  async (...args) => {
    const { code, text } = await subscribersCommand(args, STAFF)
    expect([code, text.includes('usage: kvitter subscribers')]).toEqual([2, true])
    expect(await town.desk.kept(ANNA)).toBeDefined()
  },
)
