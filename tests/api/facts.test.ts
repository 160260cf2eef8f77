/** What staff and systems tell, over real HTTP, with the real rules behind it. */
import { describe, expect, test } from 'vitest'
import { parseAreaId } from '#src/stations/ids.ts'
import { DAY, HOUR, isoText, MINUTE, plus } from '#src/stations/time.ts'
import { EKUDDEN_PAPER as PAPER, TUESDAY } from '#tests/support/http-town.ts'
import { type LivingTown, openLivingTown } from '#tests/support/living-town.ts'
import { castTown } from '#tests/support/town.ts'

const OBSERVATIONS = `/api/v1/containers/${PAPER}/observations`
const inHours = (hours: number) => isoText(plus(TUESDAY, hours * HOUR))
const norrby = { ...castTown, areas: [{ id: parseAreaId('norrby')!, name: 'Norrby' }] }

const observe = (town: LivingTown, kind: string) =>
  town.staff('POST', OBSERVATIONS, { kind, actor: 'Kim' })
const gist = async (town: LivingTown) =>
  (await town.posts()).map((p) => [(p.at - TUESDAY) / MINUTE, p.kind, p.items[0]!.template])

describe('what staff see', () => {
  test('one word of theirs is news after the waiting time, and another ends it', async () => {
    await using town = await openLivingTown()
    expect((await observe(town, 'full')).json).toEqual({
      status: 'kept',
      applied: true,
      because: null,
      containerStatus: 'full',
    })
    await town.pass(HOUR)
    expect(await gist(town)).toEqual([[45, 'open', 'full']])
    expect((await observe(town, 'has-room')).json.containerStatus).toBe('has-room')
    await town.pass(HOUR)
    expect(await gist(town)).toEqual([
      [45, 'open', 'full'],
      [95, 'close', 'space_again'],
    ])
  })

  test('the same again within two hours is kept and changes nothing', async () => {
    await using town = await openLivingTown()
    await observe(town, 'full')
    await town.pass(10 * MINUTE)
    expect((await observe(town, 'full')).json).toMatchObject({
      applied: false,
      because: 'repeat-report',
    })
  })

  test('litter is cleaned and a broken container repaired', async () => {
    await using town = await openLivingTown({
      rules: `
version: 1
policy: { group_wait: 1m }
rules:
  - { id: littered, per: station, when: s.litter_reports_4h >= 2 || s.litter_staff_4h >= 1, clear: s.cleaned_since_last_litter, post: full, close_post: space_again }
  - { id: broken, per: container, when: c.broken_reports_24h >= 2 || c.broken_staff, clear: c.repaired_since_last_broken, post: sensor_silent, close_post: station_nearly_all_full }
`,
    })
    const of = async () =>
      (await town.posts()).map((p) => [p.kind, ...p.items.map((item) => item.ruleId)])
    await observe(town, 'litter')
    await town.pass(5 * MINUTE)
    await observe(town, 'broken')
    await town.pass(5 * MINUTE)
    expect(await of()).toEqual([
      ['open', 'littered'],
      ['open', 'broken'],
    ])
    await observe(town, 'cleaned')
    await town.pass(5 * MINUTE)
    await observe(town, 'repaired')
    await town.pass(5 * MINUTE)
    expect((await of()).slice(2)).toEqual([
      ['close', 'littered'],
      ['close', 'broken'],
    ])
  })
})

describe('silences', () => {
  const full = async (town: LivingTown, about: object) => {
    const asked = await town.staff('POST', '/api/v1/silences', {
      ...about,
      duration: '3h',
      why: 'marknad på torget',
      actor: 'Kim',
    })
    expect(asked.status).toBe(200)
    await observe(town, 'full')
    await town.pass(2 * HOUR)
    return asked.json as { id: string; until: string }
  }

  test.each([
    ['the whole town', {}],
    ['the station', { stationId: '1490-901' }],
    ['the container', { containerId: PAPER }],
    ['the rule', { ruleId: 'full' }],
    ['the rule at the station', { ruleId: 'full', stationId: '1490-901' }],
  ])('a silence about %s holds a post back until it is over', async (_, about) => {
    await using town = await openLivingTown()
    const { until } = await full(town, about)
    expect(until).toBe(inHours(3))
    expect(await gist(town)).toEqual([])
    await town.pass(2 * HOUR)
    expect(await gist(town)).toEqual([[180, 'open', 'full']])
  })

  test('a silence about another place holds nothing back', async () => {
    await using town = await openLivingTown()
    await full(town, { stationId: '1490-902' })
    expect(await gist(town)).toEqual([[45, 'open', 'full']])
  })

  test('ended before its time, it lets go at once; also when the process was stopped meanwhile', async () => {
    await using town = await openLivingTown()
    const { id } = await full(town, {})
    await town.restart()
    // While Kvitter catches up nothing is said; a moment away is a moment's wait.
    await town.pass(5 * MINUTE)
    expect(await gist(town)).toEqual([])
    const listed = { id, actor: 'Kim', why: 'marknad på torget', isSilent: true, endedAt: null }
    expect((await town.staff('GET', '/api/v1/silences')).json.silences).toMatchObject([listed])
    const ended = await town.staff('DELETE', `/api/v1/silences/${id}`, { actor: 'Robin' })
    expect(ended.json).toEqual({ status: 'kept', applied: true, because: null })
    await town.pass(MINUTE)
    expect(await gist(town)).toEqual([[125, 'open', 'full']])
    expect((await town.staff('GET', '/api/v1/silences')).json.silences).toEqual([])
    const all = await town.staff('GET', '/api/v1/silences?all=yes')
    expect(all.json.silences).toMatchObject([
      { ...listed, isSilent: false, endedAt: inHours(125 / 60), endedBy: 'Robin' },
    ])
    const again = await town.staff('DELETE', `/api/v1/silences/${id}`, { actor: 'Robin' })
    expect(again.status).toBe(409)
  })

  test('a silence that is not there cannot be ended', async () => {
    await using town = await openLivingTown()
    const answer = await town.staff('DELETE', '/api/v1/silences/none', { actor: 'Kim' })
    expect(answer.status).toBe(404)
  })
})

