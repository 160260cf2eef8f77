/** A town with QR codes only: what residents report, over real HTTP, with the real rules behind it. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { HOUR, isoText, MINUTE, plus } from '#src/stations/time.ts'
import { EKUDDEN_PAPER as PAPER, TUESDAY } from '#tests/support/http-town.ts'
import { type LivingTown, openLivingTown, RULES } from '#tests/support/living-town.ts'
import { castTown } from '#tests/support/town.ts'

const qrOnly = { ...castTown, devices: [], mountings: [] }
const open = (rules = RULES) => openLivingTown({ town: qrOnly, rules })
const REPORTS = `/api/v1/containers/${PAPER}/reports`

/** A phone with an address of its own. */
const phone = (n: number) => ({
  'x-forwarded-for': `198.51.${Math.floor(n / 250)}.${(n % 250) + 1}`,
  'user-agent': 'Phone/1.0',
})
const report = (town: LivingTown, n: number, kind = 'full', url = REPORTS) =>
  town.post(url, { kind }, phone(n))
const gist = async (town: LivingTown) =>
  (await town.posts()).map((p) => [(p.at - TUESDAY) / MINUTE, p.kind, p.items[0]!.source])

describe('in a town without sensors', () => {
  test('one resident never makes a post, and hears how many more it takes', async () => {
    await using town = await open()
    const { status, json } = await report(town, 1)
    expect([status, json]).toEqual([
      200,
      {
        status: 'kept',
        applied: 'counted',
        containerStatus: 'nearly-full',
        sentence: {
          sv: 'Tack! Du är den enda som har rapporterat att behållaren är full. Stationen skriver om det när någon till säger samma sak. Behållaren visas nu som nästan full.',
          en: 'Thank you! You are the only one who has reported that the container is full. The station will post about it when one more person says the same. The container is now shown as nearly full.',
          fi: 'Kiitos! Olet ainoa, joka on ilmoittanut, että astia on täynnä. Kierrätyspiste kirjoittaa siitä, kun vielä yksi sanoo samaa. Astia näkyy nyt melkein täytenä.',
        },
      },
    ])
    await town.pass(24 * HOUR)
    expect(await gist(town)).toEqual([])
  })

  test('two make one after the waiting time, and the second hears when', async () => {
    await using town = await open()
    await report(town, 1)
    await town.pass(5 * MINUTE)
    const { json } = await report(town, 2)
    expect(json.containerStatus).toBe('full')
    expect(json.sentence.sv).toBe(
      'Tack! Två har nu rapporterat att behållaren är full. Stationen skriver om det tidigast om 30 minuter, om det håller i sig. Behållaren visas nu som full.',
    )
    await town.pass(35 * MINUTE)
    expect((await report(town, 3)).json.sentence.en).toContain(
      'The station will post about it in 10 minutes at the earliest, if it lasts.',
    )
    await town.pass(HOUR)
    expect(await gist(town)).toEqual([[50, 'open', 'reports']])
    expect((await report(town, 4)).json.sentence.sv).toContain(
      'Stationen skrev om det klockan 15:25.',
    )
  })

  test('who reported by an app takes it back by its token, once, and is told how the container counts', async () => {
    await using town = await open()
    const mine = { kind: 'full', token: 'a-token-of-an-app-of-24' }
    const undo = (body: object, n: number) => town.post(`${REPORTS}/undo`, body, phone(n))
    await town.post(REPORTS, mine, phone(1))
    expect((await undo({ kind: 'full' }, 2)).json.status).toBe('nothing-to-undo')
    const { status, json } = await undo(mine, 3)
    expect([status, json]).toEqual([
      200,
      {
        status: 'undone',
        containerStatus: 'unknown',
        sentence: {
          sv: 'Ångrat. Din rapport räknas inte längre. Hur full behållaren är vet vi inte just nu.',
          en: 'Undone. Your report no longer counts. How full the container is we don’t know right now.',
          fi: 'Peruttu. Ilmoitustasi ei enää lasketa. Emme tiedä juuri nyt, kuinka täynnä astia on.',
        },
      },
    ])
    expect((await undo(mine, 3)).json.status).toBe('nothing-to-undo')
    expect((await town.post(REPORTS, mine, phone(1))).json.applied).toBe('counted')
    const nowhere = await town.post(
      '/api/v1/containers/1490-901-paper-9/reports/undo',
      mine,
      phone(1),
    )
    expect(nowhere.status).toBe(404)
  })

  test('a flood can’t be undone, so that it takes nobody else’s words along', async () => {
    await using town = await open()
    const undo = async (n: number) =>
      (await town.post(`${REPORTS}/undo`, { kind: 'litter' }, phone(n))).json.status
    for (let n = 1; n <= 9; n += 1) await report(town, n, 'litter')
    expect(await undo(9)).toBe('undone')
    for (const n of [9, 10]) await report(town, n, 'litter')
    expect(await undo(10)).toBe('nothing-to-undo')
    expect((await town.store.reports({ since: TUESDAY })).length).toBe(10)
  })

  test('three presses of one phone are one voice: by its token, its address, or both', async () => {
    await using town = await open()
    const same = phone(1)
    const token = 'a-token-of-an-app-of-24'
    const said = [
      await town.post(REPORTS, { kind: 'full' }, same),
      await town.post(REPORTS, { kind: 'full' }, same),
      await town.post(REPORTS, { kind: 'full' }, same),
    ]
    expect(said.map(({ json }) => json.applied)).toEqual(['counted', 'repeat', 'repeat'])
    await town.pass(12 * HOUR)
    const elsewhere = [
      await town.post(REPORTS, { kind: 'full', token }, phone(2)),
      await town.post(REPORTS, { kind: 'full', token }, phone(3)),
    ]
    expect(elsewhere.map(({ json }) => json.applied)).toEqual(['counted', 'repeat'])
    expect(elsewhere[1]!.json.sentence.sv).toContain('Det har du redan rapporterat')
    await town.pass(12 * HOUR)
    expect(await gist(town)).toEqual([])
  })

  test('"has room" takes it back, and the station says so', async () => {
    await using town = await open()
    await report(town, 1)
    await report(town, 2)
    await town.pass(HOUR)
    expect((await report(town, 3, 'has-room')).json.sentence.sv).toContain('ändrar sig när fler')
    await report(town, 4, 'has-room')
    const last = await report(town, 5, 'has-room')
    expect(last.json).toMatchObject({ containerStatus: 'has-room' })
    expect(last.json.sentence.sv).toBe(
      'Tack! Tre har nu rapporterat att det finns plats. Stationen skriver tidigast om 20 minuter att det finns plats igen, om det håller i sig. Behållaren visas nu med plats kvar.',
    )
    await town.pass(HOUR)
    expect((await gist(town)).map(([, kind]) => kind)).toEqual(['open', 'close'])
  })

  test('what nobody has a rule for is kept, and said to be', async () => {
    await using town = await open()
    expect((await report(town, 1, 'litter')).json.sentence.en).toBe(
      'Thank you! The station doesn’t post about such things, but those who look after it can see it.',
    )
  })

  test('litter and a broken container take two, and each hears of its own', async () => {
    await using town = await open(`
version: 1
policy: { group_wait: 1m }
rules:
  - { id: littered, per: station, when: s.litter_reports_4h >= 2 || s.litter_staff_4h >= 1, clear: s.cleaned_since_last_litter, for: 10m, post: littered }
  - { id: broken, per: container, when: c.broken_reports_24h >= 2 || c.broken_staff, clear: c.repaired_since_last_broken, post: broken }
`)
    const other = '/api/v1/containers/1490-901-plastic-1/reports'
    expect((await report(town, 1, 'litter')).json.sentence.sv).toBe(
      'Tack! Du är den enda som har rapporterat att det ligger skräp. Stationen skriver om det när fler säger samma sak.',
    )
    // Litter is about the station: the same phone counts once, whichever code it scans.
    expect((await report(town, 1, 'litter', other)).json.applied).toBe('repeat')
    expect((await report(town, 2, 'litter', other)).json.sentence.sv).toBe(
      'Tack! Två har nu rapporterat att det ligger skräp. Stationen skriver om det tidigast om 10 minuter, om det håller i sig.',
    )
    await report(town, 1, 'broken')
    expect((await report(town, 2, 'broken', other)).json.sentence.sv).toContain('den enda')
    await town.pass(15 * MINUTE)
    expect((await town.posts()).map((p) => p.items[0]!.ruleId)).toEqual(['littered'])
  })

  test('at night the station says when it will be heard', async () => {
    const night = plus(TUESDAY, 9 * HOUR)
    await using town = await openLivingTown({
      town: qrOnly,
      at: night,
      rules: RULES.replace('settle: 60s', "settle: 60s, quiet: { daily: '21:00-07:00' }"),
    })
    await report(town, 1)
    expect((await report(town, 2)).json.sentence.sv).toContain(
      'Stationen skriver om det tidigast klockan 07:00, om det håller i sig.',
    )
  })

  test('a silence of the staff is obeyed', async () => {
    await using town = await open()
    await town.staff('POST', '/api/v1/silences', { duration: '3h', actor: 'Kim' })
    await report(town, 1)
    await report(town, 2)
    await town.pass(2 * HOUR)
    expect(await gist(town)).toEqual([])
    await town.pass(2 * HOUR)
    expect((await gist(town)).length).toBe(1)
  })
})

