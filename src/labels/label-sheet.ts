/** Labels on sheets of A4, as a PDF: drawn with PDF's own fonts, the same bytes for the same labels. */
import Pdf from 'pdfkit'
import { encodeQR } from 'qr'
import { PICTURE_SIZE, PICTURES } from './fraction-pictures.ts'
import type { Label } from './label-content.ts'

/** Across and down a sheet of A4. */
export const SHEETS = { '2x4': [2, 4], '2x2': [2, 2], '1x2': [1, 2], '1x1': [1, 1] } as const
export type Sheet = keyof typeof SHEETS

const POINTS_PER_MM = 72 / 25.4
const A4_MM = [210, 297] as const
const MARGIN_MM = 8
/** Space within a label's edge, where scissors may go astray. */
const EDGE_MM = 4
/** A phone at arm's length reads no smaller squares well. */
export const LEAST_MODULE_MM = 0.8
/** Light squares round the code, which the standard asks for (ISO/IEC 18004 §5.3.8). */
const QUIET_MODULES = 4

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where the labels of a sheet lie, in millimetres from its upper left corner, row by row. */
export function boxesOf(sheet: Sheet): readonly Box[] {
  const [across, down] = SHEETS[sheet]
  const width = (A4_MM[0] - 2 * MARGIN_MM) / across
  const height = (A4_MM[1] - 2 * MARGIN_MM) / down
  return Array.from({ length: across * down }, (_, i) => ({
    x: MARGIN_MM + (i % across) * width,
    y: MARGIN_MM + Math.floor(i / across) * height,
    width,
    height,
  }))
}

/** The code's squares, dark ones true; error correction M: a quarter of a scratched label may be lost. */
export function modulesOf(link: string): readonly (readonly boolean[])[] {
  // The library draws a border of one square at least; ours is wider.
  const bordered = encodeQR(link, 'raw', { ecc: 'medium', border: 1 })
  return bordered.slice(1, -1).map((row) => row.slice(1, -1))
}

/** Characters that PDF's own fonts have (Windows-1252). */
export function isPrintable(text: string): boolean {
  return /^[\u0020-\u007e\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*$/.test(text)
}

export async function drawSheets(labels: readonly Label[], sheet: Sheet): Promise<Uint8Array> {
  const document = new Pdf({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    // Else no two prints are alike.
    info: { Title: 'Kvitter', CreationDate: new Date(0), ModDate: new Date(0) },
  })
  const chunks: Buffer[] = []
  document.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => document.on('end', resolve))
  const boxes = boxesOf(sheet)
  for (const [i, label] of labels.entries()) {
    if (i % boxes.length === 0) document.addPage()
    document.save().scale(POINTS_PER_MM)
    drawLabel(document, label, boxes[i % boxes.length]!)
    document.restore()
  }
  if (labels.length === 0) document.addPage()
  document.end()
  await ended
  return Buffer.concat(chunks)
}

type Document = InstanceType<typeof Pdf>

/** All in millimetres. */
function drawLabel(document: Document, label: Label, box: Box): void {
  const { x, y, width, height } = box
  document.lineWidth(0.1).rect(x, y, width, height).stroke('#bbbbbb')
  const inner = { x: x + EDGE_MM, width: width - 2 * EDGE_MM }
  const bandHeight = height * 0.34
  drawBand(document, label, { ...inner, y: y + EDGE_MM, height: bandHeight })

  const top = y + EDGE_MM + bandHeight + 2
  const below = y + height - EDGE_MM - top
  const modules = modulesOf(label.link)
  const inAll = modules.length + 2 * QUIET_MODULES
  const module = Math.max(LEAST_MODULE_MM, Math.min(below, inner.width * 0.45) / inAll)
  const side = module * inAll
  drawCode(document, modules, inner.x, top, module)

  const words = { x: inner.x + side + 2, width: inner.width - side - 2 }
  const size = Math.min(7, words.width / 8)
  const lines: readonly (readonly [text: string, size: number, font: Font])[] = [
    ['Fullt? Skanna!', size, BOLD],
    ['Full? Scan!', size * 0.7, PLAIN],
    ['', size * 0.4, PLAIN],
    [label.station, size * 0.7, BOLD],
    [label.container, size * 0.6, PLAIN],
    [label.code, size * 0.5, PLAIN],
  ]
  let at = top + (QUIET_MODULES * module) / 2
  document.fillColor('#000000')
  for (const [text, wanted, font] of lines) {
    at += writeLine(document, text, words.x, at, words.width, wanted, font)
  }
}

/** The fraction's colour, never alone: with its picture and its names. */
function drawBand(document: Document, { colour, ink, fraction, names }: Label, box: Box): void {
  const { x, y, width, height } = box
  document.rect(x, y, width, height).fill(colour)
  const picture = height * 0.76
  const inset = (height - picture) / 2
  document
    .save()
    .translate(x + inset, y + inset)
    .scale(picture / PICTURE_SIZE)
    .lineWidth(1.6)
    .lineJoin('round')
    .lineCap('round')
  document.path(PICTURES[fraction]).stroke(ink)
  document.restore()

  const left = x + picture + 2 * inset
  const room = width - picture - 3 * inset
  const [swedish, english] = names
  document.fillColor(ink)
  const size = height * 0.34
  const high = writeLine(document, swedish, left, y + height * 0.16, room, size, BOLD)
  writeLine(document, english, left, y + height * 0.2 + high, room, size * 0.68, PLAIN)
}

function drawCode(
  document: Document,
  modules: readonly (readonly boolean[])[],
  x: number,
  y: number,
  module: number,
): void {
  const side = module * (modules.length + 2 * QUIET_MODULES)
  document.rect(x, y, side, side).fill('#ffffff')
  for (const [row, cells] of modules.entries()) {
    for (const [column, dark] of cells.entries()) {
      if (!dark) continue
      document.rect(
        x + (column + QUIET_MODULES) * module,
        y + (row + QUIET_MODULES) * module,
        module,
        module,
      )
    }
  }
  document.fill('#000000')
}

type Font = 'Helvetica' | 'Helvetica-Bold'
const PLAIN: Font = 'Helvetica'
const BOLD: Font = 'Helvetica-Bold'

/** One line, smaller where it would not fit; gives its height. */
function writeLine(
  document: Document,
  text: string,
  x: number,
  y: number,
  width: number,
  wanted: number,
  font: Font,
): number {
  document.font(font).fontSize(wanted)
  const wide = document.widthOfString(text)
  const size = wide > width ? (wanted * width) / wide : wanted
  document.fontSize(size).text(text, x, y, { lineBreak: false })
  return size * 1.25
}
