/** The facts that a condition may use, as the rule author's guide shows them. */
import { FACTS, ROOTS_OF } from './facts.ts'
import type { Fact } from './facts.ts'
import { PER } from './rule-book.ts'

const HEADINGS: Readonly<Record<string, string>> = {
  c: '`c.` the container',
  s: '`s.` its station',
  truck: '`truck.` the truck on its way to the station',
  a: '`a.` the stations of an area, or of the whole town',
  bike: '`bike.` the return bike of an area',
  t: '`t.` the clock and the calendar on the wall',
}

const TYPES: Readonly<Record<Fact['type'], string>> = {
  double: 'number',
  int: 'whole number',
  bool: 'true or false',
  string: 'text',
}

/** Every fact in Markdown: one table for each kind, with who may ask, its type, its meaning, and whether it may be missing. */
export function factTables(): string {
  const byRoot = Map.groupBy(FACTS, ({ name }) => name.slice(0, name.indexOf('.')))
  return [...byRoot].map(([root, facts]) => factTable(root, facts)).join('\n\n')
}

function factTable(root: string, facts: readonly Fact[]): string {
  const askers = PER.filter((per) => ROOTS_OF[per].includes(root)).map((per) => `\`per: ${per}\``)
  const rows = facts.map(({ name, type, meaning, mayBeMissing }) => [
    `\`${name}\``,
    TYPES[type],
    meaning.replaceAll('|', '\\|'),
    mayBeMissing ? 'yes' : '',
  ])
  return [
    `### ${HEADINGS[root] ?? `\`${root}.\``}`,
    '',
    `For rules ${askers.join(', ')}.`,
    '',
    ...alignedTable([['fact', 'type', 'meaning', 'may be missing'], ...rows]),
  ].join('\n')
}

/** Columns as wide as their widest cell, as the formatter of the documents wants them. */
function alignedTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, i) => Math.max(3, ...rows.map((row) => row[i]!.length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  const [head, ...body] = rows
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)]
}
