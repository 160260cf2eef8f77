/** Stations as cards show them. */
import type { CardContainer, CardFacts } from '#src/wording/cards/card-facts.ts'
import { FRACTIONS, type Fraction } from '#src/stations/fraction.ts'
import { instant } from '#src/stations/time.ts'

type Word = CardContainer['word']

export function box(
  fraction: Fraction,
  word: Word,
  percent?: number,
  source: CardContainer['source'] = 'sensor',
): CardContainer {
  return {
    fraction,
    word,
    ...(percent !== undefined && { percent }),
    ...(word !== 'unknown' && source && { source }),
  }
}

/** A Tuesday, 14:35 on the wall in Stockholm. */
export function madeCard(
  containers: readonly CardContainer[],
  over: Partial<CardFacts> = {},
): CardFacts {
  return {
    station: 'Ekudden',
    town: 'Provstad',
    at: instant(Date.parse('2026-05-05T12:35:00Z')),
    timeZone: 'Europe/Stockholm',
    containers,
    ...over,
  }
}

export const usual = madeCard([
  box('paper', 'full', 96, 'both'),
  box('plastic', 'nearly-full', 81),
  box('metal', 'has-room', 34),
  box('clear-glass', 'unknown'),
  box('coloured-glass', 'has-room', 12),
  box('newspapers', 'full', undefined, 'reports'),
])

const WORDS = ['full', 'nearly-full', 'has-room', 'unknown'] as const
const LEVELS = { full: 92, 'nearly-full': 78, 'has-room': 20, unknown: undefined }

/** Sixty containers of every fraction and state, at a place with a name of eighty letters. */
export const crowded = madeCard(
  Array.from({ length: 60 }, (_, i) => {
    const word = WORDS[i % 4]!
    return box(FRACTIONS[Math.min(7, Math.trunc(i / 5))]!.id, word, LEVELS[word])
  }),
  { station: 'Återvinningscentralen vid Lundby södra industriområde och Hultasjögatans långa r' },
)
