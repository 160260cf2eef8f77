import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ALERTS_AN_HOUR, planAlerts } from '#src/notify/messages/plan-alerts.ts'
import { smsBody } from '#src/notify/messages/sms-leg.ts'
import { startStaffAlerts, type StaffAlerts } from '#src/notify/messages/staff-alerts.ts'
import type { Alarm } from '#src/quality/health.ts'
import { DAY, HOUR, MINUTE, instant, plus, type EpochMs } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { KeptAlarm, Store } from '#src/store/contract.ts'
import { unseal } from '#src/store/sealed.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { castTown, containerId, deviceId } from '#tests/support/town.ts'

const ZONE = 'Europe/Stockholm'
const local = (text: string) =>
  instant(Temporal.ZonedDateTime.from(`${text}[${ZONE}]`).epochMilliseconds)
const NOON = local('2026-05-06T12:00')

const change = (
  at: EpochMs,
  over: { kind?: 'silent' | 'fire'; change?: 'began' | 'ended'; device?: string } = {},
): KeptAlarm => {
  const alarm: Alarm =
    over.kind === 'fire'
      ? { kind: 'fire', since: at, because: 'device' }
      : { kind: 'silent', since: at, lastAt: at, usualIntervalMs: HOUR }
  return {
    deviceId: deviceId(over.device ?? 'dev-901-paper-1'),
    containerId: containerId('1490-901-paper-1'),
    change: { change: over.change ?? 'began', at, alarm },
  }
}
const plan = (changes: readonly KeptAlarm[], now: EpochMs) => planAlerts(changes, now, ZONE)
const due = (changes: readonly KeptAlarm[], now = plus(NOON, 2 * DAY)) =>
  plan(changes, now).tell.map(({ text, dueAt, count }) => [text, dueAt, count])

describe('staff are told of an alarm', () => {
  test('at once by day', () => {
    expect(due([change(NOON)])).toEqual([['silent', NOON, undefined]])
  })

  test.each([
    ['2026-05-06T22:00', '2026-05-07T07:00'],
    ['2026-05-07T02:30', '2026-05-07T07:00'],
    ['2026-05-07T06:59', '2026-05-07T07:00'],
    ['2026-05-07T07:00', '2026-05-07T07:00'],
    ['2026-05-06T21:59', '2026-05-06T21:59'],
    // The night in which the clocks go back is an hour longer.
    ['2026-10-24T23:00', '2026-10-25T07:00'],
  ])('one of %s at %s', (at, told) => {
    expect(due([change(local(at))], plus(local(at), DAY))).toEqual([
      ['silent', local(told), undefined],
    ])
  })

  test('of a fire by night as well', () => {
    const night = local('2026-05-07T02:30')
    expect(due([change(night, { kind: 'fire' })])).toEqual([['fire', night, undefined]])
  })

  test('that comes and goes only once a day', () => {
    const wobbling = [0, 1, 5, 23, 24, 25].flatMap((hours) => [
      change(plus(NOON, hours * HOUR)),
      change(plus(NOON, hours * HOUR + MINUTE), { change: 'ended' }),
    ])
    expect(due(wobbling)).toEqual([
      ['silent', NOON, undefined],
      ['silent', plus(NOON, 24 * HOUR), undefined],
    ])
  })

  test('among dozens as the first five and a number', () => {
    const flood = Array.from({ length: 40 }, (_, i) =>
      change(plus(NOON, i * 1000), { device: `dev-${i}` }),
    )
    const first = Array.from({ length: ALERTS_AN_HOUR }, (_, i) => [
      'silent',
      plus(NOON, i * 1000),
      undefined,
    ])
    expect(due(flood, plus(NOON, HOUR - 1))).toEqual(first)
    expect(due(flood, plus(NOON, HOUR))).toEqual([...first, ['more', plus(NOON, HOUR), 35]])
  })

  test('by the same id however often it is planned', () => {
    const changes = [change(NOON), change(plus(NOON, 2 * DAY))]
    const ids = (all: readonly KeptAlarm[]) =>
      plan(all, plus(NOON, 3 * DAY)).tell.map(({ id }) => id)
    expect(ids(changes).slice(0, 1)).toEqual(ids(changes.slice(0, 1)))
    expect(new Set(ids(changes)).size).toBe(2)
  })

  test('not at all when it is over before', () => {
    const night = local('2026-05-07T02:30')
    const { tell, ended } = plan(
      [change(night), change(plus(night, HOUR), { change: 'ended' })],
      NOON,
    )
    expect(ended).toEqual([tell[0]!.group])
  })
})

