/** An MQTT client as bare as can be: packets out, packets in, in the order of the wire. */
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { generate, parser } from 'mqtt-packet'
import type { IConnackPacket, IConnectPacket, Packet } from 'mqtt-packet'

const PATIENCE_MS = 10_000

export interface Wire extends AsyncDisposable {
  readonly socket: Socket
  /** Everything that came in, in order. */
  readonly packets: readonly Packet[]
  /** The ids of the PUBACKs so far. */
  acks(): number[]
  send(...packets: Packet[]): void
  /** Settles once `enough` holds for what has come in. */
  until(enough: (packets: readonly Packet[]) => boolean): Promise<void>
  /** Settles when the broker has closed the connection. */
  readonly closed: Promise<void>
}

/** Waits for a fact, looking every other millisecond. */
export async function until(fact: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!fact()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

export async function openWire(port: number): Promise<Wire> {
  const socket = connectTcp(port, '127.0.0.1')
  socket.setNoDelay(true)
  await once(socket, 'connect')
  const packets: Packet[] = []
  const reader = parser({ protocolVersion: 4 })
  reader.on('packet', (packet: Packet) => packets.push(packet))
  socket.on('data', (chunk) => reader.parse(chunk as Buffer))
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return {
    socket,
    packets,
    acks: () => packets.filter((p) => p.cmd === 'puback').map((p) => p.messageId!),
    send(...out) {
      socket.write(Buffer.concat(out.map((p) => generate(p))))
    },
    until: (enough) =>
      until(() => enough(packets), `the packets so far are ${packets.map((p) => p.cmd).join(' ')}`),
    closed,
    async [Symbol.asyncDispose]() {
      socket.destroy()
      await closed
    },
  }
}

/** Opens a connection and says CONNECT; gives the answer with it. */
export async function logInOn(
  port: number,
  options: Partial<IConnectPacket> & { readonly token?: string } = {},
): Promise<Wire & { readonly connack: IConnackPacket }> {
  const { token, ...rest } = options
  const wire = await openWire(port)
  wire.send({
    cmd: 'connect',
    clientId: `c${Math.random().toString(36).slice(2)}`,
    clean: true,
    protocolVersion: 4,
    keepalive: 0,
    ...(token !== undefined && { password: Buffer.from(token) }),
    ...rest,
  })
  await wire.until((packets) => packets.length > 0)
  const [connack] = wire.packets
  return Object.assign(wire, { connack: connack as IConnackPacket })
}

export function publish(
  messageId: number,
  topic: string,
  payload: unknown,
  more: { qos?: 0 | 1 | 2; dup?: boolean; retain?: boolean } = {},
): Packet {
  return {
    cmd: 'publish',
    topic,
    payload:
      payload instanceof Uint8Array || typeof payload === 'string'
        ? (payload as Buffer | string)
        : JSON.stringify(payload),
    qos: 1,
    dup: false,
    retain: false,
    messageId,
    ...more,
  }
}
