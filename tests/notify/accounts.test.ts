/** An account's bounds and pauses, and who looks after it: a real store, and a clock that only waiting moves. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startDeliveries } from '#src/notify/deliver.ts'
import type { Deliveries, DeliveryOptions } from '#src/notify/deliver.ts'
import { abortOf } from '#src/notify/sleeper.ts'
import { DAY, HOUR, MINUTE, SECOND, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Post, Store, WayOut } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { castTown, hamnen } from '#tests/support/town.ts'
import { keepPosts, makeItem, makePost, noon, onX } from './deliveries.ts'
import { later, runDry as runDryOn, scripted, states } from './run-dry.ts'
import type { RunOptions, Script } from './run-dry.ts'

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kvitter-accounts-'))
  store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
  await store.saveTown(castTown, noon)
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const runDry = (posts: readonly Post[], script: Script, over: RunOptions = {}) =>
  runDryOn(store, posts, script, over)

/** So many posts at one instant, each about something of its own. */
const many = (count: number, over: Partial<Parameters<typeof makePost>[2]> = {}) =>
  Array.from({ length: count }, (_, i) =>
    makePost(i + 1, noon, { expiresAt: plus(noon, 40 * HOUR), ...over }),
  )
const important = (n: number, at: EpochMs) =>
  makePost(n, at, {
    priority: 80,
    stationId: hamnen.id,
    expiresAt: plus(at, 40 * HOUR),
    items: [makeItem(n, at, { ruleId: 'broken' })],
  })
/** Ten in an hour are granted: four for all, five with the reserve. */
const limits = [{ most: 10, withinMs: HOUR, accounts: [onX.account] }]

describe('a limit of the platform', () => {
  test('is used to a half, and a part of that only by what is important', async () => {
    const minute = plus(noon, MINUTE)
    const posts = [...many(8), important(9, minute), important(0x11, minute)]
    const run = await runDry(posts, { limits })
    expect(run.asked.map((asked) => asked.replace(' try 1', '')).slice(0, 8)).toEqual([
      ...['0 send 1', '0 send 2', '0 send 3', '0 send 4', '1 send 9'],
      // The first four count no longer, and more is due than may be said: what is important goes first.
      ...['60 send 11', '60 send 5', '60 send 6'],
    ])
    expect(run.asked[8]).toMatch(/^6[1-9] send 7/)
  })

  test('is remembered by a restart', async () => {
    await runDry(many(4), { limits })
    const run = await runDry([makePost(5, plus(noon, MINUTE), { expiresAt: plus(noon, DAY) })], {
      limits,
    })
    expect(run.asked).toEqual(['60 send 5 try 1'])
  })

  test('counts what was tried in vain', async () => {
    const send = Array.from({ length: 4 }, () => ({
      kind: 'never' as const,
      because: 'refused' as const,
      detail: '',
    }))
    const run = await runDry(many(5), { limits, send })
    expect(run.asked.at(-1)).toBe('60 send 5 try 1')
  })

  test('is shared by accounts of one app', async () => {
    const other: WayOut = { channel: 'x', account: 'ekudden' }
    await keepPosts(store, many(4), [other])
    for (let n = 0; n < 4; n++) {
      const claimed = (await store.claimDelivery(other, noon, MINUTE))!
      await store.settleDelivery(claimed.id, { state: 'sent', at: noon })
    }
    const shared = [{ ...limits[0]!, accounts: [onX.account, other.account] }]
    const posts = [makePost(9, noon, { expiresAt: plus(noon, DAY) })]
    expect((await runDry(posts, { limits: shared })).asked).toEqual(['60 send 9 try 1'])
  })

  test('lets what is important go first when more is due than may be said', async () => {
    const posts = [...many(4), important(5, noon)]
    const run = await runDry(posts, { limits })
    expect(run.asked[0]).toBe('0 send 5 try 1')
  })
})

