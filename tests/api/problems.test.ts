import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openHttpTown } from '#tests/support/http-town.ts'

const readings = '/api/v1/containers/1490-903-paper-1/readings'
const knownListQuery = 'no such parameter; the known ones are fraction, lat, lon, limit'

describe('a request that makes no sense is told what was expected', () => {
  test.each([
    ['/api/v1/stations/064', 'id', 'a station id such as 1490-064', '064'],
    [
      '/api/v1/stations/..%2f..%2fetc%2fpasswd',
      'id',
      'a station id such as 1490-064',
      '../../etc/passwd',
    ],
    ['/api/v1/stations/%00', 'id', 'a station id such as 1490-064', '\u0000'],
    [
      "/api/v1/stations/1490-1'%20or%201=1",
      'id',
      'a station id such as 1490-064',
      "1490-1' or 1=1",
    ],
    ['/api/v1/stations?limit=1e9', 'limit', 'a whole number from 1 to 1000', '1e9'],
    ['/api/v1/stations?limit=1000000000', 'limit', 'a whole number from 1 to 1000', '1000000000'],
    ['/api/v1/stations?limit=-1', 'limit', 'a whole number from 1 to 1000', '-1'],
    ['/api/v1/stations?limit=0', 'limit', 'a whole number from 1 to 1000', '0'],
    ['/api/v1/stations?limit=', 'limit', 'a whole number from 1 to 1000', ''],
    ['/api/v1/stations?limit=1&limit=2', 'limit', 'a whole number from 1 to 1000', '["1","2"]'],
    ['/api/v1/stations?lat=91&lon=1', 'lat', 'a latitude in degrees, -90 to 90', '91'],
    ['/api/v1/stations?lat=NaN&lon=1', 'lat', 'a latitude in degrees, -90 to 90', 'NaN'],
    ['/api/v1/stations?lat=57', 'lon', 'lat and lon together, or neither', undefined],
    ['/api/v1/stations?fractoin=paper', 'fractoin', knownListQuery, 'paper'],
    ['/api/v1/stations?__proto__=x', '__proto__', undefined, 'x'],
    [
      '/api/v1/stations?fraction=gold',
      'fraction',
      'one of paper, plastic, metal, clear-glass, coloured-glass, newspapers, batteries, textiles',
      'gold',
    ],
    ['/api/v1/containers/1490-903', 'id', 'a container id such as 1490-064-paper-1', '1490-903'],
    [
      `${readings}?from=yesterday`,
      'from',
      'an ISO 8601 time with an offset, such as 2026-05-05T10:45:00Z',
      'yesterday',
    ],
    [
      `${readings}?from=2026-05-05T10:45:00`,
      'from',
      'an ISO 8601 time with an offset, such as 2026-05-05T10:45:00Z',
      '2026-05-05T10:45:00',
    ],
    [
      `${readings}?to=2026-13-45T10:45:00Z`,
      'to',
      'an ISO 8601 time with an offset, such as 2026-05-05T10:45:00Z',
      '2026-13-45T10:45:00Z',
    ],
    [
      `${readings}?from=2026-05-06T00:00:00Z&to=2026-05-05T00:00:00Z`,
      'from',
      'a time before 2026-05-05T00:00:00.000Z',
      '2026-05-06T00:00:00.000Z',
    ],
    [`${readings}?every=1s`, 'every', 'a span from 1m to 366d, such as 1h', '1s'],
    [`${readings}?every=Infinityd`, 'every', 'a span from 1m to 366d, such as 1h', 'Infinityd'],
    [
      `${readings}?every=1m&from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z`,
      'every',
      'a longer span: from, to and every give at most 2000 buckets',
      '3156480 buckets',
    ],
    ['/api/v1/posts/xyz', 'key', 'a post key of sixteen hex digits', 'xyz'],
    ['/api/v1/posts?audience=everyone', 'audience', 'public or staff', 'everyone'],
    ['/api/v1/decisions?rule=%3Cscript%3E', 'rule', 'the id of a rule, such as full', '<script>'],
    [
      '/feeds/stations/1490-903.xml',
      'file',
      'a station id with .atom, .rss or .json, such as 1490-064.atom',
      '1490-903.xml',
    ],
    [
      '/fi/feeds/fractions/glass.rss',
      'file',
      'a fraction with .atom, .rss or .json, such as coloured-glass.atom',
      'glass.rss',
    ],
    ['/feeds/town.atom?lang=no', 'lang', 'one of sv, en, fi', 'no'],
    ['/api/v1/events?after=x', 'after', 'a whole number from 0 to 999999999999', 'x'],
  ])('%s', async (url, field, expected, got) => {
    await using town = await openHttpTown()
    const answer = await town.app.inject(url)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    if (expected === undefined) {
      // A name that JavaScript itself uses must do no harm, whatever the answer.
      expect(answer.statusCode).toBe(400)
      return
    }
    expect(answer.json()).toEqual({
      type: '/api/docs#invalid-request',
      title: 'The request could not be understood',
      status: 400,
      detail: expect.stringMatching(/\S/),
      errors: [{ field, expected, ...(got !== undefined && { got }) }],
    })
    expect(answer.statusCode).toBe(400)
  })

  test('several faults are told at once, and long values are cut', async () => {
    await using town = await openHttpTown()
    const answer = await town.app.inject(`/api/v1/decisions?limit=${'9'.repeat(300)}&station=x`)
    expect(answer.json()).toMatchObject({
      detail: '2 parameters are wrong.',
      errors: [
        { field: 'station', got: 'x' },
        { field: 'limit', got: `${'9'.repeat(99)}…` },
      ],
    })
  })
})

