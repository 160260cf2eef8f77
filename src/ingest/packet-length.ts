/** How MQTT writes a length: seven bits a byte, four bytes at most (3.1.1 §2.2.3, 5.0 §1.5.5). */
import type { Buffer } from 'node:buffer'

export function readPacketLength(
  bytes: Buffer,
  at: number,
): { readonly length: number; readonly bytes: number } | 'incomplete' | 'malformed' {
  let length = 0
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) return 'incomplete'
    length += (byte & 0x7f) * 128 ** i
    if (byte < 0x80) return { length, bytes: i + 1 }
  }
  return 'malformed'
}
