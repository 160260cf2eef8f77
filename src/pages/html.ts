/**
 * HTML by template: every value is escaped unless it is itself Html. There is no way to write raw
 * markup by accident; `trusted` says it out loud.
 */

import { escapeMarkup } from '#src/wording/escape-markup.ts'

const made = Symbol('html')

/** Markup that is safe to put into a page. */
export interface Html {
  readonly [made]: string
}

/** What a template takes: text and numbers are escaped, Html is kept, nothing shows as nothing. */
export type Part = Html | string | number | false | null | undefined | readonly Part[]

/** Markup as it stands: only for text of our own. */
export function trusted(markup: string): Html {
  return { [made]: markup }
}

function rendered(part: Part): string {
  if (part === undefined || part === null || part === false) return ''
  // A line's end as a sign of its own outlives what is done to the templates' indentation.
  if (typeof part === 'string') return escapeMarkup(part).replace(/\r\n?|\n/g, '&#10;')
  if (typeof part === 'number') return String(part)
  if (Array.isArray(part)) return part.map(rendered).join('')
  return (part as Html)[made]
}

/** A piece of a page. Attribute values are to be quoted, always. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = strings[0]!
  for (const [i, part] of parts.entries()) markup += rendered(part) + strings[i + 1]!
  return trusted(markup)
}

/** The markup as text, indentation of the templates taken out. */
export function htmlText(page: Html): string {
  return page[made].replace(/\n\s+/g, '\n')
}