describe('what isn’t there', () => {
  test.each([
    ['/api/v1/stations/1490-999', 'There is no station 1490-999.'],
    ['/api/v1/containers/1490-901-paper-9', 'There is no container 1490-901-paper-9.'],
    ['/api/v1/containers/1490-901-paper-9/readings', 'There is no container 1490-901-paper-9.'],
    ['/api/v1/posts/00000000000000ff', 'There is no post 00000000000000ff.'],
    ['/feeds/stations/1490-999.json', 'There is no station 1490-999.'],
    ['/api/v2/stations', 'There is nothing at /api/v2/stations.'],
    ['/api/', 'There is nothing at /api/.'],
    ['/feeds/secret', 'There is nothing at /feeds/secret.'],
    ['/fi/feeds/secret', 'There is nothing at /fi/feeds/secret.'],
  ])('%s is 404 in the API’s own words', async (url, detail) => {
    await using town = await openHttpTown()
    const answer = await town.app.inject(url)
    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toEqual({
      type: '/api/docs#not-found',
      title: 'There is no such thing here',
      status: 404,
      detail,
    })
  })
})

describe('another method than GET', () => {
  test.each([
    ['POST', '/api/v1/stations'],
    ['DELETE', '/api/v1/stations/1490-901'],
    ['PUT', '/feeds/town.atom'],
    ['PATCH', '/s/1490-901'],
    ['POST', '/'],
  ] as const)('%s %s is refused, whatever it carries', async (method, url) => {
    await using town = await openHttpTown()
    const answer = await town.app.inject({
      method,
      url,
      headers: { 'content-type': 'application/x-strange' },
      payload: 'x'.repeat(100_000),
    })
    expect(answer.statusCode).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
    expect(answer.json()).toEqual({
      type: '/api/docs#method-not-allowed',
      title: 'This cannot be done here',
      status: 405,
      detail: `${method} does nothing here; use GET.`,
    })
  })
})

test('a fault of ours tells the caller nothing of the inside, but where to find it in the log', async () => {
  await using town = await openHttpTown({
    store: (real) => ({
      ...real,
      decisions: () => Promise.reject(new Error('SQLITE_CORRUPT at /secret/path')),
      posts: () => Promise.reject(new Error('SQLITE_CORRUPT at /secret/path')),
    }),
  })
  const answer = await town.app.inject('/api/v1/decisions')
  expect(answer.statusCode).toBe(500)
  const problem = answer.json<{ detail: string }>()
  expect(problem).toEqual({
    type: '/api/docs#internal',
    title: 'Something went wrong on our side',
    status: 500,
    detail: expect.stringMatching(/^It has been logged as \S+\.$/),
  })
  expect(town.logged.join('')).toContain('SQLITE_CORRUPT')

  const page = await town.app.inject('/')
  expect(page.statusCode).toBe(500)
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(page.body).toContain('Något gick fel hos oss')
  expect(page.body).not.toContain('SQLITE')
})

describe('bytes that are hardly HTTP', () => {
  test.each([
    [
      'a query of 20 kB',
      `GET /api/v1/stations?q=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
    ],
    ['nonsense', 'hello there\r\n\r\n', 400],
    [
      'a broken percent sign',
      'GET /api/v1/stations/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      400,
    ],
  ])('%s is answered with a problem document', async (_what, bytes, status) => {
    await using town = await openHttpTown()
    const address = new URL(await town.app.listen({ host: '127.0.0.1', port: 0 }))
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(address.port), address.hostname)
      let got = ''
      socket.setEncoding('utf8')
      socket.on('data', (chunk: string) => (got += chunk))
      socket.on('close', () => {
        resolve(got)
      })
      socket.on('error', reject)
      socket.write(bytes)
    })
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(text.toLowerCase()).toContain('content-type: application/problem+json')
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))).toMatchObject({ status })
  })
})
