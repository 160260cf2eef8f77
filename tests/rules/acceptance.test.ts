/** What of a record counts as "now", and what is remembered of it. */
import { describe, expect, test } from 'vitest'

import type { ContainerState } from '#src/rules/decision.ts'
import type { JournalRecord, ReadingRecord } from '#src/rules/record.ts'
import { deviceId } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  borasBook,
  box,
  createPlay,
  levels,
  local,
  play,
  recordOf,
  same,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'
const DAY = 24 * HOUR
const now = { kind: 'now' }
const history = (because: string) => ({ kind: 'history', because })

const level = (ms: number, fill: number, measuredMs = ms): Cue => ({
  at: later(ms),
  measured: later(measuredMs),
  fill,
  of: paper,
})
const fault = (ms: number, measuredMs = ms): Cue => ({
  at: later(ms),
  measured: later(measuredMs),
  fault: 'no-echo',
  of: paper,
})
const emptied = (ms: number, emptiedMs = ms): Cue => ({
  at: later(ms),
  emptied: later(emptiedMs),
  of: paper,
})
const said = (ms: number, who: string, report: 'full' | 'has-room' = 'full'): Cue => ({
  at: later(ms),
  report,
  of: paper,
  who,
})

/** What came of each record, and what is kept of the container at the end. */
function fold(cues: readonly Cue[]) {
  const { applied, kept } = play(cues, cues.at(-1)!.at)
  return { applied, state: kept.containers.find(({ containerId }) => containerId === box(paper)) }
}

const stateAfter = (cues: readonly Cue[]): ContainerState | undefined => fold(cues).state

describe('a level counts', () => {
  test('when it is no older than the newest, and at the instant of the emptying or after it', () => {
    const { applied, state } = fold([
      level(0, 40),
      level(MINUTE, 50, -1),
      emptied(10 * MINUTE),
      level(11 * MINUTE, 60, 10 * MINUTE - 1),
      level(12 * MINUTE, 5, 10 * MINUTE + 1),
    ])
    expect(applied).toEqual([
      now,
      history('older-than-newest'),
      now,
      history('before-emptying'),
      now,
    ])
    expect(state).toMatchObject({ fillPercent: 5, measuredAt: later(10 * MINUTE + 1) })
  })

  test('of several of one instant that is so which was said last, and the interval is none of it', () => {
    const { applied, state } = fold([
      level(-10 * MINUTE, 20),
      ...[20, 20, 90, 92].map((fill) => level(0, fill)),
    ])
    expect(applied).toEqual([now, now, now, now, now])
    expect(state).toMatchObject({ fillPercent: 92, measuredAt: ten, intervalMs: 10 * MINUTE })
  })

  test('that was measured as the container was emptied is not of before', () => {
    const { applied, state } = fold([
      level(0, 40),
      level(10 * MINUTE, 3),
      emptied(20 * MINUTE, 10 * MINUTE),
    ])
    expect(applied).toEqual([now, now, now])
    expect(state).toMatchObject({ fillPercent: 3, emptiedAt: later(10 * MINUTE) })
    const late = fold([level(0, 40), emptied(5 * MINUTE), level(6 * MINUTE, 3, 5 * MINUTE)])
    expect(late.applied.at(-1)).toEqual(history('older-than-newest'))
  })

  test('from the container’s own device', () => {
    const { applied } = fold([{ at: ten, fill: 40, of: paper, device: 'dev-901-plastic-1' }])
    expect(applied).toEqual([history('other-device')])
  })
})

