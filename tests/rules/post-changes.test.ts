import { describe, expect, test } from 'vitest'

import type { DecidedPost, Decision, PostItem } from '#src/rules/decision.ts'
import { comparePosts, saidIn } from '#src/rules/post-changes.ts'
import type { PostChange, SpanLog } from '#src/rules/post-changes.ts'
import type { AreaId, PostKey, StationId } from '#src/stations/ids.ts'
import { HOUR, after, box, clock, local } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (hours: number) => after(ten, hours * HOUR)
const ekudden = '1490-901' as StationId

/** One post of one thing, with the decision to say it. */
function said(
  key: string,
  hours: number,
  {
    of = '901-paper-1',
    rule = 'full',
    hash = 'aaa',
    since = hours - 1,
    kind = 'open',
    template = rule,
  }: {
    of?: string
    rule?: string
    hash?: string
    since?: number
    kind?: DecidedPost['kind']
    template?: string
  } = {},
): SpanLog {
  const subject = box(of)
  const item: PostItem = {
    ruleId: rule,
    episode: `${rule}|${subject}|${later(since)}`,
    subject,
    template,
    containerId: subject,
    since: later(since),
    source: 'sensor',
  }
  const post: DecidedPost = {
    key: key as PostKey,
    at: later(hours),
    stationId: ekudden,
    audience: 'public',
    kind,
    priority: 50,
    sendAt: later(hours),
    expiresAt: later(hours + 2),
    items: [item],
  }
  return {
    posts: [post],
    decisions: [
      decided(hours, { of, rule, hash, because: 'posted', outcome: 'posted', postKey: key }),
    ],
  }
}

function decided(
  hours: number,
  {
    of = '901-paper-1',
    rule = 'full',
    hash = 'aaa',
    because = 'condition-true',
    outcome,
    postKey,
  }: {
    of?: string
    rule?: string
    hash?: string
    because?: Decision['because']
    outcome?: Decision['outcome']
    postKey?: string
  } = {},
): Decision {
  return {
    at: later(hours),
    seq: 1,
    ruleId: rule,
    ruleHash: hash,
    subject: box(of),
    stationId: ekudden,
    from: 'idle',
    to: 'active',
    because,
    clauses: [],
    gates: [],
    engine: '3',
    tzdata: '2026c',
    ...(outcome !== undefined && { outcome }),
    ...(postKey !== undefined && { postKey: postKey as PostKey }),
  }
}

function together(...logs: readonly SpanLog[]): SpanLog {
  return {
    posts: logs.flatMap(({ posts }) => posts),
    decisions: logs.flatMap(({ decisions }) => decisions),
  }
}
const only = (...decisions: readonly Decision[]): SpanLog => ({ posts: [], decisions })
const nothing = only()

/** `moved 10:00→11:00`, `gone 10:00 (gate-held 09:00)` */
function tell(change: PostChange): string {
  const at = (of: { at: typeof ten }) => clock(of.at).slice(6)
  if (change.kind === 'moved') return `moved ${at(change.was)}→${at(change.now)}`
  const { whyNot } = change
  const of = change.kind === 'gone' ? change.was : change.now
  return `${change.kind} ${at(of)}${whyNot ? ` (${whyNot.because} ${at(whyNot)})` : ''}`
}
const compare = (was: SpanLog, now: SpanLog) => {
  const { changes, same } = comparePosts(was, now)
  return [`${same} same`, ...changes.map(tell)]
}

describe('what is said', () => {
  test('item by item, with where, and with the decision to say it', () => {
    const log = said('k1', 1)
    expect(saidIn(log)).toEqual([
      {
        at: later(1),
        key: 'k1',
        kind: 'open',
        stationId: ekudden,
        item: log.posts[0]!.items[0],
        why: log.decisions[0],
      },
    ])
  })

  test('in a digest of the item’s own station, of an area of its area, and without why where none is known', () => {
    const [post] = said('k1', 1).posts
    const { stationId: _, ...rest } = post!
    const item = { ...post!.items[0]!, stationId: ekudden }
    const digest: DecidedPost = { ...rest, kind: 'digest', items: [item, item] }
    const inDigest = saidIn({ posts: [digest], decisions: [] })
    expect(inDigest.map(({ stationId, why }) => [stationId, why])).toEqual([
      [ekudden, undefined],
      [ekudden, undefined],
    ])
    const area: DecidedPost = { ...rest, areaId: 'north' as AreaId }
    const [ofArea] = saidIn({ posts: [area], decisions: [] })
    expect(ofArea).toMatchObject({ areaId: 'north' })
    expect(ofArea).not.toHaveProperty('stationId')
    expect(ofArea).not.toHaveProperty('why')
  })

  test('by the decision that it was posted, not by others that name the post', () => {
    const log = said('k1', 1)
    const absorbed = { ...log.decisions[0]!, outcome: 'dropped', at: later(2) } as const
    const other = { ...log.decisions[0]!, subject: box('901-plastic-1') }
    expect(saidIn({ ...log, decisions: [absorbed, other, ...log.decisions] })[0]!.why).toBe(
      log.decisions[0],
    )
    expect(saidIn({ ...log, decisions: [...log.decisions, absorbed, other] })[0]!.why).toBe(
      log.decisions[0],
    )
  })
})

