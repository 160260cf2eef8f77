import { describe, expect, test } from 'vitest'

import { createEngine } from '#src/rules/engine.ts'
import { castTown } from '#tests/support/town.ts'
import { HOUR, MINUTE, after, borasBook, createStore, local, recordOf } from './scenario.ts'
import type { Cue } from './scenario.ts'

const start = local('2026-03-27T06:00')
const week = 7 * 24 * HOUR

/** A week over the night when clocks go forward: every container fills at its own pace, with reports, faults, silence. */
function simulateWeek(): readonly Cue[] {
  const cues: Cue[] = []
  const boxes = castTown.stations.flatMap((s) => s.containers).map((c) => c.id.slice(5))
  boxes.forEach((of, n) => {
    let emptiedAt = 0
    const everyMs = (15 + n) * MINUTE
    for (let ms = n * 61_003; ms < week; ms += everyMs) {
      const at = after(start, ms)
      const hours = (ms - emptiedAt) / HOUR
      const fill = Math.min(99, hours * (3 + n * 0.7) + (((ms / everyMs) * 7919) % 11) - 5)
      if (n === 2 && ms > 3 * 24 * HOUR && ms < 5 * 24 * HOUR) continue
      if (Math.floor(ms / everyMs) % 23 === 7) cues.push({ at, fault: 'no-echo', of })
      else cues.push({ at, fill: Math.max(0, fill), of })
      if (fill >= 99 && hours > 40 + n) {
        emptiedAt = ms + 1
        cues.push({ at: after(start, ms + 1), emptied: after(start, ms + 1), of })
      }
      if (Math.floor(ms / everyMs) % 31 === 5) {
        const who = `r${Math.floor(ms / everyMs) % 4}`
        const report = hours > 20 ? 'full' : 'has-room'
        cues.push({ at: after(start, ms + 2000), report, of, who })
      }
    }
  })
  return cues.sort((a, b) => a.at - b.at)
}

const cues = simulateWeek()
const end = after(start, week + 12 * HOUR)

/** Plays the week, with the engine made anew from kept state wherever the cut falls, and ticks or none. */
function run(cutAt: ReadonlySet<number>, tickMs: number, batch = 1) {
  const store = createStore()
  let engine = createEngine({ book: borasBook, town: castTown })
  cues.forEach((cue, i) => {
    if (cutAt.has(i)) {
      store.keep(engine.takeEffects())
      engine = createEngine({ book: borasBook, town: castTown, kept: store.kept() })
    }
    if (tickMs > 0 && i > 0) {
      for (let at = cues[i - 1]!.at + tickMs; at < cue.at; at += tickMs) {
        engine.advance(after(start, at - start))
        store.keep(engine.takeEffects())
      }
    }
    engine.apply(recordOf(cue, i + 1))
    if (i % batch === 0) store.keep(engine.takeEffects())
  })
  engine.advance(end)
  store.keep(engine.takeEffects())
  const { state, containers } = store.kept()
  return {
    decisions: JSON.stringify(store.decisions),
    posts: JSON.stringify(store.posts),
    state: Object.fromEntries(state),
    containers: JSON.stringify(
      containers.toSorted((a, b) => (a.containerId < b.containerId ? -1 : 1)),
    ),
  }
}

let played: ReturnType<typeof run> | undefined
/** The week without a break. */
const whole = () => (played ??= run(new Set(), 0))

test('the week has something to say', () => {
  const posts = JSON.parse(whole().posts) as { kind: string; audience: string; template: string }[]
  expect(posts.length).toBeGreaterThan(10)
  expect(new Set(posts.map((post) => `${post.audience} ${post.kind}`))).toEqual(
    new Set(['public open', 'public close', 'staff open']),
  )
})

describe('a restart changes not a byte of decisions, posts and state', () => {
  const cuts = Array.from({ length: 30 }, (_, i) => Math.floor(((i + 0.5) * cues.length) / 30))
  test.each(cuts)('cut before record %i', (cut) => {
    expect(run(new Set([cut]), 0)).toEqual(whole())
  })

  test('cut before every tenth record', () => {
    expect(run(new Set(cues.keys().filter((i) => i % 10 === 0)), 0)).toEqual(whole())
  })
})

test('ticks between records change nothing', () => {
  expect(run(new Set(), 7 * MINUTE)).toEqual(whole())
  expect(run(new Set(cues.keys().filter((i) => i % 50 === 0)), 7 * MINUTE)).toEqual(whole())
})

test('nor does the number of records that share a commit', () => {
  expect(run(new Set(), 0, 17)).toEqual(whole())
})
