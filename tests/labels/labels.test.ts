import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { decodeQR } from 'qr/decode.js'
import { expect, test } from 'vitest'
import { labelsCommand } from '#src/commands/labels.ts'
import { contrast, DEFAULT_COLOURS, inkOn } from '#src/wording/fraction-colours.ts'
import { PICTURES } from '#src/wording/fraction-pictures.ts'
import { modulesOf } from '#src/wording/qr-modules.ts'
import { labelsOf } from '#src/labels/label-content.ts'
import {
  boxesOf,
  drawSheets,
  isPrintable,
  isRoomFor,
  layoutOf,
  LEAST_MODULE_MM,
  SHEETS,
  type Sheet,
} from '#src/labels/label-sheet.ts'
import { FRACTIONS } from '#src/stations/fraction.ts'
import { castTown } from '#tests/support/town.ts'

const URL_ROOT = 'https://avs.provstad.example/'
const labels = labelsOf(castTown, URL_ROOT)
const sheets = Object.keys(SHEETS) as Sheet[]

/** As a camera sees it: squares of four points, with the white round it. */
function pictureOf(modules: readonly (readonly boolean[])[]) {
  const [scale, quiet] = [4, 4]
  const side = (modules.length + 2 * quiet) * scale
  const data = new Uint8Array(side * side * 3).fill(255)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dark = modules[Math.floor(y / scale) - quiet]?.[Math.floor(x / scale) - quiet]
      if (dark) data.fill(0, (y * side + x) * 3, (y * side + x) * 3 + 3)
    }
  }
  return { width: side, height: side, data }
}

test('every container has a label, whose code leads to its own page', () => {
  const containers = castTown.stations.flatMap((s) => s.containers)
  expect(labels.map((l) => l.code)).toEqual(containers.map((c) => c.id))
  for (const { link, code } of labels) {
    expect(decodeQR(pictureOf(modulesOf(link)))).toBe(`https://avs.provstad.example/q/${code}`)
  }
})

test('a colour never stands alone: there is a picture and a name in two languages for each', () => {
  for (const { id, sv, en } of FRACTIONS) {
    expect(PICTURES[id]).toMatch(/^M/)
    const container = { ...castTown.stations[0]!.containers[0]!, fraction: id }
    const [label] = labelsOf(castTown, URL_ROOT, [
      { ...castTown.stations[0]!, containers: [container] },
    ])
    expect(label!.names.map((name) => name.toLowerCase())).toEqual([sv, en])
  }
})

test('the words on a colour can be read, by WCAG 2.1 AA, whatever colour a town chooses', () => {
  for (const colour of Object.values(DEFAULT_COLOURS)) {
    expect(contrast(colour, inkOn(colour))).toBeGreaterThanOrEqual(4.5)
  }
  for (let n = 0; n < 4096; n++) {
    const colour = `#${n.toString(16).padStart(3, '0').replace(/./g, '$&$&')}`
    expect(contrast(colour, inkOn(colour))).toBeGreaterThanOrEqual(4.5)
  }
})

test('a town’s colours take the place of ours', () => {
  const town = { ...castTown, fractionColours: { paper: '#0000aa' } }
  const [paper] = labelsOf(town, URL_ROOT)
  expect([paper!.colour, paper!.ink]).toEqual(['#0000aa', '#ffffff'])
  expect(labelsOf(town, URL_ROOT)[1]!.colour).toBe(DEFAULT_COLOURS[labels[1]!.fraction])
})

test.each(sheets)('%s: labels lie on the sheet and not on one another', (sheet) => {
  const boxes = boxesOf(sheet)
  for (const [i, a] of boxes.entries()) {
    expect(a.x).toBeGreaterThanOrEqual(8)
    expect(a.x + a.width).toBeLessThanOrEqual(202.001)
    expect(a.y + a.height).toBeLessThanOrEqual(289.001)
    for (const b of boxes.slice(i + 1)) {
      const apart =
        a.x + a.width <= b.x + 1e-9 ||
        b.x + b.width <= a.x + 1e-9 ||
        a.y + a.height <= b.y + 1e-9 ||
        b.y + b.height <= a.y + 1e-9
      expect(apart).toBe(true)
    }
  }
})

test('the same labels give the same bytes, a page for each sheet', async () => {
  const [one, two] = await Promise.all([drawSheets(labels, '2x4'), drawSheets(labels, '2x4')])
  expect(Buffer.from(one).equals(two)).toBe(true)
  const pages = Buffer.from(one)
    .toString('latin1')
    .match(/\/Type \/Page\b/g)
  expect(pages).toHaveLength(Math.ceil(labels.length / 8))
})

