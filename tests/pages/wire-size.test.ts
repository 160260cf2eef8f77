import { expect, test } from 'vitest'
import { FRACTIONS } from '#src/stations/fraction.ts'
import type { Container, Station, Town } from '#src/stations/station.ts'
import { HOUR, plus } from '#src/stations/time.ts'
import { fullDecision, fullPost, openHttpTown, TUESDAY } from '#tests/support/http-town.ts'
import { box, castTown, containerId, deviceId, stationId } from '#tests/support/town.ts'

/** As many stations as a large town has, eight containers each, all of them measured. */
function largeTown(stations: number): Town {
  const built = Array.from({ length: stations }, (_, i): Station => {
    const externalId = String(i + 1).padStart(3, '0')
    const id = stationId(`1490-${externalId}`)
    return {
      id,
      municipalityCode: '1490',
      externalId,
      name: `${['Norra', 'Södra', 'Östra', 'Västra'][i % 4]} Provområdet ${i * 7}`,
      address: `Provgatan ${i * 3 + 1}`,
      place: { lon: 12.8 + ((i * 37) % 100) / 250, lat: 57.6 + ((i * 53) % 100) / 350 },
      containers: FRACTIONS.map((f): Container => ({
        id: containerId(`${id}-${f.id}-1`),
        stationId: id,
        name: `${f.id}-1`,
        fraction: f.id,
        geometry: box,
      })),
    }
  })
  return {
    ...castTown,
    stations: built,
    devices: [{ id: deviceId('dev-1'), profile: 'native' }],
    mountings: [],
  }
}

async function sizeOf(town: Awaited<ReturnType<typeof openHttpTown>>, url: string) {
  const answer = await town.app.inject({ url, headers: { 'accept-encoding': 'br' } })
  expect([answer.statusCode, answer.headers['content-encoding']]).toEqual([200, 'br'])
  return answer.rawPayload.length
}

test('200 stations are at most 30 kB on the wire', async () => {
  await using town = await openHttpTown({ town: largeTown(200) })
  await Promise.all(
    town.journal.town.town.stations
      .flatMap((s) => s.containers)
      .map((c, i) => town.measure(c.id, (i * 37) % 101, (i * 13) % 300)),
  )
  expect(await sizeOf(town, '/')).toBeLessThanOrEqual(30_000)
  expect(await sizeOf(town, '/en/?fraction=paper&lat=57.7&lon=12.9')).toBeLessThanOrEqual(30_000)
})

test('a page of the archive of 200 stations is at most 14 kB on the wire', async () => {
  await using town = await openHttpTown({ town: largeTown(200) })
  const { stations } = town.journal.town.town
  const posts = Array.from({ length: 60 }, (_, n) =>
    fullPost(plus(TUESDAY, -n * HOUR), n.toString(16).padStart(16, '0'), {
      stationId: stations[n]!.id,
    }),
  )
  await town.say([], posts)
  expect(await sizeOf(town, '/arkiv')).toBeLessThanOrEqual(14_000)
})

test('a station with a week of history and ten posts is at most 14 kB on the wire, style included', async () => {
  await using town = await openHttpTown({ town: largeTown(3) })
  const station = town.journal.town.town.stations[0]!
  const readings: Promise<void>[] = []
  for (const [i, container] of station.containers.entries()) {
    for (let hours = 168; hours > 0; hours -= 1) {
      readings.push(town.measure(container.id, ((hours * (i + 3)) / 2) % 100, hours * 60 - 1))
    }
  }
  await Promise.all(readings)
  for (let n = 1; n <= 10; n += 1) {
    const at = plus(TUESDAY, -n * HOUR)
    const key = n.toString(16).padStart(16, '0')
    const container = station.containers[n % 8]!.id
    await town.say(
      [
        fullDecision(at, key, {
          stationId: station.id,
          subject: container,
          containerId: container,
        }),
      ],
      [fullPost(at, key, { stationId: station.id })],
    )
  }
  const css = /href="(\/assets\/[^"]+)"/.exec((await town.app.inject('/')).body)![1]!
  const page = await sizeOf(town, `/s/${station.id}`)
  expect(page + (await sizeOf(town, css))).toBeLessThanOrEqual(14_000)
})
