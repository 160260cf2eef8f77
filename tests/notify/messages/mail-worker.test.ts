/** Letters to one person by a real mail server on loopback, from a real store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openMailSender, type MailSender } from '#src/notify/direct/mail-sender.ts'
import { parseSmtpAddress } from '#src/notify/direct/smtp-address.ts'
import { openMailLeg } from '#src/notify/messages/mail-leg.ts'
import { startMessageWorker, type MessageLeg } from '#src/notify/messages/message-worker.ts'
import { HOUR, MINUTE, instant, plus, type EpochMs } from '#src/stations/time.ts'
import { seal } from '#src/store/sealed.ts'
import type { Store } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { startMailServer, type MailServer } from '#tests/support/mail-server.ts'
import { until } from '#tests/support/until.ts'

const secret = Buffer.alloc(32, 5).toString('base64')
const START = instant(Date.parse('2026-05-06T07:30:00Z'))
const log = { info() {}, warn() {}, error() {} }
let folder: string
let store: Store
let mail: MailServer
let now: EpochMs
let cleanUp: AsyncDisposableStack

beforeEach(async () => {
  cleanUp = new AsyncDisposableStack()
  folder = await mkdtemp(join(tmpdir(), 'kvitter-letters-'))
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }))
  store = cleanUp.use(await openSqliteStore(join(folder, 'town.sqlite')))
  mail = cleanUp.use(await startMailServer())
  now = START
})
afterEach(() => cleanUp[Symbol.asyncDispose]())

const put = (id: string, to = 'booker@example.se') =>
  store.putMessage({
    id,
    group: id,
    purpose: 'message.confirmed',
    way: 'email',
    recipient: seal(to, secret),
    body: seal(JSON.stringify({ language: 'sv', subject: id, text: 'T' }), secret),
    dueAt: START,
    expiresAt: plus(START, 24 * HOUR),
  })

function openSender(longestMs?: number): MailSender {
  const sender = openMailSender({
    server: parseSmtpAddress(mail.url)!,
    from: 'avs@provstad.example',
    name: 'Provstad',
    ...(longestMs !== undefined && { longestMs }),
  })
  cleanUp.defer(() => sender.close())
  return sender
}

function start(over: Partial<MessageLeg> = {}): void {
  const leg = { ...openMailLeg(openSender(5000), secret), ...over }
  cleanUp.use(
    startMessageWorker({
      leg,
      store,
      clock: () => now,
      log,
      random: () => 0.5,
      graceMs: 20,
      pollMs: 5,
    }),
  )
}

const lines = async () =>
  (await store.messages({ limit: 10 })).map(({ id, state }) => `${id} ${state}`)

/** Lets time pass until a message has been tried so often. */
async function triedTo(attempts: number): Promise<void> {
  await until(async () => {
    const [line] = await store.messages({ limit: 1 })
    if (line!.attempts >= attempts && line!.state !== 'sending') return true
    now = plus(now, MINUTE)
    return false
  }, 10_000)
}

test('a letter that was put off thrice and then not heard of is sent once more', async () => {
  mail.troubles.push('rcpt-451', 'rcpt-451', 'rcpt-451', 'cut-after')
  await put('a')
  start()
  await triedTo(5)
  expect(await lines()).toEqual(['a sent'])
  expect(mail.taken.map(({ mail: { messageId } }) => messageId)).toEqual([
    '<message-1@provstad.example>',
    '<message-1@provstad.example>',
  ])
})

test('and no third time', async () => {
  mail.troubles.push('cut-after', 'rcpt-451', 'cut-after')
  await put('a')
  start()
  await triedTo(4)
  expect(await lines()).toEqual(['a unknown'])
  expect(mail.taken).toHaveLength(2)
})

test('a server that never comes to an end holds up nobody else, and may have taken that one', async () => {
  mail.troubles.push('trickle')
  await put('a')
  await put('b')
  const signals: AbortSignal[] = []
  const real = openMailLeg(openSender(), secret)
  start({
    longestMs: 300,
    send: (message, turn) => {
      signals.push(turn.signal)
      return real.send(message, turn)
    },
  })
  await until(async () => (await lines()).includes('a uncertain'), 10_000)
  expect(signals[0]!.aborted).toBe(true)
  now = plus(now, MINUTE)
  await until(async () => (await lines()).includes('b sent'), 10_000)
})