describe('the month’s money', () => {
  const prices = { postMicroUsd: 15_000, monthlyMicroUsd: 1_000_000 }
  const month = '2026-05'
  const timeZone = () => 'Europe/Stockholm'

  test('runs short: what is important alone goes out, and staff are told', async () => {
    await store.spend(onX, month, 800_000)
    const posts = [...many(1, { expiresAt: plus(noon, HOUR) }), important(2, plus(noon, MINUTE))]
    let alarms: unknown
    const run = await runDry(
      posts,
      { prices },
      {
        timeZone,
        async onTime(now, outbox) {
          await outbox.lookAfter()
          if (now < plus(noon, 10 * MINUTE)) alarms = (await outbox.reports())[0]?.alarms
        },
      },
    )
    expect(run.asked).toEqual(['1 send 2 try 1'])
    expect(states(run)).toEqual(['1 expired after 0', '2 sent after 1'])
    expect(alarms).toEqual([{ kind: 'money-short', since: noon }])
    expect(run.logged[0]).toBe(
      'warn: x (avs_provstad) may say only what is important until the month is over',
    )
  })

  test('is spent: the account pauses with one alarm, and speaks when the month turns', async () => {
    await store.spend(onX, month, 990_000)
    // Half past eleven on the wall on the last of May.
    const from = Date.parse('2026-05-31T21:30:00Z') as EpochMs
    const posts = [important(1, from)]
    const run = await runDry(posts, { prices }, { timeZone, from, untilMs: 60 * DAY })
    expect(states(run)).toEqual(['1 sent after 1'])
    expect(run.deliveries[0]!.sentAt! - from).toBeLessThanOrEqual(30 * MINUTE + SECOND)
    expect(run.deliveries[0]!.sentAt! - from).toBeGreaterThanOrEqual(30 * MINUTE)
    expect(run.logged).toEqual([
      'error: x (avs_provstad) is paused until the month is over; nothing is lost meanwhile',
    ])
  })

  test('that is raised lifts the pause', async () => {
    await store.spend(onX, month, 990_000)
    await runDry(many(1), { prices }, { timeZone, untilMs: HOUR })
    expect((await store.accountStanding(onX)).paused?.because).toBe('budget-used-up')
    const more = { ...prices, monthlyMicroUsd: 5_000_000 }
    const run = await runDry([], { prices: more }, { timeZone, from: plus(noon, HOUR) })
    expect(states(run)).toEqual(['1 sent after 1'])
    expect(run.logged).toEqual([])
  })
})

