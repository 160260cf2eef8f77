import { Buffer } from 'node:buffer'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprint } from '#src/ingest/fingerprint.ts'
import { receive } from '#src/ingest/receive.ts'
import type { Context, Received } from '#src/ingest/receive.ts'
import { REJECTIONS } from '#src/stations/reading.ts'
import type { Reading } from '#src/stations/reading.ts'
import { MINUTE, instant } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { castTown, containerId, deviceId } from '#tests/support/town.ts'

const EUI = deviceId('24e124713c270001')
const LID = deviceId('24e124713c270002')
const now = instant(Date.UTC(2026, 4, 5, 12))
const installed = instant(Date.UTC(2026, 0, 1))
const town = indexTown({
  ...castTown,
  devices: [
    ...castTown.devices,
    { id: EUI, profile: 'milesight/em400' },
    { id: LID, profile: 'native' },
  ],
  mountings: [
    ...castTown.mountings.filter((m) => m.deviceId !== 'dev-903-paper-1'),
    { deviceId: EUI, containerId: containerId('1490-903-paper-1'), from: installed },
  ],
})
const context: Context = { town, receivedAt: now, maybeRepeat: false }
const OWN = 'kvitter/v1/devices/dev-901-paper-1/reading'

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const send = (value: unknown, topic = OWN): Received => receive(topic, json(value), context)

function readings(received: Received): readonly Reading[] {
  if (received.kind === 'uplink') return received.readings
  throw new Error(received.kind === 'rejected' ? received.rejected.detail : received.kind)
}

const stack = (uplink: object, eui: string = EUI) =>
  receive(
    'v3/avs@provstad/devices/lid-7/up',
    json({
      end_device_ids: { device_id: 'lid-7', dev_eui: eui.toUpperCase() },
      uplink_message: { f_port: 85, received_at: '2026-05-05T11:59:58Z', ...uplink },
    }),
    context,
  )

describe('a message becomes readings', () => {
  test('a distance becomes the level of the container the device sits on', () => {
    const payload = json({ at: now - 1500, distanceMm: 975, batteryPercent: 91, seq: 7 })
    expect(receive(OWN, payload, context)).toEqual({
      kind: 'uplink',
      deviceId: 'dev-901-paper-1',
      receivedAt: now,
      counter: 7,
      fingerprint: fingerprint(payload),
      tellsRepeats: true,
      timed: true,
      readings: [
        {
          deviceId: 'dev-901-paper-1',
          n: 0,
          containerId: '1490-901-paper-1',
          measuredAt: now - 1500,
          receivedAt: now,
          fillPercent: 50,
          distanceMm: 975,
          batteryPercent: 91,
          flags: [],
        },
      ],
    })
  })

  test('a network server’s uplink is decoded from its bytes and timed by the network', () => {
    // 01 75 5c battery 92 %, 04 82 b0 04 distance 1200 mm, 05 00 00 upright
    expect(stack({ f_cnt: 12, frm_payload: 'AXVcBIKwBAUAAA==' })).toEqual({
      kind: 'uplink',
      deviceId: EUI,
      receivedAt: now,
      counter: 12,
      fingerprint: fingerprint(Uint8Array.fromBase64('AXVcBIKwBAUAAA=='), 12),
      tellsRepeats: true,
      readings: [
        {
          deviceId: EUI,
          n: 0,
          containerId: '1490-903-paper-1',
          measuredAt: now - 2000,
          receivedAt: now,
          fillPercent: 33.3,
          distanceMm: 1200,
          batteryPercent: 92,
          flags: [],
        },
      ],
    })
  })

  test('what the network server decoded counts only for a device whose profile says so', () => {
    const decoded_payload = { fillPercent: 99 }
    const own = stack({ frm_payload: 'BIKwBA==', decoded_payload })
    expect(readings(own)[0]).toMatchObject({ fillPercent: 33.3 })
    expect(readings(stack({ frm_payload: 'AQ==', decoded_payload }, LID))[0]).toMatchObject({
      rawFillPercent: 99,
    })
  })

  test('a device that sits nowhere keeps what it measured, without a level', () => {
    const [reading] = readings(send({ distanceMm: 975 }, `kvitter/v1/devices/${LID}/reading`))
    expect(reading).toEqual({
      deviceId: LID,
      n: 0,
      measuredAt: now,
      receivedAt: now,
      distanceMm: 975,
      flags: [],
    })
  })

  test('many readings in one message keep their order', () => {
    const backlog = [30, 20, 10].map((m) => ({ at: now - m * MINUTE, fillPercent: m }))
    expect(readings(send(backlog)).map((r) => [r.n, r.measuredAt, r.fillPercent])).toEqual([
      [0, now - 30 * MINUTE, 30],
      [1, now - 20 * MINUTE, 20],
      [2, now - 10 * MINUTE, 10],
    ])
  })

  test('side values that can’t be true are left out and cost no level', () => {
    const [reading] = readings(
      send({ fillPercent: 40, batteryPercent: 126, temperatureC: 327.6, batteryVolts: -1 }),
    )
    expect(reading).toEqual({
      deviceId: 'dev-901-paper-1',
      n: 0,
      containerId: '1490-901-paper-1',
      measuredAt: now,
      receivedAt: now,
      fillPercent: 40,
      rawFillPercent: 40,
      flags: [],
    })
  })

  test('a device swapped away is counted to the container it sat on when it measured', () => {
    const swapped = indexTown({
      ...castTown,
      mountings: [
        {
          deviceId: deviceId('dev-901-paper-1'),
          containerId: containerId('1490-901-paper-1'),
          from: installed,
          until: instant(now - 10 * MINUTE),
        },
      ],
    })
    const two = [{ at: now - 20 * MINUTE, fillPercent: 1 }, { fillPercent: 2 }]
    const received = receive(OWN, json(two), { ...context, town: swapped })
    expect(readings(received).map((r) => r.containerId)).toEqual(['1490-901-paper-1', undefined])
  })
})

