/** Every network server's messages, by the server's entry in a town file. */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adapterOf, formatOf } from '#src/ingest/envelopes/adapters.ts'
import { readMilesightNbiot } from '#src/ingest/envelopes/milesight-nbiot.ts'
import { receive } from '#src/ingest/receive.ts'
import { NETWORK_SERVER_KINDS } from '#src/stations/station.ts'
import type { NetworkServer, Town } from '#src/stations/station.ts'
import { instant, isoText } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { hasSharedData, sharedData } from '#tests/support/shared.ts'
import { castTown, deviceId } from '#tests/support/town.ts'

const NOON = instant(Date.parse('2026-11-24T11:00:00Z'))
const EUI = '0102030405060708'
const eui = deviceId(EUI)
/** An EM310-UDL: battery 92 %, 2116 mm, tilted. */
const HEX = '01755c03824408040001'
const BASE64 = 'AXVcA4JECAQAAQ=='

interface Sample {
  readonly file: string
  readonly format: string
  readonly topicExample: string
  readonly expectedExtraction: {
    readonly devEui?: string
    readonly fPort?: number | null
    readonly fCnt?: number | null
    readonly bytesHex?: string
    readonly receivedAt?: string | number | null
    readonly rssi?: number
    readonly snr?: number
    readonly decoded?: unknown
  }
}

const KIND_OF: Readonly<Record<string, NetworkServer['kind']>> = {
  'chirpstack-v3': 'chirpstack-v3',
  'chirpstack-v3-protojson': 'chirpstack-v3',
  thingpark: 'thingpark',
  machineq: 'thingpark',
  loriot: 'loriot',
  'aws-iot-lorawan': 'aws',
  'milesight-gateway': 'milesight-gateway',
}
const samples: readonly Sample[] = hasSharedData
  ? (JSON.parse(readFileSync(sharedData('data/vectors/envelopes/index.json'), 'utf8')) as Sample[])
  : []
const bodyOf = (file: string): unknown =>
  JSON.parse(readFileSync(sharedData(`data/vectors/envelopes/${file}`), 'utf8'))

