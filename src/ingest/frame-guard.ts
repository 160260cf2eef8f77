/**
 * Watches the frames of one connection before the parser gathers them. MQTT allows a packet of
 * 256 MB and the parser would keep all of it in memory until the last byte; here the end of an
 * oversized PUBLISH is dropped as it streams by, so that it can be answered without being held.
 */
import { Buffer } from 'node:buffer'
import { readPacketLength } from './packet-length.ts'
import { MAX_PAYLOAD_BYTES } from './receive.ts'

/** Room for the longest topic (2 + 65,535), a packet id (2) and a payload one byte too large. */
export const KEPT_PUBLISH_BYTES = 2 + 0xffff + 2 + MAX_PAYLOAD_BYTES + 1
/** No other packet a device, a network server or a reader sends is longer. */
const MAX_OTHER_BYTES = 64 * 1024

const CONNECT = 1
const PUBLISH = 3

export interface FrameGuard {
  /**
   * What of a chunk may go on to the parser; a reason to close the connection where none of it may.
   * Fewer bytes come out where a header lies across two chunks or a payload is cut.
   */
  admit(chunk: Buffer): Buffer | 'packet-too-large' | 'not-mqtt'
  /**
   * The length a PUBLISH really had. Asked once for each that arrives with exactly
   * `KEPT_PUBLISH_BYTES`, in order of arrival: only those were cut.
   */
  takeCutLength(): number
}

/** `maxPacketBytes`: a longer packet closes the connection. */
export function guardFrames(maxPacketBytes: number): FrameGuard {
  let begun: Buffer | undefined
  let pass = 0
  let drop = 0
  let greeted = false
  const cut: number[] = []

  const admit: FrameGuard['admit'] = (arrived) => {
    const chunk = begun ? Buffer.concat([begun, arrived]) : arrived
    begun = undefined
    const pieces: Buffer[] = []
    let start = 0
    let pos = 0
    while (pos < chunk.length) {
      if (pass > 0) {
        const n = Math.min(pass, chunk.length - pos)
        pass -= n
        pos += n
        continue
      }
      if (drop > 0) {
        if (pos > start) pieces.push(chunk.subarray(start, pos))
        const n = Math.min(drop, chunk.length - pos)
        drop -= n
        pos += n
        start = pos
        continue
      }
      const header = readPacketLength(chunk, pos + 1)
      if (header === 'incomplete') {
        begun = Buffer.from(chunk.subarray(pos))
        if (pos > start) pieces.push(chunk.subarray(start, pos))
        start = chunk.length
        break
      }
      if (header === 'malformed') return 'not-mqtt'
      const type = chunk[pos]! >> 4
      // [MQTT-3.1.0-1]; checked here so that nobody makes us gather anything before CONNECT.
      if (!greeted && type !== CONNECT) return 'not-mqtt'
      greeted = true
      if (header.length > (type === PUBLISH ? maxPacketBytes : MAX_OTHER_BYTES)) {
        return 'packet-too-large'
      }
      if (type === PUBLISH && header.length >= KEPT_PUBLISH_BYTES) {
        if (pos > start) pieces.push(chunk.subarray(start, pos))
        pieces.push(Buffer.from([chunk[pos]!, ...remainingLength(KEPT_PUBLISH_BYTES)]))
        cut.push(header.length)
        start = pos + 1 + header.bytes
        pass = KEPT_PUBLISH_BYTES
        drop = header.length - KEPT_PUBLISH_BYTES
      } else {
        pass = header.length
      }
      pos += 1 + header.bytes
    }
    if (start === 0 && pieces.length === 0) return chunk
    if (pos > start && start < chunk.length) pieces.push(chunk.subarray(start, pos))
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }

  return { admit, takeCutLength: () => cut.shift() ?? KEPT_PUBLISH_BYTES }
}

function remainingLength(length: number): number[] {
  const bytes: number[] = []
  let rest = length
  do {
    const more = rest > 0x7f
    bytes.push((rest & 0x7f) | (more ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return bytes
}
