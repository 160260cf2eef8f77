import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fastify } from 'fastify'
import { smsReportRoutes } from '#src/api/sms-report-routes.ts'
import { openElks46 } from '#src/notify/messages/elks46.ts'
import { openMessageDesk } from '#src/notify/messages/message-desk.ts'
import { startMessageWorker, type MessageWorker } from '#src/notify/messages/message-worker.ts'
import { reportTokens } from '#src/notify/messages/report-token.ts'
import { openSmsLeg } from '#src/notify/messages/sms-leg.ts'
import { DAY, HOUR, MINUTE, instant, plus, type EpochMs } from '#src/stations/time.ts'
import type { BookingMessage, BookingMessages } from '#src/store/booking-messages.ts'
import type { MessageState } from '#src/store/messages.ts'
import type { Store } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import {
  FAKE_46ELKS_PASSWORD,
  FAKE_46ELKS_USERNAME,
  QUOTED_NUMBER,
  startFake46Elks,
  type ElksFault,
  type Fake46Elks,
  type Fake46ElksOptions,
} from '#tests/support/fake-46elks.ts'
import type { Trouble } from '#tests/support/far-end.ts'
import { until } from '#tests/support/until.ts'

const secret = Buffer.alloc(32, 7).toString('base64')
const tokens = reportTokens(secret)
const PHONE = '+46701234567'
/** A Wednesday, half past nine in the town. */
const START = instant(Date.parse('2026-05-06T07:30:00Z'))

