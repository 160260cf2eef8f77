/**
 * Which adapter reads a configured server's bodies. Detection is a check for a better message, never a
 * choice: what a body looks like is in the hands of whoever sent it.
 */
import type { DeviceId } from '#src/stations/ids.ts'
import type { NetworkServer, NetworkServerKind } from '#src/stations/station.ts'
import { refuse, valueAt } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { readAws } from './aws.ts'
import { readChirpStackV3 } from './chirpstack-v3.ts'
import { readChirpStackV4 } from './chirpstack-v4.ts'
import type { Envelope } from './frame.ts'
import { readLoriot } from './loriot.ts'
import { readMappedJson } from './mapped-json.ts'
import { readMilesightGateway } from './milesight-gateway.ts'
import { readSenml } from './senml.ts'
import { readThingPark } from './thingpark.ts'
import { readTtsV3 } from './tts-v3.ts'

export type Adapter = (value: unknown) => Envelope | Refusal

/** For bodies in JSON; the one binary format is read before. */
export function adapterOf(
  { kind, mapping }: NetworkServer,
  topicDevice: DeviceId | undefined,
): Adapter {
  switch (kind) {
    case 'chirpstack-v3':
      return readChirpStackV3
    case 'thingpark':
      return readThingPark
    case 'milesight-gateway':
      return readMilesightGateway
    case 'loriot':
      return readLoriot
    case 'aws':
      return readAws
    case 'senml':
      return (value) => readSenml(value, topicDevice)
    case 'json':
      return (value) => readMappedJson(value, mapping ?? {}, topicDevice)
    // Their topics name the device and were read with it.
    case 'tts-v3':
      return (value) => readTtsV3(value, topicDevice ?? '')
    case 'chirpstack-v4':
      return topicDevice === undefined
        ? () => refuse('unknown-topic', 'expected a topic with the device in it')
        : (value) => readChirpStackV4(value, topicDevice)
    case 'milesight-nbiot':
      return () => refuse('wrong-shape', 'expected a binary frame, got JSON')
  }
}

/** What a body looks like; undefined where it looks like nothing we know. */
export function formatOf(value: unknown): NetworkServerKind | undefined {
  const has = (...path: readonly string[]) => valueAt(value, path) !== undefined
  if (has('end_device_ids') && has('uplink_message')) return 'tts-v3'
  if (has('deviceInfo', 'devEui')) return 'chirpstack-v4'
  if (has('DevEUI_uplink') || (has('payload_hex') && has('FCntUp'))) return 'thingpark'
  if (has('cmd') && has('EUI')) return 'loriot'
  if (has('WirelessMetadata') && has('PayloadData')) return 'aws'
  if (has('devEUI')) {
    const first = valueAt(value, ['rxInfo', '0'])
    const isMilesight =
      valueAt(first, ['mac']) !== undefined || has('txInfo', 'dataRate') || has('gatewaySN')
    return isMilesight ? 'milesight-gateway' : 'chirpstack-v3'
  }
  const isPack =
    Array.isArray(value) && ['bn', 'n', 'bt'].some((key) => valueAt(value, [0, key]) !== undefined)
  return isPack ? 'senml' : undefined
}