/** The dark squares that a PDF of labels has, code by code, as their left upper corners and their side. */
function drawnCodes(pdf: Uint8Array) {
  const bytes = Buffer.from(pdf)
  const codes: { x: number; y: number; side: number }[][] = []
  for (let at = 0; ;) {
    const start = bytes.indexOf('stream\n', at)
    if (start < 0) return codes
    at = bytes.indexOf('endstream', start)
    const packed = bytes.subarray(start + 'stream\n'.length, at)
    at += 'endstream'.length
    const text = inflateSync(packed).toString('latin1')
    // All squares of a code are one path, which is filled once.
    for (const path of text.match(/(?:[-\d.]+ [-\d.]+ [-\d.]+ [-\d.]+ re\s+){100,}/g) ?? []) {
      const squares = [...path.matchAll(/([-\d.]+) ([-\d.]+) ([-\d.]+) [-\d.]+ re/g)]
      codes.push(squares.map(([, x, y, side]) => ({ x: +x!, y: +y!, side: +side! })))
    }
  }
}

/** With its light squares, of which a drawing has none; a code's corners are dark, save for the last. */
function squareOf(dark: readonly (readonly boolean[])[]): readonly (readonly boolean[])[] {
  return Array.from(dark, (row) => Array.from(dark, (_, i) => row[i] === true))
}

test.each(sheets)('%s: the codes that are drawn lead where they should', async (sheet) => {
  const codes = drawnCodes(await drawSheets(labels, sheet))
  const read = codes.map((squares) => {
    const [left, top] = [Math.min(...squares.map((s) => s.x)), Math.min(...squares.map((s) => s.y))]
    const { side } = squares[0]!
    expect(side).toBeGreaterThanOrEqual(LEAST_MODULE_MM)
    const modules: boolean[][] = []
    for (const { x, y } of squares) {
      const [column, row] = [Math.round((x - left) / side), Math.round((y - top) / side)]
      const cells = (modules[row] ??= [])
      cells[column] = true
    }
    return decodeQR(pictureOf(squareOf(modules)))
  })
  expect(read).toEqual(labels.map((l) => l.link))
})

test.each(sheets)('%s: neither band nor words lie on the code or outside the label', (sheet) => {
  for (const box of boxesOf(sheet)) {
    for (let modules = 21; modules <= 57; modules += 4) {
      const layout = layoutOf(box, modules)
      if (!layout) continue
      const { code, band, words, module } = layout
      expect(module).toBeGreaterThanOrEqual(LEAST_MODULE_MM)
      expect(code.width).toBeCloseTo(module * (modules + 8), 6)
      for (const part of [code, band, words]) {
        expect(part.x).toBeGreaterThan(box.x)
        expect(part.y).toBeGreaterThan(box.y)
        expect(part.x + part.width).toBeLessThan(box.x + box.width + 1e-9)
        expect(part.y + part.height).toBeLessThan(box.y + box.height + 1e-9)
      }
      for (const [a, b] of [
        [code, band],
        [code, words],
        [band, words],
      ] as const) {
        const apart =
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y
        expect(apart).toBe(true)
      }
    }
  }
})

test('an address too long for the labels is told, and larger labels take it', () => {
  const long = labelsOf(castTown, `https://${'a'.repeat(50)}.example/${'b'.repeat(20)}`)
  expect(isRoomFor(labels, '3x8')).toBe(true)
  expect(isRoomFor(long, '3x8')).toBe(false)
  expect(isRoomFor(long, '2x4')).toBe(true)
})

test('what the fonts lack is known', () => {
  expect(isPrintable('Sjöbo återvinning – nr 3 “norr”')).toBe(true)
  expect(isPrintable('Żółta')).toBe(false)
})

test('the command writes a town’s labels, or one station’s, and tells what is wrong with the question', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-labels-'))
  try {
    const out = join(folder, 'labels.pdf')
    const town = fileURLToPath(new URL('../../towns/boras', import.meta.url))
    const asked = ['--town', town, '--url', URL_ROOT, '--out', out]
    expect(await labelsCommand([...asked, '--station', '064', '--sheet', '1x1'])).toMatchObject({
      code: 0,
      text: expect.stringMatching(/labels of 1 stations on \d+ sheets of A4\.$/),
    })
    expect((await readFile(out)).subarray(0, 5).toString()).toBe('%PDF-')
    const far = `https://${'a'.repeat(60)}.example`
    const small = ['--town', town, '--url', far, '--out', out, '--sheet', '3x8']
    expect(await labelsCommand(small)).toEqual({
      code: 2,
      text: '--sheet: 3x8 has no room for codes with so long an address; choose larger labels or a shorter --url',
    })
    expect(await labelsCommand([...asked, '--station', '999'])).toEqual({
      code: 2,
      text: '--station: there is no station 999',
    })
    expect((await labelsCommand(['--sheet', '9x9'])).text.split('\n')).toEqual([
      '--town: expected the town’s folder',
      '--out: expected a file to write, such as labels.pdf',
      '--url: expected the site’s address, such as https://avs.provstad.se',
      '--sheet: expected one of 3x8, 2x4, 2x2, 1x2, 1x1',
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