describe('what systems tell', () => {
  const rules = (when: string, per = 'container') => `
version: 1
policy: { group_wait: 1m }
rules: [{ id: told, per: ${per}, when: '${when}', post: full }]
`

  test('a forecast reaches the rules', async () => {
    await using town = await openLivingTown({ rules: rules('c.p_full_24h >= 0.8') })
    const forecast = {
      fullWithin24h: 0.9,
      fullAt: inHours(20),
      fullFrom: inHours(12),
      fullUntil: inHours(30),
      model: 'ar-2 1.4.0',
    }
    const told = await town.staff('POST', `/api/v1/containers/${PAPER}/forecasts`, forecast)
    expect(told.json).toEqual({ status: 'kept', applied: true, because: null })
    await town.pass(5 * MINUTE)
    expect((await town.posts()).map((p) => p.items[0]!.subject)).toEqual([PAPER])
  })

  test('of many forecasts the faulty are refused by name and the others kept', async () => {
    await using town = await openLivingTown({ rules: rules('c.p_full_24h >= 0.8') })
    const told = await town.staff('POST', '/api/v1/forecasts', {
      model: 'ar-2 1.4.0',
      forecasts: [
        { containerId: PAPER, fullWithin24h: 0.9 },
        { containerId: '1490-901-papper-1', fullWithin24h: 0.9 },
        {
          containerId: '1490-902-paper-1',
          fullWithin24h: 0.9,
          fullFrom: inHours(9),
          fullUntil: inHours(8),
        },
        { containerId: '1490-903-paper-1', fullWithin24h: 0.9 },
      ],
    })
    expect(told.json).toEqual({
      status: 'kept',
      kept: 2,
      refused: [
        {
          field: 'forecasts.1.containerId',
          expected: 'a container of the town; did you mean 1490-901-paper-1?',
          got: '1490-901-papper-1',
        },
        {
          field: 'forecasts.2.fullUntil',
          expected: 'fullFrom, fullAt and fullUntil in this order',
          got: `${inHours(9)}, ${inHours(8)}`,
        },
      ],
    })
    await town.pass(5 * MINUTE)
    const subjects = (await town.posts()).map((p) => p.items[0]!.subject)
    expect(subjects.sort()).toEqual([PAPER, '1490-903-paper-1'])
  })

  test('a post waits for a truck on its way, and not after it has left', async () => {
    await using town = await openLivingTown({
      rules: `
version: 1
policy: { group_wait: 1m }
rules:
  - id: full
    per: container
    when: c.full
    suppress: [{ id: truck, when: truck.en_route && truck.eta_min < 90.0, max: 4h }]
    post: full
`,
    })
    const truck = (body: object) => town.staff('POST', '/api/v1/stations/1490-901/truck', body)
    expect((await truck({ state: 'en-route', etaMinutes: 60, actor: 'Kim' })).status).toBe(200)
    await observe(town, 'full')
    await town.pass(20 * MINUTE)
    expect(await gist(town)).toEqual([])
    await truck({ state: 'gone' })
    await town.pass(20 * MINUTE)
    expect((await gist(town)).length).toBe(1)
  })

  test('a bike round in an area reaches the rules', async () => {
    await using town = await openLivingTown({
      town: norrby,
      rules: rules('bike.started && bike.free_slots >= 1', 'area'),
    })
    const bike = (body: object) => town.staff('POST', '/api/v1/areas/norrby/bike', body)
    const told = await bike({ state: 'started', firstStopAt: inHours(1), freeSlots: 3 })
    expect(told.json).toEqual({ status: 'kept', applied: true, because: null })
    await town.pass(5 * MINUTE)
    expect((await town.posts()).map((p) => [p.areaId, p.items[0]!.freeSlots])).toEqual([
      ['norrby', 3],
    ])
  })

  test('a gateway that is down excuses the sensors of its stations', async () => {
    await using town = await openLivingTown({ rules: rules('s.gateway_down', 'station') })
    const told = await town.staff('POST', '/api/v1/gateways', {
      state: 'down',
      stationIds: ['1490-901', '1490-902'],
    })
    expect(told.json).toEqual({ status: 'kept', applied: true, because: null })
    await town.pass(5 * MINUTE)
    const stations = new Set((await town.posts()).map((p) => p.stationId))
    expect(stations).toEqual(new Set(['1490-901', '1490-902']))
  })
})

