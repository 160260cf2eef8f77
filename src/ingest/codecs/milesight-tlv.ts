/**
 * Milesight's payload for its distance sensors, written from the tables in their user guides ("Device
 * Payload"): entries of channel (1 byte), type (1 byte) and a value whose length follows from the two;
 * numbers are little-endian. The cellular models send the same entries behind a head of their own.
 */
import { instant } from '#src/stations/time.ts'
import type { Draft, Measured } from '../measured.ts'
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'

export const MILESIGHT_MODELS = ['em310-udl', 'em400', 'em410-rdl', 'em500-udl', 'ws201'] as const
export type MilesightModel = (typeof MILESIGHT_MODELS)[number]

interface Entry {
  readonly bytes: number
  /** Absent for what says nothing of a container: serial number, versions, position on a map. */
  readonly read?: (view: DataView, at: number, out: Draft, history: Draft[]) => void
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
function readDistance(view: DataView, at: number, out: Draft): void {
  const raw = view.getUint16(at, true)
  delete out.distanceMm
  delete out.fault
  if (raw === 0xffff) out.fault = 'sensor-error'
  else if (raw >= 0x8000) out.fault = 'no-echo'
  else out.distanceMm = raw
}

const distance = (bytes: number): Entry => ({ bytes, read: readDistance })

/** 0 normal, 1 tilted by 20° or more. */
const position: Entry = {
  bytes: 1,
  read: (view, at, out) => {
    out.tilted = view.getUint8(at) !== 0
  },
}

/** Of four: the blind zone's alarm and its end say nothing against the distance beside them. */
const EXCEPTIONS = [undefined, undefined, 'no-echo', 'sensor-error'] as const

const exception: Entry = {
  bytes: 3,
  read: (view, at, out) => {
    const fault = EXCEPTIONS[view.getUint8(at + 2)]
    if (fault === undefined) return
    delete out.distanceMm
    out.fault = fault
  },
}

/** A share of room left, by the height that was set in the device. */
const remaining: Entry = {
  bytes: 1,
  read: (view, at, out) => {
    const percent = view.getUint8(at)
    if (percent <= 100) out.fillPercent = 100 - percent
  },
}

/** It was moved where it sits. */
const disassembly: Entry = {
  bytes: 1,
  read: (view, at, out) => {
    out.pickedUp = view.getUint8(at) === 1
  },
}

/** In the history: this sensor was switched off. One more, 0xFFFF, stands for one that failed. */
const SWITCHED_OFF = 0xfffe
/** The bit of an event that says that it leaned. */
const TILTED = 0x20

/** What was measured while the network was away, each with its own time. */
const history = (bytes: number): Entry => ({
  bytes,
  read: (view, at, _out, past) => {
    const then: Draft = { at: instant(view.getUint32(at, true) * 1000) }
    if (view.getUint16(at + 4, true) !== SWITCHED_OFF) readDistance(view, at + 4, then)
    if (bytes === RADAR_HISTORY_BYTES) {
      if (view.getUint16(at + 6, true) < SWITCHED_OFF) {
        then.temperatureC = view.getInt16(at + 6, true) / 10
      }
      if ((view.getUint8(at + 10) & TILTED) !== 0) then.tilted = true
    }
    past.push(then)
  },
})
/** Time, distance, temperature, jump, event; the ultrasonic one keeps time and distance only. */
const RADAR_HISTORY_BYTES = 11
const ULTRASONIC_HISTORY_BYTES = 6

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

/** An alarm's entry repeats the value that set it off, with one byte more: 0 over, 1 alarm, 2 a jump. */
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
    0x8800: disassembly,
  },
  'em410-rdl': {
    ...ABOUT,
    0x0175: battery,
    0x0367: temperature(2),
    0x0482: distance(2),
    0x0500: position,
    0x06c7: { bytes: 2 }, // strength of the radar's echo
    0x8367: temperature(3),
    0x8482: distance(3),
    0x9482: distance(5),
    0xb482: exception,
    0x20ce: history(RADAR_HISTORY_BYTES),
  },
  'em500-udl': {
    ...ABOUT,
    0x0175: battery,
    0x0382: distance(2),
    0x8382: distance(3),
    // A jump's alarm repeats the distance, in millimetres by the guide and in tenths of them by the
    // published decoder. The next report has it without doubt.
    0x83e9: { bytes: 5 },
    0x20ce: history(ULTRASONIC_HISTORY_BYTES),
  },
  ws201: { ...ABOUT, 0x0175: battery, 0x0382: distance(2), 0x04d6: remaining },
}

/**
 * Channels whose entries have no length we could know: the device's own history (0x20, 0x21) and its
 * answers to settings (0xF8–0xFF). Reading stops there, and what came before is kept.
 */
function endsHere(channel: number): boolean {
  return channel === 0x20 || channel === 0x21 || channel >= 0xf8
}

/** The cellular frame: 0x02, a number, the length behind it, then who it is, and the entries last. */
const CELLULAR = 0x02
const CELLULAR_HEAD_BYTES = 86

/** The entries in a cellular frame; undefined where it isn't one. */
function cellularBody(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] !== CELLULAR || bytes.length < CELLULAR_HEAD_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const body = bytes.subarray(CELLULAR_HEAD_BYTES)
  const isWhole =
    view.getUint16(3) === bytes.length - 5 &&
    view.getUint16(CELLULAR_HEAD_BYTES - 2) === body.length
  return isWhole ? body : undefined
}

/** An alarm has its value's channel with this bit. */
const ALARM = 0x80

/**
 * Where a value comes twice, as with an alarm, the later one counts. What the device kept while the
 * network was away comes first, with its times; then what it measured now, if it did. A cellular EM400
 * sends several collections in one frame, without times: a channel that doesn't rise begins the next.
 */
export function decodeMilesight(frame: Uint8Array, model: MilesightModel): Measured | Refusal {
  const body = cellularBody(frame)
  const bytes = body ?? frame
  const hasSeveral = body !== undefined && model === 'em400'
  const table = TABLES[model]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let out: Draft = {}
  const past: Draft[] = []
  let at = 0
  let lastChannel = 0
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
    if (hasSeveral && channel < ALARM) {
      if (channel <= lastChannel && Object.keys(out).length > 0) {
        past.push(out)
        out = {}
      }
      lastChannel = channel
    }
    entry.read?.(view, at + 2, out, past)
    at += 2 + entry.bytes
  }
  const now = Object.keys(out).length > 0 || past.length === 0 ? [out] : []
  return { kind: 'measured', measurements: [...past, ...now] }
}
