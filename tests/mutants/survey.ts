/** Which mutants the tests reach, and which tests to run against each. */
import { basename } from 'node:path'

import type { Killer, TestPlace } from './messages.ts'
import type { Mutant } from './mutate.ts'
import type { TestProcess } from './test-process.ts'

interface SurveyedTest extends TestPlace {
  readonly name: string
  readonly ms: number
  readonly steps: number
  readonly reached: ReadonlySet<number>
}

export interface Survey {
  readonly tests: readonly SurveyedTest[]
  /** Reached while the modules were read: for such a mutant they are read anew. */
  readonly whileReading: ReadonlySet<number>
  /** Reached while a test file was read. */
  readonly byFile: ReadonlyMap<string, ReadonlySet<number>>
}

/** Runs every test once, with nothing changed. Throws with what fails. */
export async function surveyTests(worker: TestProcess, paths: readonly string[]): Promise<Survey> {
  const tests: SurveyedTest[] = []
  const byFile = new Map<string, ReadonlySet<number>>()
  let whileReading: ReadonlySet<number> = new Set()
  const failures: string[] = []
  await new Promise<void>((done) => {
    worker.send({ kind: 'survey', paths }, (answer) => {
      if (answer.kind === 'file') byFile.set(answer.file, new Set(answer.reached))
      if (answer.kind === 'reading') whileReading = new Set(answer.reached)
      if (answer.kind === 'test') {
        // Snapshots are vitest's own; what they tell of is not in the rules.
        if (answer.fault?.includes('without test context')) return
        if (answer.fault !== undefined) failures.push(`${answer.name}: ${answer.fault}`)
        tests.push({ ...answer, reached: new Set(answer.reached) })
      }
      if (answer.kind === 'surveyed') done()
    })
  })
  if (failures.length > 0) {
    throw new Error(`tests fail before anything is changed:\n${failures.join('\n')}`)
  }
  return { tests, whileReading, byFile }
}

export interface Chooser {
  /** The tests that may notice a mutant: those first that are likely to. */
  testsFor(mutant: Mutant): readonly TestPlace[]
  /** Whether modules or test files reach the mutant while they are read. */
  isOfReading(mutant: Mutant): boolean
  learn(mutant: Mutant, killer: Killer): void
}

/** So many of the tests that noticed something last are asked first. */
const LAST = 5

export function createChooser({ tests, whileReading, byFile }: Survey): Chooser {
  const kills = new Map<string, number>()
  let last: readonly string[] = []
  const worthOf = (mutant: Mutant, { file, index, ms }: SurveyedTest) => ({
    file,
    index,
    place: last.indexOf(`${file} ${index}`),
    // A test that has noticed nothing yet is worth something as well, and more where it is about the file.
    killsPerMs:
      ((isAbout(file, mutant) ? 1 : 0.05) + (kills.get(`${mutant.file} ${file} ${index}`) ?? 0)) /
      (0.5 + ms),
  })
  return {
    testsFor(mutant) {
      const { id } = mutant
      const isAny = whileReading.has(id)
      return tests
        .filter(({ file, reached }) => isAny || reached.has(id) || byFile.get(file)!.has(id))
        .map((test) => worthOf(mutant, test))
        .sort((a, b) => b.place - a.place || b.killsPerMs - a.killsPerMs)
        .map(({ file, index }) => ({ file, index }))
    },
    isOfReading: ({ id }) =>
      whileReading.has(id) || [...byFile.values()].some((reached) => reached.has(id)),
    learn(mutant, { file, index }) {
      const test = `${file} ${index}`
      last = [...last.filter((other) => other !== test), test].slice(-LAST)
      const key = `${mutant.file} ${test}`
      kills.set(key, (kills.get(key) ?? 0) + 1)
    },
  }
}

function isAbout(testFile: string, mutant: Mutant): boolean {
  return basename(testFile, '.test.ts') === basename(mutant.file, '.ts')
}
