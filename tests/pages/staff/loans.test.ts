/** Loans handed out and taken back by the staff's pages, over the real desk. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, MINUTE, plus } from '#src/stations/time.ts'
import { PERSON } from '#tests/support/booking-town.ts'
import { openStaffTown, type StaffTown } from '#tests/support/staff-town.ts'
import { MONDAY } from '../../pickups/booking/cast.ts'

let town: StaffTown
beforeEach(async () => {
  town = await openStaffTown()
  town.setNow(MONDAY)
})
afterEach(() => town[Symbol.asyncDispose]())

async function lend(
  fromDay = '2026-05-04',
  untilDay = '2026-05-05',
  borrower: Partial<typeof PERSON> = {},
): Promise<string> {
  const { note: _, ...person } = { ...PERSON, ...borrower }
  const answer = await town.loans.submit({ person, thingId: 'trailer-1', fromDay, untilDay }, {})
  if (answer.kind !== 'ok') throw new Error(JSON.stringify(answer))
  return answer.value.reference
}
const stateOf = async (reference: string) => {
  const found = await town.loans.find(reference, { kind: 'staff', actor: 'test' })
  return found.kind === 'ok' ? found.value.loan.state : found.kind
}
const loanIds = async () => (await town.store.keptLoans()).map(({ errand }) => errand.id)
const act = (reference: string, fields: Readonly<Record<string, string>>) =>
  town.post(`/utlan/${reference}`, fields, 'dispatcher')

test('a loan of today is handed out in a condition, and taken back', async () => {
  const reference = await lend()
  const { body } = await town.get('/utlan', 'dispatcher')
  expect(body).toContain('Ska lämnas ut i dag')
  expect(body).toContain(PERSON.name)
  expect(body).toContain('<a href="tel:0700000001">')

  const unchosen = await act(reference, { do: 'hand-out' })
  expect([unchosen.status, unchosen.body.includes('Välj i vilket skick den är')]).toEqual([
    400,
    true,
  ])
  const out = await act(reference, { do: 'hand-out', condition: 'good' })
  expect([out.status, out.to, await stateOf(reference)]).toEqual([
    303,
    '/utlan?did=hand-out',
    'out',
  ])
  await act(reference, { do: 'take-back', condition: 'worn' })
  expect(await stateOf(reference)).toBe('returned')
  expect((await town.get('/en/loans', 'dispatcher')).body).toContain('worn')
})

test('what isn’t back in time stands first, as late', async () => {
  const reference = await lend()
  await act(reference, { do: 'hand-out', condition: 'good' })
  town.setNow(plus(MONDAY, 3 * DAY))
  const { body } = await town.get('/en/loans', 'dispatcher')
  expect(/<h2 id="(\w+)">/.exec(body)?.[1]).toBe('late')
})

test('what came back damaged is lent to nobody until it is mended', async () => {
  const reference = await lend()
  await act(reference, { do: 'hand-out', condition: 'good' })
  await act(reference, { do: 'take-back', condition: 'damaged' })
  expect((await town.get('/utlan', 'dispatcher')).body).toContain('Trasiga, lånas inte ut')
  const mended = await act(reference, { do: 'mend' })
  expect(mended.to).toBe('/utlan?did=mend')
  expect((await town.get('/utlan', 'dispatcher')).body).not.toContain('Trasiga, lånas inte ut')
})

test('what can’t be done says why', async () => {
  const reference = await lend('2026-05-05', '2026-05-05')
  const early = await act(reference, { do: 'hand-out', condition: 'good' })
  expect(early.status).toBe(409)
  expect(early.body).toContain(`<a href="#${reference}">Det går inte med det här lånet nu.</a>`)
})

test('cancelling asks first', async () => {
  const reference = await lend()
  const asked = await town.get(`/utlan/${reference}`, 'dispatcher')
  expect(asked.body).toContain('<h1>Avboka lånet?</h1>')
  expect(await stateOf(reference)).toBe('booked')
  await act(reference, { do: 'cancel', sure: 'yes' })
  expect(await stateOf(reference)).toBe('cancelled')
  expect((await act('222222', { do: 'mend' })).status).toBe(404)
})

test('who looked is written down', async () => {
  await lend()
  await town.get('/utlan', 'dispatcher')
  const accesses = await town.store.accesses({ limit: 5 })
  expect(accesses.map(({ by, what }) => [by, what])).toEqual([['Demo Dispatcher', 'listed']])
})

test('a look at the list is one line of who looked, and of each loan it is known', async () => {
  await lend()
  const other = { phone: '070-000 00 02', address: 'Norrby 2', apartment: '2' }
  await lend('2026-05-07', '2026-05-08', other)
  await town.get('/utlan', 'dispatcher')
  town.setNow(plus(MONDAY, MINUTE))
  await town.get('/utlan', 'dispatcher')
  const looks = await town.store.errandLooks(5)
  expect(looks).toEqual([
    { at: MONDAY, by: 'Demo Dispatcher', what: 'listed', errandIds: await loanIds() },
  ])
  for (const errandId of looks[0]!.errandIds) {
    expect(await town.store.accesses({ errandId, limit: 5 })).toHaveLength(1)
  }
  const { body } = await town.get('/en/persons/access')
  expect(body.match(/role="rowheader"/g)).toHaveLength(1)
  expect(body).toContain('<summary>2 errands</summary>')
  for (const id of looks[0]!.errandIds) expect(body).toContain(`<code>${id}</code>`)
})
