/** What a decision rests on, in words: what the sensor shows and people say, counts, forecasts, plans. */
import type { Clause, EvidencePart } from '#src/rules/decision.ts'
import type { Lacking } from '#src/rules/evidence.ts'
import type { Language } from '#src/stations/fraction.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { explainEn } from './explain-en.ts'
import { explainFi } from './explain-fi.ts'
import { explainSv } from './explain-sv.ts'
import type { Explanations, Missing, NumberFact, YesNoFact } from './explanation.ts'

export const EXPLANATIONS: Readonly<Record<Language, Explanations>> = {
  sv: explainSv,
  en: explainEn,
  fi: explainFi,
}

/** A language, and how it says clock times from where one stands. */
export interface Teller {
  readonly say: Explanations
  readonly clock: (at: EpochMs) => string
}

export function tellerOf(language: Language, now: EpochMs, timeZone: string): Teller {
  const say = EXPLANATIONS[language]
  return { say, clock: (at) => say.clock(at, now, timeZone) }
}

type Value = Clause['facts'][string]
type Parts = readonly EvidencePart[]

/** Facts that the evidence tells together. */
const LEVELS: ReadonlySet<string> = new Set([
  'c.full',
  'c.evidence',
  'c.fill',
  'c.fill_age_min',
  'c.full_reports_2h',
  'c.room_reports_8h',
])
/** What is so of these can last; other things are said once and are so. */
const LASTING: ReadonlySet<string> = new Set([
  ...LEVELS,
  's.full',
  'a.stations_full',
  'c.sensor_silent_min',
])
const FULLNESS: ReadonlySet<string> = new Set([...LEVELS, 's.full', 'a.stations_full'])

export function isOfLevel(clauses: readonly Clause[]): boolean {
  const names = namesOf(clauses)
  return names.some((name) => FULLNESS.has(name)) && !names.includes('c.p_full_24h')
}

export function canLast(clauses: readonly Clause[]): boolean {
  const names = namesOf(clauses)
  return names.some((name) => LASTING.has(name)) && !names.includes('c.p_full_24h')
}

function namesOf(clauses: readonly Clause[]): readonly string[] {
  return clauses.flatMap(({ facts }) => Object.keys(facts))
}

interface Ground {
  readonly text: string
  /** It says only that something is not there: left out where something else is, and said once. */
  readonly isNothing: boolean
}

/**
 * Why a condition is true, or is not: the clauses that come out so, in words. Facts without words of
 * their own, such as a container's id, are passed over.
 */
export function groundsOf(
  clauses: readonly Clause[],
  truth: boolean,
  parts: Parts | undefined,
  teller: Teller,
): string {
  const { say } = teller
  const grounds = new Map<string, Ground>()
  const counts = Object.assign({}, ...clauses.map(({ facts }) => facts)) as Clause['facts']
  for (const clause of clauses) {
    if (clause.value !== truth) continue
    for (const [name, value] of Object.entries(clause.facts)) {
      const ground = groundOf(name, value, clause, counts, parts, teller)
      if (ground) grounds.set(ground.text, ground)
    }
  }
  const all = [...grounds.values()]
  const telling = all.filter(({ isNothing }) => !isNothing)
  const told = telling.length > 0 ? telling : all.slice(0, 1)
  if (told.length === 0) return say.condition[truth ? 0 : 1]
  return say.list(told.map(({ text }) => text))
}

function groundOf(
  name: string,
  value: Value,
  clause: Clause,
  counts: Clause['facts'],
  parts: Parts | undefined,
  teller: Teller,
): Ground | undefined {
  const { say } = teller
  if (value === null) return undefined
  if (LEVELS.has(name)) {
    // That it isn't full is seldom why a rule speaks.
    if (clause.value === true && value === false && name === 'c.full') return undefined
    const text = levelText(parts, name, value, teller)
    return text === undefined ? undefined : { text, isNothing: false }
  }
  if (name === 's.full' || name === 's.containers') {
    const full = counts['s.full']
    const of = counts['s.containers']
    if (typeof full !== 'number') return undefined
    const text = say.containersFull(full, typeof of === 'number' ? of : undefined)
    return { text, isNothing: false }
  }
  if (name === 'c.fault') {
    return { text: say.yesNo['c.fault'][value === '' ? 1 : 0], isNothing: value === '' }
  }
  if (typeof value === 'number' && name in say.numbers) {
    return { text: say.numbers[name as NumberFact](value), isNothing: value === 0 }
  }
  if (typeof value === 'boolean' && name in say.yesNo) {
    return { text: say.yesNo[name as YesNoFact][value ? 0 : 1], isNothing: !value }
  }
  return undefined
}

