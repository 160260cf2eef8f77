/** The rules of a test: the file that it names, and what its events make of it. */
import { isMap, isSeq, parseDocument } from 'yaml'
import type { Document } from 'yaml'

import type { RuleBook } from '#src/rules/rule-book.ts'
import { suggestName } from '#src/rules/rule-faults.ts'
import type { Fault, Path } from '#src/rules/rule-faults.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import type { Tell } from './cast.ts'
import type { EventShape } from './test-shape.ts'

/** A rule file that a test names, as far as it could be read. */
export interface RuleText {
  readonly text: string
  readonly book: RuleBook
}

/** Rule files by the name that the test file gives them. */
export interface RuleShelf {
  /** Undefined where it isn't there or has faults, which are told once. */
  find(name: string, path: Path): RuleText | undefined
  /** Faults inside of the rule files, each with its own place. */
  readonly faults: readonly Fault[]
}

/** `texts` by name, as read; a name without text is a file that could not be read, and why. */
export function openShelf(
  texts: ReadonlyMap<string, string | { readonly unreadable: string }>,
  pathOf: (name: string) => string,
  tell: Tell,
): RuleShelf {
  const parsed = new Map<string, RuleText | undefined>()
  const faults: Fault[] = []
  return {
    faults,
    find(name, path) {
      const text = texts.get(name)
      if (typeof text !== 'string') {
        tell(path, `${pathOf(name)}: ${text?.unreadable ?? 'there is no such file'}`)
        return undefined
      }
      if (parsed.has(name)) return parsed.get(name)
      const file = parseRuleFile(text, pathOf(name))
      if (file.kind === 'faulty') faults.push(...file.faults)
      parsed.set(name, file.kind === 'ok' ? { text, book: file.book } : undefined)
      return parsed.get(name)
    },
  }
}

/** The rules after an edit; undefined where it can't be made. */
export function editRules(
  before: RuleText,
  { file, patch }: NonNullable<EventShape['rules_edited']>,
  path: Path,
  shelf: RuleShelf,
  tell: Tell,
): RuleText | undefined {
  if ((file === undefined) === (patch === undefined)) {
    tell(path, 'expected either a file or a patch of rules by their id')
    return undefined
  }
  if (file !== undefined) return shelf.find(file, [...path, 'file'])
  const document = parseDocument(before.text, { version: '1.2' })
  const inPatch: Path = [...path, 'patch']
  for (const [id, change] of Object.entries(patch!)) {
    if (
      !patchRule(document, before.book, id, change, (message) => tell([...inPatch, id], message))
    ) {
      return undefined
    }
  }
  const text = String(document)
  const parsed = parseRuleFile(text, 'rules')
  if (parsed.kind === 'ok') return { text, book: parsed.book }
  for (const { field, message } of parsed.faults) {
    tell(inPatch, `the rules so changed have a fault: ${field}: ${message}`)
  }
  return undefined
}

/** Changes keys of a rule, takes keys (null) or the whole rule (null) out, or adds a rule that is whole. */
function patchRule(
  document: Document,
  { rules }: RuleBook,
  id: string,
  change: Readonly<Record<string, unknown>> | null,
  tell: (message: string) => void,
): boolean {
  const list = document.get('rules')
  const index = isSeq(list)
    ? list.items.findIndex((item) => isMap(item) && item.get('id') === id)
    : -1
  if (index < 0) {
    if (change && 'when' in change && 'per' in change) {
      document.addIn(['rules'], document.createNode({ id, ...change }))
      return true
    }
    const known = rules.map((rule) => rule.id)
    tell(`${suggestName(`"${id}" is no rule`, id, known)} (a new rule needs per, when and post)`)
    return false
  }
  if (!change) {
    document.deleteIn(['rules', index])
    return true
  }
  for (const [key, value] of Object.entries(change)) {
    if (value === null) document.deleteIn(['rules', index, key])
    else document.setIn(['rules', index, key], value)
  }
  return true
}