describe('what other rules change', () => {
  test('nothing', () => {
    expect(compare(said('k1', 1), said('k1', 1))).toEqual(['1 same'])
    expect(compare(nothing, nothing)).toEqual(['0 same'])
  })

  test('the time: one episode told in both is the same news, in whatever company', () => {
    expect(compare(said('k1', 1), said('k2', 3, { since: 0 }))).toEqual([
      '0 same',
      'moved 11:00→13:00',
    ])
  })

  test('what is said of an end is no news of the beginning, nor what is taken back', () => {
    expect(compare(said('k1', 1), said('k2', 1, { template: 'room' }))).toEqual([
      '0 same',
      'gone 11:00 (posted 11:00)',
      'added 11:00 (posted 11:00)',
    ])
    expect(compare(said('k1', 1), said('k2', 1, { kind: 'correction' }))).toHaveLength(3)
    expect(compare(said('k1', 1), said('k2', 1, { of: '901-plastic-1' }))).toEqual([
      '0 same',
      'gone 11:00',
      'added 11:00',
    ])
  })

  test('in a digest or by itself it is the same news', () => {
    expect(compare(said('k1', 1), said('k2', 1, { kind: 'digest' }))).toEqual(['1 same'])
  })

  test('under an edited rule the nearest in time is the same, within twelve hours', () => {
    const edited = { hash: 'bbb' }
    const was = together(said('k1', 1), said('k2', 20))
    const now = together(said('k3', 3, edited), said('k4', 24, edited))
    expect(compare(was, now)).toEqual(['0 same', 'moved 11:00→13:00', 'moved 06:00→10:00'])
    expect(compare(said('k1', 1), said('k2', 13, edited))).toEqual(['0 same', 'moved 11:00→23:00'])
    expect(compare(said('k1', 1), said('k2', 13.01, edited))).toHaveLength(3)
    // The nearest pair first, whichever comes first.
    const near = compare(together(said('k1', 1), said('k2', 6)), said('k3', 5, edited))
    expect(near.slice(1).map((text) => text.slice(0, 17))).toEqual([
      'gone 11:00 (poste',
      'moved 16:00→15:00',
    ])
  })

  test('under the same rule another episode is another', () => {
    expect(compare(said('k1', 1), said('k2', 3))).toEqual([
      '0 same',
      'gone 11:00 (posted 13:00)',
      'added 13:00 (posted 11:00)',
    ])
  })

  test('in the order of time', () => {
    const was = together(said('k1', 5), said('k2', 9, { rule: 'broken' }))
    const now = together(
      said('k3', 1, { of: '901-plastic-1' }),
      said('k4', 7, { of: '902-paper-1' }),
    )
    expect(compare(was, now)).toEqual([
      '0 same',
      'added 11:00',
      'gone 15:00',
      'added 17:00',
      'gone 19:00',
    ])
  })
})

describe('why it is not said', () => {
  const gone = (...decisions: readonly Decision[]) =>
    compare(said('k1', 5, { since: 4 }), only(...decisions))[1]

  test('is the last that was decided by then in the same trouble', () => {
    expect(
      gone(
        decided(1),
        decided(3, { because: 'gate-held' }),
        decided(4, { because: 'gate-dropped', of: '901-plastic-1' }),
        decided(4, { because: 'gate-dropped', rule: 'broken' }),
        decided(6, { because: 'cleared' }),
      ),
    ).toBe('gone 15:00 (gate-held 13:00)')
    expect(gone(decided(5, { because: 'gate-held' }))).toBe('gone 15:00 (gate-held 15:00)')
  })

  test('else the next that was decided', () => {
    expect(gone(decided(6), decided(7, { because: 'cleared' }))).toBe(
      'gone 15:00 (condition-true 16:00)',
    )
  })

  test('and nothing of half a day apart', () => {
    expect(gone(decided(-8))).toBe('gone 15:00 (condition-true 02:00)')
    expect(gone(decided(-8.01))).toBe('gone 15:00')
    expect(gone(decided(17))).toBe('gone 15:00 (condition-true 03:00)')
    expect(gone(decided(17.01))).toBe('gone 15:00')
    expect(gone()).toBe('gone 15:00')
  })

  test('is asked of the rules before for what is added', () => {
    expect(compare(only(decided(4, { because: 'reset-before-for' })), said('k1', 5))).toEqual([
      '0 same',
      'added 15:00 (reset-before-for 14:00)',
    ])
  })
})
