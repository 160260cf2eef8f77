/**
 * What keeping readings costs with the history in InfluxDB, beside SQLite alone: commits of many
 * readings and of one, each awaited as an acknowledgement is, and a chart's week read back. Starts the
 * InfluxDB that is installed, in a temporary folder.
 *
 *   node bench/influx.ts [--seconds 5] [--containers 200]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Reading } from '#src/stations/reading.ts'
import { DAY, type EpochMs, HOUR, instant, plus, SECOND } from '#src/stations/time.ts'
import type { NewReading, Store } from '#src/store/contract.ts'
import { withInfluxHistory } from '#src/store/influx/influx-history.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { madeTown } from './made-town.ts'

const { values: asked } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    containers: { type: 'string', default: '200' },
  },
})
const forMs = Number(asked.seconds) * SECOND
const town = madeTown(Number(asked.containers), ['paper', 'plastic', 'metal', 'clear-glass'])
const start = instant(Date.now() - 8 * DAY)
const folder = mkdtempSync(join(tmpdir(), 'kvitter-bench-influx-'))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function startInfluxd(): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort()
  const config = join(folder, 'influxdb.conf')
  writeFileSync(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${await freePort()}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
[monitor]
store-enabled = false
`,
  )
  const child = spawn('influxd', ['-config', config], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  for (let i = 0; i < 200; i++) {
    const up = await fetch(`${url}/ping`).then(
      (r) => r.status === 204,
      () => false,
    )
    if (up) return { child, url }
    await wait(50)
  }
  throw new Error('influxd did not start')
}

let seq = 0
function nextReadings(many: number): readonly NewReading[] {
  return Array.from({ length: many }, (): NewReading => {
    const n = seq++
    const mounting = town.mountings[n % town.mountings.length]!
    // Each device once a minute.
    const measuredAt = plus(start, Math.floor(n / town.mountings.length) * 60 * SECOND)
    const reading: Reading = {
      deviceId: mounting.deviceId,
      n: 0,
      containerId: mounting.containerId,
      measuredAt,
      receivedAt: plus(measuredAt, SECOND),
      fillPercent: (n * 7) % 100,
      distanceMm: 1650 - (n % 1350),
      flags: [],
    }
    return { seq: n + 1, reading, fingerprint: n }
  })
}

async function perSecond(store: Store, batch: number): Promise<number> {
  let kept = 0
  const begun = performance.now()
  while (performance.now() - begun < forMs) {
    await store.journal((tx) => tx.keepReadings(nextReadings(batch)))
    kept += batch
  }
  return (kept * 1000) / (performance.now() - begun)
}

async function weekMs(store: Store): Promise<number> {
  const { containerId } = town.mountings[0]!
  const to = (start + 8 * DAY) as EpochMs
  const begun = performance.now()
  for (let i = 0; i < 20; i++) await store.history(containerId, plus(to, -7 * DAY), to, HOUR)
  return (performance.now() - begun) / 20
}

const row = (what: string, ...cells: readonly string[]) =>
  console.log([what.padEnd(24), ...cells.map((c) => c.padStart(16))].join(''))

const { child, url } = await startInfluxd()
try {
  row('', '1000 a commit', '20 a commit', '1 a commit', 'a week by hours')
  for (const name of ['SQLite', 'InfluxDB and SQLite'] as const) {
    seq = 0
    const sqlite = await openSqliteStore(join(folder, `${name}.sqlite`))
    const store =
      name === 'SQLite'
        ? sqlite
        : await withInfluxHistory(sqlite, {
            url,
            database: 'bench',
            clock: () => instant(Date.now()),
          })
    await store.saveTown(town, start)
    const figures: string[] = []
    for (const batch of [1000, 20, 1])
      figures.push(`${(await perSecond(store, batch)).toFixed(0)}/s`)
    row(name, ...figures, `${(await weekMs(store)).toFixed(1)} ms`)
    await store[Symbol.asyncDispose]()
  }
} finally {
  child.kill('SIGKILL')
  await once(child, 'exit')
  rmSync(folder, { recursive: true, force: true })
}
