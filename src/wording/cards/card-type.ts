/** Setting text on a card: smaller where it would not fit, on two lines, or cut short. Pure. */
import { escapeMarkup } from '../escape-markup.ts'
import { splitGraphemes } from '../graphemes.ts'
import type { TextWidth } from './font-metrics.ts'

export const FAMILY = 'Atkinson Hyperlegible'

export interface Faces {
  readonly regular: TextWidth
  readonly bold: TextWidth
}

/** What may stand in XML, in composed letters. */
export function cleanText(text: string): string {
  return (
    text
      .toWellFormed()
      .normalize('NFC')
      // oxlint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, '')
  )
}

export function setText(
  text: string,
  at: {
    readonly x: number
    readonly y: number
    readonly size: number
    readonly fill: string
    readonly bold?: boolean
    readonly end?: boolean
  },
): string {
  const weight = at.bold ? 700 : 400
  const anchor = at.end ? ' text-anchor="end"' : ''
  const round = (n: number) => Math.round(n * 10) / 10
  return `<text x="${round(at.x)}" y="${round(at.y)}" font-family="${FAMILY}" font-size="${round(at.size)}" font-weight="${weight}"${anchor} fill="${at.fill}">${escapeMarkup(cleanText(text))}</text>`
}

/** The largest size, at most `wanted`, in which all of the texts fit. */
export function sizeFor(
  texts: readonly string[],
  room: number,
  wanted: number,
  widthOf: TextWidth,
): number {
  const widest = Math.max(0, ...texts.map(widthOf))
  return widest * wanted <= room ? wanted : room / widest
}

/** As much of a text as there is room for, the last letter an ellipsis where some had to go. */
export function clipWidth(text: string, room: number, size: number, widthOf: TextWidth): string {
  if (widthOf(text) * size <= room) return text
  const letters = splitGraphemes(text)
  const cut = (count: number) => `${letters.slice(0, count).join('').trimEnd()}…`
  return cut(fitting(letters.length, (count) => widthOf(cut(count)) * size <= room))
}

/** A name in one line if it fits there in `inOne` or more, else in two as large as may be, cut short in `least`. */
export function setName(
  name: string,
  room: number,
  sizes: { readonly most: number; readonly inOne: number; readonly least: number },
  widthOf: TextWidth,
): { readonly lines: readonly string[]; readonly size: number } {
  const { most, inOne, least } = sizes
  const inOneLine = sizeFor([name], room, most, widthOf)
  if (inOneLine >= inOne) return { lines: [name], size: inOneLine }
  for (let size = inOne; ; size -= 2) {
    const [head, rest] = breakName(name, room / size, widthOf)
    const fits = widthOf(rest) * size <= room
    if (fits || size <= least) return { lines: [head, clipWidth(rest, room, size, widthOf)], size }
  }
}

/** Breaks between words where the first fits, else within it. */
function breakName(name: string, room: number, widthOf: TextWidth): readonly [string, string] {
  const words = name.split(' ')
  const n = fitting(words.length, (count) => widthOf(words.slice(0, count).join(' ')) <= room)
  if (n > 0) return [words.slice(0, n).join(' '), words.slice(n).join(' ')]
  const letters = splitGraphemes(name)
  const m = fitting(
    letters.length,
    (count) => widthOf(`${letters.slice(0, count).join('')}-`) <= room,
  )
  return [`${letters.slice(0, m).join('')}-`, letters.slice(m).join('')]
}

function fitting(most: number, fits: (count: number) => boolean): number {
  let n = most
  while (n > 0 && !fits(n)) n -= 1
  return n
}
