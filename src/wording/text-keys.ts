/** Every text there is, by key, and the languages that say it. */
import { LANGUAGES } from '#src/stations/fraction.ts'
import type { Language } from '#src/stations/fraction.ts'
import { BOOKING_LANGUAGES, type BookingLanguage } from '#src/stations/return-bike.ts'
import { ALERT_SPECS, BOOKING_SPECS, type PrivateKey } from './private-texts.ts'
import { PUBLIC_TEXTS, type PublicKey, type TextSpec } from './public-texts.ts'

/** What residents read is in three languages; who books may be written to in two more. */
export const TEXT_LANGUAGES = BOOKING_LANGUAGES
export type TextLanguage = BookingLanguage

export type TextKey = PublicKey | PrivateKey

const SPECS: Readonly<Record<TextKey, TextSpec>> = {
  ...PUBLIC_TEXTS,
  ...BOOKING_SPECS,
  ...ALERT_SPECS,
}
const KEYS = Object.keys(SPECS) as TextKey[]
const BOOKING_KEYS = Object.keys(BOOKING_SPECS) as TextKey[]

export function textSpec(key: TextKey): TextSpec {
  return SPECS[key]
}

/** The keys that a language says. */
export function textKeysOf(language: TextLanguage): readonly TextKey[] {
  return isPageLanguage(language) ? KEYS : BOOKING_KEYS
}

function isPageLanguage(language: TextLanguage): language is Language {
  return (LANGUAGES as readonly string[]).includes(language)
}

export function isPublic(key: TextKey): key is PublicKey {
  return Object.hasOwn(PUBLIC_TEXTS, key)
}

/** Texts that are sent as an SMS. */
export function isSms(key: TextKey): boolean {
  return key.startsWith('message.') || key.startsWith('alert.')
}

/** `post` of `post.full` */
export function groupOf(key: TextKey): string {
  return key.slice(0, key.indexOf('.'))
}

/** `full` of `post.full` */
export function nameOf(key: TextKey): string {
  return key.slice(key.indexOf('.') + 1)
}
