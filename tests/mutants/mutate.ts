/**
 * Makes mutants of a source text: small changes, each of which a test ought to notice. All of a file's
 * mutants go into one text that behaves as the original does, until one of them is switched on:
 *
 *     if (a < b)    →    if (($mutant(7) ? (a <= b) : (a < b)))
 */
import { stripTypeScriptTypes } from 'node:module'

import { parseAst } from 'vitest/node'

export interface Mutant {
  readonly id: number
  readonly file: string
  /** From 1. */
  readonly line: number
  /** The whole of that line. */
  readonly within: string
  /** What stands there, and what would stand there instead. */
  readonly was: string
  readonly becomes: string
}

export interface Mutated {
  readonly mutants: readonly Mutant[]
  readonly text: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** A change of one node's text. */
interface Change {
  readonly becomes: string
  /** Takes the place of a statement, not of an expression. */
  readonly isStatement?: true
}

/** Every mutant of a TypeScript module; ids are counted from `firstId`. */
export function mutate(source: string, file: string, firstId: number): Mutated {
  const code = stripTypeScriptTypes(source)
  const program = parseAst(code) as unknown as Node
  const lines = code.split('\n')
  const mutants: Mutant[] = []

  function write(node: Node, parents: readonly Node[]): string {
    const changes = changesOf(node, parents, code)
    const inner = writeInner(node, parents)
    if (changes.length === 0) return inner
    let text = inner
    for (const { becomes, isStatement } of changes) {
      const id = firstId + mutants.length
      const line = code.slice(0, node.start).split('\n').length
      const within = lines[line - 1]!.trim()
      const was = code.slice(node.start, node.end)
      mutants.push({ id, file, line, within, was, becomes: becomes || '(nothing)' })
      text = isStatement
        ? `{ if ($mutant(${id})) { ${becomes} } else { ${text} } }`
        : `($mutant(${id}) ? (${becomes}) : (${text}))`
    }
    return text
  }

  /** The node's own text with its children's mutants in it. */
  function writeInner(node: Node, parents: readonly Node[]): string {
    let text = ''
    let at = node.start
    for (const child of childrenOf(node)) {
      text += code.slice(at, child.start) + write(child, [node, ...parents])
      at = child.end
    }
    return text + code.slice(at, node.end)
  }

  const text = code.slice(0, program.start) + write(program, []) + code.slice(program.end)
  return { mutants, text }
}

/** In the order of the text. */
function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = []
  for (const [field, value] of Object.entries(node)) {
    if (field === 'parent') continue
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(item) && item !== node) children.push(item)
    }
  }
  const inOrder = children.sort((a, b) => a.start - b.start)
  // `{ a }` holds one identifier twice, as key and as value; it is no place for a mutant.
  return inOrder.filter((child, i) => child.start !== inOrder[i + 1]?.start)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

const COMPARISONS = new Map<string, readonly string[]>([
  ['<', ['<=', '>=']],
  ['<=', ['<', '>']],
  ['>', ['>=', '<=']],
  ['>=', ['>', '<']],
  ['===', ['!==']],
  ['!==', ['===']],
  ['-', ['+']],
  ['*', ['/']],
  ['/', ['*']],
  ['%', ['*']],
  ['**', ['*']],
  ['>>', ['<<']],
])
const LOGIC = new Map([
  ['&&', '||'],
  ['||', '&&'],
  ['??', '&&'],
])
const COUNTERPARTS = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
  ['round', 'floor'],
])
/** Methods that may be left out: what they are called on is of the same kind. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'filter',
  'sort',
  'toSorted',
  'slice',
  'toReversed',
  'trim',
])

function changesOf(node: Node, parents: readonly Node[], code: string): readonly Change[] {
  // Parentheses within `a?.b.c()` would end the short cut.
  if (isLink(node, parents)) return []
  return [...changesOfPlace(node, parents), ...changesOfKind(node, parents, code)]
}

function isLink(node: Node, parents: readonly Node[]): boolean {
  const [parent] = parents
  const isHeld = parent?.['object'] === node || parent?.['callee'] === node
  return isHeld && parents.some(({ type }) => type === 'ChainExpression')
}

/** What may stand there whatever stands there now: either answer to a question, nothing for an answer. */
function changesOfPlace(node: Node, [parent]: readonly Node[]): readonly Change[] {
  if (parent?.['test'] === node) {
    if (parent.type === 'WhileStatement') return [{ becomes: 'false' }]
    if (parent.type === 'IfStatement' || parent.type === 'ConditionalExpression') {
      return [{ becomes: 'true' }, { becomes: 'false' }]
    }
  }
  const isAnswer = parent?.type === 'ArrowFunctionExpression' && parent['body'] === node
  return isAnswer && node.type !== 'BlockStatement' ? [{ becomes: 'undefined' }] : []
}

