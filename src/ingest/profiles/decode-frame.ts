/**
 * From an uplink to measurements by its device's profile: our own reading of the bytes where there is
 * one, else a codec of the town's, else what the network server's codec made of it.
 */
import type { Town, TownProfile } from '#src/stations/station.ts'
import type { Frame } from '../envelopes/frame.ts'
import { readNative } from '../envelopes/native.ts'
import { readByMap, readByMaps } from '../field-map.ts'
import type { Measured } from '../measured.ts'
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { READY_PROFILES } from './ready-profiles.ts'
import type { ReadyProfile } from './ready-profiles.ts'

/** The bytes are for a codec of the town's, which runs elsewhere; `readCodecAnswer` reads what it says. */
export interface CodecCall {
  readonly kind: 'codec'
  readonly profile: TownProfile & { readonly codec: NonNullable<TownProfile['codec']> }
}

/**
 * What the network server's codec says is used only where we can't read the bytes ourselves: that codec
 * can be changed in a console behind our back.
 */
export function decodeFrame(
  frame: Frame,
  profile: string,
  town: Town,
): Measured | CodecCall | Refusal {
  if (profile === 'native') return readOwnJson(frame.decoded)
  if (Object.hasOwn(READY_PROFILES, profile)) {
    return decodeReady(frame, profile, READY_PROFILES[profile as keyof typeof READY_PROFILES])
  }
  const own = town.profiles?.find((p) => p.name === profile)
  if (!own) return refuse('no-measurement-format', `nothing here reads the profile ${profile}`)
  const { codec } = own
  if (codec !== undefined) {
    return frame.bytes.length === 0
      ? refuse('no-measurement-format', `${codec.file} needs the bytes, and the message has none`)
      : { kind: 'codec', profile: { ...own, codec } }
  }
  if (frame.decoded !== undefined) return readByMaps(frame.decoded, [own.fields])
  return refuse(
    'no-measurement-format',
    `the network server decoded nothing, and the profile ${profile} has no codec: name one in town.yaml`,
  )
}

/** What a codec answered, by its profile's fields. */
export function readCodecAnswer(answer: unknown, { fields }: TownProfile): Measured | Refusal {
  return readByMap(answer, fields)
}

function decodeReady(frame: Frame, name: string, ready: ReadyProfile): Measured | Refusal {
  if (ready.decode && frame.bytes.length > 0) return ready.decode(frame.bytes, frame.fPort)
  if (frame.decoded !== undefined) return readReady(frame.decoded, ready)
  return refuse(
    'no-measurement-format',
    ready.decode
      ? 'the message has neither bytes nor decoded fields'
      : `${name} is read from decoded fields: switch the maker's codec on in the network server, or drop ` +
          'it into codecs/ and write a profile with it in town.yaml',
  )
}

/** What a codec of the maker's put out. One that tells of settings and the like is a sign of life. */
export function readReady(decoded: unknown, ready: ReadyProfile): Measured | Refusal {
  const read = readByMaps(decoded, ready.fields)
  if (read.kind === 'measured' || read.reason !== 'no-measurement-format') return read
  const isMessage =
    typeof decoded === 'object' && decoded !== null && Object.keys(decoded).length > 0
  return isMessage ? { kind: 'measured', measurements: [{}] } : read
}

function readOwnJson(decoded: unknown): Measured | Refusal {
  if (decoded !== undefined) return readNative(decoded)
  return refuse(
    'no-measurement-format',
    'the device has the profile native, but the network server decoded nothing: ' +
      'give the device its own profile in town.yaml, or a codec in the network server ' +
      'that answers with fillPercent or distanceMm',
  )
}
