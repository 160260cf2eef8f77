/** The stop before the rider: where, what, whom, and the four buttons. */
import { h } from './draw.ts'
import type { Thing } from './day.ts'
import type { Row } from './round.ts'
import {
  addressOf,
  loadWords,
  mapLink,
  nameOf,
  type Telling,
  timeOf,
  weightOf,
  whereOf,
} from './stop-words.ts'

export interface CardActions {
  readonly setOut: () => void
  readonly arrived: () => void
  readonly done: () => void
  readonly doneOtherwise: () => void
  readonly failed: () => void
  readonly photo: () => void
  readonly copy: (text: string) => void
}

export function stopCard(row: Row, telling: Telling, actions: CardActions): readonly Node[] {
  const { stop, standing } = row
  const { words } = telling
  const heading =
    standing.state === 'arrived'
      ? words.here
      : standing.state === 'on-the-way'
        ? words.under
        : words.next
  return [
    h('p', { class: 'eyebrow' }, `${heading} · ${timeOf(stop, telling)}`, markOf(row, telling)),
    h('h1', {}, whereOf(stop, words)),
    ...whoOf(row, telling),
    ...loadOf(row, telling),
    wayThere(row, telling, actions),
    buttons(row, telling, actions),
  ]
}

export function markOf({ mark }: Row, { words, calendar }: Telling): Node | undefined {
  if (!mark) return undefined
  const who = changedBy(mark.by, words)
  const text = `${words.marks[mark.what]}: ${words.by(who, calendar.clock(mark.at))}`
  return h('span', { class: 'mark' }, text)
}

export function changedBy(by: string | undefined, words: Telling['words']): string {
  if (by === undefined) return words.somebody
  return by === 'clock' ? words.clockDid : by
}

function whoOf({ stop, photos }: Row, { words }: Telling): readonly Node[] {
  const { person, language, interpreter, reference, what, note, place } = stop
  if (stop.kind === 'pickup' && reference !== null && !person) {
    return [h('p', { class: 'soft' }, words.noAddress)]
  }
  const facts = [
    person && person.name,
    person?.apartment && `${words.apartment} ${person.apartment}`,
    what !== null && place?.name && what,
    language !== null && language !== 'sv' && words.speaks(words.languages[language]),
    interpreter && words.wantsInterpreter,
    photos > 0 && words.photos(photos),
  ].filter((text): text is string => typeof text === 'string' && text !== '')
  const isForeign = language !== null && language !== 'sv'
  return [
    ...(facts.length > 0
      ? [h('p', { class: isForeign || interpreter ? 'who stands-out' : 'who' }, facts.join(' · '))]
      : []),
    ...(person?.note
      ? [h('p', { class: 'access' }, h('strong', {}, `${words.note}: `), person.note)]
      : []),
    ...(note !== null ? [h('p', { class: 'access' }, `${words.said}: ${note}`)] : []),
  ]
}

function loadOf({ stop, unload }: Row, telling: Telling): readonly Node[] {
  const { words, catalogue } = telling
  if (stop.kind === 'break') return []
  const things: readonly (Thing & { readonly reused?: boolean })[] = unload ?? stop.things
  if (things.length === 0 && stop.kind === 'drop-off') {
    return [h('p', { class: 'soft' }, words.nothingToUnload)]
  }
  if (things.length === 0) {
    return loadWords(stop, telling).map((text) => h('p', { class: 'who' }, text))
  }
  const title = stop.kind === 'drop-off' ? words.unload : words.carry
  const { kg, litres } = weightOf(things, catalogue)
  return [
    h('h2', {}, title),
    h(
      'ul',
      { class: 'things' },
      ...things.map(({ item, count, reused }) => {
        const { litres: l, kg: each, longestCm } = catalogue.get(item) ?? {}
        const size = l != null && each != null && words.each(l, each, longestCm ?? 0)
        return h(
          'li',
          {},
          h('span', { class: 'count' }, count),
          h(
            'span',
            {},
            h('strong', {}, nameOf(item, telling)),
            reused === true && ` ${words.forReuse}`,
            typeof size === 'string' && h('span', { class: 'soft' }, ` ${size}`),
          ),
        )
      }),
    ),
    h('p', { class: 'soft' }, words.together(Math.round(kg), Math.round(litres))),
  ]
}

function wayThere({ stop, standing }: Row, { words }: Telling, actions: CardActions): Node {
  const address = addressOf(stop)
  const link = mapLink(stop, isApple())
  const phone = stop.person?.phone
  return h(
    'div',
    { class: 'ways' },
    link !== undefined && h('a', { class: 'way', href: link }, words.navigate),
    phone &&
      h(
        'a',
        { class: 'way', href: `tel:${phone.replace(/[^+\d]/g, '')}` },
        words.call(unbroken(phone)),
      ),
    address !== undefined &&
      h(
        'button',
        { class: 'way', id: 'copy', type: 'button', onclick: () => actions.copy(address) },
        words.copy,
      ),
    stop.kind === 'pickup' &&
      standing.state === 'scheduled' &&
      h(
        'button',
        { class: 'way', id: 'set-out', type: 'button', onclick: actions.setOut },
        words.setOut,
      ),
  )
}

/** A number that breaks in the middle is hard to read. */
function unbroken(phone: string): string {
  return phone.replaceAll(' ', '\u00A0').replaceAll('-', '\u2011')
}

function buttons({ stop, standing }: Row, { words }: Telling, actions: CardActions): Node {
  const isThere = standing.state === 'arrived'
  const one = (id: string, text: string, kind: string, onclick: () => void) =>
    h('button', { id, type: 'button', class: kind, onclick }, text)
  const isBreak = stop.kind === 'break'
  return h(
    'div',
    { class: 'taps' },
    !isThere && !isBreak && one('arrived', words.arrived, 'tap first', actions.arrived),
    one(
      'done',
      stop.kind === 'drop-off' ? words.weighIn : words.done,
      isThere || isBreak ? 'tap first' : 'tap',
      actions.done,
    ),
    one('failed', words.failed[stop.kind], 'tap', actions.failed),
    !isBreak && one('photo', words.photo, 'tap', actions.photo),
    stop.kind === 'pickup' &&
      stop.things.length > 0 &&
      one('otherwise', words.doneOtherwise, 'tap', actions.doneOtherwise),
  )
}

function isApple(): boolean {
  const { userAgent, maxTouchPoints } = navigator
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)
}
