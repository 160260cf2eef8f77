/** A station's state as a picture to share: SVG of 1200 by 675, with no colour that stands alone. Pure. */
import { fractionName, type Language } from '#src/stations/fraction.ts'
import { capital } from '../capital.ts'
import { colourOf, inkOn } from '../fraction-colours.ts'
import { PICTURE_SIZE, PICTURES } from '../fraction-pictures.ts'
import { longDayText, statusWord } from '../status-text.ts'
import { drawBars, drawMark, round } from './card-bars.ts'
import * as colours from './card-colours.ts'
import { CARD_ORDER, countWords, rowsOf, sourceOf } from './card-facts.ts'
import type { CardContainer, CardCounts, CardFacts, CardRow } from './card-facts.ts'
import { cleanText, clipWidth, setName, setText, sizeFor } from './card-type.ts'
import type { Faces } from './card-type.ts'
import { CARD_WORDS } from './card-words.ts'
import type { CardWords } from './card-words.ts'

export const CARD_WIDTH = 1200
export const CARD_HEIGHT = 675

const EDGE = 56
const RIGHT = CARD_WIDTH - EDGE
const BAND = 168
const LEAD_Y = 214
const ROWS = { top: 252, bottom: 606 }
const TALLEST_ROW = 84
const FOOT_Y = 646
const BAR = { x: 452, width: 304, wide: 408 }
const PERCENT_END = 860
const MARK_X = 896
const WORD_X = 924

interface Page {
  readonly facts: CardFacts
  readonly language: Language
  readonly words: CardWords
  readonly faces: Faces
}

export function drawCard(facts: CardFacts, language: Language, faces: Faces): string {
  const page: Page = { facts, language, words: CARD_WORDS[language], faces }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${CARD_WIDTH}" height="${CARD_HEIGHT}" viewBox="0 0 ${CARD_WIDTH} ${CARD_HEIGHT}">` +
    `<defs>${colours.PATTERNS}</defs>` +
    `<rect width="${CARD_WIDTH}" height="${CARD_HEIGHT}" fill="${colours.PAPER}"/>` +
    `${drawHead(page)}${drawLead(page)}${drawRows(page)}${drawFoot(page)}</svg>`
  )
}

function drawHead({ facts, language, words, faces }: Page): string {
  const clock = words.clock(facts.at, facts.timeZone)
  const day = longDayText(facts.at, facts.timeZone, language)
  const whenRoom = 250
  const daySize = sizeFor([day], whenRoom, 30, faces.regular)
  const room = RIGHT - EDGE - whenRoom - 40
  const name = setName(
    cleanText(facts.station),
    room,
    { most: 68, inOne: 46, least: 34 },
    faces.bold,
  )
  const place = clipWidth(cleanText(words.stationIn(facts.town)), room, 30, faces.regular)
  const isTall = name.lines.length > 1
  const first = isTall ? 58 : 84
  return (
    `<rect width="${CARD_WIDTH}" height="${BAND}" fill="${colours.BRAND}"/>` +
    `<rect y="${BAND}" width="${CARD_WIDTH}" height="6" fill="${colours.BRAND_BIRD}"/>` +
    name.lines
      .map((line, i) =>
        setText(line, {
          x: EDGE,
          y: first + i * 50,
          size: name.size,
          fill: colours.BRAND_INK,
          bold: true,
        }),
      )
      .join('') +
    setText(place, {
      x: EDGE,
      y: isTall ? 150 : 134,
      size: isTall ? 28 : 30,
      fill: colours.BRAND_SOFT_INK,
    }) +
    setText(clock, {
      x: RIGHT,
      y: 84,
      size: sizeFor([clock], whenRoom, 68, faces.bold),
      fill: colours.BRAND_INK,
      bold: true,
      end: true,
    }) +
    setText(day, { x: RIGHT, y: 134, size: daySize, fill: colours.BRAND_SOFT_INK, end: true })
  )
}

/** What a station shows at a glance: its worst, or unknown where nothing is known. */
function glance(n: CardCounts): CardContainer['word'] {
  if (n.full > 0) return 'full'
  if (n['nearly-full'] > 0) return 'nearly-full'
  return n['has-room'] > 0 ? 'has-room' : 'unknown'
}

function drawLead({ facts, words, faces }: Page): string {
  const n = countWords(facts.containers)
  const lead = words.lead(n)
  const x = EDGE + 52
  const size = sizeFor([lead], RIGHT - x, 36, faces.bold)
  return (
    drawMark(glance(n), EDGE + 18, LEAD_Y, 18) +
    setText(lead, { x, y: LEAD_Y + size * 0.35, size, fill: colours.INK, bold: true })
  )
}

