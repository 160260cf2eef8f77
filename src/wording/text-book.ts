/** The texts in force: a town's own before those that come with Kvitter, each compiled when first said. */
import { defaultTexts } from './default-texts.ts'
import type { Texts } from './text-file.ts'
import type { TextKey, TextLanguage } from './text-keys.ts'
import { compileTemplate } from './text-template.ts'
import type { Template, Values } from './text-template.ts'

/** A town's own texts by language. */
export type TownTexts = Readonly<Partial<Record<TextLanguage, Texts>>>

export interface TextBook {
  /** @throws when the text can't be said with these values. */
  say(key: TextKey, language: TextLanguage, values: Values): string
  /** Whether the town has texts of its own in a language. */
  hasOwn(language: TextLanguage): boolean
}

export function openTextBook(own: TownTexts = {}): TextBook {
  const compiled = new Map<string, Template>()
  const templateOf = (key: TextKey, language: TextLanguage): Template => {
    const known = compiled.get(`${language} ${key}`)
    if (known) return known
    const template = compile(own[language]?.get(key), key, language)
    compiled.set(`${language} ${key}`, template)
    return template
  }
  return {
    say: (key, language, values) => templateOf(key, language).say(values),
    hasOwn: (language) => (own[language]?.size ?? 0) > 0,
  }
}

function compile(source: string | undefined, key: TextKey, language: TextLanguage): Template {
  const written = source ?? defaultTexts(language).texts.get(key)
  if (written === undefined) throw new Error(`there is no text ${key} in ${language}`)
  const made = compileTemplate(written, language)
  if (made.kind === 'faulty') throw new Error(`${key} in ${language}: ${made.message}`)
  return made.template
}