describe('when it was measured', () => {
  const at = (value: unknown) => {
    const [reading] = readings(send({ at: value, fillPercent: 1 }))
    return [reading!.measuredAt - now, reading!.flags]
  }
  test.each([
    ['the device says', now - 29 * MINUTE, -29 * MINUTE, []],
    ['a little ahead is held to receipt without a word', now + 2 * MINUTE, 0, []],
    ['further ahead is held to receipt and flagged', now + 2 * MINUTE + 1, 0, ['clock-ahead']],
    ['2099 is held to receipt', '2099-01-01T00:00:00Z', 0, ['clock-ahead']],
    ['a clock that was never set is held to receipt', '1970-01-01T00:03:00Z', 0, ['clock-unset']],
    ['so are seconds taken for milliseconds', now / 1000, 0, ['clock-unset']],
    ['half an hour is not late', now - 30 * MINUTE, -30 * MINUTE, []],
    ['more is', now - 31 * MINUTE, -31 * MINUTE, ['late']],
  ])('%s', (_, value, offset, flags) => {
    expect(at(value)).toEqual([offset, flags])
  })
})

describe('what is not taken says why', () => {
  const large = 'x'.repeat(256 * 1024)
  test.each<[string, string, Uint8Array, string, string | RegExp]>([
    ['not JSON', OWN, Buffer.from('{"fillPercent": 4'), 'not-json', /^expected JSON/],
    ['nothing at all', OWN, new Uint8Array(), 'not-json', 'the message is empty; expected JSON'],
    [
      'NaN, which JSON has not',
      OWN,
      Buffer.from('{"fillPercent": NaN}'),
      'not-json',
      /^expected JSON/,
    ],
    ['a wrong type', OWN, json({ fillPercent: 'full' }), 'wrong-shape', /^fillPercent: /],
    [
      'too many readings',
      OWN,
      json(Array.from({ length: 1001 }, () => ({ fillPercent: 1 }))),
      'too-many',
      /1001/,
    ],
    [
      'too many bytes',
      OWN,
      json({ fillPercent: 1, note: large }),
      'too-large',
      /^expected at most 262144 bytes, got 262/,
    ],
    [
      'a device nobody knows',
      'kvitter/v1/devices/stranger/reading',
      json({ fillPercent: 1 }),
      'unknown-device',
      /^stranger is not among/,
    ],
    [
      'a topic nobody knows',
      'sensors/1',
      json({ fillPercent: 1 }),
      'unknown-topic',
      /^no readings are taken here/,
    ],
  ])('%s', (_, topic, payload, reason, detail) => {
    const received = receive(topic, payload, context)
    expect(received).toEqual({
      kind: 'rejected',
      rejected: {
        reason,
        detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
        topic,
        ...(topic === OWN && { deviceId: 'dev-901-paper-1' }),
        ...(reason === 'unknown-device' && { deviceId: 'stranger' }),
        receivedAt: now,
        head: Uint8Array.from(payload.subarray(0, 1024)),
        bytes: payload.length,
        // Whole, to be tried again, where it is no larger than an uplink is.
        ...(payload.length <= 8192 && { payload: Uint8Array.from(payload) }),
      },
    })
  })

  test.each([
    [
      'another device in the body than in the topic',
      { end_device_ids: { device_id: 'lid-8' }, uplink_message: {} },
      'device-mismatch',
    ],
    [
      'bytes that are no base64',
      {
        end_device_ids: { device_id: 'lid-7', dev_eui: EUI },
        uplink_message: { frm_payload: '%' },
      },
      'not-base64',
    ],
    [
      'bytes that mean nothing',
      {
        end_device_ids: { device_id: 'lid-7', dev_eui: EUI },
        uplink_message: { frm_payload: 'aGVq' },
      },
      'undecodable',
    ],
    [
      'a device without a way to read it',
      {
        end_device_ids: { device_id: 'lid-7', dev_eui: LID },
        uplink_message: { frm_payload: 'aGVq' },
      },
      'no-measurement-format',
    ],
    [
      'a network’s device that nobody knows',
      { end_device_ids: { device_id: 'lid-7' }, uplink_message: {} },
      'unknown-device',
    ],
  ])('from a network server: %s', (_, body, reason) => {
    const received = receive('v3/avs/devices/lid-7/up', json(body), context)
    expect(received).toMatchObject({ kind: 'rejected', rejected: { reason } })
  })

  test('the true size of a payload whose end was dropped is told', () => {
    const received = receive(OWN, new Uint8Array(300_000), { ...context, sentBytes: 10_000_000 })
    expect(received).toMatchObject({
      rejected: {
        reason: 'too-large',
        detail: 'expected at most 262144 bytes, got 10000000',
        bytes: 10_000_000,
      },
    })
  })

  test('joins and empty uplinks are nothing to complain of', () => {
    expect(receive('v3/avs/devices/lid-7/join', json({}), context)).toEqual({
      kind: 'ignored',
      because: 'network-event',
    })
    expect(stack({})).toEqual({ kind: 'ignored', because: 'no-payload' })
  })
})

