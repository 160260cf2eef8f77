/** The list of alarms, and where it leads whom. */
import { expect, test } from 'vitest'
import type { StaffWork } from '#src/pages/staff/register-work.ts'
import type { KeptAlarm } from '#src/store/contract.ts'
import type { SensorHealth } from '#src/store/believing.ts'
import type { AccountAlarms } from '#src/store/outbox.ts'
import { DAY, MINUTE, plus } from '#src/stations/time.ts'
import type { Role } from '#src/store/staff.ts'
import { EKUDDEN_PAPER, openHttpTown, TUESDAY } from '#tests/support/http-town.ts'
import { deviceId } from '#tests/support/town.ts'

const alarm = { kind: 'silent', since: TUESDAY, usualMs: 600_000 } as const
const DEVICE = deviceId('em310-1')
const sensor = { containerId: EKUDDEN_PAPER, deviceId: DEVICE, alarms: [alarm] }
const change = {
  containerId: EKUDDEN_PAPER,
  deviceId: DEVICE,
  change: { at: TUESDAY, change: 'began', alarm },
}
const account = {
  channel: 'x',
  account: 'provstad',
  alarms: [{ kind: 'stalled', since: TUESDAY }],
}
const work: Partial<Record<keyof StaffWork, unknown>> = {
  outbox: { alarms: () => [account] as unknown as readonly AccountAlarms[] },
  messageTroubles: () => [{ way: 'sms', since: TUESDAY, because: 'no-credits', detail: '403' }],
  stoppedCodecs: () => [{ file: 'codecs/maker.js', because: 'it took too long' }],
}

test('alarms are all staff’s to see, and lead to pages that one’s role may go to, and to no other', async () => {
  await using town = await openHttpTown({
    journal: (real) =>
      Object.create(real, {
        sensors: { value: () => [sensor] as unknown as readonly SensorHealth[] },
      }) as typeof real,
    store: (real) => ({
      ...real,
      alarmChanges: async () => [change] as unknown as readonly KeptAlarm[],
    }),
    pages: { work: work as StaffWork },
  })
  const linksFor = async (role: Role) => {
    const { statusCode, body } = await town.app.inject({
      url: '/larm',
      headers: await town.signIn(role),
    })
    expect([role, statusCode]).toEqual([role, 200])
    const main = /<main[^]*<\/main>/.exec(body)![0]
    for (const told of [
      'x, provstad',
      'fyll på kontot där',
      'codecs/maker.js',
      DEVICE,
      'började',
    ]) {
      expect(main).toContain(told)
    }
    return [...main.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)
  }
  const channel = '/kanaler#x-provstad'
  const device = `/enheter/${DEVICE}`
  const messages = '/kanaler/meddelanden'
  expect(await linksFor('admin')).toEqual([channel, messages, '/karantan', device, device])
  expect(await linksFor('editor')).toEqual([channel, messages])
  expect(await linksFor('dispatcher')).toEqual([messages, device, device])
})

test('many who say the same at once are shown for a day, each station by its name', async () => {
  await using town = await openHttpTown({
    pages: { work: { ...work, outbox: { alarms: () => [] } } as unknown as StaffWork },
  })
  for (let n = 1; n <= 10; n++) {
    await town.append({
      kind: 'report',
      containerId: EKUDDEN_PAPER,
      report: 'full',
      by: 'resident',
      reporter: `r${n}`,
    })
  }
  const main = async (url = '/larm') => {
    const headers = await town.signIn('editor')
    const { body } = await town.app.inject({ url, headers })
    return /<main[^]*<\/main>/.exec(body)![0]
  }
  // The SMS, the codec, and these.
  expect(await main('/start')).toContain('<span class="count">3</span>')
  expect(await main()).toMatch(
    /<a href="\/tillsyn\/1490-901">Ekudden<\/a>[^]*10 rapporterade ”Fullt” inom några minuter\./,
  )
  town.setNow(plus(town.now(), DAY + MINUTE))
  expect(await main()).not.toContain('Många rapporter')
  expect(await main('/start')).toContain('<span class="count">2</span>')
})
