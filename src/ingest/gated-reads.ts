/** Stands between a connection and aedes: lets bytes through while there is room for what they bring. */
import { Buffer } from 'node:buffer'
import type { Duplex } from 'node:stream'
import type { FrameGuard } from './frame-guard.ts'

export interface Gate {
  /** Whether more may be read from this connection now. */
  open(): boolean
  /** It wanted to read and could not; call `wake` when it may. */
  blocked(): void
  /** The connection broke the rules of framing. */
  broken(because: 'packet-too-large' | 'not-mqtt'): void
}

/**
 * aedes reads a connection only through `read()`, and stops by itself while acknowledgements are held,
 * but it may be led on by a sender that trickles: each segment that arrives lowers its count of work
 * under way. So the limit is set here. Unread bytes stay in the socket, and TCP slows the sender down.
 */
export function gateReads(conn: Duplex, guard: FrameGuard, gate: Gate): void {
  const read = conn.read.bind(conn)
  conn.read = (size?: number) => {
    // Node itself asks for nothing, to start the flow.
    if (size === 0) return read(0) as unknown
    if (!gate.open()) {
      gate.blocked()
      return null
    }
    // aedes reads once for each 'readable' event, but a read may give one chunk of several: what is left
    // would lie there without another event. Seen with WebSockets, whose frames come as small chunks.
    const chunks: Buffer[] = []
    for (;;) {
      const chunk = read(size) as Buffer | null
      if (chunk === null) break
      const admitted = guard.admit(chunk)
      if (typeof admitted === 'string') {
        gate.broken(admitted)
        return null
      }
      if (admitted.length > 0) chunks.push(admitted)
    }
    if (chunks.length <= 1) return chunks[0] ?? null
    return Buffer.concat(chunks)
  }
}

/** Lets a blocked connection try again. */
export function wake(conn: Duplex): void {
  if (!conn.destroyed) conn.emit('readable')
}
