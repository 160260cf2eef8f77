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
import type { WayOut } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { readSaid } from '#tests/support/far-end.ts'
import { randomFrom } from '#simulator/random.ts'
import { castTown } from '#tests/support/town.ts'
import { WAYS } from './all-channels.ts'
import { keepPosts, makePost } from './deliveries.ts'

const POSTS = 500
const KILLS = 50
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

/** A double of the far end, in a little trouble all the time, that logs what it accepts. */
async function startFarEnd({ channel }: WayOut, seed: number): Promise<string> {
  const [, port] = await start(
    `../support/fake-${channel}.ts`,
    ...['--log', logOf(channel), '--delay-ms', '24', '--trouble', '0.12', '--seed', `${seed}`],
    ...(channel === 'x' ? ['--limit', '100000'] : []),
  )
  return port
}

const logOf = (channel: string) => join(folder, `${channel}.jsonl`)

/** What a double has accepted, each as often as it did. */
const saidOn = (channel: string) =>
  readSaid<{ text: string; id?: string; rkey?: string }>(logOf(channel))

test(
  `${POSTS} posts on ${WAYS.length} channels in trouble, a worker killed ${KILLS} times: each is said exactly once`,
  { timeout: 900_000 },
  async () => {
    const database = join(folder, 'kvitter.sqlite')
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
      await keepPosts(store, posts, WAYS)
    }
    const ports = await Promise.all(WAYS.map((way, n) => startFarEnd(way, SEED + n)))

    const random = randomFrom(SEED, 'kills')
    for (let kill = 0; kill < KILLS; kill += 1) {
      const [worker] = await start('./deliver-process.ts', database, String(kill), ...ports)
      await new Promise((resolve) => setTimeout(resolve, random.next() * 400))
      await end(worker)
    }
    expect(await openDeliveries()).toBeGreaterThan(0)

    const [last] = await start('./deliver-process.ts', database, '99', ...ports)
    if (last.exitCode === null) await once(last, 'exit')
    expect(last.exitCode).toBe(0)

    await using store = await openSqliteStore(database)
    const deliveries = await store.deliveries({ limit: POSTS * WAYS.length * 2 })
    expect(new Set(deliveries.map((d) => d.state))).toEqual(new Set(['sent']))
    for (const { channel } of WAYS) {
      const said = saidOn(channel)
      expect(said.map((p) => p.text).sort(), channel).toEqual(posts.map((p) => p.texts.sv).sort())
      const own = deliveries.filter((d) => d.channel === channel)
      expect(own, channel).toHaveLength(POSTS)
      // Otherwise neither death nor trouble hit anything under way, and nothing was proved.
      expect(own.filter((d) => d.attempts > 1).length, channel).toBeGreaterThan(KILLS / 2)
      if (channel === 'webhook') continue
      const ids = new Map(said.map((p) => [p.text, p.id ?? p.rkey]))
      // X tells of a repeat that it is one; among hundreds of later posts its id isn't found any more.
      const named = channel === 'x' ? own.filter((d) => d.remoteId !== undefined) : own
      expect(named.length, channel).toBeGreaterThan(POSTS * 0.8)
      expect(named.filter((d) => d.remoteId?.split('/').at(-1) !== ids.get(d.text))).toEqual([])
    }
  },
)