describe('a fault', () => {
  test('stands until a newer level, and no older one takes it away', () => {
    const standing = stateAfter([level(0, 40), fault(20 * MINUTE), level(21 * MINUTE, 50, MINUTE)])
    expect(standing).toMatchObject({
      fillPercent: 50,
      measuredAt: later(MINUTE),
      fault: 'no-echo',
      heardAt: later(20 * MINUTE),
    })
    const gone = stateAfter([level(0, 40), fault(20 * MINUTE), level(21 * MINUTE, 50)])
    expect(gone).not.toHaveProperty('fault')
    expect(gone).toMatchObject({ heardAt: later(21 * MINUTE) })
  })

  test('goes with a level measured at the same instant', () => {
    expect(stateAfter([fault(0), level(MINUTE, 50, 0)])).not.toHaveProperty('fault')
  })

  test('that is no newer than what the device last said is history', () => {
    const { applied, state } = fold([
      level(0, 40),
      level(10 * MINUTE, 40),
      fault(11 * MINUTE, 10 * MINUTE),
      fault(12 * MINUTE, 5 * MINUTE),
    ])
    expect(applied.slice(2)).toEqual([history('older-than-newest'), history('older-than-newest')])
    expect(state).not.toHaveProperty('fault')
  })

  test('stays when the device shows a sign of life and says nothing of the level', () => {
    const { engine } = createPlay()
    const alive = (at: number): ReadingRecord => ({
      type: 'reading',
      seq: 1,
      at: later(at),
      containerId: box(paper),
      deviceId: deviceId(`dev-${paper}`),
      measuredAt: later(at),
    })
    engine.apply(recordOf(fault(0), 1))
    expect(engine.apply(alive(MINUTE))).toEqual(now)
    const [state] = engine.takeEffects().containers
    expect(state).toMatchObject({ fault: 'no-echo', heardAt: later(MINUTE) })
  })
})

describe('the interval of a sensor', () => {
  const learned = (...minutes: readonly number[]) =>
    stateAfter(minutes.map((minute) => level(minute * MINUTE, 40)))!.intervalMs

  test('is the first gap between two levels, then moves an eighth of the way to each new one', () => {
    expect(learned(0)).toBeUndefined()
    expect(learned(0, 10)).toBe(10 * MINUTE)
    expect(learned(0, 10, 36)).toBe(12 * MINUTE)
    expect(learned(0, 10, 12)).toBe(9 * MINUTE)
    const odd = stateAfter([level(0, 40), level(MINUTE, 40), level(2 * MINUTE + 5, 40)])
    expect(odd!.intervalMs).toBe(MINUTE + 1)
  })

  test('is not learned from silence: longer than twelve hours, or than three intervals', () => {
    expect(learned(0, 10, 10 + 12 * 60)).toBe((10 + (12 * 60 - 10) / 8) * MINUTE)
    const silent = [level(0, 40), level(10 * MINUTE, 40), level(10 * MINUTE + 12 * HOUR + 1, 40)]
    expect(stateAfter(silent)!.intervalMs).toBe(10 * MINUTE)
    const [tenHours, thirty] = [10 * 60, 30 * 60]
    expect(learned(0, tenHours, tenHours + thirty)).toBe(12.5 * HOUR)
    expect(learned(0, tenHours, tenHours + thirty + 1)).toBe(10 * HOUR)
  })

  test('is at most a day', () => {
    const day = 24 * 60
    expect(learned(0, day)).toBe(DAY)
    expect(learned(0, day + 1)).toBeUndefined()
    expect(learned(0, day, 3 * day)).toBe(DAY)
  })

  test('is not learned from an emptying, which is nobody’s level', () => {
    expect(stateAfter([emptied(0), level(10 * MINUTE, 5), level(15 * MINUTE, 5)])!.intervalMs).toBe(
      5 * MINUTE,
    )
  })
})

describe('reports', () => {
  const reporters = (cues: readonly Cue[]) =>
    stateAfter(cues)!.reports.map(({ reporter }) => reporter)

  test('the same word of the same person counts again after two hours', () => {
    const { applied, state } = fold([said(0, 'a'), said(2 * HOUR - 1, 'a'), said(2 * HOUR, 'a')])
    expect(applied).toEqual([now, history('repeat-report'), now])
    expect(state!.reports).toEqual([
      { kind: 'full', by: 'resident', reporter: 'a', at: later(2 * HOUR) },
    ])
  })

  test('another word of the same person takes its place, among the words of others', () => {
    const { state } = fold([said(0, 'a'), said(1, 'b'), said(2, 'a', 'has-room')])
    expect(state!.reports.map(({ kind, reporter }) => [kind, reporter])).toEqual([
      ['full', 'b'],
      ['has-room', 'a'],
    ])
  })

  test('are remembered for eight hours', () => {
    expect(reporters([said(0, 'a'), said(8 * HOUR - 1, 'b')])).toEqual(['a', 'b'])
    expect(reporters([said(0, 'a'), said(8 * HOUR, 'b')])).toEqual(['b'])
  })

  test('are remembered up to fifty, the newest', () => {
    const crowd = Array.from({ length: 52 }, (_, i) => said(i, `r${i}`))
    expect(reporters(crowd)).toEqual(crowd.slice(2).map((_, i) => `r${i + 2}`))
  })
})

