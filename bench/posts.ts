/**
 * How often, how early and how rightly a container is called full: our rules, with and without the
 * cleaning of readings, beside naive crossing of a line. See --help.
 */
import { parseArgs } from 'node:util'

import { hasSharedData } from '#tests/support/shared.ts'
import { randomFrom } from '#simulator/random.ts'
import { median } from './median.ts'
import { policies } from './posts/policies.ts'
import type { Policy } from './posts/policies.ts'
import { judgePosts } from './posts/truth.ts'
import type { Worth } from './posts/truth.ts'
import { inject } from './quality/inject.ts'
import { makeReference } from './quality/reference.ts'
import type { Reference } from './quality/reference.ts'
import { openStreams } from './quality/streams.ts'
import type { Stream } from './quality/streams.ts'

const HELP = `node bench/posts.ts [--half tuning|check]

Posts that say "full" on real fill data (Prague 2023-25, Frankfurt 2020-21; 53 containers), against an
offline reference of the true level. Each container is alone at a station under the rules of the demo
town. Where faults are put into clean sensors the truth is known (bench/quality/inject.ts).
  posts, false, again   a container-week: all posts; those while it had not been full since it was last
                        under 70 %; those that repeat what was said of the same filling
  of naive              wrong posts (false and again) against each crossing of 85 %, with the interval
                        that 95 in 100 drawings of containers give
  missed                fillings of which nothing was said before they were over
  delay                 from being full to the post: the middle one, and nine in ten
Ours waits for the morning with what it learns at night. The last three rows are what-ifs: without quiet
hours; with a rule that takes a sensor at its first word; and with one that doesn't remember what was
said before the sensor fell silent.

  --half   only the containers on which something may be tuned, or only those kept for checking: every
           other one of each kind, in order of their names
`
const { values } = parseArgs({
  options: { half: { type: 'string' }, help: { type: 'boolean', default: false } },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
if (!hasSharedData) {
  console.log('Nothing measured: the fill data (../shared/data/fill) is not beside the checkout.')
  process.exit(0)
}

/** 98 % of its readings say that there was no echo. */
const DEAD = 'glass_1712'
const NAIVE = 'naive, each crossing of 85 %'
const OURS = 'rules, cleaned levels'
const GOAL_SHARE = 0.05
const DRAWINGS = 2000
const HOUR_MS = 3_600_000

interface Case {
  readonly stream: Stream
  readonly reference: Reference
}

const ways = policies()
const all = openStreams()
  .filter(({ name }) => name !== DEAD)
  .map((stream): Case => ({ stream, reference: makeReference(stream) }))
const half = all.filter(({ stream: { kind, name } }) => {
  const place = all
    .filter((other) => other.stream.kind === kind)
    .findIndex((other) => other.stream.name === name)
  return values.half === undefined || (place % 2 === 0) === (values.half === 'tuning')
})

const isGlass = ({ stream }: Case) => stream.kind === 'glass' || stream.kind === 'frankfurt'
const ofKind = (kind: Stream['kind']) => half.filter(({ stream }) => stream.kind === kind)
const frankfurt = ofKind('frankfurt')
const ofGrade = (grade: Reference['grade']) =>
  frankfurt.filter(({ reference }) => reference.grade === grade)

show('Glass, Prague', ofKind('glass'))
for (const grade of ['A', 'B', 'C'] as const) {
  show(`Glass, Frankfurt, grade ${grade}`, ofGrade(grade))
}
const glass = show('Glass, all', half.filter(isGlass))
show('Plastic, Prague', ofKind('plastic'))
show('Paper, Prague', ofKind('paper'))
const clean = half.filter((one) => isGlass(one) && one.reference.grade === 'A')
for (const [phantomShare, spikeShare] of [
  [0, 0.03],
  [0.35, 0.01],
] as const) {
  const injected = clean.map(({ stream, reference }, i): Case => {
    const emptied = reference.emptyings.map(({ atMs }) => atMs)
    const injection = { phantomShare, spikeShare, manner: 'as-seen' } as const
    return { stream: inject(stream, emptied, injection, 1000 + i), reference }
  })
  const put = `${phantomShare * 100} % false echoes and ${spikeShare * 100} % wild readings put in`
  show(`Clean glass, ${put}`, injected)
}

const met = glass <= GOAL_SHARE ? 'met' : 'NOT met'
console.log(
  `\nGoal ${met}: wrong posts on glass, ${(100 * glass).toFixed(1)} % of naive's (at most ${100 * GOAL_SHARE} %)`,
)

/** Prints a group's table; gives back our wrong posts as a share of naive's. */
function show(title: string, cases: readonly Case[]): number {
  if (cases.length === 0) return Number.NaN
  const worth = new Map(ways.map((way) => [way.name, cases.map((one) => worthOf(way, one))]))
  const naive = worth.get(NAIVE)!
  const weeks = sum(naive, (w) => w.weeks)
  console.log(
    `\n${title}: ${cases.length} containers, ${weeks.toFixed(0)} container-weeks, ${sum(naive, (w) => w.full)} times at 85 %`,
  )
  console.table(
    Object.fromEntries(
      ways.map(({ name }) => {
        const theirs = worth.get(name)!
        const perWeek = (count: (w: Worth) => number) => rounded(sum(theirs, count) / weeks, 3)
        const delays = theirs.flatMap((w) => w.delaysMs).sort((a, b) => a - b)
        const [low, high] = intervalOf(theirs, naive)
        return [
          name,
          {
            posts: perWeek((w) => w.posts),
            false: perWeek((w) => w.false),
            again: perWeek((w) => w.again),
            'of naive': `${percent(shareOf(theirs, naive))} (${percent(low)}–${percent(high)})`,
            missed: percent(sum(theirs, (w) => w.missed) / sum(theirs, (w) => w.full)),
            'delay h': `${hours(median(delays))}, ${hours(delays[Math.floor(delays.length * 0.9)] ?? Number.NaN)}`,
          },
        ]
      }),
    ),
  )
  return shareOf(worth.get(OURS)!, naive)
}

function worthOf({ fullPercent, postsAt }: Policy, { stream, reference }: Case): Worth {
  return judgePosts(postsAt(stream), fullPercent, stream.atMs, reference.levelPercent)
}

function shareOf(theirs: readonly Worth[], naive: readonly Worth[]): number {
  return sum(theirs, wrong) / sum(naive, wrong)
}

/** The middle 95 of 100 shares when containers are drawn anew, each as often as it comes. */
function intervalOf(theirs: readonly Worth[], naive: readonly Worth[]): readonly [number, number] {
  const random = randomFrom(1, 'drawings')
  const shares = Array.from({ length: DRAWINGS }, () => {
    const drawn = theirs.map(() => random.below(theirs.length))
    return shareOf(
      drawn.map((i) => theirs[i]!),
      drawn.map((i) => naive[i]!),
    )
  })
    .filter((share) => Number.isFinite(share))
    .sort((a, b) => a - b)
  const at = (part: number) => shares[Math.floor(part * shares.length)] ?? Number.NaN
  return [at(0.025), at(0.975)]
}

function wrong(worth: Worth): number {
  return worth.false + worth.again
}

function sum(some: readonly Worth[], count: (worth: Worth) => number): number {
  return some.reduce((total, worth) => total + count(worth), 0)
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`
}

function hours(ms: number): string {
  return Number.isNaN(ms) ? '–' : (ms / HOUR_MS).toFixed(1)
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
