/**
 * A day in VROOM's JSON, and its answer read back (VROOM's docs/API.md). VROOM chooses no drop-off, knows
 * no room and no lock: each pickup is a shipment to the nearest place that takes it, and of its answer
 * only who fetches what in which order is kept.
 */
import { z } from 'zod'
import {
  type Compiled,
  compile,
  type CompiledDropOff,
  type CompiledPickup,
} from '#src/pickups/planning/compile.ts'
import { breaksBehind } from '#src/pickups/planning/limits.ts'
import type { Plan, Round, Stop } from '#src/pickups/planning/plan.ts'
import type { Problem, Span } from '#src/pickups/planning/problem.ts'

/** More than a bike carries of anything counted by pieces. */
const ALL_OF_IT = 1000

export interface VroomProblem {
  readonly vehicles: readonly object[]
  readonly shipments: readonly object[]
  readonly matrices: {
    readonly car: { readonly durations: number[][]; readonly distances: number[][] }
  }
}

export function vroomProblem(problem: Problem): VroomProblem {
  const c = compile(problem)
  const sites = chosenDropOffs(c)
  const asked = c.pickups.filter(({ index }) => sites.has(index))
  const skills = new Map(asked.map((p) => [p.index, bikesFor(c, p)]))
  return {
    vehicles: c.bikes.map((bike) => ({
      id: bike.index,
      profile: 'car',
      start_index: bike.startPlace,
      end_index: bike.endPlace,
      time_window: [bike.shift.fromS, bike.shift.untilS],
      capacity: [bike.volumeL, Math.floor(bike.massKg), ...problem.apart.map(() => ALL_OF_IT)].map(
        Math.floor,
      ),
      skills: asked.flatMap((p) => (skills.get(p.index)!.includes(bike.index) ? [p.index] : [])),
      speed_factor: 1 / (bike.pace ?? 1),
      breaks: bike.breaks
        .map((pause, id) => ({ id, time_windows: [window(pause)], service: pause.durationS }))
        .slice(breaksBehind(bike)),
      ...(bike.rangeM !== undefined && { max_distance: Math.floor(bike.rangeM) }),
    })),
    shipments: asked.map((pickup) => {
      const site = sites.get(pickup.index)!
      return {
        amount: amountOf(problem, pickup),
        priority: Math.min(100, 10 + 30 * pickup.priority),
        skills: [pickup.index],
        pickup: {
          id: pickup.index,
          location_index: pickup.place,
          service: pickup.serviceS,
          time_windows: pickup.allowed.map(window),
        },
        delivery: {
          id: pickup.index,
          location_index: site.place,
          setup: site.serviceS,
          time_windows: site.opens.map(({ fromS, untilS }) =>
            window({ fromS, untilS: untilS - site.serviceS }),
          ),
        },
      }
    }),
    matrices: {
      car: { durations: rows(c, c.problem.travel.loadedS), distances: rows(c, c.metres) },
    },
  }
}

function window({ fromS, untilS }: Span): [number, number] {
  return [Math.max(0, Math.ceil(fromS)), Math.max(0, Math.floor(untilS))]
}

/** Of a pair that mustn't ride together one thing takes all of a counted capacity, and the other a piece of it. */
function amountOf({ apart }: Problem, pickup: CompiledPickup): number[] {
  const has = (name: string): boolean => pickup.classes?.includes(name) === true
  return [
    Math.ceil(pickup.litres),
    Math.ceil(pickup.massKg),
    ...apart.map(([a, b]) => (has(a) ? ALL_OF_IT : has(b) ? 1 : 0)),
  ]
}

function bikesFor(c: Compiled, { bikeIndex, longestCm }: CompiledPickup): number[] {
  return c.bikes
    .filter((b) => bikeIndex < 0 || b.index === bikeIndex)
    .filter((b) => (longestCm ?? 0) <= (b.longestCm ?? Number.POSITIVE_INFINITY))
    .map(({ index }) => index)
}

/** The nearest that takes all of it and still has room for it; none for those that need two. */
function chosenDropOffs(c: Compiled): Map<number, CompiledDropOff> {
  const brought = c.dropOffs.map(() => new Float64Array(c.streams.length))
  const chosen = new Map<number, CompiledDropOff>()
  const lastS = Math.max(0, ...c.bikes.map(({ shift }) => shift.untilS))
  const { size, emptyS } = c.problem.travel
  for (const pickup of c.pickups) {
    if (pickup.allowed.length === 0) continue
    const hasRoom = ({ index, roomL, fillsLPerS }: CompiledDropOff): boolean =>
      pickup.byStream.every(
        (litres, i) =>
          litres === 0 || brought[index]![i]! + litres <= roomL[i]! - fillsLPerS[i]! * lastS,
      )
    const [nearest] = c.dropOffs
      .filter((d) => (pickup.streamMask & ~d.streamMask) === 0 && hasRoom(d))
      .toSorted(
        (a, b) => emptyS[pickup.place * size + a.place]! - emptyS[pickup.place * size + b.place]!,
      )
    if (!nearest) continue
    chosen.set(pickup.index, nearest)
    pickup.byStream.forEach((litres, i) => (brought[nearest.index]![i]! += litres))
  }
  return chosen
}

function rows(c: Compiled, cells: ArrayLike<number>): number[][] {
  const { size } = c.problem.travel
  return Array.from({ length: size }, (_, from) =>
    Array.from({ length: size }, (_, to) => Math.round(cells[from * size + to]!)),
  )
}

const vroomAnswer = z.object({
  code: z.literal(0),
  routes: z.array(
    z.object({
      vehicle: z.number(),
      steps: z.array(z.object({ type: z.string(), id: z.number().optional() })),
    }),
  ),
})

/** Who fetches what, in which order. @throws an Error that says what is wrong with the answer. */
export function planOfVroom(problem: Problem, answer: unknown): Plan {
  const read = vroomAnswer.safeParse(answer)
  if (!read.success) {
    const told = z.object({ error: z.string() }).safeParse(answer)
    throw new Error(
      told.success ? `VROOM: ${told.data.error}` : `VROOM: ${z.prettifyError(read.error)}`,
    )
  }
  const rounds = read.data.routes.map(({ vehicle, steps }): Round => {
    const bike = problem.bikes[vehicle]
    if (!bike) throw new Error(`VROOM: routes[].vehicle: there is no bike ${vehicle}`)
    const stops = steps.flatMap(({ type, id }): Stop[] => {
      const pickup = type === 'pickup' ? problem.pickups[id ?? -1] : undefined
      return pickup ? [{ kind: 'pickup', pickup: pickup.id }] : []
    })
    return { bike: bike.id, stops }
  })
  return { rounds, unserved: [] }
}