describe('a pause', () => {
  const unauthorised = { kind: 'paused', because: 'bad-credentials', detail: '401' } as const

  test('outlasts the process, and is one alarm for all of its time', async () => {
    const check = () => Array.from({ length: 99 }, () => unauthorised)
    const first = await runDry(many(1), { check: check() }, { untilMs: HOUR })
    expect(first.logged).toHaveLength(1)
    const again = await runDry(
      [],
      { check: check() },
      { from: plus(noon, HOUR), untilMs: 2 * HOUR },
    )
    expect(again.logged).toEqual([])
    expect(await store.accountStanding(onX)).toEqual({
      paused: { since: noon, because: 'bad-credentials', detail: '401' },
    })
    const last = await runDry([], {}, { from: plus(noon, 2 * HOUR) })
    expect(states(last)).toEqual(['1 sent after 1'])
    expect(await store.accountStanding(onX)).toEqual({})
  })

  test('of staff’s own lasts until they resume, however well the channel is', async () => {
    let resumed = false
    const run = await runDry(
      [makePost(1, plus(noon, MINUTE), { expiresAt: plus(noon, DAY) })],
      {},
      {
        async onTime(now, outbox) {
          if (now < plus(noon, MINUTE)) await outbox.pause(onX, 'Ada', 'a storm')
          if (now > plus(noon, 5 * HOUR) && !resumed) {
            resumed = true
            expect((await outbox.reports())[0]).toMatchObject({
              paused: { because: 'staff', by: 'Ada', detail: 'a storm' },
              alarms: [],
              due: { count: 1 },
            })
            await outbox.resume(onX, 'Ada')
          }
        },
      },
    )
    expect(states(run)).toEqual(['1 sent after 1'])
    expect(run.deliveries[0]!.sentAt! - noon).toBeGreaterThan(5 * HOUR)
  })

  test('that staff lift comes back where the trouble is still there', async () => {
    const check = Array.from({ length: 99 }, () => unauthorised)
    let resumed = false
    const run = await runDry(
      many(1),
      { check },
      {
        untilMs: HOUR,
        async onTime(now, outbox) {
          if (resumed || now < plus(noon, 10 * MINUTE)) return
          resumed = true
          await outbox.resume(onX, 'Ada')
        },
      },
    )
    expect(run.asked).toEqual([])
    expect(run.logged).toHaveLength(2)
    expect((await store.accountStanding(onX)).paused?.because).toBe('bad-credentials')
  })

  test('that a good check lifts and the next post meets again is still the same alarm', async () => {
    const refused = { kind: 'paused', because: 'bad-credentials', detail: '403 scope' } as const
    const send = Array.from({ length: 99 }, () => refused)
    let standings: unknown[] = []
    const run = await runDry(
      many(1),
      { send },
      {
        untilMs: 3 * HOUR,
        async onTime() {
          const { paused } = await store.accountStanding(onX)
          standings = [...new Set([...standings, paused && paused.since - noon])]
        },
      },
    )
    expect(run.logged).toEqual([
      'error: x (avs_provstad) is paused until somebody sees to it; nothing is lost meanwhile',
    ])
    expect(standings).toEqual([0])
    const minutes = run.asked.map((asked) => Number.parseInt(asked))
    expect(minutes.slice(0, 6)).toEqual([0, 1, 3, 7, 15, 30])
    const last = await runDry(many(1), { send: [refused] }, { from: plus(noon, 4 * HOUR) })
    expect(states(last)).toEqual(['1 sent after 1'])
    expect(await store.accountStanding(onX)).toEqual({})
  })

  test('that a good check lifts is the same alarm after a restart too', async () => {
    const refused = { kind: 'paused', because: 'bad-credentials', detail: '403 scope' } as const
    const send = () => Array.from({ length: 99 }, () => refused)
    await runDry(many(1), { send: send() }, { untilMs: HOUR })
    const again = await runDry([], { send: send() }, { from: plus(noon, HOUR), untilMs: 2 * HOUR })
    expect(again.logged).toEqual([])
    expect((await store.accountStanding(onX)).paused?.since).toBe(noon)
  })

  test('is nobody’s where there is no such account', async () => {
    await runDry(
      many(1),
      {},
      {
        async onTime(_, outbox) {
          expect(await outbox.pause({ channel: 'x', account: 'nobody' }, 'Ada', '')).toBe(false)
          expect(await outbox.resume({ channel: 'x', account: 'nobody' }, 'Ada')).toBe(false)
        },
      },
    )
  })
})

