/** `kvitter outbox` against a service that answers, over real HTTP. */
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { outboxCommand } from '#src/commands/outbox.ts'
import { startDeliveries } from '#src/notify/deliver.ts'
import { MINUTE } from '#src/stations/time.ts'
import type { Town } from '#src/stations/station.ts'
import { keepPosts, makePost, onX } from '#tests/notify/deliveries.ts'
import { scripted } from '#tests/notify/run-dry.ts'
import { type HttpTown, openHttpTown, TUESDAY } from '#tests/support/http-town.ts'
import { castTown } from '#tests/support/town.ts'

const STAFF = { KVITTER_STAFF_TOKEN: 'a-long-enough-token' }
const spoken: Town = {
  ...castTown,
  channels: {
    x: [
      {
        account: onX.account,
        language: 'sv',
        ...{ appKeyEnv: 'A', appSecretEnv: 'B', accessTokenEnv: 'C', accessSecretEnv: 'D' },
      },
    ],
  },
}

let stack: AsyncDisposableStack
let town: HttpTown
let url: string
beforeEach(async () => {
  stack = new AsyncDisposableStack()
  let outbox: ReturnType<typeof startDeliveries>
  const desk = {
    poke: () => outbox.poke(),
    pause: (...given: Parameters<typeof outbox.pause>) => outbox.pause(...given),
    resume: (...given: Parameters<typeof outbox.resume>) => outbox.resume(...given),
    alarms: () => outbox.alarms(),
    report: (...given: Parameters<(typeof outbox)['report']>) => outbox.report(...given),
    reports: () => outbox.reports(),
  }
  town = stack.use(
    await openHttpTown({
      town: spoken,
      http: { staffToken: STAFF.KVITTER_STAFF_TOKEN, outbox: desk },
    }),
  )
  outbox = stack.use(
    startDeliveries({
      store: { ...town.store, claimDelivery: async () => undefined },
      channels: [scripted({}, [])],
      clock: () => town.now(),
      log: { info() {}, warn() {}, error() {} },
      leaseMs: MINUTE,
    }),
  )
  await town.app.listen({ host: '127.0.0.1', port: 0 })
  url = `http://127.0.0.1:${(town.app.server.address() as AddressInfo).port}`
})
afterEach(() => stack.disposeAsync())

const run = (...args: readonly string[]) => outboxCommand([...args, '--url', url], STAFF)

async function giveUp(n: number, state: 'dead' | 'uncertain'): Promise<number> {
  await keepPosts(town.store, [makePost(n, TUESDAY)])
  const { id } = (await town.store.claimDelivery(onX, TUESDAY, MINUTE))!
  await town.store.settleDelivery(id, { state, error: 'refused: 403' })
  return id
}

test('what was given up is listed, and sent again by its number', async () => {
  expect(await run('list')).toEqual({ code: 0, text: 'Nothing by that filter.' })
  const id = await giveUp(1, 'dead')
  const { code, text } = await run('list')
  expect(code).toBe(0)
  expect(text.split('\n')[1]).toMatch(
    new RegExp(`^${id} +2026-05-05 12:35 +dead +x \\(avs_provstad\\) +1 +refused: 403 \\| Ekudden`),
  )
  expect(await run('send-again', `${id}`, '--by', 'Ada')).toEqual({
    code: 0,
    text: `${id} goes out again, until 2026-05-05 13:35 UTC.`,
  })
  expect(JSON.parse((await run('list', '--state', 'due', '--json')).text)).toMatchObject({
    deliveries: [{ id, sentAgain: { by: 'Ada' } }],
  })
})

test('what may have been heard goes out again only when somebody has looked', async () => {
  const id = await giveUp(1, 'uncertain')
  const { code, text } = await run('send-again', `${id}`)
  expect(code).toBe(1)
  expect(text).toMatch(/add --not-heard\.$/)
  expect((await run('send-again', `${id}`, '--not-heard')).code).toBe(0)
})

test('an account is paused and resumed, and told of', async () => {
  expect(await run('pause', 'x', onX.account, '--why', 'a storm')).toEqual({
    code: 0,
    text: 'x (avs_provstad) says nothing until you resume it.',
  })
  const { text } = await run('channels')
  expect(text.split('\n')[1]).toMatch(
    /^x \(avs_provstad\) +paused: staff since 2026-05-05 12:35 +never +0/,
  )
  expect(await run('resume', 'x', onX.account)).toEqual({
    code: 0,
    text: 'x (avs_provstad) is asked to speak again.',
  })
  expect((await run('channels')).text).toContain('working')
  expect(await run('pause', 'x', 'nobody')).toMatchObject({ code: 1 })
})

test.each([[['lsit']], [['send-again']], [['pause', 'x']], [['list', '--colour', 'red']]])(
  '%j is answered with how it goes',
  async (args) => {
    const { code, text } = await outboxCommand(args, STAFF)
    expect(code).toBe(2)
    expect(text).toContain('usage: kvitter outbox list')
  },
)
