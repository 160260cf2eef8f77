import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { MINUTE, plus } from '#src/stations/time.ts'
import type { EventStreamOptions } from '#src/api/event-stream.ts'
import {
  EKUDDEN_PAPER,
  fullDecision,
  fullPost,
  openHttpTown,
  TUESDAY,
  type HttpTown,
} from '#tests/support/http-town.ts'
import { containerId, stationId } from '#tests/support/town.ts'

interface Event {
  readonly event: string
  readonly id?: string
  readonly data: Record<string, unknown>
}

/** A listener on a real socket: hands over one event after the other. */
async function listen(town: HttpTown, path = '', headers: Record<string, string> = {}) {
  if (!town.app.server.listening) await town.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = town.app.server.address() as { port: number }
  const request = get({ host: '127.0.0.1', port, path: `/api/v1/events${path}`, headers })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  const blocks = readBlocks(response)
  // The greeting tells that the server has taken us in.
  if (response.statusCode === 200) await blocks.next()
  return {
    response,
    async next(): Promise<Event> {
      for (;;) {
        const { value, done } = await blocks.next()
        if (done === true) throw new Error('the stream ended')
        if (value.startsWith(':')) continue
        const fields = new Map(
          value.split('\n').map((line) => {
            const colon = line.indexOf(': ')
            return [line.slice(0, colon), line.slice(colon + 2)]
          }),
        )
        const id = fields.get('id')
        return {
          event: fields.get('event')!,
          ...(id !== undefined && { id }),
          data: JSON.parse(fields.get('data')!) as Record<string, unknown>,
        }
      }
    },
    async nextBlock(): Promise<string | undefined> {
      const { value, done } = await blocks.next()
      return done === true ? undefined : value
    },
    async close() {
      const closed = once(response, 'close').catch(() => undefined)
      response.on('error', () => undefined)
      request.destroy()
      await closed
    },
  }
}

async function* readBlocks(response: IncomingMessage): AsyncGenerator<string, void> {
  let buffer = ''
  try {
    for await (const chunk of response) {
      buffer += chunk as string
      for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
        yield buffer.slice(0, end)
        buffer = buffer.slice(end + 2)
      }
    }
  } catch (error) {
    // The line was cut, by us or by the server; what had come whole has been handed over.
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
  }
}

const options = (events: Partial<EventStreamOptions>) => ({ http: { events } })
const key = (n: number) => n.toString(16).padStart(16, '0')

async function speak(town: HttpTown, n: number) {
  const at = plus(TUESDAY, n * MINUTE)
  town.setNow(at)
  await town.say([fullDecision(at, key(n))], [fullPost(at, key(n))])
}

test('a decision comes as it is made, its post just before it', async () => {
  await using town = await openHttpTown()
  const listener = await listen(town)
  expect(listener.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
  })
  await speak(town, 1)
  expect(await listener.next()).toMatchObject({ event: 'post', data: { key: key(1) } })
  const decision = await listener.next()
  expect(decision).toMatchObject({ event: 'decision', id: '1', data: { id: 1, postKey: key(1) } })
  const same = await town.app.inject('/api/v1/decisions')
  expect(same.json<{ decisions: unknown[] }>().decisions[0]).toEqual(decision.data)
  await listener.close()
})

test('who comes back with the last id is told what was missed, once, and then goes on live', async () => {
  await using town = await openHttpTown()
  await speak(town, 1)
  const first = await listen(town, '?after=0')
  await first.next()
  expect(await first.next()).toMatchObject({ event: 'decision', id: '1' })
  await first.close()

  // More than a page of the store, so that reading on is tried too.
  const decisions = Array.from({ length: 450 }, (_, i) => {
    const { postKey: _none, ...decision } = fullDecision(plus(TUESDAY, i), key(1), {
      because: 'gate-held',
      outcome: 'held',
    })
    return decision
  })
  await town.say(decisions)
  await speak(town, 2)

  const again = await listen(town, '', { 'last-event-id': '1' })
  await speak(town, 3)
  const seen: string[] = []
  while (seen.at(-1) !== '453') {
    const { event, id, data } = await again.next()
    seen.push(event === 'post' ? String(data['key']) : id!)
  }
  const held = Array.from({ length: 450 }, (_, i) => String(i + 2))
  expect(seen).toEqual([...held, key(2), '452', key(3), '453'])
  await again.close()
})

