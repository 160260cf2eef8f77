/** The pages of editors and dispatchers about what was decided and said, with the real rules behind them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Decision } from '#src/rules/decision.ts'
import { DAY, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import {
  EKUDDEN,
  EKUDDEN_PAPER,
  fullDecision,
  fullPost,
  type HttpTown,
  openHttpTown,
  TUESDAY,
} from '#tests/support/http-town.ts'
import { findDecisions } from '#src/pages/staff/decision-search.ts'
import { playMonth } from '#tests/support/month.ts'
import { borasRules } from '#tests/rules/scenario.ts'

const RULE_IDS = ['full', 'sensor_silent', 'weekly_digest']

type Signed = Record<string, string>

async function get(town: HttpTown, url: string, headers: Signed) {
  return town.app.inject({ url, headers })
}

async function send(town: HttpTown, url: string, fields: Record<string, string>, headers: Signed) {
  return town.app.inject({
    method: 'POST',
    url,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  })
}

describe('why, and why not', () => {
  let town: HttpTown
  let dispatcher: Signed

  beforeAll(async () => {
    town = await openHttpTown({ rules: borasRules, pages: { ruleIds: () => RULE_IDS } })
    await playMonth(town)
    dispatcher = await town.signIn('dispatcher')
  })
  afterAll(() => town[Symbol.asyncDispose]())

  const idsOn = (body: string) =>
    [...body.matchAll(/href="\/beslut\/(\d+)"/g)].map(([, id]) => Number(id))

  test('is for dispatchers and editors, in both languages', async () => {
    for (const url of ['/beslut', '/en/decisions']) {
      const stranger = await town.app.inject(url)
      expect(stranger.statusCode).toBe(303)
      expect((await get(town, url, await town.signIn('rider'))).statusCode).toBe(403)
      for (const role of ['editor', 'dispatcher', 'admin'] as const) {
        expect((await get(town, url, await town.signIn(role))).statusCode).toBe(200)
      }
    }
  })

  test('the newest decisions come first, page by page, none twice and none left out', async () => {
    const all = await town.store.decisions({ limit: 1000 })
    const seen: number[] = []
    let url: string | undefined = '/beslut'
    while (url !== undefined) {
      const { body } = await get(town, url, dispatcher)
      seen.push(...idsOn(body))
      url = /<a href="([^"]*)" rel="next"/.exec(body)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(seen).toEqual(all.map(({ id }) => id))
    expect(seen.length).toBeGreaterThan(60)
  })

  test.for<readonly [string, string, (d: Decision) => boolean]>([
    ['a station', 'station=1490-902', ({ stationId }) => stationId === '1490-902'],
    ['a container', `container=${EKUDDEN_PAPER}`, (d) => d.containerId === EKUDDEN_PAPER],
    ['a rule', 'rule=sensor_silent', ({ ruleId }) => ruleId === 'sensor_silent'],
    ['what was held', 'outcome=held', ({ outcome }) => outcome === 'held'],
    [
      'a last day',
      'day=2026-05-09&rule=full',
      ({ at, ruleId }) => at < Date.parse('2026-05-09T22:00:00Z') && ruleId === 'full',
    ],
  ])('are found by %s', async ([, query, isMeant]) => {
    const wanted = (await town.store.decisions({ limit: 1000 })).filter(isMeant)
    expect(wanted.length).toBeGreaterThan(0)
    const { body } = await get(town, `/beslut?${query}`, dispatcher)
    expect(idsOn(body)).toEqual(wanted.slice(0, 30).map(({ id }) => id))
  })

  test.each([3, 40, 50_000])(
    'what is rare is found page by page, %d looked through at a time',
    async (lookedThrough) => {
      const query = { outcome: 'posted', ruleId: 'weekly_digest', day: '2026-05-26' } as const
      const wanted = (await town.store.decisions({ limit: 1000 })).filter(
        ({ outcome, ruleId, at }) =>
          outcome === query.outcome &&
          ruleId === query.ruleId &&
          at < Date.parse('2026-05-26T22:00:00Z'),
      )
      expect(wanted.length).toBeGreaterThan(1)
      const seen: number[] = []
      let beforeId: number | undefined
      let pages = 0
      do {
        const asked = { ...query, ...(beforeId !== undefined && { beforeId }) }
        const found = await findDecisions(town.store, asked, 'Europe/Stockholm', lookedThrough)
        seen.push(...found.decisions.map(({ id }) => id))
        expect(found.next ?? 0).toBeLessThan(beforeId ?? Infinity)
        beforeId = found.next
        pages++
      } while (beforeId !== undefined)
      expect(seen).toEqual(wanted.map(({ id }) => id))
      if (lookedThrough === 50_000) expect(pages).toBe(1)
    },
  )

  test('a day before the first decision has none', async () => {
    const { body } = await get(town, '/beslut?day=2020-01-01', dispatcher)
    expect(body).toContain('Inga beslut passar det du valt.')
    expect(body).not.toContain('rel="next"')
  })

  test('a question that makes no sense is answered all the same, and a day that is none is told', async () => {
    const url = '/beslut?station=x&container=y&rule=%3Cb%3E&outcome=z&before=-1&day=2026-02-31'
    const { statusCode, body } = await get(town, url, dispatcher)
    expect(statusCode).toBe(200)
    expect(body).toContain('Dagen går inte att läsa')
    expect(body).not.toContain('<b>')
  })

  test('a container of another station than the chosen one is not meant', async () => {
    const { body } = await get(
      town,
      `/beslut?station=1490-902&container=${EKUDDEN_PAPER}`,
      dispatcher,
    )
    expect(body).not.toContain('Ekudden</strong>')
  })

  test('each decision has a page with its clauses, evidence and gates', async () => {
    const held = (await town.store.decisions({ ruleId: 'full', limit: 1000 })).find(
      ({ because }) => because === 'gate-held',
    )
    const { statusCode, body } = await get(town, `/en/decisions/${held!.id}`, dispatcher)
    expect(statusCode).toBe(200)
    expect(body).toContain(`<h1>Decision ${held!.id}</h1>`)
    for (const text of ['Held', 'Gates', 'Conditions', 'c.full', '/en/rules?station=']) {
      expect(body).toContain(text)
    }
    expect(body).not.toContain('/en/corrections?post=')
    for (const id of ['999999', '0', 'x']) {
      expect((await get(town, `/beslut/${id}`, dispatcher)).statusCode).toBe(404)
    }
  })

  test('a decision to say something leads editors to the correction of its post', async () => {
    const [posted] = await town.store.decisions({ outcome: 'posted', ruleId: 'full', limit: 1 })
    const url = `/beslut/${posted!.id}`
    const link = `/rattelser?post=${posted!.postKey}`
    expect((await get(town, url, await town.signIn('editor'))).body).toContain(link)
    expect((await get(town, url, dispatcher)).body).not.toContain(link)
  })

  test('of a chosen container it tells how each rule stands now, also where nothing was decided', async () => {
    const { body } = await get(town, `/beslut?container=${EKUDDEN_PAPER}`, dispatcher)
    expect(body).toContain('Just nu')
    const standing = town.journal.standing(EKUDDEN_PAPER)
    expect(standing.length).toBeGreaterThan(2)
    for (const { ruleId } of standing) expect(body).toContain(`<code>${ruleId}</code>`)
    expect(body).toMatch(/Inget skrivs/)
    expect((await get(town, '/beslut', dispatcher)).body).not.toContain('Just nu')
  })
})

describe('corrections', () => {
  const SEEN = '000000000000000a'
  const UNSEEN = '000000000000000b'
  let town: HttpTown
  let editor: Signed

  beforeAll(async () => {
    town = await openHttpTown({ rules: borasRules })
    editor = await town.signIn('editor')
    // A post of the rules, half an hour after two visitors said so.
    await playDay(town)
  })
  afterAll(() => town[Symbol.asyncDispose]())

  test('are made of the latest posts, by editors alone', async () => {
    expect((await get(town, '/rattelser', await town.signIn('dispatcher'))).statusCode).toBe(403)
    const { body } = await get(town, '/rattelser', editor)
    const [post] = await town.store.posts({ audience: 'public', limit: 1 })
    expect(body).toContain(post!.texts.sv)
    expect(body).toContain(`/rattelser?post=${post!.key}`)
  })

  test('a post that was seen is corrected in public, once, and it is noted who did it', async () => {
    const [post] = await town.store.posts({ audience: 'public', limit: 1 })
    const page = await get(town, `/rattelser?post=${post!.key}`, editor)
    expect(page.body).toContain('Inlägget har setts')
    const fields = { post: post!.key, why: 'Någon lutade en kartong mot givaren' }
    const pressed = { ...fields, press: pressIn(page.body) }
    const twice = await Promise.all([1, 2].map(() => send(town, '/rattelser', pressed, editor)))
    twice.push(await send(town, '/rattelser', pressed, editor))
    for (const done of twice) {
      expect([done.statusCode, done.headers.location]).toEqual([303, '/rattelser?did=corrected'])
    }
    const said = await town.store.posts({ audience: 'public', limit: 10 })
    expect(said.filter(({ corrects }) => corrects === post!.key)).toHaveLength(1)

    const again = await send(town, '/rattelser', fields, editor)
    expect(again.statusCode).toBe(400)
    expect(again.body).toContain('Inlägget är redan rättat.')
    expect(again.body).toContain('Någon lutade en kartong mot givaren')
    town.setNow(plus(town.now(), 5 * MINUTE))
    const after = await get(town, '/en/corrections?did=corrected', editor)
    expect(after.body).toContain('The post has been corrected.')
    expect(after.body).toContain('Corrected')
  })

  test('what is no post is told, and a word that is too long', async () => {
    const none = await send(town, '/rattelser', { post: SEEN }, editor)
    expect(none.statusCode).toBe(400)
    expect(none.body).toContain('Inlägget finns inte.')
    expect((await send(town, '/rattelser', { post: 'x' }, editor)).statusCode).toBe(400)
    const long = await send(town, '/rattelser', { post: UNSEEN, why: 'x'.repeat(501) }, editor)
    expect(long.body).toContain('Skriv högst 500 tecken.')
  })

  test('nothing is changed by a form that another site sent', async () => {
    const [post] = await town.store.posts({ audience: 'public', limit: 1 })
    const foreign = { ...editor, 'sec-fetch-site': 'cross-site' }
    const before = (await town.store.posts({ audience: 'public', limit: 50 })).length
    expect((await send(town, '/rattelser', { post: post!.key }, foreign)).statusCode).not.toBe(200)
    expect((await town.store.posts({ audience: 'public', limit: 50 })).length).toBe(before)
  })
})

/** What tells the page's form from the next one. */
function pressIn(body: string): string {
  return /name="press" value="([^"]+)"/.exec(body)![1]!
}