describe('the same message sent again', () => {
  const print = (received: Received) =>
    received.kind === 'uplink' ? received.fingerprint : Number.NaN

  test('has the same fingerprint, with whatever times the network puts around it', () => {
    const first = stack({ f_cnt: 12, frm_payload: 'BIKwBA==' })
    const again = stack({ f_cnt: 12, frm_payload: 'BIKwBA==', received_at: '2026-05-05T11:59:59Z' })
    const next = stack({ f_cnt: 13, frm_payload: 'BIKwBA==' })
    expect(print(again)).toBe(print(first))
    expect(print(next)).not.toBe(print(first))
  })

  test('can be told only if something in it is its own, or the sender says so', () => {
    expect(send({ fillPercent: 1 })).toMatchObject({ tellsRepeats: false })
    expect(send({ fillPercent: 1, seq: 1 })).toMatchObject({ tellsRepeats: true })
    expect(send({ fillPercent: 1, at: now })).toMatchObject({ tellsRepeats: true })
    const marked = receive(OWN, json({ fillPercent: 1 }), { ...context, maybeRepeat: true })
    expect(marked).toMatchObject({ tellsRepeats: true })
  })

  test('a fingerprint is a whole number below 2^53, and one bit makes another', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.nat(),
        fc.nat(7),
        (bytes, where, bit) => {
          const one = fingerprint(bytes)
          const other = Uint8Array.from(bytes)
          other[where % bytes.length]! ^= 1 << bit
          return (
            Number.isSafeInteger(one) &&
            one >= 0 &&
            one === fingerprint(bytes) &&
            one !== fingerprint(other)
          )
        },
      ),
    )
  })

  test('fingerprints spread: none of 200,000 like messages share one, and each bit is set half the time', () => {
    const seen = new Set<number>()
    const ones = new Uint32Array(53)
    for (let i = 0; i < 200_000; i++) {
      const mark = fingerprint(Buffer.from(`{"fillPercent":${(i % 1000) / 10},"seq":${i}}`))
      seen.add(mark)
      for (let bit = 0; bit < 53; bit++) if (Math.floor(mark / 2 ** bit) % 2 === 1) ones[bit]!++
    }
    expect(seen.size).toBe(200_000)
    for (const n of ones) expect(Math.abs(n - 100_000)).toBeLessThan(2000)
  })
})

