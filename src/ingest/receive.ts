/** One message, from the wire to what the journal keeps. Pure: nothing here waits, writes or knows the time. */
import type { DeviceId } from '#src/stations/ids.ts'
import type { Measurement, Reading, Rejected } from '#src/stations/reading.ts'
import type { NetworkServer, NetworkServerKind, TownProfile } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { UplinkEntry } from '#src/store/journal.ts'
import { readChirpStackV4 } from './envelopes/chirpstack-v4.ts'
import type { Codec, CodecOutcome } from './codecs/sandbox/pool.ts'
import type { CodecInput } from './codecs/sandbox/protocol.ts'
import { adapterOf, formatOf } from './envelopes/adapters.ts'
import type { Envelope, Frame } from './envelopes/frame.ts'
import { readMilesightNbiot } from './envelopes/milesight-nbiot.ts'
import { readNative } from './envelopes/native.ts'
import { readTtsV3 } from './envelopes/tts-v3.ts'
import { fingerprint } from './fingerprint.ts'
import { decodeJson } from './json.ts'
import { refuse } from './refusal.ts'
import type { Refusal } from './refusal.ts'
import { addressIn } from './topic.ts'
import type { Address } from './topic.ts'
import type { Measured } from './measured.ts'
import { decodeFrame, readCodecAnswer } from './profiles/decode-frame.ts'
import { toReading } from './validate.ts'

export const MAX_PAYLOAD_BYTES = 256 * 1024
const HEAD_BYTES = 1024
/** So much is kept of a message to try it again; an uplink of a network server has one or two kilobytes. */
export const KEPT_BYTES = 8 * 1024
/** A topic may be 64 kB long; quarantine shows its beginning. */
const TOPIC_CHARACTERS = 256

export interface Context {
  readonly town: TownIndex
  readonly receivedAt: EpochMs
  /** The sender said that this may be a repeat (MQTT DUP). */
  readonly maybeRepeat: boolean
  /** The size of the payload as it was sent, where its end was thrown away on the way in. */
  readonly sentBytes?: number
  /** The topic, where it has been read already. */
  readonly address?: Address
}

export type Received =
  | UplinkEntry
  | { readonly kind: 'rejected'; readonly rejected: Rejected }
  | CodecNeeded
  /** Nothing for us and nothing wrong with it. */
  | { readonly kind: 'ignored'; readonly because: 'network-event' | 'no-payload' | 'will' }

/** The bytes are for a codec of the town's, which is run elsewhere; `finish` goes on with its answer. */
export interface CodecNeeded {
  readonly kind: 'codec'
  readonly codec: Codec
  readonly input: CodecInput
  readonly finish: (outcome: CodecOutcome) => UplinkEntry | Extract<Received, { kind: 'rejected' }>
}

/** Never throws for what a sender can send. */
export function receive(topic: string, payload: Uint8Array, context: Context): Received {
  const understood = understand(topic, payload, context)
  return understood.kind === 'refused'
    ? rejected(topic, payload, context, understood, understood.deviceId)
    : understood
}

/** A message that was not taken, for quarantine. */
export function rejected(
  topic: string,
  payload: Uint8Array,
  context: Context,
  refusal: Refusal,
  deviceId?: DeviceId,
  mayBeTriedAgain = true,
): Extract<Received, { kind: 'rejected' }> {
  // Copies: a view would keep the whole packet alive.
  const isWhole = payload.byteLength <= KEPT_BYTES && context.sentBytes === undefined
  return {
    kind: 'rejected',
    rejected: {
      reason: refusal.reason,
      detail: refusal.detail,
      topic: topic.slice(0, TOPIC_CHARACTERS),
      ...(deviceId && { deviceId }),
      receivedAt: context.receivedAt,
      head: Uint8Array.from(payload.subarray(0, HEAD_BYTES)),
      bytes: context.sentBytes ?? payload.byteLength,
      ...(isWhole && mayBeTriedAgain && { payload: Uint8Array.from(payload) }),
    },
  }
}

