/** The return bike's people against the real API, on a clock that the test turns. */
import { expect, test } from 'vitest'
import { openBikePeople } from '#simulator/bike.ts'
import { addresses, clockAt, DAY_NAME, openDayTown } from '#tests/support/day-town.ts'
import { STAFF_TOKEN } from '#tests/support/living-town.ts'
import { stopsOf } from '#tests/support/ridden-day.ts'
import { isoText } from '#src/stations/time.ts'

test('they book the days to come, draw up a plan, ride it and come home', async () => {
  await using day = await openDayTown()
  const step = openBikePeople({ url: day.url, staffToken: STAFF_TOKEN, seed: 1, addresses })
  const see = async () => (await day.ask('GET', `/rounds/${DAY_NAME}?people=yes`)).json
  const at = async (now: ReturnType<typeof clockAt>) => {
    day.town.setNow(now)
    await step(now)
  }

  await at(clockAt('09:00', '2026-05-04'))
  const planned = await see()
  expect(planned).toMatchObject({ version: 1, published: false, unplanned: [] })
  const people = planned.rounds.flatMap((r: any) => r.stops).flatMap((s: any) => s.person ?? [])
  expect(people.length).toBeGreaterThan(5)
  for (const { name } of people) expect(name).toMatch(/ Prov$/)
  await at(clockAt('10:00', '2026-05-04'))
  expect((await see()).version).toBe(1)

  await at(clockAt('09:45'))
  expect(await see()).toMatchObject({ published: true })
  await at(clockAt('10:00'))
  await at(clockAt('11:00'))
  const halfway = (await see()).rounds.flatMap((r: any) => r.stops)
  const over = halfway.filter((s: any) => s.state === 'done' || s.state === 'failed')
  expect(over.length).toBeGreaterThan(1)
  expect(over.length).toBeLessThan(halfway.length)

  // Somebody who plays the rider takes it back: it is told again, and not without end.
  const [back] = over
  const { bike } = (await see()).rounds.find((r: any) => r.stops.some((s: any) => s.id === back.id))
  const taken = { id: 'taken-back-1', kind: 'undone', at: isoText(clockAt('11:01')) }
  day.town.setNow(clockAt('11:02'))
  await day.ask('POST', `/stops/${back.id}/events`, { bike, events: [taken] })
  const stateOf = async () => stopsOf(await see()).find((s: any) => s.id === back.id).state
  expect(await stateOf()).not.toBe(back.state)
  await at(clockAt('11:05'))
  expect(await stateOf()).toBe(back.state)

  await at(clockAt('16:30'))
  const ridden = (await see()).rounds.filter((r: any) => r.stops.length > 0)
  expect(ridden.length).toBeGreaterThan(0)
  for (const { endedAt, stops } of ridden) {
    expect(endedAt).not.toBeNull()
    expect(stops.every((s: any) => s.state === 'done' || s.state === 'failed')).toBe(true)
  }
})
