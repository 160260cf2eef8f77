/** The parts of the page around the stop: the line about the network, news, what was refused, the list, the foot. */
import { bikeName, type Day } from './day.ts'
import { h } from './draw.ts'
import type { KeptEvent } from './keep.ts'
import { ageMinutes, hadNoRoom, lineOf, type Link } from './line.ts'
import { type Gone, type KeptDay, knownStops } from './news.ts'
import type { Calendar } from './page-facts.ts'
import type { QueuedPhoto } from './queue.ts'
import type { Row, ShownRound } from './round.ts'
import { changedBy, markOf } from './stop-card.ts'
import { briefly, type Telling, whereOf } from './stop-words.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Words } from './words.ts'

export interface Queue {
  readonly events: readonly KeptEvent[]
  readonly photos: readonly QueuedPhoto[]
}

/** Both halves of the line: how it stands with sending, how old the plan is. */
export function lineTexts(
  link: Link,
  queue: Queue,
  kept: KeptDay | undefined,
  now: EpochMs,
  { words, calendar }: { readonly words: Words; readonly calendar: Calendar },
): { readonly kind: string; readonly sending: string; readonly plan: string } {
  const line = lineOf({ link, ...queue })
  const waiting = waitingText(line.events, line.photos, words)
  const heads: Readonly<Record<typeof line.kind, string>> = {
    offline: words.offline,
    'no-answer': words.noAnswer,
    'signed-out': words.signedOut,
    sending: words.sending,
    'no-room': words.stuck,
    online: '',
    'all-sent': line.sentAt === undefined ? '' : words.allSent(calendar.clock(line.sentAt)),
    'nothing-yet': words.nothingYet,
  }
  const head = heads[line.kind]
  return {
    kind: line.kind,
    sending: waiting === '' ? head : `${head}: ${waiting}`,
    plan: kept
      ? words.planFrom(calendar.clock(kept.fetchedAt), words.ago(ageMinutes(kept.fetchedAt, now)))
      : '',
  }
}

export function waitingText(events: number, photos: number, words: Words): string {
  return words
    .waiting(events, photos)
    .filter((text) => text !== false)
    .join(', ')
}

export function newsPart(
  { gone }: ShownRound,
  kept: KeptDay,
  telling: Telling,
  seen: () => void,
): readonly Node[] {
  const { words } = telling
  if (gone.length + kept.marks.length === 0) return []
  return [
    h(
      'section',
      { class: 'news', 'aria-labelledby': 'news' },
      h('h2', { id: 'news' }, words.newsTitle),
      h(
        'ul',
        {},
        ...gone.map((one) => h('li', {}, ...goneTexts(one, kept.day, telling))),
        ...kept.marks.map(({ stop, what, by, at }) => {
          const where = kept.day.rounds.flatMap(({ stops }) => stops).find(({ id }) => id === stop)
          const who = words.by(changedBy(by, words), telling.calendar.clock(at))
          return h('li', {}, `${where ? whereOf(where, words) : ''}: ${words.marks[what]} (${who})`)
        }),
      ),
      h('button', { type: 'button', class: 'tap', id: 'seen', onclick: seen }, words.seen),
    ),
  ]
}

function goneTexts(
  { stop, to, by, at }: Gone,
  day: Day,
  { words, calendar }: Telling,
): readonly Node[] {
  const what = to === undefined ? words.gone : words.goneTo(bikeName(day, to))
  const who = words.by(changedBy(by, words), calendar.clock(at))
  return [h('s', {}, whereOf(stop, words)), h('span', {}, `: ${what} (${who})`)]
}

export function noRoomPart({ photos }: Queue, words: Words): readonly Node[] {
  if (!photos.some(({ way }) => hadNoRoom(way))) return []
  return [h('section', { class: 'refused' }, h('p', {}, words.noRoom))]
}

export function refusedPart(
  { events, photos }: Queue,
  kept: KeptDay | undefined,
  telling: Telling,
  seen: () => void,
): readonly Node[] {
  const { words, calendar } = telling
  const stops = new Map((kept ? knownStops(kept) : []).map((stop) => [stop.id, stop]))
  const where = (id: string) => {
    const stop = stops.get(id)
    return stop ? whereOf(stop, words) : id
  }
  const refused = [
    ...events.map(({ told, way }) => ({ ...told, what: words.didWhat[told.kind], way })),
    ...photos.map((photo) => ({ ...photo, what: words.refusedPhoto })),
  ].flatMap(({ way, what, stop, at }) =>
    way.state === 'refused' ? [{ what, stop, at, refusal: way.refusal }] : [],
  )
  if (refused.length === 0) return []
  return [
    h(
      'section',
      { class: 'refused', 'aria-labelledby': 'refused' },
      h('h2', { id: 'refused' }, words.refusedTitle),
      h(
        'ul',
        {},
        ...refused.map(({ what, stop, at, refusal }) =>
          h(
            'li',
            {},
            h('strong', {}, words.refused(what, where(stop), calendar.clock(at))),
            h('br'),
            h('span', { class: 'soft', lang: 'en' }, `${refusal.status} ${refusal.detail}`),
          ),
        ),
      ),
      h('p', {}, words.refusedHint),
      h('button', { type: 'button', class: 'tap', id: 'refused-seen', onclick: seen }, words.seen),
    ),
  ]
}

export function listPart(
  { rest, over, gone }: ShownRound,
  kept: KeptDay,
  telling: Telling,
  choose: (stop: string) => void,
): readonly Node[] {
  const { words } = telling
  const toChoose = (row: Row) =>
    h(
      'li',
      {},
      h(
        'button',
        { type: 'button', id: `stop-${row.stop.id}`, onclick: () => choose(row.stop.id) },
        ...rowTexts(row, telling),
      ),
    )
  return [
    rest.length > 0 && h('h2', {}, words.rest),
    rest.length + gone.length > 0 &&
      h(
        'ol',
        { class: 'stops' },
        ...rest.map(toChoose),
        ...gone.map((one) => h('li', { class: 'gone' }, ...goneTexts(one, kept.day, telling))),
      ),
    over.length > 0 && h('h2', {}, words.over),
    over.length > 0 && h('ol', { class: 'stops over' }, ...over.map(toChoose)),
  ].filter((node): node is HTMLHeadingElement | HTMLOListElement => node !== false)
}

function rowTexts(row: Row, telling: Telling): readonly Node[] {
  const { stop, standing, unload } = row
  const { words, calendar } = telling
  const isToCome = standing.state === 'scheduled'
  const reason = standing.because && words.reasons[standing.because]
  const state = isToCome ? '' : (reason ?? words.states[standing.state])
  const when = stop.startsAt === null ? '' : calendar.clock(stop.startsAt)
  const mark = markOf(row, telling)
  return [
    h('span', { class: 'when' }, isToCome ? when : ''),
    h(
      'span',
      { class: 'what' },
      h('strong', {}, whereOf(stop, words)),
      h('span', { class: 'soft' }, briefly(stop, unload, telling)),
      mark,
    ),
    h(
      'span',
      { class: `state ${standing.state}` },
      state,
      standing.unsent > 0 && h('span', { class: 'unsent' }, words.unsent),
    ),
  ]
}
