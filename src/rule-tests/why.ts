/** A decision in the short words that a test's `why` may ask for. */
import type { Clause, Decision, EvidencePart, GateAnswer } from '#src/rules/decision.ts'

/**
 * `posted`, `quiet-hours: 21:00-07:00`, `E=1.0`, `sensor 55 %`, `2 reports full`, `c.fill < 70.0 is true`,
 * `c.fill = 55`.
 */
export function reasonWords(decision: Decision): readonly string[] {
  const { because, gates, evidence, clauses } = decision
  return [
    because,
    ...gates.flatMap(gateWords),
    ...(evidence ? [`E=${evidence.sum.toFixed(2)}`, ...evidenceWords(evidence.parts)] : []),
    ...clauses.flatMap(clauseWords),
  ]
}

function gateWords({ gate, answer, detail }: GateAnswer): readonly string[] {
  if (answer === 'pass' && detail === undefined) return []
  return [detail === undefined ? gate : `${gate}: ${detail}`]
}

function evidenceWords(parts: readonly EvidencePart[]): readonly string[] {
  const sensor = parts.find(({ what }) => what === 'sensor')
  const said = (what: EvidencePart['what'], word: string, isFull: boolean) => {
    const count = parts.filter((part) => part.what === what && part.weight > 0 === isFull).length
    return count === 0
      ? []
      : [`${count} ${word}${count === 1 ? '' : 's'} ${isFull ? 'full' : 'has-room'}`]
  }
  return [
    ...(sensor ? [`sensor ${Math.round(sensor.fillPercent!)} %`] : []),
    ...said('report', 'report', true),
    ...said('report', 'report', false),
    ...said('staff', 'observation', true),
    ...said('staff', 'observation', false),
  ]
}

function clauseWords({ source, value, facts }: Clause): readonly string[] {
  return [
    `${source} is ${value}`,
    ...Object.entries(facts).map(([name, fact]) => `${name} = ${fact ?? 'missing'}`),
  ]
}

const SUM = /^E=(-?\d+(?:\.(\d+))?)$/

/** Which parts of an expected reason are not to be found. `E=1.0` asks for the sum, rounded to as many places. */
export function findMissing(parts: readonly string[], decision: Decision): readonly string[] {
  const words = reasonWords(decision)
  return parts.filter((part) => {
    const [, wanted, places] = SUM.exec(part) ?? []
    if (wanted === undefined) return !words.some((word) => word.includes(part))
    return decision.evidence?.sum.toFixed(places?.length ?? 0) !== wanted
  })
}
