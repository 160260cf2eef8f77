/**
 * How fast a backlog at an outside Mosquitto is drained: by Kvitter (on disk before PUBACK), one copy
 * and two in a share group, beside mqtt.js held at each commit and mqtt.js that keeps nothing. The
 * consumers start with the messages waiting; their sessions were made before. Cases are interleaved in
 * rounds; the table shows medians. Trust the ratios and the CPU per message.
 *
 * Flags of node's own, like --cpu-prof, go to the consumers as well.
 *
 *   node bench/outside-broker.ts [--rounds 3] [--seconds 6] [--only serial|event|storage|whole]...
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { connectAsync } from 'mqtt'
import { median } from './median.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    only: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(
    'node bench/outside-broker.ts [--rounds 3] [--seconds 6] [--only serial|event|storage|whole]...   seconds: how long the backlog is published',
  )
  process.exit(0)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = await mkdtemp(join(root, 'tmp-bench-'))
const town = join(scratch, 'town')
const SIMULATOR = join(root, 'simulator/main.ts')
const CONSUMER = join(root, 'bench/servers/outside-consumer.ts')
/** The slowest case is not drained to its end. */
const LONGEST_MS = 8000

interface Case {
  readonly name: string
  readonly mode: 'whole' | 'storage' | 'serial' | 'event'
  readonly consumers: number
}
const SERIAL = 'mqtt.js handleMessage, held until each commit'
const CASES: readonly Case[] = [
  { name: SERIAL, mode: 'serial', consumers: 1 },
  { name: 'mqtt.js "message", keeps nothing', mode: 'event', consumers: 1 },
  { name: 'kvitter, storage only, durable', mode: 'storage', consumers: 1 },
  { name: 'kvitter, storage only, durable, two copies', mode: 'storage', consumers: 2 },
  { name: 'kvitter, whole path, durable', mode: 'whole', consumers: 1 },
  { name: 'kvitter, whole path, durable, two copies', mode: 'whole', consumers: 2 },
]

interface Drained {
  readonly perSecond: number
  readonly cpuUsPerMessage: number
}

let runs = 0
async function drain({ mode, consumers }: Case): Promise<Drained> {
  const run = runs++
  const port = await freePort()
  const url = `mqtt://127.0.0.1:${port}`
  const config = join(scratch, 'mosquitto.conf')
  await writeFile(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\nlog_type error\n`,
  )
  const mosquitto = spawn('/usr/sbin/mosquitto', ['-c', config], { stdio: 'ignore' })
  const children: ChildProcess[] = []
  try {
    const names = Array.from({ length: consumers }, (_, n) => `copy-${n}`)
    for (const name of names) await makeSession(url, name)
    const backlog = await publishBacklog(url)

    const started = await Promise.all(
      names.map(async (name) => {
        const child = spawn(
          process.execPath,
          [
            ...process.execArgv,
            CONSUMER,
            mode,
            url,
            name,
            town,
            join(scratch, `data-${run}-${name}`),
          ],
          { stdio: ['pipe', 'pipe', 'inherit'] },
        )
        children.push(child)
        const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
        await lines.next()
        return { child, lines, cpuBefore: cpuSeconds(child.pid!) }
      }),
    )
    const ask = async (): Promise<number> => {
      let sum = 0
      for (const { child, lines } of started) {
        child.stdin.write('\n')
        const { finished } = JSON.parse((await lines.next()).value as string) as {
          finished: number
        }
        sum += finished
      }
      return sum
    }
    // What came while the last of them started doesn't count.
    const begunAt = performance.now()
    const before = await ask()
    let finished = before
    while (finished < backlog && performance.now() - begunAt < LONGEST_MS) {
      await sleep(5)
      finished = await ask()
    }
    const seconds = (performance.now() - begunAt) / 1000
    const cpu = started.reduce((sum, s) => sum + cpuSeconds(s.child.pid!) - s.cpuBefore, 0)
    return {
      perSecond: (finished - before) / seconds,
      cpuUsPerMessage: (cpu * 1e6) / (finished - before),
    }
  } finally {
    for (const child of [...children, mosquitto]) {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
  }
}

/** A lasting session that the consumer comes back to. */
async function makeSession(url: string, clientId: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      const client = await connectAsync(url, {
        protocolVersion: 5,
        clean: false,
        clientId,
        properties: { sessionExpiryInterval: 3600 },
      })
      await client.subscribeAsync('$share/kvitter/kvitter/v1/devices/+/reading', { qos: 1 })
      await client.endAsync()
      return
    } catch (error) {
      if (tries === 20) throw error
      await sleep(100)
    }
  }
}

/** As many as fit into the seconds; gives back how many. */
async function publishBacklog(url: string): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      ...[SIMULATOR, '--load', '10000', '--mqtt', url, '--connections', '4', '--window', '20'],
      ...['--seconds', values.seconds, '--warmup', '0', '--changing', '0.1', '--json', '--quiet'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await once(child, 'close')
  return (JSON.parse(text) as { acknowledged: number }).acknowledged
}

/** utime + stime of /proc/PID/stat, in seconds (100 ticks each). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

function row(...cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}

try {
  const writing = spawn(process.execPath, [SIMULATOR, '--load', '10000', '--write-town', town], {
    stdio: 'ignore',
  })
  await once(writing, 'exit')
  await cp(join(root, 'towns/boras/rules.yaml'), join(town, 'rules.yaml'))

  const cases = CASES.filter(({ mode }) => values.only?.includes(mode) ?? true)
  const results = new Map<string, Drained[]>(cases.map((c) => [c.name, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const each of cases) results.get(each.name)!.push(await drain(each))
  }
  const rate = (name: string) => median(results.get(name)?.map((d) => d.perSecond) ?? [])
  row('consumer', 'messages/s', 'times serial', 'CPU µs/message')
  row('---', '---', '---', '---')
  for (const [name, all] of results) {
    row(
      name,
      Math.round(rate(name)),
      (rate(name) / rate(SERIAL)).toFixed(1),
      median(all.map((d) => d.cpuUsPerMessage)).toFixed(1),
    )
  }
} finally {
  await rm(scratch, { recursive: true, force: true })
}
