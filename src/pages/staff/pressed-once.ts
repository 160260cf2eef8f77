/** A form whose button is pressed twice does once what it does, and is answered as the first time. */
import { randomBytes } from 'node:crypto'
import type { Html } from '../html.ts'
import { hidden } from './form-parts.ts'

const FIELD = 'press'
/** Nobody presses again after so many others. */
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
export function openPressOnce<Answer>(): PressOnce<Answer> {
  const answers = new Map<string, Promise<Answer>>()
  return (form, act) => {
    if (!form.has(FIELD)) return act()
    const name = form.toString()
    const before = answers.get(name)
    if (before) return before
    const answer = act()
    answers.set(name, answer)
    answer.catch(() => answers.delete(name))
    const [oldest] = answers.keys()
    if (answers.size > MOST_KEPT) answers.delete(oldest!)
    return answer
  }
}