describe('what is told wrongly', () => {
  const far = isoText(plus(TUESDAY, 400 * DAY))
  test.each([
    [OBSERVATIONS, { kind: 'empty' }, ['kind']],
    [OBSERVATIONS, { kind: 'full', actor: '' }, ['actor']],
    [OBSERVATIONS, { kind: 'full', who: 'Kim' }, ['who']],
    ['/api/v1/silences', { until: inHours(1) }, ['actor']],
    ['/api/v1/silences', { actor: 'Kim' }, ['until']],
    ['/api/v1/silences', { actor: 'Kim', until: inHours(1), duration: '1h' }, ['until']],
    ['/api/v1/silences', { actor: 'Kim', until: inHours(-1) }, ['until']],
    ['/api/v1/silences', { actor: 'Kim', until: far }, ['until']],
    ['/api/v1/silences', { actor: 'Kim', duration: '2 timmar' }, ['duration']],
    [
      '/api/v1/silences',
      { actor: 'Kim', duration: '1h', ruleId: 'ful', stationId: '1490-999' },
      ['stationId', 'ruleId'],
    ],
    [
      '/api/v1/silences',
      { actor: 'Kim', duration: '1h', stationId: '1490-902', containerId: PAPER },
      ['containerId'],
    ],
    [
      `/api/v1/containers/${PAPER}/forecasts`,
      { fullWithin24h: 1.2, model: 'a' },
      ['fullWithin24h'],
    ],
    [`/api/v1/containers/${PAPER}/forecasts`, { fullWithin24h: 1 }, ['model']],
    [
      `/api/v1/containers/${PAPER}/forecasts`,
      { fullWithin24h: 1, model: 'a', fullAt: far },
      ['fullAt'],
    ],
    [
      '/api/v1/forecasts',
      { model: 'a', forecasts: [{ containerId: 7 }] },
      ['forecasts.0.containerId', 'forecasts.0.fullWithin24h'],
    ],
    ['/api/v1/stations/1490-901/truck', { state: 'late' }, ['state']],
    ['/api/v1/stations/1490-901/truck', { state: 'gone', etaAt: inHours(1) }, ['etaAt']],
    ['/api/v1/stations/1490-901/truck', { state: 'en-route', etaAt: inHours(30) }, ['etaAt']],
    ['/api/v1/stations/1490-901/truck', { state: 'en-route', etaMinutes: -5 }, ['etaMinutes']],
    ['/api/v1/areas/norrby/bike', { state: 'started', freeSlots: 1.5 }, ['freeSlots']],
    ['/api/v1/areas/norrby/bike', { state: 'ended', freeSlots: 1 }, ['state']],
    ['/api/v1/areas/norrby/bike', { state: 'started', firstStopAt: far }, ['firstStopAt']],
    ['/api/v1/gateways', { state: 'down', stationIds: ['1490-999'] }, ['stationIds.0']],
    ['/api/v1/gateways', { state: 'down', stationIds: [] }, ['stationIds']],
    ['/api/v1/posts/0123456789abcdef/correction', {}, ['actor']],
  ] as const)('%s %j is refused by the field', async (url, body, fields) => {
    await using town = await openLivingTown({ town: norrby })
    const answer = await town.staff('POST', url, body)
    expect([answer.status, answer.json.errors?.map((e: { field: string }) => e.field)]).toEqual([
      400,
      fields,
    ])
  })

  test.each([
    ['/api/v1/containers/1490-901-paper-9/observations', { kind: 'full' }],
    ['/api/v1/containers/1490-901-paper-9/forecasts', { fullWithin24h: 1, model: 'a' }],
    ['/api/v1/stations/1490-999/truck', { state: 'gone' }],
    ['/api/v1/areas/sodra/bike', { state: 'ended' }],
    ['/api/v1/posts/0123456789abcdef/correction', { actor: 'Kim' }],
  ])('%s is of nothing in the town', async (url, body) => {
    await using town = await openLivingTown({ town: norrby })
    expect((await town.staff('POST', url, body)).status).toBe(404)
  })

  test.each([
    ['POST', OBSERVATIONS],
    ['GET', '/api/v1/silences'],
    ['POST', '/api/v1/silences'],
    ['DELETE', '/api/v1/silences/a'],
    ['POST', `/api/v1/containers/${PAPER}/forecasts`],
    ['POST', '/api/v1/forecasts'],
    ['POST', '/api/v1/stations/1490-901/truck'],
    ['POST', '/api/v1/areas/norrby/bike'],
    ['POST', '/api/v1/gateways'],
    ['POST', '/api/v1/posts/0123456789abcdef/correction'],
  ] as const)('%s %s is shut to everybody but staff', async (method, url) => {
    await using town = await openLivingTown()
    const answer = await town.app.inject({ method, url, ...(method !== 'GET' && { payload: {} }) })
    expect(answer.statusCode).toBe(401)
  })
})
