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

test('MQTT over WebSocket can be off, the pages can not, the broker only with another in its place', () => {
  expect(readSettings(['--mqtt-ws', 'off'], {})).not.toHaveProperty('settings.mqttWs')
  expect(readSettings(['--mqtt', 'off', '--http', 'off'], {})).toMatchObject({
    kind: 'faulty',
    faults: [
      "--http: can't be off",
      "--mqtt: can't be off without another broker; name it with --broker",
    ],
  })
  const outside = readSettings(['--mqtt', 'off', '--broker', 'mqtt://mosquitto'], {})
  expect(outside).toMatchObject({
    kind: 'ok',
    settings: { broker: { url: 'mqtt://mosquitto', clientId: 'kvitter' } },
  })
  expect(outside).not.toHaveProperty('settings.mqtt')
  expect(outside).not.toHaveProperty('settings.mqttWs')
})

test('Home Assistant is told of the stations where it is asked for, in a language', () => {
  expect(readSettings([], {})).not.toHaveProperty('settings.homeAssistant')
  expect(readSettings(['--home-assistant', 'off'], {})).not.toHaveProperty('settings.homeAssistant')
  expect(readSettings(['--home-assistant', 'sv'], {})).toMatchObject({
    settings: { homeAssistant: 'sv' },
  })
  expect(readSettings([], { KVITTER_HOME_ASSISTANT: 'on' })).toMatchObject({
    faults: ['KVITTER_HOME_ASSISTANT: expected sv, en, fi or off, got "on"'],
  })
  const away = ['--mqtt', 'off', '--broker', 'mqtt://mosquitto', '--home-assistant', 'fi']
  expect(readSettings(away, {})).toMatchObject({
    faults: ['--home-assistant: needs the embedded broker, which --mqtt turns off'],
  })
})

