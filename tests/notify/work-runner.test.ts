/** The runner over a real queue: several at once, each once, none lost with a failure or a stop. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type WorkRunnerOptions, startWorkRunner } from '#src/notify/work-runner.ts'
import { HOUR, MINUTE, SECOND, instant, plus } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { until } from '#tests/support/until.ts'

const WITHIN_MS = 20_000
const clock = () => instant(Date.now())

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kvitter-runner-'))
  store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const pieces = (n: number, over: { orderingKey?: string } = {}) =>
  Array.from({ length: n }, (_, i) => ({
    queue: 'push',
    key: `k${i}`,
    body: String(i),
    dueAt: clock(),
    expiresAt: plus(clock(), HOUR),
    ...over,
  }))

function start(over: Partial<WorkRunnerOptions> & Pick<WorkRunnerOptions, 'handle'>) {
  return startWorkRunner({
    queue: 'push',
    store,
    clock,
    log: { warn() {}, error() {} },
    concurrency: 8,
    leaseMs: MINUTE,
    random: () => 0,
    pollMs: 50,
    ...over,
  })
}

const isOver = async () => (await store.workCounts('push')).open === 0

test('does each piece once, several at a time, and never more than allowed', async () => {
  await store.putWork(pieces(100))
  const done: string[] = []
  let now = 0
  let most = 0
  await using _ = start({
    async handle({ body }) {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      done.push(body)
      return { state: 'done' }
    },
  })
  await until(isOver, WITHIN_MS)
  expect(new Set(done).size).toBe(100)
  expect(done).toHaveLength(100)
  expect(most).toBe(8)
})

test('keeps an order', async () => {
  await store.putWork(pieces(12, { orderingKey: 'inbox' }))
  const done: string[] = []
  let first = true
  await using _ = start({
    async handle({ body }) {
      if (body === '3' && first) {
        first = false
        return { state: 'due', dueAt: clock(), error: '503' }
      }
      done.push(body)
      return { state: 'done' }
    },
  })
  await until(isOver, WITHIN_MS)
  expect(done).toEqual(Array.from({ length: 12 }, (_, i) => String(i)))
})

test('a piece that throws is tried again, and the others aren’t held up', async () => {
  await store.putWork(pieces(3))
  const tries: string[] = []
  const faults: string[] = []
  await using _ = start({
    log: { warn() {}, error: (fields) => faults.push(String((fields as { err: Error }).err)) },
    async handle({ body, attempts }) {
      tries.push(`${body}.${attempts}`)
      if (body === '1' && attempts < 3) throw new Error('broken')
      return { state: 'done' }
    },
  })
  await until(isOver, WITHIN_MS)
  expect(tries.toSorted()).toEqual(['0.1', '1.1', '1.2', '1.3', '2.1'])
  expect(faults).toEqual(['Error: broken', 'Error: broken'])
})

test('one that hangs is aborted before its lease ends and tried again; the others go on', async () => {
  await store.putWork(pieces(20))
  const done: string[] = []
  let aborted = 0
  await using _ = start({
    concurrency: 2,
    leaseMs: 500,
    handle({ body, attempts }, signal) {
      if (body === '0' && attempts === 1) {
        signal.addEventListener('abort', () => (aborted += 1))
        return new Promise(() => {})
      }
      done.push(body)
      return Promise.resolve({ state: 'done' })
    },
  })
  await until(isOver, WITHIN_MS)
  expect(aborted).toBe(1)
  expect(done.at(-1)).toBe('0')
  expect(done).toHaveLength(20)
})

test('what is done when it stops is noted, and what was not is there for the next', async () => {
  await store.putWork(pieces(10))
  const done: string[] = []
  const runner = start({
    concurrency: 4,
    graceMs: 20,
    handle({ body }) {
      if (Number(body) >= 2) return new Promise(() => {})
      done.push(body)
      return Promise.resolve({ state: 'done' })
    },
  })
  await until(async () => (await store.workCounts('push')).open === 8, WITHIN_MS)
  await runner[Symbol.asyncDispose]()
  await using _ = start({
    async handle({ body }) {
      done.push(body)
      return { state: 'done' }
    },
  })
  await until(isOver, WITHIN_MS)
  expect(done.toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => String(i)))
})

test('looks at once when it is poked, and counts what it settled', async () => {
  const metrics = new Registry()
  const runner = start({
    pollMs: HOUR,
    metrics,
    handle: async () => ({ state: 'dead', error: '' }),
  })
  await store.putWork(pieces(2))
  runner.poke()
  await until(isOver, WITHIN_MS)
  await runner[Symbol.asyncDispose]()
  expect(await metrics.metrics()).toContain('kvitter_work_total{queue="push",state="dead"} 2')
})

test('a queue that can’t be read for a while is worked off afterwards', async () => {
  await store.putWork(pieces(2))
  let refusals = 2
  await using _ = start({
    store: {
      ...store,
      claimWork: (...ask) => {
        if (refusals-- > 0) return Promise.reject(new Error('locked'))
        return store.claimWork(...ask)
      },
    },
    wait: () => new Promise((resolve) => setImmediate(resolve)),
    pollMs: SECOND,
    handle: async () => ({ state: 'done' }),
  })
  await until(isOver, WITHIN_MS)
  expect(refusals).toBeLessThan(0)
})

test('what grew too old is counted and told of', async () => {
  const metrics = new Registry()
  const told: object[] = []
  await store.putWork(pieces(3).map((piece) => ({ ...piece, expiresAt: clock() })))
  await using _ = start({
    metrics,
    log: { warn: (fields) => told.push(fields), error() {} },
    handle: async () => ({ state: 'done' }),
  })
  await until(isOver, WITHIN_MS)
  await until(() => told.length > 0, WITHIN_MS)
  expect(told).toEqual([{ queue: 'push', expired: 3 }])
  expect(await metrics.metrics()).toContain('kvitter_work_total{queue="push",state="expired"} 3')
})
