/** The journal played again, piece by piece, without a store. From the real journal: tests/replay/. */
import { describe, expect, test } from 'vitest'

import type { JournalRecord, TownRecord } from '#src/rules/record.ts'
import { startReplay } from '#src/rules/replay.ts'
import type { Decided, JournalPiece, ReplayOptions } from '#src/rules/replay.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { castTown } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  box,
  createPlay,
  levels,
  local,
  play,
  recordOf,
  rulesWith,
  same,
  tellDecision,
  tellPost,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'

const strict = rulesWith(
  '  - { id: full, per: container, when: c.full, for: 30m, clear_for: 20m, post: full, close_post: room }',
)
const eager = rulesWith(
  '  - { id: full, per: container, when: c.fill > 70.0, for: 10m, clear_for: 20m, post: full, close_post: room }',
)
const books = new Map([strict, eager].map((book) => [book.hash, book]))
const bookOf = (hash: string) => books.get(hash)!
const nothing: ReplayOptions['start'] = { kept: { containers: [], state: new Map() } }
const fromStart: ReplayOptions['start'] = {
  ...nothing,
  making: { rules: strict.hash, town: castTown },
}

const recordsOf = (cues: readonly Cue[], from = 0): readonly JournalRecord[] =>
  cues.map((cue, i) => recordOf(cue, from + i + 1))
const records = (cues: readonly Cue[], from = 0): JournalPiece => ({
  kind: 'records',
  records: recordsOf(cues, from),
})
const made = (at: EpochMs, rules: string, town: Town = castTown): JournalPiece => ({
  kind: 'made',
  making: { seq: 0, at, rules, town },
})

function replay(
  options: Partial<ReplayOptions>,
  pieces: readonly JournalPiece[],
  until: EpochMs,
): Decided {
  const played = startReplay({ start: fromStart, bookOf, ...options })
  for (const piece of pieces) played.take(piece)
  played.finish(until)
  return played.takeDecided()
}

const cues = [
  ...levels(paper, ten, 10 * MINUTE, same(92, 7)),
  ...levels(paper, later(70 * MINUTE), 10 * MINUTE, same(20, 6)),
]
const end = later(4 * HOUR)