describe('marks', () => {
  test('last over midnight, restarts and the change of salts: one voice stays one', async () => {
    await using town = await open()
    await report(town, 1)
    // The salt is a day old when the same person comes back, still within the life of the report.
    await town.pass(20 * HOUR)
    await report(town, 2)
    await town.pass(5 * HOUR)
    await town.restart()
    expect((await report(town, 2)).json).toMatchObject({ applied: 'counted' })
    expect((await town.staff('GET', '/api/v1/decisions')).json.decisions).toEqual([])
    expect((await report(town, 3)).json.sentence.en).toContain('Two people have now reported')
  })

  test('nothing that a client gave, and no salt that made a mark, is left when its time is over', async () => {
    await using town = await open()
    const token = 'a-token-of-an-app-of-24'
    await town.post(REPORTS, { kind: 'full', token }, phone(1))
    await report(town, 2)
    const { salt } = (await town.store.reporterSalts())[0]!
    const holds = async (what: Uint8Array | string) => {
      const files = await Promise.all(
        [town.file, `${town.file}-wal`].map((file) => readFile(file).catch(() => Buffer.alloc(0))),
      )
      return files.some((file) => file.includes(what))
    }
    expect(await holds(salt)).toBe(true)
    for (const secret of [token, '198.51.0', 'Phone/1.0']) expect(await holds(secret)).toBe(false)

    await town.pass(47 * HOUR)
    await town.tidy()
    expect(await holds(salt)).toBe(true)
    await town.pass(HOUR)
    await town.tidy()
    expect(await town.store.reporterSalts()).toEqual([])
    expect(await holds(salt)).toBe(false)
  })

  test('of one person at two stations have nothing in common', async () => {
    await using town = await open()
    await report(town, 1)
    await report(town, 1, 'full', '/api/v1/containers/1490-902-paper-1/reports')
    const marks = (await town.store.reports({ since: TUESDAY })).map(({ reporter }) => reporter)
    expect(new Set(marks).size).toBe(2)
  })

  test('and tokens, addresses and names are told nobody, in answers, events or the log', async () => {
    await using town = await open()
    const token = 'a-token-of-an-app-of-24'
    await town.post(REPORTS, { kind: 'full', token }, phone(1))
    await report(town, 2)
    await town.staff('POST', `/api/v1/containers/${PAPER}/observations`, {
      kind: 'broken',
      actor: 'Kim-Robin',
    })
    await town.pass(HOUR)
    const marks = (await town.store.reports({ since: TUESDAY })).map(({ reporter }) => reporter)
    const secrets = [token, '198.51', 'Phone/1.0', 'Kim-Robin', ...marks.slice(0, 2)]
    const [post] = await town.posts()
    const shown = [
      ...town.logged,
      ...(await Promise.all(
        [
          '/',
          '/s/1490-901',
          `/q/${PAPER}`,
          `/q/${PAPER}/told?kind=full&did=counted`,
          `/p/${post!.key}`,
          '/feeds/town.json',
          '/api/v1/stations',
          '/api/v1/posts',
          `/api/v1/posts/${post!.key}`,
          '/api/v1/decisions',
          `/api/v1/containers/${PAPER}`,
        ].map(async (url) => (await town.get(url)).body),
      )),
    ].join('\n')
    expect(shown).toContain(post!.key)
    for (const secret of secrets) expect(shown.includes(secret), secret).toBe(false)
  })
})

