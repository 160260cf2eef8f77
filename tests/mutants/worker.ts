/** Runs the rules' tests against one mutant after another, as the parent process asks. */
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

import type { LightTest } from './light-runner.ts'
import type { Answer, Killer, Order, TestPlace } from './messages.ts'

/** Which mutant is switched on; −1 for none. */
let active = -1
/** Where a mutant is noted when its code is reached. */
let reached: Set<number> | undefined
let steps = 0
let mostSteps = Infinity

Object.assign(globalThis, {
  $mutant(id: number): boolean {
    reached?.add(id)
    if (++steps > mostSteps) throw new Error('never ends')
    return id === active
  },
  /** A test file begins, and all that it imports has been read. */
  $testFile(): void {
    reached &&= ofFile
  },
})

let ofFile = new Set<number>()
const lightRunner = new URL('./light-runner.ts', import.meta.url).href
const texts = JSON.parse(process.env['MUTANT_TEXTS']!) as Readonly<Record<string, string>>
const sources = new Map<string, string>()

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL } = context
    if (specifier === 'vitest' && parentURL !== undefined && parentURL !== lightRunner) {
      return { url: lightRunner, shortCircuit: true }
    }
    const resolved = next(specifier, context)
    // What a module that is read anew imports is read anew as well.
    const again = parentURL?.split('?')[1]
    return again !== undefined && isOurs(resolved.url)
      ? { ...resolved, url: `${resolved.url}?${again}` }
      : resolved
  },
  load(url, context, next) {
    const [address] = url.split('?')
    if (!isOurs(address!)) return next(url, context)
    return { format: 'module', source: sourceOf(fileURLToPath(address!)), shortCircuit: true }
  },
})

function isOurs(url: string): boolean {
  return url.startsWith('file:') && url.endsWith('.ts') && !url.includes('/node_modules/')
}

function sourceOf(file: string): string {
  const known = sources.get(file)
  if (known !== undefined) return known
  const text = texts[file]
  const code = text ? readFileSync(text, 'utf8') : stripTypeScriptTypes(readFileSync(file, 'utf8'))
  const source = file.endsWith('.test.ts') ? `$testFile();${code}` : code
  sources.set(file, source)
  return source
}

const { takeCollected } = await import('./light-runner.ts')

/** The tests of a file; with a number, of the file and all that it imports read anew. */
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
      // Processor time: the machine may have other things to do.
      const from = process.cpuUsage()
      const fault = await faultOf(test)
      const { user, system } = process.cpuUsage(from)
      const ms = (user + system) / 1000
      const { name } = test
      answer({ kind: 'test', file, index, name, ms, steps, reached: [...reached], fault })
      reached = undefined
    }
  }
  answer({ kind: 'surveyed' })
}

async function faultOf(test: LightTest): Promise<string | undefined> {
  steps = 0
  try {
    await test.run()
    return steps > mostSteps ? 'never ends' : undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

let again = 0

async function tryMutant(order: Order & { readonly kind: 'try' }): Promise<void> {
  const { mutant, isReadAnew } = order
  const known = isReadAnew ? new Map<string, readonly LightTest[]>() : files
  mostSteps = order.mostSteps
  active = mutant
  const killer = await killerAmong(order.tests, known, ++again)
  active = -1
  const test = killer?.index !== undefined && known.get(killer.file)?.[killer.index]
  const isSpoilt = !isReadAnew && test ? (await faultOf(test)) !== undefined : false
  mostSteps = Infinity
  answer({ kind: 'tried', mutant, killer, isSpoilt })
}

/** The first test that notices the mutant; undefined when none does. */
async function killerAmong(
  tests: readonly TestPlace[],
  known: Map<string, readonly LightTest[]>,
  again: number,
): Promise<Killer | undefined> {
  for (const { file, index } of tests) {
    answer({ kind: 'begun' })
    try {
      steps = 0
      if (!known.has(file))
        known.set(file, await collect(file, known === files ? undefined : again))
    } catch {
      return { file }
    }
    const test = known.get(file)![index]
    if (!test || (await faultOf(test)) !== undefined) return { file, index }
  }
  return undefined
}

process.on('message', (order: Order) => {
  void (order.kind === 'survey' ? survey(order.paths) : tryMutant(order))
})
