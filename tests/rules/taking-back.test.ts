/** For how long a post may be called wrong, and what is remembered of that. */
import { describe, expect, test } from 'vitest'

import type { DecidedPost } from '#src/rules/decision.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { dividedTown, north } from '#tests/support/town.ts'
import { HOUR, MINUTE, after, box, createPlay, levels, local, rulesWith, same } from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const DAY = 24 * HOUR
const paper = '901-paper-1'
const plastic = '901-plastic-1'
const now = { kind: 'now' }

const book = rulesWith(
  `  - { id: full, per: container, when: c.full, post: full, close_post: room }
  - { id: busy, per: area, when: a.stations_full >= 2, post: busy }`,
  'group_wait: 0s, budget: { min_gap: 0s }',
)
const wrong = (post: DecidedPost, at: EpochMs): Cue => ({
  at,
  told: { type: 'post-corrected', post, actor: 'Kim' },
})

/** Two posts: paper at ten, plastic at one minute past. */
function said() {
  const played = createPlay({ book, town: dividedTown })
  const { posts } = played.goOn(
    [
      { at: ten, fill: 95, of: paper },
      { at: later(MINUTE), fill: 95, of: plastic },
    ],
    later(2 * MINUTE),
  )
  return { ...played, first: posts[0]!, second: posts[1]! }
}

describe('a post may be called wrong', () => {
  test('for thirty days', () => {
    const { goOn, first, second } = said()
    const { applied } = goOn(
      [wrong(first, after(first.at, 30 * DAY)), wrong(second, after(second.at, 30 * DAY + 1))],
      later(31 * DAY),
    )
    expect(applied.slice(2)).toEqual([now, { kind: 'history', because: 'too-old-post' }])
  })

  test('once, and that is remembered for as long as it may be, then forgotten', () => {
    const { goOn, first, second } = said()
    const key = `taken|${first.key}`
    const once = goOn([wrong(first, later(HOUR)), wrong(first, later(HOUR + 1))], later(2 * HOUR))
    expect(once.applied.slice(2)).toEqual([now, { kind: 'history', because: 'repeat-correction' }])
    expect(once.kept.state.has(key)).toBe(true)
    const lateOne = { ...second, at: after(second.at, 20 * DAY) }
    const still = goOn([wrong(lateOne, later(HOUR + 30 * DAY))], later(31 * DAY))
    expect(still.kept.state.has(key)).toBe(true)
    const other = { ...lateOne, key: 'a-third-post' as never }
    const gone = goOn([wrong(other, later(HOUR + 30 * DAY + 1))], later(31 * DAY))
    expect(gone.kept.state.has(key)).toBe(false)
    expect(gone.kept.state.has(`taken|${second.key}`)).toBe(true)
  })
})

test('what follows up a post that was called wrong follows up its correction; another’s beginning stays told', () => {
  const { goOn, first, second } = said()
  const { posts, kept } = goOn(
    [
      wrong(first, later(3 * MINUTE)),
      ...levels(plastic, later(4 * MINUTE), MINUTE, same(20, 2)),
      ...levels(paper, later(10 * MINUTE), MINUTE, same(20, 2)),
    ],
    later(HOUR),
  )
  const [correction, close] = posts.slice(2)
  expect(correction).toMatchObject({
    kind: 'correction',
    corrects: first.key,
    stationId: '1490-901',
  })
  expect(correction).not.toHaveProperty('areaId')
  expect(close).toMatchObject({
    kind: 'close',
    replyTo: second.key,
    items: [{ subject: box(plastic) }],
  })
  // Of what was never so nothing is over.
  expect(posts).toHaveLength(4)
  expect(kept.state.get('station|1490-901')).toContain(`"thread":{"key":"${close!.key}"`)
})

test('the thread of a place goes on from the correction, also after a restart', () => {
  const { goOn, first } = said()
  const { kept, posts } = goOn([wrong(first, later(3 * MINUTE))], later(4 * MINUTE))
  const correction = posts.at(-1)!
  expect(kept.state.get('station|1490-901')).toContain(
    `"thread":{"key":"${correction.key}","at":${correction.at}}`,
  )
  expect(kept.state.get(`episode|full|${box(paper)}`)).not.toContain('"posted"')
})

test('of an area the correction is the area’s', () => {
  const { goOn } = said()
  const { posts } = goOn(
    [{ at: later(5 * MINUTE), fill: 95, of: '902-paper-1' }],
    later(30 * MINUTE),
  )
  const busy = posts.find(({ areaId }) => areaId === north)!
  const told = goOn([wrong(busy, later(40 * MINUTE))], later(HOUR))
  expect(told.posts.at(-1)).toMatchObject({ kind: 'correction', areaId: north, corrects: busy.key })
  expect(told.posts.at(-1)).not.toHaveProperty('stationId')
  expect(told.kept.state.get(`area|${north}`)).toContain(told.posts.at(-1)!.key)
})
