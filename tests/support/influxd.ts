/** The real InfluxDB 1.x, with its files in a temporary folder, on a port that stays its own over restarts. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './process.ts'
import { requireProgram } from './server-programs.ts'
import { until } from './until.ts'

/** Undefined where it isn't installed. */
export const influxdPath = requireProgram('influxd', 'apt-get install influxdb')

export interface Influxd extends AsyncDisposable {
  readonly port: number
  readonly url: string
  start(): Promise<void>
  /** Ends it the hard way. */
  kill(): Promise<void>
}

export async function startInfluxd(): Promise<Influxd> {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-influxd-'))
  const port = await freePort()
  const config = join(folder, 'influxdb.conf')
  await writeFile(
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
[continuous_queries]
run-interval = "1s"
[logging]
level = "error"
`,
  )
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn(influxdPath!, ['-config', config], { stdio: 'ignore' })
    await until(async () => {
      try {
        return (await fetch(`http://127.0.0.1:${port}/ping`)).status === 204
      } catch {
        return false
      }
    }, 20_000)
  }
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    start,
    kill,
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
