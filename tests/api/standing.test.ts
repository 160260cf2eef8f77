import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { containerRules, stationRules } from '#src/api/standing-routes.ts'
import { instant, MINUTE, plus } from '#src/stations/time.ts'
import { borasRules } from '#tests/rules/scenario.ts'
import { openLivingTown, type LivingTown } from '#tests/support/living-town.ts'
import { containerId, deviceId } from '#tests/support/town.ts'

const PAPER = containerId('1490-901-paper-1')
const NOON = instant(Date.parse('2026-05-05T10:00:00Z'))

let town: LivingTown
beforeAll(async () => {
  town = await openLivingTown({ rules: borasRules, at: NOON })
  await measure(62)
})
afterAll(() => town[Symbol.asyncDispose]())

let counter = 0
const measure = (fillPercent: number) =>
  new Promise<void>((resolve) => {
    const reading = {
      deviceId: deviceId('dev-901-paper-1'),
      n: 0,
      containerId: PAPER,
      measuredAt: town.now(),
      receivedAt: town.now(),
      fillPercent,
      rawFillPercent: fillPercent,
      flags: [],
    }
    counter += 1
    town.journal.append(
      {
        kind: 'uplink',
        deviceId: reading.deviceId,
        receivedAt: town.now(),
        fingerprint: counter,
        tellsRepeats: false,
        readings: [reading],
      },
      () => resolve(),
    )
  })

interface Told {
  readonly ruleId: string
  readonly audience: string
  readonly subject: string
  readonly [key: string]: unknown
}

describe('why not?', () => {
  test('is answered for a container and its station, in three languages', async () => {
    const { status, json, headers } = await town.get(`/api/v1/containers/${PAPER}/rules`)
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=1'])
    expect(containerRules.answer.schema.safeParse(json).error).toBeUndefined()
    const rules = json.rules as Told[]
    expect(rules.map(({ ruleId, subject }) => `${ruleId} ${subject}`)).toEqual([
      `full ${PAPER}`,
      `full_soon ${PAPER}`,
      `broken ${PAPER}`,
      'station_nearly_all_full 1490-901',
      'littered 1490-901',
      'icy 1490-901',
    ])
    expect(rules[0]).toEqual({
      ruleId: 'full',
      ruleHash: expect.stringMatching(/^[0-9a-f]{12}$/),
      audience: 'public',
      subject: PAPER,
      stationId: '1490-901',
      containerId: PAPER,
      state: 'idle',
      since: null,
      startedAt: null,
      when: {
        value: false,
        clauses: [{ source: 'c.full', value: false, facts: { 'c.full': false } }],
      },
      clear: {
        value: true,
        clauses: [
          { source: 'c.fill < 70.0', value: true, facts: { 'c.fill': 62 } },
          {
            source: 'c.room_reports_8h >= 1',
            value: false,
            facts: { 'c.room_reports_8h': 0 },
          },
          { source: 'c.evidence <= -1.0', value: true, facts: { 'c.evidence': -2 } },
        ],
      },
      evidence: {
        sum: -2,
        parts: [
          { what: 'prior', weight: -1 },
          { what: 'sensor', weight: -1, fillPercent: 62, at: '2026-05-05T10:00:00.000Z' },
        ],
      },
      lacking: { fillPercent: 85, reports: 2 },
      gates: [],
      waiting: null,
      posted: null,
      awaitsReading: false,
      movesOnAt: null,
      nextLookAt: expect.stringMatching(/^2026-05-05T10:/),
      sentence: {
        sv: 'Inget skrivs: givaren visar 62 %; det krävs 85 % eller två besökares rapporter.',
        en: 'Nothing is posted: the sensor shows 62%; it takes 85% or reports from two visitors.',
        fi: 'Mitään ei julkaista: anturi näyttää 62 %; tarvitaan 85 % tai kahden kävijän ilmoitus.',
      },
    })
  })

  test('is answered for a station and its containers', async () => {
    const { json } = await town.get('/api/v1/stations/1490-902/rules')
    expect(stationRules.answer.schema.safeParse(json).error).toBeUndefined()
    const rules = json.rules as Told[]
    expect(new Set(rules.map(({ subject }) => subject))).toEqual(
      new Set(['1490-902', '1490-902-paper-1', '1490-902-clear-glass-1']),
    )
    expect(rules.every(({ audience }) => audience === 'public')).toBe(true)
  })

  test('tells staff of the rules that speak to them alone', async () => {
    const { json, headers } = await town.staff('GET', `/api/v1/containers/${PAPER}/rules`)
    expect(headers['cache-control']).toBe('no-store')
    expect((json.rules as Told[]).map(({ ruleId }) => ruleId)).toContain('sensor_silent')
  })

  test('follows what happens: it must last and be said twice, it waits, it was posted', async () => {
    const sentence = async () => {
      const { json } = await town.get(`/api/v1/containers/${PAPER}/rules`)
      return (json.rules as { sentence: { sv: string } }[])[0]!.sentence.sv
    }
    await town.pass(10 * MINUTE)
    await measure(95)
    expect(await sentence()).toBe(
      'Gäller sedan 12:10: givaren visar 95 %. Skrivs om det håller i sig till 12:40.',
    )
    await town.pass(32 * MINUTE)
    expect(await sentence()).toBe(
      'Väntar sedan 12:10 på en mätning till: en ensam kan vara ett falskt eko.',
    )
    await measure(95)
    await town.pass(3 * MINUTE)
    expect(await sentence()).toBe('Skrivs 12:57, om det fortfarande gäller då: givaren visar 95 %.')
    await town.pass(15 * MINUTE)
    expect(await sentence()).toBe('Skrevs 12:57 och gäller fortfarande: givaren visar 95 %.')
    expect(town.now()).toBe(plus(NOON, 60 * MINUTE))
  })

  test('a container that isn’t there is not found', async () => {
    const { status, json } = await town.get('/api/v1/containers/1490-999-paper-1/rules')
    expect([status, json.detail]).toEqual([404, 'There is no container 1490-999-paper-1.'])
    expect((await town.get('/api/v1/stations/1490-999/rules')).status).toBe(404)
    expect((await town.get('/api/v1/stations/nowhere/rules')).status).toBe(400)
  })
})
