/**
 * The texts that come with Kvitter. They are part of the program as its code is, so they are read once,
 * where they are first asked for; nothing else in this room reads a file.
 */
import { readFileSync } from 'node:fs'
import { faultLine } from '#src/stations/fault-line.ts'
import { parseTextFile, type TextFile } from './text-file.ts'
import type { TextLanguage } from './text-keys.ts'

const files = new Map<TextLanguage, TextFile>()

/** @throws where one of our own files has a fault. */
export function defaultTexts(language: TextLanguage): TextFile {
  const known = files.get(language)
  if (known) return known
  const { text, fileName } = ownTextFile(language)
  // The tests try them; at each start it would cost a tenth of a second.
  const parsed = parseTextFile(text, fileName, language, true)
  if (parsed.kind === 'faulty') throw new Error(parsed.faults.map(faultLine).join('\n'))
  files.set(language, parsed.file)
  return parsed.file
}

/** A language's file as it is written. */
export function ownTextFile(language: TextLanguage): {
  readonly text: string
  readonly fileName: string
} {
  const path = new URL(`texts/${language}.yaml`, import.meta.url)
  return { text: readFileSync(path, 'utf8'), fileName: `src/wording/texts/${language}.yaml` }
}
