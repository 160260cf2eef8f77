/**
 * What the loopback doubles of platforms have in common: a server that can be told to misbehave, and a
 * log of what it accepted, synced before it answers.
 *
 * As processes of their own they outlive the product:
 *   node tests/support/fake-….ts --port 0 --log said.jsonl [--delay-ms 20] [--limit 100]
 *     [--trouble 0.2 --seed 7]
 * Each prints its port. Started again on the same log it still knows what it accepted.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { randomFrom } from '#simulator/random.ts'

/** How any request may go wrong. `…-after` and `body-cut` are accepted first. */
export const TROUBLES = [
  '503-json',
  '503-html',
  '503-after',
  '404-html',
  'html-200',
  'redirect',
  'cut-before',
  'cut-after',
  'body-cut',
  'endless',
  'hang',
  'hang-after',
] as const
export type Trouble = (typeof TROUBLES)[number]

export const ACCEPTS_FIRST: ReadonlySet<string> = new Set([
  '503-after',
  'cut-after',
  'body-cut',
  'hang-after',
])

export interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly raw: Buffer
}

export interface Told {
  readonly status: number
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface FarEndOptions {
  readonly port?: number
  /** File for what was accepted, one JSON line each. */
  readonly log?: string
  readonly delayMs?: number
  /** Picks a fault for what says something, after the queue. */
  readonly pickFault?: () => Trouble | undefined
  readonly now?: () => number
}

export interface FarEnd<Fault extends string, Said> extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Each request that says something meets the first and takes it away. */
  readonly faults: (Fault | Trouble)[]
  /** Faults of all other requests, in the same way. */
  readonly otherFaults: (Fault | Trouble)[]
  /** What was accepted and stands, oldest first. */
  readonly said: Said[]
  /** `POST /api/v1/statuses 200`, in the order in which they were answered. */
  readonly requests: string[]
}

export interface Manners<Fault extends string, Said> {
  /** The platform's own ways to refuse. */
  readonly refusals: Readonly<Record<Fault, () => Told>>
  readonly says: (asked: Asked) => boolean
  readonly answer: (asked: Asked, said: Said[], accept: (said: Said) => void) => Told
}

export async function startFarEnd<Fault extends string, Said>(
  options: FarEndOptions,
  { refusals, says, answer }: Manners<Fault, Said>,
): Promise<FarEnd<Fault, Said>> {
  const said = readSaid<Said>(options.log)
  const log = options.log === undefined ? undefined : openSync(options.log, 'a')
  const faults: (Fault | Trouble)[] = []
  const otherFaults: (Fault | Trouble)[] = []
  const requests: string[] = []

  function accept(what: Said): void {
    said.push(what)
    if (log === undefined) return
    writeSync(log, `${JSON.stringify(what)}\n`)
    fsyncSync(log)
  }

  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url!, 'http://loopback')
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const raw = Buffer.concat(chunks)
      const body = raw.toString()
      const asked = { method: request.method!, url, headers: request.headers, body, raw }
      response.on('finish', () => {
        requests.push(`${asked.method} ${url.pathname} ${response.statusCode}`)
      })
      if (options.delayMs) await new Promise((resolve) => setTimeout(resolve, options.delayMs))
      const fault = says(asked) ? (faults.shift() ?? options.pickFault?.()) : otherFaults.shift()
      if (fault && !ACCEPTS_FIRST.has(fault)) return misbehave(fault, response)
      const told = answer(asked, said, accept)
      return fault && told.status < 300 ? misbehave(fault, response) : tell(response, told)
    })()
  })

  function misbehave(fault: Fault | Trouble, response: ServerResponse): void {
    if (Object.hasOwn(refusals, fault)) return tell(response, refusals[fault as Fault]())
    if (fault === '503-json' || fault === '503-after') {
      return tell(response, { status: 503, json: { error: 'Over capacity' } })
    }
    return spoil(fault as Exclude<Trouble, '503-json' | '503-after'>, response)
  }

  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    faults,
    otherFaults,
    said,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      if (log !== undefined) closeSync(log)
    },
  }
}

/** The troubles that are the same at every platform; `begun` is what it would say before the line is cut. */
export function spoil(
  fault: Exclude<Trouble, '503-json' | '503-after'>,
  response: ServerResponse,
  begun: { readonly status: number; readonly text: string } = { status: 200, text: '{"id":"1' },
): void {
  switch (fault) {
    case '503-html':
    case '404-html':
      return tellHtml(response, Number(fault.slice(0, 3)))
    case 'html-200':
      return tellHtml(response, 200)
    case 'redirect':
      response.writeHead(302, { location: '/login' }).end()
      return
    case 'cut-before':
    case 'cut-after':
      response.destroy()
      return
    case 'body-cut':
      response.writeHead(begun.status, {
        'content-type': 'application/json',
        'content-length': '500',
      })
      response.write(begun.text, () => response.destroy())
      return
    case 'endless': {
      response.writeHead(200, { 'content-type': 'application/json' })
      const pour = (): void => {
        while (!response.destroyed && response.write('[1],'.repeat(20_000)));
        if (!response.destroyed) response.once('drain', pour)
      }
      return pour()
    }
    case 'hang':
    case 'hang-after':
      return
  }
}

function tell(response: ServerResponse, { status, json, headers }: Told): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(json === undefined ? '' : JSON.stringify(json))
}

function tellHtml(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/html' })
  response.end('<html><body>Welcome to the hotel')
}

/** What a log holds, as it was accepted. */
export function readSaid<Said>(path: string | undefined): Said[] {
  if (path === undefined || !existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Said)
}

/** Troubles that are over at once, in which thousands of posts get through. */
const QUICK = ['503-json', '503-html', '503-after', 'cut-before', 'cut-after', 'body-cut'] as const

/** Such a trouble now and then. */
export function pickQuick(share: number, seed: number): () => (typeof QUICK)[number] | undefined {
  const random = randomFrom(seed, 'trouble')
  return () => (random.next() < share ? QUICK[random.below(QUICK.length)] : undefined)
}

interface RunOptions extends FarEndOptions {
  readonly pickFault: () => (typeof QUICK)[number] | undefined
  /** Posts in a quarter of an hour, where the platform counts them. */
  readonly limit?: number
}

/** Starts a double as the command line wants it. */
export async function runFarEnd(
  start: (options: RunOptions) => Promise<{ readonly port: number } & AsyncDisposable>,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      log: { type: 'string' },
      'delay-ms': { type: 'string', default: '0' },
      limit: { type: 'string' },
      trouble: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
    },
  })
  const far = await start({
    port: Number(values.port),
    delayMs: Number(values['delay-ms']),
    ...(values.log !== undefined && { log: values.log }),
    ...(values.limit !== undefined && { limit: Number(values.limit) }),
    pickFault: pickQuick(Number(values.trouble), Number(values.seed)),
  })
  process.stdout.write(`${far.port}\n`)
  process.on('SIGTERM', () => {
    void far[Symbol.asyncDispose]().then(() => process.exit(0))
  })
}
