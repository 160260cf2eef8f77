/** How full a container is, as a bar, and its state as a mark. Pure; sizes in the card's units. */
import type { CardContainer } from './card-facts.ts'
import { TRACK, TRACK_LINE, WORD_COLOURS } from './card-colours.ts'
import { FAMILY } from './card-type.ts'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Of so many beside each other each still has room to lie. */
const LYING = 4
/** Narrower frames have no room for a question mark. */
const LEAST_FOR_MARK = 24

/** One container as a lying bar, several side by side: an unknown one has a broken frame and no level. */
export function drawBars(containers: readonly CardContainer[], box: Box, note?: string): string {
  const n = containers.length
  const gap = n > 20 ? 2 : n > LYING ? 5 : 10
  const width = (box.width - gap * (n - 1)) / n
  return containers
    .map((container, i) => {
      const own = { ...box, x: box.x + i * (width + gap), width }
      return drawBar(container, own, n > LYING ? 'standing' : 'lying', n === 1 ? note : undefined)
    })
    .join('')
}

function drawBar(
  { word, percent }: CardContainer,
  box: Box,
  way: 'lying' | 'standing',
  note: string | undefined,
): string {
  const { ink, ground, fill } = WORD_COLOURS[word]
  if (word === 'unknown') {
    return frame(box, fill, ink, '7 6') + (box.width < LEAST_FOR_MARK ? '' : centred('?', box, ink))
  }
  // A word without a level: no sensor said how full.
  if (percent === undefined) return frame(box, ground, ink) + (note ? centred(note, box, ink) : '')
  const part = Math.min(100, Math.max(0, percent)) / 100
  const filled =
    way === 'lying'
      ? { ...box, width: box.width * part }
      : { ...box, y: box.y + box.height * (1 - part), height: box.height * part }
  const level =
    part === 0 ? '' : rectangle(filled, `fill="${fill}" stroke="${ink}" stroke-width="2"`)
  return frame(box, TRACK, TRACK_LINE) + level
}

function frame(box: Box, fill: string, line: string, dashes?: string): string {
  const broken = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`
  return rectangle(box, `fill="${fill}" stroke="${line}" stroke-width="2"${broken}`)
}

/** The line lies within the box. */
function rectangle({ x, y, width, height }: Box, paint: string): string {
  const inner = [x + 1, y + 1, Math.max(0.5, width - 2), Math.max(0.5, height - 2)].map(round)
  const corner = round(Math.min(6, width / 4, height / 4))
  const [left, top, across, down] = inner
  return `<rect x="${left}" y="${top}" width="${across}" height="${down}" rx="${corner}" ${paint}/>`
}

function centred(text: string, { x, y, width, height }: Box, ink: string): string {
  const size = text.length > 1 ? Math.min(24, height * 0.62) : height * 0.72
  return `<text x="${round(x + width / 2)}" y="${round(y + height / 2 + size * 0.35)}" font-family="${FAMILY}" font-size="${round(size)}" font-weight="700" text-anchor="middle" fill="${ink}">${text}</text>`
}

/** A full disc, a half one, a ring, a broken ring with a question mark. */
export function drawMark(word: CardContainer['word'], cx: number, cy: number, r: number): string {
  const { ink } = WORD_COLOURS[word]
  const ring = (dashes = '') =>
    `<circle cx="${round(cx)}" cy="${round(cy)}" r="${round(r - 2)}" fill="#ffffff" stroke="${ink}" stroke-width="4"${dashes}/>`
  switch (word) {
    case 'full':
      return `<circle cx="${round(cx)}" cy="${round(cy)}" r="${round(r)}" fill="${ink}"/>`
    case 'nearly-full':
      return `${ring()}<path d="M${round(cx - r + 2)} ${round(cy)}A${round(r - 2)} ${round(r - 2)} 0 0 0 ${round(cx + r - 2)} ${round(cy)}Z" fill="${ink}"/>`
    case 'has-room':
      return ring()
    case 'unknown': {
      const box = { x: cx - r, y: cy - r, width: 2 * r, height: 2 * r }
      return ring(` stroke-dasharray="5 4"`) + centred('?', box, ink)
    }
  }
}

export function round(n: number): number {
  return Math.round(n * 10) / 10
}
