/** The steps of an episode, one by one. */
import { describe, expect, test } from 'vitest'

import type { EpisodeState, Truth } from '#src/rules/decision.ts'
import { createEpisode, episodeDue, isUndecided, nextStep } from '#src/rules/episode.ts'
import type { Progress, Step } from '#src/rules/episode.ts'
import { createStationWatch } from '#src/rules/watch.ts'
import { ekudden } from '#tests/support/town.ts'
import { HOUR, MINUTE, after, local, rulesWith } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const at = (minutes: number) => after(ten, minutes * MINUTE)
const rule = rulesWith(
  '  - { id: full, per: station, when: s.full >= 2, clear: s.full < 1, for: 30m, clear_for: 20m, on_missing: { grace: 2h }, post: full }',
).rules[0]!

/** Begun at ten, in its state since five past. */
function progress(state: EpisodeState, unknownSince?: number): Progress {
  return {
    state,
    startedAt: ten,
    since: at(5),
    unknownSince: unknownSince === undefined ? undefined : at(unknownSince),
    witness: undefined,
  }
}

type Row = readonly [string, Progress, Truth, Truth, number, Step | undefined]

describe('an episode', () => {
  const rows: readonly Row[] = [
    ['begins', progress('idle'), true, false, 6, { to: 'pending', because: 'condition-true' }],
    ['does not begin while it is not so', progress('idle'), false, true, 6, undefined],
    ['does not begin while nobody knows', progress('idle'), 'unknown', 'unknown', 6, undefined],
    ['waits until it has lasted', progress('pending'), true, false, 29, undefined],
    [
      'is news when it has',
      progress('pending'),
      true,
      false,
      30,
      { to: 'active', because: 'held-long-enough', heldMs: 30 * MINUTE },
    ],
    [
      'lasts between `when` and `clear` as well',
      progress('pending'),
      false,
      false,
      31,
      { to: 'active', because: 'held-long-enough', heldMs: 31 * MINUTE },
    ],
    [
      'is over before it was news',
      progress('pending'),
      false,
      true,
      12,
      { to: 'idle', because: 'reset-before-for', heldMs: 12 * MINUTE },
    ],
    ['goes on between `when` and `clear`', progress('active'), false, false, 40, undefined],
    ['goes on while only `when` is unknown', progress('active'), 'unknown', false, 40, undefined],
    [
      'seems to be over',
      progress('active'),
      false,
      true,
      40,
      { to: 'clearing', because: 'clear-condition-true' },
    ],
    ['is not over while both are true', progress('active'), true, true, 40, undefined],
    [
      'waits until it has been over for long enough',
      progress('clearing'),
      false,
      true,
      24,
      undefined,
    ],
    [
      'is over then',
      progress('clearing'),
      false,
      true,
      26,
      { to: 'idle', because: 'cleared', heldMs: 21 * MINUTE },
    ],
    [
      'goes on when it was not over after all',
      progress('clearing'),
      false,
      false,
      26,
      { to: 'active', because: 'not-cleared-after-all' },
    ],
    [
      'waits when nobody knows what would end it',
      progress('active'),
      false,
      'unknown',
      40,
      { to: 'active', because: 'waiting-for-data' },
    ],
    [
      'waits with becoming news when nobody knows whether it is so',
      progress('pending'),
      'unknown',
      false,
      31,
      { to: 'pending', because: 'waiting-for-data' },
    ],
    ['waits for its grace', progress('active', 10), 'unknown', 'unknown', 129, undefined],
    [
      'and is closed after it',
      progress('active', 10),
      'unknown',
      'unknown',
      131,
      { to: 'idle', because: 'no-data-closed', heldMs: 121 * MINUTE },
    ],
  ]
  test.each(rows)('%s', (_, episode, when, clear, minutes, expected) => {
    expect(nextStep(episode, rule, { when, clear }, at(minutes))).toEqual(expected)
  })
})

describe('what becomes of it is open', () => {
  const rows: readonly (readonly [EpisodeState, Truth, Truth, boolean])[] = [
    ['idle', 'unknown', 'unknown', true],
    ['idle', 'unknown', true, true],
    ['idle', false, 'unknown', false],
    ['pending', 'unknown', false, true],
    ['pending', 'unknown', true, false],
    ['pending', false, false, false],
    ['active', 'unknown', false, false],
    ['active', true, 'unknown', false],
    ['active', false, 'unknown', true],
    ['clearing', 'unknown', 'unknown', true],
  ]
  test.each(rows)('in %s, when %s, clear %s: %s', (state, when, clear, expected) => {
    expect(isUndecided(state, { when, clear })).toBe(expected)
  })
})

describe('it is looked at again', () => {
  test.each<readonly [string, Progress, number, number]>([
    ['never at rest', progress('idle'), 6, Infinity],
    ['when it has lasted', progress('pending'), 6, 30],
    ['never, when it has', progress('pending'), 30, Infinity],
    ['never while it is active', progress('active'), 6, Infinity],
    ['when it has been over for long enough', progress('clearing'), 6, 25],
    ['when its grace ends', progress('active', 10), 11, 130],
    ['at the first of both', progress('pending', 10), 11, 30],
    ['at the end of its grace when that is first', progress('pending', -100), 11, 20],
    ['never, when its grace has ended', progress('active', 10), 130, Infinity],
  ])('%s', (_, episode, minutes, due) => {
    expect(episodeDue(episode, rule, at(minutes))).toBe(due === Infinity ? due : at(due))
  })
})

test('a new episode is at rest, and its timer goes by rule and subject', () => {
  const { state, key, unknownSince, posted, lastPostedAt, timer } = createEpisode(
    rule,
    createStationWatch(ekudden),
  )
  expect({ state, key, unknownSince, posted, lastPostedAt, due: timer.dueAt }).toEqual({
    state: 'idle',
    key: 'episode|full|1490-901',
    unknownSince: undefined,
    posted: undefined,
    lastPostedAt: undefined,
    due: Infinity,
  })
  expect(timer.key).toBe('episode|full|1490-901')
  expect(rule.onMissing.graceMs).toBe(2 * HOUR)
})
