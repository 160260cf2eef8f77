import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { preferredEncoding } from '#src/api/hot-answer.ts'
import { plus, HOUR, MINUTE } from '#src/stations/time.ts'
import { EKUDDEN_PAPER, openHttpTown, TUESDAY, type HttpTown } from '#tests/support/http-town.ts'
import { castTown, containerId } from '#tests/support/town.ts'

const torgetPaper = containerId('1490-903-paper-1')

async function json(town: HttpTown, url: string): Promise<unknown> {
  const answer = await town.app.inject(url)
  expect([url, answer.statusCode]).toEqual([url, 200])
  return answer.json()
}

const names = (answer: unknown) =>
  (answer as { stations: { name: string }[] }).stations.map((s) => s.name)

test('a station is told whole, with the national ids and without inventing a level', async () => {
  await using town = await openHttpTown()
  await town.measure(torgetPaper, 96.4, 12)

  expect(await json(town, '/api/v1/stations/1490-903')).toEqual({
    asOf: '2026-05-05T12:35:00.000Z',
    station: {
      id: '1490-903',
      municipalityCode: '1490',
      externalAvsId: '903',
      name: 'Torget',
      address: 'Provgatan 1',
      areaId: null,
      place: { lon: 12.96, lat: 57.73 },
      url: 'https://kvitter.example/s/1490-903',
      counts: { containers: 1, hasRoom: 0, nearlyFull: 0, full: 1, unknown: 0 },
      containers: [
        {
          id: '1490-903-paper-1',
          stationId: '1490-903',
          name: 'paper-1',
          municipalityCode: '1490',
          externalAvsId: '903',
          fraction: 'paper',
          fractionName: {
            sv: 'pappersförpackningar',
            en: 'paper packaging',
            fi: 'paperipakkaukset',
          },
          serviceType: 1,
          serviceId: 101,
          status: 'full',
          fillPercent: 96,
          measuredAt: '2026-05-05T12:23:00.000Z',
          unknownSince: null,
          source: 'sensor',
          fault: null,
          emptiedAt: null,
          nextEmptyingAt: null,
          nextEmptyingUntil: null,
        },
      ],
    },
  })
})

test('a container with a fault is unknown since then, and its level is null', async () => {
  await using town = await openHttpTown()
  await town.fail(torgetPaper, 'no-echo', 90)
  expect(await json(town, '/api/v1/containers/1490-903-paper-1')).toMatchObject({
    container: {
      status: 'unknown',
      fillPercent: null,
      measuredAt: null,
      unknownSince: '2026-05-05T11:05:00.000Z',
      fault: 'no-echo',
    },
    volumeLitres: 3000,
  })
})