async function playDay(town: HttpTown): Promise<void> {
  const start = TUESDAY
  for (let quarter = 0; quarter < 12; quarter++) {
    town.setNow(plus(start, quarter * 15 * MINUTE))
    await town.measure(EKUDDEN_PAPER, 95)
    await town.journal.tick()
  }
}

test('a post that nobody has seen is stopped in silence', async () => {
  await using town = await openHttpTown({ rules: borasRules })
  const editor = await town.signIn('editor')
  for (let minute = 0; minute < 120; minute++) {
    town.setNow(plus(TUESDAY, minute * MINUTE))
    if (minute % 15 === 0) await town.measure(EKUDDEN_PAPER, 95)
    await town.journal.tick()
    const [post] = await town.store.posts({ audience: 'public', limit: 1 })
    if (!post || post.sendAt <= town.now()) continue
    const page = await get(town, `/rattelser?post=${post.key}`, editor)
    expect(page.body).toContain('Ingen har sett inlägget än.')
    const done = await send(town, '/rattelser', { post: post.key, why: '' }, editor)
    expect(done.headers.location).toBe('/rattelser?did=withdrawn')
    expect(
      await town.store.posts({ audience: 'public', saidBy: plus(town.now(), DAY), limit: 9 }),
    ).toEqual([])
    const { body } = await get(town, '/rattelser', editor)
    expect(body).toContain('Stoppat, ingen såg det')
    expect(body).not.toContain(`/rattelser?post=${post.key}`)
    return
  }
  throw new Error('nothing was said')
})

