/** The real Mosquitto, with its files in a temporary folder, on a port that stays its own over restarts. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort } from './process.ts'
import { requireProgram } from './server-programs.ts'
import { until } from './until.ts'

/** Undefined where it isn't installed. */
export const mosquittoPath = requireProgram('mosquitto', 'apt-get install mosquitto')

export interface Mosquitto extends AsyncDisposable {
  readonly port: number
  readonly url: string
  start(): Promise<void>
  /** Asks it to stop, which writes its sessions to disk. */
  stop(): Promise<void>
}

export interface MosquittoOptions {
  /** Lines for its configuration after our own. */
  readonly lines?: readonly string[]
  /** Files beside it, by name. */
  readonly files?: Readonly<Record<string, string>>
}

/** Starts it with the settings that docs/OUTSIDE-BROKER.md asks for. `FOLDER` in a line is its folder. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-mosquitto-'))
  const port = await freePort()
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await writeFile(join(folder, name), text)
  }
  const config = join(folder, 'mosquitto.conf')
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence true',
    `persistence_location ${folder}/`,
    'autosave_interval 1000',
    'autosave_on_changes true',
    'max_queued_messages 0',
    'log_type error',
    // Else it becomes a user, when started as root, who may not write here.
    `user ${userInfo().username}`,
    ...(options.lines ?? []).map((line) => line.replaceAll('FOLDER', folder)),
  ]
  await writeFile(config, `${lines.join('\n')}\n`)

  let child: ChildProcess | undefined
  let words = ''
  const start = async (): Promise<void> => {
    const own = spawn(mosquittoPath!, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
    own.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk))
    child = own
    await until(
      () => accepts(port),
      10_000,
      () => words,
    )
  }
  const stop = async (): Promise<void> => {
    const own = child
    child = undefined
    if (!own || own.exitCode !== null) return
    const gone = once(own, 'exit')
    own.kill('SIGTERM')
    await gone
  }
  await start()
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
