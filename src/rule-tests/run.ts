/** Runs rule tests, and tells what came of them in words. */
import type { DecidedPost, Decision } from '#src/rules/decision.ts'
import type { Town } from '#src/stations/station.ts'
import { compare } from './compare.ts'
import type { Failure } from './compare.ts'
import type { RuleTest } from './rule-test.ts'
import { openStage } from './stage.ts'
import { tellTime } from './times.ts'

export interface TestRun {
  readonly test: RuleTest
  readonly failures: readonly Failure[]
  readonly posts: readonly DecidedPost[]
  readonly decisions: readonly Decision[]
  /** As it was at the end. */
  readonly town: Town
}

/** Plays the test up to its last expectation. What happens at an instant has happened when it is looked at. */
export function runRuleTest(test: RuleTest): TestRun {
  const stage = openStage(test)
  const failures: Failure[] = []
  /** How far each list has been played, or answered for by an earlier expectation. */
  let cues = 0
  let posts = 0
  let decisions = 0
  let ignored = 0
  for (const expectation of test.expectations) {
    while (cues < test.cues.length && test.cues[cues]!.at <= expectation.at) {
      stage.play(test.cues[cues++]!)
    }
    stage.passUntil(expectation.at)
    const since = {
      posts: stage.posts.slice(posts),
      decisions: stage.decisions.slice(decisions),
      ignored: stage.ignored.slice(ignored),
    }
    failures.push(...compare(expectation, stage, since, test))
    // Posts are never passed over: who does not ask for them now is asked at the next.
    if (expectation.posts) posts = stage.posts.length
    decisions = stage.decisions.length
    ignored = stage.ignored.length
  }
  return {
    test,
    failures,
    posts: stage.posts,
    decisions: stage.decisions,
    town: stage.town,
  }
}

/** A decision in a sentence. */
export type TellDecision = (decision: Decision, town: Town) => string

/** A failure in lines: where, what was expected, what happened instead, and why. */
export function failureLines(
  { line, at, what, expected, found, differences, decisions }: Failure,
  { test, town }: TestRun,
  tell: TellDecision,
): readonly string[] {
  return [
    `${test.file}:${line}  at ${tellTime(at, test.start)}, ${what}:`,
    ...listed('expected', expected),
    ...listed('found   ', found),
    ...differences.map((difference) => `  ${difference}`),
    ...(decisions.length > 0 ? ['  what was decided:'] : []),
    ...decisions.map((decision) => {
      const { at, ruleId, subject, from, to, because } = decision
      const change = from === to ? to : `${from} → ${to}`
      const head = `${tellTime(at, test.start)}  ${ruleId}/${test.nameOf(subject)}  ${change.toUpperCase()}  ${because}`
      return `    ${head}: ${tell(decision, town)}`
    }),
  ]
}

function listed(word: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [`  ${word}  nothing`]
  const pad = ' '.repeat(word.length)
  return items.map((item, i) => `  ${i === 0 ? word : pad}  ${item}`)
}
