/** Labels on sheets of A4, as a PDF: drawn with PDF's own fonts, the same bytes for the same labels. */
import Pdf from 'pdfkit'
import { PICTURE_SIZE, PICTURES } from '#src/wording/fraction-pictures.ts'
import { modulesOf, QUIET_MODULES } from '#src/wording/qr-modules.ts'
import type { Label } from './label-content.ts'

/** Across and down a sheet of A4. */
export const SHEETS = {
  '3x8': [3, 8],
  '2x4': [2, 4],
  '2x2': [2, 2],
  '1x2': [1, 2],
  '1x1': [1, 1],
} as const
export type Sheet = keyof typeof SHEETS

const POINTS_PER_MM = 72 / 25.4
const A4_MM = [210, 297] as const
const MARGIN_MM = 8
/** Space within a label's edge, where scissors may go astray. */
const EDGE_MM = 4
/** On a label with the code beside the words there is no room for more. */
const NARROW_EDGE_MM = 1
const GAP_MM = 2
/** A phone at arm's length reads no smaller squares well. */
export const LEAST_MODULE_MM = 0.8

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

/** Characters that PDF's own fonts have (Windows-1252). */
export function isPrintable(text: string): boolean {
  return /^[\u0020-\u007e\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*$/.test(text)
}

/** Where the parts of a label lie, in millimetres. */
export interface Layout {
  readonly band: Box
  /** With the light squares round it. */
  readonly code: Box
  /** The side of one square. */
  readonly module: number
  readonly words: Box
  readonly isNarrow: boolean
}

/**
 * The band above and the code below it where that leaves the code's squares large enough, else the code
 * on the left and the rest beside it; undefined where a phone could read neither. `modules` is how many
 * squares the largest code of the sheet has to a side: so all of its labels are laid out alike.
 */
export function layoutOf(box: Box, modules: number): Layout | undefined {
  const inAll = modules + 2 * QUIET_MODULES
  const layouts = [stacked(box, inAll), besideIt(box, inAll)]
  return layouts.find(({ module }) => module >= LEAST_MODULE_MM)
}

function largestCode(labels: readonly Label[]): number {
  return labels.reduce((most, { link }) => Math.max(most, modulesOf(link).length), 0)
}

function stacked({ x, y, width, height }: Box, inAll: number): Layout {
  const [left, top] = [x + EDGE_MM, y + EDGE_MM]
  const room = width - 2 * EDGE_MM
  const band = { x: left, y: top, width: room, height: height * 0.34 }
  const below = top + band.height + GAP_MM
  const side = Math.min(y + height - EDGE_MM - below, room * 0.45)
  const module = side / inAll
  const code = { x: left, y: below, width: side, height: side }
  // The first line's head is level with the first dark squares.
  const inset = (QUIET_MODULES * module) / 2
  const words = {
    x: left + side + GAP_MM,
    y: below + inset,
    width: room - side - GAP_MM,
    height: side - inset,
  }
  return { band, code, module, words, isNarrow: false }
}

function besideIt({ x, y, width, height }: Box, inAll: number): Layout {
  const [left, top] = [x + NARROW_EDGE_MM, y + NARROW_EDGE_MM]
  const [across, down] = [width - 2 * NARROW_EDGE_MM, height - 2 * NARROW_EDGE_MM]
  const side = Math.min(down, across * 0.55)
  const code = { x: left, y: top, width: side, height: side }
  const beside = { x: left + side + GAP_MM / 2, width: across - side - GAP_MM / 2 }
  const band = { ...beside, y: top, height: down * 0.5 }
  const below = top + band.height + GAP_MM / 2
  const words = { ...beside, y: below, height: top + down - below }
  return { band, code, module: side / inAll, words, isNarrow: true }
}

/** Whether every label's code can be read on such a sheet. */
export function isRoomFor(labels: readonly Label[], sheet: Sheet): boolean {
  return layoutOf(boxesOf(sheet)[0]!, largestCode(labels)) !== undefined
}

/** @throws {RangeError} where a link is too long for the sheet, as `isRoomFor` tells. */
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
  const modules = largestCode(labels)
  for (const [i, label] of labels.entries()) {
    if (i % boxes.length === 0) document.addPage()
    document.save().scale(POINTS_PER_MM)
    drawLabel(document, label, boxes[i % boxes.length]!, modules)
    document.restore()
  }
  if (labels.length === 0) document.addPage()
  document.end()
  await ended
  return Buffer.concat(chunks)
}

type Document = InstanceType<typeof Pdf>

/** All in millimetres. */
function drawLabel(document: Document, label: Label, box: Box, largest: number): void {
  const layout = layoutOf(box, largest)
  if (!layout) throw new RangeError('an address is too long for a label of this size')
  const { band, code, words, isNarrow } = layout
  document.lineWidth(0.1).rect(box.x, box.y, box.width, box.height).stroke('#bbbbbb')
  drawBand(document, label, band, isNarrow)
  drawCode(document, modulesOf(label.link), code)

  const lines: readonly (readonly [text: string, size: number, font: Font])[] = [
    ['Fullt? Skanna!', 1, BOLD],
    ['Full? Scan!', 0.7, PLAIN],
    ['', 0.4, PLAIN],
    [label.station, 0.7, BOLD],
    // The code ends with it.
    ...(isNarrow ? [] : [[label.container, 0.6, PLAIN] as const]),
    [label.code, isNarrow ? 0.7 : 0.5, PLAIN],
  ]
  const height = lines.reduce((sum, [, size]) => sum + size * LINE_HEIGHT, 0)
  const unit = Math.min(words.width / 8, words.height / height)
  let at = words.y
  document.fillColor('#000000')
  for (const [text, size, font] of lines) {
    at += writeLine(document, text, words.x, at, words.width, size * unit, font)
  }
}

/** The fraction's colour, never alone: with its picture and its names, beside it or, where it is narrow, below. */
function drawBand(
  document: Document,
  { colour, ink, fraction, names }: Label,
  { x, y, width, height }: Box,
  isNarrow: boolean,
): void {
  document.rect(x, y, width, height).fill(colour)
  const picture = isNarrow ? height * 0.48 : Math.min(height * 0.76, width * 0.3)
  const inset = isNarrow ? height * 0.05 : Math.min((height - picture) / 2, picture / 3)
  document
    .save()
    .translate(x + inset, y + inset)
    .scale(picture / PICTURE_SIZE)
    .lineWidth(1.6)
    .lineJoin('round')
    .lineCap('round')
  document.path(PICTURES[fraction]).stroke(ink)
  document.restore()

  const left = isNarrow ? x + inset : x + picture + 2 * inset
  const top = isNarrow ? y + picture + 2 * inset : y + height * 0.16
  const room = x + width - inset - left
  const [swedish, english] = names
  document.fillColor(ink)
  const high = writeLine(
    document,
    swedish,
    left,
    top,
    room,
    height * (isNarrow ? 0.18 : 0.34),
    BOLD,
  )
  const second = (high / LINE_HEIGHT) * (isNarrow ? 0.8 : 0.68)
  writeLine(document, english, left, top + high * (isNarrow ? 1 : 1.1), room, second, PLAIN)
}

function drawCode(
  document: Document,
  modules: readonly (readonly boolean[])[],
  { x, y, width: side }: Box,
): void {
  const module = side / (modules.length + 2 * QUIET_MODULES)
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
const LINE_HEIGHT = 1.25

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
  return size * LINE_HEIGHT
}
