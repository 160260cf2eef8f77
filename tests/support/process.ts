/** The real program as a process of its own, for tests that stand outside of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end. */
export async function runKvitter(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Run> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: cleanEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stdout = collect(child, 'stdout')
  const stderr = collect(child, 'stderr')
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: stdout(), stderr: stderr() }
}

export interface Served extends AsyncDisposable {
  readonly child: ChildProcess
  readonly httpUrl: string
  readonly mqttPort: number
  readonly mqttWsPort: number | undefined
  /** All that it has logged so far. */
  log(): string
  /** Ends it the hard way; resolves when it is gone. */
  kill(): Promise<void>
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>
}

/** Starts `kvitter serve` (or `demo`) and waits until it says that it is up. Throws with its words if it ends first. */
export async function startKvitter(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Served> {
  const child = spawn(process.execPath, [MAIN, 'serve', ...args], {
    env: cleanEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stdout = collect(child, 'stdout')
  const stderr = collect(child, 'stderr')
  const gone = once(child, 'close').then(([code]) => code as number | null)
  const up = new Promise<Record<string, unknown>>((resolve, reject) => {
    const look = (): void => {
      for (const line of stdout().split('\n')) {
        if (!line.includes('"pages"')) continue
        try {
          resolve(JSON.parse(line) as Record<string, unknown>)
        } catch {
          // The line is not complete yet.
        }
      }
    }
    child.stdout?.on('data', look)
    void gone.then((code) =>
      reject(new Error(`kvitter ended before it was up (code ${code})\n${stdout()}${stderr()}`)),
    )
  })
  const told = await up
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await gone
  }
  return {
    child,
    httpUrl: told['pages'] as string,
    mqttPort: told['mqttPort'] as number,
    mqttWsPort: told['mqttWsPort'] as number | undefined,
    log: () => stdout() + stderr(),
    kill,
    async stop() {
      child.kill('SIGTERM')
      return gone
    },
    [Symbol.asyncDispose]: kill,
  }
}

/** A port that was free a moment ago, for a process that must come back on the same one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** The test's own environment without any setting of Kvitter's. */
function cleanEnv(env: Record<string, string>): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('KVITTER_'))
  return { ...Object.fromEntries(own), ...env }
}

function collect(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  let text = ''
  child[stream]?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  return () => text
}
