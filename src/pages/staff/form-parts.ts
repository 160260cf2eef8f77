/** The fields of the staff's forms, and the summary of what is wrong in them. */
import { html, type Html, type Part } from '../html.ts'

export interface FormFault {
  /** The field's name, which is its id too. */
  readonly field: string
  readonly text: string
}

export type FormFaults = readonly FormFault[]

/** Above the heading, with focus, each fault leading to its field (GOV.UK's error summary). */
export function faultSummary(title: string, faults: FormFaults): Html | undefined {
  if (faults.length === 0) return undefined
  return html`<section class="faults" aria-labelledby="faults" tabindex="-1" autofocus>
    <h2 id="faults">${title}</h2>
    <ul>
      ${faults.map(({ field, text }) => html`<li><a href="#${field}">${text}</a></li>`)}
    </ul>
  </section>`
}

/** Something wrong that no one field can mend; read out as it comes. */
export function faultNote(title: string, text: string | undefined): Html | undefined {
  if (text === undefined) return undefined
  return html`<section class="faults" role="alert" aria-labelledby="fault">
    <h2 id="fault">${title}</h2>
    <p>${text}</p>
  </section>`
}

interface FieldParts {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly faults?: FormFaults
}

function framed({ name, label, hint, faults = [] }: FieldParts, control: Part): Html {
  const fault = faults.find(({ field }) => field === name)
  return html`<p class="field">
    <label for="${name}">${label}</label>
    ${hint !== undefined && html`<span class="hint small" id="${name}-hint">${hint}</span>`}
    ${fault && html`<span class="fault" id="${name}-fault">${fault.text}</span>`} ${control}
  </p>`
}

/** What a control says of its hint and its fault. */
function told({ name, hint, faults = [] }: FieldParts): Part {
  const isWrong = faults.some(({ field }) => field === name)
  const ids = [
    ...(hint === undefined ? [] : [`${name}-hint`]),
    ...(isWrong ? [`${name}-fault`] : []),
  ]
  return html`${ids.length > 0 && html`aria-describedby="${ids.join(' ')}"`}
  ${isWrong && html`aria-invalid="true"`}`
}

export function textField(
  parts: FieldParts & {
    readonly value?: string | undefined
    readonly type?: 'text' | 'password' | 'search' | 'email' | 'tel' | 'datetime-local'
    readonly autocomplete?: string
    readonly isPlain?: boolean
  },
): Html {
  const { name, value = '', type = 'text', autocomplete = 'off', isPlain = false } = parts
  return framed(
    parts,
    html`<input
      id="${name}"
      name="${name}"
      type="${type}"
      value="${value}"
      autocomplete="${autocomplete}"
      ${isPlain && html`autocapitalize="none" spellcheck="false"`}
      ${told(parts)}
    />`,
  )
}

export interface Option {
  readonly value: string
  readonly text: string
}

export function selectField(
  parts: FieldParts & {
    readonly value?: string | undefined
    /** The words for no choice. */
    readonly none?: string
    readonly options: readonly (
      Option | { readonly group: string; readonly options: readonly Option[] }
    )[]
  },
): Html {
  const { name, value, none, options } = parts
  const choice = (option: Option) =>
    html`<option value="${option.value}" ${option.value === value && html`selected`}>
      ${option.text}
    </option>`
  return framed(
    parts,
    html`<select id="${name}" name="${name}" ${told(parts)}>
      ${none !== undefined && html`<option value="">${none}</option>`}
      ${options.map((option) =>
        'group' in option
          ? html`<optgroup label="${option.group}">${option.options.map(choice)}</optgroup>`
          : choice(option),
      )}
    </select>`,
  )
}

/** One of a few; the first of them has the field's name as its id, after `idPrefix` where a page has several. */
export function radioField({
  name,
  legend,
  value,
  options,
  faults = [],
  idPrefix,
}: {
  readonly name: string
  readonly legend: string
  readonly value?: string | undefined
  readonly options: readonly Option[]
  readonly faults?: FormFaults
  readonly idPrefix?: string
}): Html {
  const fault = faults.find(({ field }) => field === name)?.text
  const id = idPrefix === undefined ? name : `${idPrefix}-${name}`
  return choiceList('radio', { name, id, legend, fault, options, chosen: [value] })
}

/** Any of some; the first has the field's name as its id. */
export function checkField({
  name,
  legend,
  values = [],
  options,
  faults = [],
}: {
  readonly name: string
  readonly legend: string
  readonly values?: readonly string[]
  readonly options: readonly Option[]
  readonly faults?: FormFaults
}): Html {
  const fault = faults.find(({ field }) => field === name)?.text
  return choiceList('checkbox', { name, id: name, legend, fault, options, chosen: values })
}

function choiceList(
  type: 'radio' | 'checkbox',
  field: {
    readonly name: string
    readonly id: string
    readonly legend: string
    readonly fault: string | undefined
    readonly options: readonly Option[]
    readonly chosen: readonly (string | undefined)[]
  },
): Html {
  const { name, id, legend, fault, options, chosen } = field
  return html`<fieldset ${fault !== undefined && html`aria-describedby="${id}-fault"`}>
    <legend>${legend}</legend>
    ${fault !== undefined && html`<span class="fault" id="${id}-fault">${fault}</span>`}
    <ul class="checks">
      ${options.map(
        (option, i) =>
          html`<li>
            <label
              ><input
                type="${type}"
                name="${name}"
                id="${i === 0 ? id : `${id}-${i}`}"
                value="${option.value}"
                ${chosen.includes(option.value) && html`checked`}
              />
              ${option.text}</label
            >
          </li>`,
      )}
    </ul>
  </fieldset>`
}

export function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}" />`
}
