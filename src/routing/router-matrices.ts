/** Travel times by a router of the town's own: OSRM or Valhalla. */
import { z } from 'zod'
import { type Formula, FORMULA, putByFormula } from '#src/pickups/planning/formula.ts'
import { noLegs } from '#src/pickups/planning/legs.ts'
import type { MatrixProvider } from '#src/pickups/planning/providers.ts'
import type { Place } from '#src/stations/station.ts'
import { askJson } from './ask-json.ts'

export interface RouterOptions {
  readonly url: string
  readonly timeoutMs: number
  /** So many places on either side are asked at once. */
  readonly atOnce: number
  readonly formula?: Formula
}

const osrmAnswer = z.object({
  durations: z.array(z.array(z.number().nullable())),
  distances: z.array(z.array(z.number().nullable())),
})

/** OSRM's `/table`, profile `bike` (project-osrm.org/docs, Table service). Half of its `--max-table-size` at once. */
export function osrmMatrix(options: RouterOptions & { readonly profile?: string }): MatrixProvider {
  const { url, timeoutMs, profile = 'bike' } = options
  return inBlocks(options, async (from, to, signal) => {
    const places = [...from, ...to].map(({ lon, lat }) => `${lon.toFixed(6)},${lat.toFixed(6)}`)
    const sources = from.map((_, i) => i).join(';')
    const destinations = to.map((_, i) => from.length + i).join(';')
    const answer = await askJson(
      `${url}/table/v1/${profile}/${places.join(';')}?annotations=duration,distance&sources=${sources}&destinations=${destinations}`,
      undefined,
      { timeoutMs, signal },
    )
    const { durations, distances } = readAnswer(url, osrmAnswer, answer)
    return { seconds: durations, metres: distances }
  })
}

const valhallaAnswer = z.object({
  sources_to_targets: z.array(
    z.array(z.object({ time: z.number().nullable(), distance: z.number().nullable() })),
  ),
})

/** Valhalla's `/sources_to_targets` with its bicycle costing, distances in kilometres. */
export function valhallaMatrix(options: RouterOptions): MatrixProvider {
  const { url, timeoutMs, formula = FORMULA } = options
  const place = ({ lat, lon }: Place): object => ({ lat, lon })
  return inBlocks(options, async (from, to, signal) => {
    const answer = await askJson(
      `${url}/sources_to_targets`,
      {
        sources: from.map(place),
        targets: to.map(place),
        costing: 'bicycle',
        costing_options: {
          bicycle: { bicycle_type: 'City', cycling_speed: formula.kmPerHour, use_hills: 0.2 },
        },
        units: 'kilometers',
      },
      { timeoutMs, signal },
    )
    const rows = readAnswer(url, valhallaAnswer, answer).sources_to_targets
    return {
      seconds: rows.map((row) => row.map(({ time }) => time)),
      metres: rows.map((row) => row.map(({ distance }) => distance && distance * 1000)),
    }
  })
}

function readAnswer<T>(url: string, shape: z.ZodType<T>, answer: unknown): T {
  const read = shape.safeParse(answer)
  if (read.success) return read.data
  throw new Error(`${new URL(url).origin} answered no matrix: ${z.prettifyError(read.error)}`)
}

interface Rows {
  readonly seconds: readonly (readonly (number | null)[])[]
  readonly metres: readonly (readonly (number | null)[])[]
}

/** Routers know no load: empty and loaded are the same. What they find no way for goes by the formula. */
function inBlocks(
  { url, atOnce, formula = FORMULA }: RouterOptions,
  ask: (
    from: readonly Place[],
    to: readonly Place[],
    signal: AbortSignal | undefined,
  ) => Promise<Rows>,
): MatrixProvider {
  return {
    async legs(from, to, signal) {
      const legs = noLegs(from.length * to.length)
      for (let row = 0; row < from.length; row += atOnce) {
        for (let column = 0; column < to.length; column += atOnce) {
          const starts = from.slice(row, row + atOnce)
          const ends = to.slice(column, column + atOnce)
          const rows = await ask(starts, ends, signal)
          if (
            rows.seconds.length < starts.length ||
            rows.seconds.some((r) => r.length < ends.length)
          ) {
            throw new Error(`${new URL(url).origin} answered a matrix smaller than what was asked`)
          }
          for (const [i, start] of starts.entries()) {
            for (const [j, end] of ends.entries()) {
              const at = (row + i) * to.length + column + j
              const seconds = rows.seconds[i]![j]
              const metres = rows.metres[i]?.[j]
              if (seconds == null || metres == null) putByFormula(legs, at, start, end, formula)
              else {
                legs.emptyS[at] = Math.round(seconds + formula.perLegS)
                legs.loadedS[at] = legs.emptyS[at]
                legs.metres[at] = metres
              }
            }
          }
        }
      }
      return legs
    },
  }
}
