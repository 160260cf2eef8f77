/** Runs the rules' tests against one mutant after another, as the parent process asks. */
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

import type { LightTest } from './light-runner.ts'
import type { Answer, Killer, Order } from './messages.ts'

/** Which mutant is switched on; −1 for none. */
let active = Number(process.env['MUTANT'] ?? -1)
/** Where a mutant is noted when its code is reached. */
let reached: Set<number> | undefined

Object.assign(globalThis, {
  $mutant(id: number): boolean {
    reached?.add(id)
    return id === active
  },
  /** A test file begins, and all that it imports has been read. */
  $testFile(): void {
    reached = ofFile
  },
})

let ofFile = new Set<number>()
const lightRunner = new URL('./light-runner.ts', import.meta.url).href
const texts = JSON.parse(process.env['MUTANT_TEXTS']!) as Readonly<Record<string, string>>

registerHooks({
  resolve(specifier, context, next) {
    const isOfTests = context.parentURL !== undefined && context.parentURL !== lightRunner
    if (specifier === 'vitest' && isOfTests) return { url: lightRunner, shortCircuit: true }
    return next(specifier, context)
  },
  load(url, context, next) {
    const [address] = url.split('?')
    if (!address!.startsWith('file:')) return next(url, context)
    const file = fileURLToPath(address!)
    const text = texts[file]
    if (text !== undefined) {
      return { format: 'module', source: readFileSync(text, 'utf8'), shortCircuit: true }
    }
    if (file.endsWith('.test.ts')) {
      const code = stripTypeScriptTypes(readFileSync(file, 'utf8'))
      return { format: 'module', source: `$testFile();${code}`, shortCircuit: true }
    }
    return next(url, context)
  },
})

const { takeCollected } = await import('./light-runner.ts')

/** The tests of a file; with a number, of the file read anew. */
async function collect(file: string, again?: number): Promise<readonly LightTest[]> {
  const { href } = pathToFileURL(file)
  await import(again === undefined ? href : `${href}?again=${again}`)
  return takeCollected()
}

const files = new Map<string, readonly LightTest[]>()

function answer(message: Answer): void {
  process.send!(message)
}

/** Which mutants the tests reach, and how long each test takes. */
async function survey(paths: readonly string[]): Promise<void> {
  const whileReading = new Set<number>()
  for (const file of paths) {
    reached = whileReading
    ofFile = new Set()
    files.set(file, await collect(file))
    reached = undefined
    answer({ kind: 'file', file, reached: [...ofFile] })
  }
  answer({ kind: 'reading', reached: [...whileReading] })
  for (const [file, tests] of files) {
    for (const [index, test] of tests.entries()) {
      reached = new Set()
      const from = performance.now()
      const fault = await faultOf(test)
      const ms = performance.now() - from
      answer({ kind: 'test', file, index, name: test.name, ms, reached: [...reached], fault })
      reached = undefined
    }
  }
  answer({ kind: 'surveyed' })
}

async function faultOf(test: LightTest): Promise<string | undefined> {
  try {
    await test.run()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

let again = 0

/** The first test that notices the mutant; undefined when none does. */
async function killerOf({
  mutant,
  files: asked,
}: Order & { kind: 'try' }): Promise<Killer | undefined> {
  active = mutant
  try {
    for (const { file, tests, isReadAnew } of asked) {
      const found = await testsIn(file, isReadAnew)
      for (const test of tests) {
        answer({ kind: 'begun' })
        const fault = found?.[test] ? await faultOf(found[test]) : 'lost'
        if (fault !== undefined) return { file, ...(found && { test }) }
      }
    }
    return undefined
  } finally {
    active = -1
  }
}

/** Undefined where the file cannot be read with the mutant. */
async function testsIn(
  file: string,
  isReadAnew: boolean,
): Promise<readonly LightTest[] | undefined> {
  const known = isReadAnew ? undefined : files.get(file)
  if (known) return known
  try {
    const found = await collect(file, ++again)
    if (!isReadAnew) files.set(file, found)
    return found
  } catch {
    return undefined
  }
}

process.on('message', (order: Order) => {
  if (order.kind === 'survey') void survey(order.paths)
  else {
    void killerOf(order).then((killer) => answer({ kind: 'tried', mutant: order.mutant, killer }))
  }
})