test('a hub for the feeds is off unless named, and must be on the web', () => {
  expect(readSettings([], {})).not.toHaveProperty('settings.hubUrl')
  expect(readSettings(['--websub-hub', 'https://hub.example/'], {})).toMatchObject({
    settings: { hubUrl: 'https://hub.example/' },
  })
  expect(readSettings([], { KVITTER_WEBSUB_HUB: 'hub.example' })).toMatchObject({
    faults: [
      'KVITTER_WEBSUB_HUB: expected an address such as https://hub.example.se/, got "hub.example"',
    ],
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

test('the last day is played again each night unless that is turned off', () => {
  const { settings } = readSettings(['--verify-nightly', 'off'], {}) as Extract<
    ReturnType<typeof readSettings>,
    { kind: 'ok' }
  >
  expect(settings.verifyNightly).toBe(false)
  expect(readSettings(['--verify-nightly', 'on'], {})).toEqual({
    kind: 'ok',
    settings: defaults,
    rest: [],
  })
  expect(readSettings([], { KVITTER_VERIFY_NIGHTLY: 'never' })).toEqual({
    kind: 'faulty',
    faults: ['KVITTER_VERIFY_NIGHTLY: expected on or off, got "never"'],
  })
})

test('a replay that staff ask for is ended after as many minutes as are given', () => {
  expect(readSettings([], {})).not.toHaveProperty('settings.longestReplayMs')
  expect(readSettings(['--longest-replay', '3'], {})).toMatchObject({
    settings: { longestReplayMs: 180_000 },
  })
  for (const wrong of ['0', 'never', '99999', '1.5']) {
    expect(readSettings([], { KVITTER_LONGEST_REPLAY: wrong })).toEqual({
      kind: 'faulty',
      faults: [`KVITTER_LONGEST_REPLAY: expected a number of minutes such as 10, got "${wrong}"`],
    })
  }
})

test('readings are kept for ever, or for a number of days', () => {
  expect(readSettings([], {})).not.toHaveProperty('settings.keepReadingsDays')
  expect(readSettings(['--keep-readings', 'forever'], { KVITTER_KEEP_READINGS: '30' })).toEqual({
    kind: 'ok',
    settings: defaults,
    rest: [],
  })
  expect(readSettings([], { KVITTER_KEEP_READINGS: '1100' })).toMatchObject({
    settings: { keepReadingsDays: 1100 },
  })
  for (const wrong of ['0', '-1', '1.5', '30d', 'never', '100000']) {
    expect(readSettings([`--keep-readings=${wrong}`], {})).toEqual({
      kind: 'faulty',
      faults: [
        `--keep-readings: expected a number of days such as 1100, or "forever", got "${wrong}"`,
      ],
    })
  }
})

test('proxies that are believed are named by address', () => {
  const env = { KVITTER_TRUSTED_PROXY: '10.0.0.7, 10.1.0.0/16,2001:db8::/32' }
  expect(readSettings([], env)).toMatchObject({
    settings: { trustedProxies: ['10.0.0.7', '10.1.0.0/16', '2001:db8::/32'] },
  })
  for (const wrong of ['proxy.example.se', '10.0.0.7/33', '10.0.0.7/8/8', '10.0.0', '10.0.0.7/']) {
    expect(readSettings([`--trusted-proxy=${wrong}`], {})).toEqual({
      kind: 'faulty',
      faults: [
        `--trusted-proxy: expected addresses such as 10.0.0.7 or 10.0.0.0/24, got "${wrong}"`,
      ],
    })
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

test('an outside broker is named by its address; who we are there comes by environment', () => {
  const args = [
    '--broker',
    'mqtts://mqtt.example.se',
    '--broker-id',
    'copy-2',
    '--broker-ca',
    'ca.pem',
  ]
  const env = { KVITTER_BROKER_USERNAME: 'kvitter', KVITTER_BROKER_PASSWORD: 'hunter2' }
  expect(readSettings(args, env)).toMatchObject({
    settings: {
      broker: {
        url: 'mqtts://mqtt.example.se',
        clientId: 'copy-2',
        caFile: 'ca.pem',
        username: 'kvitter',
        password: 'hunter2',
      },
    },
  })
})

test.each([
  [['--broker', 'mosquitto:1883'], {}, '--broker: expected an address'],
  [['--broker', 'mqtt://host/topic'], {}, '--broker: expected an address'],
  [[], { KVITTER_BROKER_URL: 'ws://host' }, 'KVITTER_BROKER_URL: expected an address'],
  [['--broker', 'mqtt://h', '--broker-id', 'a b'], {}, '--broker-id: expected 1 to 64'],
  [['--broker', 'mqtt://h', '--broker-ca', 'ca.pem'], {}, '--broker-ca: needs a broker with TLS'],
  [
    ['--broker', 'mqtt://h'],
    { KVITTER_BROKER_PASSWORD: 'x' },
    'set KVITTER_BROKER_USERNAME as well',
  ],
])('%j with %j is refused: %s', (args, env, fault) => {
  const read = readSettings(args, env)
  expect(read.kind === 'faulty' && read.faults.join()).toContain(fault)
})

test('a password in the address of a broker is refused without being shown', () => {
  const read = readSettings(['--broker', 'mqtt://kvitter:hunter2@host'], {})
  expect(read.kind === 'faulty' && read.faults).toEqual([
    '--broker: leave name and password out of the address; set KVITTER_BROKER_USERNAME and KVITTER_BROKER_PASSWORD',
  ])
})

test('a history elsewhere is read whole, with its secrets from the environment', () => {
  const args = ['--history', 'influx', '--influx-url', 'http://10.0.0.5:8086']
  const env = { KVITTER_INFLUX_USERNAME: 'kvitter', KVITTER_INFLUX_PASSWORD: 'hunter2' }
  expect(readSettings(args, env)).toMatchObject({
    settings: {
      influx: {
        url: 'http://10.0.0.5:8086',
        database: 'kvitter',
        username: 'kvitter',
        password: 'hunter2',
      },
    },
  })
  const plain = readSettings(['--influx-url', 'http://10.0.0.5:8086'], {})
  expect(plain.kind === 'ok' && plain.settings).not.toHaveProperty('influx')
})

test.each([
  [['--history', 'files'], '--history: expected sqlite or influx, got "files"'],
  [['--history', 'influx'], '--influx-url: expected the InfluxDB that --history influx is to use'],
  [
    ['--history', 'influx', '--influx-url', 'http://a:b@h'],
    '--influx-url: leave name and password out of the address',
  ],
  [
    ['--history', 'influx', '--influx-url', 'h:8086'],
    '--influx-url: expected an address such as http://127.0.0.1:8086, got "h:8086"',
  ],
  [
    ['--history', 'influx', '--influx-url', 'http://h', '--influx-database', 'a b'],
    '--influx-database: expected 1 to 64 of',
  ],
])('history by %j is refused: %s', (args, fault) => {
  const read = readSettings(args, {})
  expect(read.kind === 'faulty' && read.faults.join()).toContain(fault)
})
