/**
 * Conditions: CEL, checked when a rule file is read and evaluated with three truth values.
 *
 * A condition is split at `&&` and `||` into clauses, and the clauses' truths are put together by
 * Kleene's rules. That is what CEL itself prescribes (an error on one side is absorbed when the other
 * side decides), with two gains: each clause can be shown by itself, and a missing fact is seen before
 * CEL has to throw for it.
 */
import { Environment, serialize } from '@marcbachmann/cel-js'
import type { ASTNode, ParseError, ParseResult, TypeCheckResult } from '@marcbachmann/cel-js'

import { nearestName } from '#src/stations/nearest-name.ts'
import { HOUR, MINUTE } from '#src/stations/time.ts'
import type { Clause, Truth } from './decision.ts'
import {
  AreaFacts,
  BikeFacts,
  ContainerFacts,
  FACTS,
  ROOTS_OF,
  StationFacts,
  TimeFacts,
  TruckFacts,
  factByName,
} from './facts.ts'
import type { FactContext, FactValue } from './facts.ts'
import { plainTest } from './plain-test.ts'
import type { PlainTest } from './plain-test.ts'
import type { Per } from './rule-book.ts'

/** An age at which a comparison with a literal may change its answer. */
export interface AgeLimit {
  readonly fact: string
  /** Milliseconds after the instant that the fact counts from; negative before the one it counts down to. */
  readonly afterMs: number
}

export interface Condition {
  readonly source: string
  /** Names of the facts it reads, sorted. */
  readonly reads: readonly string[]
  readonly ageLimits: readonly AgeLimit[]
  /**
   * Whether its answer for a container without reports can change by time alone at an instant that
   * is not known beforehand: a weight that fades, an age not compared with a literal, a neighbour.
   */
  readonly drifts: boolean
  readonly evaluate: (context: FactContext) => Truth
  /** Each clause as it evaluates now, in the order written. */
  readonly explain: (context: FactContext) => readonly Clause[]
}

/** What is wrong with a condition, and where in its text. */
export interface ConditionFault {
  readonly offset: number
  readonly message: string
}

export type Compiled =
  | { readonly kind: 'ok'; readonly condition: Condition }
  | { readonly kind: 'faulty'; readonly faults: readonly ConditionFault[] }

const MAX_AST_NODES = 200
const MAX_DEPTH = 20
const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

const environment = createEnvironment()

/** Reads and checks a condition. All unknown names are told at once; a type fault is told alone, since CEL stops there. */
export function compileCondition(source: string, per: Per): Compiled {
  let program: ParseResult
  try {
    program = environment.parse(source)
  } catch (error) {
    return faulty([syntaxFault(error as ParseError)])
  }
  const faults: ConditionFault[] = []
  checkNames(program.ast, per, faults)
  checkCalls(program.ast, false, faults)
  if (faults.length > 0) return faulty(faults)

  const checked = program.check()
  if (checked.error) return faulty([typeFault(checked.error)])
  if (checked.type !== 'bool') {
    const message = `must be true or false, but this is ${checked.type}; compare it with something`
    return faulty([{ offset: 0, message }])
  }
  return { kind: 'ok', condition: createCondition(source, program.ast) }
}

function faulty(faults: readonly ConditionFault[]): Compiled {
  return { kind: 'faulty', faults }
}

function syntaxFault(error: ParseError): ConditionFault {
  const offset = error.range?.start ?? 0
  if (error.code === 'limit_exceeded') {
    const message = `is too long or too deeply nested (at most ${MAX_AST_NODES} parts, ${MAX_DEPTH} levels); split it into two rules`
    return { offset, message }
  }
  const found = error.summary.replace('Unexpected token: EOF', 'it ends too early')
  return { offset, message: `${found}; a condition reads like c.fill >= 85.0 && s.full >= 2` }
}

function typeFault(error: NonNullable<TypeCheckResult['error']>): ConditionFault {
  const hint =
    error.code === 'no_such_overload'
      ? '; numbers compare with numbers (70.0), text with text ("paper"), and conditions join with && or ||'
      : ''
  return { offset: error.range?.start ?? 0, message: `${error.summary}${hint}` }
}

/** `double × int` is no arithmetic in CEL, but people write `c.fill / 100`. */
function createEnvironment(): Environment {
  const made = new Environment({ limits: { maxAstNodes: MAX_AST_NODES, maxDepth: MAX_DEPTH } })
  const roots = {
    c: ContainerFacts,
    s: StationFacts,
    truck: TruckFacts,
    a: AreaFacts,
    bike: BikeFacts,
    t: TimeFacts,
  }
  for (const [root, ctor] of Object.entries(roots)) {
    const fields = FACTS.filter((f) => f.name.startsWith(`${root}.`)).map((f) => [
      f.name.slice(root.length + 1),
      f.type,
    ])
    made.registerType(`facts_${root}`, { ctor, fields: Object.fromEntries(fields) })
    made.registerVariable(root, `facts_${root}`)
  }
  const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
  }
  for (const [operator, compute] of Object.entries(arithmetic)) {
    const mixed = (a: number | bigint, b: number | bigint) => compute(Number(a), Number(b))
    made.registerOperator(`double ${operator} int: double`, mixed)
    made.registerOperator(`int ${operator} double: double`, mixed)
  }
  return made
}

