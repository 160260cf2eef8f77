/** A decision in one plain sentence: why something was said, why not, or what it waits for. */
import { blockingGate } from '#src/rules/decision.ts'
import type { Decision, DecisionReason, GateAnswer } from '#src/rules/decision.ts'
import type { Language } from '#src/stations/fraction.ts'
import { MINUTE } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { readSpent } from './explanation.ts'
import type { Told } from './explanation.ts'
import { canLast, groundsOf, isOfLevel, tellerOf } from './grounds.ts'
import type { Teller } from './grounds.ts'

/**
 * One sentence for residents and staff alike, with clock times as they are in the town. Every reason
 * and every gate has its own; docs/reasons.md lists them.
 */
export function explainDecision(decision: Decision, town: TownIndex, language: Language): string {
  const teller = tellerOf(language, decision.at, town.town.timeZone)
  const { because } = decision
  if (because !== 'gate-held' && because !== 'gate-dropped') {
    return teller.say.reasons[because](tell(decision, teller))
  }
  const gate = blockingGate(decision.gates) ?? OVER
  return because === 'gate-held' ? holdText(gate, teller) : dropText(gate, teller)
}

function tell(decision: Decision, teller: Teller): Told {
  const { at, clauses, evidence, heldMs, stationId } = decision
  return {
    when: teller.clock(at),
    grounds: groundsOf(clauses, truthShown(decision), evidence?.parts, teller),
    ...(heldMs !== undefined &&
      heldMs >= MINUTE &&
      canLast(clauses) && { held: teller.say.span(heldMs) }),
    isOfLevel: isOfLevel(clauses),
    isOfStation: stationId !== undefined,
  }
}

/** Where no gate is kept with it. */
const OVER: GateAnswer = { gate: 'still-active', answer: 'drop' }

/** Reasons that speak of a condition that no longer is. */
const OF_AN_END: ReadonlySet<DecisionReason> = new Set([
  'reset-before-for',
  'clear-condition-true',
  'cleared',
  'resolved-while-waiting',
  'schedule-not-true',
])

/** Reasons that may be of news of a beginning or of an end. */
const OF_NEWS: ReadonlySet<DecisionReason> = new Set(['grouped', 'absorbed', 'posted', 'digested'])

/** A rule without a `clear` of its own ends when its `when` is false. */
function truthShown({ because, condition, to }: Decision): boolean {
  if (condition === 'clear') return true
  const isOver = to === 'idle' || to === 'pending'
  return !OF_AN_END.has(because) && !(OF_NEWS.has(because) && isOver)
}

export function holdText(gate: GateAnswer, { say, clock }: Teller): string {
  const until = gate.until === undefined ? undefined : clock(gate.until)
  return say.waits(say.holdReason(gate, readSpent(gate.detail)), until)
}

export function dropText(gate: GateAnswer, { say }: Teller): string {
  return say.isNotPosted(say.dropReason(gate, readSpent(gate.detail)))
}
