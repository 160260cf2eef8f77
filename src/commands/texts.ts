/** `kvitter texts`: are the words all there, do they fit, and what is there to say another way? */
import { parseArgs } from 'node:util'
import { LANGUAGES } from '#src/stations/fraction.ts'
import { faultLine } from '#src/stations/fault-line.ts'
import { defaultTexts, ownTextFile } from '#src/wording/default-texts.ts'
import type { TownTexts } from '#src/wording/text-book.ts'
import { mostParts } from '#src/wording/text-check.ts'
import { parseTextFile, type TextFile } from '#src/wording/text-file.ts'
import {
  groupOf,
  isSms,
  nameOf,
  TEXT_LANGUAGES,
  textKeysOf,
  textSpec,
} from '#src/wording/text-keys.ts'
import type { TextKey, TextLanguage } from '#src/wording/text-keys.ts'
import { findUnfit } from '#src/wording/text-limits.ts'
import { compileTemplate } from '#src/wording/text-template.ts'
import type { Env } from '../config.ts'
import { readTownTexts } from '../town-texts.ts'
import type { CommandResult } from './codec.ts'

const USAGE = [
  'usage: kvitter texts check [--town DIR]',
  '       kvitter texts list  [--town DIR] [--language LANGUAGE] [KEY...]',
  '',
  'check tells what is wrong with any text, ours and those in DIR/texts: a key or a value that is missing or',
  'unknown, a text that leaves out what it must say, a link, a post or an SMS too long for its channel.',
  'list prints texts as a file of texts, the values that each can say above it. Keep of it what you change,',
  'as DIR/texts/LANGUAGE.yaml.',
  '',
  '  --town DIR           the folder of the town [KVITTER_TOWN]',
  `  --language LANGUAGE  ${TEXT_LANGUAGES.join(', ')} [sv]`,
  '  KEY                  only this text or group, such as post.full or heading',
  '',
  'How to write them: docs/TEXTS.md. Exit codes: 0 all is well, 2 a text has faults.',
].join('\n')

export async function textsCommand(args: readonly string[], env: Env): Promise<CommandResult> {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        town: { type: 'string' },
        language: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const { values, positionals } = parsed
  if (values.help) return { code: 0, text: USAGE }
  const [what, ...keys] = positionals
  const folder = values.town ?? env['KVITTER_TOWN']
  if (what === 'check' && keys.length === 0) return checkTexts(folder)
  if (what !== 'list') return { code: 2, text: USAGE }
  const language = TEXT_LANGUAGES.find((each) => each === (values.language ?? 'sv'))
  if (language === undefined) {
    const known = TEXT_LANGUAGES.join(', ')
    return { code: 2, text: `--language: expected one of ${known}, got "${values.language}"` }
  }
  return listTexts(folder, language, keys)
}

async function checkTexts(folder: string | undefined): Promise<CommandResult> {
  const own = folder === undefined ? undefined : await readTownTexts(folder)
  const faults = [...ourFaults(), ...(own?.faults ?? [])]
  if (faults.length > 0) return { code: 2, text: faults.join('\n') }
  const lines = TEXT_LANGUAGES.map((language) => {
    const count = own?.texts[language]?.size ?? 0
    const said = count === 0 ? '' : `, ${count} of them the town’s own`
    return `${language}: ${textKeysOf(language).length} texts${said}. No faults.`
  })
  const words = [...reviewsWanted(own?.reviewed), ...longMessages(own?.texts ?? {})]
  return { code: 0, text: [...words, ...lines].join('\n') }
}

/** A line for each SMS that has to go as several, each of which is paid for. */
function longMessages(own: TownTexts): readonly string[] {
  return TEXT_LANGUAGES.flatMap((language) =>
    textKeysOf(language)
      .filter(isSms)
      .flatMap((key) => {
        const source = own[language]?.get(key) ?? defaultTexts(language).texts.get(key)!
        const compiled = compileTemplate(source, language)
        const parts = compiled.kind === 'ok' ? mostParts(key, compiled.template) : 0
        return parts > 1 ? [`warning: ${language}: ${key} goes as up to ${parts} SMS`] : []
      }),
  )
}

/** Every fault of the texts that come with Kvitter; the program's own tests find them first. */
function ourFaults(): readonly string[] {
  const faults = TEXT_LANGUAGES.flatMap((language): readonly string[] => {
    const { text, fileName } = ownTextFile(language)
    const parsed = parseTextFile(text, fileName, language)
    if (parsed.kind === 'faulty') return parsed.faults.map(faultLine)
    const missing = textKeysOf(language).filter((key) => !parsed.file.texts.has(key))
    return missing.map((key) => `${fileName}:1  ${key}: is missing`)
  })
  if (faults.length > 0) return faults
  return findUnfit({}, LANGUAGES).map((unfit) => `${unfit.language}: ${unfit.message}`)
}

/** A line for each language whose texts nobody who speaks it has read. */
function reviewsWanted(reviewed: readonly TextLanguage[] = []): readonly string[] {
  return TEXT_LANGUAGES.flatMap((language) => {
    if (!defaultTexts(language).wantsReview || reviewed.includes(language)) return []
    return `warning: ${language}: wants a native reader; then say review: done in texts/${language}.yaml`
  })
}

async function listTexts(
  folder: string | undefined,
  language: TextLanguage,
  wanted: readonly string[],
): Promise<CommandResult> {
  const own = folder === undefined ? undefined : await readTownTexts(folder)
  if (own !== undefined && own.faults.length > 0) return { code: 2, text: own.faults.join('\n') }
  const keys = textKeysOf(language)
  const stranger = wanted.find((name) => !keys.some((key) => isMeant(key, name)))
  if (stranger !== undefined) {
    return { code: 2, text: `"${stranger}" is no text and no group of texts in ${language}` }
  }
  const meant = keys.filter((key) => wanted.length === 0 || wanted.some((w) => isMeant(key, w)))
  const ours = defaultTexts(language)
  return { code: 0, text: fileText(language, meant, ours, own?.texts[language]) }
}

function isMeant(key: TextKey, name: string): boolean {
  return key === name || groupOf(key) === name
}

function fileText(
  language: TextLanguage,
  keys: readonly TextKey[],
  ours: TextFile,
  own: TextFile['texts'] | undefined,
): string {
  const lines = ['version: 1', `language: ${language}`]
  let group = ''
  for (const key of keys) {
    if (groupOf(key) !== group) {
      group = groupOf(key)
      lines.push('', `${group}:`)
    }
    const { says } = textSpec(key)
    if (says.length > 0) lines.push(`  # ${says.map((name) => `{$${name}}`).join(' ')}`)
    const text = own?.get(key) ?? ours.texts.get(key)!
    lines.push(
      ...(text.includes('\n') ? blockLines(key, text) : [`  ${nameOf(key)}: ${quoted(text)}`]),
    )
  }
  return lines.join('\n')
}

function blockLines(key: TextKey, text: string): readonly string[] {
  return [
    `  ${nameOf(key)}: |-`,
    ...text.split('\n').map((line) => (line === '' ? '' : `    ${line}`)),
  ]
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
