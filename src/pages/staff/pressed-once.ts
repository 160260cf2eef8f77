/** A form whose button is pressed twice does once what it does, and is answered as the first time. */
import { randomBytes } from 'node:crypto'
import { MINUTE } from '#src/stations/time.ts'
import type { Html } from '../html.ts'
import { hidden } from './form-parts.ts'

const FIELD = 'press'
/** Of real time. Whoever comes back to the form later, by the browser's button, means what they press. */
const SAME_PRESS_MS = MINUTE
const MOST_KEPT = 500

/** What tells two forms apart in which the same is written. */
export function pressField(): Html {
  return hidden(FIELD, randomBytes(12).toString('base64url'))
}

export type PressOnce<Answer> = (
  form: URLSearchParams,
  act: () => Promise<Answer>,
) => Promise<Answer>

/** Who presses again while the first press is under way waits for its answer. What failed may be pressed again. */
export function openPressOnce<Answer>(
  monotonicMs: () => number = () => performance.now(),
): PressOnce<Answer> {
  /** The oldest first. */
  const presses = new Map<string, { readonly atMs: number; readonly answer: Promise<Answer> }>()
  return (form, act) => {
    if (!form.has(FIELD)) return act()
    const nowMs = monotonicMs()
    for (const [name, { atMs }] of presses) {
      if (nowMs - atMs < SAME_PRESS_MS && presses.size < MOST_KEPT) break
      presses.delete(name)
    }
    const name = form.toString()
    const before = presses.get(name)
    if (before) return before.answer
    const press = { atMs: nowMs, answer: act() }
    presses.set(name, press)
    press.answer.catch(() => {
      if (presses.get(name) === press) presses.delete(name)
    })
    return press.answer
  }
}
