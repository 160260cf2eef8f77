/** The outbox for staff: what was given up, saying it again, and the accounts. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startDeliveries } from '#src/notify/deliver.ts'
import type { Deliveries } from '#src/notify/deliver.ts'
import { HOUR, isoText, MINUTE, plus } from '#src/stations/time.ts'
import type { Town } from '#src/stations/station.ts'
import type { Delivery } from '#src/store/contract.ts'
import { keepPosts, makePost, onX } from '#tests/notify/deliveries.ts'
import { scripted } from '#tests/notify/run-dry.ts'
import { correctionOf, type HttpTown, openHttpTown, TUESDAY } from '#tests/support/http-town.ts'
import { castTown, hamnen } from '#tests/support/town.ts'

const STAFF_TOKEN = 'a-long-enough-token'
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

let town: HttpTown
let outbox: Deliveries
beforeEach(async () => {
  // The workers come after the store that they work on.
  const desk = {
    poke: () => outbox.poke(),
    pause: (...given: Parameters<Deliveries['pause']>) => outbox.pause(...given),
    resume: (...given: Parameters<Deliveries['resume']>) => outbox.resume(...given),
    alarms: () => outbox.alarms(),
    report: (...given: Parameters<Deliveries['report']>) => outbox.report(...given),
    reports: () => outbox.reports(),
  }
  town = await openHttpTown({ town: spoken, http: { staffToken: STAFF_TOKEN, outbox: desk } })
  outbox = startDeliveries({
    // What is claimed stays with the test.
    store: { ...town.store, claimDelivery: async () => undefined },
    channels: [
      scripted(
        {
          limits: [{ most: 100, withinMs: 15 * MINUTE, accounts: [onX.account] }],
          prices: { postMicroUsd: 15_000, monthlyMicroUsd: 25_000_000 },
        },
        [],
      ),
    ],
    clock: () => town.now(),
    log: { info() {}, warn() {}, error() {} },
    leaseMs: MINUTE,
  })
})
afterEach(async () => {
  await outbox[Symbol.asyncDispose]()
  await town[Symbol.asyncDispose]()
})

async function ask(
  url: string,
  body?: object,
  token = STAFF_TOKEN,
): Promise<{ readonly status: number; readonly body: any }> {
  const answer = await town.app.inject({
    url: `/api/v1/${url}`,
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}` },
    ...(body && { payload: body }),
  })
  return { status: answer.statusCode, body: answer.json() }
}

/** A delivery that came to an end. */
async function ended(
  n: number,
  state: 'dead' | 'uncertain' | 'expired' | 'sent',
  over: Parameters<typeof makePost>[2] = {},
): Promise<Delivery> {
  await keepPosts(town.store, [makePost(n, TUESDAY, over)])
  const delivery = (await town.store.claimDelivery(onX, TUESDAY, MINUTE))!
  await town.store.settleDelivery(
    delivery.id,
    state === 'sent' ? { state, at: TUESDAY, remoteId: 'r1' } : { state, error: 'so it went' },
  )
  return delivery
}

