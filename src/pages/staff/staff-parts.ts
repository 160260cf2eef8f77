/** What the staff's pages are put together from: ages, tables that fit a phone, and what was done. */
import { isoText, type EpochMs } from '#src/stations/time.ts'
import { ageText, localeOf, whenText } from '#src/wording/status-text.ts'
import { reaches } from '#src/store/staff.ts'
import { html, trusted, type Html, type Part } from '../html.ts'
import type { StaffView } from './staff-layout.ts'
import { staffPath, type InBoth, type StaffLanguage, type StaffPlace } from './staff-menu.ts'

type Looking = Pick<StaffView, 'now' | 'timeZone' | 'language'>

/** `för 3 timmar sedan`; the instant for machines, and for who points at it. */
export function age({ now, timeZone, language }: Looking, at: EpochMs): Html {
  return html`<time datetime="${isoText(at)}" title="${whenText(at, now, timeZone, language)}"
    >${ageText(at, now, language)}</time
  >`
}

/** `i dag 07:40`. */
export function when({ now, timeZone, language }: Looking, at: EpochMs): Html {
  return html`<time datetime="${isoText(at)}">${whenText(at, now, timeZone, language)}</time>`
}

export interface Column<Row> {
  readonly name: string
  readonly cell: (row: Row) => Part
  /** Numbers stand to the end. */
  readonly isNumber?: boolean
}

/**
 * A table whose first column names the row. On a phone each row is a card with the columns' names beside
 * their values; the roles are said because a table that isn't shown as one loses them.
 */
export function dataTable<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Html {
  const [head, ...rest] = columns
  const classOf = ({ isNumber }: Column<Row>) => (isNumber === true ? 'number' : 'text')
  return html`<table class="cards" role="table">
    <caption>
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map(
          (column) =>
            html`<th role="columnheader" scope="col" class="${classOf(column)}">
              ${column.name}
            </th>`,
        )}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (row) =>
          html`<tr role="row">
            <th role="rowheader" scope="row">${head!.cell(row)}</th>
            ${rest.map(
              (column) =>
                html`<td role="cell" class="${classOf(column)}" data-name="${column.name}">
                  <div>${column.cell(row)}</div>
                </td>`,
            )}
          </tr>`,
      )}
    </tbody>
  </table>`
}

/** Facts as name and value; what is undefined is left out. */
export function factList(facts: readonly (readonly [string, Part] | undefined | false)[]): Html {
  return html`<dl class="fact-list">
    ${facts.map(
      (fact) =>
        fact &&
        fact[1] !== undefined &&
        html`<div>
          <dt>${fact[0]}</dt>
          <dd>${fact[1]}</dd>
        </div>`,
    )}
  </dl>`
}

/** What was done a moment ago. */
export function doneNote(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<p class="did" role="status">${text}</p>`
}

export const MARKS = ['bad', 'warning', 'good', 'plain'] as const
export type Mark = (typeof MARKS)[number]

const PILLS: Readonly<Record<Mark, string>> = {
  bad: 's-full',
  warning: 's-nearly-full',
  good: 's-has-room',
  plain: 's-unknown',
}

/** A state as a word with a shape beside it. */
export function pill(mark: Mark, text: string): Html {
  return html`<span class="pill ${PILLS[mark]}"
    ><span class="shape" aria-hidden="true"></span>${text}</span
  >`
}

/** A whole number as it is written, with a space between thousands. */
export function numberText(value: number, { language }: Pick<StaffView, 'language'>): string {
  return value.toLocaleString(localeOf(language))
}

/** A number from 0 to 100 as a bar, beside the number in words. */
export function shareBar(percent: number, mark: Mark): Html {
  const width = Math.max(0, Math.min(100, Math.round(percent)))
  return trusted(
    `<svg class="bar ${PILLS[mark]}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="${width}" height="4"/></svg>`,
  )
}

/** A query's or form's value, trimmed; undefined where there is none. */
export function given(
  values: URLSearchParams | Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = values instanceof URLSearchParams ? values.get(name) : firstOf(values[name])
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value
}

/** One of these words, or undefined. */
export function oneOf<Word extends string>(
  words: readonly Word[],
  value: string | undefined,
): Word | undefined {
  return words.find((word) => word === value)
}

/** A page's path with those of its values that are there. */
export function withQuery(
  path: string,
  values: Readonly<Record<string, string | number | undefined>>,
): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Where a page is, with its parameters filled in. */
export function pathOf(
  { path }: StaffPlace,
  language: StaffLanguage,
  params: Readonly<Record<string, string>> = {},
): string {
  return staffPath(filled(path, params), language)
}

/** A way to a page; to whom it is shut the words alone. `hash` is a place on it. */
export function wayTo(
  { language, staff }: Pick<StaffView, 'language' | 'staff'>,
  place: StaffPlace,
  text: Part,
  { hash, ...params }: Readonly<Record<string, string>> = {},
): Part {
  if (!reaches(staff.role, place.needs)) return text
  const href = pathOf(place, language, params) + (hash === undefined ? '' : `#${hash}`)
  return html`<a href="${href}">${text}</a>`
}

/** The same in both languages, for the way to the other one. */
export function filled(
  path: InBoth<string>,
  params: Readonly<Record<string, string>>,
): InBoth<string> {
  const fill = (text: string) =>
    text.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  return { sv: fill(path.sv), en: fill(path.en) }
}