describe('silences', () => {
  let town: HttpTown
  let editor: Signed

  beforeAll(async () => {
    town = await openHttpTown({ rules: borasRules, pages: { ruleIds: () => RULE_IDS } })
    editor = await town.signIn('editor')
  })
  afterAll(() => town[Symbol.asyncDispose]())

  const ask = (fields: Record<string, string>) =>
    send(town, '/tystnader', { span: '2h', ...fields }, editor)
  const holding = async () => {
    const url = '/api/v1/silences'
    const answered = await town.app.inject({ url, headers: editor })
    return answered.json<{ silences: Record<string, unknown>[] }>().silences
  }

  test('are asked for by editors, about a station for two hours, and ended before their time', async () => {
    expect((await get(town, '/tystnader', await town.signIn('dispatcher'))).statusCode).toBe(403)
    const done = await ask({ station: EKUDDEN, rule: 'full', why: 'Vägarbete' })
    expect([done.statusCode, done.headers.location]).toEqual([303, '/tystnader?did=silenced'])
    const [silence] = await holding()
    expect(silence).toMatchObject({
      stationId: EKUDDEN,
      containerId: null,
      ruleId: 'full',
      why: 'Vägarbete',
      until: '2026-05-05T14:35:00.000Z',
      isSilent: true,
    })
    const { body } = await get(town, '/en/silences', editor)
    expect(body).toContain('Vägarbete')
    expect(body).toContain(`name="end" value="${String(silence!['id'])}"`)
    const ended = await send(town, '/tystnader', { end: String(silence!['id']) }, editor)
    expect(ended.headers.location).toBe('/tystnader?did=ended')
    expect(await holding()).toEqual([])
    const again = await send(town, '/tystnader', { end: String(silence!['id']) }, editor)
    expect(again.statusCode).toBe(409)
    expect(again.body).toContain('Den tystnaden är redan över.')
    expect(again.body).toContain('Avslutad')
  })

  test('are one where the button is pressed twice, and ended once; what is written anew is another', async () => {
    const { body } = await get(town, '/tystnader', editor)
    const wish = { station: EKUDDEN, press: pressIn(body) }
    const twice = await Promise.all([ask(wish), ask(wish)])
    twice.push(await ask(wish))
    for (const { headers } of twice) expect(headers.location).toBe('/tystnader?did=silenced')
    expect(await holding()).toHaveLength(1)
    await ask({ ...wish, rule: 'full' })
    const both = await holding()
    expect(both.map(({ ruleId }) => ruleId)).toEqual(['full', null])
    for (const { id } of both) {
      const form = { end: String(id), press: pressIn(body) }
      for (let press = 0; press < 2; press++) {
        const ended = await send(town, '/tystnader', form, editor)
        expect(ended.headers.location).toBe('/tystnader?did=ended')
      }
    }
    expect(await holding()).toEqual([])
  })

  test('a time by the town’s clock goes before a span, and a container before its station', async () => {
    await ask({ container: EKUDDEN_PAPER, until: '2026-05-06T08:00' })
    expect(await holding()).toMatchObject([
      { stationId: EKUDDEN, containerId: EKUDDEN_PAPER, until: '2026-05-06T06:00:00.000Z' },
    ])
  })

  test.for<readonly [string, Record<string, string>, string]>([
    ['a station that is not there', { station: '1490-999' }, 'Stationen finns inte'],
    [
      'a container of another station',
      { station: '1490-902', container: EKUDDEN_PAPER },
      'Behållaren finns inte',
    ],
    ['a rule that is not there', { station: EKUDDEN, rule: 'none' }, 'Regeln finns inte'],
    ['a time gone by', { station: EKUDDEN, until: '2026-05-05T08:00' }, 'Välj en tid framåt'],
    ['a time that is none', { station: EKUDDEN, until: 'soon' }, 'Välj en tid framåt'],
    ['a time too far away', { station: EKUDDEN, until: '2027-06-05T08:00' }, 'högst 366 dygn'],
    ['no span', { station: EKUDDEN, span: '' }, 'Välj en tid framåt'],
    ['the whole town without a word', {}, 'kräver att du skriver varför'],
  ])('%s is told, and what was filled in stays', async ([, fields, words]) => {
    const before = await holding()
    const answered = await ask(fields)
    expect(answered.statusCode).toBe(400)
    expect(answered.body).toContain(words)
    if (fields['until'] !== undefined) {
      expect(answered.body).toContain(`value="${fields['until']}"`)
    }
    expect(await holding()).toEqual(before)
  })
})

test('what was decided by rules for a place that is gone still has its page', async () => {
  await using town = await openHttpTown()
  const key = '000000000000000a'
  await town.say([fullDecision(plus(TUESDAY, -HOUR), key)], [fullPost(plus(TUESDAY, -HOUR), key)])
  const [decision] = await town.store.decisions({ limit: 1 })
  const editor = await town.signIn('editor')
  const { body } = await get(town, `/beslut/${decision!.id}`, editor)
  expect(body).toContain(`/p/${key}`)
})