const topics = fc.oneof(
  fc.constantFrom(
    OWN,
    `kvitter/v1/devices/${EUI}/reading`,
    'v3/avs/devices/lid-7/up',
    `application/1/device/${EUI}/event/up`,
  ),
  fc.string(),
)
const scalars = fc.oneof(
  fc.double(),
  fc.string(),
  fc.boolean(),
  fc.constantFrom(null, '__proto__', '2099-01-01T00:00:00Z', -1, 255, 9999),
)
const readingLike = fc.record(
  {
    at: scalars,
    fillPercent: fc.oneof(scalars, fc.double({ min: -5, max: 110 })),
    distanceMm: fc.oneof(scalars, fc.integer({ min: -5, max: 3000 })),
    batteryPercent: scalars,
    tilted: scalars,
    fault: scalars,
    seq: scalars,
  },
  { requiredKeys: [] },
)
const uplinkLike = fc.record({
  end_device_ids: fc.constant({ device_id: 'lid-7', dev_eui: EUI }),
  deviceInfo: fc.constant({ devEui: EUI }),
  data: fc.base64String(),
  uplink_message: fc.record(
    { frm_payload: fc.base64String(), f_cnt: fc.nat() },
    { requiredKeys: [] },
  ),
})
const payloads = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .oneof(readingLike, fc.array(readingLike, { maxLength: 5 }), uplinkLike, fc.jsonValue())
    .map(json),
)

test('no message whatever makes it throw, or gives a level that is none', () => {
  fc.assert(
    fc.property(topics, payloads, fc.boolean(), (topic, payload, maybeRepeat) => {
      const received = receive(topic, payload, { ...context, maybeRepeat })
      if (received.kind === 'rejected') {
        expect(REJECTIONS).toContain(received.rejected.reason)
        expect(received.rejected.detail).not.toBe('')
        expect(received.rejected.detail.length).toBeLessThan(600)
        expect(received.rejected.head.length).toBeLessThanOrEqual(1024)
      }
      if (received.kind !== 'uplink') return
      for (const reading of received.readings) {
        const { fillPercent, fault, measuredAt } = reading
        if (fault !== undefined) expect(fillPercent).toBeUndefined()
        if (fillPercent !== undefined) expect(fillPercent >= 0 && fillPercent <= 100).toBe(true)
        expect(measuredAt).toBeLessThanOrEqual(now)
        expect(measuredAt).toBeGreaterThanOrEqual(Date.UTC(2020, 0, 1))
        for (const value of Object.values(reading)) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
        }
      }
    }),
    { numRuns: 3000 },
  )
})

test('brackets nested a hundred thousand deep are refused, not stumbled over', () => {
  for (const topic of [OWN, 'v3/avs/devices/lid-7/up']) {
    const deep = Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))
    expect(receive(topic, deep, context)).toMatchObject({ kind: 'rejected' })
  }
})