function changesOfKind(node: Node, parents: readonly Node[], code: string): readonly Change[] {
  const textOf = (part: Node) => code.slice(part.start, part.end)
  const parent = parents[0]
  switch (node.type) {
    case 'BinaryExpression': {
      const { left, right, operator } = node as Node & Operation
      const others = operator === '+' && !isText(left) && !isText(right) ? ['-'] : undefined
      return (others ?? COMPARISONS.get(operator) ?? []).map((other) => ({
        becomes: `${textOf(left)} ${other} ${textOf(right)}`,
      }))
    }
    case 'LogicalExpression': {
      const { left, right, operator } = node as Node & Operation
      return [{ becomes: `(${textOf(left)}) ${LOGIC.get(operator)!} (${textOf(right)})` }]
    }
    case 'UnaryExpression': {
      const { operator, argument } = node as Node & { operator: string; argument: Node }
      return operator === '!' || operator === '-' ? [{ becomes: textOf(argument) }] : []
    }
    case 'UpdateExpression': {
      const text = textOf(node)
      return [
        { becomes: text.includes('++') ? text.replace('++', '--') : text.replace('--', '++') },
      ]
    }
    case 'AssignmentExpression': {
      const { operator, left, right } = node as Node & Operation
      if (operator === '+=' && !isText(right))
        return [{ becomes: `${textOf(left)} -= ${textOf(right)}` }]
      if (operator === '-=') return [{ becomes: `${textOf(left)} += ${textOf(right)}` }]
      return operator === '??=' ? [{ becomes: `${textOf(left)} = ${textOf(right)}` }] : []
    }
    case 'Literal':
      return changesOfLiteral(node, parents)
    case 'TemplateLiteral':
      return parent?.type === 'TaggedTemplateExpression' ? [] : [{ becomes: '``' }]
    case 'ArrayExpression':
      return (node['elements'] as unknown[]).length > 0 ? [{ becomes: '[]' }] : []
    case 'ChainExpression':
      return changesOfChain(node, code)
    case 'CallExpression':
      return changesOfCall(node, parents, code)
    case 'ExpressionStatement':
      return 'directive' in node && typeof node['directive'] === 'string'
        ? []
        : [{ becomes: '', isStatement: true }]
    case 'ContinueStatement':
      return [{ becomes: '', isStatement: true }]
    case 'ReturnStatement':
      return isNode(node['argument']) && textOf(node['argument']) !== 'undefined'
        ? [{ becomes: 'return undefined', isStatement: true }]
        : []
    default:
      return []
  }
}

interface Operation {
  readonly operator: string
  readonly left: Node
  readonly right: Node
}

function isText(node: Node): boolean {
  if (node.type === 'BinaryExpression') {
    const { left, right } = node as Node & Operation
    return isText(left) || isText(right)
  }
  return node.type === 'TemplateLiteral' || typeof node['value'] === 'string'
}

function changesOfLiteral(node: Node, [parent]: readonly Node[]): readonly Change[] {
  const { value } = node
  if (value === true) return [{ becomes: 'false' }]
  if (value === false) return [{ becomes: 'true' }]
  if (typeof value !== 'string' || !parent) return []
  if (parent.type.startsWith('Import') || parent.type.startsWith('Export')) return []
  if (parent['key'] === node && parent['computed'] !== true) return []
  return [{ becomes: value === '' ? "'mutant'" : "''" }]
}

/** `a?.b` → `a.b`, one for each link. */
function changesOfChain(node: Node, code: string): readonly Change[] {
  const changes: Change[] = []
  for (let link: Node | undefined = node['expression'] as Node; link;) {
    const of: Node | undefined = (link['object'] ?? link['callee']) as Node | undefined
    if (link['optional'] === true && of) {
      const sign = code.indexOf('?.', of.end)
      const isName = link.type === 'MemberExpression' && link['computed'] !== true
      const rest = code.slice(sign + 2, node.end)
      changes.push({ becomes: `${code.slice(node.start, sign)}${isName ? '.' : ''}${rest}` })
    }
    link = of
  }
  return changes
}

function changesOfCall(node: Node, parents: readonly Node[], code: string): readonly Change[] {
  const callee = node['callee'] as Node
  if (callee.type !== 'MemberExpression' || callee['computed'] === true) return []
  const property = callee['property'] as Node
  const object = callee['object'] as Node
  const name = String(property['name'])
  const changes: Change[] = []
  const counterpart = COUNTERPARTS.get(name)
  if (counterpart !== undefined) {
    const before = code.slice(node.start, property.start)
    changes.push({ becomes: before + counterpart + code.slice(property.end, node.end) })
  }
  const isWhole = parents[0]?.type !== 'ExpressionStatement' && node['optional'] !== true
  if (LEFT_OUT.has(name) && isWhole) {
    changes.push({ becomes: code.slice(object.start, object.end) })
  }
  return changes
}