describe('an emptying', () => {
  test('is known once, and an older one is history', () => {
    const { applied, state } = fold([
      emptied(10 * MINUTE),
      emptied(11 * MINUTE, 10 * MINUTE),
      emptied(12 * MINUTE, 5 * MINUTE),
      emptied(20 * MINUTE),
    ])
    expect(applied).toEqual([now, history('older-than-newest'), history('older-than-newest'), now])
    expect(state).toMatchObject({ emptiedAt: later(20 * MINUTE), fillPercent: 0 })
  })

  test('that is said to be in the future is of now', () => {
    expect(stateAfter([emptied(0, HOUR)])).toMatchObject({ emptiedAt: ten })
  })

  test('takes away what was said before it, and keeps what was said then and since', () => {
    const { state } = fold([
      said(0, 'a'),
      said(MINUTE, 'b'),
      said(2 * MINUTE, 'c'),
      emptied(HOUR, MINUTE),
    ])
    expect(state!.reports.map(({ reporter }) => reporter)).toEqual(['b', 'c'])
  })

  test('told late leaves a level that was measured since', () => {
    expect(stateAfter([level(0, 90), level(30 * MINUTE, 12), emptied(HOUR, 10 * MINUTE)])).toEqual(
      expect.objectContaining({ fillPercent: 12, measuredAt: later(30 * MINUTE) }),
    )
  })
})

describe('an emptying that never was', () => {
  const unemptied = (ms: number, wasMs: number, reallyMs?: number): Cue => ({
    at: later(ms),
    unemptied: later(wasMs),
    ...(reallyMs !== undefined && { really: later(reallyMs) }),
    of: paper,
  })

  test('leaves the container unknown, when nothing was measured since', () => {
    const { applied, state } = fold([emptied(0), unemptied(HOUR, 0)])
    expect(applied).toEqual([now, now])
    expect(state).toEqual({ containerId: box(paper), reports: [] })
  })

  test('leaves a level that was measured since', () => {
    const { state } = fold([emptied(0), level(10 * MINUTE, 7), unemptied(HOUR, 0)])
    expect(state).toMatchObject({ fillPercent: 7, measuredAt: later(10 * MINUTE) })
    expect(state).not.toHaveProperty('emptiedAt')
  })

  test('or was at another time, is empty from then on, and at the latest from now', () => {
    const earlier = stateAfter([emptied(HOUR), unemptied(2 * HOUR, HOUR, MINUTE)])
    expect(earlier).toMatchObject({
      fillPercent: 0,
      measuredAt: later(MINUTE),
      emptiedAt: later(MINUTE),
    })
    const future = stateAfter([emptied(0), unemptied(HOUR, 0, 5 * HOUR)])
    expect(future).toMatchObject({ emptiedAt: later(HOUR) })
  })

  test('is the newest, or history', () => {
    const { applied, state } = fold([emptied(0), emptied(HOUR), unemptied(2 * HOUR, 0)])
    expect(applied.at(-1)).toEqual(history('older-than-newest'))
    expect(state).toMatchObject({ emptiedAt: later(HOUR), fillPercent: 0 })
    expect(fold([unemptied(0, 0)]).applied).toEqual([history('older-than-newest')])
  })
})

test('a level is believed for twelve hours, or for three of the sensor’s own intervals', () => {
  const lastWord = (cues: readonly Cue[], ms: number) => {
    const { engine, goOn } = createPlay({ book: borasBook })
    goOn(cues, cues.at(-1)!.at)
    return engine.status(box(paper), later(ms)).word
  }
  const quick = levels(paper, ten, 10 * MINUTE, same(40, 2))
  expect(lastWord(quick, 10 * MINUTE + 12 * HOUR - 1)).toBe('has-room')
  expect(lastWord(quick, 10 * MINUTE + 12 * HOUR)).toBe('unknown')
  const slow = levels(paper, ten, 5 * HOUR, same(40, 2))
  expect(lastWord(slow, 20 * HOUR - 1)).toBe('has-room')
  expect(lastWord(slow, 20 * HOUR)).toBe('unknown')
})

test('a record of a container that nobody knows is history', () => {
  const unknown: JournalRecord = {
    ...recordOf(level(0, 40), 1),
    containerId: box('999-paper-1'),
  } as JournalRecord
  const { engine } = createPlay()
  expect(engine.apply(unknown)).toEqual(history('unknown-container'))
})
