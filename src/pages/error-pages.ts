/** When something isn't there, or went wrong: said in words, with a way on. */
import { html, type Html } from './html.ts'
import { plainPage, wayOn } from './plain-page.ts'
import type { View } from './site.ts'

export function notFoundPage(view: View): Html {
  const { say } = view
  return plainPage(view, say.notFoundTitle, say.notFoundText, wayOn(view, '/', say.toStations))
}

export function failedPage(view: View, requestId: string): Html {
  const { say } = view
  return plainPage(view, say.errorTitle, say.errorText, [
    html`<p>${say.errorReference(requestId)}</p>`,
    wayOn(view, '/', say.toStations),
  ])
}
