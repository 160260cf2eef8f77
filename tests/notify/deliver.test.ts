/** The worker over a real store, with channels that answer from a list and a clock that waiting moves. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Outcome } from '#src/notify/channel.ts'
import { MAX_TRIES } from '#src/notify/retry.ts'
import { startDeliveries } from '#src/notify/deliver.ts'
import { HOUR, MINUTE, SECOND, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Post, Store, WayOut } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { castTown, ekudden, hamnen } from '#tests/support/town.ts'
import { keepPosts, makeItem, makeOtherItem, makePost, noon, onX, postKey } from './deliveries.ts'
import { later, otherPost, runDry as runDryOn, scripted, states } from './run-dry.ts'
import type { Answer, Run, Script } from './run-dry.ts'

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kvitter-deliver-'))
  store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
  await store.saveTown(castTown, noon)
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const runDry = (
  posts: readonly Post[],
  script: Script,
  over: Parameters<typeof runDryOn>[3] = {},
): Promise<Run> => runDryOn(store, posts, script, over)

describe('what becomes of a delivery', () => {
  test('it is sent when it is due, not before', async () => {
    const run = await runDry([makePost(1, noon, { sendAt: plus(noon, 3 * MINUTE) })], {})
    expect(run.asked).toEqual(['3 send 1 try 1'])
    expect(run.told).toEqual(['1 sent'])
    expect(run.deliveries[0]).toMatchObject({ state: 'sent', remoteId: 'r1', attempts: 1 })
    expect(run.logged).toEqual([])
    expect(run.metrics).toContain(
      'kvitter_deliveries_total{channel="x",account="avs_provstad",state="sent"} 1',
    )
  })

  test('trouble means another try, later each time', async () => {
    const send = [later('server-error'), later('unreachable')]
    const run = await runDry([makePost(1, noon)], { send })
    expect(states(run)).toEqual(['1 sent after 3'])
    expect(run.logged).toEqual([
      'warn: a delivery will be tried again',
      'warn: a delivery will be tried again',
    ])
    expect(run.at).toBeLessThan(MINUTE)
  })

  test('a limit is waited out, by everything on the channel', async () => {
    const send = [later('rate-limited', 10 * MINUTE)]
    const run = await runDry([makePost(1, noon), otherPost(2, plus(noon, MINUTE))], { send })
    expect(run.asked).toEqual(['0 send 1 try 1', '10 send 1 try 2', '10 send 2 try 1'])
    expect(states(run)).toEqual(['1 sent after 2', '2 sent after 1'])
  })

  test('a refused text is dead at once, and the next goes out', async () => {
    const send = [{ kind: 'never', because: 'refused', detail: '403' } as const]
    const run = await runDry([makePost(1, noon), makePost(2, noon)], { send })
    expect(states(run)).toEqual(['1 dead after 1', '2 sent after 1'])
    expect(run.deliveries[1]!.lastError).toBe('refused: 403')
    expect(run.logged).toEqual(['error: a delivery is dead'])
  })

  test('what nobody can know is left to a person', async () => {
    const run = await runDry([makePost(1, noon)], { send: [{ kind: 'uncertain', detail: 'why' }] })
    expect(states(run)).toEqual(['1 uncertain after 1'])
  })

  test('what is too late is not said', async () => {
    const run = await runDry([makePost(1, noon, { expiresAt: noon })], {})
    expect(run.asked).toEqual([])
    expect(states(run)).toEqual(['1 expired after 1'])
    expect(run.deliveries[0]!.lastError).toBe('too late to be news')
  })

  test('a limit beyond its time ends it, since nothing was said', async () => {
    const run = await runDry([makePost(1, noon)], { send: [later('rate-limited', 2 * HOUR)] })
    expect(run.asked).toEqual(['0 send 1 try 1'])
    expect(states(run)).toEqual(['1 expired after 1'])
  })

  test('after sixteen tries it is looked up once, and given up', async () => {
    const send = Array.from({ length: MAX_TRIES }, () => later('server-error'))
    const run = await runDry([makePost(1, noon, { expiresAt: plus(noon, 24 * HOUR) })], { send })
    expect(run.asked.map((a) => a.replace(/^\d+ /, ''))).toEqual([
      ...Array.from({ length: MAX_TRIES }, (_, i) => `send 1 try ${i + 1}`),
      'look 1',
    ])
    expect(run.deliveries[0]).toMatchObject({ state: 'dead', lastError: 'server-error: why' })
  })

  test('unless it was heard after all', async () => {
    const send = Array.from({ length: MAX_TRIES }, () => later('unreachable'))
    const lookUp = [{ kind: 'found', remoteId: '77' } as const]
    const run = await runDry([makePost(1, noon, { expiresAt: plus(noon, 24 * HOUR) })], {
      send,
      lookUp,
    })
    expect(run.deliveries[0]).toMatchObject({ state: 'sent', remoteId: '77' })
  })

  test('a try of unknown fate is not given up unseen when its time runs out', async () => {
    const post = makePost(1, noon, { expiresAt: plus(noon, SECOND) })
    const run = await runDry([post], {
      send: [later('unreachable')],
      lookUp: [
        { kind: 'unknown', detail: 'down' },
        { kind: 'found', remoteId: '77' },
      ],
    })
    expect(run.asked).toEqual(['0 send 1 try 1', '1 look 1', '9 look 1'])
    expect(run.deliveries[0]).toMatchObject({ state: 'sent', remoteId: '77' })
  })

  test.each(['server-error', 'rate-limited'] as const)(
    '%s each time is no proof where the far end can’t be asked',
    async (because) => {
      const run = await runDry([makePost(1, noon)], {
        send: Array.from({ length: MAX_TRIES }, () => later(because)),
        lookUp: [{ kind: 'unknowable', detail: 'it can’t be asked' }],
      })
      expect(states(run)[0]).toMatch(/^1 uncertain/)
      expect(run.at).toBeGreaterThanOrEqual(HOUR)
    },
  )

  test('after a day of asking in vain a person decides', async () => {
    const post = makePost(1, noon, { expiresAt: plus(noon, SECOND) })
    const run = await runDry([post], {
      send: [later('unreachable')],
      lookUp: Array.from({ length: 500 }, () => ({ kind: 'unknown', detail: 'down' }) as const),
    })
    expect(states(run)[0]).toMatch(/^1 uncertain/)
    expect(run.at).toBeGreaterThan(24 * HOUR)
    expect(run.at).toBeLessThan(25 * HOUR)
  })

  test('a channel that throws has failed like the network', async () => {
    const run = await runDry([makePost(1, noon)], { send: [new Error('a bug')] })
    expect(states(run)).toEqual(['1 sent after 2'])
    expect(run.logged[0]).toBe('error: a channel failed in a way of its own')
  })

  test('a channel that never answers is given up', async () => {
    const run = await runDry([makePost(1, noon)], { send: [() => new Promise(() => {})] })
    expect(states(run)).toEqual(['1 sent after 2'])
  })
})

describe('a channel that is paused', () => {
  const unauthorised = { kind: 'paused', because: 'bad-credentials', detail: '401' } as const

  test('raises one alarm, burns no tries, and goes on when somebody has seen to it', async () => {
    const run = await runDry([makePost(1, noon), makePost(2, noon)], {
      send: [unauthorised],
      check: [{ kind: 'ready' }, unauthorised, unauthorised, { kind: 'unknown', detail: '503' }],
    })
    // Asked after 1, 3, 7 and 15 minutes.
    expect(run.asked).toEqual(['0 send 1 try 1', '15 send 1 try 1', '15 send 2 try 1'])
    expect(states(run)).toEqual(['1 sent after 1', '2 sent after 1'])
    expect(run.logged).toEqual([
      'error: x (avs_provstad) is paused until somebody sees to it; nothing is lost meanwhile',
    ])
    expect(run.metrics).toContain('kvitter_channel_paused{channel="x",account="avs_provstad"} 0')
  })

  test('is found out at the start, before anything is tried', async () => {
    const check = Array.from({ length: 99 }, () => unauthorised)
    const run = await runDry([makePost(1, noon)], { check }, { untilMs: HOUR })
    expect(run.asked).toEqual([])
    expect(states(run)).toEqual(['1 due after 0'])
    expect(run.metrics).toContain('kvitter_channel_paused{channel="x",account="avs_provstad"} 1')
  })
})

describe('order at a station', () => {
  const again = (n: number, of: number, at: EpochMs) =>
    makePost(n, at, { kind: 'close', items: [makeItem(of, noon)] })

  test('room again is not said before full has been', async () => {
    const send = [later('rate-limited', 30 * SECOND)]
    const full = makePost(1, noon, { items: [makeItem(1, noon), makeItem(9, noon)] })
    const run = await runDry([full, again(2, 1, plus(noon, SECOND))], { send })
    expect(run.asked).toEqual(['0 send 1 try 1', '1 send 1 try 2', '1 send 2 try 1'])
    expect(states(run)).toEqual(['1 sent after 2', '2 sent after 1'])
  })

  test('full that was over before it was said, and its taking back, are not said', async () => {
    const send = [later('rate-limited', 10 * MINUTE)]
    const run = await runDry([makePost(1, noon), again(2, 1, plus(noon, 5 * MINUTE))], { send })
    expect(run.asked).toEqual(['0 send 1 try 1', '10 look 1'])
    expect(states(run)).toEqual(['1 expired after 2', '2 expired after 1'])
  })

  test('full that turns out to have been heard is taken back', async () => {
    const run = await runDry([makePost(1, noon), again(2, 1, plus(noon, MINUTE))], {
      send: [later('unreachable', 10 * MINUTE)],
      lookUp: [{ kind: 'found', remoteId: '77' }],
    })
    expect(run.asked).toEqual(['0 send 1 try 1', '10 look 1', '10 send 2 try 1'])
    expect(states(run)).toEqual(['1 sent after 2', '2 sent after 1'])
  })
})

describe('posts of a station on one account', () => {
  const first = (n: number) => makePost(n, noon, { expiresAt: plus(noon, 6 * HOUR) })
  const next = plus(noon, SECOND)

  test('go out in their order, also when the first has trouble', async () => {
    const send = [later('server-error'), later('unreachable')]
    const run = await runDry([first(1), otherPost(2, next)], { send })
    expect(run.asked).toEqual([
      '0 send 1 try 1',
      '0 send 1 try 2',
      '0 send 1 try 3',
      '0 send 2 try 1',
    ])
  })

  test('wait a quarter of an hour at most for one that doesn’t get out', async () => {
    const send = Array.from({ length: MAX_TRIES }, () => later('server-error', 20 * MINUTE))
    const script: Script = {
      send: [() => Promise.resolve(send.shift()!), () => Promise.resolve({ kind: 'sent' })],
    }
    const run = await runDry([first(1), otherPost(2, next)], script)
    expect(run.asked.slice(0, 2)).toEqual(['0 send 1 try 1', '15 send 2 try 1'])
  })

  test('what is important waits for nothing that isn’t', async () => {
    const send = [later('server-error', 5 * MINUTE)]
    const broken = otherPost(2, next, { priority: 80 })
    const run = await runDry([first(1), broken], { send })
    expect(run.asked).toEqual(['0 send 1 try 1', '1 send 2 try 1', '5 send 1 try 2'])
  })

  test('are of no interest to another station’s', async () => {
    const send = [later('server-error', 5 * MINUTE)]
    const elsewhere = otherPost(2, next, { stationId: hamnen.id })
    const run = await runDry([first(1), elsewhere], { send })
    expect(run.asked).toEqual(['0 send 1 try 1', '1 send 2 try 1', '5 send 1 try 2'])
  })
})

describe('a newer state', () => {
  const limited = () => [later('rate-limited', 10 * MINUTE)]
  const five = plus(noon, 5 * MINUTE)

  test('takes the place of an older one that was not said', async () => {
    const run = await runDry([makePost(1, noon), makePost(2, five)], { send: limited() })
    expect(run.asked).toEqual(['0 send 1 try 1', '10 send 2 try 1', '10 look 1'])
    expect(states(run)).toEqual(['1 expired after 2', '2 sent after 1'])
    expect(run.deliveries[1]!.lastError).toBe('a newer post says how things stand')
  })

  test('comes after an older one that turns out to have been heard', async () => {
    const lookUp = [{ kind: 'found', remoteId: '77' } as const]
    const run = await runDry([makePost(1, noon), makePost(2, five)], {
      send: [later('unreachable', 10 * MINUTE)],
      lookUp,
    })
    expect(states(run)).toEqual(['1 sent after 2', '2 sent after 1'])
  })

  test('by a bigger rule speaks for the smaller', async () => {
    const { containerId: _, ...item } = makeItem(2, five, {
      ruleId: 'nearly_all',
      subject: ekudden.id,
    })
    const nearlyAll = makePost(2, five, { items: [item] })
    const overrules = (bigger: string, smaller: string) =>
      bigger === 'nearly_all' && smaller === 'full'
    const run = await runDry([makePost(1, noon), nearlyAll], { send: limited() }, { overrules })
    expect(states(run)).toEqual(['1 expired after 2', '2 sent after 1'])
  })

  test('in the day’s digest speaks for what was not said before it', async () => {
    const { stationId: _, ...digest } = makePost(2, five, {
      kind: 'digest',
      items: [makeItem(2, five, { stationId: ekudden.id })],
    })
    const run = await runDry([makePost(1, noon), digest], { send: limited() })
    expect(states(run)).toEqual(['1 expired after 2', '2 sent after 1'])
  })

  test('overtakes a digest only when it says all of it', async () => {
    const { stationId: _, ...digest } = makePost(1, noon, {
      kind: 'digest',
      items: [
        makeItem(1, noon, { stationId: ekudden.id }),
        { ...makeOtherItem(1, noon), stationId: ekudden.id },
      ],
    })
    const run = await runDry([digest, makePost(2, five)], { send: limited() })
    expect(states(run)).toEqual(['1 sent after 2', '2 sent after 1'])
  })

  test('that other readers alone are told of takes nobody’s place', async () => {
    await keepPosts(store, [makePost(1, noon)])
    await keepPosts(store, [makePost(2, five)], [{ channel: 'x', account: 'ekudden' }])
    const run = await runDry([], {}, { untilMs: HOUR })
    expect(run.asked).toEqual(['0 send 1 try 1'])
  })

  test('that came to nothing leaves nothing standing that is over', async () => {
    const minutes = (n: number) => plus(noon, n * MINUTE)
    const over = (n: number, of: number, at: EpochMs) =>
      makePost(n, at, { kind: 'close', items: [makeItem(of, noon)] })
    const posts = [
      makePost(1, noon),
      over(2, 1, minutes(5)),
      makePost(3, minutes(10), { sendAt: minutes(12) }),
      over(4, 3, minutes(30)),
    ]
    const send: Answer<Outcome>[] = [
      { kind: 'sent' },
      later('server-error', 6 * MINUTE),
      later('rate-limited', 25 * MINUTE),
    ]
    const run = await runDry(posts, { send })
    expect(states(run)).toEqual([
      '1 sent after 1',
      '2 expired after 2',
      '3 expired after 2',
      '4 sent after 1',
    ])
  })
})

describe('the worker', () => {
  test('takes over what a dead worker had under way', async () => {
    await keepPosts(store, [makePost(1, noon)])
    await store.claimDelivery(onX, noon, MINUTE)
    const run = await runDry([], {})
    expect(run.asked).toEqual(['1 send 1 try 2'])
  })

  test('refuses a lease shorter than a call', () => {
    const channels = [scripted({}, [])]
    const options = { store, channels, clock: () => noon, leaseMs: 200 } as const
    const log = { info() {}, warn() {}, error() {} }
    expect(() => startDeliveries({ ...options, log })).toThrow(
      'leaseMs must be longer than 200, the longest call of x',
    )
  })

  test('goes on when the outbox could not be written for a while', async () => {
    let failures = 3
    const shaky: Store = {
      ...store,
      claimDelivery: (...given) =>
        failures-- > 0 ? Promise.reject(new Error('disk full')) : store.claimDelivery(...given),
    }
    const run = await runDry([makePost(1, noon)], {}, { store: shaky })
    expect(states(run)).toEqual(['1 sent after 1'])
    expect(run.logged).toHaveLength(3)
  })

  test('is woken by a poke, even one that comes while it works', async () => {
    const asked: string[] = []
    const delivered: string[] = []
    const slow = Promise.withResolvers<Outcome>()
    const two = Promise.withResolvers<void>()
    const script: Script = { send: [() => slow.promise] }
    await keepPosts(store, [makePost(1, noon)])
    const started = Promise.withResolvers<void>()
    const channel = scripted(script, asked)
    await using worker = startDeliveries({
      store,
      channels: [
        {
          ...channel,
          longestMs: 20_000,
          send: (delivery, turn) => {
            started.resolve()
            return channel.send(delivery, turn)
          },
        },
      ],
      clock: () => noon,
      log: { info() {}, warn() {}, error() {} },
      leaseMs: MINUTE,
      // Nothing but a poke would wake it within the test's time.
      pollMs: HOUR,
      onDelivered(delivery) {
        delivered.push(delivery.postKey)
        if (delivered.length === 2) two.resolve()
      },
    })
    await started.promise
    worker.poke()
    await keepPosts(store, [makePost(2, noon)])
    slow.resolve({ kind: 'sent' })
    worker.poke()
    await two.promise
    expect(delivered).toEqual([postKey(1), postKey(2)])
  })

  test('lets a hanging account delay nobody else', async () => {
    const asked: string[] = []
    const other: WayOut = { channel: 'x', account: 'ekudden' }
    const posts = [1, 2, 3].map((n) => makePost(n, noon))
    await keepPosts(store, posts, [onX, other])
    const done = Promise.withResolvers<string>()
    const hung = Promise.withResolvers<void>()
    const hang = () => {
      hung.resolve()
      return new Promise<never>(() => {})
    }
    const hanging = { ...scripted({ send: [hang] }, asked), longestMs: 9000 }
    const seen: string[] = []
    const worker = startDeliveries({
      store,
      channels: [hanging, scripted({}, [], other)],
      clock: () => noon,
      log: { info() {}, warn() {}, error() {} },
      leaseMs: MINUTE,
      graceMs: 0,
      onDelivered(delivery) {
        seen.push(delivery.account)
        if (seen.length === 3) done.resolve('done')
      },
    })
    expect(await done.promise).toBe('done')
    expect(seen).toEqual(['ekudden', 'ekudden', 'ekudden'])
    await hung.promise
    expect(asked).toEqual(['0 send 1 try 1'])
    await worker[Symbol.asyncDispose]()
    // The call that hung may have been heard: it stays to be tried again.
    const [hangs] = (await store.deliveries({ postKey: postKey(1), limit: 9 })).filter(
      ({ account }) => account === onX.account,
    )
    expect(hangs).toMatchObject({ state: 'due', attempts: 1 })
  })

  test('pauses one account while the other speaks', async () => {
    const other: WayOut = { channel: 'x', account: 'ekudden' }
    await keepPosts(store, [makePost(1, noon)], [onX, other])
    const unauthorised = { kind: 'paused', because: 'bad-credentials', detail: '401' } as const
    const done = Promise.withResolvers<string>()
    await using worker = startDeliveries({
      store,
      channels: [scripted({ check: [unauthorised] }, []), scripted({}, [], other)],
      clock: () => noon,
      log: { info() {}, warn() {}, error() {} },
      leaseMs: MINUTE,
      onDelivered: ({ account }) => done.resolve(account),
    })
    expect(await done.promise).toBe('ekudden')
    expect(
      (await worker.reports()).map(({ account, paused }) => [account, paused?.because]),
    ).toEqual([
      ['avs_provstad', 'bad-credentials'],
      ['ekudden', undefined],
    ])
  })
})
