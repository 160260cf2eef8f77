/**
 * The station list over HTTP: Kvitter's cached bytes beside the same answer serialised anew for each
 * request by its zod schema, and by plain JSON.stringify. Ten connections, one request each at a time,
 * from a process of its own; rounds interleaved, medians shown.
 *
 *   node bench/station-list.ts [--rounds 3] [--seconds 3]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { pino } from 'pino'
import { loadTown } from '#simulator/load-town.ts'
import { listStations } from '#src/api/station-routes.ts'
import { instant } from '#src/stations/time.ts'
import { serve } from '../src/serve.ts'
import { readTownFolder } from '../src/town-folder.ts'
import { median } from './median.ts'

const CONNECTIONS = 10
const NOT_MODIFIED = 'Kvitter, 304'

interface Ask {
  readonly port: number
  readonly path: string
  readonly headers: string
  readonly seconds: number
}

/** The client's side: requests over kept connections, counted. */
async function hammer({ port, path, headers, seconds }: Ask): Promise<number> {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`
  let answered = 0
  let over = false
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      let missing = -1
      let head = ''
      socket.setNoDelay(true)
      socket.on('connect', () => socket.write(request))
      socket.on('error', reject)
      socket.on('close', () => resolve())
      socket.on('data', (chunk: Buffer) => {
        let at = 0
        if (missing < 0) {
          head += chunk.toString('latin1')
          const end = head.indexOf('\r\n\r\n')
          if (end < 0) return
          if (!/^HTTP\/1\.1 (200|304) /.test(head)) {
            reject(new Error(head))
            return
          }
          const length = /content-length: (\d+)/i.exec(head)
          missing = head.startsWith('HTTP/1.1 304') ? 0 : Number(length![1])
          at = end + 4 - (head.length - chunk.length)
          head = ''
        }
        missing -= chunk.length - at
        if (missing > 0) return
        missing = -1
        answered++
        if (over) socket.destroy()
        else socket.write(request)
      })
    })
  const all = Array.from({ length: CONNECTIONS }, one)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const before = answered
  const begun = performance.now()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const rate = ((answered - before) * 1000) / (performance.now() - begun)
  over = true
  await Promise.all(all)
  return rate
}

if (process.send) {
  process.on('message', (ask: Ask) => {
    void hammer(ask).then((rate) => process.send!(rate))
  })
} else {
  await compare()
}

async function compare(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
    },
  })
  const root = fileURLToPath(new URL('..', import.meta.url))
  const scratch = await mkdtemp(join(root, 'tmp-bench-'))
  try {
    await writeFile(join(scratch, 'town.yaml'), loadTown(400))
    const rules = await readFile(join(root, 'towns/boras/rules.yaml'), 'utf8')
    await writeFile(join(scratch, 'rules.yaml'), rules)
    const read = await readTownFolder(scratch)
    if (read.kind === 'faulty') throw new Error(read.faults.join('\n'))
    const anywhere = { host: '127.0.0.1', port: 0 }
    await using running = await serve({
      settings: {
        data: join(scratch, 'data'),
        http: anywhere,
        mqtt: anywhere,
        publicUrl: 'http://localhost',
        logLevel: 'warn',
      },
      folder: read.folder,
      env: {},
      clock: () => instant(Date.now()),
      log: pino({ level: 'warn' }),
    })
    const ours = Number(new URL(running.httpUrl).port)
    const answer = await fetch(`${running.httpUrl}${listStations.path}`)
    const text = await answer.text()
    const body: unknown = JSON.parse(text)

    const app = fastify()
    app.setValidatorCompiler(validatorCompiler)
    app.setSerializerCompiler(serializerCompiler)
    app.get('/zod', { schema: { response: { 200: listStations.answer.schema } } }, () => body)
    app.get('/plain', (_, reply) => reply.type('application/json').send(JSON.stringify(body)))
    await app.listen(anywhere)
    const theirs = (app.server.address() as { port: number }).port

    const cases: readonly [string, Omit<Ask, 'seconds'>][] = [
      ['serialised by its zod schema', { port: theirs, path: '/zod', headers: '' }],
      ['JSON.stringify', { port: theirs, path: '/plain', headers: '' }],
      ['Kvitter, cached bytes', { port: ours, path: listStations.path, headers: '' }],
      [
        'Kvitter, cached bytes in brotli',
        { port: ours, path: listStations.path, headers: 'Accept-Encoding: br\r\n' },
      ],
      [NOT_MODIFIED, { port: ours, path: listStations.path, headers: '' }],
    ]
    const tagNow = async () =>
      (await fetch(`${running.httpUrl}${listStations.path}`)).headers.get('etag')!
    const client = fork(fileURLToPath(import.meta.url))
    const rates = new Map<string, number[]>(cases.map(([name]) => [name, []]))
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [name, ask] of cases) {
        // The list says when it is from, so its tag is another every half minute.
        const headers = name === NOT_MODIFIED ? `If-None-Match: ${await tagNow()}\r\n` : ask.headers
        client.send({ ...ask, headers, seconds: Number(values.seconds) } satisfies Ask)
        const [rate] = (await once(client, 'message')) as [number]
        rates.get(name)!.push(rate)
      }
    }
    client.disconnect()
    await app.close()
    const base = median(rates.get(cases[0]![0])!)
    console.log(
      `\n${read.folder.town.stations.length} stations, 400 containers, ${text.length} B\n`,
    )
    console.log('| answer | requests/s | of zod-serialised |\n| --- | --- | --- |')
    for (const [name, all] of rates) {
      console.log(`| ${name} | ${Math.round(median(all))} | ${(median(all) / base).toFixed(1)} |`)
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
