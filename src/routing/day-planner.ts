/**
 * The planner as a town's `returnbike.yaml` wants it: who tells travel times, who solves. Where a service of
 * the town's fails, ours stands in, and that is told: once in the log, as long as it lasts to staff.
 */
import { availableParallelism } from 'node:os'
import { Counter, Gauge, type Registry } from 'prom-client'
import { cachedMatrix } from '#src/pickups/planning/cached-matrix.ts'
import { orFormula } from '#src/pickups/planning/fallback-matrix.ts'
import { formulaMatrix, type FormulaOptions } from '#src/pickups/planning/formula.ts'
import type { Plan } from '#src/pickups/planning/plan.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import type { MatrixProvider, SolverProvider } from '#src/pickups/planning/providers.ts'
import type { ReturnBike } from '#src/stations/return-bike.ts'
import { type Clock, type EpochMs, MINUTE } from '#src/stations/time.ts'
import { embeddedSolver } from './embedded-solver.ts'
import { readHeights } from './heights.ts'
import { openPlannerThread, type PlannerThread } from './planner-thread.ts'
import { osrmMatrix, valhallaMatrix } from './router-matrices.ts'
import { inTurns } from './solver-turns.ts'
import { vroomSolver } from './vroom-solver.ts'

export const PLANNER_PARTS = ['travel', 'planner'] as const
export type PlannerPart = (typeof PLANNER_PARTS)[number]

/** A service of the town's that ours stands in for. */
export interface StandIn {
  readonly part: PlannerPart
  /** An address, or a file. */
  readonly service: string
  readonly since: EpochMs
  readonly because: string
}

export interface DayPlanner extends AsyncDisposable {
  readonly matrices: MatrixProvider
  /** So many at one time as there are cores to spare. */
  readonly solver: SolverProvider
  /** At once: what is new is put where it costs least. */
  insert(problem: Problem, from: Plan): Promise<Plan>
  /** Goes on as the town's file now says. */
  follow(bike: ReturnBike | undefined): void
  standIns(): readonly StandIn[]
}

export interface DayPlannerOptions {
  readonly clock: Clock
  readonly metrics: Registry
  readonly log: {
    info(fields: object, message: string): void
    error(fields: object, message: string): void
  }
  /** Solvers at one time. */
  readonly most?: number
  /** A service that has failed is left in peace so long. */
  readonly restMs?: number
  readonly timeoutMs?: number
}

type Services = Pick<ReturnBike, 'travel' | 'formula' | 'vroomUrl'>

const TIMEOUT_MS = 5000
const REST_MS = MINUTE
/** Half of what OSRM's table service takes unless it is told otherwise. */
const PLACES_AT_ONCE = 50
const STAND_INS = {
  travel: 'travel times are by the formula',
  planner: 'plans are our own solver’s alone',
} as const

