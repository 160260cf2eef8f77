import { describe, expect, test } from 'vitest'

import type { DecidedPost } from '#src/rules/decision.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { ekudden } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  box,
  createPlay,
  levels,
  local,
  play,
  rulesWith,
  same,
  tellDecision,
  tellPost,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const DAY = 24 * HOUR
const [paper, plastic] = ['901-paper-1', '901-plastic-1'] as const

const book = rulesWith(
  `  - { id: full, per: container, when: c.full, for: 30m, clear_for: 20m, post: full, close_post: room }
  - { id: odd, per: container, when: c.fill > 97.0, for: 30m, channel: staff, post: odd }`,
  'budget: { min_gap: 0s, per_station_per_day: 9 }, settle: 60s',
)
const correct = (post: DecidedPost, at: EpochMs): Cue => ({
  at,
  told: { type: 'post-corrected', post, actor: 'Kim' },
})
const full = (fill = 95) => levels(paper, ten, 10 * MINUTE, same(fill, 6))
const room = levels(paper, later(HOUR), 10 * MINUTE, same(20, 6))

/** Plays until ten to eleven, when one post has been said, then goes on with what is made of it. */
function afterPost(
  more: (post: DecidedPost) => readonly Cue[],
  until = later(4 * HOUR),
  cues = full(),
) {
  const { goOn } = createPlay({ book })
  const first = goOn(
    cues.filter(({ at }) => at <= later(45 * MINUTE)),
    later(45 * MINUTE),
  )
  const post = first.posts[0]!
  const rest = cues.filter(({ at }) => at > later(45 * MINUTE))
  return { post, ...goOn([...rest, ...more(post)], until) }
}

describe('a post that staff call wrong', () => {
  test('is stopped unseen while it has not gone out', () => {
    const { posts, withdrawn, decisions, post } = afterPost((said) => [
      correct(said, later(45 * MINUTE + 55_000)),
    ])
    expect(posts.map(tellPost)).toEqual(['05-05 10:45 open: full 901-paper-1'])
    expect(withdrawn).toEqual([post.key])
    expect(decisions.filter((d) => d.because === 'withdrawn')).toMatchObject([
      {
        ruleId: 'full',
        subject: box(paper),
        from: 'active',
        to: 'active',
        clauses: [],
        outcome: 'dropped',
        postKey: post.key,
      },
    ])
  })

  test('is taken back by a reply once it is on its way', () => {
    const { posts, withdrawn, decisions, post } = afterPost((said) => [
      correct(said, later(45 * MINUTE + 55_001)),
    ])
    const at = later(45 * MINUTE + 55_001)
    expect(withdrawn).toEqual([])
    expect(posts[1]).toEqual({
      key: posts[1]!.key,
      at,
      sendAt: after(at, MINUTE),
      expiresAt: after(at, MINUTE + 2 * HOUR),
      stationId: ekudden.id,
      audience: 'public',
      kind: 'correction',
      priority: 100,
      items: post.items,
      replyTo: post.key,
      corrects: post.key,
      correctsAt: post.at,
    })
    expect(decisions.filter((d) => d.because === 'corrected')).toMatchObject([
      { ruleId: 'full', subject: box(paper), outcome: 'posted', postKey: posts[1]!.key },
    ])
  })

  test.each([
    ['unseen', 50_000],
    ['in public', HOUR],
  ])('has no follow-up that there is room again: taken back %s', (_, ms) => {
    const { posts } = afterPost((said) => [
      correct(said, later(45 * MINUTE + ms)),
      ...levels(paper, later(2 * HOUR), 10 * MINUTE, same(20, 6)),
    ])
    expect(posts.map(({ kind }) => kind)).not.toContain('close')
  })

  test('takes with it news of its end that waits already', () => {
    // Over at 11:20, to be said at 11:35.
    const { posts } = afterPost((said) => [...room, correct(said, later(85 * MINUTE))])
    expect(posts.map(tellPost)).toEqual([
      '05-05 10:45 open: full 901-paper-1',
      '05-05 11:25 correction: full 901-paper-1',
    ])
  })

  test('leaves other news in its group as it is', () => {
    const other = levels(plastic, later(50 * MINUTE), 10 * MINUTE, same(95, 9))
    const { posts } = afterPost((said) => [...room, ...other, correct(said, later(85 * MINUTE))])
    expect(posts.map(tellPost)).toEqual([
      '05-05 10:45 open: full 901-paper-1',
      '05-05 11:25 correction: full 901-paper-1',
      '05-05 11:35 open: full 901-plastic-1',
    ])
  })

  test('is taken back once; a correction never', () => {
    const { goOn } = createPlay({ book })
    const [post] = goOn(full(), later(50 * MINUTE)).posts
    const [, correction] = goOn([correct(post!, later(HOUR))], later(HOUR)).posts
    const { applied, posts } = goOn(
      [correct(post!, later(2 * HOUR)), correct(correction!, later(2 * HOUR))],
      later(3 * HOUR),
    )
    const repeat = { kind: 'history', because: 'repeat-correction' }
    expect(applied.slice(-3)).toEqual([{ kind: 'now' }, repeat, repeat])
    expect(posts).toHaveLength(2)
  })

  test('is taken back once over a restart too', () => {
    const before = play(full(), later(50 * MINUTE), { book })
    const [post] = before.posts
    const once = play([correct(post!, later(HOUR))], later(HOUR), { book, kept: before.kept })
    const twice = play([correct(post!, later(2 * HOUR))], later(3 * HOUR), {
      book,
      kept: once.kept,
    })
    expect(once.posts.map(({ kind }) => kind)).toEqual(['correction'])
    expect(twice.posts).toEqual([])
  })

  test('is too old after thirty days; who remembers it is forgotten a month after it was taken back', () => {
    const { goOn } = createPlay({ book })
    const [post] = goOn(full(), later(50 * MINUTE)).posts
    const taken = (at: EpochMs) =>
      [...goOn([correct(post!, at)], at).kept.state].filter(([key]) => key.startsWith('taken'))
    expect(taken(after(post!.at, DAY))).toEqual([
      [`taken|${post!.key}`, String(after(post!.at, DAY))],
    ])
    const { applied } = goOn(
      [correct(post!, after(post!.at, 30 * DAY + 1))],
      after(post!.at, 30 * DAY + 1),
    )
    expect(applied.at(-1)).toEqual({ kind: 'history', because: 'too-old-post' })
    const other = { ...post!, key: 'ffffffffffffffff' as DecidedPost['key'] }
    const keysAt = (at: EpochMs, key: string) => {
      const made = { ...other, key: key as typeof other.key, at }
      const { kept } = goOn([correct(made, at)], at)
      return [...kept.state.keys()].filter((name) => name.startsWith('taken')).sort()
    }
    expect(keysAt(after(post!.at, 31 * DAY), 'aaaaaaaaaaaaaaaa')).toEqual(
      [`taken|${post!.key}`, 'taken|aaaaaaaaaaaaaaaa'].sort(),
    )
    expect(keysAt(after(post!.at, 31 * DAY + 1), 'bbbbbbbbbbbbbbbb')).toEqual([
      'taken|aaaaaaaaaaaaaaaa',
      'taken|bbbbbbbbbbbbbbbb',
    ])
  })

  test('at thirty days to the millisecond is taken back still', () => {
    const { goOn } = createPlay({ book })
    const [post] = goOn(full(), later(50 * MINUTE)).posts
    const at = after(post!.at, 30 * DAY)
    expect(goOn([correct(post!, at)], at).applied.at(-1)).toEqual({ kind: 'now' })
  })

  test('cools down all the same, and costs its place in the day', () => {
    const cooling = rulesWith(
      '  - { id: full, per: container, when: c.full, for: 30m, cooldown: 3h, post: full }',
      'budget: { per_station_per_day: 1 }',
    )
    const { goOn } = createPlay({ book: cooling })
    const [post] = goOn(full(), later(45 * MINUTE)).posts
    const { decisions } = goOn(
      [
        correct(post!, later(45 * MINUTE + 1)),
        ...levels(paper, later(HOUR), 10 * MINUTE, [20, 20, ...same(95, 12)]),
      ],
      later(3 * HOUR),
    )
    const held = decisions.find((d) => d.because === 'gate-held')!
    expect(held.gates.filter(({ answer }) => answer !== 'pass')).toMatchObject([
      { gate: 'cooldown', until: later(45 * MINUTE + 3 * HOUR) },
      { gate: 'budget', detail: '1/1, 1/30' },
    ])
  })
})

