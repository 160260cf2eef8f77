import { expect, test } from 'vitest'
import type { MailMessage, MailOutcome } from '#src/notify/direct/mail-sender.ts'
import { openMailLeg } from '#src/notify/messages/mail-leg.ts'
import { instant } from '#src/stations/time.ts'
import type { Message } from '#src/store/messages.ts'
import { seal } from '#src/store/sealed.ts'

const secret = Buffer.alloc(32, 5).toString('base64')
const now = instant(Date.parse('2026-05-06T07:30:00Z'))
const turn = { now, signal: new AbortController().signal }
const message = (over: Partial<Message> = {}): Message => ({
  no: 7,
  id: 'b1/1/confirmed',
  group: 'b1',
  purpose: 'message.confirmed',
  way: 'email',
  recipient: seal('booker@example.se', secret),
  body: seal(JSON.stringify({ language: 'so', subject: 'S', text: 'T' }), secret),
  dueAt: now,
  expiresAt: instant(now + 1),
  attempts: 1,
  firstTriedAt: now,
  mayBeSaid: false,
  unheard: 0,
  ...over,
})

function legThatAnswers(outcome: MailOutcome) {
  const sent: [string, MailMessage][] = []
  const sendMail = async (to: string, mail: MailMessage) => {
    sent.push([to, mail])
    return outcome
  }
  return { sent, leg: openMailLeg({ sendMail, check: async () => ({ kind: 'ready' }) }, secret) }
}

test('a message goes to whom it is sealed for, in its language, each time by the same id', async () => {
  const { leg, sent } = legThatAnswers({ kind: 'taken' })
  expect(await leg.send(message(), turn)).toEqual({ kind: 'sent', remoteId: 'message-7' })
  expect(sent).toEqual([
    [
      'booker@example.se',
      { id: 'message-7', language: 'so', subject: 'S', text: 'T', at: new Date(now) },
    ],
  ])
})

test.each<[MailOutcome, object]>([
  [
    { kind: 'later', because: 'deferred', detail: '451' },
    { kind: 'later', because: 'rate-limited' },
  ],
  [
    { kind: 'later', because: 'unreachable', detail: 'x' },
    { kind: 'later', because: 'rate-limited' },
  ],
  [{ kind: 'later', because: 'account', detail: '535' }, { kind: 'paused' }],
  [{ kind: 'never', because: 'no-such-mailbox', detail: '550' }, { kind: 'never' }],
  [{ kind: 'unknown', detail: 'EDATA' }, { kind: 'uncertain' }],
])('%o is %o', async (outcome, wanted) => {
  expect(await legThatAnswers(outcome).leg.send(message(), turn)).toMatchObject(wanted)
})

test('one that may have been taken is repeated once, and no more', async () => {
  const { leg } = legThatAnswers({ kind: 'taken' })
  expect(await leg.lookUp(message({ attempts: 9, unheard: 1 }), turn)).toEqual({ kind: 'absent' })
  expect(await leg.lookUp(message({ attempts: 9, unheard: 2 }), turn)).toMatchObject({
    kind: 'unknowable',
  })
})

test('what has been erased is not sent', async () => {
  const { leg, sent } = legThatAnswers({ kind: 'taken' })
  expect(await leg.send(message({ recipient: '', body: '' }), turn)).toMatchObject({
    kind: 'never',
    because: 'not-sendable',
  })
  expect(sent).toEqual([])
})