describe('a post whose time to be said has not come', () => {
  const decide = async (town: HttpTown, n: number, waitMs: number) => {
    const at = town.now()
    const post = fullPost(at, key(n), { sendAt: plus(at, waitMs) })
    await town.say([fullDecision(at, key(n))], [post])
  }

  test('is told when it comes, its decision before it', async () => {
    await using town = await openHttpTown(options({ statusEveryMs: 1 }))
    const listener = await listen(town)
    await decide(town, 1, MINUTE)
    expect(await listener.next()).toMatchObject({ event: 'decision', id: '1' })
    await decide(town, 2, 0)
    expect(await listener.next()).toMatchObject({ event: 'post', data: { key: key(2) } })
    expect(await listener.next()).toMatchObject({ event: 'decision', id: '2' })
    town.setNow(plus(TUESDAY, MINUTE))
    expect(await listener.next()).toMatchObject({ event: 'post', data: { key: key(1) } })
    await listener.close()
  })

  test('is told to who comes back after it, though its decision was heard before', async () => {
    await using town = await openHttpTown(options({ statusEveryMs: 1 }))
    await decide(town, 1, MINUTE)
    town.setNow(plus(TUESDAY, MINUTE))
    const listener = await listen(town, '?after=1')
    expect(await listener.next()).toMatchObject({ event: 'post', data: { key: key(1) } })
    await listener.close()
  })

  test('is never told when it is withdrawn', async () => {
    await using town = await openHttpTown(options({ statusEveryMs: 1 }))
    const listener = await listen(town)
    await decide(town, 1, MINUTE)
    await listener.next()
    await town.withdraw(key(1))
    town.setNow(plus(TUESDAY, MINUTE))
    await decide(town, 2, 0)
    expect(await listener.next()).toMatchObject({ event: 'post', data: { key: key(2) } })
    const late = await listen(town, '?after=0')
    expect(await late.next()).toMatchObject({ event: 'decision', id: '1' })
    expect(await late.next()).toMatchObject({ event: 'post', data: { key: key(2) } })
    await late.close()
    await listener.close()
  })
})

test('a listener to one station hears of no other', async () => {
  await using town = await openHttpTown(options({ statusEveryMs: 1 }))
  const hamnen = stationId('1490-902')
  const listener = await listen(town, '?station=1490-902')
  await speak(town, 1)
  await town.measure(EKUDDEN_PAPER, 50)
  await town.measure(containerId('1490-902-paper-1'), 95)
  expect(await listener.next()).toMatchObject({
    event: 'status',
    data: { containers: [{ id: '1490-902-paper-1', status: 'full', fillPercent: 95 }] },
  })
  await town.say([
    fullDecision(TUESDAY, key(2), { stationId: hamnen, because: 'cleared', outcome: 'dropped' }),
  ])
  expect(await listener.next()).toMatchObject({ event: 'decision', id: '2' })
  await listener.close()
})

test('changed states are told together, and only when somebody would notice', async () => {
  await using town = await openHttpTown(options({ statusEveryMs: 1 }))
  const listener = await listen(town)
  await town.measure(EKUDDEN_PAPER, 50.1)
  expect(await listener.next()).toEqual({
    event: 'status',
    data: {
      asOf: '2026-05-05T12:35:00.000Z',
      containers: [expect.objectContaining({ id: EKUDDEN_PAPER, fillPercent: 50 })],
    },
  })
  town.setNow(plus(TUESDAY, MINUTE))
  await town.measure(EKUDDEN_PAPER, 50.2)
  town.setNow(plus(TUESDAY, 2 * MINUTE))
  await town.measure(EKUDDEN_PAPER, 61)
  expect(await listener.next()).toMatchObject({
    event: 'status',
    data: { containers: [{ id: EKUDDEN_PAPER, fillPercent: 61 }] },
  })
  await listener.close()
})

test('staff posts are not for the stream', async () => {
  await using town = await openHttpTown()
  const listener = await listen(town)
  await town.say(
    [fullDecision(TUESDAY, key(1))],
    [fullPost(TUESDAY, key(1), { audience: 'staff' })],
  )
  expect(await listener.next()).toMatchObject({ event: 'decision', id: '1' })
  await listener.close()
})

describe('the stream protects itself', () => {
  test('silence is broken by a comment', async () => {
    await using town = await openHttpTown(options({ heartbeatMs: 5 }))
    const listener = await listen(town)
    expect(await listener.nextBlock()).toBe(': still here')
    await listener.close()
  })

  test('when all places are taken, the next is asked to come back later', async () => {
    await using town = await openHttpTown(options({ maxClients: 1 }))
    const first = await listen(town)
    const refused = await town.app.inject('/api/v1/events')
    expect(refused.statusCode).toBe(503)
    expect(refused.headers['retry-after']).toBe('60')
    expect(refused.json()).toMatchObject({ type: '/api/docs#too-many-streams' })
    await first.close()
  })

  test('an id that is not ours is refused', async () => {
    await using town = await openHttpTown()
    const refused = await town.app.inject({
      url: '/api/v1/events',
      headers: { 'last-event-id': '12; drop table' },
    })
    expect(refused.statusCode).toBe(400)
    expect(refused.json()).toMatchObject({
      errors: [{ field: 'Last-Event-ID', got: '12; drop table' }],
    })
  })

  test('who doesn’t read is cut off, and counted', async () => {
    await using town = await openHttpTown(options({ maxWaitingBytes: 20_000 }))
    await town.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = town.app.server.address() as { port: number }
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
    socket.pause()
    const closed = once(socket, 'close')
    const dropped = async () =>
      (await town.metrics.getSingleMetric('kvitter_http_event_clients_dropped_total')!.get())
        .values[0]!.value
    for (let n = 0; n < 400 && (await dropped()) === 0; n += 1) {
      await town.say(
        Array.from({ length: 100 }, () => fullDecision(TUESDAY, key(1), { outcome: 'held' })),
      )
    }
    expect(await dropped()).toBe(1)
    socket.resume()
    await closed
  })

  test('closing the server ends every stream', async () => {
    const town = await openHttpTown()
    const listener = await listen(town)
    const ended = listener.nextBlock()
    await town[Symbol.asyncDispose]()
    expect(await ended).toBeUndefined()
  })
})
