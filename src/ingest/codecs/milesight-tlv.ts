/**
 * Milesight's payload for the distance sensors EM310-UDL and EM400 (MUD, UDL, TLD), written from the
 * tables in their user guides ("Device Payload"): entries of channel (1 byte), type (1 byte) and a
 * value whose length follows from the two; numbers are little-endian.
 */
import type { Measurement } from '#src/stations/reading.ts'
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'

export const MILESIGHT_MODELS = ['em310-udl', 'em400'] as const
export type MilesightModel = (typeof MILESIGHT_MODELS)[number]

type Draft = { -readonly [K in keyof Measurement]: Measurement[K] }

interface Entry {
  readonly bytes: number
  /** Absent for what says nothing of a container: serial number, versions, position on a map. */
  readonly read?: (view: DataView, at: number, out: Draft) => void
}

/** Channel and type in one number, `0x0382`. */
type Table = Readonly<Record<number, Entry>>

const battery: Entry = {
  bytes: 1,
  read: (view, at, out) => {
    // 255 is what Milesight devices say when they can't tell.
    const percent = view.getUint8(at)
    if (percent <= 100) out.batteryPercent = percent
  },
}

const temperature = (bytes: number): Entry => ({
  bytes,
  read: (view, at, out) => {
    out.temperatureC = view.getInt16(at, true) / 10
  },
})

/**
 * Distance in millimetres. The guides call it INT16: from 0x8000 on it is no distance but a word from
 * the sensor, 0xFFFF for its own failure and 0xFFFD for "no target". Zero is judged with the geometry.
 */
const distance = (bytes: number): Entry => ({
  bytes,
  read: (view, at, out) => {
    const raw = view.getUint16(at, true)
    delete out.distanceMm
    delete out.fault
    if (raw === 0xffff) out.fault = 'sensor-error'
    else if (raw >= 0x8000) out.fault = 'no-echo'
    else out.distanceMm = raw
  },
})

/** 0 normal, 1 tilted by 20° or more. */
const position: Entry = {
  bytes: 1,
  read: (view, at, out) => {
    out.tilted = view.getUint8(at) !== 0
  },
}

/** What a device says of itself when it joins. */
const ABOUT: Table = {
  0xff01: { bytes: 1 }, // protocol version
  0xff08: { bytes: 6 }, // serial number, older firmware
  0xff09: { bytes: 2 }, // hardware version
  0xff0a: { bytes: 2 }, // firmware version
  0xff0b: { bytes: 1 }, // switched on
  0xff0f: { bytes: 1 }, // LoRaWAN class
  0xff16: { bytes: 8 }, // serial number
  0xfffe: { bytes: 1 }, // reset
  0xffff: { bytes: 2 }, // TSL version
}

/** An alarm's entry repeats the value that set it off, with one byte more: 0 over, 1 alarm. */
const TABLES: Readonly<Record<MilesightModel, Table>> = {
  'em310-udl': {
    ...ABOUT,
    0x0175: battery,
    0x0382: distance(2),
    0x0400: position,
    0x8382: distance(3),
  },
  em400: {
    ...ABOUT,
    0x0175: battery,
    0x0367: temperature(2),
    0x0482: distance(2),
    0x0500: position,
    0x0688: { bytes: 9 }, // place and motion, the NB-IoT models
    0x8367: temperature(3),
    0x8482: distance(3),
  },
}

/**
 * Channels whose entries have no length we could know: the device's own history (0x20, 0x21) and its
 * answers to settings (0xF8–0xFF). Reading stops there, and what came before is kept.
 */
function endsHere(channel: number): boolean {
  return channel === 0x20 || channel === 0x21 || channel >= 0xf8
}

export interface Decoded {
  readonly kind: 'measured'
  /** One; with nothing in it for a frame that only tells of the device itself. */
  readonly measurements: readonly Measurement[]
}

/** Where a value comes twice, as with an alarm, the later one counts. */
export function decodeMilesight(bytes: Uint8Array, model: MilesightModel): Decoded | Refusal {
  const table = TABLES[model]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out: Draft = {}
  let at = 0
  while (at < bytes.length) {
    const channel = bytes[at]!
    if (at + 1 >= bytes.length) return refuse('undecodable', `byte ${at}: a channel without a type`)
    const entry = table[(channel << 8) | bytes[at + 1]!]
    if (!entry) {
      if (endsHere(channel)) break
      const code = bytes.subarray(at, at + 2).toHex()
      return refuse('undecodable', `byte ${at}: ${code} is no channel and type of ${model}`)
    }
    if (at + 2 + entry.bytes > bytes.length) {
      return refuse(
        'undecodable',
        `byte ${at}: the frame ends in the middle of an entry of ${entry.bytes} bytes`,
      )
    }
    entry.read?.(view, at + 2, out)
    at += 2 + entry.bytes
  }
  return { kind: 'measured', measurements: [out] }
}
