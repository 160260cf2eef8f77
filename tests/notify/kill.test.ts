/** The promise "nothing is said twice, nothing is lost", with processes that really die. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { readLog, seededRandom } from '#tests/support/fake-x.ts'
import { castTown } from '#tests/support/town.ts'
import { keepPosts, makePost } from './deliveries.ts'

const POSTS = 150
const KILLS = 16
const SEED = 20_260_505

const started: ChildProcess[] = []
const folder = mkdtempSync(join(tmpdir(), 'kvitter-kill-'))
afterEach(async () => {
  for (const child of started) await end(child)
  rmSync(folder, { recursive: true })
})

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Starts a TypeScript file as a process and waits for its first line. */
async function start(path: string, ...args: string[]): Promise<[ChildProcess, string]> {
  const file = fileURLToPath(new URL(path, import.meta.url))
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return [child, line.toString().trim()]
}

test(
  `${POSTS} posts, a worker killed ${KILLS} times, an X in trouble: each is said exactly once`,
  { timeout: 120_000 },
  async () => {
    const database = join(folder, 'kvitter.sqlite')
    const log = join(folder, 'posts.jsonl')
    const now = instant(Date.now())
    const posts = Array.from({ length: POSTS }, (_, n) =>
      makePost(n + 1, now, { expiresAt: plus(now, HOUR) }),
    )
    const openDeliveries = async () => {
      await using store = await openSqliteStore(database)
      return (await store.deliveries({ states: ['due', 'sending'], limit: POSTS })).length
    }
    {
      await using store = await openSqliteStore(database)
      await store.saveTown(castTown, now)
      await keepPosts(store, posts)
    }
    const [, port] = await start(
      '../support/fake-x.ts',
      '--log',
      log,
      '--delay-ms',
      '24',
      '--limit',
      '100000',
      '--trouble',
      '0.12',
      '--seed',
      `${SEED}`,
    )

    const random = seededRandom(SEED)
    for (let kill = 0; kill < KILLS; kill += 1) {
      const [worker] = await start('./deliver-process.ts', database, port, String(kill))
      await new Promise((resolve) => setTimeout(resolve, random() * 400))
      await end(worker)
    }
    expect(await openDeliveries()).toBeGreaterThan(0)

    const [last] = await start('./deliver-process.ts', database, port, 'last')
    if (last.exitCode === null) await once(last, 'exit')
    expect(last.exitCode).toBe(0)

    const said = readLog(log)
    expect(said.map((p) => p.text).sort()).toEqual(posts.map((p) => p.texts.sv).sort())
    await using store = await openSqliteStore(database)
    const deliveries = await store.deliveries({ limit: POSTS * 2 })
    expect(deliveries.map((d) => d.state)).toEqual(Array.from({ length: POSTS }, () => 'sent'))
    const ids = new Map(said.map((p) => [p.text, p.id]))
    expect(deliveries.filter((d) => d.remoteId !== ids.get(d.text))).toEqual([])
    // Otherwise neither death nor trouble hit anything under way, and nothing was proved.
    expect(deliveries.filter((d) => d.attempts > 1).length).toBeGreaterThan(KILLS / 2)
  },
)
