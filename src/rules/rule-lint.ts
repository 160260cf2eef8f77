/** What a rule file's shape cannot say: names that must meet, and things that work but are hardly meant. */
import type { ContainerId, StationId } from '#src/stations/ids.ts'
import { DAY, HOUR, MINUTE } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Condition } from './condition.ts'
import { createFacts } from './facts.ts'
import type { FactContext, KnownContainer } from './facts.ts'
import { POST_AT_MS } from './gates.ts'
import { intervalHolds } from './quiet-hours.ts'
import type { DayInterval } from './quiet-hours.ts'
import type { Policy, Rule } from './rule-book.ts'
import { suggestName } from './rule-faults.ts'
import type { FaultAt } from './rule-faults.ts'
import type { RuleShape } from './rule-shape.ts'

/** How often sensors speak at most in common service: oftener costs too much battery. */
const USUAL_INTERVAL_MS = 15 * MINUTE

/** Ids given twice, names of rules or texts that do not exist, texts used by two rules. */
export function checkNames(
  rules: readonly RuleShape[],
  texts: readonly string[] | undefined,
): readonly FaultAt[] {
  const faults: FaultAt[] = []
  const ids = rules.map((rule) => rule.id)
  rules.forEach((rule, i) => {
    if (ids.indexOf(rule.id) < i) {
      const message = `"${rule.id}" is the id of rules[${ids.indexOf(rule.id)}] too; give each rule its own`
      faults.push({ path: ['rules', i, 'id'], message })
    }
    const earlier = rules.findIndex((other) => other.post === rule.post)
    if (earlier < i) {
      const message = `rule ${rules[earlier]!.id} posts "${rule.post}" too; give each rule its own text`
      faults.push({ path: ['rules', i, 'post'], message })
    }
    for (const key of ['post', 'close_post'] as const) {
      const name = rule[key]
      if (name === undefined || !texts || texts.includes(name)) continue
      const message = suggestName(`"${name}" is no text`, name, texts)
      faults.push({ path: ['rules', i, key], message })
    }
    for (const key of ['absorbs', 'inhibited_by'] as const) {
      rule[key].forEach((name, j) => {
        const message = wordMeeting(rule, key, name, rules)
        if (message !== undefined) faults.push({ path: ['rules', i, key, j], message })
      })
    }
    if (rule.on_missing.then === 'clear' && rule.close_post !== undefined) {
      const message =
        'then: clear closes without data, so close_post would claim what nobody knows; take one of them out'
      faults.push({ path: ['rules', i, 'on_missing', 'then'], message })
    }
  })
  return faults
}

/** What is wrong with one rule's naming another; undefined where the two can meet. */
function wordMeeting(
  rule: RuleShape,
  key: 'absorbs' | 'inhibited_by',
  name: string,
  rules: readonly RuleShape[],
): string | undefined {
  if (name === rule.id) return 'names the rule itself; take it out'
  const other = rules.find(({ id }) => id === name)
  if (!other) {
    const others = rules.map(({ id }) => id).filter((id) => id !== rule.id)
    return suggestName(`"${name}" is no rule`, name, others)
  }
  const [bigger, smaller] = key === 'absorbs' ? [rule, other] : [other, rule]
  if (bigger.per !== smaller.per && !(bigger.per === 'station' && smaller.per === 'container')) {
    return `${name} is per: ${other.per} and this rule per: ${rule.per}, so they never meet; take it out`
  }
  if (key === 'absorbs' && bigger.channel !== smaller.channel) {
    return `${name} speaks to channel: ${other.channel} and this rule to ${rule.channel}, so neither can speak for the other; take it out`
  }
  if (reaches(other, rule.id, key, rules)) {
    return `${name} comes back to this rule by its own ${key}, so neither would ever speak; take one of them out`
  }
  return undefined
}

/** Whether going from rule to rule by `key` leads to `id`. */
function reaches(
  from: RuleShape,
  id: string,
  key: 'absorbs' | 'inhibited_by',
  rules: readonly RuleShape[],
  seen: Set<string> = new Set(),
): boolean {
  if (from.id === id) return true
  if (seen.has(from.id)) return false
  seen.add(from.id)
  return rules.some((rule) => from[key].includes(rule.id) && reaches(rule, id, key, rules, seen))
}

