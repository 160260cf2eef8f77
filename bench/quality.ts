/**
 * How well readings are judged: the filter beside a raw drop rule and a median of three, on the open half
 * of the fill data, by stream and grade, against an offline reference (bench/quality/reference.ts tells
 * how it is made and what it is worth), and against the truth where faults are put into clean sensors.
 *
 *     node bench/quality.ts [--half tuning|check]
 *
 * Weights are sought on one half of the containers and tried on the other: every other one of each kind, in
 * order of their names.
 */
import { parseArgs } from 'node:util'

import { instant } from '#src/stations/time.ts'
import { believe, startBelieving } from '#src/quality/believe.ts'
import type { Emptying, Observation } from '#src/quality/contract.ts'

import { inject } from './quality/inject.ts'
import { makeReference } from './quality/reference.ts'
import type { Reference } from './quality/reference.ts'
import { mae, median3, rawDrops, score, wrongPosts } from './quality/score.ts'
import { openStreams } from './quality/streams.ts'
import type { Stream } from './quality/streams.ts'

const { values } = parseArgs({ options: { half: { type: 'string' } } })
const HOUR_MS = 3_600_000
const WEEK_MS = 168 * HOUR_MS
const TOLERANCE_MS = 6 * HOUR_MS
const INJECTED_TOLERANCE_MS = 12 * HOUR_MS
const LARGE_PERCENT = 20
const SEEDS = [1000, 2000, 3000]
/** 98 % of its readings say that there was no echo. */
const DEAD = 'glass_1712'

interface Case {
  readonly stream: Stream
  readonly reference: Reference
}

interface Judged {
  readonly cleanPercent: Float64Array
  readonly emptyings: readonly Emptying[]
  readonly tookMs: number
}

function judge({ atMs, rawPercent }: Stream): Judged {
  const observations = Array.from(atMs, (ms, i): Observation => {
    const at = instant(ms)
    const level = rawPercent[i]!
    return Number.isNaN(level) ? { at, fault: 'no-echo' } : { at, fillPercent: level }
  })
  const cleanPercent = new Float64Array(atMs.length).fill(Number.NaN)
  const emptyings: Emptying[] = []
  const state = startBelieving()
  const startedAt = performance.now()
  observations.forEach((observation, i) => {
    const belief = believe(state, observation)
    if (belief.cleanPercent !== undefined) cleanPercent[i] = belief.cleanPercent
    if (belief.emptied) emptyings.push(belief.emptied)
  })
  return { cleanPercent, emptyings, tookMs: performance.now() - startedAt }
}

/** Sums over the containers of a group. */
function tally() {
  return { tp: 0, fp: 0, fn: 0, error: 0, n: 0, weeks: 0, wrong: 0, flap: 0, episodes: 0, posts: 0 }
}
type Tally = ReturnType<typeof tally>

function count(
  into: Tally,
  { stream, reference }: Case,
  levels: Float64Array,
  found: readonly number[],
  large: readonly boolean[] | undefined,
  toleranceMs: number,
): void {
  const truth = reference.emptyings.map(({ atMs }) => atMs)
  const matched = score(truth, found, toleranceMs, large)
  const error = mae(levels, reference.levelPercent)
  const posts = wrongPosts(stream.atMs, levels, reference.levelPercent)
  into.tp += matched.tp
  into.fp += matched.fp
  into.fn += matched.fn
  into.error += error.sum
  into.n += error.n
  into.weeks += (stream.atMs.at(-1)! - stream.atMs[0]!) / WEEK_MS
  into.wrong += posts.wrong
  into.flap += posts.flap
  into.episodes += posts.episodes
  into.posts += posts.posts
}

function f1({ tp, fp, fn }: Tally): number {
  return (2 * tp) / (2 * tp + fp + fn)
}

let tookMs = 0
let readings = 0

