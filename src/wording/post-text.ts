/**
 * A decided post in plain sentences. Nothing personal can get in: what comes in has none. Every text
 * carries a clock time, so that the same news another day is another text, and fits X whatever the
 * stations are called.
 */
import type { DecidedPost, PostItem } from '#src/rules/decision.ts'
import type { Language } from '#src/stations/fraction.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { en } from './en.ts'
import { fi } from './fi.ts'
import { newsSentences } from './news.ts'
import type { Idiom, Phrases } from './phrases.ts'
import { correctionSentence, digestSentences } from './place-list.ts'
import { isPostTemplate, POST_TEMPLATES } from './post-templates.ts'
import { sv } from './sv.ts'
import { placeKind, shorten } from './telling.ts'
import type { Group, Room, Telling } from './telling.ts'
import { openTextBook } from './text-book.ts'
import type { TextBook, TownTexts } from './text-book.ts'
import { fact } from './text-facts.ts'
import { findXFaults, X_MAX_WEIGHT, weightedLength } from './x-limits.ts'

export { isPostTemplate, POST_TEMPLATES } from './post-templates.ts'
export type { PostTemplate } from './post-templates.ts'

const IDIOMS: Readonly<Record<Language, Idiom>> = { sv, en, fi }

/**
 * The post's text in every language, NFC, at most 280 as X counts, without anything X would make a
 * link or a mention of.
 * @throws on a template that isn't in `POST_TEMPLATES` or a post without items: rules are checked at load.
 */
export type WordPost = (post: DecidedPost, town: TownIndex) => Readonly<Record<Language, string>>

/** A town's own text failed on a post, which was then worded by ours. */
export interface TextFailure {
  readonly language: Language
  readonly because: string
  /** What it made, where it made anything. */
  readonly text?: string
}

type WordIn = (post: DecidedPost, town: TownIndex) => string

/** Words posts by a town's own texts, and by ours wherever those fail or make what X would not take. */
export function postWording(
  own: TownTexts,
  onFailure: (failure: TextFailure) => void = () => undefined,
): WordPost {
  const words = eachLanguage((language) => postWordingIn(language, own, onFailure))
  return (post, town) => eachLanguage((language) => words[language](post, town))
}

/** The same in one language. */
export function postWordingIn(
  language: Language,
  own: TownTexts,
  onFailure: (failure: TextFailure) => void,
): WordIn {
  const book = openTextBook(own)
  const phrases = phrasesOf(language, book)
  if (!book.hasOwn(language)) return (post, town) => wordBy(phrases, language, post, town)
  return (post, town) => {
    try {
      const text = wordBy(phrases, language, post, town)
      const fault = isCutOff(text) ? 'cut off' : findXFaults(text)[0]
      if (fault === undefined) return text
      onFailure({ language, because: fault, text })
    } catch (error) {
      onFailure({ language, because: (error as Error).message })
    }
    return wordBy(OURS[language], language, post, town)
  }
}

function wordBy(phrases: Phrases, language: Language, post: DecidedPost, town: TownIndex): string {
  return shortest({ post, groups: groupByTemplate(post.items), town, language, phrases })
}

function eachLanguage<T>(make: (language: Language) => T): Readonly<Record<Language, T>> {
  return { sv: make('sv'), en: make('en'), fi: make('fi') }
}

function phrasesOf(language: Language, book: TextBook): Phrases {
  const idiom = IDIOMS[language]
  return {
    say: (key, facts) => book.say(key, language, facts),
    clock: (at, now, timeZone) => fact('time', idiom.clock(at, now, timeZone)),
    day: (day) => fact('time', idiom.day(day)),
    dayPart: (day, part) => fact('time', idiom.dayPart(day, part)),
    list: idiom.list,
    distance: (metres) => fact('distance', idiom.distance(metres)),
  }
}

const OURS = eachLanguage((language) => phrasesOf(language, openTextBook()))

/** By the texts that come with Kvitter. */
export const wordPost: WordPost = postWording({})

function groupByTemplate(items: readonly PostItem[]): readonly Group[] {
  if (items.length === 0) throw new Error('a post without items has nothing to say')
  return [...Map.groupBy(items, (item) => item.template)].map(([template, items]) => {
    if (!isPostTemplate(template)) {
      throw new Error(`no text is called ${template}; there are: ${POST_TEMPLATES.join(', ')}`)
    }
    return { template, items }
  })
}

const ALL = 1000
/** No text has room for more names than this. */
const MOST_NAMES = 40

/**
 * From everything to the least: alternatives go first, then details, then names, then sentences; the
 * place's own name last.
 */
function* rooms(groups: readonly Group[]): Generator<Room> {
  const roomy = { alternatives: ALL, details: true, names: ALL, sentences: ALL, nameWeight: ALL }
  yield roomy
  yield { ...roomy, alternatives: 1 }
  yield { ...roomy, alternatives: 0 }
  const plain = { ...roomy, alternatives: 0, details: false }
  const most = Math.max(...groups.map((group) => group.items.length))
  for (let names = Math.min(most, MOST_NAMES); names >= 1; names -= 1) yield { ...plain, names }
  const bare = { ...plain, names: 1 }
  for (let sentences = groups.length - 1; sentences >= 1; sentences -= 1) {
    yield { ...bare, sentences }
  }
  for (const nameWeight of [80, 50, 25]) yield { ...bare, sentences: 1, nameWeight }
}

/** Shortened as a last resort, in the middle of a sentence. */
export function isCutOff(text: string): boolean {
  return text.endsWith('…')
}

function shortest(telling: Omit<Telling, 'room'>): string {
  let text = ''
  for (const room of rooms(telling.groups)) {
    text = compose({ ...telling, room }).normalize('NFC')
    if (weightedLength(text) <= X_MAX_WEIGHT) return text
  }
  return shorten(text, X_MAX_WEIGHT)
}

function compose(telling: Telling): string {
  const { post, groups, phrases, room } = telling
  const isCut = groups.length > room.sentences
  const kind = fact('choice', placeKind(post))
  const rest = isCut ? [phrases.say('sentence.more_on_page', { kind })] : []
  return [...sentencesOf(telling), ...rest].join(' ')
}

function sentencesOf(telling: Telling): readonly string[] {
  switch (telling.post.kind) {
    case 'open':
    case 'close':
      return newsSentences(telling)
    case 'digest':
      return digestSentences(telling)
    case 'correction':
      return [correctionSentence(telling)]
  }
}