type Understood =
  Exclude<Received, { kind: 'rejected' }> | (Refusal & { readonly deviceId?: DeviceId })

function understand(topic: string, payload: Uint8Array, context: Context): Understood {
  const address = context.address ?? addressIn(context.town.town, topic)
  switch (address.kind) {
    case 'unknown':
      return refuse('unknown-topic', address.detail)
    case 'network-event':
      return { kind: 'ignored', because: 'network-event' }
    case 'native':
      return fromDevice(address.deviceId, payload, context)
    case 'tts-v3':
      return fromNetwork(topic, payload, context, 'tts-v3', (value) =>
        readTtsV3(value, address.device),
      )
    case 'chirpstack-v4':
      return fromNetwork(topic, payload, context, 'chirpstack-v4', (value) =>
        readChirpStackV4(value, address.deviceId),
      )
    case 'server':
      return fromServer(topic, payload, context, address.server, address.deviceId)
  }
}

function fromDevice(deviceId: DeviceId, payload: Uint8Array, context: Context): Understood {
  if (!context.town.devices.has(deviceId)) return unknownDevice(deviceId)
  const tooLarge = refuseLarge(payload, context)
  if (tooLarge) return { ...tooLarge, deviceId }

  const json = decodeJson(payload)
  if (json.kind === 'refused') return { ...json, deviceId }
  const message = readNative(json.value)
  if (message.kind === 'refused') return { ...message, deviceId }

  const tellsRepeats = message.marked || context.maybeRepeat
  return uplink(
    deviceId,
    context,
    message.measurements,
    fingerprint(payload),
    tellsRepeats,
    message.counter,
    true,
  )
}

/** Whether each reading has the time that its device gave it, and not that of its coming. */
function isTimed(measurements: readonly Measurement[], readings: readonly Reading[]): boolean {
  for (let n = 0; n < readings.length; n++) {
    if (measurements[n]!.at !== readings[n]!.measuredAt) return false
  }
  return readings.length > 0
}

/** `topicDevice` is the device in the topic, with which the body must agree where it names one. */
function fromServer(
  topic: string,
  payload: Uint8Array,
  context: Context,
  server: NetworkServer,
  topicDevice: DeviceId | undefined,
): Understood {
  if (server.kind === 'milesight-nbiot') {
    const tooLarge = refuseLarge(payload, context)
    return (
      tooLarge ?? fromEnvelope(topic, readMilesightNbiot(payload), payload, context, topicDevice)
    )
  }
  const read = adapterOf(server, topicDevice)
  return fromNetwork(topic, payload, context, server.kind, read, topicDevice)
}

function fromNetwork(
  topic: string,
  payload: Uint8Array,
  context: Context,
  kind: NetworkServerKind,
  open: (value: unknown) => Envelope | Refusal,
  topicDevice?: DeviceId,
): Understood {
  const tooLarge = refuseLarge(payload, context)
  if (tooLarge) return tooLarge
  const json = decodeJson(payload)
  if (json.kind === 'refused') return json
  const envelope = open(json.value)
  if (envelope.kind === 'refused' && envelope.reason === 'wrong-shape') {
    const looksLike = formatOf(json.value)
    if (looksLike === undefined || looksLike === kind) return envelope
    const detail = `${envelope.detail}; this looks like ${looksLike}: give the network server that kind in town.yaml`
    return { ...envelope, detail }
  }
  return fromEnvelope(topic, envelope, payload, context, topicDevice)
}

