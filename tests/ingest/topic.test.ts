import { describe, expect, test } from 'vitest'
import { parseTopic } from '#src/ingest/topic.ts'
import { topicMatches } from '#src/ingest/topic-filter.ts'

describe('a topic says whose message it is', () => {
  test.each([
    [
      'a device of its own',
      'kvitter/v1/devices/dev-901-paper-1/reading',
      { kind: 'native', deviceId: 'dev-901-paper-1' },
    ],
    [
      'a DevEUI in any spelling is the same device',
      'kvitter/v1/devices/24-E1-24-71-3C-27-00-01/reading',
      { kind: 'native', deviceId: '24e124713c270001' },
    ],
    [
      'The Things Stack, with a tenant',
      'v3/avs@boras/devices/eui-1000000000000001/up',
      { kind: 'tts-v3', application: 'avs', device: 'eui-1000000000000001' },
    ],
    [
      'The Things Stack, open source, without a tenant',
      'v3/avs/devices/lid-7/up',
      { kind: 'tts-v3', application: 'avs', device: 'lid-7' },
    ],
    [
      'ChirpStack',
      'application/17c82e96/device/0101010101010101/event/up',
      { kind: 'chirpstack-v4', application: '17c82e96', deviceId: '0101010101010101' },
    ],
  ])('%s', (_, topic, expected) => {
    expect(parseTopic(topic)).toEqual(expected)
  })

  test.each([
    'v3/avs@boras/devices/lid-7/join',
    'v3/avs@boras/devices/lid-7/down/queued',
    'v3/avs@boras/devices/lid-7/location/solved',
    'application/1/device/0101010101010101/event/join',
    'application/1/device/0101010101010101/event/ack',
    'application/1/device/0101010101010101/event/status',
    'application/1/device/0101010101010101/event/log',
    'application/1/device/0101010101010101/command/down',
  ])('%s is the network server speaking of something else', (topic) => {
    expect(parseTopic(topic).kind).toBe('network-event')
  })

  test.each([
    '',
    '/',
    'reading',
    'kvitter/v1/devices//reading',
    'kvitter/v1/devices/a/b/reading',
    'kvitter/v1/devices/dev-1',
    'kvitter/v1/devices/dev-1/readings',
    'kvitter/v1/devices/reading',
    'kvitter/v2/devices/dev-1/reading',
    `kvitter/v1/devices/${'x'.repeat(65)}/reading`,
    'kvitter/v1/stations/1490-901/status',
    'v3/@boras/devices/lid-7/up',
    'v3/avs@boras/devices//up',
    'v3/avs@boras/gateways/g/up',
    'application/1/device/not-an-eui!/event/up',
    'application//device/0101010101010101/event/up',
    'application/1/device/0101010101010101/up',
  ])('"%s" is nobody’s', (topic) => {
    expect(parseTopic(topic)).toEqual({ kind: 'unknown', detail: expect.any(String) })
  })
})

test.each([
  ['application/+/device/+/event/up', 'application/1/device/2/event/up', true],
  ['application/+/device/+/event/up', 'application/1/device/2/event/join', false],
  ['application/+/device/+/event/up', 'application/1/device/2/event/up/more', false],
  ['v3/#', 'v3/a/devices/b/up', true],
  ['v3/#', 'v3', true],
  ['+/b', '/b', true],
  ['a/+', 'a', false],
  ['a/b', 'a/b', true],
  ['#', '$SYS/x', false],
  ['$SYS/#', '$SYS/x', true],
])('the filter %s and the topic %s: %s', (filter, topic, expected) => {
  expect(topicMatches(filter, topic)).toBe(expected)
})
