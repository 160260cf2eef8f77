import { describe, expect, test } from 'vitest'
import { forbidsPublish, mayStaySubscribed, maySubscribe } from '#src/ingest/access.ts'
import type { Identity } from '#src/ingest/access.ts'
import { logIn } from '#src/ingest/login.ts'
import { parseTopic } from '#src/ingest/topic.ts'
import type { Credential } from '#src/store/contract.ts'
import { createHash } from 'node:crypto'
import { castTown, deviceId } from '#tests/support/town.ts'

const town = {
  ...castTown,
  networkServers: [
    { id: 'chirp', kind: 'chirpstack-v4', topic: 'application/7/device/+/event/up' } as const,
  ],
}
const device: Identity = { kind: 'device', deviceId: deviceId('dev-901-paper-1') }
const server: Identity = { kind: 'network-server', id: 'chirp' }
const stranger: Identity = { kind: 'network-server', id: 'other' }
const reader: Identity = { kind: 'reader', username: 'display' }
const anonymous: Identity = { kind: 'anonymous' }

const OWN = 'kvitter/v1/devices/dev-901-paper-1/reading'
const OTHER = 'kvitter/v1/devices/dev-902-paper-1/reading'
const UP = 'application/7/device/0101010101010101/event/up'
const ELSEWHERE = 'application/8/device/0101010101010101/event/up'
const JOIN = 'application/8/device/0101010101010101/event/join'
const STATUS = 'kvitter/v1/stations/1490-901/status'

test.each<[string, Identity, string, boolean]>([
  ['a device speaks for itself', device, OWN, true],
  ['a device doesn’t speak for another', device, OTHER, false],
  ['a device is no network server', device, UP, false],
  ['a device says nothing of stations', device, STATUS, false],
  ['a device stays off the broker’s own topics', device, '$SYS/x', false],
  ['a network server speaks under its filter', server, UP, true],
  ['and not under another', server, ELSEWHERE, false],
  ['its joins do no harm anywhere', server, JOIN, true],
  ['it is no device', server, OWN, false],
  ['one that isn’t in town.yaml says nothing', stranger, UP, false],
  ['a reader says nothing', reader, OWN, false],
  ['in a demo anybody speaks for a device', anonymous, OWN, true],
])('%s', (_, who, topic, allowed) => {
  const because = forbidsPublish(who, topic, parseTopic(topic), town)
  expect(because === undefined).toBe(allowed)
})

test('who may not publish is told what it may', () => {
  expect(forbidsPublish(device, OTHER, parseTopic(OTHER), town)).toBe(
    `device dev-901-paper-1 may publish to ${OWN} only`,
  )
  expect(forbidsPublish(server, ELSEWHERE, parseTopic(ELSEWHERE), town)).toBe(
    'network server chirp may publish to application/7/device/+/event/up only',
  )
})

test.each<[string, Identity, string, boolean]>([
  ['a reader hears the stations', reader, 'kvitter/v1/stations/+/status', true],
  ['and all of Kvitter', reader, 'kvitter/v1/#', true],
  ['and what Home Assistant is told', reader, 'homeassistant/#', true],
  ['but not all there is', reader, '#', false],
  ['nor the broker’s own', reader, '$SYS/#', false],
  ['a device hears what is sent to it', device, 'kvitter/v1/devices/dev-901-paper-1/config', true],
  ['and not what is sent to others', device, 'kvitter/v1/devices/+/config', false],
  ['nor the stations', device, 'kvitter/v1/stations/#', false],
  ['a network server hears nothing', server, 'application/#', false],
  ['in a demo anybody hears', anonymous, '#', true],
  ['but not the broker’s own', anonymous, '$SYS/#', false],
])('%s', (_, who, filter, allowed) => {
  expect(maySubscribe(who, filter)).toBe(allowed)
})

test('only readers stay subscribed while away', () => {
  expect([device, server, reader, anonymous].map(mayStaySubscribed)).toEqual([
    false,
    false,
    true,
    true,
  ])
})

describe('logging in', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const known: readonly Credential[] = [
    { username: '24e124713c270001', role: 'device', tokenHash: sha256('secret') },
    { username: 'chirp', role: 'network-server', tokenHash: sha256('secret') },
    { username: 'display', role: 'reader', tokenHash: sha256('secret') },
    { username: 'broken', role: 'reader', tokenHash: 'not hex' },
    { username: 'not a device!', role: 'device', tokenHash: sha256('secret') },
  ]
  const credential = (username: string) =>
    Promise.resolve(known.find((c) => c.username === username))
  const wrong = { kind: 'refused', because: 'wrong-name-or-token', returnCode: 4 }

  test.each<[string, string | undefined, string | undefined, boolean, unknown]>([
    [
      'a device by its id',
      '24e124713c270001',
      'secret',
      false,
      { kind: 'in', identity: { kind: 'device', deviceId: '24e124713c270001' } },
    ],
    [
      'in any spelling',
      '24-E1-24-71-3C-27-00-01',
      'secret',
      false,
      { kind: 'in', identity: { kind: 'device', deviceId: '24e124713c270001' } },
    ],
    [
      'a network server',
      'chirp',
      'secret',
      false,
      { kind: 'in', identity: { kind: 'network-server', id: 'chirp' } },
    ],
    [
      'a reader',
      'display',
      'secret',
      false,
      { kind: 'in', identity: { kind: 'reader', username: 'display' } },
    ],
    ['with a wrong token', 'display', 'Secret', false, wrong],
    ['without a token', 'display', undefined, false, wrong],
    ['as nobody we know', 'nobody', 'secret', false, wrong],
    ['as nobody we know, without a token', 'nobody', undefined, false, wrong],
    ['with a hash that is damaged', 'broken', 'secret', false, wrong],
    ['as a device that can’t be one', 'not a device!', 'secret', false, wrong],
    [
      'without a name',
      undefined,
      undefined,
      false,
      { kind: 'refused', because: 'no-name', returnCode: 5 },
    ],
    [
      'without a name in a demo',
      undefined,
      undefined,
      true,
      { kind: 'in', identity: { kind: 'anonymous' } },
    ],
    ['with a wrong token even in a demo', 'display', 'Secret', true, wrong],
  ])('%s', async (_, username, password, anonymous, expected) => {
    const token = password === undefined ? undefined : Buffer.from(password)
    expect(await logIn(username, token, { anonymous, credential })).toEqual(expected)
  })

  test('while the store fails, nobody is told that the token is wrong', async () => {
    const broken = () => Promise.reject(new Error('disk'))
    expect(
      await logIn('display', Buffer.from('secret'), { anonymous: false, credential: broken }),
    ).toEqual({ kind: 'refused', because: 'store-unavailable', returnCode: 3 })
  })
})
