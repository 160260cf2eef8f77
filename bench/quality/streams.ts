/** The open half of the fill data as streams of levels, as its README and forecast practice read them. */
import { readFileSync, readdirSync } from 'node:fs'

import { sharedData } from '#tests/support/shared.ts'

/** One container's readings in order of time. A fault (no echo) is NaN. */
export interface Stream {
  readonly name: string
  readonly kind: 'glass' | 'plastic' | 'paper' | 'frankfurt'
  readonly timeZone: string
  readonly atMs: Float64Array
  readonly rawPercent: Float64Array
}

const NO_ECHO_CM = 254
const FULL_CM = 10

/** Prague's 15 and Frankfurt's 39 containers; those kept aside are never opened. */
export function openStreams(): readonly Stream[] {
  return [...streamsIn('prague', praguePercent), ...streamsIn('frankfurt', frankfurtPercent)]
}

function streamsIn(
  town: 'prague' | 'frankfurt',
  toPercent: (values: readonly number[]) => readonly number[],
): readonly Stream[] {
  const folder = sharedData(`data/fill/${town}`)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.csv'))
    .sort()
    .map((file) => {
      const rows = inOrder(readFileSync(`${folder}/${file}`, 'utf8'))
      const kind = town === 'frankfurt' ? 'frankfurt' : (file.split('_')[0] as Stream['kind'])
      return {
        name: file.replace('.csv', ''),
        kind,
        timeZone: town === 'prague' ? 'Europe/Prague' : 'Europe/Berlin',
        atMs: Float64Array.from(rows, ([seconds]) => seconds * 1000),
        rawPercent: Float64Array.from(toPercent(rows.map(([, value]) => value))),
      }
    })
}

/** Sorted by time; of several at the same second the first is kept, as the journal does with repeats. */
function inOrder(csv: string): readonly (readonly [number, number])[] {
  const rows = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [seconds, value] = line.split(',')
      return [Number(seconds), Number(value)] as const
    })
    .sort((a, b) => a[0] - b[0])
  return rows.filter((row, i) => row[0] !== rows[i - 1]?.[0])
}

function praguePercent(values: readonly number[]): readonly number[] {
  return values.map((value) => Math.min(100, Math.max(0, value)))
}

/** Empty is each sensor's own 98th percentile over the year: nobody measured the containers. */
function frankfurtPercent(values: readonly number[]): readonly number[] {
  const echoes = values.filter((cm) => cm < NO_ECHO_CM).sort((a, b) => a - b)
  const emptyCm = echoes[Math.floor(echoes.length * 0.98)] ?? NO_ECHO_CM
  return values.map((cm) => {
    if (cm >= NO_ECHO_CM) return Number.NaN
    const percent = (100 * (emptyCm - cm)) / (emptyCm - FULL_CM)
    return Math.min(100, Math.max(0, percent))
  })
}