/** The filter, the raw rule and the median of three over the same containers. */
function compare(
  cases: readonly Case[],
  toleranceMs: number,
): { filter: Tally; raw: Tally; median: Tally } {
  const sums = { filter: tally(), raw: tally(), median: tally() }
  for (const one of cases) {
    const { stream } = one
    const judged = judge(stream)
    tookMs += judged.tookMs
    readings += stream.atMs.length
    const large = judged.emptyings.map((e) => e.fromPercent - e.toPercent >= LARGE_PERCENT)
    const found = judged.emptyings.map(({ at }) => at)
    count(sums.filter, one, judged.cleanPercent, found, large, toleranceMs)
    const raw = rawDrops(stream.atMs, stream.rawPercent)
    count(sums.raw, one, stream.rawPercent, raw, undefined, toleranceMs)
    const smooth = median3(stream.rawPercent)
    const drops = rawDrops(stream.atMs, smooth)
    count(sums.median, one, smooth, drops, undefined, toleranceMs)
  }
  return sums
}

function row({ filter, raw, median }: ReturnType<typeof compare>, containers: number) {
  const wrong = ({ wrong, flap, weeks }: Tally) => Number(((wrong + flap) / weeks).toFixed(3))
  return {
    containers,
    emptyings: filter.tp + filter.fn,
    P: Number((filter.tp / (filter.tp + filter.fp)).toFixed(3)),
    R: Number((filter.tp / (filter.tp + filter.fn)).toFixed(3)),
    F1: Number(f1(filter).toFixed(3)),
    'F1 raw': Number(f1(raw).toFixed(3)),
    'F1 med3': Number(f1(median).toFixed(3)),
    MAE: Number((filter.error / filter.n).toFixed(2)),
    'MAE raw': Number((raw.error / raw.n).toFixed(2)),
    'true/wk': Number((filter.episodes / filter.weeks).toFixed(3)),
    'wrong/wk': wrong(filter),
    'wrong raw': wrong(raw),
  }
}

const all = openStreams()
  .filter(({ name }) => name !== DEAD)
  .map((stream): Case => ({ stream, reference: makeReference(stream) }))
const cases = all.filter(({ stream: { kind, name } }) => {
  const place = all
    .filter(({ stream }) => stream.kind === kind)
    .findIndex(({ stream }) => stream.name === name)
  return values.half === undefined || (place % 2 === 0) === (values.half === 'tuning')
})

const groups: Record<string, readonly Case[]> = {}
for (const kind of ['glass', 'plastic', 'paper', 'frankfurt'] as const) {
  for (const grade of ['A', 'B', 'C'] as const) {
    const some = cases.filter((c) => c.stream.kind === kind && c.reference.grade === grade)
    if (some.length > 0) groups[`${kind} ${grade}`] = some
  }
}
const isCleanSlow = ({ stream, reference }: Case) =>
  stream.kind !== 'paper' && reference.grade === 'A'
const slow = cases.filter(({ stream }) => stream.kind !== 'paper')
const cleanSlow = slow.filter(isCleanSlow)
/** Each container's faults are the same in its half as in the whole. */
const seedOf = new Map(all.filter(isCleanSlow).map(({ stream }, i) => [stream.name, i]))
const badSlow = slow.filter(({ reference }) => reference.grade === 'C')
const paper = cases.filter(({ stream }) => stream.kind === 'paper')
groups['slow A, all'] = cleanSlow
groups['slow C, all'] = badSlow
groups['slow, all'] = slow

const results: Record<string, ReturnType<typeof row>> = {}
for (const [name, some] of Object.entries(groups)) {
  results[name] = row(compare(some, TOLERANCE_MS), some.length)
}
for (const [phantomShare, spikeShare, manner] of [
  [0, 0.03, 'as-seen'],
  [0.1, 0.01, 'as-seen'],
  [0.35, 0.01, 'as-seen'],
  [0.35, 0.01, 'anywhere'],
  [0.6, 0.02, 'as-seen'],
] as const) {
  const injected = SEEDS.flatMap((seed) =>
    cleanSlow.map(({ stream, reference }): Case => {
      const emptied = reference.emptyings.map(({ atMs }) => atMs)
      return {
        stream: inject(
          stream,
          emptied,
          { phantomShare, spikeShare, manner },
          seed + seedOf.get(stream.name)!,
        ),
        reference,
      }
    }),
  )
  const where = manner === 'anywhere' ? ', anywhere' : ''
  const name = `injected ${phantomShare * 100} % + ${spikeShare * 100} %${where}`
  results[name] = row(compare(injected, INJECTED_TOLERANCE_MS), injected.length)
}
console.table(results)

