/** A table that is wide. */
import { html, type Html, type Part } from '../html.ts'

/** A table that scrolls by itself where it is wider than the window. */
export function scrollTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Part[])[],
): Html {
  return html`<div class="table-card" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption class="visually-hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...rest]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${rest.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
