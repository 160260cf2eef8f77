/** How wide a text is in a TrueType font: `cmap` and `hmtx` of OpenType 1.9, no kerning. Pure. */

/** Gives the width of a text set in a size of 1. */
export type TextWidth = (text: string) => number

/** @throws {Error} where the bytes aren't such a font. */
export function readTextWidth(font: Uint8Array): TextWidth {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength)
  const unitsPerEm = view.getUint16(tableAt(view, 'head') + 18)
  const advances = view.getUint16(tableAt(view, 'hhea') + 34)
  const hmtx = tableAt(view, 'hmtx')
  const glyphOf = readCmap(view)
  const known = new Map<string, number>()
  const widthOf = (letter: string): number => {
    const before = known.get(letter)
    if (before !== undefined) return before
    const glyph = glyphOf(letter.codePointAt(0)!)
    const width = view.getUint16(hmtx + 4 * Math.min(glyph, advances - 1)) / unitsPerEm
    known.set(letter, width)
    return width
  }
  return (text) => Array.from(text).reduce((sum, letter) => sum + widthOf(letter), 0)
}

function tableAt(view: DataView, name: string): number {
  const tables = view.getUint16(4)
  for (let i = 0; i < tables; i += 1) {
    const entry = 12 + 16 * i
    const tag = String.fromCodePoint(...[0, 1, 2, 3].map((n) => view.getUint8(entry + n)))
    if (tag === name) return view.getUint32(entry + 8)
  }
  throw new Error(`the font has no table ${name}`)
}

/** By format 4, which every font has for the characters of the basic plane; others are glyph 0. */
function readCmap(view: DataView): (codePoint: number) => number {
  const cmap = tableAt(view, 'cmap')
  const subtables = Array.from(
    { length: view.getUint16(cmap + 2) },
    (_, i) => cmap + view.getUint32(cmap + 4 + 8 * i + 4),
  )
  const table = subtables.find((at) => view.getUint16(at) === 4)
  if (table === undefined) throw new Error('the font has no character map of format 4')
  const segments = view.getUint16(table + 6) / 2
  const ends = table + 14
  const starts = ends + 2 * segments + 2
  const deltas = starts + 2 * segments
  const ranges = deltas + 2 * segments
  return (codePoint) => {
    for (let i = 0; i < segments; i += 1) {
      if (codePoint > view.getUint16(ends + 2 * i)) continue
      const start = view.getUint16(starts + 2 * i)
      if (codePoint < start) return 0
      const delta = view.getUint16(deltas + 2 * i)
      const range = view.getUint16(ranges + 2 * i)
      if (range === 0) return (codePoint + delta) & 0xffff
      const glyph = view.getUint16(ranges + 2 * i + range + 2 * (codePoint - start))
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff
    }
    return 0
  }
}
