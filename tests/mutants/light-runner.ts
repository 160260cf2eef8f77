/**
 * Stands in for vitest while mutants are tried: the same `describe`, `test` and `expect`, run in this
 * process and one test at a time, so that a mutant costs milliseconds instead of a new process.
 */
import { expect } from 'vitest'

export { expect }

type Body = () => unknown

export interface LightTest {
  readonly name: string
  readonly run: () => Promise<void>
}

interface Suite {
  readonly name: string
  readonly before: Body[]
  readonly after: Body[]
}

let suites: readonly Suite[] = []
let collected: LightTest[] = []

/** The tests that were told of since the last call. */
export function takeCollected(): readonly LightTest[] {
  const tests = collected
  collected = []
  return tests
}

function addTest(name: string, body: Body): void {
  const within = suites
  collected.push({
    name: [...within.map((suite) => suite.name), name].join(' › '),
    run: async () => {
      for (const suite of within) for (const before of suite.before) await before()
      try {
        await body()
      } finally {
        for (const suite of within.toReversed()) for (const after of suite.after) await after()
      }
    },
  })
}

function addSuite(name: string, body: Body): void {
  suites = [...suites, { name, before: [], after: [] }]
  body()
  suites = suites.slice(0, -1)
}

/** One for each row; a row that is a list is spread over the arguments. */
function eachOf(add: (name: string, body: Body) => void) {
  return (rows: readonly unknown[]) =>
    (name: string, body: (...row: readonly unknown[]) => unknown): void => {
      rows.forEach((row, i) => {
        const list: readonly unknown[] = Array.isArray(row) ? row : [row]
        add(`${name} #${i}`, () => body(...list))
      })
    }
}

const skipped = () => undefined

function conditional<Add extends Body>(add: (name: string, body: Add) => void) {
  return {
    each: eachOf(add as (name: string, body: Body) => void),
    skip: skipped,
    skipIf: (condition: unknown) => (condition ? skipped : add),
    runIf: (condition: unknown) => (condition ? add : skipped),
  }
}

export const test = Object.assign(addTest, conditional(addTest))
export const it = test
export const describe = Object.assign(addSuite, conditional(addSuite))

export function beforeEach(body: Body): void {
  suites.at(-1)?.before.push(body)
}

export function afterEach(body: Body): void {
  suites.at(-1)?.after.push(body)
}

/** Once for all of a suite's tests, when the first of them runs. */
export function beforeAll(body: Body): void {
  let done: unknown
  beforeEach(() => (done ??= Promise.resolve(body())))
}

/** What is open at the end goes with the process. */
export function afterAll(_body: Body): void {}
