/**
 * What a reading costs the rules engine, in microseconds, by the size of the town. Run: `node bench/rules.ts`.
 * Each container speaks every ten minutes of town time, every tenth reading changes what is believed of
 * it, and effects are taken a hundred readings at a time, as a commit would.
 */
import { readFileSync } from 'node:fs'

import { createEngine } from '#src/rules/engine.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import { MINUTE, instant } from '#src/stations/time.ts'
import { madeTown } from './made-town.ts'

const STATION = Array<Fraction>(5).fill('paper')
const EVERY_MS = 10 * MINUTE
const START = Date.parse('2026-05-05T06:00:00Z')
const BATCH = 100

const parsed = parseRuleFile(
  readFileSync(new URL('../towns/boras/rules.yaml', import.meta.url), 'utf8'),
  'rules.yaml',
)
if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults))
const { book } = parsed

function run(containerCount: number, readingCount: number, changing: boolean): string {
  const town = madeTown(containerCount, STATION)
  const engine = createEngine({ book, town })
  const { mountings } = town
  const stepMs = EVERY_MS / containerCount
  let decisions = 0
  let posts = 0
  let slowestMs = 0
  const give = (i: number) => {
    const mounting = mountings[i % containerCount]!
    const round = Math.floor(i / containerCount)
    // Ten high readings, ten low: each differs from the one before, every tenth crosses a line.
    const isHigh = (round + ((i * 7) % 20)) % 20 < 10
    const fillPercent = (changing && isHigh ? 86 : 40) + ((i * 7) % 100) / 10
    const at = instant(START + i * stepMs)
    engine.apply({
      type: 'reading',
      seq: i,
      at,
      measuredAt: at,
      containerId: mounting.containerId,
      deviceId: mounting.deviceId,
      fillPercent,
    })
    if (i % BATCH !== 0) return
    const effects = engine.takeEffects()
    decisions += effects.decisions.length
    posts += effects.posts.length
  }
  const warm = Math.max(2 * containerCount, 100_000)
  for (let i = 0; i < warm; i++) give(i)
  const from = performance.now()
  for (let i = warm; i < warm + readingCount; i += BATCH) {
    const before = performance.now()
    for (let j = i; j < i + BATCH; j++) give(j)
    slowestMs = Math.max(slowestMs, performance.now() - before)
  }
  const us = ((performance.now() - from) * 1000) / readingCount
  const perReading = (decisions / (warm + readingCount)).toFixed(3)
  return `${containerCount} containers, ${changing ? 'every tenth reading a change' : 'no changes'}: ${us.toFixed(2)} µs/reading; slowest ${BATCH} readings ${slowestMs.toFixed(1)} ms; ${perReading} decisions/reading, ${posts} posts`
}

for (const changing of [true, false]) {
  for (const containers of [100, 10_000, 100_000]) console.log(run(containers, 600_000, changing))
}