describe('a replay', () => {
  test('decides what was decided live', () => {
    const live = play(cues, end, { book: strict })
    const again = replay({}, [records(cues)], end)
    expect(JSON.stringify(again.decisions)).toBe(JSON.stringify(live.decisions))
    expect(JSON.stringify(again.posts)).toBe(JSON.stringify(live.posts))
    expect(again.posts).toHaveLength(2)
    expect(again.withdrawn).toEqual([])
  })

  test('whatever the pieces are', () => {
    const whole = replay({}, [records(cues)], end)
    const pieces = cues.map((cue, i) => records([cue], i))
    expect(replay({}, pieces, end)).toEqual(whole)
  })

  test('hands over what was decided since it was last asked', () => {
    const played = startReplay({ start: fromStart, bookOf })
    played.take(records(cues.slice(0, 7)))
    expect(played.takeDecided().posts.map(tellPost)).toEqual(['05-05 10:45 open: full 901-paper-1'])
    expect(played.takeDecided()).toEqual({ decisions: [], posts: [], withdrawn: [] })
    played.take(records(cues.slice(7), 7))
    played.finish(end)
    expect(played.takeDecided().posts.map(tellPost)).toEqual([
      '05-05 11:45 close: room 901-paper-1',
    ])
  })

  test('sets out from what was kept', () => {
    const before = play(cues.slice(0, 7), later(HOUR), { book: strict })
    const start = { kept: before.kept, making: { rules: strict.hash, town: castTown } }
    const { posts } = replay({ start }, [records(cues.slice(7), 7)], end)
    expect(posts.map(tellPost)).toEqual(['05-05 11:45 close: room 901-paper-1'])
  })

  test('makes the engine anew where it was made anew, by the rules and the town of then', () => {
    const pieces = [
      made(ten, strict.hash),
      records(cues.slice(0, 2)),
      made(later(12 * MINUTE), eager.hash),
      records(cues.slice(2, 7), 2),
    ]
    const { decisions } = replay({ start: nothing }, pieces, later(70 * MINUTE))
    expect(decisions.map(tellDecision)).toEqual([
      '05-05 10:00 full 901-paper-1 idle→pending condition-true',
      '05-05 10:12 full 901-paper-1 pending→idle rule-changed',
      '05-05 10:12 full 901-paper-1 idle→pending condition-true',
      '05-05 10:22 full 901-paper-1 pending→active held-long-enough',
      '05-05 10:22 full 901-paper-1 active→active grouped',
      '05-05 10:37 full 901-paper-1 active→active posted',
    ])
    const without: Town = {
      ...castTown,
      stations: castTown.stations.filter(({ containers }) =>
        containers.every(({ id }) => id !== box(paper)),
      ),
    }
    const gone = replay(
      {},
      [records(cues.slice(0, 5)), made(later(41 * MINUTE), strict.hash, without)],
      later(HOUR),
    )
    expect(tellDecision(gone.decisions.at(-1)!)).toBe(
      '05-05 10:41 full 901-paper-1 active→idle container-removed',
    )
  })

  test('follows the town', () => {
    const record: TownRecord = { type: 'town', seq: 6, at: later(41 * MINUTE) }
    const town: Town = { ...castTown, stations: castTown.stations.slice(1) }
    const { decisions } = replay(
      {},
      [records(cues.slice(0, 5)), { kind: 'town', record, town }],
      later(HOUR),
    )
    expect(tellDecision(decisions.at(-1)!)).toBe(
      '05-05 10:41 full 901-paper-1 active→idle container-removed',
    )
  })

  test('refuses records of which nobody knows the rules', () => {
    const played = startReplay({ start: nothing, bookOf })
    expect(() => played.take(records(cues))).toThrow('the journal does not say what the rules were')
    expect(() => startReplay({ start: nothing, bookOf }).finish(end)).not.toThrow()
  })

  test('tells which posts were stopped', () => {
    const { goOn } = createPlay({ book: strict })
    const [post] = goOn(cues.slice(0, 6), later(46 * MINUTE)).posts
    const correction: Cue = {
      at: later(45 * MINUTE + 1),
      told: { type: 'post-corrected', post: post!, actor: 'Kim' },
    }
    const told = [...cues.slice(0, 5), correction]
    expect(replay({}, [records(told)], end).withdrawn).toEqual([post!.key])
  })
})