describe('an account from which nothing leaves', () => {
  /** One post an hour for two days, each old after half a day. */
  const hourly = Array.from({ length: 48 }, (_, i) =>
    makePost(i + 1, plus(noon, i * HOUR), { expiresAt: plus(noon, (i + 12) * HOUR) }),
  )
  const down = () => Array.from({ length: 2000 }, () => later('rate-limited', 30 * MINUTE))

  test('is told of once after a day, by a metric too, until something leaves it', async () => {
    const kinds: string[] = []
    const first = makePost(99, plus(noon, -HOUR), { expiresAt: noon })
    await runDry([first], {}, { from: plus(noon, -HOUR) })
    const metrics = new Registry()
    const send = [...down().slice(0, 100)]
    const run = await runDry(
      hourly,
      { send },
      {
        untilMs: 60 * HOUR,
        metrics,
        async onTime(now, outbox) {
          await outbox.lookAfter()
          const [report] = await outbox.reports()
          const hour = Math.floor((now - noon) / HOUR)
          for (const { kind } of report!.alarms)
            if (!kinds.includes(`${hour} ${kind}`)) kinds.push(`${hour} ${kind}`)
        },
      },
    )
    expect(kinds[0]).toBe('23 nothing-leaves')
    expect(run.logged.filter((line) => line.includes('nothing has left'))).toEqual([
      'error: nothing has left x (avs_provstad) for a day, though it should have',
    ])
    expect(run.deliveries.some(({ state }) => state === 'sent')).toBe(true)
    expect(await store.accountStanding(onX)).toEqual({})
    expect(await metrics.metrics()).toContain(
      'kvitter_channel_alarm{channel="x",account="avs_provstad",kind="nothing-leaves"} 0',
    )
  })

  test('is told of also where each post is refused at once and every check goes well', async () => {
    const first = makePost(99, plus(noon, -HOUR), { expiresAt: noon })
    await runDry([first], {}, { from: plus(noon, -HOUR) })
    const send = Array.from({ length: 30 }, () => {
      return { kind: 'never', because: 'refused', detail: '403' } as const
    })
    const since: unknown[] = []
    await runDry(
      hourly,
      { send },
      {
        async onTime(_, outbox) {
          await outbox.lookAfter()
          const { stuckSince } = await store.accountStanding(onX)
          const hour = stuckSince && Math.floor((stuckSince - noon) / HOUR)
          if (since.at(-1) !== hour) since.push(hour)
        },
      },
    )
    expect(since).toEqual([23, undefined])
  })

  test('since it is paused is told of once, as that', async () => {
    const first = makePost(99, plus(noon, -HOUR), { expiresAt: noon })
    await runDry([first], {}, { from: plus(noon, -HOUR) })
    const unauthorised = { kind: 'paused', because: 'bad-credentials', detail: '401' } as const
    const run = await runDry(
      hourly,
      { check: Array.from({ length: 200 }, () => unauthorised) },
      { untilMs: 30 * HOUR, onTime: (_, outbox) => outbox.lookAfter() },
    )
    expect(run.logged.filter((line) => line.startsWith('error'))).toEqual([
      'error: x (avs_provstad) is paused until somebody sees to it; nothing is lost meanwhile',
    ])
    expect((await store.accountStanding(onX)).stuckSince).toBeUndefined()
  })

  test('and one that can’t be checked for a day is told of, also across a restart', async () => {
    const check = () =>
      Array.from({ length: 99 }, () => ({ kind: 'unknown', detail: '503' }) as const)
    const waiting = [makePost(1, plus(noon, 90 * HOUR))]
    await runDry(waiting, { check: check() }, { untilMs: 12 * HOUR })
    let alarms: readonly { kind: string }[] = []
    await runDry(
      waiting,
      { check: check() },
      {
        from: plus(noon, 12 * HOUR),
        untilMs: 26 * HOUR,
        async onTime(_, outbox) {
          ;({ alarms } = (await outbox.reports())[0]!)
        },
      },
    )
    expect(alarms).toEqual([{ kind: 'unchecked', since: noon }])
  })
})

describe('a channel whose posts come apart into pieces', () => {
  const queue = 'email'
  const at = (hours: number) => plus(noon, hours * HOUR)
  const put = (key: string, dueAt: EpochMs) =>
    store.putWork([{ queue, key, body: '', dueAt, expiresAt: plus(dueAt, 2 * HOUR) }])
  const finish = async (now: EpochMs, unsaid?: true) => {
    const { works } = await store.claimWork(queue, now, MINUTE, 10)
    const outcome = { state: 'done', ...(unsaid && { unsaid }) } as const
    const settled = works.map(({ id }) => ({ id, outcome }))
    await store.settleWork(settled, now)
    return works.length
  }

  test('has an alarm when none of them is done for a day, until one is', async () => {
    let now = noon
    const channel = { ...scripted({}, []), queue }
    await using outbox = startDeliveries({
      store,
      channels: [channel],
      clock: () => now,
      log: { info() {}, warn() {}, error() {} },
      leaseMs: MINUTE,
      wait: async (_, signal) => void (await abortOf(signal)),
    })
    // Answers when the account's standing is known.
    await outbox.resume(onX, 'Ada')
    const isStuck = async (hours: number) => {
      now = at(hours)
      await outbox.lookAfter()
      return (await store.accountStanding(onX)).stuckSince !== undefined
    }
    await put('a', at(0))
    expect(await finish(at(0))).toBe(1)
    await put('b', at(22.5))
    expect(await isStuck(23.9)).toBe(false)
    expect(await isStuck(24)).toBe(true)
    // It grows old, and of another there is nothing to say any more.
    await put('c', at(25))
    expect(await finish(at(25), true)).toBe(1)
    expect(await isStuck(26)).toBe(true)
    await put('d', at(27))
    expect(await finish(at(27))).toBe(1)
    expect(await isStuck(27)).toBe(false)
  })

  test('with nobody to tell has no alarm any more when a post is sent', async () => {
    await store.keepAccountStanding(onX, { stuckSince: at(-1) })
    await runDry(
      [makePost(1, at(0)), makePost(2, at(2))],
      {},
      {
        channels: [{ ...scripted({}, []), queue }],
        onTime: (_, outbox) => outbox.lookAfter(),
      },
    )
    expect(await store.accountStanding(onX)).toEqual({})
  })

  test.each([
    ['is asked every six hours whether it can be used, though posts are sent', { queue }, 2],
    ['as others are only when they have said nothing', {}, 1],
  ])('%s', async (_, more, times) => {
    let checks = 0
    const hourly = Array.from({ length: 10 }, (__, i) => makePost(i + 1, at(i)))
    const channel = {
      ...scripted({}, []),
      ...more,
      check: async () => {
        checks += 1
        return { kind: 'ready' } as const
      },
    }
    await runDry(hourly, {}, { channels: [channel] })
    expect(checks).toBe(times)
  })
})