describe('the list', () => {
  test('has all of a delivery', async () => {
    const { id, text } = await ended(1, 'dead')
    expect(await ask('deliveries?state=dead,uncertain')).toEqual({
      status: 200,
      body: {
        deliveries: [
          {
            id,
            postKey: '0000000000000001',
            stationId: '1490-901',
            channel: 'x',
            account: onX.account,
            language: 'sv',
            text,
            state: 'dead',
            priority: 60,
            attempts: 1,
            sendAt: isoText(TUESDAY),
            dueAt: isoText(TUESDAY),
            expiresAt: isoText(plus(TUESDAY, HOUR)),
            firstTriedAt: isoText(TUESDAY),
            sentAt: null,
            remoteId: null,
            lastError: 'so it went',
            sentAgain: null,
          },
        ],
        next: null,
      },
    })
  })

  test('is asked by state, channel, account, station and post, page by page', async () => {
    await ended(1, 'dead')
    await ended(2, 'sent')
    await ended(3, 'uncertain', { stationId: hamnen.id })
    const keys = async (query: string) => {
      const { deliveries, next } = (await ask(`deliveries?${query}`)).body as {
        deliveries: { postKey: string }[]
        next: number | null
      }
      return [deliveries.map((d) => Number(d.postKey)), next] as const
    }
    expect(await keys('')).toEqual([[3, 2, 1], null])
    expect(await keys('state=sent')).toEqual([[2], null])
    expect(await keys('channel=mastodon')).toEqual([[], null])
    expect(await keys('channel=x&account=avs_provstad&station=1490-902')).toEqual([[3], null])
    expect(await keys('post=0000000000000002')).toEqual([[2], null])
    const [first, next] = await keys('limit=2')
    expect(first).toEqual([3, 2])
    expect(await keys(`limit=2&before=${next}`)).toEqual([[1], null])
  })

  test.each([
    ['state=lost', 'state', 'one or more of due, sending'],
    ['channel=twitter', 'channel', 'one of x, mastodon'],
    ['limit=0', 'limit', 'a whole number from 1 to 500'],
  ])('%s is told what it should have been', async (query, field, expected) => {
    const { status, body } = await ask(`deliveries?${query}`)
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ field, expected: expect.stringContaining(expected) }])
  })

  test('is for staff', async () => {
    expect((await ask('deliveries', undefined, 'another')).status).toBe(401)
    expect((await ask('channels', undefined, 'another')).status).toBe(401)
    expect((await ask('deliveries/1/send-again', { actor: 'Eve' }, 'another')).status).toBe(401)
  })
})

describe('sending again', () => {
  test.each(['dead', 'expired'] as const)('gives what is %s a new life', async (state) => {
    const { id } = await ended(1, state)
    town.setNow(plus(TUESDAY, 3 * HOUR))
    const { status, body } = await ask(`deliveries/${id}/send-again`, { actor: 'Ada' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      state: 'due',
      attempts: 0,
      firstTriedAt: null,
      dueAt: isoText(plus(TUESDAY, 3 * HOUR)),
      expiresAt: isoText(plus(TUESDAY, 4 * HOUR)),
      sentAgain: { at: isoText(plus(TUESDAY, 3 * HOUR)), by: 'Ada' },
    })
  })

  test('of what may have been heard asks that somebody has looked', async () => {
    const { id } = await ended(1, 'uncertain')
    const refused = await ask(`deliveries/${id}/send-again`, { actor: 'Ada' })
    expect(refused.status).toBe(400)
    expect(refused.body.errors).toMatchObject([{ field: 'notHeard' }])
    const { status } = await ask(`deliveries/${id}/send-again`, { actor: 'Ada', notHeard: true })
    expect(status).toBe(200)
  })

  test('is refused for what was sent, and for what is on its way', async () => {
    const { id } = await ended(1, 'sent')
    expect(await ask(`deliveries/${id}/send-again`, { actor: 'Ada' })).toMatchObject({
      status: 409,
      body: { detail: `Delivery ${id} is sent; only what was given up can be sent again.` },
    })
    const dead = await ended(2, 'dead')
    await ask(`deliveries/${dead.id}/send-again`, { actor: 'Ada' })
    const twice = await ask(`deliveries/${dead.id}/send-again`, { actor: 'Ada' })
    expect(twice.status).toBe(409)
  })

  test('is refused for a post that staff have called wrong', async () => {
    const { id } = await ended(1, 'dead')
    const wrong = (await town.store.post(makePost(1, TUESDAY).key))!
    await keepPosts(
      town.store,
      [{ ...correctionOf(wrong, plus(TUESDAY, MINUTE)), texts: wrong.texts }],
      [],
    )
    expect(await ask(`deliveries/${id}/send-again`, { actor: 'Ada' })).toMatchObject({
      status: 409,
      body: { detail: 'Staff have called the post wrong.' },
    })
  })

  test('is refused for an account that the town has no more', async () => {
    const { id } = await ended(1, 'dead')
    await town.journal.reload({ town: castTown, makeEngine: () => town.engine })
    expect(await ask(`deliveries/${id}/send-again`, { actor: 'Ada' })).toMatchObject({
      status: 409,
      body: { detail: 'The town has no account avs_provstad on x any more.' },
    })
  })

  test('needs a delivery that there is, and a name', async () => {
    expect((await ask('deliveries/999/send-again', { actor: 'Ada' })).status).toBe(404)
    const { body } = await ask('deliveries/999/send-again', {})
    expect(body.errors).toMatchObject([{ field: 'actor' }])
  })
})

