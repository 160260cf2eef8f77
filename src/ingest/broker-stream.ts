/** The connection to an outside broker: messages come out of it at once, mqtt.js gets the rest. */
import type { Buffer } from 'node:buffer'
import { connect as connectTcp, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { siftMessages } from './message-sieve.ts'
import type { Message } from './message-sieve.ts'

export interface BrokerAddress {
  /** `mqtt://host:1883` or `mqtts://host:8883`. */
  readonly url: string
  /** Certificates, PEM, of whoever vouches for the broker; without it those that Node trusts. */
  readonly ca?: string
}

export interface BrokerStream {
  /** All but the messages. */
  readonly rest: Duplex
  /** Takes no further message until `goOn`; what has come stays in the socket, and TCP slows the broker down. */
  hold(): void
  goOn(): void
}

/** Held from behind CONNACK until the first `goOn`. */
export function openBrokerStream(
  address: BrokerAddress,
  maxPacketBytes: number,
  message: (message: Message) => void,
): BrokerStream {
  const socket = dial(address)
  const sieve = siftMessages({ message, other: (bytes) => rest.push(bytes) }, maxPacketBytes)
  const rest = new Duplex({
    allowHalfOpen: false,
    // Nothing to do: the socket flows, unless messages are held.
    read: () => undefined,
    write: (chunk, _encoding, done) => socket.write(chunk as Buffer, done),
    final: (done) => socket.end(done),
    destroy(error, done) {
      sieve.hold()
      socket.destroy()
      done(error)
    },
  })
  socket.on('data', (chunk) => {
    sieve.push(chunk as Buffer)
    if (sieve.held) socket.pause()
  })
  socket.on('end', () => rest.push(null))
  socket.on('error', (error) => rest.destroy(error))
  socket.on('close', () => rest.destroy())
  return {
    rest,
    hold() {
      sieve.hold()
      socket.pause()
    },
    goOn() {
      sieve.goOn()
      if (!sieve.held) socket.resume()
    },
  }
}

function dial({ url, ca }: BrokerAddress): Socket {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  // An acknowledgement must not wait until the one before it has reached the broker.
  if (protocol !== 'mqtts:') return connectTcp({ host, port: Number(port || 1883), noDelay: true })
  const socket = connectTls({
    host,
    port: Number(port || 8883),
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  })
  return socket.setNoDelay(true)
}
