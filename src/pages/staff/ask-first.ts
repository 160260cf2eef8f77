/** The page that asks once more before what can't be undone. */
import { html, type Html, type Part } from '../html.ts'
import { hidden } from './form-parts.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'

export function askFirst(
  view: StaffView,
  question: {
    readonly title: string
    readonly text: Part
    readonly yes: string
    readonly no: string
    /** Where the answer is sent, and what along with it. */
    readonly action: string
    readonly values?: Readonly<Record<string, string>>
    readonly back: string
  },
): Html {
  const { title, text, yes, no, action, values = {}, back } = question
  return staffLayout(view, {
    title,
    body: html`<div class="prose">
      <h1>${title}</h1>
      <p class="lead">${text}</p>
      <form method="post" action="${action}" class="choose">
        ${Object.entries(values).map(([name, value]) => hidden(name, value))}
        <button name="sure" value="yes" class="danger">${yes}</button>
        <a href="${back}">${no}</a>
      </form>
    </div>`,
  })
}
