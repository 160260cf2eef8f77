/** A list to choose one of, or any. */
import { html, type Html } from './html.ts'

export interface Choice {
  readonly value: string
  readonly text: string
  readonly isChosen: boolean
}

/** `name` is the field's id as well; `any` is the words for no choice. */
export function choiceField(
  name: string,
  label: string,
  any: string,
  choices: readonly Choice[],
): Html {
  return html`<p class="field">
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      <option value="">${any}</option>
      ${choices.map(
        ({ value, text, isChosen }) =>
          html`<option value="${value}" ${isChosen && html`selected`}>${text}</option>`,
      )}
    </select>
  </p>`
}