describe('a worker', () => {
  const log = () => {
    const errors: string[] = []
    return {
      errors,
      log: { info() {}, warn() {}, error: (_: object, m: string) => void errors.push(m) },
    }
  }

  test('whose loop dies is started anew, and it is seen', async () => {
    const { errors, log: told } = log()
    let died = false
    const sent = Promise.withResolvers<void>()
    const wait: DeliveryOptions['wait'] = async (_, signal) => {
      if (!died) {
        died = true
        await keepPosts(store, [makePost(1, noon)])
        throw new Error('a bug')
      }
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve())
      })
    }
    const shaky: Store = {
      ...store,
      // What is thrown while it waits after a failure nothing catches.
      nextDeliveryAt: (...given) =>
        died ? store.nextDeliveryAt(...given) : Promise.reject(new Error('disk full')),
    }
    await using _ = startDeliveries({
      store: shaky,
      channels: [scripted({}, [])],
      clock: () => noon,
      log: told,
      leaseMs: MINUTE,
      wait,
      onDelivered: () => sent.resolve(),
    })
    await sent.promise
    expect(errors).toContain('the worker of x (avs_provstad) died and is started anew')
  })

  test('whose loop never comes round again is told of, by a metric too', async () => {
    const { errors, log: told } = log()
    let now = noon
    const metrics = new Registry()
    const asleep = Promise.withResolvers<void>()
    await using outbox = startDeliveries({
      store,
      channels: [scripted({}, [])],
      clock: () => now,
      log: told,
      leaseMs: MINUTE,
      metrics,
      async wait(_, signal) {
        asleep.resolve()
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve())
        })
      },
    })
    await asleep.promise
    now = plus(noon, 19 * MINUTE)
    await outbox.lookAfter()
    expect((await outbox.reports())[0]!.alarms).toEqual([])
    now = plus(noon, 20 * MINUTE)
    await outbox.lookAfter()
    await outbox.lookAfter()
    expect((await outbox.reports())[0]!.alarms).toEqual([{ kind: 'stalled', since: noon }])
    expect(errors).toHaveLength(1)
    expect(await metrics.metrics()).toContain(
      'kvitter_channel_alarm{channel="x",account="avs_provstad",kind="stalled"} 1',
    )
  })
})

