/** Which mutants the tests reach, and which tests to run against each. */
import type { Killer, TestsOfFile } from './messages.ts'
import type { Mutant } from './mutate.ts'
import type { TestProcess } from './test-process.ts'

interface SurveyedTest {
  readonly file: string
  readonly index: number
  readonly name: string
  readonly ms: number
  readonly reached: ReadonlySet<number>
}

export interface Survey {
  readonly tests: readonly SurveyedTest[]
  /** Reached while the modules were read: such a mutant needs a process of its own. */
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
  /**
   * The tests that may notice a mutant, by file: first those that have noticed most of the same source
   * file's mutants, and then the quickest.
   */
  testsFor(mutant: Mutant): readonly TestsOfFile[]
  learn(mutant: Mutant, killer: Killer): void
}

export function createChooser({ tests, whileReading, byFile }: Survey): Chooser {
  const kills = new Map<string, number>()
  const killsOf = (mutant: Mutant, file: string, test: number | '' = ''): number =>
    kills.get(`${mutant.file} ${file} ${test}`) ?? 0
  return {
    testsFor(mutant) {
      const { id } = mutant
      const isOfReading = whileReading.has(id)
      const chosen = tests.filter(
        ({ file, reached }) => isOfReading || reached.has(id) || byFile.get(file)!.has(id),
      )
      const groups = [...Map.groupBy(chosen, ({ file }) => file)].map(([file, of]) => ({
        file,
        kills: killsOf(mutant, file),
        ms: of.reduce((sum, { ms }) => sum + ms, 0),
        tests: of
          .map(({ index, ms }) => ({ index, ms, kills: killsOf(mutant, file, index) }))
          .sort(byKills)
          .map(({ index }) => index),
      }))
      return groups
        .sort(byKills)
        .map(({ file, tests }) => ({ file, tests, isReadAnew: byFile.get(file)!.has(id) }))
    },
    learn(mutant, { file, test }) {
      for (const key of [`${mutant.file} ${file} `, `${mutant.file} ${file} ${test}`]) {
        kills.set(key, (kills.get(key) ?? 0) + 1)
      }
    },
  }
}

interface Worth {
  readonly kills: number
  readonly ms: number
}

function byKills(a: Worth, b: Worth): number {
  return b.kills - a.kills || a.ms - b.ms
}
