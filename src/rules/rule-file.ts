/** Reads `rules.yaml`: text in, a rule book or every fault at once. */
import { createHash } from 'node:crypto'

import { isScalar } from 'yaml'
import type { Document } from 'yaml'

import { fieldName, offsetOf } from '#src/stations/town-faults.ts'
import { compileCondition } from './condition.ts'
import type { Compiled, Condition } from './condition.ts'
import { PER } from './rule-book.ts'
import type { BikeStop, Policy, ReadingPolicy, Rule, RuleBook } from './rule-book.ts'
import { wordIssue } from './rule-faults.ts'
import type { Fault, FaultAt, Path } from './rule-faults.ts'
import { checkNames, lintPolicy, lintRule } from './rule-lint.ts'
import { ruleFileShape } from './rule-shape.ts'
import type { RuleFileShape, RuleShape } from './rule-shape.ts'
import { inOrder, readYaml } from './yaml-text.ts'

export type { RuleBook } from './rule-book.ts'
export type { Fault } from './rule-faults.ts'

export type ParsedRuleFile =
  | { readonly kind: 'ok'; readonly book: RuleBook; readonly warnings: readonly Fault[] }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }

/**
 * A rule file (YAML 1.2) as a rule book. Faults name file, line, field and fix, and come all at once:
 * those of the shape, of every condition, and of names that do not meet. Warnings are of things that
 * work and are probably not meant. `fileName` is for the faults alone; `texts` are the names that
 * `post` and `close_post` may give; without them that isn't checked.
 */
export function parseRuleFile(
  text: string,
  fileName: string,
  texts?: readonly string[],
): ParsedRuleFile {
  const read = readYaml(text, fileName, 'a rule file')
  if (read.kind === 'faulty') return read
  const { document, raw, placeAt, placeOf } = read.yaml

  const faults: Fault[] = []
  const tell = ({ path, message }: FaultAt) =>
    faults.push({ ...placeOf(path), field: fieldName(path), message })
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    const message =
      raw === undefined
        ? 'holds too many aliases (*name); write the values out'
        : 'expected a rule file with version, policy, facts and rules'
    tell({ path: [], message })
    return { kind: 'faulty', faults }
  }
  const shaped = ruleFileShape.safeParse(raw)
  const compiled = compileAll(raw)
  for (const issue of shaped.error?.issues ?? []) wordIssue(issue, raw).forEach(tell)
  for (const [path, result] of compiled.values()) {
    if (result.kind === 'ok') continue
    const field = fieldName(path)
    for (const fault of result.faults) {
      const offset = conditionOffset(document, text, path, fault.offset)
      faults.push({ ...placeAt(offset), field, message: fault.message })
    }
  }
  if (shaped.success) checkNames(shaped.data.rules, texts).forEach(tell)
  if (faults.length > 0 || !shaped.success) return { kind: 'faulty', faults: inOrder(faults) }

  const conditions = new Map(
    [...compiled].map(([field, [, result]]) => [
      field,
      (result as Compiled & { kind: 'ok' }).condition,
    ]),
  )
  const book = createBook(shaped.data, conditions, text)
  lintPolicy(book.policy).forEach(tell)
  for (const rule of book.rules) lintRule(rule, book.policy, ['rules', rule.index]).forEach(tell)
  return { kind: 'ok', book, warnings: inOrder(faults) }
}

interface RawFile {
  readonly rules?: unknown
}

