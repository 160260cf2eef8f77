/** The return bike's own days: against every plan, against a long run, and what a late booking and a table cost. */
import { insertOnly } from '#src/pickups/planning/insert-only.ts'
import { tableOf } from '#src/pickups/planning/legs.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import { solve, type Solved } from '#src/pickups/planning/solve.ts'
import type { CityPack } from '#src/routing/city-pack.ts'
import { cityPackMatrix } from '#src/routing/city-pack-matrix.ts'
import { randomFrom } from '#simulator/random.ts'
import { cheapestCostS } from '#tests/pickups/planning/every-plan.ts'
import { cpuMs } from '../cpu-time.ts'
import { madeDay } from './made-day.ts'

function solved(day: Problem, seconds: number, seed = 1): Solved {
  const since = cpuMs()
  return solve(day, { seed, elapsedMs: () => cpuMs() - since, limitMs: 1000 * seconds })
}

export function showSmallDays(): void {
  let equal = 0
  const cases = [
    [6, 1],
    [5, 2],
  ].flatMap(([pickups, bikes]) =>
    Array.from({ length: 5 }, (_, i) => madeDay(100 + i, { pickups: pickups!, bikes: bikes! })),
  )
  for (const made of cases) {
    const day = { ...made, dropOffs: [made.dropOffs[0]!, ...made.dropOffs.slice(3, 5)] }
    if (solved(day, 1).evaluation.costS === cheapestCostS(day)) equal++
  }
  console.log(`small days (5 and 6 pickups): as cheap as can be ${equal} of ${cases.length}`)
}

/** Each day by each seed, against one long run of another. */
export function showDays(referenceSeconds: number, seeds: readonly number[], all: boolean): void {
  const shapes = [
    { pickups: 25, bikes: 2, seconds: 1, days: 6 },
    { pickups: 60, bikes: 4, seconds: 5, days: 3 },
  ]
  for (const { seconds, days, ...shape } of shapes) {
    const gaps: number[] = []
    for (let i = 1; i <= days; i++) {
      const day = madeDay(i, shape)
      const long = solved(day, referenceSeconds, 1 + Math.max(...seeds))
      for (const seed of seeds) {
        const quick = solved(day, seconds, seed)
        if (quick.evaluation.violations.length > 0) throw new Error(`day ${i} breaks a limit`)
        const gap = 100 * (quick.evaluation.costS / long.evaluation.costS - 1)
        gaps.push(gap)
        if (all) {
          console.log(
            `  ${shape.pickups} pickups, day ${i}, seed ${seed}: ${quick.plan.unserved.length} unserved, ${gap.toFixed(2)} %, ${quick.iterations} iterations`,
          )
        }
      }
    }
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length
    const within = gaps.filter((gap) => gap <= 1).length
    console.log(
      `${shape.pickups} pickups on ${shape.bikes} bikes, ${seconds} s: ${mean.toFixed(2)} % above a run of ${referenceSeconds} s, worst ${Math.max(...gaps).toFixed(2)} %, ${within} of ${gaps.length} within 1 %`,
    )
  }
}

export function showInsertions(): void {
  const times: number[] = []
  for (const shape of [
    { pickups: 25, bikes: 2 },
    { pickups: 60, bikes: 4 },
  ]) {
    for (let i = 1; i <= 6; i++) {
      const day = madeDay(i, shape)
      const known = (count: number): Problem => ({ ...day, pickups: day.pickups.slice(0, count) })
      let { plan } = solve(known(shape.pickups - 5), { seed: 1, maxIterations: 100 })
      for (let count = shape.pickups - 4; count <= shape.pickups; count++) {
        const since = cpuMs()
        const answer = insertOnly(known(count), plan)
        times.push(cpuMs() - since)
        plan = answer.plan
      }
    }
  }
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): string => sorted[Math.floor(share * sorted.length)]!.toFixed(0)
  console.log(`a late booking (25 and 60 pickups): ${at(0.5)} ms, p95 ${at(0.95)} ms`)
}

/** A town of so many crossings a side, eighty metres apart. */
function madeTown(side: number): CityPack {
  const random = randomFrom(1, 'town')
  const edges: { from: number; to: number; dm: number }[] = []
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const from = row * side + column
      const dm = (): number => 700 + random.below(200)
      if (column + 1 < side) edges.push({ from, to: from + 1, dm: dm() })
      if (row + 1 < side) edges.push({ from, to: from + side, dm: dm() })
      if (column > 0) edges.push({ from, to: from - 1, dm: dm() })
      if (row > 0) edges.push({ from, to: from - side, dm: dm() })
    }
  }
  const firstEdge = new Int32Array(side * side + 1)
  for (const { from } of edges) firstEdge[from + 1]!++
  for (let i = 0; i < side * side; i++) firstEdge[i + 1]! += firstEdge[i]!
  const ds = Int32Array.from(edges, ({ dm }) => Math.round(dm / 4.4))
  return {
    lat: Float64Array.from(
      { length: side * side },
      (_, i) => 57.7 + Math.floor(i / side) * 0.00072,
    ),
    lon: Float64Array.from({ length: side * side }, (_, i) => 12.9 + (i % side) * 0.00134),
    firstEdge,
    to: Int32Array.from(edges, ({ to }) => to),
    dm: Int32Array.from(edges, ({ dm }) => dm),
    emptyDs: ds,
    loadedDs: ds,
  }
}

export async function showMatrix(): Promise<void> {
  const town = madeTown(230)
  const random = randomFrom(2, 'places')
  const places = Array.from({ length: 100 }, () => {
    const node = random.below(town.lat.length)
    return { lat: town.lat[node]!, lon: town.lon[node]! }
  })
  const since = cpuMs()
  await tableOf(cityPackMatrix(town), places)
  const spent = ((cpuMs() - since) / 1000).toFixed(2)
  console.log(`table of 100 places in a pack of ${town.lat.length} nodes: ${spent} s`)
}
