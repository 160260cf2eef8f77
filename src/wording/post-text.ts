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
import { POST_TEMPLATES } from './phrases.ts'
import type { Phrases, PostTemplate } from './phrases.ts'
import { correctionSentence, digestSentences } from './place-list.ts'
import { sv } from './sv.ts'
import { placeKind, shorten } from './telling.ts'
import type { Group, Room, Telling } from './telling.ts'
import { X_MAX_WEIGHT, weightedLength } from './x-limits.ts'

export { POST_TEMPLATES } from './phrases.ts'
export type { PostTemplate } from './phrases.ts'

const PHRASES: Readonly<Record<Language, Phrases>> = { sv, en, fi }

export function isPostTemplate(name: string): name is PostTemplate {
  return (POST_TEMPLATES as readonly string[]).includes(name)
}

/**
 * The post's text in every language, NFC, at most 280 as X counts, without anything X would make a
 * link or a mention of.
 * @throws on a template that isn't in `POST_TEMPLATES` or a post without items: rules are checked at load.
 */
export function wordPost(post: DecidedPost, town: TownIndex): Readonly<Record<Language, string>> {
  const groups = groupByTemplate(post.items)
  const tell = (language: Language) =>
    shortest({ post, groups, town, language, phrases: PHRASES[language] })
  return { sv: tell('sv'), en: tell('en'), fi: tell('fi') }
}

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
  const rest = isCut ? [phrases.moreOnPage(placeKind(post))] : []
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
