/** Notifications to browsers, at a push service on loopback that decrypts them and verifies who sent. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { correctionKey } from '#src/rules/post-key.ts'
import { DAY, HOUR, MINUTE, SECOND } from '#src/stations/time.ts'
import { pushWorker } from '#src/notify/direct/push-work.ts'
import { openPushSender, type PushSender } from '#src/notify/direct/push-sender.ts'
import { openVapidKeys } from '#src/notify/direct/vapid.ts'
import { createPushServices } from '#src/notify/direct/push-services.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { isPublicAddress, isPublicName } from '#src/store/public-host.ts'
import { openSealer } from '#src/store/sealer.ts'
import { openSubscriberDesk } from '#src/store/subscriber-desk.ts'
import { openssl, startFakePush, type FakePush } from '#tests/support/fake-push.ts'
import { castTown, ekudden, hamnen } from '#tests/support/town.ts'
import { until } from '#tests/support/until.ts'
import { makeItem, makePost, postKey } from '../deliveries.ts'
import { noon, openDirectBench, PUBLIC_URL, SECRET, type DirectBench } from './bench.ts'

const full = (n = 1) => makePost(n, noon, { items: [makeItem(n, noon)] })

describe.skipIf(openssl === undefined)('a push service', () => {
  let push: FakePush
  let town: DirectBench
  beforeEach(async () => {
    push = await startFakePush()
    town = await openDirectBench({ push, timeoutMs: 500 })
  })
  afterEach(async () => {
    await town[Symbol.asyncDispose]()
    await push[Symbol.asyncDispose]()
  })

  test('is given what only the browser can read, signed as the town', async () => {
    const { name } = await town.followByPush()
    town.pass(10 * MINUTE)
    await town.say(full())
    expect(await town.workOff('push')).toEqual(['done'])
    expect(push.refused).toEqual([])
    const [message] = push.pushed
    expect(message!.browser).toBe(name)
    expect(message!.payload).toEqual({
      title: 'Ekudden',
      body: 'Ekudden: behållaren för pappersförpackningar är full sedan 10:15, enligt givare & besökare. (1)',
      url: `${PUBLIC_URL}/p/${postKey(1)}`,
      lang: 'sv',
      tag: postKey(1),
      ends: [],
      at: noon,
    })
    expect(message!.claims).toMatchObject({ aud: push.url, sub: 'mailto:avs@provstad.example' })
    // Fifty minutes are left until the post is no news any more.
    expect(message!.headers).toMatchObject({
      ttl: '3000',
      urgency: 'normal',
      topic: postKey(1),
      'content-encoding': 'aes128gcm',
    })
  })

  test('is told who follows what, in the language of each', async () => {
    await town.followByPush({ stations: [hamnen.id] })
    const english = await town.followByPush({ language: 'en', stations: [ekudden.id] })
    await town.followByPush({ fractions: ['metal'] })
    await town.say(full())
    await town.workOff('push')
    expect(push.pushed.map(({ browser, payload }) => [browser, payload.body])).toEqual([
      [english.name, 'In English (1)'],
    ])
  })

  test('keeps one message for a thread: what is over takes the place of what began it', async () => {
    await town.followByPush()
    await town.say(full())
    await town.workOff('push')
    await town.say(makePost(2, noon, { items: [makeItem(2, noon)] }))
    await town.workOff('push')
    town.pass(MINUTE)
    const both = [makeItem(1, noon), makeItem(2, noon)]
    await town.say(makePost(3, noon, { kind: 'close', replyTo: postKey(2), items: both }))
    await town.workOff('push')
    const [, second, close] = push.pushed
    expect([close!.payload.tag, close!.headers['topic']]).toEqual([postKey(2), postKey(2)])
    expect(second!.payload.tag).toBe(postKey(2))
    expect(close!.payload.ends).toEqual([postKey(1)])
    expect(close!.headers['urgency']).toBe('low')
  })

  test.each(['404', '410'] as const)(
    '%s: the browser has ended it and is forgotten',
    async (trouble) => {
      const { token } = await town.followByPush()
      push.troubles.push(trouble)
      await town.say(full())
      expect(await town.workOff('push')).toEqual(['done'])
      expect(await town.desk.counts()).toEqual({ email: 0, push: 0 })
      expect(await town.desk.open(token)).toBeUndefined()
    },
  )

  test('429 waits as long as it asks, and so does whoever else goes there', async () => {
    await town.followByPush()
    await town.followByPush()
    push.troubles.push('429')
    await town.say(full())
    expect(await town.workOff('push')).toEqual(['due in 95 s', 'due in 95 s'])
    town.pass(95 * SECOND)
    expect(await town.workOff('push')).toEqual(['done', 'done'])
    expect(push.pushed).toHaveLength(2)
  })

  test.each(['500', '503', '503-json', 'cut', 'hang'] as const)(
    '%s is tried again',
    async (trouble) => {
      await town.followByPush()
      push.troubles.push(trouble)
      await town.say(full())
      expect(await town.workOff('push')).toEqual(['due in 9 s'])
      town.pass(9 * SECOND)
      expect(await town.workOff('push')).toEqual(['done'])
      expect(push.pushed).toHaveLength(1)
    },
  )

  test.each(['cut-after', '503-after'] as const)(
    'after %s it comes again under the same name, so that one is shown',
    async (trouble) => {
      await town.followByPush()
      push.troubles.push(trouble)
      await town.say(full())
      expect(await town.workOff('push')).toEqual(['due in 9 s'])
      town.pass(9 * SECOND)
      expect(await town.workOff('push')).toEqual(['done'])
      const [first, second] = push.pushed
      expect(push.pushed).toHaveLength(2)
      expect(second!.payload).toEqual(first!.payload)
      expect(second!.headers['topic']).toBe(first!.headers['topic'])
    },
  )

  test('that doesn’t believe who we are is left alone, with one error, and nobody loses anything', async () => {
    await town.followByPush()
    await town.followByPush()
    push.troubles.push('401')
    await town.say(full())
    expect(await town.workOff('push')).toEqual(['due in 9 s', 'due in 9 s'])
    expect(town.logged).toHaveLength(1)
    expect(town.logged[0]).toContain('the push service answered 401')
    town.pass(9 * SECOND)
    expect(await town.workOff('push')).toEqual(['done', 'done'])
    expect(push.pushed).toHaveLength(2)
  })

  test.each(['403', '413', 'redirect'] as const)(
    '%s is given up, and the browser kept',
    async (trouble) => {
      await town.followByPush()
      push.troubles.push(trouble)
      await town.say(full())
      expect(await town.workOff('push')).toEqual(['dead'])
      expect(await town.desk.counts()).toEqual({ email: 0, push: 1 })
      expect(town.logged).toHaveLength(1)
    },
  )

  describe('and a browser that is never reached', () => {
    /** One after the other; the first that followed is told first or last, by chance. */
    const tell = async (n: number) => {
      await town.say(makePost(n, town.now(), { items: [makeItem(n, town.now())] }))
      await town.workOff('push')
    }
    /** Its service answers for others, and refuses this one. */
    const refuseOne = () => push.unreached.add(first.name)
    let first: { readonly name: string }
    beforeEach(async () => {
      first = await town.followByPush()
    })

    test('is forgotten after two weeks, while others are', async () => {
      await town.followByPush()
      refuseOne()
      for (let n = 1; n <= 3; n += 1) await tell(n)
      town.pass(14 * DAY - 1)
      await tell(4)
      expect(await town.desk.counts()).toEqual({ email: 0, push: 2 })
      town.pass(1)
      await tell(5)
      expect(await town.desk.counts()).toEqual({ email: 0, push: 1 })
      expect(town.logged.at(-1)).toBe(
        '{"channel":"push","text":"a browser that nothing reached for weeks was forgotten"}',
      )
    })

    test('is kept while nobody is: it may be us', async () => {
      refuseOne()
      for (let n = 1; n <= 4; n += 1) {
        await tell(n)
        town.pass(7 * DAY)
      }
      expect(await town.desk.counts()).toEqual({ email: 0, push: 1 })
    })

    test('is forgiven when one comes through', async () => {
      await town.followByPush()
      refuseOne()
      for (let n = 1; n <= 3; n += 1) await tell(n)
      town.pass(13 * DAY)
      push.unreached.clear()
      await tell(4)
      refuseOne()
      town.pass(13 * DAY)
      for (let n = 5; n <= 7; n += 1) await tell(n)
      expect(await town.desk.counts()).toEqual({ email: 0, push: 2 })
    })
  })

  test('is told nothing that is over or wrong by then', async () => {
    await town.followByPush()
    push.troubles.push('500')
    await town.say(full())
    await town.workOff('push')
    const key = correctionKey(postKey(1))
    await town.say(
      makePost(2, noon, { key, kind: 'correction', corrects: postKey(1), replyTo: postKey(1) }),
    )
    town.pass(MINUTE)
    expect(await town.workOff('push')).toEqual(['done', 'done'])
    expect(push.pushed.map(({ payload }) => payload.url)).toEqual([`${PUBLIC_URL}/p/${key}`])
  })

  test('of a browser that subscribes again is known as the same', async () => {
    const target = push.subscribe(town.publicKey)
    const first = await town.desk.askByPush(target, { language: 'sv' }, 'here')
    const second = await town.desk.askByPush(
      target,
      { language: 'en', stations: [hamnen.id] },
      'here',
    )
    expect(second).toEqual(first)
    expect(await town.desk.counts()).toEqual({ email: 0, push: 1 })
    if (second.kind !== 'follows') throw new Error('it should follow')
    expect(await town.desk.open(second.token)).toMatchObject({
      wish: { language: 'en', stations: [hamnen.id] },
    })
    expect(await town.desk.change(second.token, { language: 'sv' })).toBe(true)
    expect(await town.desk.open(second.token)).toMatchObject({ wish: { language: 'sv' } })
    expect(await town.desk.end(second.token)).toBe(true)
    expect(await town.desk.counts()).toEqual({ email: 0, push: 0 })
  })

  test('and its browsers stand neither in the database nor in the log', async () => {
    const { name } = await town.followByPush()
    push.troubles.push('403')
    await town.say(full())
    await town.workOff('push')
    expect(town.logged).toHaveLength(1)
    const everything = `${await town.kept()}${town.logged.join('\n')}`
    expect(everything).not.toContain(name)
    expect(everything).not.toContain('/to/')
    expect(everything).not.toContain(new URL(push.url).host)
  })

  test('is called by the town’s key, which outlives a restart and stands in no file as it is', async () => {
    const { store, sealer, publicKey } = town
    const { privateKey, ...again } = await openVapidKeys(store, sealer)
    expect(again).toEqual({ publicKey })
    expect(await town.kept()).not.toContain(privateKey)
    await expect(openVapidKeys(store, openSealer('another secret'))).rejects.toThrow('secret.key')
  })

  test('is not called at all for a payload that no service carries', async () => {
    const keys = await openVapidKeys(town.store, openSealer(SECRET))
    const sender = openPushSender({ keys, contact: 'avs@example.se', inner: { ca: push.ca } })
    const outcome = await sender.sendPush(
      push.subscribe(keys.publicKey),
      {
        payload: 'å'.repeat(1501),
        topic: 'a',
        expiresAt: noon,
        urgency: 'low',
      },
      { now: noon, signal: new AbortController().signal },
    )
    expect(outcome).toEqual({ kind: 'never', detail: 'too long' })
    sender.close()
  })

  test('inside the town’s network is never called, whatever name leads there', async () => {
    const keys = await openVapidKeys(town.store, openSealer(SECRET))
    const sender = openPushSender({ keys, contact: 'avs@example.se' })
    const target = push.subscribe(keys.publicKey)
    const endpoint = target.endpoint.replace('127.0.0.1', 'localhost')
    const outcome = await sender.sendPush(
      { ...target, endpoint },
      { payload: '{}', topic: 'a', expiresAt: noon, urgency: 'low' },
      { now: noon, signal: new AbortController().signal },
    )
    expect(outcome).toEqual({ kind: 'later', detail: 'EINSIDE' })
    expect(push.refused).toEqual([])
    sender.close()
  })

  test.each([
    'http://push.example.com/a',
    'https://localhost/a',
    'https://127.0.0.1/a',
    'https://2130706433/a',
    'https://10.0.0.7/a',
    'https://[::1]/a',
    'https://[fd00::1]/a',
    'https://203.0.114.9/a',
    'https://printer.local/a',
    'https://db.internal./a',
    'https://router/a',
    'https://user:password@push.example.com/a',
    'https://push.example.com:8443/a',
    `https://push.example.com/${'a'.repeat(1000)}`,
    'nonsense',
  ])('%s is nobody’s', async (endpoint) => {
    const { store, sealer } = town
    const desk = openSubscriberDesk({ store, sealer, clock: () => noon })
    const target = { ...push.subscribe(town.publicKey), endpoint }
    expect(await desk.askByPush(target, { language: 'sv' }, 'here')).toEqual({
      kind: 'refused',
      because: 'endpoint',
    })
  })

  test.each([
    ['p256dh', 'AAAA'],
    ['p256dh', Buffer.alloc(65).toString('base64url')],
    ['auth', 'AAAA'],
  ] as const)('a wrong %s is refused', async (field, value) => {
    const target = { ...push.subscribe(town.publicKey), [field]: value }
    expect(await town.desk.askByPush(target, { language: 'sv' }, 'here')).toEqual({
      kind: 'refused',
      because: 'keys',
    })
  })

  test('keys that are no point of the curve are given up without a word about whose they are', async () => {
    const wrong = Buffer.alloc(65, 1)
    wrong[0] = 4
    const target = { ...push.subscribe(town.publicKey), p256dh: wrong.toString('base64url') }
    await town.desk.askByPush(target, { language: 'sv' }, 'here')
    await town.say(full())
    expect(await town.workOff('push')).toEqual(['dead'])
    expect(town.logged.join()).not.toContain('/to/')
  })

  test('a post is no news after its time', async () => {
    await town.followByPush()
    await town.say(full())
    town.pass(HOUR)
    expect(await town.workOff('push')).toEqual([])
  })
})

