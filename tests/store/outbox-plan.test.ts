/** How SQLite goes about what is asked before each delivery. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { instant } from '#src/stations/time.ts'
import { connect } from '#src/store/sqlite/database.ts'
import { triedAt } from '#src/store/sqlite/outbox.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'

test('what was said lately is counted without reading what was said before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kvitter-plan-'))
  const file = join(folder, 'kvitter.sqlite')
  await (await openSqliteStore(file))[Symbol.asyncDispose]()
  const { raw, query } = connect(file, 'read')
  const { sql, parameters } = triedAt(query, 'x', ['a', 'b'], instant(0)).compile()
  const plan = raw.prepare(`explain query plan ${sql}`).all(...(parameters as string[]))
  const steps = plan
    .map(({ detail }) => detail as string)
    .filter((detail) => /delivery/.test(detail))
  expect(steps.map((step) => /\(.*\)/.exec(step)![0])).toEqual([
    '(channel=? AND account=? AND state=? AND sent_at>?)',
    '(channel=? AND account=? AND state=?)',
  ])
  raw.close()
  rmSync(folder, { recursive: true })
})