describe('the thread', () => {
  const more = levels(plastic, later(HOUR), 10 * MINUTE, same(95, 9))

  test('goes on from the correction', () => {
    const { posts } = afterPost((said) => [correct(said, later(50 * MINUTE)), ...more])
    expect(posts.map((post) => [post.kind, post.replyTo])).toEqual([
      ['open', undefined],
      ['correction', posts[0]!.key],
      ['open', posts[1]!.key],
    ])
  })

  test('does not go on from a post that nobody saw', () => {
    const { posts, kept } = afterPost((said) => [correct(said, later(45 * MINUTE + 1)), ...more])
    expect(posts.map((post) => [post.kind, post.replyTo])).toEqual([
      ['open', undefined],
      ['open', undefined],
    ])
    expect(JSON.parse(kept.state.get('station|1490-901')!)).toMatchObject({
      thread: { key: posts[1]!.key },
    })
  })
})

test('what was said to the staff is taken back among them, and joins no thread', () => {
  const { goOn } = createPlay({ book })
  const { posts } = goOn(full(99), later(50 * MINUTE))
  const toStaff = posts.find(({ audience }) => audience === 'staff')!
  const then = goOn([correct(toStaff, later(HOUR))], later(2 * HOUR))
  expect(then.posts.at(-1)).toMatchObject({
    kind: 'correction',
    audience: 'staff',
    replyTo: toStaff.key,
  })
  expect(JSON.parse(then.kept.state.get('station|1490-901')!)).toMatchObject({
    thread: { key: posts.find(({ audience }) => audience === 'public')!.key },
  })
})

test('a post about what is no longer there is taken back as well', () => {
  const { goOn } = createPlay({ book })
  const [post] = goOn(full(), later(50 * MINUTE)).posts
  const gone = {
    ...post!,
    stationId: '1490-999' as NonNullable<DecidedPost['stationId']>,
    items: [{ ...post!.items[0]!, subject: '1490-999-paper-1' as never }],
  }
  const { posts, decisions } = goOn([correct(gone, later(HOUR))], later(HOUR))
  expect(posts.map(tellPost)).toEqual([
    '05-05 10:45 open: full 901-paper-1',
    '05-05 11:00 correction: full 999-paper-1',
  ])
  expect(decisions.map(tellDecision).filter((text) => text.includes('corrected'))).toEqual([])
})
