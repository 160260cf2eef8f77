/** Tables of figures, and figures as a language writes them. */
import type { Language } from '#src/stations/fraction.ts'
import { localeOf } from '#src/wording/status-text.ts'
import { html, type Html } from './html.ts'

/** The first cell of a row names it; what isn't known is a dash. A wide one is scrolled by itself. */
export function numbersTable(
  language: Language,
  table: {
    readonly caption: string
    readonly heads: readonly string[]
    readonly rows: readonly (readonly (Html | string | number | undefined | null)[])[]
  },
): Html {
  const written = (cell: Html | string | number | undefined | null) =>
    typeof cell === 'number' ? numberText(cell, language) : (cell ?? '–')
  const { caption, heads, rows } = table
  const head = html`<thead>
    <tr>
      ${heads.map((text) => html`<th scope="col">${text}</th>`)}
    </tr>
  </thead>`
  const body = html`<tbody>
    ${rows.map(
      ([name, ...cells]) =>
        html`<tr>
          <th scope="row">${name}</th>
          ${cells.map((cell) => html`<td>${written(cell)}</td>`)}
        </tr>`,
    )}
  </tbody>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table class="figures">
      <caption>
        ${caption}
      </caption>
      ${head} ${body}
    </table>
  </div>`
}

/** `4,2 %`. */
export function shareText(share: number, language: Language): string {
  return share.toLocaleString(localeOf(language), { style: 'percent', maximumFractionDigits: 1 })
}

/** `1 234,5`. */
export function numberText(n: number, language: Language): string {
  return n.toLocaleString(localeOf(language), { maximumFractionDigits: 1 })
}
