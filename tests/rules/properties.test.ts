import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { createEngine } from '#src/rules/engine.ts'
import { wallTime } from '#src/stations/time.ts'
import { castTown } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  bookOf,
  borasRules,
  box,
  createStore,
  local,
  recordOf,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const start = local('2026-05-05T08:00')
const boxes = castTown.stations.flatMap((s) => s.containers).map((c) => c.id.slice(5))

/** Short times and a tight budget, so that a few dozen cues already run into everything. */
const hasty = bookOf(
  borasRules
    .replaceAll('for: 30m', 'for: 5m')
    .replace('clear_for: 20m', 'clear_for: 2m')
    .replace('cooldown: 6h', 'cooldown: 10m')
    .replace('group_wait: 15m', 'group_wait: 1m')
    .replace('per_account_per_day: 120', 'per_account_per_day: 8')
    .replace('per_station_per_day: 4', 'per_station_per_day: 3'),
)

type Act = { readonly waitMs: number } & (
  | { readonly kind: 'fill'; readonly fill: number; readonly of: string; readonly lateMs: number }
  | { readonly kind: 'fault'; readonly of: string }
  | { readonly kind: 'report'; readonly of: string; readonly full: boolean; readonly who: string }
  | { readonly kind: 'emptied'; readonly of: string }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'tick' }
  | { readonly kind: 'restart' }
)

const of = fc.constantFrom(...boxes)
const waitMs = fc.oneof(
  fc.integer({ min: 0, max: 5 * MINUTE }),
  fc.integer({ min: 0, max: 20 * HOUR }),
)
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('fill' as const),
      of,
      waitMs,
      fill: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(20, 92)),
      lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: HOUR })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fault' as const), of, waitMs }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      of,
      waitMs,
      full: fc.boolean(),
      who: fc.constantFrom('a', 'b', 'c', 'd'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('emptied' as const), of, waitMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('resumed' as const), waitMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const), waitMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), waitMs }) },
)

test('whatever comes: no word of room from unknown data, nothing said twice, no budget broken', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
      const store = createStore()
      let engine = createEngine({ book: hasty, town: castTown })
      let at = start
      let seq = 0
      const keep = () => {
        const { posts } = store
        const before = posts.length
        store.keep(engine.takeEffects())
        for (const post of posts.slice(before)) {
          if (post.kind === 'open') continue
          for (const item of post.items) {
            // Asked at the instant of the post: somebody must know, and it must not be full.
            const { word } = engine.status(box(item.subject.slice(5)), post.at)
            expect(['has-room', 'nearly-full']).toContain(word)
          }
        }
      }
      for (const next of acts) {
        // One step at a time, so that a close is looked at with the data it was made of.
        const until = at + next.waitMs
        for (
          let due = engine.nextDue();
          due !== undefined && due <= until;
          due = engine.nextDue()
        ) {
          engine.advance(due, seq)
          keep()
        }
        at = after(start, until - start)
        if (next.kind === 'restart') {
          engine = createEngine({ book: hasty, town: castTown, kept: store.kept() })
        } else if (next.kind === 'tick') engine.advance(at, seq)
        else engine.apply(recordOf(cueOf(next, at), ++seq))
        keep()
      }
      const keys = store.posts.map((post) => post.key)
      expect(new Set(keys).size).toBe(keys.length)
      expectWithinBudget(store.posts.filter((post) => post.audience === 'public'))
    }),
    { numRuns: 300 },
  )
})

function cueOf(next: Exclude<Act, { kind: 'tick' | 'restart' }>, at: typeof start): Cue {
  switch (next.kind) {
    case 'fill':
      return { at, measured: after(at, -next.lateMs), fill: next.fill, of: next.of }
    case 'fault':
      return { at, fault: 'no-echo', of: next.of }
    case 'report':
      return { at, report: next.full ? 'full' : 'has-room', of: next.of, who: next.who }
    case 'emptied':
      return { at, emptied: at, of: next.of }
    case 'resumed':
      return { at, resumed: true }
  }
}

function expectWithinBudget(
  posts: readonly { at: typeof start; stationId?: string; priority: number }[],
): void {
  const dayOf = (post: { at: typeof start }) => wallTime(post.at, 'Europe/Stockholm').day
  for (const ofDay of Map.groupBy(posts, dayOf).values()) {
    expect(ofDay.length).toBeLessThanOrEqual(8)
    for (const ofStation of Map.groupBy(ofDay, (post) => post.stationId).values()) {
      expect(ofStation.length).toBeLessThanOrEqual(3)
    }
    // The seventh and eighth are kept for what is urgent.
    ofDay.slice(6).forEach((post) => expect(post.priority).toBeGreaterThanOrEqual(80))
  }
  posts.slice(1).forEach((post, i) => {
    expect(post.at - posts[i]!.at).toBeGreaterThanOrEqual(3 * MINUTE)
  })
}