function fromEnvelope(
  topic: string,
  frame: Envelope | Refusal,
  payload: Uint8Array,
  context: Context,
  topicDevice: DeviceId | undefined,
): Understood {
  if (frame.kind === 'refused') return frame
  if (frame.kind === 'network-event') return { kind: 'ignored', because: 'network-event' }
  const { deviceId } = frame
  if (topicDevice !== undefined && topicDevice !== deviceId) {
    return refuse(
      'device-mismatch',
      `the body is of device ${deviceId}, but the topic says "${topicDevice}"`,
    )
  }
  const device = context.town.devices.get(deviceId)
  if (!device) return unknownDevice(deviceId)
  if (frame.bytes.length === 0 && frame.decoded === undefined) {
    return { kind: 'ignored', because: 'no-payload' }
  }
  const measured = decodeFrame(frame, device.profile, context.town.town)
  if (measured.kind === 'refused') return { ...measured, deviceId }
  if (measured.kind === 'codec') {
    const { profile } = measured
    return {
      kind: 'codec',
      codec: profile.codec,
      input: { bytes: frame.bytes, fPort: frame.fPort, recvTimeMs: frame.at ?? context.receivedAt },
      finish(outcome) {
        const read = codecAnswer(outcome, profile)
        return read.kind === 'refused'
          ? rejected(topic, payload, context, read, deviceId)
          : uplinkOf(frame, payload, context, read.measurements)
      },
    }
  }
  return uplinkOf(frame, payload, context, measured.measurements)
}

/** What a codec answered, by the profile that names it. */
function codecAnswer(outcome: CodecOutcome, profile: TownProfile): Measured | Refusal {
  if (outcome.kind === 'answered') return readCodecAnswer(outcome.data, profile)
  const file = profile.codec?.file ?? profile.name
  return refuse('undecodable', `${file} failed (${outcome.because}): ${outcome.detail}`)
}

function uplinkOf(
  frame: Frame,
  payload: Uint8Array,
  context: Context,
  measured: readonly Measurement[],
): UplinkEntry {
  const { deviceId } = frame

  const { at } = frame
  const measurements = at === undefined ? measured : measured.map((m) => ({ at, ...m }))
  // The network server sends again with other times around the same bytes, so only the device's own
  // part makes the fingerprint; counters start over when it joins again.
  if (frame.bytes.length > 0) {
    const mark = fingerprint(frame.bytes, frame.counter)
    return heard(uplink(deviceId, context, measurements, mark, true, frame.counter, false), frame)
  }
  const isMarked = frame.counter !== undefined || measurements.some((m) => m.at !== undefined)
  const tellsRepeats = isMarked || context.maybeRepeat
  const mark = fingerprint(payload)
  return heard(
    uplink(deviceId, context, measurements, mark, tellsRepeats, frame.counter, true),
    frame,
  )
}

function heard(entry: UplinkEntry, { signal }: Frame): UplinkEntry {
  return signal ? { ...entry, signal } : entry
}

type Draft = { -readonly [K in keyof UplinkEntry]: UplinkEntry[K] }

/** On the path of every message, so built plainly: a spread here costs as much as parsing the JSON. */
function uplink(
  deviceId: DeviceId,
  context: Context,
  measurements: readonly Measurement[],
  mark: number,
  tellsRepeats: boolean,
  counter: number | undefined,
  timedByDevice: boolean,
): UplinkEntry {
  const { receivedAt, town } = context
  const readings: Reading[] = []
  for (let n = 0; n < measurements.length; n++) {
    readings.push(toReading(measurements[n]!, n, deviceId, receivedAt, town))
  }
  const entry: Draft = {
    kind: 'uplink',
    deviceId,
    receivedAt,
    fingerprint: mark,
    tellsRepeats,
    readings,
  }
  if (counter !== undefined) entry.counter = counter
  if (timedByDevice && isTimed(measurements, readings)) entry.timed = true
  return entry
}

function refuseLarge(payload: Uint8Array, context: Context): Refusal | undefined {
  const bytes = context.sentBytes ?? payload.byteLength
  if (bytes <= MAX_PAYLOAD_BYTES) return undefined
  return refuse('too-large', `expected at most ${MAX_PAYLOAD_BYTES} bytes, got ${bytes}`)
}

function unknownDevice(deviceId: DeviceId): Refusal & { readonly deviceId: DeviceId } {
  return {
    ...refuse('unknown-device', `${deviceId} is not among the town's devices; add it in town.yaml`),
    deviceId,
  }
}