describe.skipIf(!hasSharedData)('samples of what network servers send', () => {
  const framed = samples.filter((s) => Object.hasOwn(KIND_OF, s.format))
  test('ten of them are frames of the kinds here', () => expect(framed).toHaveLength(10))

  test.each(framed.map((s) => [s.file, s] as const))('%s', (_, { file, format, ...sample }) => {
    const expected = sample.expectedExtraction
    const kind = KIND_OF[format]!
    const frame = adapterOf({ id: 's', kind, topic: '#' }, undefined)(bodyOf(file))
    if (frame.kind !== 'frame') throw new Error(JSON.stringify(frame))
    expect({
      devEui: frame.deviceId,
      fPort: frame.fPort ?? null,
      bytesHex: frame.bytes.toHex(),
      decoded: frame.decoded ?? null,
      rssi: frame.signal?.rssiDbm,
      snr: frame.signal?.snrDb,
    }).toEqual({
      devEui: expected.devEui?.toLowerCase() ?? frame.deviceId,
      fPort: expected.fPort ?? null,
      bytesHex: expected.bytesHex,
      decoded: expected.decoded ?? null,
      // Some have a signal that their index doesn't tell.
      rssi: expected.rssi ?? frame.signal?.rssiDbm,
      snr: expected.snr ?? frame.signal?.snrDb,
    })
    if (expected.fCnt !== undefined) expect(frame.counter ?? null).toBe(expected.fCnt)
    const { receivedAt } = expected
    if (receivedAt === null) expect(frame.at).toBeUndefined()
    else if (receivedAt !== undefined) {
      expect(isoText(frame.at!)).toBe(new Date(receivedAt).toISOString())
    }
  })

  test.each([
    ['orbiwise-uplink.sample.json', 'device', 'deveui', 'bytes', 'dataFrame', 'base64'],
    ['helium-console-legacy.docs.json', 'device', 'dev_eui', 'bytes', 'payload', 'base64'],
    ['machineq-uplink.sample.json', 'device', 'DevEUI', 'bytes', 'payload_hex', 'hex'],
  ] as const)('%s by a mapping', (file, _, device, __, path, encoding) => {
    const sample = samples.find((s) => s.file === file)!.expectedExtraction
    const mapping = { device, bytes: { path, encoding } }
    const frame = adapterOf({ id: 's', kind: 'json', topic: '#', mapping }, undefined)(bodyOf(file))
    if (frame.kind !== 'frame') throw new Error(JSON.stringify(frame))
    expect(frame.bytes.toHex()).toBe(sample.bytesHex)
    if (sample.devEui !== undefined) expect(frame.deviceId).toBe(sample.devEui.toLowerCase())
  })

  test('a maker’s own JSON by a profile of the town’s gives the distance, and the maker’s share beside it', () => {
    const sample = samples.find((s) => s.format === 'plain-json')!
    const server: NetworkServer = {
      id: 'cloud',
      kind: 'json',
      topic: 'smartbin/+/+/telemetry',
      deviceLevel: 3,
      mapping: { device: 'id' },
    }
    const town = townWith([server], 'vendor/bin', 'bin-0042')
    const received = receive(sample.topicExample, encode(bodyOf(sample.file)), {
      town: indexTown({
        ...town,
        profiles: [
          {
            name: 'vendor/bin',
            fields: {
              at: { path: 'ts', unit: 'iso' },
              levels: [
                { path: 'distance', meaning: 'distance', unit: 'mm' },
                { path: 'fillLevel', meaning: 'fill', unit: '%' },
              ],
              battery: { path: 'battery', unit: 'V' },
              temperature: { path: 'temperature', unit: 'C' },
              fire: { path: 'alarms.fire', is: [true] },
              tilted: { path: 'alarms.tilt', is: [true] },
            },
          },
        ],
      }),
      receivedAt: NOON,
      maybeRepeat: false,
    })
    expect(received).toMatchObject({
      kind: 'uplink',
      deviceId: 'bin-0042',
      readings: [
        {
          measuredAt: Date.parse('2026-05-27T10:00:00Z'),
          distanceMm: 1234,
          rawFillPercent: 38,
          batteryVolts: 3.31,
          temperatureC: 21.5,
        },
      ],
    })
  })

  test('a SenML pack without a level names its device, and is refused for what it lacks', () => {
    const pack = bodyOf('senml-rfc8428.json')
    const server: NetworkServer = { id: 's', kind: 'senml', topic: 'senml' }
    expect(adapterOf(server, undefined)(pack)).toMatchObject({
      kind: 'frame',
      deviceId: '10e2073a01080063',
      decoded: [
        { at: 1_320_067_464_000, '%RH': 20, lon: 24.30621, lat: 60.07965 },
        { at: 1_320_067_524_000, '%RH': 20.3, lon: 24.30622, lat: 60.07965 },
      ],
    })
    const town = indexTown(townWith([server], 'native', '10e2073a01080063'))
    expect(
      receive('senml', encode(pack), { town, receivedAt: NOON, maybeRepeat: false }),
    ).toMatchObject({ kind: 'rejected', rejected: { reason: 'wrong-shape' } })
  })

  test('Sparkplug is no network server here: its topic is not known', () => {
    const { file, topicExample } = samples.find((s) => s.format === 'sparkplug-b')!
    const context = { town: indexTown(castTown), receivedAt: NOON, maybeRepeat: false }
    expect(receive(topicExample, encode(bodyOf(file)), context)).toMatchObject({
      kind: 'rejected',
      rejected: { reason: 'unknown-topic' },
    })
  })

  test('a SenML pack of KPN’s gives the device and a distance', () => {
    const frame = adapterOf(
      { id: 's', kind: 'senml', topic: '#' },
      undefined,
    )(bodyOf('kpn-things-senml.constructed.json'))
    expect(frame).toMatchObject({
      deviceId: '0059ac000018041b',
      at: 1_716_800_000_000,
      decoded: { distanceMm: 1234, temperatureC: 21.5, batteryVolts: 2.99, distance: 1.234 },
    })
  })

  test('a SenML pack of LwM2M’s object 3435 has its device in the topic', () => {
    const body = bodyOf('senml-lwm2m-3435.constructed.json')
    const server: NetworkServer = { id: 's', kind: 'senml', topic: 'lwm2m/+', deviceLevel: 2 }
    expect(adapterOf(server, deviceId('bin-7'))(body)).toMatchObject({
      deviceId: 'bin-7',
      decoded: { fillPercent: 38, temperatureC: 21.5 },
    })
    expect(adapterOf(server, undefined)(body)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('deviceLevel'),
    })
  })

  test('the cellular frame names its device by IMEI, and tells how well its network heard it', () => {
    const { frameHex } = bodyOf('milesight-em400-nbiot-frame.json') as { frameHex: string }
    expect(readMilesightNbiot(Uint8Array.fromHex(frameHex))).toMatchObject({
      deviceId: '868508064807350',
      counter: 0,
      // A signal quality of 9.
      signal: { rssiDbm: -95 },
    })
  })
})

