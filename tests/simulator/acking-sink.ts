/** The least that can be called a broker: welcomes everybody, acknowledges every PUBLISH at once. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

import { readPackets } from '#simulator/load-connection.ts'

export interface Publish {
  readonly topic: string
  readonly payload: string
}

export interface Sink extends AsyncDisposable {
  readonly port: number
  readonly received: Publish[]
  readonly clientCount: number
}

export interface SinkOptions {
  /** CONNACK's return code; 0 welcomes. */
  readonly connack?: number
  /** Whether a message with this number (from 0) is acknowledged. */
  readonly acknowledge?: (n: number) => boolean
  /** Closes the connection on the message with this number. */
  readonly hangUpAt?: number
}

export async function openSink(options: SinkOptions = {}): Promise<Sink> {
  const { connack = 0, acknowledge = () => true, hangUpAt } = options
  const received: Publish[] = []
  const sockets = new Set<Socket>()
  let clientCount = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    const answers: number[] = []
    readPackets(
      socket,
      (type, bytes, at, length) => {
        if (type === 1) {
          clientCount += 1
          answers.push(0x20, 2, 0, connack)
        } else if (type === 3) {
          const topicEnd = at + 2 + bytes.readUInt16BE(at)
          const n = received.length
          received.push({
            topic: bytes.toString('utf8', at + 2, topicEnd),
            payload: bytes.toString('utf8', topicEnd + 2, at + length),
          })
          if (n === hangUpAt) socket.destroy()
          else if (acknowledge(n)) answers.push(0x40, 2, bytes[topicEnd]!, bytes[topicEnd + 1]!)
        }
      },
      () => {
        if (!socket.destroyed) socket.write(Buffer.from(answers.splice(0)))
      },
      (because) => {
        throw new Error(because)
      },
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    received,
    get clientCount() {
      return clientCount
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