describe('hosts that never took a message', () => {
  test('have two places among themselves, and hold up no browser’s maker', () => {
    const services = createPushServices()
    const first = services.enter('a.example')
    const second = services.enter('b.example')
    expect([first, second]).not.toContain(undefined)
    expect(services.enter('c.example')).toBeUndefined()
    for (const host of [
      'fcm.googleapis.com',
      'updates.push.services.mozilla.com',
      'web.push.apple.com',
      'db5p.notify.windows.com',
    ]) {
      expect(services.enter(host)).toBeDefined()
    }
    expect(services.enter('fcm.googleapis.com.example')).toBeUndefined()
    second![Symbol.dispose]()
    expect(services.enter('c.example')).toBeDefined()
  })

  test('are strangers no more once they take one, until they fail', () => {
    const services = createPushServices()
    services.enter('a.example')
    services.enter('b.example')
    services.took('c.example')
    expect(services.enter('c.example')).toBeDefined()
    services.failed('c.example')
    expect(services.enter('c.example')).toBeUndefined()
  })
})

describe.skipIf(openssl === undefined)('push services that hang', () => {
  const handlerOf = (town: DirectBench, sendPush: PushSender['sendPush']) =>
    pushWorker({
      store: town.store,
      sealer: town.sealer,
      sender: { sendPush },
      clock: () => town.now(),
      town: () => indexTown(castTown),
      publicUrl: PUBLIC_URL,
      log: { info() {}, error() {} },
      random: () => 1,
    })

  test('for two weeks, whatever there was to tell, are forgotten', async () => {
    await using cleanUp = new AsyncDisposableStack()
    const push = cleanUp.use(await startFakePush())
    const town = cleanUp.use(await openDirectBench({ push }))
    for (const endpoint of ['https://hangs.example/a', 'https://answers.example/a']) {
      const target = { ...push.subscribe(town.publicKey), endpoint }
      await town.desk.askByPush(target, { language: 'sv' }, endpoint)
    }
    const handle = handlerOf(town, async ({ endpoint }) =>
      endpoint.includes('hangs') ? { kind: 'later', detail: 'ETIMEDOUT' } : { kind: 'taken' },
    )
    const { signal } = new AbortController()
    const outcomes: string[][] = []
    for (const n of [1, 2, 3]) {
      await town.say(makePost(n, town.now(), { items: [makeItem(n, town.now())] }))
      const states: string[] = []
      const { works } = await town.store.claimWork('push', town.now(), MINUTE, 9)
      for (const work of works) {
        const outcome = await handle(work, signal)
        await town.store.settleWork([{ id: work.id, outcome }], town.now())
        states.push(outcome.state)
      }
      outcomes.push(states.toSorted())
      town.pass(7 * DAY)
    }
    expect(outcomes).toEqual([
      ['done', 'due'],
      ['done', 'due'],
      ['done', 'done'],
    ])
    expect(await town.desk.counts()).toEqual({ email: 0, push: 1 })
  })

  test('leave the others their places: who comes third waits, untried', async () => {
    await using cleanUp = new AsyncDisposableStack()
    const push = cleanUp.use(await startFakePush())
    const town = cleanUp.use(await openDirectBench({ push }))
    for (let n = 0; n < 3; n += 1) await town.followByPush()
    await town.say(full())
    const { works } = await town.store.claimWork('push', noon, MINUTE, 3)
    const answers: (() => void)[] = []
    const handle = handlerOf(
      town,
      () => new Promise((resolve) => answers.push(() => resolve({ kind: 'taken' }))),
    )
    const { signal } = new AbortController()
    const [first, second] = works.map((work) => handle(work, signal))
    await until(() => answers.length === 2, 5000)
    expect(await handle(works[2]!, signal)).toMatchObject({
      state: 'due',
      dueAt: noon + 25 * SECOND,
      untried: true,
    })
    for (const answer of answers) answer()
    expect(await Promise.all([first, second])).toEqual([{ state: 'done' }, { state: 'done' }])
  })
})

test.each([
  ['8.8.8.8', true],
  ['2a00:1450:400f::1', true],
  ['127.1.2.3', false],
  ['172.31.0.1', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::ffff:10.0.0.1', false],
  ['fe80::1', false],
  ['fd12::1', false],
  ['2002:a00:1::', false],
  ['64:ff9b::a00:1', false],
  ['nonsense', false],
])('the address %s is on the internet: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic)
})

test.each([
  ['fcm.googleapis.com', true],
  ['updates.push.services.mozilla.com.', true],
  ['localhost', false],
  ['foo.localhost', false],
  ['foo.home.arpa', false],
  ['8.8.8.8', false],
  ['[2a00::1]', false],
])('the name %s is one of the internet: %s', (name, isPublic) => {
  expect(isPublicName(name)).toBe(isPublic)
})
