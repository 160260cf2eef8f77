/**
 * The return bike's solver: ruin and recreate with annealing over the order of the pickups, each order
 * decoded exactly (labels.ts). Anytime and pure: clock and seed are arguments.
 */
import { type Effort, spentShare, temperatureAt, threshold } from './annealing.ts'
import { asItStands } from './as-it-stands.ts'
import { type Compiled, type CompiledPickup, compile } from './compile.ts'
import {
  costOf,
  type Day,
  FEW_PICKUPS,
  openDay,
  orderOf,
  planOf,
  type Rounds,
  roundsOf,
} from './day.ts'
import { evaluatePlan } from './evaluate.ts'
import { type Care, findPlace } from './insert.ts'
import { unservedCostS } from './limits.ts'
import type { Order } from './order.ts'
import type { Evaluation, Plan } from './plan.ts'
import type { Problem } from './problem.ts'
import { randomFrom } from './random.ts'
import { stringLength, stringsToRemove } from './strings.ts'

export interface SolveOptions extends Effort {
  /** A plan to set out from; the first stops of its rounds that are frozen stay as they are. */
  readonly from?: Plan
  /** Told each better plan as it is found. */
  readonly onBetter?: (plan: Plan, costS: number) => void
}

export interface Solved {
  readonly plan: Plan
  readonly evaluation: Evaluation
  readonly iterations: number
}

const HOT_S = 1200
const COLD_S = 10
/** Iterations between two looks at the clock. */
const STRIDE = 16
const CARE: Care = { tries: 8, mostTries: 20, blink: 0.01, fresh: false }
const CARE_OF_FEW: Care = { tries: Infinity, mostTries: Infinity, blink: 0.01, fresh: true }

/** @throws {RangeError} naming the field when the problem is not one. */
export function solve(problem: Problem, options: SolveOptions): Solved {
  const c = compile(problem)
  const day = openDay(options.from ? asItStands(problem, options.from) : c, options.from)
  const { rounds, iterations } = improve(day, roundsOf(day, options.from), options)
  const plan = planOf(day, rounds)
  return { plan, evaluation: evaluatePlan(c, plan), iterations }
}

function improve(
  day: Day,
  start: Rounds,
  options: SolveOptions,
): { readonly rounds: Rounds; readonly iterations: number } {
  const search = new Search(day, options.seed)
  let now = search.recreate(start.orders, start.out)
  let best = now
  let temperature = HOT_S
  let iterations = 0
  for (; search.movable > 0; iterations++) {
    if (iterations % STRIDE === 0) {
      const share = spentShare(options, iterations)
      if (share >= 1) break
      temperature = temperatureAt(share, HOT_S, COLD_S)
    }
    const limit = threshold(now.costS, temperature, search.random)
    const next = search.step(now)
    if (!next || next.costS >= limit) continue
    now = next
    if (now.costS >= best.costS) continue
    best = now
    options.onBetter?.(planOf(day, best), best.costS)
  }
  return { rounds: best, iterations }
}

class Search {
  readonly random
  readonly #day: Day
  readonly #c: Compiled
  /** Pickups that may be moved at all. */
  readonly #pickups: readonly CompiledPickup[]
  readonly #near: readonly (readonly CompiledPickup[])[]
  readonly #care: Care
  readonly #averageRemoved: number

  constructor(day: Day, seed: number) {
    this.random = randomFrom(seed)
    this.#day = day
    this.#c = day.c
    this.#pickups = day.c.pickups.filter(
      ({ index }) => !day.settled.has(index) && day.possible[index]!.includes(true),
    )
    this.#near = nearest(day.c, this.#pickups)
    this.#care = this.#pickups.length <= FEW_PICKUPS ? CARE_OF_FEW : CARE
    this.#averageRemoved = Math.min(10, Math.max(3, this.#pickups.length / 3))
  }

  get movable(): number {
    return this.#pickups.length
  }

  step(now: Rounds): Rounds | undefined {
    const ruined = this.#ruin(now)
    return ruined && this.recreate(ruined.orders, ruined.out)
  }

  #ruin({ orders, out }: Rounds): Omit<Rounds, 'costS'> | undefined {
    const { random } = this
    const ridden = orders.filter(({ pickups }) => pickups.length > 0)
    const served = ridden.reduce((sum, { pickups }) => sum + pickups.length, 0)
    const average = ridden.length === 0 ? 0 : served / ridden.length
    const { strings, longest } = stringsToRemove(average, random, this.#averageRemoved)
    const left = [...orders]
    const removed: CompiledPickup[] = [...out]
    const ruined = new Set<number>()
    const seed = this.#pickups[random.below(this.#pickups.length)]!
    for (const pickup of this.#near[seed.index]!) {
      if (ruined.size === strings) break
      const bike = orders.findIndex(({ pickups }) => pickups.includes(pickup))
      if (bike < 0 || ruined.has(bike)) continue
      ruined.add(bike)
      const { pickups } = orders[bike]!
      const length = Math.max(1, stringLength(pickups.length, longest, random))
      const at = pickups.indexOf(pickup)
      const lowest = Math.max(0, at - length + 1)
      const from = lowest + random.below(Math.min(at, pickups.length - length) - lowest + 1)
      removed.push(...pickups.slice(from, from + length))
      const order = orderOf(
        this.#day,
        left,
        bike,
        pickups.toSpliced(from, length),
        orders[bike],
        from,
      )
      if (!order) return undefined
      left[bike] = order
    }
    return { orders: left, out: removed }
  }

  /** Each pickup where it costs least, in an order drawn anew; one that costs more than leaving it out is left out. */
  recreate(orders: readonly Order[], out: readonly CompiledPickup[]): Rounds {
    const now = [...orders]
    const still: CompiledPickup[] = []
    for (const pickup of this.#sorted(out)) {
      const mostS = unservedCostS(pickup.priority)
      const found = findPlace(this.#day, now, pickup, this.#care, this.random, mostS)
      if (found) now[found.bike] = found.order
      else still.push(pickup)
    }
    return { orders: now, out: still, costS: costOf(now, still) }
  }

  #sorted(pickups: readonly CompiledPickup[]): CompiledPickup[] {
    const key = this.#sortKey()
    return pickups
      .map((pickup) => ({ pickup, key: key(pickup) }))
      .sort((a, b) => a.key - b.key)
      .map(({ pickup }) => pickup)
  }

  #sortKey(): (pickup: CompiledPickup) => number {
    const { random } = this
    const draw = random.next()
    if (draw < 0.35) return () => random.next()
    if (draw < 0.5) return ({ litres }) => -litres
    if (draw < 0.65) return ({ allowed }) => allowed.at(-1)?.untilS ?? 0
    if (draw < 0.75)
      return ({ allowed }) => (allowed.at(-1)?.untilS ?? 0) - (allowed[0]?.fromS ?? 0)
    if (draw < 0.9) return ({ priority }) => random.next() - priority
    const { size, emptyS } = this.#c.problem.travel
    const base = this.#c.bikes[0]?.startPlace ?? 0
    return ({ place }) => -emptyS[base * size + place]!
  }
}

/** For each pickup all that may be moved, itself first, then by the ride there and back. */
function nearest(c: Compiled, movable: readonly CompiledPickup[]): (readonly CompiledPickup[])[] {
  const { size, emptyS } = c.problem.travel
  return c.pickups.map((from) => {
    const far = (to: CompiledPickup): number =>
      to === from
        ? -1
        : emptyS[from.place * size + to.place]! + emptyS[to.place * size + from.place]!
    return movable.toSorted((a, b) => far(a) - far(b))
  })
}
