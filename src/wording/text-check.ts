/** Whether a text does what its key asks of it, whatever values it gets. */
import { NOTHING } from './text-facts.ts'
import { plainForSms, smsSize } from './sms-parts.ts'
import { isPublic, isSms, textSpec } from './text-keys.ts'
import type { TextKey, TextLanguage } from './text-keys.ts'
import { samplesOf } from './text-samples.ts'
import type { Template, Values } from './text-template.ts'
import { hasMention, isUrlLike } from './x-limits.ts'

/** The first thing that is wrong with a text, if any: it fails, leaves out what it must say, or makes a link. */
export function findTextFault(
  key: TextKey,
  template: Template,
  language: TextLanguage,
): string | undefined {
  for (const words of isPublic(key) ? template.literals : []) {
    const fault = findForbidden(words)
    if (fault !== undefined) return fault
  }
  const { says, needs } = textSpec(key)
  for (const values of samplesOf(says)) {
    const said = trySaying(template, values)
    if (said.kind === 'failed') return `can't be said with ${shown(values)}: ${said.because}`
    const missing = needs.find((need) => isLeftOut([need].flat(), values, said.text))
    if (missing !== undefined) {
      const wanted = [missing].flat().map((name) => `{$${name}}`)
      return `leaves out ${wanted.join(' or ')} where it is known: with ${shown(values)} it says "${said.text}"`
    }
    const tooLong = isSms(key) ? findSmsFault(said.text, language) : undefined
    if (tooLong !== undefined) return tooLong
  }
  return undefined
}

/** Most parts that an SMS may be sent in; each is paid for. */
const MOST_PARTS: Readonly<Record<TextLanguage, number>> = { sv: 1, en: 1, fi: 1, so: 1, ar: 2 }

function findSmsFault(text: string, language: TextLanguage): string | undefined {
  const { alphabet, length, parts } = smsSize(plainForSms(text))
  const most = MOST_PARTS[language]
  if (parts <= most) return undefined
  const room =
    most === 1 ? `160 letters of GSM-7, or 70 where any other stands in it` : `${most} parts of 67`
  return `is ${length} letters (${alphabet}, ${parts} parts) as an SMS, which holds ${room}: "${text}"`
}

/** The most parts that any sample of a text takes as an SMS. */
export function mostParts(key: TextKey, template: Template): number {
  const said = samplesOf(textSpec(key).says).map((values) => template.say(values))
  return Math.max(...said.map((text) => smsSize(plainForSms(text)).parts))
}

function findForbidden(words: string): string | undefined {
  if (isUrlLike(words)) {
    return 'holds what X takes for a link and charges thirteen times as much for; put a space after a full stop, and addresses in the account’s profile'
  }
  if (hasMention(words))
    return 'mentions an account with @; a post is about a place, not to anybody'
  return undefined
}

function trySaying(
  template: Template,
  values: Values,
):
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'failed'; readonly because: string } {
  try {
    return { kind: 'said', text: template.say(values) }
  } catch (error) {
    return { kind: 'failed', because: (error as Error).message }
  }
}

/** None of these is said, though at least one is something. */
function isLeftOut(names: readonly string[], values: Values, text: string): boolean {
  const known = names.map((name) => values[name]).filter((value) => value !== NOTHING)
  return known.length > 0 && known.every((value) => !text.includes(String(value)))
}

function shown(values: Values): string {
  const parts = Object.entries(values).map(([name, value]) => `$${name} "${value}"`)
  return parts.length === 0 ? 'no values' : parts.join(', ')
}
