import { describe, expect, test } from 'vitest'
import { MINUTE, plus } from '#src/stations/time.ts'
import {
  EKUDDEN,
  EKUDDEN_PAPER,
  fullDecision,
  fullPost,
  openHttpTown,
  PUBLIC_URL,
  TUESDAY,
} from '#tests/support/http-town.ts'
import { containerId, stationId } from '#tests/support/town.ts'

const A = '000000000000000a'
const B = '000000000000000b'
const STAFF = { authorization: 'Bearer a-long-enough-token' }
const staffOnly = { http: { staffToken: 'a-long-enough-token' } }

async function talkingTown(options = {}) {
  const town = await openHttpTown(options)
  await town.say([fullDecision(TUESDAY, A)], [fullPost(TUESDAY, A)])
  const later = plus(TUESDAY, 5 * MINUTE)
  town.setNow(later)
  await town.say(
    [fullDecision(later, B, { ruleId: 'sensor_silent', seq: 9 })],
    [
      fullPost(later, B, {
        audience: 'staff',
        items: [{ ...fullPost(later, B).items[0]!, template: 'sensor_silent' }],
      }),
    ],
  )
  return town
}

test('a post is told with its words in every language, its items and every decision behind it', async () => {
  await using town = await talkingTown()
  const answer = await town.app.inject(`/api/v1/posts/${A}`)
  const { post, decisions } = answer.json<{ post: unknown; decisions: object[] }>()
  expect(post).toEqual({
    key: A,
    at: '2026-05-05T12:35:00.000Z',
    saidAt: '2026-05-05T12:35:00.000Z',
    withdrawnAt: null,
    stationId: '1490-901',
    areaId: null,
    placeName: 'Ekudden',
    stationName: 'Ekudden',
    audience: 'public',
    kind: 'open',
    texts: {
      sv: 'Ekudden: behållaren för pappersförpackningar är full sedan 14:05, enligt givare. Närmast med plats: Hamnen, 600 m.',
      en: expect.stringContaining('Ekudden'),
      fi: expect.stringContaining('täynnä klo 14.05 alkaen'),
    },
    items: [
      {
        ruleId: 'full',
        episode: 'full/1490-901-paper-1/1',
        subject: '1490-901-paper-1',
        template: 'full',
        stationId: null,
        areaId: null,
        containerId: '1490-901-paper-1',
        fraction: 'paper',
        since: '2026-05-05T12:05:00.000Z',
        source: 'sensor',
        fillPercent: 96,
        fullContainers: null,
        containers: null,
        alternative: { stationId: '1490-902', name: 'Hamnen', distanceM: 594 },
        nextEmptyingAt: null,
        passedBy: false,
        fullAt: null,
        stationsFull: null,
        stations: null,
        firstStopAt: null,
        freeSlots: null,
      },
    ],
    replyTo: null,
    corrects: null,
    correctsAt: null,
    correctedBy: null,
    url: `${PUBLIC_URL}/p/${A}`,
  })
  expect(decisions).toEqual([
    {
      id: 1,
      at: '2026-05-05T12:35:00.000Z',
      seq: 7,
      ruleId: 'full',
      ruleHash: 'a1b2c3d4',
      subject: '1490-901-paper-1',
      stationId: '1490-901',
      areaId: null,
      containerId: '1490-901-paper-1',
      from: 'pending',
      to: 'active',
      because: 'posted',
      heldMs: 1_800_000,
      condition: 'when',
      clauses: [
        { source: 'c.fill >= 90.0', value: true, facts: { 'c.fill': 96.4 } },
        { source: 'c.fill_age_min < 360.0', value: true, facts: { 'c.fill_age_min': 12 } },
        { source: 'truck.eta_min > 60.0', value: 'unknown', facts: { 'truck.eta_min': null } },
      ],
      evidence: {
        sum: 2.1,
        parts: [
          { what: 'prior', weight: -1.5 },
          { what: 'sensor', weight: 3.6, fillPercent: 96.4, at: '2026-05-05T12:23:00.000Z' },
        ],
      },
      gates: [
        { gate: 'still-active', answer: 'pass' },
        { gate: 'quiet-hours', answer: 'pass', detail: '21:00-07:00' },
        { gate: 'budget', answer: 'pass', detail: '1/4, 12/90' },
      ],
      outcome: 'posted',
      postKey: A,
      engine: '1',
      tzdata: '2026a',
      sentence: {
        sv: 'Skrevs 14:35 eftersom givaren visar 96 % och det hållit i sig i 30 minuter.',
        en: 'Posted at 14:35 because the sensor shows 96% and it had lasted for 30 minutes.',
        fi: 'Julkaistiin klo 14.35, koska anturi näyttää 96 % ja tilanne oli jatkunut 30 minuuttia.',
      },
    },
  ])
})

