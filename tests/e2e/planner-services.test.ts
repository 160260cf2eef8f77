/** A served town that names a router and an outside engine in its file: they are asked, and may die. */
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runKvitter, startKvitter } from '#tests/support/process.ts'
import { listen } from '../routing/http-double.ts'

const BORAS = fileURLToPath(new URL('../../towns/boras', import.meta.url))
const STAFF = {
  authorization: 'Bearer a-long-enough-token',
  'kvitter-actor': 'Lo',
  'content-type': 'application/json',
}
/** Longer than any leg in Norrby by the formula. */
const LEG_S = 1000

const osrm = (url: string) => {
  const count = (name: string) => new RegExp(`${name}=([\\d;]+)`).exec(url)![1]!.split(';').length
  const rows = (value: number) =>
    Array.from({ length: count('sources') }, () => Array(count('destinations')).fill(value))
  return { json: { code: 'Ok', durations: rows(LEG_S), distances: rows(1500) } }
}

test('a plan goes by the town’s router, and by the formula when the router is dead, which staff are told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-services-'))
  const router = await listen(osrm)
  const engine = await listen(() => ({ json: { code: 2, error: 'not today' } }))
  try {
    const town = join(folder, 'town')
    await cp(BORAS, town, { recursive: true })
    await appendFile(
      join(town, 'returnbike.yaml'),
      `\ntravel: { osrm: "${router.url}" }\nplanner: { vroom: "${engine.url}" }\n`,
    )
    const settings = ['--town', town, '--data', join(folder, 'data'), '--http', '127.0.0.1:0']
    await using served = await startKvitter(
      [...settings, '--mqtt', '127.0.0.1:0', '--mqtt-ws', 'off', '--verify-nightly', 'off'],
      { KVITTER_STAFF_TOKEN: 'a-long-enough-token' },
    )
    const ask = async (path: string, body?: object) => {
      const answer = await fetch(`${served.httpUrl}/api/v1${path}`, {
        headers: STAFF,
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      })
      return (await answer.json()) as any
    }
    const { serviceDays } = await ask('/service-days')
    const open = serviceDays.filter((one: any) => one.slots.some((slot: any) => slot.open))
    const [{ day, slots }, later] = open.slice(-2)
    const book = (on: string, address: string) =>
      ask('/bookings', {
        person: { name: 'Prova Provsson', phone: '070-000 00 01', address, apartment: '1101' },
        things: [{ item: 'chair', count: 1 }],
        day: on,
        slotId: slots[0].slotId,
      })
    await book(day, 'Demogr. 3')
    const planned = async (on: string) => {
      await ask(`/rounds/${on}/plan`, { version: 0 })
      const { rounds } = await ask(`/rounds/${on}`)
      const [stop, next] = rounds[0].stops
      return Date.parse(next.startsAt) - Date.parse(stop.startsAt)
    }
    expect(await planned(day)).toBeGreaterThan(LEG_S * 1000)
    expect(router.asked.every(({ url }) => url.startsWith('/table/v1/bike/'))).toBe(true)
    expect(engine.asked.length).toBeGreaterThan(0)
    expect((await ask('/alarms')).planning).toMatchObject([
      { part: 'planner', service: engine.url, because: 'VROOM: not today' },
    ])

    await router.close()
    await book(later.day, 'Provgatan 1')
    expect(await planned(later.day)).toBeLessThan(LEG_S * 1000)
    expect((await ask('/alarms')).planning.map(({ part }: any) => part)).toEqual([
      'planner',
      'travel',
    ])
    expect(served.log()).toContain('travel times are by the formula')
  } finally {
    await router.close().catch(() => undefined)
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
})

test('a city pack that isn’t there is a fault of the folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-services-'))
  try {
    const town = join(folder, 'town')
    await cp(BORAS, town, { recursive: true })
    await appendFile(join(town, 'returnbike.yaml'), '\ntravel: { cityPack: town.citypack }\n')
    const { code, stderr, stdout } = await runKvitter(['check', town])
    expect([code, stdout + stderr]).toEqual([
      2,
      expect.stringContaining(
        `${join(town, 'town.citypack')}: there is no such file; kvitter city-pack import makes it`,
      ),
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
