/** From a booking to a message that is ready to be sent, through the real desks and the real database. */
import { expect, test } from 'vitest'
import { openMessageDesk } from '#src/notify/messages/message-desk.ts'
import { DAY, HOUR, MINUTE } from '#src/stations/time.ts'
import type { MessageWay } from '#src/store/messages.ts'
import { unseal } from '#src/store/sealed.ts'
import {
  type BookingTown,
  openBookingTown,
  PERSON,
  SECRET,
  submission,
} from '#tests/support/booking-town.ts'

function open(
  ways: readonly MessageWay[] = ['sms', 'email'],
  before: () => Promise<unknown> = async () => undefined,
): Promise<BookingTown> {
  return openBookingTown({
    messages({ store, clock }) {
      const desk = openMessageDesk({
        store,
        clock,
        secret: SECRET,
        timeZone: () => 'Europe/Stockholm',
        texts: () => ({}),
        ways: new Set(ways),
        onFailure: ({ because }) => {
          throw new Error(because)
        },
      })
      return {
        ...desk,
        async queue(message) {
          await before()
          return desk.queue(message)
        },
      }
    },
  })
}
async function book(town: BookingTown, more: Parameters<typeof submission>[0] = {}) {
  const answer = await town.desk.submit(submission(more), {})
  if (answer.kind !== 'ok') throw new Error(answer.kind)
  await town.upkeep.tick()
  return answer.value
}
const states = async (town: BookingTown) =>
  (await town.store.messages({ limit: 20 }))
    .map(({ purpose, way, state }) => `${purpose} ${way} ${state}`)
    .toReversed()
const claimed = async (town: BookingTown, way: MessageWay) => {
  const message = await town.store.claimMessage(way, town.clock(), MINUTE)
  return message && { to: unseal(message.recipient, SECRET), body: unseal(message.body, SECRET)! }
}

test('a booking is confirmed by SMS in the booker’s language, with its link', async () => {
  await using town = await open()
  const { reference, secret } = await book(town, { language: 'en' })
  const message = await claimed(town, 'sms')
  expect(message?.to).toBe('+46700000001')
  const { text } = JSON.parse(message!.body) as { text: string }
  expect(text).toContain(reference)
  expect(text).toContain(`https://kvitter.example/en/book/${reference}/${secret}`)
  expect(text).toContain('Thursday')
  expect(text).toContain('10:00')
})

test.each(['sv', 'en', 'fi', 'ar', 'so'] as const)(
  'every notice has its words in %s',
  async (language) => {
    await using town = await open()
    const mine = await book(town, { language, slot: { day: '2026-05-12', slotId: 'morning' } })
    await town.desk.amend(
      mine.reference,
      { kind: 'resident', secret: mine.secret },
      { slot: { day: '2026-05-19', slotId: 'morning' } },
      undefined,
    )
    await town.desk.tell({ reference: mine.reference }, 'Lo', 'on-the-way', 10)
    await town.desk.tell({ reference: mine.reference }, 'Lo', 'running-late', undefined)
    await town.upkeep.tick()
    await town.pass(15 * DAY, 6 * HOUR)
    await town.desk.settle(mine.reference, 'Lo', { kind: 'missed', because: 'not-home' })
    const gone = await book(town, { language, slot: { day: '2026-05-26', slotId: 'morning' } })
    await town.desk.cancel(gone.reference, { kind: 'staff', actor: 'Lo' }, undefined)
    await town.upkeep.tick()
    expect(town.faults).toEqual([])
    expect(new Set((await states(town)).map((line) => line.split(' ')[0]))).toEqual(
      new Set([
        'message.confirmed',
        'message.changed',
        'message.on-the-way',
        'message.running-late',
        'message.reminder',
        'message.not-home',
        'message.cancelled-by-us',
      ]),
    )
  },
)

test('a cancellation takes back what has not left yet, and is told', async () => {
  await using town = await open()
  const { reference, secret } = await book(town)
  await town.desk.cancel(reference, { kind: 'resident', secret }, undefined)
  await town.upkeep.tick()
  expect(await states(town)).toEqual([
    'message.confirmed sms cancelled',
    'message.cancelled-by-you sms due',
  ])
})

test('where the town sends no SMS it goes by mail, if somebody left one', async () => {
  await using town = await open(['email'])
  await book(town, { person: { ...PERSON, email: 'prova@example.se' } })
  await book(town, { person: { ...PERSON, address: 'Provgatan 2' } })
  expect(await states(town)).toEqual(['message.confirmed email due'])
  expect((await claimed(town, 'email'))?.to).toBe('prova@example.se')
})

test('who is forgotten is forgotten by the messages as well', async () => {
  await using town = await open()
  const { reference, secret } = await book(town)
  // It is on its way, so it can't be called back; what it said can be forgotten all the same.
  const sent = (await town.store.claimMessage('sms', town.clock(), MINUTE))!
  await town.store.settleMessage(sent.no, { state: 'sent', remoteId: 's1', parts: 1 }, town.clock())
  expect(town.bytes().includes(sent.recipient)).toBe(true)
  await town.desk.erase(reference, { kind: 'resident', secret })
  expect(await claimed(town, 'sms')).toBeUndefined()
  expect(await states(town)).toEqual(['message.confirmed sms sent'])
  for (const trace of [sent.recipient, sent.body]) expect(town.bytes().includes(trace)).toBe(false)
})

test('a message that is handed in while its booker is being forgotten is never there', async () => {
  let town: BookingTown | undefined
  const forget = async () => town?.desk.erasePerson({ phone: PERSON.phone }, 'Lo')
  town = await open(['sms', 'email'], forget)
  await using _ = town
  const answer = await town.desk.submit(submission(), {})
  expect(answer.kind).toBe('ok')
  await town.upkeep.tick()
  expect((await town.store.bookingBook()).bookings.size).toBe(0)
  expect(await states(town)).toEqual([])
  expect(await claimed(town, 'sms')).toBeUndefined()
})

test('a message that waits when its booker is forgotten is not sent, and says nothing any more', async () => {
  await using town = await open()
  await book(town)
  await town.desk.erasePerson({ phone: PERSON.phone }, 'Lo')
  expect(await states(town)).toEqual(['message.confirmed sms cancelled'])
  expect(await claimed(town, 'sms')).toBeUndefined()
})
