import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { API_ROUTES, describeApi } from '#src/api/openapi.ts'
import { HOUR, plus } from '#src/stations/time.ts'
import {
  EKUDDEN_PAPER,
  fullDecision,
  fullPost,
  openHttpTown,
  PUBLIC_URL,
  TUESDAY,
} from '#tests/support/http-town.ts'

const A = '000000000000000a'

describe('health', () => {
  test('a process that answers lives; it is ready when the store answers too', async () => {
    await using town = await openHttpTown()
    expect((await town.app.inject('/healthz')).json()).toEqual({ status: 'alive' })
    expect((await town.app.inject('/readyz')).json()).toEqual({ status: 'ready', waiting: 0 })
  })

  test('it is not ready while the store fails, and says no more than that', async () => {
    await using town = await openHttpTown({
      store: (real) => ({ ...real, post: () => Promise.reject(new Error('disk /dev/secret')) }),
    })
    const answer = await town.app.inject('/readyz')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toEqual({
      type: '/api/docs#not-ready',
      title: 'The service cannot do its work right now',
      status: 503,
      detail: 'The store does not answer.',
    })
    expect((await town.app.inject('/healthz')).statusCode).toBe(200)
  })
})

test('while nothing can be kept it is not ready, and the pages say that they stand still', async () => {
  await using town = await openHttpTown({
    journal: (real) =>
      Object.create(real, { failingSince: { value: TUESDAY }, waiting: { value: 3 } }),
  })
  const answer = await town.app.inject('/readyz')
  expect(answer.statusCode).toBe(503)
  expect(answer.json()).toMatchObject({
    detail: 'Nothing could be kept since 2026-05-05T12:35:00.000Z; 3 waiting.',
  })
  expect((await town.app.inject('/')).body).toContain('Uppgifterna uppdateras inte')
})

describe('metrics', () => {
  const token = { http: { staffToken: 'a-long-enough-token' } }

  test('are for this machine, and for those with the token', async () => {
    await using town = await openHttpTown(token)
    await town.app.inject('/api/v1/stations')
    await town.app.inject('/s/no-such')
    const local = await town.app.inject('/metrics')
    expect(local.body).toContain(
      'kvitter_http_request_seconds_count{method="GET",route="/api/v1/stations",status="2xx"} 1',
    )
    expect(local.body).toContain('route="/s/:id",status="4xx"} 1')
    const get = (headers: Record<string, string>, remoteAddress: string) =>
      town.app.inject({ url: '/metrics', headers, remoteAddress })
    expect((await get({}, '192.0.2.7')).statusCode).toBe(401)
    // A proxy on this machine speaks for somebody else.
    expect((await get({ 'x-forwarded-for': '192.0.2.7' }, '127.0.0.1')).statusCode).toBe(401)
    const staff = { authorization: 'Bearer a-long-enough-token' }
    expect((await get(staff, '192.0.2.7')).statusCode).toBe(200)
  })
})

describe('headers', () => {
  test.each([
    ['/', "'self'; worker-src 'self'"],
    ['/om', "'none'"],
    ['/s/1490-901', "'self'; worker-src 'self'"],
    ['/api/v1/stations', "'none'"],
    ['/feeds/town.atom', "'none'"],
    ['/nope', "'none'"],
    ['/api/nope', "'none'"],
  ])('%s lets nothing foreign in', async (url, scripts) => {
    await using town = await openHttpTown()
    const { headers } = await town.app.inject(url)
    expect(headers).toMatchObject({
      'content-security-policy': `default-src 'self'; script-src ${scripts}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'`,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
    })
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('set-cookie')
  })

  test('open data may be read from any page; pages may not', async () => {
    await using town = await openHttpTown()
    const origin = async (url: string) =>
      (await town.app.inject(url)).headers['access-control-allow-origin']
    expect(await origin('/api/v1/stations')).toBe('*')
    expect(await origin('/feeds/town.json')).toBe('*')
    expect(await origin('/')).toBeUndefined()
    const preflight = await town.app.inject({ method: 'OPTIONS', url: '/api/v1/events' })
    expect([preflight.statusCode, preflight.headers['access-control-allow-headers']]).toEqual([
      204,
      'last-event-id, if-none-match',
    ])
  })

  test('a plain-HTTP site doesn’t ask for TLS', async () => {
    await using town = await openHttpTown({ http: { publicUrl: 'http://127.0.0.1:8080/' } })
    const { headers } = await town.app.inject('/')
    expect(headers).not.toHaveProperty('strict-transport-security')
  })
})

