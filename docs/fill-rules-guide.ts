/**
 * Fills docs/RULES.md with the example town's rules, word for word, and with the table of facts, so that
 * neither can drift from the code: `npx node docs/fill-rules-guide.ts`. A test asks whether it was done.
 */
import { readFile, writeFile } from 'node:fs/promises'

import { factTables } from '#src/rules/fact-table.ts'

const GUIDE = new URL('RULES.md', import.meta.url)
const RULES = new URL('../towns/boras/rules.yaml', import.meta.url)

/** The guide as it is, and as it should be. */
export async function readGuide(): Promise<{ readonly is: string; readonly shouldBe: string }> {
  const [guide, rules] = await Promise.all([readFile(GUIDE, 'utf8'), readFile(RULES, 'utf8')])
  return { is: guide, shouldBe: fillGuide(guide, rules) }
}

/**
 * A guide with each `<!-- rule: id -->` followed by that rule and `<!-- facts -->` by the facts.
 * Throws on a rule that the file does not have.
 */
function fillGuide(guide: string, rulesText: string): string {
  const rules = rulesIn(rulesText)
  const withRules = guide.replaceAll(
    /<!-- rule: (\w+) -->\n+(?:```yaml\n[\s\S]*?\n```\n)?/g,
    (_, id: string) => {
      const rule = rules.get(id)
      if (rule === undefined) throw new Error(`towns/boras/rules.yaml has no rule ${id}`)
      return `<!-- rule: ${id} -->\n\n\`\`\`yaml\n${rule}\n\`\`\`\n\n`
    },
  )
  const [before] = withRules.split('<!-- facts -->')
  return `${before!.replaceAll(/\n{3,}/g, '\n\n')}<!-- facts -->\n\n${factTables()}\n`
}

/** Each rule's text with the comment above it, by id. Rules are parted by empty lines. */
function rulesIn(text: string): ReadonlyMap<string, string> {
  const [, list = ''] = text.split(/^rules:\n/m)
  const rules = new Map<string, string>()
  for (const block of list.split(/\n\s*\n/)) {
    const id = /^ {2}- id: (\w+)$/m.exec(block)?.[1]
    if (id !== undefined) rules.set(id, block.replaceAll(/^ {2}/gm, '').trimEnd())
  }
  return rules
}

if (import.meta.main) {
  const { shouldBe } = await readGuide()
  await writeFile(GUIDE, shouldBe)
}
