/** The history thread's other end: one question after another, each answered. */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { type Question, historyReads } from './history-reads.ts'
import type { HistoryAnswer, HistoryAsked } from './history-thread.ts'

const port = parentPort!
// A bare connection: what database.ts brings along would cost the thread more memory than its work does.
const raw = new DatabaseSync(workerData as string, { readOnly: true, timeout: 5000 })
raw.exec('pragma query_only = on')
raw.exec('pragma cache_size = -4000')
const reads = historyReads(raw)

port.on('message', ({ id, question }: HistoryAsked) => {
  port.postMessage(answer(id, question))
})

function answer(id: number, question: Question): HistoryAnswer {
  try {
    return { id, found: find(question) }
  } catch (error) {
    return { id, fault: error as Error }
  }
}

function find(question: Question) {
  switch (question.kind) {
    case 'readings':
      return reads.readings(question)
    case 'histories':
      return reads.histories(question)
    case 'count':
      return reads.count()
  }
}
