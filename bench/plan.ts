/** How near the planner comes to the best known, and how soon. See --help. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkRoutes } from '#src/pickups/planning/vrp/instance.ts'
import { solveVrp } from '#src/pickups/planning/vrp/solve-vrp.ts'
import { cpuMs } from './cpu-time.ts'
import { showDays, showInsertions, showMatrix, showSmallDays } from './plan/show-days.ts'
import { type BestKnown, readBestKnown, readInstance } from './plan/read-instances.ts'

const HELP = `node bench/plan.ts [--only PART] [--seconds 1,5] [--seeds 1]

Gap to the best known, in per cent, on the published instances of --folder; in seconds of CPU time.
  solomon    time windows, 100 customers; distance (goal 0.8, 0.4 and 0.3 % at 1, 5 and 10 s)
  cvrp       no windows, up to 200 customers; distance (goal 0.3 and 0.15 % at 1 and 5 s)
  vehicles   how often the best known number of vehicles is reached, Solomon in 10 s (goal 9 of 10)
And the return bike's own days, made up:
  small      5 and 6 pickups against every plan there is
  days       25 pickups in 1 s and 60 in 5 s, against a run of --reference seconds (goal 1 % for 25)
  late       what it takes to put one more booking into a day (goal 100 ms at p95)
  matrix     a table of 100 places from a city pack (goal 1 s)

  --names A,B   only these instances
  --all         a line for each instance
  --folder DIR  where the instances are (../shared/data/vrp)
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '1,5' },
    seeds: { type: 'string', default: '1' },
    names: { type: 'string' },
    reference: { type: 'string', default: '20' },
    all: { type: 'boolean', default: false },
    folder: {
      type: 'string',
      default: fileURLToPath(new URL('../../shared/data/vrp', import.meta.url)),
    },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}

const seconds = values.seconds.split(',').map(Number)
const seeds = values.seeds.split(',').map(Number)
const names = values.names?.split(',')

const known = readBestKnown(values.folder)
if (!known) {
  console.log(`${values.folder} isn't there: the published instances are left out.`)
} else {
  const wanted = known.filter(({ name }) => names?.includes(name) ?? true)
  if (wants('solomon'))
    showGaps(
      'solomon',
      wanted.filter((k) => k.class === 'solomon'),
    )
  if (wants('cvrp'))
    showGaps(
      'cvrp',
      wanted.filter((k) => k.type === 'CVRP'),
    )
  if (wants('vehicles')) showVehicles(wanted.filter((k) => k.hierarchical !== undefined))
}
if (wants('small')) showSmallDays()
if (wants('late')) showInsertions()
if (wants('matrix')) await showMatrix()
if (wants('days')) showDays(Number(values.reference), seeds, values.all)

function wants(part: string): boolean {
  return values.only === undefined || values.only === part
}

function showGaps(part: string, instances: readonly BestKnown[]): void {
  for (const limit of seconds) {
    const gaps: number[] = []
    let iterations = 0
    for (const best of instances) {
      const instance = readInstance(join(values.folder, best.file), best.convention)
      for (const seed of seeds) {
        const since = cpuMs()
        const answer = solveVrp(instance, {
          seed,
          elapsedMs: () => cpuMs() - since,
          limitMs: limit * 1000,
        })
        const { distance, faults } = checkRoutes(instance, answer.routes)
        if (faults.length > 0) throw new Error(`${best.name}: ${JSON.stringify(faults[0])}`)
        const gap = 100 * (distance / instance.scale / best.distance - 1)
        gaps.push(gap)
        iterations += answer.iterations
        if (values.all) console.log(`  ${best.name} seed ${seed}: ${gap.toFixed(2)} %`)
      }
    }
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length
    console.log(
      `${part} ${limit} s: mean gap ${mean.toFixed(3)} %, worst ${Math.max(...gaps).toFixed(2)} %, ${instances.length} instances, ${Math.round(iterations / gaps.length / limit / 1000)} thousand iterations a second`,
    )
  }
}

function showVehicles(instances: readonly BestKnown[]): void {
  let reached = 0
  const excess: number[] = []
  for (const best of instances) {
    const instance = readInstance(join(values.folder, best.file), 'hierarchical-double')
    const since = cpuMs()
    const answer = solveVrp(instance, {
      seed: seeds[0]!,
      elapsedMs: () => cpuMs() - since,
      limitMs: 10_000,
      fewestRoutes: true,
    })
    const { distance, faults } = checkRoutes(instance, answer.routes)
    if (faults.length > 0) throw new Error(`${best.name}: ${JSON.stringify(faults[0])}`)
    const { vehicles, distance: bestDistance } = best.hierarchical!
    if (answer.routes.length <= vehicles) {
      reached++
      excess.push(100 * (distance / bestDistance - 1))
    }
    if (values.all) console.log(`  ${best.name}: ${answer.routes.length} of ${vehicles}`)
  }
  const mean = excess.reduce((a, b) => a + b, 0) / excess.length
  console.log(
    `vehicles: best known on ${reached} of ${instances.length}; distance there ${mean.toFixed(2)} % above`,
  )
}
