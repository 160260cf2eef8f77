/** A wire that a test can cut: TCP from a port of its own to another on the loopback. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Transform } from 'node:stream'

export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** Breaks all that are connected; who comes after is let through. */
  cut(): void
  /** Takes nobody through until it is called with false; those who come are hung up on. */
  refuse(refusing: boolean): void
  /** Lets through what is sent, and loses every answer. */
  loseAnswers(losing: boolean): void
  /** Takes connections and says nothing. */
  swallow(swallowing: boolean): void
  /** What came from the connecting side, a piece for each connection in order. */
  readonly sent: readonly Buffer[][]
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const open = new Set<Socket>()
  const sent: Buffer[][] = []
  let refusing = false
  let losing = false
  let swallowing = false
  const server = createServer((from) => {
    if (refusing) return void from.destroy()
    open.add(from)
    from.on('error', () => undefined)
    from.once('close', () => open.delete(from))
    if (swallowing) return void from.resume()
    const own: Buffer[] = []
    sent.push(own)
    const to = connect(targetPort, '127.0.0.1')
    from.on('data', (chunk: Buffer) => own.push(chunk))
    const back = new Transform({
      transform: (chunk: Buffer, _encoding, done) => done(null, losing ? undefined : chunk),
    })
    from.pipe(to).pipe(back).pipe(from)
    to.on('error', () => from.destroy())
    from.once('close', () => to.destroy())
    return undefined
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    refuse: (now) => (refusing = now),
    loseAnswers: (now) => (losing = now),
    swallow: (now) => (swallowing = now),
    sent,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
