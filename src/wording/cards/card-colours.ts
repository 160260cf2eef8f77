/** A card's colours: those of the pages by day. Each text has 4.5:1 on its ground, each mark 3:1. */
import type { CardContainer } from './card-facts.ts'

export const PAPER = '#f6f5f0'
export const INK = '#17211f'
export const SOFT_INK = '#4c5a57'
export const BRAND = '#0d4f49'
export const BRAND_INK = '#ffffff'
export const BRAND_SOFT_INK = '#d5e6e3'
export const BRAND_BIRD = '#ffd76a'
export const TRACK = '#ffffff'
export const TRACK_LINE = '#858c88'

interface WordColours {
  readonly ink: string
  readonly ground: string
  /** What a bar is filled with: a colour, or a pattern by its name in `PATTERNS`. */
  readonly fill: string
}

export const WORD_COLOURS: Readonly<Record<CardContainer['word'], WordColours>> = {
  full: { ink: '#a3201a', ground: '#fbe7e4', fill: '#a3201a' },
  'nearly-full': { ink: '#7a4b00', ground: '#fdf0d2', fill: 'url(#nearly)' },
  'has-room': { ink: '#1b6136', ground: '#e3f2e6', fill: '#9fd3ae' },
  unknown: { ink: '#4c5a57', ground: '#ecece6', fill: 'url(#unknown)' },
}

const NEARLY = WORD_COLOURS['nearly-full']
const UNKNOWN = WORD_COLOURS.unknown

/** What tells the states apart without their colours: full is solid, nearly full striped, room pale, unknown hatched. */
export const PATTERNS =
  `<pattern id="nearly" width="16" height="16" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
  `<rect width="16" height="16" fill="${NEARLY.ground}"/><rect width="9" height="16" fill="${NEARLY.ink}"/></pattern>` +
  `<pattern id="unknown" width="12" height="12" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">` +
  `<rect width="12" height="12" fill="${UNKNOWN.ground}"/><rect width="2" height="12" fill="#c3c8c3"/></pattern>`
