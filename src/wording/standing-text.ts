/** How a rule stands just now, in one or two plain sentences: the answer to "why not?". */
import type { Standing } from '#src/rules/contract.ts'
import { blockingGate } from '#src/rules/decision.ts'
import type { Language } from '#src/stations/fraction.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { dropText, holdText } from './decision-text.ts'
import { readSpent } from './explanation.ts'
import type { Pending } from './explanation.ts'
import { groundsOf, missingText, needText, tellerOf } from './grounds.ts'
import type { Teller } from './grounds.ts'

/** For residents and staff alike; names no person. `at` is the instant that the standing is of. */
export function explainStanding(
  standing: Standing,
  town: TownIndex,
  language: Language,
  at: EpochMs,
): string {
  const teller = tellerOf(language, at, town.town.timeZone)
  if (standing.awaitsReading && standing.when.value !== 'unknown') {
    return teller.say.awaitsReading(teller.clock(standing.since!))
  }
  if (standing.waiting) return explainWait(standing, teller)
  switch (standing.state) {
    case 'idle':
      return explainSilence(standing, teller)
    case 'pending':
      return explainPending(standing, teller)
    case 'active':
      return explainActive(standing, teller)
    case 'clearing':
      return standing.movesOnAt === undefined
        ? explainActive(standing, teller)
        : teller.say.clearing(teller.clock(standing.movesOnAt))
  }
}

function explainSilence(standing: Standing, teller: Teller): string {
  const { when, evidence, lacking, isScheduled, nextLookAt } = standing
  const { say, clock } = teller
  if (isScheduled && nextLookAt !== undefined) return say.scheduled(clock(nextLookAt))
  if (when.value === 'unknown') return say.nothing(missingText(when.clauses, teller), undefined)
  if (when.value) return say.nothing(grounds(standing, teller), undefined)
  const why = groundsOf(when.clauses, false, evidence?.parts, teller)
  return say.nothing(why, needText(when.clauses, lacking, evidence?.parts, teller))
}

function explainPending(standing: Standing, teller: Teller): string {
  const { startedAt, movesOnAt, when, gates } = standing
  const { say, clock } = teller
  if (when.value === 'unknown' || movesOnAt === undefined) {
    return say.waits(missingText(when.clauses, teller), undefined)
  }
  const held = heldLater(standing, teller)
  return say.pending({
    since: clock(startedAt!),
    grounds: grounds(standing, teller),
    until: clock(movesOnAt),
    ...(gates.length > 0 && held && { held }),
  })
}

/** A gate that would be open again by then is nothing to wait for. */
function heldLater({ gates, movesOnAt }: Standing, { say, clock }: Teller): Pending['held'] {
  const gate = gates.find(({ answer, until }) => {
    return answer === 'drop' || (answer === 'hold' && (until ?? Infinity) > movesOnAt!)
  })
  if (!gate) return undefined
  const reason = say.holdReason(gate, readSpent(gate.detail))
  return { reason, ...(gate.until !== undefined && { until: clock(gate.until) }) }
}

function explainActive(standing: Standing, teller: Teller): string {
  const { posted, startedAt, when } = standing
  const { say, clock } = teller
  if (when.value === 'unknown') return say.waits(missingText(when.clauses, teller), undefined)
  const why = grounds(standing, teller)
  return posted ? say.told(clock(posted.at), why) : say.untold(clock(startedAt!), why)
}

function explainWait(standing: Standing, teller: Teller): string {
  const { gates, waiting } = standing
  const { say, clock } = teller
  const gate = blockingGate(gates)
  if (!gate) return say.withCompany(clock(waiting!.nextTryAt), grounds(standing, teller))
  return gate.answer === 'drop' ? dropText(gate, teller) : holdText(gate, teller)
}

/** Why it is so; of an end that waits to be told, why it is over. */
function grounds({ when, clear, evidence, waiting }: Standing, teller: Teller): string {
  if (waiting?.kind === 'close') {
    return clear
      ? groundsOf(clear.clauses, true, evidence?.parts, teller)
      : groundsOf(when.clauses, false, evidence?.parts, teller)
  }
  // Between the two conditions it goes on, though `when` is no longer true.
  return groundsOf(when.clauses, when.value === true, evidence?.parts, teller)
}