describe('what other rules would have said', () => {
  const high = levels(paper, ten, 10 * MINUTE, same(80, 13))
  const told = ({ decisions }: Decided) => decisions.map(tellDecision)

  test('from the beginning', () => {
    const { posts } = replay({ instead: { book: eager, from: 0 as EpochMs } }, [records(high)], end)
    expect(posts.map(tellPost)).toEqual(['05-05 10:25 open: full 901-paper-1'])
    expect(replay({}, [records(high)], end).posts).toEqual([])
  })

  test('from an instant on: what is true then becomes active in silence, as by an edit', () => {
    const instead = { book: eager, from: later(35 * MINUTE) }
    expect(told(replay({ instead }, [records(high)], end))).toEqual([
      '05-05 10:34 full 901-paper-1 idle→active first-load-silent',
    ])
    const { decisions } = replay({ instead }, [records(high)], end)
    expect(decisions[0]!.at).toBe(later(35 * MINUTE) - 1)
  })

  test('at the very instant of a record, before it', () => {
    const instead = { book: eager, from: later(30 * MINUTE) }
    const { decisions } = replay({ instead }, [records(high)], end)
    expect(decisions[0]!.at).toBe(later(30 * MINUTE) - 1)
    expect(decisions[0]!.seq).toBe(3)
  })

  test('and stay, whatever rules were loaded since', () => {
    const instead = { book: eager, from: later(35 * MINUTE) }
    const pieces = [
      records(high.slice(0, 5)),
      made(later(41 * MINUTE), strict.hash),
      records(high.slice(5), 5),
    ]
    const { decisions } = replay({ instead }, pieces, end)
    expect(new Set(decisions.map(({ ruleHash }) => ruleHash))).toEqual(
      new Set([eager.rules[0]!.hash]),
    )
    // Where the making comes after the instant and no record between, it brings them too.
    const early = [
      records(high.slice(0, 3)),
      made(later(36 * MINUTE), strict.hash),
      records(high.slice(3), 3),
    ]
    expect(told(replay({ instead }, early, end))).toEqual([
      '05-05 10:34 full 901-paper-1 idle→active first-load-silent',
    ])
  })

  test('not before their time: a making before it brings the rules of then', () => {
    const instead = { book: eager, from: later(65 * MINUTE) }
    const full = levels(paper, ten, 10 * MINUTE, same(92, 13))
    const pieces = [
      records(full.slice(0, 3)),
      made(later(21 * MINUTE), strict.hash),
      records(full.slice(3), 3),
    ]
    expect(told(replay({ instead }, pieces, end))[0]).toBe(
      '05-05 10:00 full 901-paper-1 idle→pending condition-true',
    )
    expect(told(replay({ instead }, pieces, end)).at(-1)).toBe(
      '05-05 11:04 full 901-paper-1 active→active rule-changed',
    )
  })

  test('where the process was away then, from how far it had come', () => {
    const instead = { book: eager, from: later(3 * HOUR) }
    const resumed = (firedUntil?: EpochMs): Cue => ({
      at: later(5 * HOUR),
      resumed: true,
      ...(firedUntil !== undefined && { firedUntil }),
    })
    const decidedWith = (cue: Cue) =>
      replay({ instead }, [records([...high, cue])], later(6 * HOUR)).decisions[0]!.at
    expect(decidedWith(resumed(later(2 * HOUR)))).toBe(later(2 * HOUR))
    expect(decidedWith(resumed(later(4 * HOUR)))).toBe(later(3 * HOUR) - 1)
    expect(decidedWith(resumed())).toBe(later(3 * HOUR) - 1)
  })

  test('where a change of the town is what comes first, before that', () => {
    const instead = { book: eager, from: later(35 * MINUTE) }
    const record: TownRecord = { type: 'town', seq: 5, at: later(35 * MINUTE) }
    const town: Town = { ...castTown, stations: castTown.stations.slice(1) }
    const pieces: readonly JournalPiece[] = [
      records(high.slice(0, 4)),
      { kind: 'town', record, town },
    ]
    expect(told(replay({ instead }, pieces, end))).toEqual([
      '05-05 10:34 full 901-paper-1 idle→active first-load-silent',
      '05-05 10:35 full 901-paper-1 active→idle container-removed',
    ])
  })

  test('also when nothing comes after it, and not when it has not come', () => {
    const at = (from: EpochMs) =>
      told(
        replay({ instead: { book: eager, from } }, [records(high.slice(0, 4))], later(40 * MINUTE)),
      )
    expect(at(later(40 * MINUTE))).toEqual([
      '05-05 10:39 full 901-paper-1 idle→active first-load-silent',
    ])
    expect(at(later(40 * MINUTE + 1))).toEqual([])
  })

  test('before anything was made there is nothing to change', () => {
    const instead = { book: eager, from: later(35 * MINUTE) }
    const pieces = [made(later(36 * MINUTE), strict.hash), records(high.slice(4), 4)]
    expect(replay({ start: nothing, instead }, pieces, end).posts.map(tellPost)).toEqual([
      '05-05 11:05 open: full 901-paper-1',
    ])
  })
})