/** A town whose devices come by each kind of server. */
function townWith(
  networkServers: readonly NetworkServer[],
  profile = 'milesight/em310-udl',
  device = EUI,
): Town {
  const container = castTown.stations[0]!.containers[0]!
  return {
    ...castTown,
    networkServers,
    profiles: [
      {
        name: 'cloud/bin',
        fields: {
          at: { path: 'ts', unit: 'iso' },
          levels: [{ path: 'distance', meaning: 'distance', unit: 'mm' }],
        },
      },
    ],
    devices: [{ id: deviceId(device), profile }],
    mountings: [{ deviceId: deviceId(device), containerId: container.id, from: instant(0) }],
  }
}

const BODIES: readonly (readonly [NetworkServer, string, object])[] = [
  [
    { id: 'cs3', kind: 'chirpstack-v3', topic: 'application/+/device/+/event/+' },
    `application/1/device/${EUI}/event/up`,
    { devEUI: 'AQIDBAUGBwg=', data: BASE64, fCnt: 1, fPort: 85, objectJSON: 'not json' },
  ],
  [
    { id: 'tp', kind: 'thingpark', topic: 'mqtt/things/+/uplink' },
    `mqtt/things/${EUI}/uplink`,
    { DevEUI_uplink: { DevEUI: EUI, payload_hex: HEX, FPort: '85', FCntUp: '1' } },
  ],
  [
    { id: 'lo', kind: 'loriot', topic: 'loriot/#' },
    'loriot/app',
    { cmd: 'gw', EUI, data: HEX, port: 85, fcnt: 1, gws: [{}, {}] },
  ],
  [
    { id: 'mg', kind: 'milesight-gateway', topic: 'gw/+', deviceLevel: 2 },
    `gw/${EUI}`,
    { devEUI: EUI, data: BASE64, fPort: 85, fCnt: 1, time: '2020-0327T12:39:05Z' },
  ],
  [
    { id: 'aws', kind: 'aws', topic: 'aws' },
    'aws',
    {
      WirelessDeviceId: 'x',
      PayloadData: BASE64,
      WirelessMetadata: { LoRaWAN: { DevEui: EUI, Fport: 85, FCnt: 1 } },
    },
  ],
  [
    {
      id: 'js',
      kind: 'json',
      topic: 'orbi',
      mapping: { device: 'id', bytes: { path: 'p.d', encoding: 'hex' }, counter: 'n' },
    },
    'orbi',
    { id: EUI, p: { d: HEX }, n: '1' },
  ],
]
const encode = (body: unknown) => new TextEncoder().encode(JSON.stringify(body))

