/** What a codec gave back, looked into for the first time: JSON text, so nothing of it is alive. */
import type { CodecOutcome } from './pool.ts'

/** Values in one answer, lists and objects counted as well. The longest list a sensor sends has some hundred. */
const MOST_VALUES = 5000
const MOST_LEVELS = 32
const MOST_TEXTS = 5
const SHOWN_CHARACTERS = 300

/** `json` is of bounded length, and may be anything: a codec can put a function of its own in the place of `JSON.stringify`. */
export function readAnswer(json: string): CodecOutcome {
  let answer: unknown
  try {
    answer = JSON.parse(json)
  } catch {
    return badAnswer('the codec answered no JSON')
  }
  const fault = faultIn(answer)
  if (fault !== undefined) return badAnswer(`the codec's answer has ${fault}`)
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    return badAnswer('expected an object with data')
  }
  const { data, errors, warnings } = answer as Readonly<Record<string, unknown>>
  const said = textsOf(errors)
  if (said.length > 0) return { kind: 'failed', because: 'threw', detail: said.join('; ') }
  if (typeof data !== 'object' || data === null) return badAnswer('expected an object with data')
  return { kind: 'answered', data, warnings: textsOf(warnings) }
}

/** A text of a codec's own, fit for a log line, a page and a terminal: short, and without signs that steer. */
export function shownText(text: string): string {
  return text.slice(0, SHOWN_CHARACTERS).replace(/\p{C}+/gu, ' ')
}

function badAnswer(detail: string): CodecOutcome {
  return { kind: 'failed', because: 'bad-answer', detail }
}

/** What nobody who reads the answer should have to think of. Goes by levels: nesting costs no stack. */
function faultIn(answer: unknown): string | undefined {
  let level: readonly unknown[] = [answer]
  let values = 0
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) return `more than ${MOST_LEVELS} levels`
    const next: unknown[] = []
    for (const value of level) {
      // JSON's own 1e999 is read as Infinity.
      if (typeof value === 'number' && !Number.isFinite(value)) return 'a number that is not finite'
      if (typeof value !== 'object' || value === null) continue
      if (Object.hasOwn(value, '__proto__')) return 'a field named __proto__'
      for (const inner of Object.values(value)) next.push(inner)
    }
    values += next.length
    if (values > MOST_VALUES) return `more than ${MOST_VALUES} values`
    level = next
  }
  return undefined
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return value
    .slice(0, MOST_TEXTS)
    .map((text) => shownText(typeof text === 'string' ? text : JSON.stringify(text)))
}
