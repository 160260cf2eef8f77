import { describe, expect, test } from 'vitest'
import {
  ORDER_HOLDS_MS,
  findFollowed,
  leftStanding,
  placeAfter,
  placeOfCorrection,
  placeOfNews,
  placeOfTakingBack,
} from '#src/notify/order.ts'
import { MINUTE, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { hamnen } from '#tests/support/town.ts'
import type { Delivery, DeliveryState, Post } from '#src/store/contract.ts'
import { newsTakenBack } from '#src/store/news-taken-back.ts'
import { findNewer, isOvertaken } from '#src/notify/overtaken.ts'
import { claimed, makeItem, makeOtherItem, makePost, noon, postKey } from './deliveries.ts'

const later = plus(noon, 40 * MINUTE)
const news = makePost(1, noon, { items: [makeItem(1, noon), makeItem(2, noon)] })
const close = (n: number, ...episodes: number[]) =>
  makePost(n, later, { kind: 'close', items: episodes.map((e) => makeItem(e, noon)) })

test.each([
  ['news that stands is said', [], { kind: 'go' }],
  ['news half taken back is still said', [close(3, 1)], { kind: 'go' }],
  [
    'news all taken back, bit by bit, is not',
    [close(3, 1), close(4, 2)],
    { kind: 'over', as: 'expired', because: 'taken back before it was said' },
  ],
  [
    'something taken back before is another story',
    [makePost(5, plus(noon, -1), { kind: 'close', items: news.items })],
    { kind: 'go' },
  ],
  ['other news takes nothing back', [makePost(6, later, { items: news.items })], { kind: 'go' }],
])('%s', (_, posts, place) => {
  expect(placeOfNews(news, [...posts, news])).toEqual(place)
})

test('a taking back finds the news it shares an episode with', () => {
  const other = makePost(7, noon, { items: [makeItem(7, noon)] })
  const after = makePost(8, plus(later, 1), { items: [makeItem(1, noon)] })
  expect(newsTakenBack(close(3, 1), [after, close(3, 1), other, news])).toEqual([news])
})

describe('a taking back', () => {
  const delivery = (state: DeliveryState) => ({ ...claimed(1, noon), state, dueAt: later })
  test.each([
    ['is said when its news was', ['sent'], { kind: 'go' }],
    ['is said when its news may have been', ['uncertain'], { kind: 'go' }],
    ['waits while its news waits', ['due'], { kind: 'wait', dueAt: later }],
    ['waits while its news is on its way', ['sending'], { kind: 'wait', dueAt: later }],
    [
      'is not said when its news never was',
      ['dead', 'expired'],
      { kind: 'over', as: 'expired', because: 'the news that it takes back was never said' },
    ],
    [
      'is not said where its news had no way out',
      [],
      { kind: 'over', as: 'expired', because: 'the news that it takes back was never said' },
    ],
  ] as const)('%s', (_, states, place) => {
    expect(placeOfTakingBack(new Map([[postKey(1), states.map(delivery)]]))).toEqual(place)
  })

  test('is said when its news is too old to be found', () => {
    expect(placeOfTakingBack(new Map())).toEqual({ kind: 'go' })
  })
})

describe('a correction', () => {
  const delivery = (state: DeliveryState) => ({ ...claimed(1, noon), state, dueAt: later })
  const neverSaid = {
    kind: 'over',
    as: 'expired',
    because: 'the news that it takes back was never said',
  }
  test.each([
    ['follows what was said', ['sent'], { kind: 'go' }],
    ['follows what may have been said', ['uncertain'], { kind: 'go' }],
    ['goes alone where what was wrong never got out', ['expired'], { kind: 'go' }],
    ['goes alone where what was wrong was refused', ['dead'], { kind: 'go' }],
    ['waits while what was wrong is on its way', ['sending'], { kind: 'wait', dueAt: later }],
    ['waits until what was wrong has been stopped', ['due'], { kind: 'wait', dueAt: later }],
    ['is not said where what was wrong was stopped', ['withdrawn'], neverSaid],
    ['is not said where what was wrong had no way out', [], neverSaid],
  ] as const)('%s', (_, states, place) => {
    expect(placeOfCorrection(states.map(delivery))).toEqual(place)
  })
})

describe('what a post follows up, as the far end has it', () => {
  const wrong = makePost(1, noon)
  const saidOf = (over: Partial<Delivery>) =>
    claimed(1, noon, { state: 'sent', remoteId: '77', ...over })
  const find = (post: Post, ...told: readonly Delivery[]) =>
    findFollowed({ post: async () => post, deliveries: async () => told }, claimed(2, later))
  const correction = makePost(2, later, {
    kind: 'correction',
    corrects: wrong.key,
    replyTo: wrong.key,
  })

  test('is taken back by a correction, and by nothing else', async () => {
    const followed = { remoteId: '77', text: wrong.texts.sv }
    expect(await find(correction, saidOf({}))).toEqual({ ...followed, isTakenBack: true })
    expect(await find(makePost(2, later, { replyTo: wrong.key }), saidOf({}))).toEqual({
      ...followed,
      isTakenBack: false,
    })
  })

  test.each([
    ['another channel', saidOf({ channel: 'mastodon' })],
    ['another account', saidOf({ account: 'ekudden' })],
    ['another language', saidOf({ language: 'en' })],
    ['a try that came to nothing', saidOf({ state: 'dead' })],
  ])('is nothing that was said by %s', async (_, other) => {
    expect(await find(correction, other)).toBeUndefined()
  })

  test('is nothing where nothing is followed up', async () => {
    expect(await find(makePost(2, later), saidOf({}))).toBeUndefined()
  })
})

describe('what has been overtaken', () => {
  const none = () => false
  const paper = (n: number, at: EpochMs, over: Partial<Post> = {}) =>
    makePost(n, at, { items: [makeItem(n, at)], ...over })
  const ofStation = (n: number, at: EpochMs) => {
    const { containerId: _, ...item } = makeItem(n, at, {
      ruleId: 'nearly_all',
      subject: 's' as never,
    })
    return makePost(n, at, { items: [item] })
  }
  const both = makePost(1, noon, { items: [makeItem(1, noon), makeOtherItem(1, noon)] })
  const bigger = (a: string, b: string) => a === 'nearly_all' && b === 'full'

  test.each([
    ['news by the same news again', paper(1, noon), [paper(2, later)], none, true],
    [
      'nothing by what was decided at the same instant',
      paper(1, noon),
      [paper(2, noon)],
      none,
      false,
    ],
    [
      'nothing by news of something else',
      paper(1, noon),
      [makePost(2, later, { items: [makeOtherItem(2, later)] })],
      none,
      false,
    ],
    ['nothing by another rule', paper(1, noon), [ofStation(2, later)], none, false],
    ['news by a rule that speaks for it', paper(1, noon), [ofStation(2, later)], bigger, true],
    [
      'nothing by that rule at another station',
      paper(1, noon),
      [{ ...ofStation(2, later), stationId: hamnen.id }],
      bigger,
      false,
    ],
    ['nothing by the half of it', both, [paper(2, later)], none, false],
    [
      'news by its halves',
      both,
      [paper(2, later), makePost(3, later, { items: [makeOtherItem(3, later)] })],
      none,
      true,
    ],
    ['an end by a new beginning', paper(1, noon, { kind: 'close' }), [paper(2, later)], none, true],
    [
      'no end by a bigger rule',
      paper(1, noon, { kind: 'close' }),
      [ofStation(2, later)],
      bigger,
      false,
    ],
    ['no correction', paper(1, noon, { kind: 'correction' }), [paper(2, later)], none, false],
  ] as const)('%s', (_, post, newer, overrules, expected) => {
    expect(isOvertaken(post, newer, overrules)).toBe(expected)
    expect(findNewer(post, newer, overrules).length > 0).toBe(
      expected || post === both || post.kind === 'correction',
    )
  })

  test('is asked of news that still stands', () => {
    const again = paper(2, later)
    const over = makePost(3, later, { kind: 'close', items: again.items })
    const wrong = makePost(3, later, { kind: 'correction', corrects: again.key })
    expect(findNewer(paper(1, noon), [again], none)).toEqual([again])
    expect(findNewer(paper(1, noon), [again, over], none)).toEqual([])
    expect(findNewer(paper(1, noon), [again, wrong], none)).toEqual([])
  })
})

test('what was said last stands: news does, its end does not', () => {
  const end = makePost(2, later, { kind: 'close' })
  expect(leftStanding([])).toBe(false)
  expect(leftStanding([end, makePost(1, noon)])).toBe(false)
  expect(leftStanding([end, makePost(3, plus(later, 1))])).toBe(true)
})

describe('after a station’s earlier posts', () => {
  const second = claimed(2, noon, { sendAt: plus(noon, 1) })
  const first = claimed(1, noon, { dueAt: later, sendAt: noon })
  const holds = plus(second.sendAt, ORDER_HOLDS_MS)
  test.each([
    [
      'a post waits until the earlier is due',
      second,
      [first],
      noon,
      { kind: 'wait', dueAt: holds },
    ],
    [
      'or as soon as that is',
      second,
      [{ ...first, dueAt: plus(noon, 9) }],
      noon,
      { kind: 'wait', dueAt: plus(noon, 9) },
    ],
    ['and no longer than so long', second, [first], holds, { kind: 'go' }],
    [
      'of one instant the first decided goes first',
      { ...second, sendAt: noon },
      [first],
      noon,
      { kind: 'wait', dueAt: plus(noon, ORDER_HOLDS_MS) },
    ],
    ['and does not wait itself', first, [second], noon, { kind: 'go' }],
    [
      'what is important waits for nothing else',
      { ...second, priority: 80 },
      [first],
      noon,
      { kind: 'go' },
    ],
    [
      'but for what is too',
      { ...second, priority: 80 },
      [{ ...first, priority: 100 }],
      noon,
      { kind: 'wait', dueAt: holds },
    ],
  ] as const)('%s', (_, delivery, waiting, now, place) => {
    expect(placeAfter(delivery, waiting, now)).toEqual(place)
  })
})
