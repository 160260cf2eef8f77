/** The history thread's other end: one question after another, each answered with its rows. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { Answer, Question, Row } from './history-thread.ts'

const port = parentPort!
// A bare connection: what database.ts brings along would cost the thread more memory than its work does.
const raw = new DatabaseSync(workerData as string, { readOnly: true, timeout: 5000 })
raw.exec('pragma query_only = on')
raw.exec('pragma cache_size = -4000')
const statements = new Map<string, StatementSync>()

port.on('message', ({ id, sql, values }: Question) => {
  port.postMessage(answer(id, sql, values))
})

function answer(id: number, sql: string, values: Question['values']): Answer {
  try {
    let statement = statements.get(sql)
    if (!statement) statements.set(sql, (statement = raw.prepare(sql)))
    return { id, rows: statement.all(...values) as unknown as readonly Row[] }
  } catch (error) {
    return { id, fault: error as Error }
  }
}