describe('by SMS', () => {
  const secret = Buffer.alloc(32, 3).toString('base64')
  let folder: string
  let store: Store
  let alerts: StaffAlerts
  let now: EpochMs
  let changes: readonly KeptAlarm[]
  let pokes: number

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kvitter-alerts-'))
    store = await openSqliteStore(join(folder, 'town.sqlite'))
    now = NOON
    changes = []
    pokes = 0
    alerts = startAlerts()
  })
  afterEach(async () => {
    await alerts[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  function startAlerts(): StaffAlerts {
    const town = indexTown(castTown)
    return startStaffAlerts({
      store: {
        ...store,
        alarmChanges: async ({ since }) =>
          changes.filter(({ change }) => change.at >= since!).toReversed(),
      },
      town: () => town,
      texts: () => ({}),
      clock: () => now,
      secret,
      phones: ['+46701234567', '+46707654321'],
      language: 'sv',
      poke: () => (pokes += 1),
      onFault: (what, error) => {
        throw new Error(what, { cause: error })
      },
    })
  }

  test('each of staff gets each alarm once, also through a restart', async () => {
    changes = [change(NOON)]
    await alerts.look()
    await alerts.look()
    await alerts[Symbol.asyncDispose]()
    alerts = startAlerts()
    await alerts.look()
    const claimed = [
      await store.claimMessage('sms', now, MINUTE),
      await store.claimMessage('sms', now, MINUTE),
      await store.claimMessage('sms', now, MINUTE),
    ]
    expect(claimed.map((m) => m && unseal(m.recipient, secret))).toEqual([
      '+46701234567',
      '+46707654321',
      undefined,
    ])
    const body = JSON.parse(unseal(claimed[0]!.body, secret)!) as unknown
    expect(smsBody.parse(body).text).toBe(
      'Ekudden (pappersförpackningar): givaren dev-901-paper-1 hörs inte.',
    )
    expect(pokes).toBe(1)
  })

  test('one that is over by the morning is not told', async () => {
    now = local('2026-05-07T02:30')
    changes = [change(now)]
    await alerts.look()
    changes = [...changes, change(plus(now, HOUR), { change: 'ended' })]
    now = plus(now, HOUR)
    await alerts.look()
    expect(await store.claimMessage('sms', local('2026-05-07T08:00'), MINUTE)).toBeUndefined()
  })

  test('one that comes and goes for days is told once a day, however often it is looked for', async () => {
    const began = Array.from({ length: 5 * 24 }, (_, hours) => plus(NOON, hours * HOUR))
    for (const at of began) {
      changes = [...changes, change(at, { kind: 'fire' })]
      now = plus(at, MINUTE)
      await alerts.look()
    }
    const told = (await store.messages({ limit: 100 })).filter(({ id }) => id.endsWith('/0'))
    expect(told.map(({ dueAt }) => dueAt).toReversed()).toEqual(
      [0, 1, 2, 3, 4].map((days) => plus(NOON, days * DAY)),
    )
  })

  test('one that ended before anybody was told, and begins again, is told', async () => {
    const night = local('2026-05-07T02:30')
    const look = async (at: EpochMs, more: KeptAlarm) => {
      now = at
      changes = [...changes, more]
      await alerts.look()
    }
    await look(night, change(night))
    await look(plus(night, HOUR), change(plus(night, HOUR), { change: 'ended' }))
    await look(plus(night, 2 * HOUR), change(plus(night, 2 * HOUR)))
    const morning = local('2026-05-07T07:00')
    const claimed = [1, 2, 3].map(() => store.claimMessage('sms', morning, MINUTE))
    expect((await Promise.all(claimed)).map((m) => m?.dueAt)).toEqual([morning, morning, undefined])
  })

  test('old alarms are not told when the service comes back after days', async () => {
    changes = [change(plus(NOON, -DAY))]
    await alerts.look()
    expect(await store.messages({ limit: 10 })).toEqual([])
  })
})
