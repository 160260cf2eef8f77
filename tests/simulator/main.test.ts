/** The real command against real brokers. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import { Aedes } from 'aedes'
import { describe, expect, onTestFinished, test } from 'vitest'

import { parseTownFile } from '#src/stations/town-file.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const BORAS = ['--town', 'towns/boras', '--start', '2026-05-05T06:00:00Z']

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['simulator/main.ts', ...args], { cwd: root })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const output = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const ended = output.then(([stdout, stderr]) => ({ code: child.exitCode, stdout, stderr }))
  return { child, ended }
}

const run = (...args: string[]) => start(...args).ended

interface Heard {
  readonly topic: string
  readonly payload: string
  readonly clientId: string
}

/** An aedes on a port of its own that remembers what it heard. */
async function openBroker(options: { port?: number; passwords?: Record<string, string> } = {}) {
  const aedes = await Aedes.createBroker()
  const heard: Heard[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const { passwords } = options
  if (passwords !== undefined) {
    aedes.authenticate = (_, username, password, done) => {
      done(null, username !== undefined && passwords[username] === String(password))
    }
  }
  aedes.on('publish', (packet, client) => {
    if (client === null) return
    heard.push({ topic: packet.topic, payload: String(packet.payload), clientId: client.id })
    for (const { count, resolve } of waiting) if (heard.length >= count) resolve()
  })
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    aedes.handle(socket)
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await new Promise<void>((resolve) => aedes.close(() => resolve()))
  }
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    heard,
    until: (count: number) =>
      new Promise<void>((resolve) => {
        if (heard.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

describe('a town played to a broker', () => {
  test('is what the dry run says, through a connection for each network server', async () => {
    await using broker = await openBroker()
    const args = [...BORAS, '--days', '0.02', '--seed', '3']
    // Half an hour of town time in a fifth of a second.
    const played = await run(...args, '--mqtt', broker.url, '--speed', '10000')
    expect(played).toMatchObject({ code: 0, stdout: '' })
    expect(played.stderr).toMatch(/Borås: 365 devices, from 2026-05-05T06:00:00.000Z\n/)
    expect(played.stderr).toMatch(/(\d+) messages sent, \1 acknowledged\n$/)

    const dry = await run(...args, '--dry-run')
    expect(dry.code).toBe(0)
    const lines = dry.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; topic: string; payload?: string })
    const expected = lines.filter((l) => l.kind === 'message').map((l) => l.topic)
    expect(broker.heard.length).toBeGreaterThan(100)
    // Three connections: the order among them is nobody's.
    expect(broker.heard.map((h) => h.topic).sort()).toEqual(expected.sort())
    const clients = new Set(broker.heard.map((h) => h.clientId.replace(/-\d+$/, '')))
    expect([...clients].sort()).toEqual([
      'kvitter-simulator-chirpstack',
      'kvitter-simulator-native',
      'kvitter-simulator-tts',
    ])
  })

  test('keeps its pace: an hour of town time in two seconds', async () => {
    await using broker = await openBroker()
    const epoch = Date.now() + 1500
    const args = ['--speed', '1800', '--epoch', String(epoch), '--days', String(1 / 24)]
    const played = await run(...BORAS, ...args, '--mqtt', broker.url, '--faults', 'none')
    expect(played.code).toBe(0)
    expect(Date.now() - epoch).toBeGreaterThan(1900)
    expect(broker.heard.length).toBeGreaterThan(200)
  })

  test('goes on when the broker has been away', async () => {
    const first = await openBroker()
    const { child, ended } = start(...BORAS, '--mqtt', first.url, '--speed', '1200')
    await first.until(50)
    await first.close()
    await using second = await openBroker({ port: first.port })
    await second.until(50)
    child.kill('SIGTERM')
    const { code, stderr } = await ended
    expect(stderr).toMatch(/the broker is away; trying again every second\n/)
    expect(stderr).toMatch(/(\d+) messages sent, \1 acknowledged\n$/)
    expect(code).toBe(0)
  })

  test('waits for a broker that is still starting', async () => {
    const probe = await openBroker()
    await probe.close()
    const { child, ended } = start(...BORAS, '--mqtt', probe.url, '--speed', '1200')
    await using broker = await openBroker({ port: probe.port })
    await broker.until(10)
    child.kill('SIGINT')
    expect((await ended).code).toBe(0)
  })

  test('logs in as the devices and as the network servers, and says so when refused', async () => {
    await using broker = await openBroker({ passwords: { dev: 'a', tts: 'b', chirpstack: 'c' } })
    const days = ['--days', '0.01', '--speed', '10000', '--mqtt', broker.url]
    const login = ['--username', 'dev', '--password', 'a', '--server-login', 'tts=b']
    const good = await run(...BORAS, ...days, ...login, '--server-login', 'chirpstack=c')
    expect(good.code).toBe(0)
    const bad = await run(...BORAS, ...days, ...login, '--server-login', 'chirpstack=x')
    expect(bad.code).toBe(1)
    expect(bad.stderr).toMatch(/as chirpstack: .*(Bad username or password|Not authorized)/i)
  })

  test('stops when its parent is gone', async () => {
    await using broker = await openBroker()
    const args = ['--mqtt', broker.url, '--speed', '1200', '--until-stdin-ends', '--quiet']
    const { child, ended } = start(...BORAS, ...args)
    await broker.until(10)
    child.stdin!.end()
    expect(await ended).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})

describe('exit codes are honest', () => {
  test('2 when it was asked wrongly', async () => {
    const { code, stderr } = await run('--town')
    expect(code).toBe(2)
    expect(stderr).not.toBe('')
  })

  test('1 when there is no town, or a faulty one, with its faults', async () => {
    const missing = await run('--town', 'towns/nowhere', '--dry-run')
    expect(missing.code).toBe(1)
    expect(missing.stderr).toMatch(/towns\/nowhere\/town.yaml/)

    const folder = mkdtempSync(join(tmpdir(), 'kvitter-town-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'town.yaml'), 'version: 1\n')
    const faulty = await run('--town', folder, '--dry-run')
    expect(faulty.code).toBe(1)
    expect(faulty.stderr).toMatch(/town.yaml:1 {2}municipality: is missing/)
  })

  test('0 for help', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Plays a town of recycling stations/)
  })

  test('a load run tells a broker that isn’t there with 1', async () => {
    const broker = await openBroker()
    await broker.close()
    const { code, stderr } = await run('--load', '5', '--mqtt', broker.url)
    expect(code).toBe(1)
    expect(stderr).toMatch(/ECONNREFUSED/)
  })
})

test('a load town is written where it was asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kvitter-load-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const written = join(folder, 'new', 'town')
  expect((await run('--load', '20', '--write-town', written)).code).toBe(0)
  const parsed = parseTownFile(readFileSync(join(written, 'town.yaml'), 'utf8'), 'town.yaml')
  expect(parsed).toMatchObject({ kind: 'ok', town: { name: 'Lastköping' } })
})

const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find(
  (path) => existsSync(path),
)
if (MOSQUITTO === undefined) {
  const advice = 'skipped: the load run against mosquitto; apt-get install mosquitto\n'
  if (process.env['CI'] === 'true') throw new Error(advice)
  process.stderr.write(advice)
}

test.skipIf(MOSQUITTO === undefined)('a load run against mosquitto loses nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kvitter-mosquitto-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  // mosquitto can't choose a free port itself.
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  const config = join(folder, 'mosquitto.conf')
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\n`)
  const mosquitto = spawn(MOSQUITTO!, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => {
    mosquitto.kill('SIGKILL')
  })
  for await (const line of mosquitto.stderr) {
    if (/mosquitto version .* running/.test(String(line))) break
  }
  const args = ['--mqtt', `mqtt://127.0.0.1:${port}`, '--load', '100', '--seconds', '1', '--json']
  const { code, stdout } = await run(...args)
  expect(code).toBe(0)
  const report = JSON.parse(stdout) as { unacknowledged: number; messagesPerSecond: number }
  expect(report.unacknowledged).toBe(0)
  expect(report.messagesPerSecond).toBeGreaterThan(1000)
})
