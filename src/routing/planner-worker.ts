/** The planner's thread: what takes tens of milliseconds each time and must not hold up what comes in. */
import { parentPort, workerData } from 'node:worker_threads'
import { insertOnly } from '#src/pickups/planning/insert-only.ts'
import type { MatrixProvider } from '#src/pickups/planning/providers.ts'
import { readCityPack } from './city-pack.ts'
import { cityPackMatrix } from './city-pack-matrix.ts'
import type { PlannerAnswer, PlannerAsked, PlannerQuestion } from './planner-thread.ts'

const port = parentPort!
const packFile = workerData as string | undefined
let streets: MatrixProvider | undefined

port.on('message', ({ id, question }: PlannerAsked) => {
  find(question).then(
    (found) => port.postMessage({ id, found } satisfies PlannerAnswer),
    (error: unknown) => port.postMessage({ id, fault: error as Error } satisfies PlannerAnswer),
  )
})

async function find(question: PlannerQuestion) {
  if (question.kind === 'insert') return insertOnly(question.problem, question.from).plan
  if (packFile === undefined) throw new Error('the planner’s thread was given no city pack')
  streets ??= cityPackMatrix(readCityPack(packFile))
  return streets.legs(question.from, question.to)
}
