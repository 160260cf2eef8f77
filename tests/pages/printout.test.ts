/** The day on paper, for who rides without a phone. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addresses, DAY_NAME, type DayTown } from '#tests/support/day-town.ts'
import { command, openDay } from '#tests/support/ridden-day.ts'
import { ekudden } from '#tests/support/town.ts'

let day: DayTown
beforeAll(async () => {
  day = await openDay(1, false)
})
afterAll(() => day[Symbol.asyncDispose]())

test('a stop at a place of its own says where it is, how much, and where it is left', async () => {
  const urgent = {
    what: 'Två säckar vid porten',
    address: addresses[20]!.address,
    litres: 240,
    kg: 30,
    dropOff: 'centre',
  }
  const { status, json } = await command(day, 'insert', { urgent })
  expect(status, JSON.stringify(json)).toBe(200)
  const { body } = await day.town.app.inject({
    url: `/stab/utskrift?day=${DAY_NAME}`,
    headers: await day.town.signIn('dispatcher'),
  })
  expect(body).toContain(`${urgent.address}: Två säckar vid porten`)
  expect(body).toContain('<td>240 l, 30 kg</td>')
  expect(body).toMatch(/<td>Lämna på Centralen<br \/><\/td>/)
})

test('a stop that is no booking says at which station', async () => {
  const urgent = { what: 'Säckar vid ingången', station: ekudden.id }
  const { status, json } = await command(day, 'insert', { urgent })
  expect(status, JSON.stringify(json)).toBe(200)
  const { body } = await day.town.app.inject({
    url: `/stab/utskrift?day=${DAY_NAME}`,
    headers: await day.town.signIn('dispatcher'),
  })
  expect(body).toContain('Ekudden: Säckar vid ingången')
})
