/** The real Bluesky server as a process, for the tests that ask whether our double tells the truth. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { requireInstalled } from './server-programs.ts'

const HOME = fileURLToPath(new URL('../peers/bluesky/', import.meta.url))

export const PDS_ACCOUNT = 'station.test'
export const PDS_PASSWORD = 'only-for-people'

/** False where its packages aren't installed. */
export const hasPds = requireInstalled(
  'a Bluesky server',
  existsSync(join(HOME, 'node_modules', '@atproto', 'pds')),
  'npm ci --prefix tests/peers/bluesky',
)

export interface RealPds extends AsyncDisposable {
  readonly url: string
  readonly did: string
  readonly appPassword: string
  /** All posts of the account, oldest first. */
  posts(): Promise<readonly PdsPost[]>
  /** Anything else, as the account's owner. */
  call(name: string, body: object, password?: string): Promise<unknown>
}

export interface PdsPost {
  readonly uri: string
  readonly cid: string
  readonly value: {
    readonly text: string
    readonly langs: readonly string[]
    readonly createdAt: string
    readonly reply?: { readonly root: { uri: string }; readonly parent: { uri: string } }
    readonly embed?: unknown
  }
}

export async function startPds(): Promise<RealPds> {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-pds-'))
  const child = spawn(
    process.execPath,
    [join(HOME, 'pds.mjs'), folder, PDS_ACCOUNT, PDS_PASSWORD],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, LOG_ENABLED: 'false' } },
  )
  const gone = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([
    once(lines, 'line') as Promise<[string]>,
    gone.then(([code]) => Promise.reject(new Error(`the Bluesky server ended with ${code}`))),
  ])
  const { url, did, appPassword } = JSON.parse(first[0]) as Pick<
    RealPds,
    'url' | 'did' | 'appPassword'
  >

  async function ask(name: string, options: RequestInit = {}): Promise<unknown> {
    const answer = await fetch(`${url}/xrpc/${name}`, options)
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
    return answer.json().catch(() => undefined)
  }
  const posted = (body: object, token?: string): RequestInit => ({
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  return {
    url,
    did,
    appPassword,
    async posts() {
      const found: PdsPost[] = []
      let cursor: string | undefined
      do {
        const query = new URLSearchParams({
          repo: did,
          collection: 'app.bsky.feed.post',
          limit: '100',
          reverse: 'true',
          ...(cursor !== undefined && { cursor }),
        })
        const page = (await ask(`com.atproto.repo.listRecords?${query.toString()}`)) as {
          readonly records: readonly PdsPost[]
          readonly cursor?: string
        }
        found.push(...page.records)
        cursor = page.records.length === 0 ? undefined : page.cursor
      } while (cursor !== undefined)
      return found
    },
    async call(name, body, password = PDS_PASSWORD) {
      const { accessJwt } = (await ask(
        'com.atproto.server.createSession',
        posted({ identifier: PDS_ACCOUNT, password }),
      )) as { accessJwt: string }
      return ask(name, posted(body, accessJwt))
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}
