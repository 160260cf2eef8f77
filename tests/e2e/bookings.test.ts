/** The return bike in the real program: the demo town's file, its clock, its database, over a restart. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startKvitter } from '#tests/support/process.ts'

const BORAS = fileURLToPath(new URL('../../towns/boras', import.meta.url))
const STAFF = { authorization: 'Bearer a-long-enough-token', 'kvitter-actor': 'Lo' }

async function ask(url: string, init: RequestInit = {}) {
  const answer = await fetch(url, init)
  return { status: answer.status, json: (await answer.json()) as any }
}

test('a booking in Norrby outlives the process, and nobody reads it without its secret', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-bike-'))
  try {
    const args = ['--town', BORAS, '--data', join(folder, 'data')]
    const at = [...args, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0']
    const settings = [...at, '--mqtt-ws', 'off', '--verify-nightly', 'off']
    const env = { KVITTER_STAFF_TOKEN: 'a-long-enough-token' }
    let made: { secret: string; booking: { reference: string; slot: { day: string } } }
    {
      await using served = await startKvitter(settings, env)
      const { json } = await ask(`${served.httpUrl}/api/v1/service-days`)
      const days = json.serviceDays as readonly { day: string; slots: readonly any[] }[]
      // Tuesdays and Thursdays for six weeks, but for holidays.
      expect(days.length).toBeGreaterThan(6)
      const { day, slots } = days.findLast((one) => one.slots.some((slot) => slot.open))!
      const form = {
        person: { name: 'Prova Provsson', phone: '070-000 00 01', address: 'Demogr. 3' },
        things: [{ item: 'chair', count: 2 }],
        day,
        slotId: slots[0].slotId,
      }
      const booked = await ask(`${served.httpUrl}/api/v1/bookings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(form),
      })
      expect([booked.status, booked.json.booking?.district]).toEqual([201, 'norrby'])
      made = booked.json
      expect(await served.stop()).toBe(0)
      expect(served.log()).not.toContain('Provsson')
    }
    await using served = await startKvitter(settings, env)
    const url = `${served.httpUrl}/api/v1/bookings`
    const mine = { headers: { authorization: `Bearer ${made.secret}` } }
    const read = await ask(`${url}/${made.booking.reference}`, mine)
    expect([read.status, read.json.person?.name]).toEqual([200, 'Prova Provsson'])
    const guess = { headers: { authorization: 'Bearer guess' } }
    expect((await ask(`${url}/${made.booking.reference}`, guess)).status).toBe(404)
    const list = await ask(`${url}?day=${made.booking.slot.day}`, { headers: STAFF })
    expect(list.json.bookings).toHaveLength(1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
