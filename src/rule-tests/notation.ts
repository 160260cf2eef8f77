/**
 * Series of levels as promtool writes series of samples:
 *
 *     92          one level
 *     92x3        92 92 92 92: the first, and three more
 *     60+5x3      60 65 70 75
 *     60-5x3      60 55 50 45
 *     _           nothing came
 *     _x3         _ _ _: three, not one and three more
 *
 * and, of our own, what a sensor may say instead of a level:
 *
 *     !no-echo    a fault; `!no-echox3` is four of them
 *     !alive      a sign of life without a level
 */
import { nearestName } from '#src/stations/nearest-name.ts'
import { FAULTS } from '#src/stations/reading.ts'
import type { Fault } from '#src/stations/reading.ts'

/** A level in percent, a fault, a sign of life, or nothing. */
export type Sample = number | Fault | 'alive' | undefined

export type Expanded =
  | { readonly kind: 'ok'; readonly samples: readonly Sample[] }
  | { readonly kind: 'faulty'; readonly message: string }

/** A year of readings every ten minutes; more is a slip of the finger. */
const MAX_SAMPLES = 60_000

const LEVELS = /^(-?\d+(?:\.\d+)?)(?:([+-]\d+(?:\.\d+)?)?x(\d+))?$/
const BLANKS = /^_(?:x(\d+))?$/
const WORDS = /^!([a-z-]+?)(?:x(\d+))?$/
const SAID: readonly (Fault | 'alive')[] = [...FAULTS, 'alive']

export function expandSeries(text: string): Expanded {
  const items = text.trim().split(/\s+/)
  if (items[0] === '') return faulty('expected levels such as "92x6 20", found nothing')
  const samples: Sample[] = []
  for (const item of items) {
    const expanded = expandItem(item)
    if (expanded.kind === 'faulty') return expanded
    if (samples.length + expanded.count > MAX_SAMPLES) {
      return faulty(`has more than ${MAX_SAMPLES} places; take a longer interval or a shorter time`)
    }
    for (let i = 0; i < expanded.count; i++) samples.push(expanded.sampleAt(i))
    const off = samples.find(
      (sample) => typeof sample === 'number' && !(sample >= 0 && sample <= 100),
    )
    if (off !== undefined) {
      return faulty(`"${item}" comes to ${off}, which is no level; expected 0 to 100`)
    }
  }
  return { kind: 'ok', samples }
}

function faulty(message: string): { readonly kind: 'faulty'; readonly message: string } {
  return { kind: 'faulty', message }
}

interface Run {
  readonly kind: 'run'
  readonly count: number
  readonly sampleAt: (i: number) => Sample
}

function expandItem(item: string): Run | ReturnType<typeof faulty> {
  const blanks = BLANKS.exec(item)
  if (blanks) return run(Number(blanks[1] ?? 1), () => undefined)
  const word = WORDS.exec(item)
  if (word) {
    const said = SAID.find((known) => known === word[1])
    if (said !== undefined) return run(1 + Number(word[2] ?? 0), () => said)
    const meant = nearestName(word[1]!, SAID)
    const hint = meant === undefined ? `there are ${SAID.join(', ')}` : `did you mean !${meant}?`
    return faulty(`"${item}" is nothing that a sensor says; ${hint}`)
  }
  const levels = LEVELS.exec(item)
  if (!levels) {
    return faulty(`expected levels such as 92, 92x6, 60+5x7, _ or !no-echo, found "${item}"`)
  }
  const [, first, step, more] = levels
  return run(1 + Number(more ?? 0), (i) => rounded(Number(first) + i * Number(step ?? 0)))
}

function run(count: number, sampleAt: Run['sampleAt']): Run {
  return { kind: 'run', count, sampleAt }
}

/** 12.3 + 3 × 0.1 is to be 12.6. */
function rounded(level: number): number {
  return Math.round(level * 1e9) / 1e9
}

/** The shortest that expands to the samples, as far as looking ahead for the longest run finds it. */
export function compressSeries(samples: readonly Sample[]): string {
  const items: string[] = []
  for (let i = 0; i < samples.length;) {
    const sample = samples[i]
    const same = runLength(samples, i, () => sample)
    if (sample === undefined) items.push(same === 1 ? '_' : `_x${same}`)
    else if (typeof sample === 'string') items.push(timed(`!${sample}`, same))
    else {
      const next = samples[i + 1]
      const step = typeof next === 'number' ? rounded(next - sample) : 0
      const steps = runLength(samples, i, (k) => rounded(sample + k * step))
      const isSlope = step !== 0 && steps >= 3 && steps > same
      const sign = step > 0 ? '+' : ''
      items.push(isSlope ? timed(`${sample}${sign}${step}`, steps) : timed(String(sample), same))
      i += isSlope ? steps : same
      continue
    }
    i += same
  }
  return items.join(' ')
}

function timed(item: string, count: number): string {
  return count === 1 ? item : `${item}x${count - 1}`
}

function runLength(
  samples: readonly Sample[],
  from: number,
  expected: (k: number) => Sample,
): number {
  let length = 1
  while (from + length < samples.length && samples[from + length] === expected(length)) length++
  return length
}
