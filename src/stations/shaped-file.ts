/** One of a town's YAML files, read against its shape: what it holds, or every fault at once. */
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import type { FileFault } from './fault-line.ts'
import type { Block } from './raw-block.ts'
import { fieldName, found, offsetOf, tellIssue, yamlMessage } from './town-faults.ts'
import type { Tell } from './town-faults.ts'

export type ReadShaped<File> =
  | { readonly kind: 'ok'; readonly file: File }
  | { readonly kind: 'faulty'; readonly faults: readonly FileFault[] }

/**
 * Reads YAML 1.2. `fileName` and `noun` ("a town") are only for the faults, `keysAt` says which keys are
 * known where, and `crossCheck` looks at the raw file, so that a fault of shape in one place doesn't hide
 * a fault of sense in another. When the YAML itself is broken only that is told, since nothing after it
 * can be trusted.
 */
export function readShaped<Shape extends z.ZodType>(
  text: string,
  fileName: string,
  expected: {
    readonly shape: Shape
    readonly keysAt: Readonly<Record<string, readonly string[]>>
    readonly noun: string
    readonly crossCheck: (raw: Block, tell: Tell) => void
  },
): ReadShaped<z.output<Shape>> {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  })
  const faults: FileFault[] = []
  const tellAt = (offset: number, field: string, message: string) => {
    const at = Math.max(1, lines.linePos(offset).line)
    faults.push({ file: fileName, line: at, field, message })
  }

  const complaints = [...document.errors, ...document.warnings]
  const broken = complaints.find((c) => c.code !== 'DUPLICATE_KEY')
  if (broken) {
    // Only the first: what the parser says after it has lost its way helps nobody.
    tellAt(broken.pos[0], '', yamlMessage(broken))
    return faulty(faults)
  }
  for (const { pos } of complaints) {
    const key = /^[^:\n]*/.exec(text.slice(pos[0]))![0].trim()
    tellAt(pos[0], '', `"${key}" stands here twice`)
  }

  let raw: unknown
  try {
    raw = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    tellAt(0, '', `not readable as YAML: ${(error as Error).message}`)
    return faulty(faults)
  }
  if (raw === null || raw === undefined) {
    tellAt(0, '', `the file is empty; ${expected.noun} begins with "version: 1"`)
    return faulty(faults)
  }
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    tellAt(0, '', `expected a block of fields that begins with "version: 1", found ${found(raw)}`)
    return faulty(faults)
  }

  const tell: Tell = (path, message) => tellAt(offsetOf(document, path), fieldName(path), message)
  const shaped = expected.shape.safeParse(raw)
  for (const issue of shaped.error?.issues ?? []) {
    tellIssue(issue, raw, document, expected.keysAt, tell)
  }
  expected.crossCheck(raw as Block, tell)
  if (faults.length > 0 || !shaped.success) return faulty(faults)
  return { kind: 'ok', file: shaped.data }
}

function faulty(faults: readonly FileFault[]) {
  return { kind: 'faulty' as const, faults: faults.toSorted((a, b) => a.line - b.line) }
}