function children(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return []
    case '.':
    case '.?':
      return [node.args[0]]
    case 'call':
      return node.args[1]
    case 'rcall':
      return [node.args[1], ...node.args[2]]
    case 'list':
      return node.args
    case 'map':
      return node.args.flat()
    case '!_':
    case '-_':
      return [node.args]
    default:
      return node.args
  }
}

/** `c.fill` for a node that reads it, else undefined. */
function factOf(node: ASTNode): string | undefined {
  if (node.op !== '.' || node.args[0].op !== 'id') return undefined
  return `${node.args[0].args}.${node.args[1]}`
}

function checkNames(
  node: ASTNode,
  per: Per,
  faults: ConditionFault[],
  locals: readonly string[] = [],
): void {
  const names = FACTS.map((f) => f.name).filter((known) => ROOTS_OF[per].includes(rootOf(known)))
  const name = factOf(node)
  if (name !== undefined) {
    const root = rootOf(name)
    if (locals.includes(root) || names.includes(name)) return
    if (factByName.has(name)) {
      const roots = ROOTS_OF[per].map((known) => `${known}.`)
      const message = `${name} is not there for a rule per: ${per}, which can ask ${roots.slice(0, -1).join(', ')} and ${roots.at(-1)!} only`
      faults.push({ offset: node.start, message })
      return
    }
    faults.push({ offset: node.start, message: unknownFact(name, names) })
    return
  }
  if (node.op === 'id' && !locals.includes(node.args) && !TYPE_NAMES.has(node.args)) {
    faults.push({ offset: node.start, message: unknownFact(node.args, names) })
    return
  }
  const variable = node.op === 'rcall' && MACROS.has(node.args[0]) ? node.args[2][0] : undefined
  const inner = variable?.op === 'id' ? [...locals, variable.args] : locals
  for (const child of children(node)) checkNames(child, per, faults, inner)
}

function rootOf(fact: string): string {
  return fact.slice(0, fact.indexOf('.'))
}

const TYPE_NAMES: ReadonlySet<string> = new Set(
  'string bool int uint double map list bytes null_type type'.split(' '),
)

function unknownFact(name: string, names: readonly string[]): string {
  const meant =
    nearestName(name, names) ??
    names.find((known) => known.slice(known.indexOf('.') + 1) === name) ??
    names.find((known) => known.startsWith(name))
  const roots = [...new Set(names.map((known) => `${rootOf(known)}.`))]
  const advice = meant
    ? `did you mean ${meant}?`
    : `facts here begin with ${roots.slice(0, -1).join(', ')} or ${roots.at(-1)!}; docs/RULES.md lists them`
  return `${name} is not a known fact; ${advice}`
}

/** Regular expressions can take exponential time, and nested macros multiply: neither belongs in a rule. */
function checkCalls(node: ASTNode, isInMacro: boolean, faults: ConditionFault[]): void {
  let within = isInMacro
  if (node.op === 'call' || node.op === 'rcall') {
    const name = node.args[0]
    if (name === 'matches') {
      const message =
        'matches() is not allowed, since a regular expression may take for ever; use ==, in, startsWith, endsWith or contains'
      faults.push({ offset: node.start, message })
    }
    if (node.op === 'rcall' && MACROS.has(name)) {
      if (isInMacro) {
        const message = `${name}() inside another list macro is not allowed, since the work multiplies; write the cases out`
        faults.push({ offset: node.start, message })
      }
      within = true
    }
  }
  for (const child of children(node)) checkCalls(child, within, faults)
}

interface FactRef {
  readonly name: string
  readonly root: keyof FactContext
  readonly field: string
}

/** A clause: a part of a condition without `&&` and `||` at its top. */
interface Leaf {
  readonly source: string
  readonly reads: readonly FactRef[]
  /** Facts that may be missing and without which it is UNKNOWN. */
  readonly needs: readonly FactRef[]
  /** For a clause that reads one fact and needs no CEL. */
  readonly test: PlainTest | undefined
  readonly program: ParseResult
}

type Tree =
  | { readonly op: 'leaf'; readonly leaf: Leaf }
  | { readonly op: '&&' | '||'; readonly left: Tree; readonly right: Tree }

function createCondition(source: string, ast: ASTNode): Condition {
  const leaves: Leaf[] = []
  const limits: AgeLimit[] = []
  const tree = plant(ast, leaves)
  collectAgeLimits(ast, limits)
  const reads = [...new Set(leaves.flatMap((leaf) => leaf.reads.map(({ name }) => name)))].sort()
  // Each comparison with a literal gives two limits, one for each direction.
  const comparedAges = limits.length / 2
  const askedAges = countAges(ast)
  return {
    source: source.trim(),
    reads,
    ageLimits: limits,
    drifts: askedAges > comparedAges || reads.some((name) => DRIFTING.has(name)),
    evaluate: (context) => evaluateTree(tree, context),
    explain: (context) => leaves.map((leaf) => explainLeaf(leaf, context)),
  }
}

