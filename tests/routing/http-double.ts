/** Somebody else's service on loopback, for tests. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Said =
  | { readonly json: unknown }
  | { readonly text: string; readonly status?: number }
  /** The request is taken, and nothing ever answered. */
  | 'silence'

export interface Double {
  readonly url: string
  readonly asked: readonly {
    readonly method: string
    readonly url: string
    readonly body: unknown
  }[]
  close(): Promise<void>
}

export async function listen(answer: (path: string, body: unknown) => Said): Promise<Double> {
  const asked: { method: string; url: string; body: unknown }[] = []
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = Buffer.concat(await Array.fromAsync(request)).toString()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    asked.push({ method: request.method!, url: request.url!, body })
    const said = answer(request.url!, body)
    if (said === 'silence') return
    if ('json' in said) response.end(JSON.stringify(said.json))
    else response.writeHead(said.status ?? 200).end(said.text)
  }
  const server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
