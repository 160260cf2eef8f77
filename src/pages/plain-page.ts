/** A page that says something and has nothing to look at or fill in: a title, a sentence, and what follows. */
import { html, type Html, type Part } from './html.ts'
import { layout } from './layout.ts'
import { link, type View } from './site.ts'

/** Not for search engines. */
export function plainPage(view: View, title: string, text: string, more?: Part): Html {
  return layout(view, {
    title: `${title} – ${view.town.town.name}`,
    description: text,
    noIndex: true,
    body: html`<div class="prose">
      <h1>${title}</h1>
      <p class="lead">${text}</p>
      ${more}
    </div>`,
  })
}

/** Where to go on from a plain page. */
export function wayOn(view: View, path: string, text: string): Html {
  return html`<p><a class="button" href="${link(view, path)}">${text}</a></p>`
}
