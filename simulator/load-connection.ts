/** One raw MQTT 3.1.1 connection of a load run: publishes prepared packets, times their PUBACKs. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'

import { remainingLength } from './load-message.ts'
import type { LoadMessages } from './load-message.ts'

export interface Login {
  readonly username?: string
  readonly password?: string
}

export interface LoadConnection {
  /** Messages that wait for their acknowledgement. */
  readonly inFlight: number
  /** How many more may be sent now. */
  readonly room: number
  /** Why the connection ended, if it did. */
  readonly failure: string | undefined
  /** Sends the next `count` messages, at most `room`. */
  send(count: number): void
  close(): void
}

export interface LoadConnectionOptions {
  readonly host: string
  readonly port: number
  readonly clientId: string
  readonly login: Login
  readonly messages: LoadMessages
  /** The devices that speak over this connection, in turn. */
  readonly devices: readonly number[]
  /** At most so many unacknowledged, 1…65535. */
  readonly maxInFlight: number
  /** How many were acknowledged in one go. */
  onAcknowledged(count: number): void
  onLatency(ms: number): void
  onFailure(because: string): void
}

/** Connects and logs in; rejects with a sentence when the broker says no. */
export async function openLoadConnection(options: LoadConnectionOptions): Promise<LoadConnection> {
  const { messages, devices, maxInFlight } = options
  const socket = connect({ host: options.host, port: options.port, noDelay: true })
  const sentAt = new Float64Array(maxInFlight + 1)
  const isOut = new Uint8Array(maxInFlight + 1)
  // Packet ids that are free, as a stack; an id must not be used again before its PUBACK (§2.3.1).
  const free = Uint16Array.from({ length: maxInFlight }, (_, i) => maxInFlight - i)
  let freeCount = maxInFlight
  let nextDevice = 0
  let failure: string | undefined
  let closing = false

  const fail = (because: string) => {
    if (closing || failure !== undefined) return
    failure = because
    socket.destroy()
    options.onFailure(because)
  }

  const welcomed = Promise.withResolvers<void>()
  socket.on('error', (error) => {
    welcomed.reject(new Error(`${options.host}:${options.port}: ${error.message}`))
    fail(error.message)
  })
  socket.on('close', () => {
    welcomed.reject(new Error('the broker closed the connection'))
    fail('the broker closed the connection')
  })

  let settled = 0
  let now = 0
  const settle = (packetId: number) => {
    if (packetId < 1 || packetId > maxInFlight || isOut[packetId] === 0) {
      fail(`the broker acknowledged packet ${packetId}, which is not under way`)
      return
    }
    // One look at the clock for all that came together: they were readable at the same moment.
    if (settled === 0) now = performance.now()
    settled += 1
    isOut[packetId] = 0
    free[freeCount++] = packetId
    options.onLatency(now - sentAt[packetId]!)
  }

  readPackets(
    socket,
    (type, bytes, at) => {
      if (type === 4) settle((bytes[at]! << 8) | bytes[at + 1]!)
      else if (type === 2) {
        const code = bytes[at + 1]!
        if (code === 0) welcomed.resolve()
        else welcomed.reject(new Error(`the broker refused: ${REFUSALS[code] ?? code}`))
      }
    },
    () => {
      if (settled === 0) return
      const count = settled
      settled = 0
      options.onAcknowledged(count)
    },
    fail,
  )
  socket.on('connect', () => socket.write(connectPacket(options.clientId, options.login)))
  const patience = setTimeout(
    () => welcomed.reject(new Error(`no CONNACK within ${CONNACK_MS / 1000} s`)),
    CONNACK_MS,
  )
  try {
    await welcomed.promise
  } catch (error) {
    closing = true
    socket.destroy()
    throw error
  } finally {
    clearTimeout(patience)
  }

  return {
    get inFlight() {
      return maxInFlight - freeCount
    },
    get room() {
      return failure === undefined && !closing ? freeCount : 0
    },
    get failure() {
      return failure
    },
    send(count) {
      if (count <= 0 || failure !== undefined || closing) return
      const size = messages.packetBytes
      const batch = Buffer.allocUnsafe(count * size)
      const now = performance.now()
      const wallMs = performance.timeOrigin + now
      for (let i = 0; i < count; i++) {
        const packetId = free[--freeCount]!
        isOut[packetId] = 1
        sentAt[packetId] = now
        messages.write(batch, i * size, devices[nextDevice]!, packetId, wallMs)
        nextDevice = nextDevice + 1 === devices.length ? 0 : nextDevice + 1
      }
      socket.write(batch)
    },
    close() {
      closing = true
      // DISCONNECT (§3.14)
      socket.end(Buffer.from([0xe0, 0x00]))
    },
  }
}

const CONNACK_MS = 10_000

const REFUSALS: Readonly<Record<number, string>> = {
  1: 'unacceptable protocol version',
  2: 'client id rejected',
  3: 'server unavailable',
  4: 'bad user name or password',
  5: 'not authorised',
}

/** CONNECT (§3.1): clean session, no keep-alive, with a login where there is one. */
export function connectPacket(clientId: string, login: Login): Buffer {
  const text = (value: string) => {
    const bytes = Buffer.from(value)
    return [Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]
  }
  const { username, password } = login
  const flags = 0x02 | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40)
  const body = Buffer.concat([
    ...text('MQTT'),
    Buffer.from([4, flags, 0, 0]),
    ...text(clientId),
    ...(username === undefined ? [] : text(username)),
    ...(password === undefined ? [] : text(password)),
  ])
  return Buffer.concat([Buffer.from([0x10, ...remainingLength(body.length)]), body])
}

/**
 * Cuts what comes over a socket into packets, whatever pieces it comes in: `onPacket` for each, with its
 * type and where its body begins, `onEnd` after each piece.
 */
export function readPackets(
  socket: Socket,
  onPacket: (type: number, bytes: Buffer, bodyAt: number, bodyLength: number) => void,
  onEnd: () => void,
  onBroken: (because: string) => void,
): void {
  let rest: Buffer | undefined
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (at + 1 < bytes.length) {
      // The variable byte integer of §2.2.3, at most four bytes.
      let length = 0
      let shift = 0
      let bodyAt = at + 1
      let byte: number | undefined
      do {
        byte = bytes[bodyAt]
        if (byte === undefined) break
        length += (byte & 0x7f) << shift
        shift += 7
        bodyAt += 1
      } while ((byte & 0x80) !== 0 && shift < 28)
      if (byte !== undefined && (byte & 0x80) !== 0) {
        onBroken('a packet length of more than four bytes')
        return
      }
      if (byte === undefined || bytes.length < bodyAt + length) break
      onPacket(bytes[at]! >> 4, bytes, bodyAt, length)
      at = bodyAt + length
    }
    rest = at === bytes.length ? undefined : bytes.subarray(at)
    onEnd()
  })
}