describe('what only staff may read', () => {
  test.each(['/api/v1/posts?audience=staff', '/api/v1/quarantine'])(
    '%s asks for the token',
    async (url) => {
      await using town = await talkingTown(staffOnly)
      const tries = [
        {},
        { authorization: 'Bearer wrong' },
        { authorization: 'Basic a-long-enough-token' },
        { authorization: 'Bearer a-long-enough-token2' },
      ]
      for (const headers of tries) {
        const refused = await town.app.inject({ url, headers })
        expect(refused.statusCode).toBe(401)
        expect(refused.headers['www-authenticate']).toBe('Bearer realm="kvitter"')
        expect(refused.json()).toEqual({
          type: '/api/docs#not-authorized',
          title: 'A staff token is needed',
          status: 401,
          detail:
            'Send a token as “Authorization: Bearer …”, or sign in. A signed-in browser changes something only from this site’s own pages.',
        })
      }
      const allowed = await town.app.inject({ url, headers: STAFF })
      expect(allowed.statusCode).toBe(200)
      expect(allowed.headers['cache-control']).toBe('no-store')
    },
  )

  test('nobody is staff where no token is configured, not even with an empty one', async () => {
    await using town = await talkingTown()
    for (const authorization of ['Bearer ', 'Bearer undefined', 'Bearer']) {
      const refused = await town.app.inject({
        url: '/api/v1/quarantine',
        headers: { authorization },
      })
      expect(refused.statusCode).toBe(401)
      expect(refused.json()).toMatchObject({
        detail:
          'Send a token as “Authorization: Bearer …”, or sign in. A signed-in browser changes something only from this site’s own pages.',
      })
    }
  })

  test('a staff post is in no public list, and by its key it is as if it were not there', async () => {
    await using town = await talkingTown(staffOnly)
    const keys = async (url: string, headers = {}) =>
      (await town.app.inject({ url, headers }))
        .json<{ posts: { key: string }[] }>()
        .posts.map((p) => p.key)
    expect(await keys('/api/v1/posts')).toEqual([A])
    expect(await keys('/api/v1/posts?audience=staff', STAFF)).toEqual([B])
    expect((await town.app.inject(`/api/v1/posts/${B}`)).statusCode).toBe(404)
    expect((await town.app.inject(`/p/${B}`)).statusCode).toBe(404)
    const own = await town.app.inject({ url: `/api/v1/posts/${B}`, headers: STAFF })
    expect(own.json()).toMatchObject({ post: { key: B, audience: 'staff' } })
  })

  test('the quarantine shows what came, as text and as bytes, and counts by reason', async () => {
    await using town = await openHttpTown(staffOnly)
    await town.append({
      kind: 'rejected',
      rejected: {
        reason: 'not-json',
        detail: 'expected JSON at byte 1',
        topic: 'kvitter/v1/devices/dev-1/reading',
        receivedAt: TUESDAY,
        head: new TextEncoder().encode('{oops'),
        bytes: 5,
      },
    })
    const answer = await town.app.inject({ url: '/api/v1/quarantine', headers: STAFF })
    expect(answer.json()).toEqual({
      counts: { 'not-json': 1 },
      messages: [
        {
          id: 1,
          reason: 'not-json',
          detail: 'expected JSON at byte 1',
          topic: 'kvitter/v1/devices/dev-1/reading',
          deviceId: null,
          receivedAt: '2026-05-05T12:35:00.000Z',
          bytes: 5,
          headText: '{oops',
          headBase64: 'e29vcHM=',
          // Its head alone was kept.
          replayable: false,
          replayedAt: null,
          outcome: null,
        },
      ],
      next: null,
    })
  })
})

