/** When something isn't there, or went wrong: said in words, with a way on. */
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { link, type View } from './site.ts'

export function notFoundPage(view: View): Html {
  const { say } = view
  return layout(view, {
    title: `${say.notFoundTitle} – ${view.town.town.name}`,
    description: say.notFoundText,
    noIndex: true,
    body: html`<div class="prose">
      <h1>${say.notFoundTitle}</h1>
      <p class="lead">${say.notFoundText}</p>
      <p><a class="button" href="${link(view, '/')}">${say.toStations}</a></p>
    </div>`,
  })
}

export function failedPage(view: View, requestId: string): Html {
  const { say } = view
  return layout(view, {
    title: `${say.errorTitle} – ${view.town.town.name}`,
    description: say.errorText,
    noIndex: true,
    body: html`<div class="prose">
      <h1>${say.errorTitle}</h1>
      <p class="lead">${say.errorText}</p>
      <p>${say.errorReference(requestId)}</p>
      <p><a class="button" href="${link(view, '/')}">${say.toStations}</a></p>
    </div>`,
  })
}
