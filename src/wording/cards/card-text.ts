/** A card in words, for those who don't see it: all that the picture tells, in its language. Pure. */
import { fractionName, type Language } from '#src/stations/fraction.ts'
import { capital } from '../capital.ts'
import { clipGraphemes } from '../graphemes.ts'
import { longDayText, statusWord } from '../status-text.ts'
import { CARD_ORDER, countWords, rowsOf, sourceOf } from './card-facts.ts'
import type { CardFacts, CardRow } from './card-facts.ts'
import { CARD_WORDS } from './card-words.ts'

/** What X takes; Mastodon takes more. */
export const LONGEST_ALT = 1000
/** Of so many boxes of a fraction each level is told; of more, how many are how full. */
const LEVELS_TOLD = 4

const LISTS: Readonly<Record<Language, Intl.ListFormat>> = {
  sv: new Intl.ListFormat('sv'),
  en: new Intl.ListFormat('en-GB'),
  fi: new Intl.ListFormat('fi'),
}

/** Of 60 containers the levels go first, then what doesn't fit. */
export function cardText(facts: CardFacts, language: Language): string {
  const full = textOf(facts, language, LEVELS_TOLD)
  const text = full.length <= LONGEST_ALT ? full : textOf(facts, language, 0)
  return text.length <= LONGEST_ALT ? text : clipText(text)
}

/** Characters of several code units count as several where it is read. */
function clipText(text: string): string {
  for (let most = LONGEST_ALT; ; most = Math.trunc(most * 0.9)) {
    const clipped = clipGraphemes(text, most)
    if (clipped.length <= LONGEST_ALT) return clipped
  }
}

function textOf(facts: CardFacts, language: Language, levelsTold: number): string {
  const { station, town, at, timeZone, containers } = facts
  const words = CARD_WORDS[language]
  const source = sourceOf(facts)
  const when = `${longDayText(at, timeZone, language)} ${words.clock(at, timeZone)}`
  const place = words.stationIn(town)
  const head = [
    station,
    place.charAt(0).toLocaleLowerCase('sv') + place.slice(1),
    when,
    source && words.source[source],
  ]
  return [
    `${head.filter((part) => part !== undefined).join(', ')}.`,
    words.lead(countWords(containers)),
    ...rowsOf(facts).map(
      (row) => `${capital(fractionName(row.fraction, language))}: ${rowText(row)}.`,
    ),
  ].join(' ')

  function rowText({ containers: same }: CardRow): string {
    const n = countWords(same)
    const [only] = same
    const state =
      same.length === 1
        ? statusWord(only!.word, language).toLocaleLowerCase('sv')
        : CARD_ORDER.filter((word) => n[word] > 0)
            .map((word) => words.counted[word](n[word]))
            .join(', ')
    const percents = same.length > levelsTold ? [] : same.flatMap(({ percent }) => percent ?? [])
    const list = LISTS[language].format(percents.map(String))
    const seenBy = same.every((box) => isSeenOnly(box)) ? words.source.reports : undefined
    return [state, percents.length > 0 && words.percent(list), seenBy]
      .filter((part) => part !== false && part !== undefined)
      .join(', ')
  }
}

function isSeenOnly({ word, percent, source }: CardRow['containers'][number]): boolean {
  return word !== 'unknown' && percent === undefined && source === 'reports'
}