test('posts come a page at a time, each page with the address of the next', async () => {
  await using town = await openHttpTown()
  for (const [i, key] of ['1', '2', '3'].map((n) => `00000000000000${n}0`).entries()) {
    const at = plus(TUESDAY, i * MINUTE)
    town.setNow(at)
    await town.say([fullDecision(at, key)], [fullPost(at, key)])
  }
  const seen: string[] = []
  let next: string | null = `${PUBLIC_URL}/api/v1/posts?limit=1&station=${EKUDDEN}`
  while (next !== null) {
    const page: { posts: { key: string }[]; next: string | null } = (
      await town.app.inject(next.slice(PUBLIC_URL.length))
    ).json()
    seen.push(...page.posts.map((p) => p.key))
    next = page.next
  }
  expect(seen).toEqual(['0000000000000030', '0000000000000020', '0000000000000010'])
  const other = await town.app.inject('/api/v1/posts?station=1490-902')
  expect(other.json()).toEqual({ posts: [], next: null })
})

test('of many posts of one instant, the address of the next page misses none', async () => {
  await using town = await openHttpTown()
  const keys = Array.from({ length: 7 }, (_, i) => `00000000000000${i}0`)
  await town.say(
    [fullDecision(TUESDAY, A)],
    keys.map((key) => fullPost(TUESDAY, key)),
  )
  const seen: string[][] = []
  let next: string | null = `${PUBLIC_URL}/api/v1/posts?limit=3`
  while (next !== null) {
    const page: { posts: { key: string }[]; next: string | null } = (
      await town.app.inject(next.slice(PUBLIC_URL.length))
    ).json()
    seen.push(page.posts.map((p) => p.key))
    next = page.next
  }
  expect(seen).toEqual([keys.slice(0, 3), keys.slice(3, 6), keys.slice(6)])
})

test('a page that is full to the brim has no next one when there are no older posts', async () => {
  await using town = await talkingTown(staffOnly)
  for (const [url, headers] of [
    ['/api/v1/posts?limit=1', {}],
    ['/api/v1/posts?limit=1&audience=staff', STAFF],
  ] as const) {
    const answer = await town.app.inject({ url, headers })
    expect(answer.json()).toMatchObject({ posts: [{}], next: null })
  }
})

test.each([
  ['2026-05-05T12:35:00Z', 0],
  ['2026-05-05T12:35:00.001Z', 1],
  ['2026-05-05T14:35:01+02:00', 1],
  [`${TUESDAY}_${A}`, 0],
  [`${TUESDAY}_0000000000000009`, 1],
])('posts before %s: %i', async (before, n) => {
  await using town = await talkingTown()
  const answer = await town.app.inject(`/api/v1/posts?before=${before}`)
  expect(answer.json<{ posts: unknown[] }>().posts).toHaveLength(n)
})

test.each(['1777984500000', '2026-05-05', `${TUESDAY}_`, `${TUESDAY}_xyz`, `1_${A}_`, `_${A}`])(
  'posts before %s is refused with what was expected',
  async (before) => {
    await using town = await openHttpTown()
    const answer = await town.app.inject(`/api/v1/posts?before=${before}`)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({
      errors: [
        {
          field: 'before',
          expected:
            'an ISO 8601 time with an offset, such as 2026-05-05T10:45:00Z, or what an address in next has here',
          got: before,
        },
      ],
    })
  },
)

describe('decisions', () => {
  async function decidedTown() {
    const town = await openHttpTown()
    const held = { because: 'gate-held', outcome: 'held' } as const
    const atHamnen = {
      stationId: stationId('1490-902'),
      containerId: containerId('1490-902-paper-1'),
    }
    const { postKey: _unsaid, ...silent } = fullDecision(plus(TUESDAY, MINUTE), A, held)
    await town.say([
      fullDecision(TUESDAY, A),
      silent,
      { ...silent, at: plus(TUESDAY, 2 * MINUTE), ruleId: 'sensor_silent', ...atHamnen },
    ])
    return town
  }

  test.each([
    ['all, newest first', '', [3, 2, 1]],
    ['of a station', 'station=1490-901', [2, 1]],
    ['of a container', `container=${EKUDDEN_PAPER}`, [2, 1]],
    ['of a rule', 'rule=sensor_silent', [3]],
    ['from a time on', 'from=2026-05-05T12:36:00Z', [3, 2]],
    ['so many', 'limit=1', [3]],
    ['after an id, oldest first', 'after=1', [2, 3]],
  ])('can be asked for: %s', async (_what, query, ids) => {
    await using town = await decidedTown()
    const { decisions } = (await town.app.inject(`/api/v1/decisions?${query}`)).json<{
      decisions: { id: number }[]
    }>()
    expect(decisions.map((d) => d.id)).toEqual(ids)
  })
})