describe('the description', () => {
  test('names every route that there is, and no other', async () => {
    const registered: string[] = []
    await using town = await openHttpTown()
    for (const line of town.app.printRoutes({ commonPrefix: false }).split('\n')) {
      registered.push(line)
    }
    const document = (await town.app.inject('/api/openapi.json')).json<{ paths: object }>()
    expect(Object.keys(document.paths)).toEqual([
      ...new Set(API_ROUTES.map((r) => r.path.replace(/:(\w+)/g, '{$1}'))),
    ])
    for (const { path, method = 'get' } of API_ROUTES) {
      expect(town.app.hasRoute({ method: method.toUpperCase(), url: path }), path).toBe(true)
    }
    const tree = registered.join('\n')
    for (const word of ['v2', 'debug', 'admin']) expect(tree).not.toContain(word)
  })

  test('every answer is of the shape that it describes', async () => {
    await using town = await openHttpTown({ http: { staffToken: 'a-long-enough-token' } })
    await town.measure(EKUDDEN_PAPER, 96.4, 12)
    await town.say([fullDecision(TUESDAY, A)], [fullPost(TUESDAY, A)])
    await town.append({
      kind: 'fact',
      fact: { type: 'silenced', id: 'a', until: plus(TUESDAY, HOUR), actor: 'Kim' },
    })
    const urls: Record<string, readonly string[]> = {
      listStations: ['/api/v1/stations', '/api/v1/stations?lat=57&lon=12'],
      stationsGeoJson: ['/api/v1/stations.geojson'],
      getStation: ['/api/v1/stations/1490-901'],
      getContainer: [`/api/v1/containers/${EKUDDEN_PAPER}`],
      stationKept: ['/api/v1/stations/1490-901/kept'],
      getPlan: [`/api/v1/containers/${EKUDDEN_PAPER}/plan`],
      containerReadings: [
        `/api/v1/containers/${EKUDDEN_PAPER}/readings`,
        `/api/v1/containers/${EKUDDEN_PAPER}/readings?every=1h`,
      ],
      listEmptyings: [`/api/v1/containers/${EKUDDEN_PAPER}/emptyings`],
      listPosts: ['/api/v1/posts'],
      getPost: [`/api/v1/posts/${A}`],
      listDecisions: ['/api/v1/decisions'],
      stationRules: ['/api/v1/stations/1490-901/rules'],
      containerRules: [`/api/v1/containers/${EKUDDEN_PAPER}/rules`],
      listSilences: ['/api/v1/silences?all=yes'],
      listDeliveries: ['/api/v1/deliveries'],
      listDevices: ['/api/v1/devices'],
      listDeviceChanges: ['/api/v1/device-changes'],
      listAlarms: ['/api/v1/alarms?all=yes'],
      alarmHistory: ['/api/v1/alarms/history'],
      listMessages: ['/api/v1/messages'],
      listReportFloods: ['/api/v1/report-floods'],
      listQuarantine: ['/api/v1/quarantine'],
      countSubscribers: ['/api/v1/subscribers'],
      health: ['/healthz'],
      readiness: ['/readyz'],
    }
    // What changes something is asked for where its effect is tested, and so are a replay that must be
    // started first, accounts and rules as text, of which this town has none, and the return bike.
    const elsewhere = ['getReplay', 'listChannels', 'getRules']
    const described = API_ROUTES.filter(
      (r) =>
        r.answer.schema &&
        r.method === undefined &&
        r.tag !== 'bike' &&
        !elsewhere.includes(r.operationId),
    )
    expect(Object.keys(urls).sort()).toEqual(described.map((r) => r.operationId).sort())
    for (const route of described) {
      for (const url of urls[route.operationId]!) {
        const answer = await town.app.inject({
          url,
          headers: { authorization: 'Bearer a-long-enough-token' },
        })
        const result = (route.answer.schema as z.ZodType).safeParse(answer.json())
        expect(result.error?.issues, url).toBeUndefined()
        expect(answer.headers['content-type'], url).toContain(route.answer.type)
      }
    }
  })

  test('is OpenAPI 3.1 whose references all lead somewhere', () => {
    const document = describeApi(PUBLIC_URL)
    expect(document.openapi).toBe('3.1.0')
    const text = JSON.stringify(document)
    const refs = new Set(
      [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map((m) => m[1]!),
    )
    expect([...refs].sort()).toEqual(Object.keys(document.components.schemas).sort())
    expect(text).not.toContain('$defs')
    expect(document.paths['/api/v1/stations']!.get?.parameters).toEqual([
      {
        name: 'fraction',
        in: 'query',
        required: false,
        description: expect.stringContaining('one of paper'),
        schema: expect.objectContaining({
          type: 'string',
          enum: expect.arrayContaining(['paper']),
        }),
      },
      expect.objectContaining({
        name: 'lat',
        schema: { type: 'number', minimum: -90, maximum: 90 },
      }),
      expect.objectContaining({ name: 'lon' }),
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: 'a whole number from 1 to 1000',
        schema: { type: 'integer', minimum: 1, maximum: 1000 },
      },
    ])
  })
})