describe('the accounts', () => {
  test('tell how they are, what they may say and what they spent', async () => {
    await ended(1, 'sent')
    await ended(2, 'dead')
    await town.store.spend(onX, '2026-05', 15_000)
    expect(await ask('channels')).toEqual({
      status: 200,
      body: {
        asOf: isoText(TUESDAY),
        accounts: [
          {
            ...onX,
            state: 'working',
            paused: null,
            alarms: [],
            deliveries: { sent: 1, dead: 1 },
            lastSentAt: isoText(TUESDAY),
            due: 0,
            dueSince: null,
            limits: [{ granted: 100, withinMinutes: 15, used: 2, left: 38, leftForImportant: 48 }],
            money: {
              month: '2026-05',
              spent: 0.015,
              budget: 25,
              left: 19.985,
              leftForImportant: 24.985,
            },
          },
        ],
      },
    })
  })

  test('are paused and resumed by staff, with their name and reason', async () => {
    const paused = await ask(`channels/x/${onX.account}/pause`, { actor: 'Ada', why: 'a storm' })
    expect(paused).toMatchObject({
      status: 200,
      body: {
        state: 'paused',
        paused: { since: isoText(TUESDAY), because: 'staff', detail: 'a storm', by: 'Ada' },
      },
    })
    const resumed = await ask(`channels/x/${onX.account}/resume`, { actor: 'Ada' })
    expect(resumed).toMatchObject({ status: 200, body: { state: 'working', paused: null } })
  })

  test('that there aren’t can’t be', async () => {
    expect((await ask('channels/x/nobody/pause', { actor: 'Ada' })).status).toBe(404)
    expect((await ask('channels/x/nobody/resume', { actor: 'Ada' })).status).toBe(404)
    expect((await ask('channels/twitter/nobody/pause', { actor: 'Ada' })).status).toBe(400)
  })

  test('are among the alarms when somebody should see to them', async () => {
    expect((await ask('alarms')).body.channels).toEqual([])
    await town.store.keepAccountStanding(onX, {
      paused: { since: TUESDAY, because: 'no-credits', detail: '402' },
    })
    await outbox.follow(
      [
        scripted(
          { check: Array.from({ length: 9 }, () => ({ kind: 'unknown', detail: '' }) as const) },
          [],
        ),
      ],
      () => false,
    )
    await expect
      .poll(async () => (await ask('alarms')).body.channels)
      .toEqual([
        {
          ...onX,
          kind: 'paused',
          since: isoText(TUESDAY),
          because: 'no-credits',
          detail: '402',
          advice: 'The platform wants money first: fill up its account. It goes on by itself then.',
        },
      ])
  })

  test('are nowhere where nothing is delivered', async () => {
    await using bare = await openHttpTown({ http: { staffToken: STAFF_TOKEN } })
    const headers = { authorization: `Bearer ${STAFF_TOKEN}` }
    const answer = await bare.app.inject({ url: '/api/v1/channels', headers })
    expect(answer.statusCode).toBe(503)
  })
})
