/** Reads a file of texts, ours or a town's: texts by key, or every fault at once. Pure. */
import { isScalar } from 'yaml'
import type { Scalar } from 'yaml'
import { type Fault, type Path, suggestName } from '#src/rules/rule-faults.ts'
import { inOrder, readYaml, type YamlText } from '#src/rules/yaml-text.ts'
import { fieldName } from '#src/stations/town-faults.ts'
import { findTextFault } from './text-check.ts'
import { groupOf, nameOf, textKeysOf, textSpec } from './text-keys.ts'
import type { TextKey, TextLanguage } from './text-keys.ts'
import { compileTemplate } from './text-template.ts'

/** Texts as they are written, MessageFormat 2. */
export type Texts = ReadonlyMap<TextKey, string>

export interface TextFile {
  readonly texts: Texts
  /** Somebody whose language it is has yet to read it. */
  readonly wantsReview: boolean
  /** Such a reader has. */
  readonly isReviewed: boolean
}

export type ParsedTextFile =
  | { readonly kind: 'ok'; readonly file: TextFile }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }

/** What stands beside the groups of texts. */
const HEAD = ['version', 'language', 'review']

/**
 * The texts of one language. A town's file holds those that it says its own way, ours every one. Each is
 * tried with samples of what it may be asked to say, unless that has been done (`isTried`).
 */
export function parseTextFile(
  text: string,
  fileName: string,
  language: TextLanguage,
  isTried = false,
): ParsedTextFile {
  const read = readYaml(text, fileName, 'a file of texts')
  if (read.kind === 'faulty') return read
  const { raw, placeOf } = read.yaml
  const faults: Fault[] = []
  const tell = (path: Path, message: string) =>
    faults.push({ ...placeOf(path), field: fieldName(path), message })
  const expected = `expected a block that begins with version: 1 and language: ${language}`
  if (!isBlock(raw)) {
    tell([], expected)
    return { kind: 'faulty', faults }
  }
  checkHead(raw, language, expected, tell)
  const texts = new Map<TextKey, string>()
  for (const [path, key, source] of keyedTexts(raw, language, tell)) {
    texts.set(key, source)
    const fault = isTried ? undefined : faultOf(key, source, language)
    if (fault === undefined) continue
    const place = placeInText(read.yaml, text, path, fault.offset)
    faults.push({ ...place, field: fieldName(path), message: fault.message })
  }
  if (faults.length > 0) return { kind: 'faulty', faults: inOrder(faults) }
  const { review } = raw
  const reviews = { wantsReview: review === 'needed', isReviewed: review === 'done' }
  return { kind: 'ok', file: { texts, ...reviews } }
}

type Block = Readonly<Record<string, unknown>>
type TellAt = (path: Path, message: string) => void

function isBlock(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkHead(raw: Block, language: string, expected: string, tell: TellAt): void {
  if (raw['version'] !== 1) tell(['version'], expected)
  if (raw['language'] !== language) tell(['language'], expected)
  const { review } = raw
  if (review !== undefined && review !== 'needed' && review !== 'done') {
    tell(['review'], 'expected needed, or done once a reader whose language it is has read it')
  }
}

/** Every text that stands under a known key, and a fault for what does not. */
function keyedTexts(
  raw: Block,
  language: TextLanguage,
  tell: TellAt,
): readonly (readonly [Path, TextKey, string])[] {
  const known = textKeysOf(language)
  const groups = [...new Set(known.map(groupOf))]
  return Object.entries(raw).flatMap(([group, block]) => {
    if (HEAD.includes(group)) return []
    if (!groups.includes(group)) {
      tell([group], suggestName(`"${group}" is no group of texts in ${language}`, group, groups))
      return []
    }
    if (!isBlock(block)) {
      tell([group], 'expected a block of texts by their names')
      return []
    }
    return Object.entries(block).flatMap(([name, source]) => {
      const path = [group, name]
      const key = known.find((each) => each === `${group}.${name}`)
      if (key === undefined) {
        const names = known.filter((each) => groupOf(each) === group).map(nameOf)
        tell(path, suggestName(`"${name}" is no text here`, name, names))
        return []
      }
      if (typeof source === 'string' && source.trim() !== '') return [[path, key, source] as const]
      tell(path, 'expected a text; take the key out to keep the text that comes with Kvitter')
      return []
    })
  })
}

interface FaultInText {
  readonly message: string
  readonly offset?: number
}

function faultOf(key: TextKey, source: string, language: TextLanguage): FaultInText | undefined {
  const compiled = compileTemplate(source, language)
  if (compiled.kind === 'faulty') return compiled
  const { template } = compiled
  const { says } = textSpec(key)
  const stranger = [...template.variables].find((name) => !says.includes(name))
  if (stranger !== undefined) {
    const known = says.map((name) => `$${name}`)
    const complaint =
      known.length === 0
        ? `{$${stranger}} is nothing that ${key} can say; it takes no values`
        : suggestName(`{$${stranger}} is nothing that ${key} can say`, `$${stranger}`, known)
    return { message: complaint, offset: Math.max(0, source.indexOf(`$${stranger}`)) }
  }
  const message = findTextFault(key, template, language)
  return message === undefined ? undefined : { message }
}

/** The line of a fault inside a text; that of its key where the text is folded or escaped. */
function placeInText(yaml: YamlText, text: string, path: Path, offset: number | undefined) {
  const node: unknown = yaml.document.getIn(path, true)
  if (offset === undefined || !isScalar(node) || !node.range) return yaml.placeOf(path)
  const [from, until] = node.range
  if (node.type !== 'BLOCK_LITERAL') {
    const written = text.slice(from, until).indexOf(String(node.value))
    return yaml.placeAt(written < 0 ? from : from + written + offset)
  }
  return yaml.placeAt(lineStart(text, from, linesBefore(node, offset) + 1))
}

function linesBefore(node: Scalar, offset: number): number {
  return String(node.value).slice(0, offset).split('\n').length - 1
}

/** The first character of the line so many lines on. */
function lineStart(text: string, from: number, lines: number): number {
  let at = from
  for (let i = 0; i < lines; i += 1) at = text.indexOf('\n', at) + 1 || text.length
  return at
}