/**
 * Crews work by day: emptyings at 19…05 local time, times 24/10, estimate the false ones, and nobody's
 * model has a say in it. Beside the share stands how many a container has in a year, without those.
 */
function byTheClock(
  some: readonly Case[],
  emptiedAtMs: (one: Case) => readonly number[],
): { readonly falseShare: number; readonly aYear: number } {
  let all = 0
  let night = 0
  let years = 0
  for (const one of some) {
    const { stream } = one
    const hours = new Intl.DateTimeFormat('en-GB', {
      timeZone: stream.timeZone,
      hour: '2-digit',
      hourCycle: 'h23',
    })
    years += (stream.atMs.at(-1)! - stream.atMs[0]!) / (52 * WEEK_MS)
    for (const atMs of emptiedAtMs(one)) {
      const hour = Number(hours.format(atMs))
      all++
      if (hour >= 19 || hour < 5) night++
    }
  }
  return { falseShare: (2.4 * night) / all, aYear: (all - 2.4 * night) / years }
}
console.log('\nFalse emptyings by the hours when nobody works, and the others a container-year')
for (const [name, some] of Object.entries(groups)) {
  const told = (what: ReturnType<typeof byTheClock>) =>
    `${(100 * what.falseShare).toFixed(1).padStart(5)} %, ${what.aYear.toFixed(1).padStart(5)}`
  const reference = byTheClock(some, (one) => one.reference.emptyings.map(({ atMs }) => atMs))
  const filter = byTheClock(some, (one) => judge(one.stream).emptyings.map(({ at }) => at))
  console.log(`  ${name.padEnd(14)} reference ${told(reference)}   filter ${told(filter)}`)
}

/** The first quarter of a bad sensor's year is spent learning what the reference knows beforehand. */
const learned = tally()
for (const { stream, reference } of badSlow) {
  const from = stream.atMs[0]! + (stream.atMs.at(-1)! - stream.atMs[0]!) / 4
  const { emptyings } = judge(stream)
  const found = emptyings.filter(({ at }) => at >= from)
  const matched = score(
    reference.emptyings.map(({ atMs }) => atMs).filter((atMs) => atMs >= from),
    found.map(({ at }) => at),
    TOLERANCE_MS,
  )
  learned.tp += matched.tp
  learned.fp += matched.fp
  learned.fn += matched.fn
}
console.log(`\nBad sensors, without the first quarter of the time: F1 ${f1(learned).toFixed(3)}`)

const perReadingUs = (1000 * tookMs) / readings
const paperRow = row(compare(paper, TOLERANCE_MS), paper.length)
const goals: readonly (readonly [string, number, 'at least' | 'at most', number])[] = [
  ['emptying F1, clean slow streams', results['slow A, all']!.F1, 'at least', 0.99],
  ['emptying F1, paper', paperRow.F1, 'at least', 0.985],
  ['emptying F1, bad sensors', results['slow C, all']!.F1, 'at least', 0.92],
  ['emptying F1, 35 % phantom injected', results['injected 35 % + 1 %']!.F1, 'at least', 0.93],
  [
    'emptying F1, 35 % phantom anywhere',
    results['injected 35 % + 1 %, anywhere']!.F1,
    'at least',
    0.93,
  ],
  ['wrong posts a container-week, slow', results['slow, all']!['wrong/wk'], 'at most', 0.02],
  ['wrong posts a container-week, paper', paperRow['wrong/wk'], 'at most', 0.1],
  ['µs a reading', Number(perReadingUs.toFixed(1)), 'at most', 50],
]
console.log('\nGoals')
for (const [name, value, sense, goal] of goals) {
  const met = sense === 'at least' ? value >= goal : value <= goal
  console.log(`  ${met ? 'met    ' : 'NOT met'} ${name}: ${value} (${sense} ${goal})`)
}