describe('the list of stations', () => {
  test('is sorted by name, or by distance from a place', async () => {
    await using town = await openHttpTown()
    expect(names(await json(town, '/api/v1/stations'))).toEqual(['Ekudden', 'Hamnen', 'Torget'])
    const near = await json(town, '/api/v1/stations?lat=57.73&lon=12.96')
    expect(names(near)).toEqual(['Torget', 'Hamnen', 'Ekudden'])
    expect(near).toMatchObject({
      stations: [{ distanceM: 0 }, { distanceM: 1261 }, { distanceM: 1627 }],
    })
  })

  test('tells of one fraction only, when asked, and of so many stations as asked for', async () => {
    await using town = await openHttpTown()
    const glass = await json(town, '/api/v1/stations?fraction=clear-glass')
    expect(names(glass)).toEqual(['Ekudden', 'Hamnen'])
    expect(glass).toMatchObject({
      stations: [
        { containers: [{ id: '1490-901-clear-glass-1' }] },
        { containers: [{ id: '1490-902-clear-glass-1' }] },
      ],
    })
    expect(names(await json(town, '/api/v1/stations?limit=2'))).toEqual(['Ekudden', 'Hamnen'])
  })

  test('is the same bytes in every encoding', async () => {
    await using town = await openHttpTown()
    const get = (encoding: string) =>
      town.app.inject({ url: '/api/v1/stations', headers: { 'accept-encoding': encoding } })
    const plain = await get('identity')
    const br = await get('gzip, br')
    const gzip = await get('gzip, br;q=0')
    expect([br.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual([
      'br',
      'gzip',
    ])
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(plain.body)
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(plain.body)
    expect(new Set([plain, br, gzip].map((a) => a.headers.etag)).size).toBe(3)
    expect(br.headers).toMatchObject({ 'cache-control': 'public, max-age=30' })
    expect(br.headers.vary).toContain('accept-encoding')
  })

  test('is not sent again to who already has it, until something changes', async () => {
    let ms = 0
    await using town = await openHttpTown({ http: { monotonicMs: () => ms } })
    for (const url of ['/api/v1/stations', '/api/v1/stations.geojson']) {
      const first = await town.app.inject(url)
      const again = (tag = String(first.headers.etag)) =>
        town.app.inject({ url, headers: { 'if-none-match': `"other", ${tag}` } })
      expect((await again()).statusCode).toBe(304)
      expect((await again(`W/${first.headers.etag}`)).statusCode).toBe(304)
      expect((await again()).body).toBe('')

      await town.measure(EKUDDEN_PAPER, 40 + ms / 1000)
      expect((await again()).statusCode, 'not made anew within half a second').toBe(304)
      ms += 500
      const fresh = await again()
      expect(fresh.statusCode).toBe(200)
      expect(fresh.body).toContain(`"fillPercent":${Math.round(40 + (ms - 500) / 1000)}`)
    }
  })

  test('grows old by time alone: a silent sensor becomes unknown without any new reading', async () => {
    let ms = 0
    await using town = await openHttpTown({ http: { monotonicMs: () => ms } })
    await town.measure(torgetPaper, 50)
    const status = async () =>
      ((await json(town, '/api/v1/stations')) as { stations: { counts: object }[] }).stations[2]!
        .counts
    expect(await status()).toMatchObject({ hasRoom: 1, unknown: 0 })
    town.setNow(plus(TUESDAY, 7 * HOUR))
    ms += 29_000
    expect(await status()).toMatchObject({ hasRoom: 1 })
    ms += 1_000
    expect(await status()).toMatchObject({ hasRoom: 0, unknown: 1 })
  })

  test('comes as GeoJSON with longitude first and OpenStreetMap’s tags', async () => {
    await using town = await openHttpTown()
    const answer = await town.app.inject('/api/v1/stations.geojson')
    expect(answer.headers['content-type']).toBe('application/geo+json; charset=utf-8')
    expect(answer.json()).toMatchObject({
      type: 'FeatureCollection',
      features: [
        {
          type: 'Feature',
          id: '1490-901',
          geometry: { type: 'Point', coordinates: [12.94, 57.72] },
          properties: {
            name: 'Ekudden',
            amenity: 'recycling',
            recycling_type: 'container',
            ref: '901',
            'recycling:paper_packaging': 'yes',
            'recycling:plastic_packaging': 'yes',
            'recycling:glass_bottles': 'yes',
          },
        },
        { id: '1490-902' },
        { id: '1490-903' },
      ],
    })
  })
})

describe('readings', () => {
  test('come raw and oldest first, the last day unless told otherwise', async () => {
    await using town = await openHttpTown()
    await town.measure(torgetPaper, 40, 30 * 60)
    await town.measure(torgetPaper, 42.5, 120)
    await town.fail(torgetPaper, 'tilted', 60)
    expect(await json(town, '/api/v1/containers/1490-903-paper-1/readings')).toEqual({
      containerId: '1490-903-paper-1',
      from: '2026-05-04T12:35:00.000Z',
      to: '2026-05-05T12:35:00.000Z',
      truncated: false,
      readings: [
        {
          measuredAt: '2026-05-05T10:35:00.000Z',
          receivedAt: '2026-05-05T12:35:00.000Z',
          fillPercent: 42.5,
          rawFillPercent: 42.5,
          distanceMm: null,
          cleanPercent: null,
          correction: null,
          fault: null,
          batteryPercent: null,
          temperatureC: null,
          flags: [],
        },
        {
          measuredAt: '2026-05-05T11:35:00.000Z',
          receivedAt: '2026-05-05T12:35:00.000Z',
          fillPercent: null,
          rawFillPercent: null,
          distanceMm: null,
          cleanPercent: null,
          correction: null,
          fault: 'tilted',
          batteryPercent: null,
          temperatureC: null,
          flags: [],
        },
      ],
    })
  })

  test('come in buckets, with nothing where nothing was known', async () => {
    await using town = await openHttpTown()
    await town.measure(torgetPaper, 40, 150)
    await town.measure(torgetPaper, 44, 145)
    await town.measure(torgetPaper, 50, 10)
    expect(
      await json(
        town,
        '/api/v1/containers/1490-903-paper-1/readings?from=2026-05-05T10:00:00Z&to=2026-05-05T13:00:00%2B00:00&every=1h',
      ),
    ).toEqual({
      containerId: '1490-903-paper-1',
      from: '2026-05-05T10:00:00.000Z',
      to: '2026-05-05T13:00:00.000Z',
      everyMs: 60 * MINUTE,
      buckets: [
        {
          from: '2026-05-05T10:00:00.000Z',
          n: 2,
          minPercent: 40,
          meanPercent: 42,
          maxPercent: 44,
        },
        {
          from: '2026-05-05T12:00:00.000Z',
          n: 1,
          minPercent: 50,
          meanPercent: 50,
          maxPercent: 50,
        },
      ],
    })
  })

  test('an offset’s plus sign that a browser turned into a space is still understood', async () => {
    await using town = await openHttpTown()
    expect(
      await json(
        town,
        '/api/v1/containers/1490-903-paper-1/readings?from=2026-05-05T10:00:00+02:00&to=2026-05-05T12:00:00+02:00',
      ),
    ).toMatchObject({ from: '2026-05-05T08:00:00.000Z', to: '2026-05-05T10:00:00.000Z' })
  })
})

test('a town without stations has an empty list', async () => {
  await using town = await openHttpTown({
    town: { ...castTown, stations: [], devices: [], mountings: [] },
  })
  expect(await json(town, '/api/v1/stations')).toMatchObject({ stations: [] })
})

test.each([
  ['br, gzip', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['BR', 'br'],
  ['br;q=0.000', 'identity'],
  ['deflate', 'identity'],
  [undefined, 'identity'],
])('a caller who accepts %s gets %s', (header, encoding) => {
  expect(preferredEncoding(header)).toBe(encoding)
})
