/** What changes by the passing of time alone changes at its own instant, between two looks of the grid. */
import { describe, expect, test } from 'vitest'

import { HOUR, MINUTE, after, box, local, play, rulesWith } from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'

/** What becomes of a rule for Ekudden’s paper, and how long after ten. */
function decided(when: string, cues: readonly Cue[], untilMs: number, more = '') {
  const book = rulesWith(
    `  - { id: r, per: container, when: "${when}", channel: staff, post: r${more} }`,
    'group_wait: 0s',
  )
  const { decisions } = play(cues, later(untilMs), { book })
  return decisions
    .filter(({ subject, because }) => subject.endsWith(paper) && because !== 'posted')
    .map(({ at, because }) => [(at - ten) / MINUTE, because])
}

const level = (fill: number): Cue => ({ at: ten, fill, of: paper })
const staff: Cue = { at: ten, report: 'full', of: paper, who: 'crew', by: 'staff' }

describe('a rule comes true or is over to the minute', () => {
  test('when a level is so old', () => {
    expect(decided('c.fill_age_min >= 91.0', [level(40)], 2 * HOUR)).toEqual([
      [91, 'condition-true'],
      [91, 'held-long-enough'],
    ])
  })

  test('when a sensor has been silent so long', () => {
    expect(decided('c.sensor_silent_min >= 77.0', [level(40)], 2 * HOUR)[0]).toEqual([
      77,
      'condition-true',
    ])
  })

  test('when the last emptying is so long ago', () => {
    const cues: readonly Cue[] = [{ at: ten, emptied: after(ten, -10 * MINUTE), of: paper }]
    expect(decided('c.min_since_emptied >= 62.0', cues, 2 * HOUR)[0]).toEqual([
      52,
      'condition-true',
    ])
  })

  test('when a report is no longer fresh, and when it is gone', () => {
    const resident: Cue = { at: ten, report: 'full', of: paper, who: 'a' }
    expect(decided('c.full_reports_2h >= 1', [resident], 3 * HOUR).at(-1)).toEqual([120, 'cleared'])
    expect(decided('c.evidence > -1.0', [staff], 9 * HOUR).slice(2)).toEqual([
      [8 * 60, 'waiting-for-data'],
    ])
  })

  test('when the level stops counting', () => {
    expect(decided('c.fill > 30.0', [level(40)], 13 * HOUR).slice(2)).toEqual([
      [12 * 60, 'waiting-for-data'],
    ])
  })

  test('when a forecast is too old', () => {
    const forecast: Cue = {
      at: ten,
      told: {
        type: 'forecast',
        containerId: box(paper),
        fullWithin24h: 0.9,
        model: 'm',
      },
    }
    expect(decided('c.p_full_24h > 0.5', [forecast], 13 * HOUR).slice(2)).toEqual([
      [12 * 60, 'waiting-for-data'],
    ])
  })

  test('by its `clear` as by its `when`', () => {
    const spoken = decided(
      'c.fill > 30.0',
      [level(40)],
      2 * HOUR,
      ', clear: "c.fill_age_min >= 63.0"',
    )
    // It keeps being true, so it is not over; what clears it is asked all the same.
    expect(spoken.map(([minute]) => minute)).toEqual([0, 0])
    const silent = decided(
      'c.fill_age_min < 5.0',
      [level(40)],
      2 * HOUR,
      ', clear: "c.fill_age_min >= 63.0"',
    )
    expect(silent.slice(2)).toEqual([
      [63, 'clear-condition-true'],
      [63, 'cleared'],
    ])
  })
})
