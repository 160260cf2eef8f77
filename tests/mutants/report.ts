/** What came of the mutants, for a person. */
import { basename } from 'node:path'

import type { Mutant } from './mutate.ts'
import type { Fate } from './test-process.ts'

export interface Result {
  readonly mutant: Mutant
  readonly fate: Exclude<Fate['kind'], 'spoilt'> | 'equivalent'
}

/** A table by file, then the survivors. */
export function report(results: readonly Result[]): string {
  const files = new Set(results.map(({ mutant }) => mutant.file))
  return [
    row('file', ['mutants', 'killed', 'survived', 'equivalent', 'killed %']),
    ...[...files].map((file) => rowOf(file, results)),
    row('all', figures(results)),
    '',
    'Survivors',
    ...survivors(results).map(
      ({ file, line, was, becomes }) =>
        `${basename(file)}:${line}  ${oneLine(was)}  →  ${oneLine(becomes)}`,
    ),
    '',
  ].join('\n')
}

/** One file's row of the table. */
export function rowOf(file: string, results: readonly Result[]): string {
  return row(basename(file), figures(results.filter(({ mutant }) => mutant.file === file)))
}

export function survivors(results: readonly Result[]): readonly Mutant[] {
  return results.filter(({ fate }) => fate === 'survived').map(({ mutant }) => mutant)
}

function figures(results: readonly Result[]): readonly string[] {
  const count = (...fates: readonly Result['fate'][]) =>
    results.filter(({ fate }) => fates.includes(fate)).length
  // One that makes a test run for ever is noticed as well.
  const killed = count('killed', 'timeout')
  const equivalent = count('equivalent')
  const share = (100 * killed) / Math.max(1, results.length - equivalent)
  const numbers = [results.length, killed, count('survived'), equivalent]
  return [...numbers.map(String), share.toFixed(1)]
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(24) + cells.map((cell) => cell.padStart(11)).join('')
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 90)
}
