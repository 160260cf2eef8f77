/** The day on paper, for who rides without a phone. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_NAME, type DayTown } from '#tests/support/day-town.ts'
import { command, openDay } from '#tests/support/ridden-day.ts'
import { ekudden } from '#tests/support/town.ts'

let day: DayTown
beforeAll(async () => {
  day = await openDay(1, false)
})
afterAll(() => day[Symbol.asyncDispose]())

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