describe('accounts that come and go', () => {
  const ekudden: WayOut = { channel: 'x', account: 'ekudden' }
  let now: EpochMs
  let sent: string[]
  let outbox: Deliveries
  let some: PromiseWithResolvers<void>
  beforeEach(() => {
    now = noon
    sent = []
    some = Promise.withResolvers()
    outbox = startDeliveries({
      store,
      channels: [scripted({}, [])],
      clock: () => now,
      log: { info() {}, warn() {}, error() {} },
      leaseMs: MINUTE,
      pollMs: HOUR,
      onDelivered({ account, postKey: key }) {
        sent.push(`${account} ${Number(key)}`)
        some.resolve()
        some = Promise.withResolvers()
      },
    })
  })
  afterEach(() => outbox[Symbol.asyncDispose]())

  test('a new one speaks at once, one that stays isn’t opened anew', async () => {
    const asked: string[] = []
    await outbox.follow([scripted({}, asked), scripted({}, [], ekudden)], () => true)
    const both = some.promise
    await keepPosts(store, [makePost(1, noon)], [ekudden])
    outbox.poke()
    await both
    const next = some.promise
    await keepPosts(store, [makePost(2, noon)], [onX])
    outbox.poke()
    await next
    expect(sent).toEqual(['ekudden 1', 'avs_provstad 2'])
    // The one that was opened for the change was never asked.
    expect(asked).toEqual([])
  })

  test('one that has changed is opened anew', async () => {
    const asked: string[] = []
    await outbox.follow([scripted({}, asked)], () => false)
    const next = some.promise
    await keepPosts(store, [makePost(1, noon)])
    outbox.poke()
    await next
    expect(asked).toEqual(['0 send 1 try 1'])
  })

  test('what waits for one that went grows old, and is seen', async () => {
    await outbox.follow([], () => true)
    await keepPosts(store, [makePost(1, noon), makePost(2, noon)])
    // Tried before the account went, and nobody can ask about it any more.
    await store.claimDelivery(onX, noon, MINUTE)
    now = plus(noon, HOUR)
    await outbox.lookAfter()
    expect(await store.deliveries({ states: ['due', 'sending'], limit: 9 })).toHaveLength(2)
    now = plus(noon, HOUR + MINUTE)
    await outbox.lookAfter()
    const ended = await store.deliveries({ limit: 9 })
    expect(ended.map((d) => [Number(d.postKey), d.state, d.lastError])).toEqual([
      [2, 'expired', 'too late to be news'],
      [
        1,
        'uncertain',
        'the account left the town before it could be found out whether it was heard',
      ],
    ])
    expect(await outbox.reports()).toEqual([])
  })

  test('of one that is there only what was never tried grows old by itself', async () => {
    await outbox.pause(onX, 'Ada', '')
    await keepPosts(store, [makePost(1, noon), makePost(2, noon)])
    await store.claimDelivery(onX, noon, MINUTE)
    now = plus(noon, 2 * HOUR)
    await outbox.lookAfter()
    const states = (await store.deliveries({ limit: 9 })).map((d) => d.state)
    expect(states).toEqual(['expired', 'sending'])
  })

  test('a lease too short for a new one is refused before anything is stopped', async () => {
    const slow = { ...scripted({}, [], ekudden), longestMs: MINUTE }
    await expect(outbox.follow([slow], () => true)).rejects.toThrow('leaseMs must be longer')
    expect((await outbox.reports()).map(({ account }) => account)).toEqual([onX.account])
  })
})

test('a report tells all of an account', async () => {
  await runDry(many(3), {
    limits,
    send: [{ kind: 'sent' }, { kind: 'never', because: 'refused', detail: '400' }],
  })
  await store.spend(onX, '2026-05', 30_000)
  await keepPosts(store, [makePost(9, noon)])
  const outbox = startDeliveries({
    channels: [
      scripted({ limits, prices: { postMicroUsd: 15_000, monthlyMicroUsd: 1_000_000 } }, []),
    ],
    clock: () => noon,
    log: { info() {}, warn() {}, error() {} },
    leaseMs: MINUTE,
    // Asleep, so that what is due stays so.
    store: { ...store, claimDelivery: async () => undefined },
  })
  const [report] = await outbox.reports()
  await outbox[Symbol.asyncDispose]()
  expect(report).toEqual({
    ...onX,
    counts: { due: 1, dead: 1, sent: 2 },
    lastSentAt: noon,
    alarms: [],
    due: { count: 1, oldestSendAt: noon },
    allowances: [{ granted: 10, withinMs: HOUR, used: 3, left: 1, leftForImportant: 2 }],
    money: {
      month: '2026-05',
      spentMicroUsd: 30_000,
      budget: {
        monthlyMicroUsd: 1_000_000,
        leftMicroUsd: 770_000,
        leftForImportantMicroUsd: 970_000,
      },
    },
  })
})