/** Every condition that is text at all, by field, so that a misspelt key elsewhere hides none of their faults. */
function compileAll(raw: RawFile): Map<string, readonly [Path, Compiled]> {
  const compiled = new Map<string, readonly [Path, Compiled]>()
  const rules: readonly unknown[] = Array.isArray(raw.rules) ? raw.rules : []
  rules.forEach((rule, i) => {
    if (!isRecord(rule)) return
    const per = PER.find((known) => known === rule['per']) ?? 'container'
    const compile = (holder: Record<string, unknown>, key: string, path: Path) => {
      const source = holder[key]
      if (typeof source !== 'string') return
      compiled.set(fieldName(path), [path, compileCondition(source, per)])
    }
    compile(rule, 'when', ['rules', i, 'when'])
    compile(rule, 'clear', ['rules', i, 'clear'])
    const suppress: readonly unknown[] = Array.isArray(rule['suppress']) ? rule['suppress'] : []
    suppress.forEach((item, j) => {
      if (isRecord(item)) compile(item, 'when', ['rules', i, 'suppress', j, 'when'])
    })
  })
  return compiled
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where in the file a place in a condition stands; its beginning when the text was escaped or folded. */
function conditionOffset(document: Document, text: string, path: Path, offset: number): number {
  const node = document.getIn(path, true)
  if (!isScalar(node) || !node.range) return offsetOf(document, path)
  const [from, until] = node.range
  const written = text.slice(from, until).indexOf(String(node.value))
  return written < 0 ? from : from + written + offset
}

function createBook(
  file: RuleFileShape,
  conditions: ReadonlyMap<string, Condition>,
  text: string,
): RuleBook {
  return {
    hash: hashOf(text),
    policy: createPolicy(file.policy),
    facts: createReadingPolicy(file.facts),
    rules: file.rules.map((shape, i) => createRule(shape, i, conditions)),
  }
}

function createPolicy(shape: RuleFileShape['policy']): Policy {
  const { quiet, budget } = shape
  const special = quiet?.sundays_and_holidays
  return {
    timeZone: shape.tz,
    groupWaitMs: shape.group_wait,
    settleMs: shape.settle,
    ...(quiet && {
      quiet: { daily: quiet.daily, ...(special && { sundaysAndHolidays: special }) },
    }),
    budget: {
      perStationPerDay: budget.per_station_per_day,
      perAccountPerDay: budget.per_account_per_day,
      minGapMs: budget.min_gap,
      reserveShare: budget.reserve_for_priority_80,
      whenSpent: budget.when_spent === 'next_day' ? 'next-day' : budget.when_spent,
      digestMinute: budget.digest_at,
    },
    staleAfterMs: shape.stale_after,
    catchUpMs: shape.catch_up,
  }
}

function createReadingPolicy(shape: RuleFileShape['facts']): ReadingPolicy {
  return {
    sensorSilentAfterMs: shape.sensor_silent_after,
    lateAfterMs: shape.late_after,
    maxSkewMs: shape.max_skew,
  }
}

function createRule(
  shape: RuleShape,
  index: number,
  conditions: ReadonlyMap<string, Condition>,
): Rule {
  const when = conditions.get(`rules[${index}].when`)!
  const clear = conditions.get(`rules[${index}].clear`)
  const reads = [...when.reads, ...(clear?.reads ?? [])]
  return {
    id: shape.id,
    index,
    hash: hashOf(
      JSON.stringify([
        shape.when,
        shape.clear ?? null,
        shape.for,
        ...(shape.schedule ? [shape.schedule] : []),
        ...(shape.readings > 1 ? [{ readings: shape.readings }] : []),
      ]),
    ),
    per: shape.per,
    audience: shape.channel,
    when,
    ...(clear && { clear }),
    weighsEvidence: reads.includes('c.full') || reads.includes('c.evidence'),
    readsForecast: reads.includes('c.p_full_24h'),
    forMs: shape.for,
    clearForMs: shape.clear_for,
    readings: shape.readings,
    cooldownMs: shape.cooldown,
    priority: shape.priority,
    onMissing: {
      policy: shape.on_missing.then,
      graceMs: shape.on_missing.grace,
      rememberMs: shape.on_missing.remember,
    },
    suppress: shape.suppress.map((item, j) => ({
      id: item.id,
      when: conditions.get(`rules[${index}].suppress[${j}].when`)!,
      maxMs: item.max,
    })),
    absorbs: shape.absorbs,
    inhibitedBy: shape.inhibited_by,
    ignoresQuietHours: shape.quiet === 'ignore',
    ...(shape.schedule && { schedule: shape.schedule }),
    ...(shape.post_at !== undefined && { postAtMinute: shape.post_at }),
    post: shape.post,
    ...(shape.close_post !== undefined && { closePost: shape.close_post }),
    ...(shape.bike_stop && { bikeStop: bikeStopOf(shape.bike_stop) }),
  }
}

function bikeStopOf({ minutes, ...stop }: NonNullable<RuleShape['bike_stop']>): BikeStop {
  return { ...stop, serviceMs: minutes * 60_000 }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