function drawRows({ facts, language, words, faces }: Page): string {
  const rows = rowsOf(facts)
  if (rows.length === 0) return ''
  const space = ROWS.bottom - ROWS.top
  const height = Math.min(TALLEST_ROW, space / rows.length)
  const top = ROWS.top + (space - height * rows.length) * 0.35
  const sign = round(Math.min(54, height * 0.8))
  const nameX = EDGE + sign + 18
  const names = rows.map(({ fraction }) => capital(fractionName(fraction, language)))
  const states = rows.map((row) => rowState(row, language, words))
  const wanted = Math.min(34, height * 0.62)
  const nameSize = sizeFor(names, BAR.x - 20 - nameX, wanted, faces.regular)
  const stateSize = sizeFor(states, RIGHT - WORD_X, wanted, faces.bold)

  return rows
    .map((row, i) => {
      const middle = top + (i + 0.5) * height
      const base = (size: number) => middle + size * 0.35
      const word = glance(countWords(row.containers))
      const { ink } = colours.WORD_COLOURS[word]
      const barHeight = Math.min(42, height * 0.66)
      const isOne = row.containers.length === 1
      const percent = isOne ? row.containers[0]!.percent : undefined
      const width = percent === undefined ? BAR.wide : BAR.width
      const box = { x: BAR.x, y: middle - barHeight / 2, width, height: barHeight }
      return (
        drawSign(row, facts, EDGE, middle - sign / 2, sign) +
        setText(names[i]!, { x: nameX, y: base(nameSize), size: nameSize, fill: colours.INK }) +
        drawBars(row.containers, box, words.source.reports) +
        (percent === undefined
          ? ''
          : setText(`${percent} %`, {
              x: PERCENT_END,
              y: base(nameSize),
              size: nameSize * 0.9,
              fill: colours.SOFT_INK,
              end: true,
            })) +
        drawMark(word, MARK_X, middle, Math.min(14, height * 0.3)) +
        setText(states[i]!, {
          x: WORD_X,
          y: base(stateSize),
          size: stateSize,
          fill: ink,
          bold: true,
        })
      )
    })
    .join('')
}

function rowState({ containers }: CardRow, language: Language, words: CardWords): string {
  return containers.length === 1
    ? statusWord(containers[0]!.word, language)
    : words.row(countWords(containers))
}

/** The fraction's colour with its picture. */
function drawSign(
  { fraction }: CardRow,
  facts: CardFacts,
  x: number,
  y: number,
  side: number,
): string {
  const colour = colourOf(fraction, facts.colours)
  const inset = side * 0.12
  const scale = (side - 2 * inset) / PICTURE_SIZE
  return (
    `<rect x="${round(x)}" y="${round(y)}" width="${side}" height="${side}" rx="9" fill="${colour}"/>` +
    `<g transform="translate(${round(x + inset)} ${round(y + inset)}) scale(${scale.toFixed(3)})"><path d="${PICTURES[fraction]}" fill="none" stroke="${inkOn(colour)}" stroke-width="1.7" stroke-linejoin="round" stroke-linecap="round"/></g>`
  )
}

/** Who says so; and, where several containers of a row are in several states, what each kind of bar means. */
function drawFoot({ facts, language, words, faces }: Page): string {
  const source = sourceOf(facts)
  const said = source === undefined ? '' : capital(words.source[source])
  const size = 24
  const text = setText(said, { x: EDGE, y: FOOT_Y, size, fill: colours.SOFT_INK })
  const several = rowsOf(facts).flatMap(({ containers }) =>
    new Set(containers.map(({ word }) => word)).size > 1 ? containers : [],
  )
  const shown = CARD_ORDER.filter((word) => several.some((container) => container.word === word))
  let x = RIGHT
  const legend = shown.toReversed().map((word) => {
    const name = statusWord(word, language)
    const left = x - faces.regular(name) * size
    const sample: CardContainer = {
      fraction: 'paper',
      word,
      ...(word !== 'unknown' && { percent: 100 }),
    }
    const box = { x: left - 44, y: FOOT_Y - 22, width: 34, height: 26 }
    x = left - 44 - 28
    return drawBars([sample], box) + setText(name, { x: left, y: FOOT_Y, size, fill: colours.INK })
  })
  return text + legend.join('')
}
