/** Accounts, deliveries and messages by the staff's pages, over the real outbox. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HOUR, MINUTE, plus } from '#src/stations/time.ts'
import type { Delivery } from '#src/store/contract.ts'
import { keepPosts, makePost, onX } from '#tests/notify/deliveries.ts'
import { TUESDAY } from '#tests/support/http-town.ts'
import { openStaffTown, type StaffTown } from '#tests/support/staff-town.ts'

let town: StaffTown
beforeEach(async () => {
  town = await openStaffTown()
})
afterEach(() => town[Symbol.asyncDispose]())

const ACCOUNT = { channel: 'x', account: onX.account }

/** A delivery that came to an end. */
async function ended(n: number, state: 'dead' | 'uncertain' | 'sent'): Promise<Delivery> {
  await keepPosts(town.store, [makePost(n, TUESDAY)])
  const delivery = (await town.store.claimDelivery(onX, TUESDAY, MINUTE))!
  await town.store.settleDelivery(
    delivery.id,
    state === 'sent' ? { state, at: TUESDAY, remoteId: 'r1' } : { state, error: 'so it <went>' },
  )
  return delivery
}
const stateOf = async (id: number) => (await town.store.deliveries({ id, limit: 1 }))[0]?.state

test('each account says how it is, what it may still say and what it has spent', async () => {
  await ended(1, 'sent')
  await ended(2, 'dead')
  town.setNow(plus(TUESDAY, 2 * HOUR))
  const { body } = await town.get('/kanaler', 'editor')
  expect(body).toContain(`<h2>X, ${onX.account}</h2>`)
  expect(body).toContain('Igång')
  expect(body).toMatch(/Senaste inlägg<\/dt>\s*<dd><time[^>]*>för 2 timmar sedan/)
  expect(body).toMatch(/\d+ till \(av 100 på 15 minuter\)/)
  expect(body).toContain('av 25,00 US-dollar')
  expect(body).toMatch(/1\s+uppgivet/)
})

test('pausing asks why, is signed, and lasts until somebody resumes it', async () => {
  const asked = await town.get(`/kanaler/andra?channel=x&account=${onX.account}`, 'editor')
  expect(asked.body).toContain(`<h1>Pausa X, ${onX.account}?</h1>`)
  const fields = { ...ACCOUNT, do: 'pause', why: 'the account is being <moved>' }
  const paused = await town.post('/kanaler/andra', fields, 'editor')
  expect(paused.to).toBe('/kanaler?did=paused')
  const { body } = await town.get('/en/channels', 'editor')
  for (const text of ['Was paused', 'Demo Editor', 'the account is being &lt;moved&gt;']) {
    expect(body).toContain(text)
  }
  expect(body).toContain('Staff have paused it; resume it when it may speak again.')
  await town.post('/kanaler/andra', { ...ACCOUNT, do: 'resume' }, 'editor')
  expect((await town.get('/kanaler', 'editor')).body).not.toContain('Pausades')
})

test('what did not go out stands with its reason, and is sent again', async () => {
  const { id } = await ended(1, 'dead')
  const list = await town.get('/kanaler/utskick?state=attention', 'editor')
  expect(list.body).toContain('so it &lt;went&gt;')
  const sent = await town.post(`/kanaler/utskick/${id}`, {}, 'editor')
  expect(sent.to).toBe('/kanaler/utskick?state=attention&did=sent')
  expect(await stateOf(id)).toBe('due')
  const again = await town.get('/en/channels/deliveries', 'editor')
  expect(again.body).toContain('sent again by Demo Editor')
  const twice = await town.post(`/kanaler/utskick/${id}`, {}, 'editor')
  expect([twice.status, twice.body.includes('Det går inte att skicka igen')]).toEqual([409, true])
})

test('of one of unknown fate somebody must have looked', async () => {
  const { id } = await ended(1, 'uncertain')
  const unseen = await town.post(`/en/channels/deliveries/${id}`, {}, 'editor')
  expect([unseen.status, await stateOf(id)]).toEqual([400, 'uncertain'])
  expect(unseen.body).toContain(`<a href="#d${id}">Nobody knows whether this went out.`)
  await town.post(`/en/channels/deliveries/${id}`, { notHeard: 'yes' }, 'editor')
  expect(await stateOf(id)).toBe('due')
})

test('messages to persons are told by what became of them, with neither to whom nor what', async () => {
  await town.store.putMessage({
    id: 'booking/1/confirmed',
    group: 'booking/1',
    purpose: 'booked',
    way: 'sms',
    recipient: 'sealed-recipient',
    body: 'sealed-body',
    dueAt: TUESDAY,
    expiresAt: plus(TUESDAY, HOUR),
  })
  const { body } = await town.get('/kanaler/meddelanden', 'dispatcher')
  expect(body).toContain('<code>booked</code>')
  expect(body).toContain('väntar')
  expect(body).not.toMatch(/sealed/)
  expect((await town.get('/en/channels/messages?state=dead')).body).toContain('No messages.')
})

test('only editors speak for the town', async () => {
  expect((await town.get('/kanaler', 'dispatcher')).status).toBe(403)
  const { status } = await town.post('/kanaler/andra', { ...ACCOUNT, do: 'pause' }, 'dispatcher')
  expect(status).toBe(403)
  expect((await town.get('/kanaler', 'editor')).body).toContain('Igång')
})