describe('a configured server', () => {
  test.each(BODIES.map(([server, topic, body]) => [server.kind, server, topic, body] as const))(
    '%s: the bytes become a reading of the device',
    (_, server, topic, body) => {
      const town = indexTown(townWith([server]))
      const context = { town, receivedAt: NOON, maybeRepeat: false }
      expect(receive(topic, encode(body), context)).toMatchObject({
        kind: 'uplink',
        deviceId: EUI,
        counter: 1,
        tellsRepeats: true,
        readings: [{ distanceMm: 2116, batteryPercent: 92, fault: 'tilted' }],
      })
    },
  )

  test.each([
    ['chirpstack-v3', `application/1/device/1111111111111111/event/up`, BODIES[0]!],
    ['thingpark', `mqtt/things/1111111111111111/uplink`, BODIES[1]!],
    ['milesight-gateway', `gw/1111111111111111`, BODIES[3]!],
  ] as const)('%s: a topic of another device is refused', (_, topic, [server, , body]) => {
    const town = indexTown(townWith([server]))
    const context = { town, receivedAt: NOON, maybeRepeat: false }
    expect(receive(topic, encode(body), context)).toMatchObject({
      kind: 'rejected',
      rejected: { reason: 'device-mismatch' },
    })
  })

  test('a body of another format is refused with the kind that it looks like', () => {
    for (const [server, topic] of BODIES) {
      if (server.kind === 'json') continue
      const [other] = BODIES.filter(([s]) => s.kind === (server.kind === 'aws' ? 'loriot' : 'aws'))
      const town = indexTown(townWith([server]))
      const context = { town, receivedAt: NOON, maybeRepeat: false }
      const received = receive(topic, encode(other![2]), context)
      expect(received).toMatchObject({ kind: 'rejected', rejected: { reason: 'wrong-shape' } })
      const { detail } = (received as { rejected: { detail: string } }).rejected
      expect(detail).toContain(`this looks like ${other![0].kind}`)
    }
  })

  test('what is no uplink is passed over', () => {
    const cases: readonly (readonly [NetworkServer, string, object])[] = [
      [BODIES[0]![0], `application/1/device/${EUI}/event/join`, {}],
      [BODIES[1]![0], `mqtt/things/${EUI}/uplink`, { DevEUI_location: { DevEUI: EUI } }],
      [BODIES[2]![0], 'loriot/app', { cmd: 'txd', EUI }],
    ]
    for (const [server, topic, body] of cases) {
      const town = indexTown(townWith([server]))
      const context = { town, receivedAt: NOON, maybeRepeat: false }
      expect(receive(topic, encode(body), context)).toEqual({
        kind: 'ignored',
        because: 'network-event',
      })
    }
  })

  test('plain JSON is read by the device’s profile, and told again is the same reading', () => {
    const server: NetworkServer = {
      id: 'cloud',
      kind: 'json',
      topic: 'smartbin/+/telemetry',
      deviceLevel: 2,
      mapping: {},
    }
    const town = indexTown(townWith([server], 'cloud/bin'))
    const context = { town, receivedAt: NOON, maybeRepeat: false }
    const topic = `smartbin/${EUI}/telemetry`
    const timed = encode({ ts: '2026-11-24T10:00:00Z', distance: 1234 })
    expect(receive(topic, timed, context)).toMatchObject({
      tellsRepeats: true,
      timed: true,
      readings: [{ distanceMm: 1234, measuredAt: Date.parse('2026-11-24T10:00:00Z') }],
    })
    // Without a time or a counter of its own an equal message may be a new reading.
    expect(receive(topic, encode({ distance: 1234 }), context)).toMatchObject({
      tellsRepeats: false,
    })
    expect(receive(topic, encode({ height: 1 }), context)).toMatchObject({
      rejected: {
        reason: 'no-measurement-format',
        detail: 'expected distance, got an object with height',
      },
    })
  })

  test('the first of a town’s filters has its topics, and others keep the usual ones', () => {
    const town = indexTown(townWith([BODIES[0]![0]]))
    const context = { town, receivedAt: NOON, maybeRepeat: false }
    const body = {
      end_device_ids: { device_id: 'd', dev_eui: EUI },
      uplink_message: { frm_payload: BASE64 },
    }
    expect(receive('v3/a@t/devices/d/up', encode(body), context)).toMatchObject({
      kind: 'uplink',
      deviceId: EUI,
    })
  })
})

test('whatever comes, no adapter throws and no frame is without a device', () => {
  const field = fc.oneof(fc.jsonValue(), fc.constantFrom(EUI, HEX, BASE64, 'AQIDBAUGBwg=', 'up', 1))
  const likely = fc.dictionary(
    fc.constantFrom(
      ...'devEUI DevEUI EUI cmd data fPort fCnt object objectJSON rxInfo payload_hex Time'.split(
        ' ',
      ),
      ...'DevEUI_uplink PayloadData WirelessMetadata bn n v u t bt id __proto__'.split(' '),
    ),
    field,
  )
  const value = fc.oneof(fc.jsonValue(), likely, fc.array(likely, { maxLength: 5 }))
  const mapping = {
    device: 'id',
    bytes: { path: 'data', encoding: 'base64' },
    at: { path: 't', unit: 's' },
    counter: 'n',
  } as const
  fc.assert(
    fc.property(
      fc.constantFrom(...NETWORK_SERVER_KINDS),
      value,
      fc.boolean(),
      (kind, body, named) => {
        formatOf(body)
        const server: NetworkServer = { id: 's', kind, topic: '#', mapping }
        const read = adapterOf(server, named ? eui : undefined)(body)
        if (read.kind !== 'frame') return
        expect(read.deviceId).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/)
        expect(read.bytes).toBeInstanceOf(Uint8Array)
        for (const number of [read.at, read.fPort, read.counter]) {
          if (number !== undefined) expect(number).toSatisfy(Number.isInteger)
        }
      },
    ),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      const read = readMilesightNbiot(Uint8Array.from([2, ...bytes]))
      if (read.kind === 'frame') expect(read.deviceId).toMatch(/^\d{15}$/)
    }),
  )
})