/** Warnings for a rule that can be carried out. */
export function lintRule(
  rule: Rule,
  policy: Policy,
  path: readonly (string | number)[],
): readonly FaultAt[] {
  const warnings: FaultAt[] = []
  if (rule.cooldownMs > 0 && rule.cooldownMs < rule.forMs) {
    const message = 'is shorter than for, so it never holds anything back'
    warnings.push({ path: [...path, 'cooldown'], message })
  }
  const asksLevel = rule.when.reads.some((name) => LEVELS.has(name))
  if (rule.readings > 1 && !asksLevel) {
    const message = 'waits for readings, but when asks for no level; nothing would ever be said'
    warnings.push({ path: [...path, 'readings'], message })
  }
  if (rule.forMs < USUAL_INTERVAL_MS && rule.readings < 2 && asksLevel) {
    const message =
      'is shorter than sensors usually take between two readings (15m), so a single reading makes a post'
    warnings.push({ path: [...path, 'for'], message })
  }
  if (policy.quiet && !rule.ignoresQuietHours && isWhollyQuiet(rule, policy.quiet.daily)) {
    const message = `falls in the quiet hours ${policy.quiet.daily.text}, so nothing is ever said; choose another time, or write quiet: ignore`
    warnings.push({ path: [...path, 'post_at'], message })
  }
  const overlap = rule.clear && findOverlap(rule.per, rule.when, rule.clear)
  if (overlap !== undefined) {
    const message = `can be true while when is (for example with ${overlap}); while both are, the rule stays as it is`
    warnings.push({ path: [...path, 'clear'], message })
  }
  return warnings
}

/** Whether the quiet hours cover all of the time in which a rule with `post_at` may speak. */
function isWhollyQuiet({ postAtMinute }: Rule, quiet: DayInterval): boolean {
  if (postAtMinute === undefined) return false
  for (let minute = 0; minute < POST_AT_MS / MINUTE; minute++) {
    if (!intervalHolds(quiet, (postAtMinute + minute) % (DAY / MINUTE))) return false
  }
  return true
}

/** Warnings for the policy. */
export function lintPolicy({ quiet, budget }: Policy): readonly FaultAt[] {
  if (budget.whenSpent !== 'digest' || !quiet) return []
  if (!intervalHolds(quiet.daily, budget.digestMinute)) return []
  const message = `falls in the quiet hours ${quiet.daily.text}, so there will be no digest; choose another time`
  return [{ path: ['policy', 'budget', 'digest_at'], message }]
}

const LEVELS: ReadonlySet<string> = new Set(['c.fill', 'c.full', 'c.evidence', 's.full'])

/** A set of facts under which both conditions hold: levels and ages without reports, and counts at a station. */
function findOverlap(per: Rule['per'], when: Condition, clear: Condition): string | undefined {
  const context = createFacts()
  if (per === 'area' || per === 'account') return undefined
  const samples = per === 'container' ? sampleLevels(context) : sampleCounts(context)
  for (const sample of samples) {
    if (when.evaluate(context) === true && clear.evaluate(context) === true) return sample
  }
  return undefined
}

const SAMPLE_NOW = (365 * 24 * HOUR) as EpochMs
const SAMPLE_STATION = {
  station: { id: '0000-1' as StationId },
  litter: undefined,
  ice: undefined,
  gatewayDown: false,
  truck: undefined,
}

function* sampleLevels(context: FactContext): Generator<string> {
  const station = { ...SAMPLE_STATION, containers: { length: 5 }, full: 1, unknown: 0 }
  context.s.look(station, SAMPLE_NOW)
  context.truck.look(station, SAMPLE_NOW)
  context.t.look(SAMPLE_NOW)
  for (const ageHours of [0, 1, 6, 11]) {
    for (let fillPercent = 0; fillPercent <= 100; fillPercent += 2.5) {
      const measuredAt = (SAMPLE_NOW - ageHours * HOUR) as EpochMs
      const known: KnownContainer = {
        container: { id: '0000-1-paper-1' as ContainerId, fraction: 'paper' },
        fillPercent,
        measuredAt,
        liveUntil: measuredAt + 12 * HOUR,
        heardAt: measuredAt,
        emptiedAt: measuredAt,
        fault: undefined,
        reports: [],
        extras: undefined,
        station,
      }
      context.c.look(known, SAMPLE_NOW)
      yield `c.fill ${fillPercent}`
    }
  }
}

function* sampleCounts(context: FactContext): Generator<string> {
  for (let length = 1; length <= 8; length++) {
    for (let full = 0; full <= length; full++) {
      for (let unknown = 0; unknown <= length - full; unknown++) {
        const station = { ...SAMPLE_STATION, containers: { length }, full, unknown }
        context.s.look(station, SAMPLE_NOW)
        context.truck.look(station, SAMPLE_NOW)
        context.t.look(SAMPLE_NOW)
        yield `s.containers ${length}, s.full ${full}`
      }
    }
  }
}
