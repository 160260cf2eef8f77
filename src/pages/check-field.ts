import { html, type Html } from './html.ts'

/** One thing to tick in a form; sent as `name=yes`. `describedBy`: the id of what says more. */
export function checkField(
  name: string,
  label: string,
  isTicked: boolean,
  describedBy?: string,
): Html {
  return html`<p class="checks">
    <label
      ><input
        type="checkbox"
        name="${name}"
        value="yes"
        ${describedBy !== undefined && html`aria-describedby="${describedBy}"`}
        ${isTicked && html`checked`}
      />
      <span>${label}</span></label
    >
  </p>`
}
