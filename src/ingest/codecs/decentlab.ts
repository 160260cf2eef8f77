/**
 * Decentlab's protocol, version 2, from the devices' datasheets: the version, the device's number, a word
 * of flags that tells which groups of values follow, and those as 16-bit words, big-endian.
 */
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { Draft, Measured } from '../measured.ts'

export const DECENTLAB_MODELS = ['dl-mbx', 'dl-lid'] as const
export type DecentlabModel = (typeof DECENTLAB_MODELS)[number]

const VERSION = 2
const HEAD_BYTES = 5

interface Group {
  readonly words: number
  readonly read: (word: (n: number) => number, out: Draft) => void
}

const battery: Group = {
  words: 1,
  read: (word, out) => {
    out.batteryVolts = word(0) / 1000
  },
}

/** Which group each bit of the flags stands for, from the lowest. */
const GROUPS: Readonly<Record<DecentlabModel, readonly Group[]>> = {
  // Distance and the number of valid samples among those taken.
  'dl-mbx': [
    {
      words: 2,
      read: (word, out) => {
        if (word(1) === 0) out.fault = 'no-echo'
        else out.distanceMm = word(0)
      },
    },
    battery,
  ],
  // Average, least, most, median, four percentiles, the commonest, samples, time. The median withstands
  // the single far echo that moves the average.
  'dl-lid': [
    {
      words: 11,
      read: (word, out) => {
        if (word(9) === 0) out.fault = 'no-echo'
        else out.distanceMm = word(3)
      },
    },
    battery,
  ],
}

export function decodeDecentlab(bytes: Uint8Array, model: DecentlabModel): Measured | Refusal {
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) {
    return refuse('undecodable', `byte 0: expected protocol version ${VERSION}, got ${bytes[0]}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flags = view.getUint16(3)
  const groups = GROUPS[model]
  if (flags >> groups.length !== 0) {
    return refuse('undecodable', `byte 3: flags ${flags} name values that a ${model} doesn't have`)
  }
  const out: Draft = {}
  let at = HEAD_BYTES
  for (const [bit, group] of groups.entries()) {
    if ((flags & (1 << bit)) === 0) continue
    const start = at
    at += 2 * group.words
    if (at > bytes.length) return refuse('undecodable', `byte ${start}: the frame ends too soon`)
    group.read((n) => view.getUint16(start + 2 * n), out)
  }
  if (at !== bytes.length) {
    return refuse('undecodable', `expected ${at} bytes, got ${bytes.length}`)
  }
  return { kind: 'measured', measurements: [out] }
}
