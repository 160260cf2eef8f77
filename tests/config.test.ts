import { describe, expect, test } from 'vitest'
import { parseAddress, readSettings } from '../src/config.ts'

const defaults = {
  data: './data',
  http: { host: '127.0.0.1', port: 8080 },
  mqtt: { host: '127.0.0.1', port: 1883 },
  mqttWs: { host: '127.0.0.1', port: 9001 },
  publicUrl: 'http://127.0.0.1:8080',
  logLevel: 'info',
}

test('nothing said means loopback and the current folder', () => {
  expect(readSettings([], {})).toEqual({ kind: 'ok', settings: defaults, rest: [] })
})

test('a flag beats the environment, the environment beats the default', () => {
  const env = { KVITTER_HTTP: '0.0.0.0:80', KVITTER_DATA: '/srv/kvitter', KVITTER_TOWN: 'a' }
  expect(readSettings(['--http', ':8000', '--town=b'], env)).toMatchObject({
    settings: {
      http: { host: '0.0.0.0', port: 8000 },
      data: '/srv/kvitter',
      town: 'b',
      publicUrl: 'http://localhost:8000',
    },
  })
})

test('a command may have defaults of its own, which anybody may still change', () => {
  const own = { log: 'warn', town: 'towns/boras' }
  expect(readSettings([], { KVITTER_LOG: 'debug' }, own)).toMatchObject({
    settings: { logLevel: 'debug', town: 'towns/boras' },
  })
})

test('MQTT over WebSocket can be off, the broker and the pages can not', () => {
  expect(readSettings(['--mqtt-ws', 'off'], {})).not.toHaveProperty('settings.mqttWs')
  expect(readSettings(['--mqtt', 'off', '--http', 'off'], {})).toMatchObject({
    kind: 'faulty',
    faults: ["--http: can't be off", "--mqtt: can't be off"],
  })
})

test('a public address loses its last slash and must be one for the web', () => {
  expect(readSettings(['--public-url', 'https://avs.example.se/'], {})).toMatchObject({
    settings: { publicUrl: 'https://avs.example.se' },
  })
  for (const wrong of ['avs.example.se', 'ftp://avs.example.se', 'https://avs.example.se/?a=1']) {
    expect(readSettings(['--public-url', wrong], {}).kind).toBe('faulty')
  }
})

test('an unknown flag is told, not passed over', () => {
  const read = readSettings(['--htpp', 'x'], {})
  expect(read).toMatchObject({ kind: 'faulty' })
  expect(read.kind === 'faulty' && read.faults[0]).toContain('--htpp')
})

test('a short staff token is refused without being shown', () => {
  const read = readSettings([], { KVITTER_STAFF_TOKEN: 'hunter2' })
  expect(read).toMatchObject({ kind: 'faulty' })
  expect(JSON.stringify(read)).not.toContain('hunter2')
})

describe('an address', () => {
  test.each([
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    [':1883', { host: '0.0.0.0', port: 1883 }],
    ['1883', { host: '127.0.0.1', port: 1883 }],
    ['::1:8080', undefined],
    ['host', undefined],
    ['host:65536', undefined],
    ['host:-1', undefined],
    ['a b:80', undefined],
    ['', undefined],
  ])('%j', (text, address) => expect(parseAddress(text)).toEqual(address))
})