let folder: string
let now: EpochMs
let store: Store
let elks: Fake46Elks
let worker: MessageWorker | undefined
let desk: BookingMessages
const logged: string[] = []
const limits: string[] = []
const say = (fields: object, message: string) => logged.push(JSON.stringify({ ...fields, message }))
const log = { info: say, warn: say, error: say }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-sms-'))
  now = START
  logged.length = limits.length = 0
  store = await openSqliteStore(join(folder, 'town.sqlite'))
  await openElks()
  desk = openMessageDesk({
    store,
    clock: () => now,
    secret,
    timeZone: () => 'Europe/Stockholm',
    texts: () => ({}),
    ways: new Set(['sms']),
    onFailure: () => undefined,
    poke: () => worker?.poke(),
  })
})
afterEach(async () => {
  await worker?.[Symbol.asyncDispose]()
  worker = undefined
  await elks[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function openElks(options: Fake46ElksOptions = {}): Promise<void> {
  if (elks) await elks[Symbol.asyncDispose]()
  elks = await startFake46Elks({ now: () => now, ...options })
}

function sender(password = FAKE_46ELKS_PASSWORD) {
  return openElks46({
    from: 'Returcykel',
    username: FAKE_46ELKS_USERNAME,
    password,
    server: elks.url,
    timeoutMs: 150,
  })
}

function start(over: { monthlyLimit?: number; password?: string; publicUrl?: string } = {}): void {
  worker = startMessageWorker({
    leg: openSmsLeg({
      sender: sender(over.password),
      store,
      secret,
      tokens,
      publicUrl: over.publicUrl ?? 'https://kvitter.example',
      monthlyLimit: over.monthlyLimit ?? 100,
      timeZone: () => 'Europe/Stockholm',
      onLimit: (month) => limits.push(month),
    }),
    store,
    clock: () => now,
    log,
    random: () => 0.5,
    graceMs: 20,
    // The clock is the test's: a short rest is enough to look again.
    pollMs: 5,
  })
}

const booking = (over: Partial<BookingMessage> = {}): BookingMessage => ({
  id: 'b1/1/reminder-1',
  group: 'b1',
  to: { sms: PHONE },
  language: 'sv',
  key: 'reminder',
  facts: {
    reference: 'K7Q2-9F',
    contact: '033-35 70 00',
    day: '2026-05-07',
    fromMinute: 780,
    untilMinute: 990,
  },
  dueAt: START,
  expiresAt: plus(START, DAY),
  ...over,
})

const TEXT =
  'I morgon, torsdag 7 maj kl 13:00-16:30, kommer Returcykeln. Bokning K7Q2-9F. Ändra eller avboka: 033-35 70 00'

const lines = () => store.messages({ limit: 100 })
const states = async () => (await lines()).map(({ state }) => state)
const settled = (...wanted: MessageState[]) =>
  until(
    async () => wanted.join() === (await states()).join(),
    10_000,
    () => logged.join('\n'),
  )

test('a reminder goes out once, when it is due, and not twice when it is asked for twice', async () => {
  start()
  expect(await desk.queue(booking({ dueAt: plus(START, HOUR) }))).toBe('queued')
  expect(await desk.queue(booking({ dueAt: plus(START, HOUR) }))).toBe('known')
  expect(elks.said).toEqual([])
  now = plus(START, HOUR)
  await settled('sent')
  const [{ no } = { no: 0 }] = await lines()
  expect(elks.said).toEqual([
    {
      id: 's00000000000000000000000000000000',
      from: 'Returcykel',
      to: PHONE,
      message: TEXT,
      at: now,
      report: `https://kvitter.example/api/v1/sms/reports?message=${no}&token=${tokens.of(no)}`,
    },
  ])
  expect(await desk.queue(booking())).toBe('known')
  expect(await store.smsSpent('2026-05')).toBe(1)
})

test('a cancelled booking gets no reminder', async () => {
  await desk.queue(booking({ dueAt: plus(START, HOUR) }))
  await desk.queue(booking({ id: 'b2/1', group: 'b2', dueAt: plus(START, HOUR) }))
  expect(await desk.cancel('b1')).toBe(1)
  start()
  now = plus(START, HOUR)
  await settled('sent', 'cancelled')
  expect(elks.said).toHaveLength(1)
})

test('what comes too late, or by a way that the town has not, is not taken in', async () => {
  expect(await desk.queue(booking({ expiresAt: START }))).toBe('expired')
  expect(await desk.queue(booking({ to: { email: 'x@example.se' } }))).toBe('no-way')
  expect(await lines()).toEqual([])
})

test('a message whose time is over when its turn comes is not sent', async () => {
  await desk.queue(booking({ expiresAt: plus(START, HOUR) }))
  now = plus(START, 2 * HOUR)
  start()
  await settled('expired')
  expect(elks.said).toEqual([])
})

describe('neither number nor text can be read from the database, the log or the list for staff', () => {
  test('while it waits, and when it has been sent', async () => {
    await desk.queue(booking())
    start()
    await settled('sent')
    await worker![Symbol.asyncDispose]()
    const files = await Promise.all(
      ['town.sqlite', 'town.sqlite-wal'].map((name) => readFile(join(folder, name), 'latin1')),
    )
    const all = [...files, ...logged, JSON.stringify(await lines())].join('\n')
    for (const secretText of ['701234567', 'K7Q2', 'torsdag']) expect(all).not.toContain(secretText)
  })
})

describe('when it can’t be known whether a message was taken', () => {
  test.each<[Trouble | ElksFault, 'taken' | 'not taken']>([
    ['503-json', 'not taken'],
    ['503-html', 'not taken'],
    ['404-html', 'not taken'],
    ['html-200', 'not taken'],
    ['redirect', 'not taken'],
    ['cut-before', 'not taken'],
    ['hang', 'not taken'],
    ['endless', 'not taken'],
    ['no-id', 'not taken'],
    ['503-after', 'taken'],
    ['cut-after', 'taken'],
    ['body-cut', 'taken'],
    ['hang-after', 'taken'],
  ])('%s, and it was %s: it is on the phone once', async (fault) => {
    await desk.queue(booking())
    elks.faults.push(fault)
    start()
    await settled('uncertain')
    // Nothing is sent again before the list has been asked, and the list may lag.
    now = plus(now, MINUTE)
    worker!.poke()
    expect(await states()).toEqual(['uncertain'])
    now = plus(now, 5 * MINUTE)
    await settled('sent')
    expect(elks.said.map(({ message }) => message)).toEqual([TEXT])
    expect(elks.requests).toContain('GET /a1/sms 200')
  })

  test('while the list can’t be had it stays uncertain, and after a day it is left to a person', async () => {
    await desk.queue(booking({ expiresAt: plus(START, 3 * DAY) }))
    elks.faults.push('cut-after')
    elks.otherFaults.push('503-html', '503-json')
    start()
    await settled('uncertain')
    now = plus(now, 5 * MINUTE)
    await until(() => elks.requests.filter((r) => r.startsWith('GET')).length === 1, 10_000)
    await settled('uncertain')
    now = plus(now, DAY)
    await settled('unknown')
    expect(elks.said).toHaveLength(1)
  })

  test('a report that comes meanwhile settles it', async () => {
    await desk.queue(booking())
    elks.faults.push('hang-after')
    start()
    await settled('uncertain')
    const [{ no } = { no: 0 }] = await lines()
    expect(await store.reportMessage(no, 'delivered', now)).toBe(true)
    now = plus(now, 5 * MINUTE)
    await settled('delivered')
    expect(elks.said).toHaveLength(1)
  })

  test('a process that dies between claim and answer asks the list before it sends', async () => {
    await desk.queue(booking())
    elks.faults.push('hang-after')
    const claimed = await store.claimMessage('sms', now, 2 * MINUTE)
    // What the dead process had sent before it died.
    await sender().send({ to: PHONE, text: TEXT }, { now, signal: new AbortController().signal })
    expect(claimed).toMatchObject({ attempts: 1, mayBeSaid: false })
    now = plus(now, 3 * MINUTE)
    start()
    await settled('sent')
    expect(elks.said).toHaveLength(1)
  })

  test('and one that died before it had sent anything sends it', async () => {
    await desk.queue(booking())
    await store.claimMessage('sms', now, 2 * MINUTE)
    now = plus(now, 3 * MINUTE)
    start()
    await settled('sent')
    expect(elks.said).toHaveLength(1)
  })

  test('the same words to the same number a week ago are not taken for this one', async () => {
    const { signal } = new AbortController()
    await sender().send({ to: PHONE, text: TEXT }, { now, signal })
    now = plus(now, 7 * DAY)
    await desk.queue(booking({ dueAt: now, expiresAt: plus(now, DAY) }))
    elks.faults.push('cut-before')
    start()
    await settled('uncertain')
    now = plus(now, 5 * MINUTE)
    await settled('sent')
    expect(elks.said).toHaveLength(2)
  })

  test('a list of many pages is read as far back as the first try', async () => {
    await openElks({ pageSize: 2 })
    const { signal } = new AbortController()
    await sender().send({ to: PHONE, text: 'ours' }, { now, signal })
    for (let n = 1; n <= 5; n += 1) {
      now = plus(START, n * 1000)
      await sender().send({ to: PHONE, text: `other ${n}` }, { now, signal })
    }
    expect(await sender().lookUp({ to: PHONE, text: 'ours' }, START, { now, signal })).toEqual({
      kind: 'found',
      remoteId: 's00000000000000000000000000000000',
    })
    expect(await sender().lookUp({ to: PHONE, text: 'none' }, START, { now, signal })).toEqual({
      kind: 'absent',
    })
  })
})

test('a 429 was surely not taken: it is sent again when they said', async () => {
  await desk.queue(booking())
  elks.faults.push('429')
  start()
  await until(() => logged.some((line) => line.includes('rate-limited')), 10_000)
  now = plus(now, 20_000)
  worker!.poke()
  expect(elks.said).toEqual([])
  now = plus(now, 60_000)
  await settled('sent')
  expect(elks.requests).not.toContain('GET /a1/sms 200')
})

test('a 429 that asks for weeks is obeyed for a day, and nothing is lost by it', async () => {
  await desk.queue(booking({ expiresAt: plus(START, 30 * DAY) }))
  elks.faults.push('429-weeks')
  start()
  await until(() => logged.some((line) => line.includes('rate-limited')), 10_000)
  now = plus(now, DAY + MINUTE)
  worker!.poke()
  await settled('sent')
})

test('a number that they refuse is given up at once, and the next goes out', async () => {
  await desk.queue(booking())
  await desk.queue(booking({ id: 'b2/1', group: 'b2' }))
  elks.faults.push('400')
  start()
  await settled('sent', 'dead')
})

test('what they say of a number is neither kept nor logged, for they may quote it', async () => {
  await desk.queue(booking({ to: { sms: QUOTED_NUMBER } }))
  elks.faults.push('400-quoting')
  start()
  await settled('dead')
  expect((await lines())[0]!.error).toBe('refused: 400')
  expect(logged.join()).not.toContain(QUOTED_NUMBER.slice(1))
})

test.each<[ElksFault, string]>([
  ['401', 'bad-credentials'],
  ['403-credits', 'no-credits'],
])(
  'after a %s all messages wait, one alarm is logged, and they go on when the check is good',
  async (fault, because) => {
    await desk.queue(booking())
    await desk.queue(booking({ id: 'b2/1', group: 'b2' }))
    elks.faults.push(fault)
    start()
    await until(() => logged.some((line) => line.includes(because)), 10_000)
    expect(elks.requests.filter((r) => r.startsWith('POST'))).toHaveLength(1)
    expect(await states()).toEqual(['due', 'due'])
    worker!.poke()
    await settled('sent', 'sent')
    expect(logged.filter((line) => line.includes('somebody sees to it'))).toHaveLength(1)
  },
)

test('an empty account, whose check goes well, is one alarm and uses up nothing of the month', async () => {
  await desk.queue(booking())
  elks.faults.push('403-credits', '403-credits', '403-credits', '403-credits')
  start({ monthlyLimit: 2 })
  const posts = () => elks.requests.filter((r) => r.startsWith('POST')).length
  for (let tries = 1; tries <= 4; tries += 1) {
    await until(() => posts() === tries, 10_000)
    await until(async () => (await states()).join() === 'due', 10_000)
    expect(await store.smsSpent('2026-05')).toBe(0)
    expect(worker!.trouble()).toEqual({
      ...{ way: 'sms', because: 'no-credits', detail: '403' },
      since: START,
    })
    now = plus(now, MINUTE)
    worker!.poke()
  }
  await settled('sent')
  expect(worker!.trouble()).toBeUndefined()
  expect(logged.filter((line) => line.includes('somebody sees to it'))).toHaveLength(1)
  expect(await store.smsSpent('2026-05')).toBe(1)
  expect(limits).toEqual([])
})

describe('the month’s limit', () => {
  test('is counted in parts before anything is sent, and what is over it waits for the next month', async () => {
    const far = plus(START, 60 * DAY)
    await desk.queue(booking({ language: 'ar', expiresAt: far }))
    await desk.queue(booking({ id: 'b2/1', group: 'b2', expiresAt: far }))
    await desk.queue(booking({ id: 'b3/1', group: 'b3', expiresAt: plus(START, DAY) }))
    start({ monthlyLimit: 2 })
    await settled('dead', 'due', 'sent')
    expect(await store.smsSpent('2026-05')).toBe(2)
    expect(limits).toEqual(['2026-05', '2026-05'])
    // Midnight in the town, two hours before it is in Greenwich.
    now = instant(Date.parse('2026-05-31T21:59:59Z'))
    worker!.poke()
    expect(elks.said).toHaveLength(1)
    now = instant(Date.parse('2026-05-31T22:00:00Z'))
    await settled('dead', 'sent', 'sent')
    expect(await store.smsSpent('2026-06')).toBe(1)
  })

  test('a try that may not have been taken counts as well', async () => {
    await desk.queue(booking())
    elks.faults.push('cut-before')
    start()
    await settled('uncertain')
    now = plus(now, 5 * MINUTE)
    await settled('sent')
    expect(await store.smsSpent('2026-05')).toBe(2)
  })
})

describe('reports', () => {
  async function openRoutes() {
    const app = fastify()
    smsReportRoutes(app, { store, clock: () => now, fits: (no, token) => tokens.fits(no, token) })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as { port: number }
    return { app, url: `http://127.0.0.1:${port}` }
  }

  test('what becomes of a message is told by them and kept', async () => {
    const { app, url } = await openRoutes()
    await desk.queue(booking())
    start({ publicUrl: url })
    await settled('sent')
    const [sms] = elks.said
    expect(await elks.report(sms!, 'delivered')).toBe(204)
    expect(await states()).toEqual(['delivered'])
    // A word that comes late undoes nothing.
    expect(await elks.report(sms!, 'sent')).toBe(204)
    expect(await elks.report(sms!, 'failed')).toBe(204)
    expect(await states()).toEqual(['delivered'])
    await app.close()
  })

  test('a phone that could not be reached is told to staff and not tried again', async () => {
    const { app, url } = await openRoutes()
    await desk.queue(booking())
    start({ publicUrl: url })
    await settled('sent')
    await elks.report(elks.said[0]!, 'failed')
    now = plus(now, HOUR)
    worker!.poke()
    expect(await states()).toEqual(['failed'])
    expect(elks.said).toHaveLength(1)
    await app.close()
  })

  test.each([
    ['another message’s token', (no: number) => `message=${no + 1}&token=${tokens.of(no)}`, 404],
    ['a token made up', (no: number) => `message=${no}&token=${'A'.repeat(32)}`, 404],
    ['no token', (no: number) => `message=${no}`, 404],
    ['no number', () => `message=x&token=x`, 404],
  ])('with %s nobody is believed', async (_, query, status) => {
    const { app, url } = await openRoutes()
    await desk.queue(booking())
    start({ publicUrl: url })
    await settled('sent')
    const [{ no } = { no: 0 }] = await lines()
    const answer = await fetch(`${url}/api/v1/sms/reports?${query(no)}`, {
      method: 'POST',
      body: new URLSearchParams({ id: 's0', status: 'failed' }),
    })
    expect(answer.status).toBe(status)
    expect(await states()).toEqual(['sent'])
    await app.close()
  })

  test('a report that says nothing known is refused', async () => {
    const { app, url } = await openRoutes()
    const answer = await fetch(`${url}/api/v1/sms/reports?message=1&token=${tokens.of(1)}`, {
      method: 'POST',
      body: new URLSearchParams({ status: 'lost' }),
    })
    expect(answer.status).toBe(400)
    await app.close()
  })
})

describe('erasure', () => {
  test('of a booking takes to whom and what out of every message of it', async () => {
    start()
    await desk.queue(booking())
    await desk.queue(booking({ id: 'b1/1/later', dueAt: plus(START, HOUR) }))
    await settled('due', 'sent')
    expect(await desk.erase('b1')).toBe(1)
    expect(await states()).toEqual(['cancelled', 'sent'])
    expect(await store.claimMessage('sms', plus(START, 2 * HOUR), MINUTE)).toBeUndefined()
  })

  test('by time: some days after its end to whom and what are gone, later all of it', async () => {
    start()
    await desk.queue(booking())
    await settled('sent')
    await store.tidyMessages(plus(START, -1), plus(START, -1), START)
    expect(await states()).toEqual(['sent'])
    await store.tidyMessages(now, plus(START, -1), START)
    expect(await states()).toEqual(['sent'])
    // Still known, so that it isn't said again.
    expect(await desk.queue(booking())).toBe('known')
    await store.tidyMessages(now, plus(START, 2 * DAY), START)
    expect(await lines()).toEqual([])
    expect(await store.smsSpent('2026-05')).toBe(1)
  })

  test('of what nobody sends any more: it ends with its time, and is erased after that', async () => {
    await desk.queue(booking())
    await desk.queue(booking({ id: 'b1/1/2' }))
    await desk.queue(booking({ id: 'b1/1/3' }))
    await desk.queue(
      booking({ id: 'b1/1/4', dueAt: plus(START, 1), expiresAt: plus(START, 2 * DAY) }),
    )
    // The process dies while it has one, and another may have been taken.
    const first = await store.claimMessage('sms', START, MINUTE)
    await store.claimMessage('sms', START, MINUTE)
    const error = 'who knows'
    await store.settleMessage(first!.no, { state: 'uncertain', lookAt: now, error }, now)
    const expiresAt = plus(START, DAY)
    const tidy = (endedBy: EpochMs) => store.tidyMessages(endedBy, START, expiresAt)
    await store.tidyMessages(plus(expiresAt, -1), START, plus(expiresAt, -1))
    expect(await states()).toEqual(['due', 'due', 'sending', 'uncertain'])
    await tidy(plus(expiresAt, -1))
    expect(await states()).toEqual(['due', 'expired', 'unknown', 'unknown'])
    expect(new Set((await lines()).slice(1).map(({ endedAt }) => endedAt))).toEqual(
      new Set([expiresAt]),
    )
    const sealed = first!.recipient
    const kept = async () => readFile(join(folder, 'town.sqlite'), 'latin1')
    expect(await kept()).toContain(sealed)
    await tidy(expiresAt)
    expect(await kept()).not.toContain(sealed)
    expect(await states()).toEqual(['due', 'expired', 'unknown', 'unknown'])
  })
})
