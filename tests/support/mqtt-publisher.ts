/**
 * A device on the wire that loses nothing itself: keeps what was not acknowledged and sends it again,
 * marked DUP, when the connection is back. Plain packets, so that the test knows what was sent when.
 */
import { connect, type Socket } from 'node:net'
import { generate, parser, type Packet } from 'mqtt-packet'

export interface Message {
  readonly topic: string
  readonly payload: string
}

export interface PublisherOptions {
  readonly port: number
  readonly clientId: string
  readonly username?: string
  readonly password?: string
  /** Messages on their way at once. */
  readonly window: number
  /** How long to wait before another try to connect. */
  readonly reconnectMs?: number
}

export interface Publisher {
  /** Takes a message; it goes out as soon as the window allows. */
  publish(message: Message): void
  /** Resolves when everything taken has been acknowledged. */
  allAcknowledged(): Promise<void>
  readonly acknowledged: ReadonlySet<Message>
  /** Messages sent more than once. */
  readonly resent: number
  close(): void
}

const RECONNECT_MS = 20

export function startPublisher(options: PublisherOptions): Publisher {
  const waiting: Message[] = []
  const unanswered: Message[] = []
  const inFlight = new Map<number, Message>()
  const acknowledged = new Set<Message>()
  const wakers: (() => void)[] = []
  let socket: Socket | undefined
  let ready = false
  let nextId = 1
  let resent = 0
  let closed = false

  const send = (message: Message, dup: boolean): void => {
    const messageId = nextId
    nextId = (nextId % 65535) + 1
    inFlight.set(messageId, message)
    if (dup) resent++
    socket!.write(
      generate({
        cmd: 'publish',
        topic: message.topic,
        payload: message.payload,
        qos: 1,
        dup,
        retain: false,
        messageId,
      }),
    )
  }
  const pump = (): void => {
    if (!ready) return
    while (inFlight.size < options.window) {
      const again = unanswered.shift()
      if (again) send(again, true)
      else if (waiting.length > 0) send(waiting.shift()!, false)
      else break
    }
    if (inFlight.size + waiting.length + unanswered.length === 0) {
      for (const wake of wakers.splice(0)) wake()
    }
  }
  const onPacket = (packet: Packet): void => {
    if (packet.cmd === 'connack') {
      ready = packet.returnCode === 0
      if (!ready) socket!.destroy()
      pump()
    }
    if (packet.cmd === 'puback') {
      const message = inFlight.get(packet.messageId!)
      inFlight.delete(packet.messageId!)
      if (message) acknowledged.add(message)
      pump()
    }
  }
  const open = (): void => {
    if (closed) return
    const packets = parser({ protocolVersion: 4 })
    packets.on('packet', onPacket)
    socket = connect(options.port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.on('connect', () => {
      socket!.write(
        generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          clientId: options.clientId,
          keepalive: 0,
          ...(options.username === undefined
            ? {}
            : { username: options.username, password: Buffer.from(options.password ?? '') }),
        }),
      )
    })
    socket.on('data', (chunk) => packets.parse(chunk as Buffer))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      ready = false
      unanswered.unshift(...inFlight.values())
      inFlight.clear()
      setTimeout(open, options.reconnectMs ?? RECONNECT_MS)
    })
  }
  open()

  return {
    publish(message) {
      waiting.push(message)
      pump()
    },
    allAcknowledged: () =>
      new Promise((resolve) => {
        wakers.push(resolve)
        pump()
      }),
    acknowledged,
    get resent() {
      return resent
    },
    close() {
      closed = true
      socket?.destroy()
    },
  }
}