function plant(node: ASTNode, leaves: Leaf[]): Tree {
  if (node.op === '&&' || node.op === '||') {
    const left = plant(node.args[0], leaves)
    return { op: node.op, left, right: plant(node.args[1], leaves) }
  }
  const source = serialize(node)
  const reads = [...new Set(factsIn(node))].map((name): FactRef => {
    const [root, field] = name.split('.') as [keyof FactContext, string]
    return { name, root, field }
  })
  const leaf: Leaf = {
    source,
    reads,
    needs: isStrict(node) ? reads.filter(({ name }) => factByName.get(name)!.mayBeMissing) : [],
    test: plainTest(node, factOf),
    program: environment.parse(source),
  }
  leaves.push(leaf)
  return { op: 'leaf', leaf }
}

function factsIn(node: ASTNode): readonly string[] {
  const name = factOf(node)
  if (name !== undefined) return factByName.has(name) ? [name] : []
  return children(node).flatMap(factsIn)
}

/** Whether the clause needs every fact it names: no `has`, `?:`, macro or inner `&&` that may do without. */
function isStrict(node: ASTNode): boolean {
  if (node.op === '?:' || node.op === '&&' || node.op === '||') return false
  if (node.op === 'call' && node.args[0] === 'has') return false
  if (node.op === 'rcall' && MACROS.has(node.args[0])) return false
  return children(node).every(isStrict)
}

function evaluateTree(tree: Tree, context: FactContext): Truth {
  if (tree.op === 'leaf') return evaluateLeaf(tree.leaf, context)
  const decisive = tree.op === '||'
  const left = evaluateTree(tree.left, context)
  if (left === decisive) return decisive
  const right = evaluateTree(tree.right, context)
  if (right === decisive) return decisive
  return left === 'unknown' || right === 'unknown' ? 'unknown' : !decisive
}

function evaluateLeaf({ reads, needs, test, program }: Leaf, context: FactContext): Truth {
  if (test) {
    const value = readFact(context, reads[0]!)
    return value === undefined ? 'unknown' : test(value)
  }
  for (const need of needs) if (readFact(context, need) === undefined) return 'unknown'
  try {
    return program(context) as boolean
  } catch {
    // A missing fact behind `?:`, a division by zero: nothing can be said, so nothing is claimed.
    return 'unknown'
  }
}

function readFact(context: FactContext, { root, field }: FactRef): FactValue {
  return (context[root] as unknown as Readonly<Record<string, FactValue>>)[field]
}

function explainLeaf(leaf: Leaf, context: FactContext): Clause {
  const facts: Record<string, number | boolean | string | null> = {}
  for (const read of leaf.reads) {
    const value = readFact(context, read)
    facts[read.name] = typeof value === 'bigint' ? Number(value) : (value ?? null)
  }
  return { source: leaf.source, value: evaluateLeaf(leaf, context), facts }
}

/** `c.full` is not among them: without reports it changes only when the level does or stops counting. */
const DRIFTING: ReadonlySet<string> = new Set([
  'c.evidence',
  'c.passed_today',
  's.containers',
  's.full',
  's.unknown',
  's.litter_reports_4h',
  's.litter_staff_4h',
  's.cleaned_since_last_litter',
  's.ice_reports_12h',
  'truck.en_route',
  'truck.eta_min',
  't.hour',
  't.weekday',
  't.holiday',
])

function countAges(node: ASTNode): number {
  const name = factOf(node)
  if (name !== undefined) return AGES.has(name) ? 1 : 0
  return children(node).reduce((sum, child) => sum + countAges(child), 0)
}

/** What counts up from an instant, or down to one, and how many milliseconds after that instant it shows 1. */
const AGES: ReadonlyMap<string, number> = new Map([
  ['c.fill_age_min', MINUTE],
  ['c.min_since_emptied', MINUTE],
  ['c.sensor_silent_min', MINUTE],
  ['c.emptying_overdue_h', HOUR],
  ['c.next_emptying_h', -HOUR],
])

/**
 * Comparisons of an age with a literal, so that the engine can wake at the very instant. Other uses of
 * ages are seen to by the safety grid. `>` and `<=` change a millisecond after `>=` and `<` do.
 */
function collectAgeLimits(node: ASTNode, limits: AgeLimit[]): void {
  if (['<', '<=', '>', '>=', '==', '!='].includes(node.op)) {
    const [left, right] = node.args as [ASTNode, ASTNode]
    for (const [age, literal] of [
      [left, right],
      [right, left],
    ] as const) {
      const name = factOf(age)
      const unitMs = AGES.get(name ?? '')
      if (name === undefined || unitMs === undefined || literal.op !== 'value') continue
      if (typeof literal.args !== 'number' && typeof literal.args !== 'bigint') continue
      const at = Number(literal.args) * unitMs
      limits.push({ fact: name, afterMs: Math.ceil(at) })
      limits.push({ fact: name, afterMs: Math.floor(at) + 1 })
    }
  }
  for (const child of children(node)) collectAgeLimits(child, limits)
}
