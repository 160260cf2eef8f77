/**
 * Servers of the fediverse that take everything: each on a port of its own, all in this process. Tells its
 * parent the ports, and then, for each whole number of activities told to wait for, when they are there.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const count = Number(process.argv[2])
const seen = new Set<string>()
let wanted = Infinity

const ports = await Promise.all(
  Array.from({ length: count }, () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(202).end()
        seen.add(`${request.headers.host}${request.url}`)
        if (seen.size >= wanted) process.send!({ kind: 'all' })
      })
    })
    return new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    )
  }),
)
process.on('message', (inboxes: number) => {
  seen.clear()
  wanted = inboxes
  process.send!({ kind: 'waiting' })
})
process.send!({ kind: 'ports', ports })
