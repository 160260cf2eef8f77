/** A town's own texts, `texts/sv.yaml` and so on in its folder; none of them has to be there. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suggestName } from '#src/rules/rule-faults.ts'
import { LANGUAGES } from '#src/stations/fraction.ts'
import { faultLine } from '#src/stations/fault-line.ts'
import type { TownTexts } from '#src/wording/text-book.ts'
import { findUnfit } from '#src/wording/text-limits.ts'
import { parseTextFile, type Texts } from '#src/wording/text-file.ts'
import { TEXT_LANGUAGES, type TextLanguage } from '#src/wording/text-keys.ts'

export interface ReadTownTexts {
  readonly texts: TownTexts
  /** Languages whose texts a reader has approved, ours included. */
  readonly reviewed: readonly TextLanguage[]
  /** A line each: `file:line  field: what was expected`. */
  readonly faults: readonly string[]
}

export async function readTownTexts(folder: string): Promise<ReadTownTexts> {
  const where = join(folder, 'texts')
  const faults: string[] = []
  const texts: Partial<Record<TextLanguage, Texts>> = {}
  const reviewed: TextLanguage[] = []
  const names = await namesIn(where)
  for (const name of names.filter((each) => /\.ya?ml$/.test(each)).toSorted()) {
    const path = join(where, name)
    const language = TEXT_LANGUAGES.find((each) => `${each}.yaml` === name)
    if (language === undefined) {
      const known = TEXT_LANGUAGES.map((each) => `${each}.yaml`)
      faults.push(`${path}: ${suggestName(`"${name}" is no file of texts`, name, known)}`)
      continue
    }
    const parsed = parseTextFile(await readFile(path, 'utf8'), path, language)
    if (parsed.kind === 'faulty') {
      faults.push(...parsed.faults.map(faultLine))
      continue
    }
    texts[language] = parsed.file.texts
    if (parsed.file.isReviewed) reviewed.push(language)
  }
  if (faults.length === 0) {
    const own = LANGUAGES.filter((language) => texts[language])
    const unfit = findUnfit(texts, own)
    faults.push(...unfit.map((u) => `${join(where, `${u.language}.yaml`)}: ${u.message}`))
  }
  return { texts, reviewed, faults }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
