import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startCheckpoints } from '#src/store/sqlite/checkpoints.ts'
import { connect } from '#src/store/sqlite/database.ts'

const MEGABYTE = 1_000_000

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-checkpoints-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('the log begins anew while the writer goes on, and nothing committed is lost', async () => {
  const path = join(folder, 'kvitter.sqlite')
  const writer = connect(path, 'write')
  writer.raw.exec('create table block (id integer primary key, body blob)')
  const insert = writer.prepare('insert into block (body) values (?)')
  const faults: unknown[] = []
  {
    await using checkpoints = startCheckpoints(path, (error) => faults.push(error))
    for (let round = 1; round <= 4; round++) {
      for (let i = 0; i < 20; i++) insert.run(Buffer.alloc(MEGABYTE, round))
      await checkpoints.now()
    }
    const { size } = await stat(`${path}-wal`)
    expect(size, 'eighty megabytes went through a log of twenty').toBeLessThan(45 * MEGABYTE)
    expect((await stat(path)).size).toBeGreaterThan(60 * MEGABYTE)
  }
  expect(writer.prepare('select count(*) as n from block').get()).toMatchObject({ n: 80 })
  writer.raw.close()
  expect(faults).toEqual([])
})

test('a thread that dies is told of, since the log would grow', async () => {
  const told = Promise.withResolvers<unknown>()
  const checkpoints = startCheckpoints(join(folder, 'no-such-folder', 'x.sqlite'), told.resolve)
  expect(String(await told.promise)).toMatch(/unable to open|no such file/i)
  await checkpoints[Symbol.asyncDispose]()
})
