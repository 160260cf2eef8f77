/** Every text there is, by key, and the languages that say it. */
import { LANGUAGES } from '#src/stations/fraction.ts'
import { PUBLIC_TEXTS, type PublicKey, type TextSpec } from './public-texts.ts'

/** What residents read is in three languages. */
export const TEXT_LANGUAGES = [...LANGUAGES] as const
export type TextLanguage = (typeof TEXT_LANGUAGES)[number]

export type TextKey = PublicKey

const SPECS: Readonly<Record<TextKey, TextSpec>> = PUBLIC_TEXTS
const KEYS = Object.keys(SPECS) as TextKey[]

export function textSpec(key: TextKey): TextSpec {
  return SPECS[key]
}

/** The keys that a language says. */
export function textKeysOf(_language: TextLanguage): readonly TextKey[] {
  return KEYS
}

/** `post` of `post.full` */
export function groupOf(key: TextKey): string {
  return key.slice(0, key.indexOf('.'))
}

/** `full` of `post.full` */
export function nameOf(key: TextKey): string {
  return key.slice(key.indexOf('.') + 1)
}
