/** What staff are told of sensors and codecs that need somebody. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JournalEntry } from '#src/store/journal.ts'
import type { MessageTrouble } from '#src/store/messages.ts'
import { HOUR, MINUTE, isoText, plus } from '#src/stations/time.ts'
import { type HttpTown, openHttpTown, TUESDAY } from '#tests/support/http-town.ts'
import { containerId, deviceId } from '#tests/support/town.ts'

const STAFF_TOKEN = 'a-long-enough-token'
const DEVICE = deviceId('dev-901-paper-1')
const PAPER = containerId('1490-901-paper-1')

let town: HttpTown
const stopped: { file: string; because: string }[] = []
const troubles: MessageTrouble[] = []
beforeEach(async () => {
  stopped.length = 0
  troubles.length = 0
  const messageTroubles = () => troubles
  town = await openHttpTown({
    http: { staffToken: STAFF_TOKEN, stoppedCodecs: () => stopped, messageTroubles },
  })
})
afterEach(() => town[Symbol.asyncDispose]())

async function ask(path: string, token = STAFF_TOKEN): Promise<any> {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await town.app.inject({ url: `/api/v1/alarms${path}`, headers })
  return { status: answer.statusCode, ...(answer.json() as object) }
}

/** A reading at the town's time. */
async function hear(more: Partial<Extract<JournalEntry, { kind: 'uplink' }>['readings'][number]>) {
  const at = town.now()
  await town.append({
    kind: 'uplink',
    deviceId: DEVICE,
    receivedAt: at,
    fingerprint: at,
    tellsRepeats: false,
    readings: [
      {
        deviceId: DEVICE,
        n: 0,
        containerId: PAPER,
        measuredAt: at,
        receivedAt: at,
        fillPercent: 40,
        flags: [],
        ...more,
      },
    ],
  })
}

test('a sensor is silent after three of its own intervals, and it is told when it speaks again', async () => {
  for (let n = 0; n < 6; n++) {
    town.setNow(plus(TUESDAY, n * HOUR))
    await hear({})
  }
  town.setNow(plus(TUESDAY, 8 * HOUR - MINUTE))
  expect(await ask('')).toMatchObject({ sensors: [], codecs: [] })
  town.setNow(plus(TUESDAY, 8 * HOUR))
  expect(await ask('')).toMatchObject({
    sensors: [
      {
        deviceId: DEVICE,
        containerId: PAPER,
        lastHeardAt: '2026-05-05T17:35:00.000Z',
        alarms: [
          {
            kind: 'silent',
            since: '2026-05-05T20:35:00.000Z',
            advice:
              'Not heard from for three of its usual intervals of 60 minutes: look for power, antenna and coverage.',
          },
        ],
      },
    ],
  })
  await hear({})
  expect(await ask('')).toMatchObject({ sensors: [] })
  expect((await ask('/history')).changes).toMatchObject([
    { change: 'ended', deviceId: DEVICE, alarm: { kind: 'silent' } },
    { change: 'began', deviceId: DEVICE, alarm: { kind: 'silent' } },
  ])
})

test('low battery and fire stand beside each other, each with what to do', async () => {
  await hear({ batteryPercent: 9, temperatureC: 74 })
  const { sensors } = await ask('')
  expect(sensors[0].alarms).toMatchObject([
    { kind: 'low-battery', advice: 'Its battery is low (9 %): change it with the next visit.' },
    { kind: 'fire', because: 'hot', advice: expect.stringContaining('74 °C') },
  ])
})

test('sound sensors are there on demand, with how far they can be trusted', async () => {
  await hear({})
  expect((await ask('')).sensors).toEqual([])
  expect((await ask('?all=yes')).sensors).toMatchObject([{ deviceId: DEVICE, grade: 'new' }])
})

test('a codec that had to be stopped too often is told, with what to do', async () => {
  stopped.push({ file: 'codecs/our-bin.js', because: 'over-budget: it took too many steps' })
  expect((await ask('')).codecs).toEqual([
    {
      file: 'codecs/our-bin.js',
      because: 'over-budget: it took too many steps',
      advice: expect.stringContaining('mend its file'),
    },
  ])
})

test('a way to one person on which nothing goes out is told, with what to do', async () => {
  troubles.push({ way: 'sms', since: TUESDAY, because: 'no-credits', detail: '403' })
  expect((await ask('')).messages).toEqual([
    {
      way: 'sms',
      since: isoText(TUESDAY),
      because: 'no-credits',
      detail: '403',
      advice: expect.stringContaining('fill up its account'),
    },
  ])
})

test('nobody but staff is told', async () => {
  expect(await ask('', 'a-guess')).toMatchObject({ status: 401 })
  expect(await ask('/history', 'a-guess')).toMatchObject({ status: 401 })
})
