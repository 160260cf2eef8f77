/** Drawings of figures: always beside a table of the same figures. */
import { escapeMarkup } from '#src/wording/escape-markup.ts'
import { html, trusted, type Html } from './html.ts'

const CELL = 12
const CELL_HEIGHT = 22

/** The steps of a level's colour; a level belongs to the last that it reaches. */
const STEPS = [0, 25, 50, 75, 90] as const

function stepOf(percent: number): number {
  return STEPS.findLastIndex((step) => percent >= step)
}

/** A square a day, the fuller the deeper; a day of which nothing is known is a dash. `web/statistics` names each. */
export function heatStrip(highs: readonly (number | undefined)[], label: string): Html {
  const squares = highs.map((high, i) => {
    const x = i * CELL
    return high === undefined
      ? `<path class="day none" d="M${x + 3} ${CELL_HEIGHT / 2}h6"/>`
      : `<rect class="day h${stepOf(high)}" x="${x}" width="${CELL - 1.5}" height="${CELL_HEIGHT}" rx="2"/>`
  })
  return picture('heat', highs.length * CELL, CELL_HEIGHT, label, squares.join(''))
}

/** What the squares' colours mean. */
export function heatLegend(words: readonly string[], unknown: string): Html {
  const square = (step: number) =>
    trusted(
      `<svg class="heat" viewBox="0 0 12 12" width="14" height="14" aria-hidden="true" focusable="false"><rect class="h${step}" width="12" height="12" rx="2"/></svg>`,
    )
  const dash = trusted(
    '<svg class="heat" viewBox="0 0 12 12" width="14" height="14" aria-hidden="true" focusable="false"><path class="none" d="M2 6h8"/></svg>',
  )
  return html`<ul class="legend">
    ${words.map((text, step) => html`<li>${square(step)} ${text}</li>`)}
    <li>${dash} ${unknown}</li>
  </ul>`
}

export interface BarPart {
  readonly n: number
  readonly className: string
}

/** Parts of a whole, side by side; undefined where there is no whole. */
export function partsBar(parts: readonly BarPart[], label: string): Html | undefined {
  const whole = parts.reduce((sum, { n }) => sum + n, 0)
  if (whole === 0) return undefined
  let x = 0
  const drawn = parts.flatMap(({ n, className }) => {
    if (n === 0) return []
    const width = (n / whole) * 400
    const rect = `<rect class="${className}" x="${round(x)}" width="${round(Math.max(1, width - 2))}" height="26" rx="3"/>`
    x += width
    return rect
  })
  return picture('parts', 400, 26, label, drawn.join(''), 'none')
}

/** A bar of a share of the largest, for a cell of a table: the number stands beside it. */
export function cellBar(value: number, most: number, className = 'v'): Html {
  const width = most === 0 ? 0 : round((value / most) * 100)
  return trusted(
    `<svg class="cell-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="${className}" width="${width}" height="10" rx="1"/></svg>`,
  )
}

/** Standing columns, oldest first; the last may be unfinished. */
export function columns(
  values: readonly { readonly name: string; readonly n: number }[],
  label: string,
): Html {
  const most = Math.max(1, ...values.map(({ n }) => n))
  const [width, height] = [36, 100]
  const drawn = values.map(({ name, n }, i) => {
    const tall = round((n / most) * height)
    const x = i * width
    const isLast = i === values.length - 1
    return `<rect class="${isLast ? 'v open' : 'v'}" x="${x + 5}" y="${height + 14 - tall}" width="${width - 10}" height="${tall}" rx="2"/><text x="${x + width / 2}" y="${height + 9 - tall}">${n}</text><text class="m" x="${x + width / 2}" y="${height + 28}">${escapeMarkup(name)}</text>`
  })
  return picture('months', values.length * width, height + 34, label, drawn.join(''))
}

function picture(
  name: string,
  width: number,
  height: number,
  label: string,
  inner: string,
  ratio: 'none' | 'xMidYMid' = 'xMidYMid',
): Html {
  return trusted(
    `<svg class="${name}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="${ratio}" role="img" aria-label="${escapeMarkup(label)}" focusable="false">${inner}</svg>`,
  )
}

const round = (n: number) => Math.round(n * 10) / 10
