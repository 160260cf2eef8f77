/** Pieces of work over a real database: claimed once, in order, and not lost with the process that had them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND, instant, plus } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { DONE_WORK_IS_KNOWN_MS, type NewWork } from '#src/store/work-queue.ts'

const noon = instant(Date.parse('2026-05-05T10:00:00Z'))
const later = (ms: number) => plus(noon, ms)

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kvitter-work-'))
  store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

function piece(key: string, over: Partial<NewWork> = {}): NewWork {
  return {
    queue: 'push',
    key,
    body: `body of ${key}`,
    dueAt: noon,
    expiresAt: later(HOUR),
    ...over,
  }
}

const claim = async (at = noon, limit = 10, queue = 'push') =>
  (await store.claimWork(queue, at, MINUTE, limit)).works.map(({ key }) => key)

async function claimAll(at = noon) {
  return (await store.claimWork('push', at, MINUTE, 100)).works
}

test('is handed out once, the oldest due first, as it was put', async () => {
  expect(await store.putWork([piece('b', { dueAt: later(-5) }), piece('a')])).toBe(2)
  const [first] = (await store.claimWork('push', noon, MINUTE, 1)).works
  expect(first).toMatchObject({ ...piece('b', { dueAt: later(-5) }), attempts: 1 })
  expect(await claim()).toEqual(['a'])
  expect(await claim()).toEqual([])
})

test('isn’t handed out before its time, nor to another queue', async () => {
  await store.putWork([piece('a', { dueAt: later(SECOND) }), piece('m', { queue: 'mail' })])
  expect(await claim()).toEqual([])
  expect(await store.nextWorkAt('push')).toBe(later(SECOND))
  expect(await claim(later(SECOND))).toEqual(['a'])
  expect(await claim(noon, 10, 'mail')).toEqual(['m'])
})

test('put again it stays one, while open and for two days after its end', async () => {
  await store.putWork([piece('a')])
  expect(await store.putWork([piece('a', { body: 'other' }), piece('b')])).toBe(1)
  const works = await claimAll()
  expect(works.map(({ body }) => body)).toEqual(['body of a', 'body of b'])
  await store.settleWork(
    works.map(({ id }) => ({ id, outcome: { state: 'done' } })),
    noon,
  )
  await store.tidyWork(later(DONE_WORK_IS_KNOWN_MS))
  expect(await store.putWork([piece('a')])).toBe(0)
  await store.tidyWork(later(DONE_WORK_IS_KNOWN_MS + 1))
  expect(await store.putWork([piece('a')])).toBe(1)
})

test('is handed out again when its lease has run out, and says so', async () => {
  await store.putWork([piece('a')])
  await claim()
  expect(await store.nextWorkAt('push')).toBe(later(MINUTE))
  expect(await claim(later(MINUTE - 1))).toEqual([])
  const [again] = (await store.claimWork('push', later(MINUTE), MINUTE, 1)).works
  expect(again).toMatchObject({ key: 'a', attempts: 2 })
})

test('a claim outlives the process', async () => {
  await store.putWork([piece('a')])
  await claim()
  await store[Symbol.asyncDispose]()
  store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
  const [again] = (await store.claimWork('push', later(MINUTE), MINUTE, 1)).works
  expect(again).toMatchObject({ key: 'a', attempts: 2 })
})

test('tried again it is due when asked', async () => {
  await store.putWork([piece('a')])
  const [work] = await claimAll()
  await store.settleWork(
    [{ id: work!.id, outcome: { state: 'due', dueAt: later(SECOND), error: '503' } }],
    noon,
  )
  expect(await claim()).toEqual([])
  expect(await claim(later(SECOND))).toEqual(['a'])
})

test('a claim that tried nothing doesn’t count', async () => {
  await store.putWork([piece('a')])
  const [work] = await claimAll()
  await store.settleWork(
    [{ id: work!.id, outcome: { state: 'due', dueAt: noon, error: 'rests', untried: true } }],
    noon,
  )
  const [again] = await claimAll()
  expect(again).toMatchObject({ key: 'a', attempts: 1 })
})

test('of an order one at a time, the first put first, also while it waits for another try', async () => {
  const order = { orderingKey: 'inbox' }
  await store.putWork([piece('1', order), piece('2', order), piece('x'), piece('3', order)])
  const works = await claimAll()
  expect(works.map(({ key }) => key)).toEqual(['1', 'x'])
  await store.settleWork(
    [{ id: works[0]!.id, outcome: { state: 'due', dueAt: later(SECOND), error: '503' } }],
    noon,
  )
  expect(await claim()).toEqual([])
  expect(await store.nextWorkAt('push')).toBe(later(SECOND))
  const [first] = await claimAll(later(SECOND))
  expect(first).toMatchObject({ key: '1', attempts: 2 })
  await store.settleWork([{ id: first!.id, outcome: { state: 'dead', error: '410' } }], noon)
  expect(await claim(later(SECOND))).toEqual(['2'])
})

test('dies when its time is over, which is told, and lets those behind it go', async () => {
  const order = { orderingKey: 'inbox' }
  await store.putWork([piece('1', { ...order, expiresAt: later(MINUTE) }), piece('2', order)])
  const { works, expired } = await store.claimWork('push', later(MINUTE), MINUTE, 10)
  expect([works.map(({ key }) => key), expired]).toEqual([['2'], 1])
  expect(await store.workCounts('push')).toEqual({ open: 1, dead: 1 })
})

test('in a queue that nobody works off any more it ends a day after its time, and its body goes', async () => {
  await store.putWork([piece('a'), piece('b', { expiresAt: later(2 * HOUR) })])
  await store.tidyWork(later(HOUR + DAY - 1))
  expect(await store.workCounts('push')).toEqual({ open: 2, dead: 0 })
  await store.tidyWork(later(HOUR + DAY))
  expect(await store.workCounts('push')).toEqual({ open: 1, dead: 1 })
  const raw = new DatabaseSync(join(folder, 'kvitter.sqlite'), { readOnly: true })
  expect(raw.prepare('select body from work order by key').all()).toEqual([
    { body: '' },
    { body: 'body of b' },
  ])
  raw.close()
})

test('how a queue stands: since when the oldest waits, tries or no tries, and when one last left', async () => {
  expect(await store.workStanding('push')).toEqual({ open: 0, isEmpty: true })
  await store.putWork([piece('a'), piece('b', { dueAt: later(SECOND) })])
  expect(await store.workStanding('push')).toEqual({
    open: 2,
    isEmpty: false,
    oldestDueAt: noon,
  })
  const [a] = await claimAll()
  await store.settleWork(
    [{ id: a!.id, outcome: { state: 'due', dueAt: later(MINUTE), error: '503' } }],
    noon,
  )
  expect(await store.workStanding('push')).toEqual({
    open: 2,
    isEmpty: false,
    oldestDueAt: noon,
  })
  for (const { id, key } of await claimAll(later(MINUTE))) {
    const outcome = { state: 'done', ...(key === 'b' && ({ unsaid: true } as const)) } as const
    await store.settleWork([{ id, outcome }], later(key === 'b' ? HOUR : MINUTE))
  }
  // That there was nothing to say is no sign of life.
  expect(await store.workStanding('push')).toEqual({
    open: 0,
    isEmpty: false,
    lastDoneAt: later(MINUTE),
  })
})

test('what has ended is counted, and keeps nothing of its body', async () => {
  await store.putWork([piece('a'), piece('b')])
  const [a, b] = await claimAll()
  await store.settleWork(
    [
      { id: a!.id, outcome: { state: 'done' } },
      { id: b!.id, outcome: { state: 'dead', error: 'gone' } },
    ],
    noon,
  )
  expect(await store.workCounts('push')).toEqual({ open: 0, dead: 1 })
  const raw = new DatabaseSync(join(folder, 'kvitter.sqlite'), { readOnly: true })
  expect(raw.prepare('select body from work').all()).toEqual([{ body: '' }, { body: '' }])
  raw.close()
})

test('what isn’t claimed any more can’t be settled', async () => {
  await store.putWork([piece('a')])
  const [work] = await claimAll()
  await store.settleWork([{ id: work!.id, outcome: { state: 'done' } }], noon)
  await store.settleWork(
    [{ id: work!.id, outcome: { state: 'due', dueAt: noon, error: 'late' } }],
    noon,
  )
  expect(await claim()).toEqual([])
})

test('takes more pieces at once than a statement holds', async () => {
  const many = Array.from({ length: 4500 }, (_, i) => piece(`k${i}`))
  expect(await store.putWork(many)).toBe(4500)
  expect(await store.workCounts('push')).toEqual({ open: 4500, dead: 0 })
})