export function openDayPlanner(options: DayPlannerOptions): DayPlanner {
  const { clock, log, timeoutMs = TIMEOUT_MS, restMs = REST_MS } = options
  const standIns = new Map<PlannerPart, StandIn>()
  let matrices = formulaMatrix()
  let chosen: SolverProvider = embeddedSolver
  let thread: PlannerThread = openPlannerThread()
  let followed: Services = {}
  const solver = inTurns(() => chosen, options.most ?? Math.max(1, availableParallelism() - 1))
  const failures = count(options.metrics, standIns, solver)

  function heard(part: PlannerPart, by: Services): void {
    const before = standIns.get(part)
    if (!before || by !== followed) return
    standIns.delete(part)
    log.info({ part, service: before.service }, 'the service answers again')
  }
  /** What was asked before the town's file said otherwise is nobody's alarm any more. */
  function failed(part: PlannerPart, by: Services, service: string, error: Error): void {
    failures.inc({ part })
    const because = error.message
    if (standIns.has(part) || by !== followed) return
    standIns.set(part, { part, service, since: clock(), because })
    log.error({ part, service, because }, STAND_INS[part])
  }

  function matricesOf(services: Services): MatrixProvider {
    const { travel } = services
    const formula = formulaOf(services)
    if (!travel) return formulaMatrix(formula)
    const service = travel.kind === 'city-pack' ? travel.file : travel.url
    const router = { timeoutMs, atOnce: PLACES_AT_ONCE }
    const source =
      travel.kind === 'city-pack'
        ? thread.streets
        : travel.kind === 'osrm'
          ? osrmMatrix({ ...router, url: travel.url, profile: travel.profile })
          : valhallaMatrix({ ...router, url: travel.url })
    const asked = resting(source, restMs, {
      onHeard: () => heard('travel', services),
      onFault: (error) => failed('travel', services, service, error),
    })
    // What the formula says meanwhile isn't remembered.
    return orFormula(cachedMatrix(asked), () => undefined, formula)
  }
  function formulaOf(services: Services): FormulaOptions {
    const { detour, heights } = services.formula ?? {}
    const own = detour === undefined ? {} : { detour }
    if (!heights) return own
    try {
      return { ...own, altitudeM: readHeights(heights) }
    } catch (error) {
      // They were there when the folder was read.
      failed('travel', services, heights.join(' '), error as Error)
      return own
    }
  }
  function solverOf(services: Services): SolverProvider {
    const { vroomUrl } = services
    if (vroomUrl === undefined) return embeddedSolver
    return vroomSolver({
      url: vroomUrl,
      timeoutMs,
      embedded: embeddedSolver,
      onAnswer: () => heard('planner', services),
      onFault: (error) => failed('planner', services, vroomUrl, error),
    })
  }

  return {
    matrices: {
      legs(from, to, signal) {
        // Whoever looks at a day may soon insert something.
        thread.makeReady()
        return matrices.legs(from, to, signal)
      },
    },
    solver,
    insert: (problem, from) => thread.insert(problem, from),
    follow(bike) {
      const { travel, formula, vroomUrl } = bike ?? {}
      const next: Services = {
        ...(travel && { travel }),
        ...(formula && { formula }),
        ...(vroomUrl !== undefined && { vroomUrl }),
      }
      // A city pack may have been made anew.
      const isSame = JSON.stringify(next) === JSON.stringify(followed)
      if (isSame && travel?.kind !== 'city-pack') return
      followed = next
      standIns.clear()
      void thread[Symbol.asyncDispose]()
      thread = openPlannerThread(travel?.kind === 'city-pack' ? travel.file : undefined)
      matrices = matricesOf(next)
      chosen = solverOf(next)
    },
    standIns: () => [...standIns.values()],
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  }
}

/** After a failure it isn't asked for a while: each look at a day would wait for it. */
function resting(
  source: MatrixProvider,
  restMs: number,
  told: { readonly onHeard: () => void; readonly onFault: (error: Error) => void },
): MatrixProvider {
  let last: { readonly error: Error; readonly until: number } | undefined
  return {
    async legs(from, to, signal) {
      if (last && performance.now() < last.until) throw last.error
      try {
        const legs = await source.legs(from, to, signal)
        last = undefined
        told.onHeard()
        return legs
      } catch (error) {
        signal?.throwIfAborted()
        last = { error: error as Error, until: performance.now() + restMs }
        told.onFault(error as Error)
        throw error
      }
    },
  }
}

function count(
  metrics: Registry,
  standIns: ReadonlyMap<PlannerPart, StandIn>,
  solver: ReturnType<typeof inTurns>,
): Counter<'part'> {
  metrics.registerMetric(
    new Gauge({
      name: 'kvitter_bike_stand_in',
      help: 'Whether ours stands in for a service of the town’s: travel times, the planner',
      labelNames: ['part'],
      registers: [],
      collect() {
        for (const part of PLANNER_PARTS) this.set({ part }, standIns.has(part) ? 1 : 0)
      },
    }),
  )
  metrics.registerMetric(
    new Gauge({
      name: 'kvitter_bike_solvers',
      help: 'Plans of the bike’s days that are being thought out, and that wait for it',
      labelNames: ['state'],
      registers: [],
      collect() {
        this.set({ state: 'running' }, solver.running())
        this.set({ state: 'waiting' }, solver.waiting())
      },
    }),
  )
  return new Counter({
    name: 'kvitter_bike_service_failures_total',
    help: 'Times that a service of the town’s failed that the bike’s planner asks',
    labelNames: ['part'],
    registers: [metrics],
  })
}