describe('two hundred reports from one street in ten minutes', () => {
  test('count as three, make one post, cost the budget no more, and staff hear of it', async () => {
    await using town = await open(
      RULES.replace('settle: 60s', 'settle: 60s, budget: { per_station_per_day: 4 }'),
    )
    for (let n = 0; n < 200; n++) {
      expect((await report(town, n)).status).toBe(200)
      if (n % 20 === 19) await town.pass(MINUTE)
    }
    expect(town.floods).toEqual(['1490-901 full'])
    const [decision] = (await town.get('/api/v1/decisions')).json.decisions
    const counted = decision.evidence.parts.filter((p: { what: string }) => p.what === 'report')
    expect(counted.length).toBeLessThanOrEqual(3)
    await town.pass(2 * HOUR)
    expect((await town.posts()).length).toBe(1)
    expect((await town.posts())[0]!.texts.sv).toContain('enligt besökare')
    const { json } = await town.staff('GET', '/api/v1/report-floods')
    expect(json.floods).toEqual([
      {
        stationId: '1490-901',
        kind: 'full',
        from: isoText(TUESDAY),
        until: isoText(plus(TUESDAY, 9 * MINUTE)),
        reporters: 200,
      },
    ])
    expect(await town.metrics.metrics()).toContain('kvitter_report_floods_total 1')
    expect((await town.get('/api/v1/report-floods')).status).toBe(401)
  })

  test('from one address are held to an allowance, with the time to wait', async () => {
    await using town = await open()
    const answers = []
    for (let n = 0; n < 70; n++) {
      const token = `token-number-${String(n).padStart(4, '0')}`
      answers.push(await town.post(REPORTS, { kind: 'full', token }, phone(1)))
    }
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(60)
    const last = answers.at(-1)!
    expect([last.status, last.headers['retry-after'], last.json.type]).toEqual([
      429,
      '10',
      '/api/docs#too-many-reports',
    ])
    await town.pass(MINUTE)
    expect((await report(town, 1)).status).toBe(200)
    expect((await report(town, 2)).status).toBe(200)
  })

  test('from one phone are held to a station’s worth', async () => {
    await using town = await open()
    const token = 'a-token-of-an-app-of-24'
    const answers = []
    for (let n = 0; n < 13; n++) {
      answers.push(await town.post(REPORTS, { kind: 'full', token }, phone(n)))
    }
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 12 }, () => 200),
      429,
    ])
    expect(answers.at(-1)!.headers['retry-after']).toBe('300')
  })
})

describe('a report that is not one', () => {
  test.each([
    [{ kind: 'empty' }, 'kind'],
    [{ kind: 'cleaned' }, 'kind'],
    [{ kind: 'repaired' }, 'kind'],
    [{}, 'kind'],
    [{ kind: 'full', token: 'short' }, 'token'],
    [{ kind: 'full', name: 'Kim' }, 'name'],
  ])('%j is refused by the field', async (body, field) => {
    await using town = await open()
    const { status, json } = await town.post(REPORTS, body, phone(1))
    expect([status, json.errors[0].field]).toEqual([400, field])
  })

  test('on a container that is not there is told so', async () => {
    await using town = await open()
    const url = '/api/v1/containers/1490-901-paper-9/reports'
    expect((await town.post(url, { kind: 'full' }, phone(1))).status).toBe(404)
  })

  test('sent as another site’s form would be is refused', async () => {
    await using town = await open()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await town.app.inject({
        method: 'POST',
        url: REPORTS,
        headers: { 'content-type': type },
        payload: 'kind=full',
      })
      expect(answer.statusCode, type).toBeGreaterThanOrEqual(400)
    }
    expect(await town.store.reports({ since: TUESDAY })).toEqual([])
  })
})
