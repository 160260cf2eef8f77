/** Text as YAML, with a place for whatever is wrong in it. */
import { LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'

import { offsetOf, yamlMessage } from '#src/stations/town-faults.ts'
import type { Fault, Path } from './rule-faults.ts'

export type Place = Pick<Fault, 'file' | 'line' | 'column'>

export interface YamlText {
  readonly document: Document
  /** As plain values; undefined where aliases multiply beyond reason. */
  readonly raw: unknown
  readonly placeAt: (offset: number) => Place
  /** Where a field stands, or, when it is missing, the nearest block around it. */
  readonly placeOf: (path: Path) => Place
}

export type ReadYaml =
  | { readonly kind: 'ok'; readonly yaml: YamlText }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }

const MAX_CHARACTERS = 1_000_000

/** YAML 1.2, or what keeps it from being that. `what` is for the faults: `a rule file`. */
export function readYaml(text: string, fileName: string, what: string): ReadYaml {
  if (text.length > MAX_CHARACTERS) {
    const message = `has ${text.length} characters; ${what} holds at most ${MAX_CHARACTERS}`
    return { kind: 'faulty', faults: [{ file: fileName, line: 1, field: '', message }] }
  }
  const lines = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file: fileName, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' })
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => ({
      ...placeAt(error.pos[0]),
      field: '',
      message: yamlMessage(error),
    }))
    return { kind: 'faulty', faults }
  }
  const placeOf = (path: Path) => placeAt(offsetOf(document, path))
  return { kind: 'ok', yaml: { document, raw: readValues(document), placeAt, placeOf } }
}

function readValues(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch {
    return undefined
  }
}

export function inOrder(faults: readonly Fault[]): readonly Fault[] {
  return faults.toSorted((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0))
}