/** All of the evidence where there is any; else the level that the clause itself read. */
function levelText(
  parts: Parts | undefined,
  name: string,
  value: Value,
  teller: Teller,
): string | undefined {
  if (parts && parts.length > 1) return evidenceText(parts, teller)
  return name === 'c.fill' && typeof value === 'number' ? teller.say.sensorShows(value) : undefined
}

/** Reports first where they weigh more than a low sensor; who said so is never told. */
function evidenceText(parts: Parts, teller: Teller): string {
  const { say } = teller
  const sensor = parts.find(({ what }) => what === 'sensor')
  const shown = sensor?.fillPercent === undefined ? undefined : say.sensorShows(sensor.fillPercent)
  const said = parts.filter(({ what }) => what === 'report' || what === 'staff')
  if (said.length === 0) return shown ?? say.missing.information
  const told = reportsText(said, teller)
  if (shown === undefined) return told
  const sum = said.reduce((weight, part) => weight + part.weight, 0)
  const agrees = sum > 0 === sensor!.weight > 0
  return agrees ? say.list([shown, told]) : say.despite(told, shown)
}

function reportsText(said: Parts, { say, clock }: Teller): string {
  const kinds = [
    { by: 'staff', isFull: true },
    { by: 'report', isFull: true },
    { by: 'staff', isFull: false },
    { by: 'report', isFull: false },
  ] as const
  const texts = kinds.flatMap(({ by, isFull }) => {
    const times = said
      .filter(({ what, weight }) => what === by && weight > 0 === isFull)
      .flatMap(({ at }) => at ?? [])
      .sort((a, b) => a - b)
    return times.length === 0 ? [] : say.reported({ by, isFull, times: times.map(clock) })
  })
  return say.list(texts)
}

/** What a condition that is UNKNOWN waits for. */
export function missingText(clauses: readonly Clause[], { say }: Teller): string {
  const missing = clauses
    .filter(({ value }) => value === 'unknown')
    .flatMap(({ facts }) => Object.entries(facts))
    .flatMap(([name, value]) => (value === null ? missingOf(name) : []))
  const [first] = missing
  return say.missing[first ?? 'information']
}

function missingOf(name: string): Missing {
  switch (name) {
    case 'c.p_full_24h':
      return 'forecast'
    case 'c.next_emptying_h':
      return 'plan'
    case 'c.repaired_since_last_broken':
    case 's.cleaned_since_last_litter':
      return 'word'
    default:
      return 'information'
  }
}

/** Reports that are counted: "it takes two" says enough. */
const COUNTED: ReadonlySet<string> = new Set([
  'c.full_reports_2h',
  'c.room_reports_8h',
  'c.broken_reports_24h',
  's.litter_reports_4h',
  's.ice_reports_12h',
  'a.stations_full',
  'a.stations_full_last_7d',
])

/** What would make a condition true that is not; undefined where there is no simple word for it. */
export function needText(
  clauses: readonly Clause[],
  lacking: Lacking | undefined,
  parts: Parts | undefined,
  { say }: Teller,
): string | undefined {
  const unmet = clauses.filter(({ value }) => value === false)
  if (lacking && unmet.some(({ source }) => source === 'c.full')) {
    const reported = (parts ?? []).filter(({ what }) => what === 'report').length
    return say.needsForFull(lacking, reported)
  }
  for (const { source } of unmet) {
    const [, name, limit] = /^(\w+\.\w+) >= (\d+(?:\.\d+)?)$/.exec(source) ?? []
    if (name === undefined) continue
    if (COUNTED.has(name)) return say.needsNumber(Number(limit))
    if (name === 'c.p_full_24h') return say.needsPercent(Number(limit) * 100)
  }
  return undefined
}
