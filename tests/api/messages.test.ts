/** What staff are told of messages to one person. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, plus } from '#src/stations/time.ts'
import { type HttpTown, openHttpTown, TUESDAY } from '#tests/support/http-town.ts'

const STAFF_TOKEN = 'a-long-enough-token'
let town: HttpTown
beforeEach(async () => {
  town = await openHttpTown({
    http: { staffToken: STAFF_TOKEN, fitsSmsReport: (no, token) => token === `for-${no}` },
  })
})
afterEach(() => town[Symbol.asyncDispose]())

const ask = (query = '', token = STAFF_TOKEN) =>
  town.app.inject({
    url: `/api/v1/messages${query}`,
    headers: { authorization: `Bearer ${token}` },
  })

async function queueAndSend(): Promise<void> {
  await town.store.putMessage({
    id: 'b1/1/confirmed',
    group: 'b1',
    purpose: 'message.confirmed',
    way: 'sms',
    recipient: 'sealed-recipient',
    body: 'sealed-body',
    dueAt: TUESDAY,
    expiresAt: plus(TUESDAY, DAY),
  })
  const message = await town.store.claimMessage('sms', TUESDAY, 60_000)
  await town.store.spendSms('2026-05', 2, 100)
  await town.store.settleMessage(message!.no, { state: 'sent', remoteId: 's1', parts: 2 }, TUESDAY)
}

test('staff see what became of each, and neither to whom nor what', async () => {
  await queueAndSend()
  const answer = await ask()
  expect(answer.json()).toEqual({
    smsThisMonth: 2,
    messages: [
      {
        number: 1,
        id: 'b1/1/confirmed',
        purpose: 'message.confirmed',
        way: 'sms',
        state: 'sent',
        dueAt: '2026-05-05T12:35:00.000Z',
        expiresAt: '2026-05-06T12:35:00.000Z',
        endedAt: '2026-05-05T12:35:00.000Z',
        tries: 1,
        parts: 2,
        error: null,
      },
    ],
  })
  expect(answer.body).not.toContain('sealed')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect((await ask('?state=failed')).json()).toMatchObject({ messages: [] })
})

test('others see nothing', async () => {
  expect((await ask('', 'another-token-altogether')).statusCode).toBe(401)
})

test('a report is believed at the address that was given with the message, and needs no token of staff', async () => {
  await queueAndSend()
  const report = (query: string) =>
    town.app.inject({
      method: 'POST',
      url: `/api/v1/sms/reports?${query}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'id=s1&status=delivered&delivered=2026-05-05T12%3A35%3A10',
    })
  expect((await report('message=1&token=for-2')).statusCode).toBe(404)
  expect((await ask()).json()).toMatchObject({ messages: [{ state: 'sent' }] })
  expect((await report('message=1&token=for-1')).statusCode).toBe(204)
  expect((await ask()).json()).toMatchObject({ messages: [{ state: 'delivered' }] })
})

test('a report is a small form', async () => {
  const asked = (contentType: string, payload: string) =>
    town.app.inject({
      method: 'POST',
      url: '/api/v1/sms/reports?message=1&token=for-1',
      headers: { 'content-type': contentType },
      payload,
    })
  expect((await asked('application/x-www-form-urlencoded', 'x'.repeat(5000))).statusCode).toBe(413)
  expect((await asked('text/xml', '<a/>')).statusCode).toBe(415)
})
