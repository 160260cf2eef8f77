/** Plays scenes to the engine: levels at an interval, reports, emptyings, changes of the town. */
import { readFileSync } from 'node:fs'

import type { KeptState } from '#src/rules/contract.ts'
import type { ContainerState, DecidedPost, Decision, Effects } from '#src/rules/decision.ts'
import { createEngine } from '#src/rules/engine.ts'
import type { Applied, JournalRecord, ReportKind } from '#src/rules/record.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import type { RuleBook } from '#src/rules/rule-file.ts'
import type { Fact } from '#src/store/journal.ts'
import type { ContainerId, PostKey } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { HOUR, MINUTE, instant, wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { castTown, containerId, deviceId } from '#tests/support/town.ts'

export { HOUR, MINUTE }

export const borasRules = readFileSync(
  new URL('../../towns/boras/rules.yaml', import.meta.url),
  'utf8',
)

/** A rule book from text; throws with the faults when it has any. */
export function bookOf(text: string): RuleBook {
  const parsed = parseRuleFile(text, 'rules.yaml')
  if (parsed.kind === 'ok') return parsed.book
  throw new Error(parsed.faults.map((f) => `${f.line} ${f.field}: ${f.message}`).join('\n'))
}

export const borasBook = bookOf(borasRules)

/** Wall time in Borås, `2026-05-05T10:00`. */
export function local(text: string): EpochMs {
  return instant(
    Temporal.PlainDateTime.from(text).toZonedDateTime('Europe/Stockholm').epochMilliseconds,
  )
}

export function after(start: EpochMs, ms: number): EpochMs {
  return instant(start + ms)
}

/** `901-paper-1` → `1490-901-paper-1` */
export function box(name: string): ContainerId {
  return containerId(`1490-${name}`)
}

export type Cue =
  | ({ readonly at: EpochMs; readonly fill: number; readonly of: string } & ReadingTraits)
  | ({ readonly at: EpochMs; readonly fault: 'no-echo'; readonly of: string } & ReadingTraits)
  | {
      readonly at: EpochMs
      readonly report: ReportKind
      readonly of: string
      readonly who: string
      readonly by?: 'staff'
    }
  | { readonly at: EpochMs; readonly emptied: EpochMs; readonly of: string }
  /** It was not emptied at `unemptied`, but at `really` or never. */
  | {
      readonly at: EpochMs
      readonly unemptied: EpochMs
      readonly really?: EpochMs
      readonly of: string
    }
  /** Anything else that the rules may be told. */
  | { readonly at: EpochMs; readonly told: Fact }
  | { readonly at: EpochMs; readonly town: Town }
  | { readonly at: EpochMs; readonly resumed: true; readonly firedUntil?: EpochMs }

interface ReadingTraits {
  /** When it was measured, if not at arrival. */
  readonly measured?: EpochMs
  /** Which device says so, if not the container's own. */
  readonly device?: string
}

/** The same container at an interval: `levels('901-paper-1', ten, 10 * MINUTE, [92, 92, 40])`. */
export function levels(
  of: string,
  from: EpochMs,
  everyMs: number,
  fills: readonly number[],
): readonly Cue[] {
  return fills.map((fill, i) => ({ at: after(from, i * everyMs), fill, of }))
}

export function same(fill: number, times: number): readonly number[] {
  return Array.from({ length: times }, () => fill)
}

export interface Played {
  readonly posts: readonly DecidedPost[]
  readonly withdrawn: readonly PostKey[]
  readonly decisions: readonly Decision[]
  readonly applied: readonly Applied[]
  readonly kept: KeptState
}

export interface Stage {
  readonly book?: RuleBook
  readonly town?: Town
  /** What was kept of an earlier engine. */
  readonly kept?: KeptState
}

/** Plays cues in order of time, then lets time pass until `until`. */
export function play(cues: readonly Cue[], until: EpochMs, stage: Stage = {}): Played {
  return createPlay(stage).goOn(cues, until)
}

/** Plays in parts, so that a test can look in between. */
export function createPlay({ book = borasBook, town = castTown, kept }: Stage = {}) {
  const engine = createEngine({ book, town, ...(kept && { kept }) })
  const store = createStore(kept)
  const applied: Applied[] = []
  let seq = 0
  return {
    engine,
    goOn: (cues: readonly Cue[], until: EpochMs): Played => {
      for (const cue of cues.toSorted((a, b) => a.at - b.at)) {
        if ('town' in cue) engine.replaceTown(cue.town)
        applied.push(engine.apply(recordOf(cue, ++seq)))
        store.keep(engine.takeEffects())
      }
      engine.advance(until)
      store.keep(engine.takeEffects())
      const { posts, withdrawn, decisions } = store
      return { posts, withdrawn, decisions, applied, kept: store.kept() }
    },
  }
}

/** Keeps effects as a database would: the newest of each row. */
export function createStore(before?: KeptState) {
  const posts: DecidedPost[] = []
  const withdrawn: PostKey[] = []
  const decisions: Decision[] = []
  const containers = new Map<ContainerId, ContainerState>(
    before?.containers.map((state) => [state.containerId, state]),
  )
  const state = new Map<string, string>(before?.state)
  return {
    posts,
    withdrawn,
    decisions,
    keep(effects: Effects): void {
      posts.push(...effects.posts)
      withdrawn.push(...effects.withdrawn)
      decisions.push(...effects.decisions)
      // Through text, as everything kept goes: nothing may live on by being the same object.
      for (const container of effects.containers) {
        containers.set(container.containerId, structuredClone(container))
      }
      for (const [key, text] of effects.state) {
        if (text === undefined) state.delete(key)
        else state.set(key, text)
      }
    },
    kept: (): KeptState => ({ containers: [...containers.values()], state: new Map(state) }),
  }
}

export function recordOf(cue: Cue, seq: number): JournalRecord {
  const { at } = cue
  if ('town' in cue) return { type: 'town', seq, at }
  if ('told' in cue) return { ...cue.told, seq, at }
  if ('resumed' in cue) {
    return {
      type: 'resumed',
      seq,
      at,
      ...(cue.firedUntil !== undefined && { firedUntil: cue.firedUntil }),
    }
  }
  const of = box(cue.of)
  if ('report' in cue) {
    const by = cue.by ?? 'resident'
    return { type: 'report', seq, at, containerId: of, kind: cue.report, by, reporter: cue.who }
  }
  if ('emptied' in cue) {
    return { type: 'emptied', seq, at, containerId: of, emptiedAt: cue.emptied, by: 'staff' }
  }
  if ('unemptied' in cue) {
    return {
      type: 'emptying-corrected',
      seq,
      at,
      containerId: of,
      of: 0,
      was: cue.unemptied,
      ...(cue.really !== undefined && { emptiedAt: cue.really }),
      actor: 'Kim',
    }
  }
  return {
    type: 'reading',
    seq,
    at,
    containerId: of,
    deviceId: deviceId(cue.device ?? `dev-${cue.of}`),
    measuredAt: cue.measured ?? at,
    ...('fill' in cue ? { fillPercent: cue.fill } : { fault: cue.fault }),
  }
}

/** `05-05 10:45 open: full 901-paper-1, full 901-plastic-1` */
export function tellPost(post: DecidedPost): string {
  const items = post.items.map((item) => `${item.template} ${item.subject.slice(5)}`)
  return `${clock(post.at)} ${post.kind}: ${items.join(', ')}`
}

/** `10:30 full 901-paper-1 pending→active held-long-enough` */
export function tellDecision(decision: Decision): string {
  const { at, ruleId, subject, from, to, because, outcome, gates } = decision
  const blocking = gates.find((gate) => gate.answer !== 'pass')
  const by = outcome === 'posted' || !blocking ? '' : ` (${blocking.gate})`
  return `${clock(at)} ${ruleId} ${subject.slice(5)} ${from}→${to} ${because}${by}`
}

export function clock(at: EpochMs): string {
  const { day, minuteOfDay } = wallTime(at, 'Europe/Stockholm')
  const two = (n: number) => String(n).padStart(2, '0')
  return `${day.slice(5)} ${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`
}

/** Rules of a test, with the policy of Borås unless said otherwise. */
export function rulesWith(rules: string, policy = ''): RuleBook {
  return bookOf(`version: 1\npolicy: { ${policy} }\nrules:\n${rules}`)
}
