/** Ruin and recreate with annealing, over plain vehicle routing. Pure: clock and randomness are arguments. */
import { type Effort, spentShare, temperatureAt, threshold } from '../annealing.ts'
import { randomFrom } from '../random.ts'
import type { VrpAnswer, VrpInstance } from './instance.ts'
import { LinkedRoutes } from './linked-routes.ts'
import { recreate } from './recreate.ts'
import { ruin } from './ruin.ts'

export interface VrpOptions extends Effort {
  /** First as few routes as can be, with a third of the effort, and only then distance. */
  readonly fewestRoutes?: boolean
}

/** Temperatures at the start and the end, in a customer's mean distance to its nearest; with windows it is harder to get about. */
const TIMED = { hot: 6, cold: 0.06 }
const UNTIMED = { hot: 2, cold: 0.02 }
const FLEET_SHARE = 0.35
/** Iterations between two looks at the clock. */
const STRIDE = 64

export function solveVrp(instance: VrpInstance, options: VrpOptions): VrpAnswer {
  return new Search(instance, options).run()
}

class Search {
  readonly #options: VrpOptions
  readonly #routes: LinkedRoutes
  readonly #random
  readonly #near: readonly Int32Array[]
  readonly #out: Int32Array
  readonly #keys: Float64Array
  readonly #unit: number
  readonly #fewest: number
  #maxRoutes: number
  #best: number[][] = []
  #bestDistance = Number.POSITIVE_INFINITY
  #iterations = 0

  constructor(instance: VrpInstance, options: VrpOptions) {
    const { customers } = instance
    this.#options = options
    this.#routes = new LinkedRoutes(instance)
    this.#random = randomFrom(options.seed)
    this.#near = nearestCustomers(instance)
    this.#out = new Int32Array(2 * customers)
    this.#keys = new Float64Array(customers + 1)
    this.#unit = meanLeg(instance, this.#near)
    this.#maxRoutes = Math.min(customers, instance.maxRoutes)
    const demand = instance.demand.reduce((sum, d) => sum + d, 0)
    this.#fewest = Math.ceil(demand / instance.capacity)
  }

  run(): VrpAnswer {
    let left = this.#start()
    let spent = 0
    if (this.#options.fewestRoutes === true || left.length > 0) {
      left = this.#reduceRoutes(left)
      spent = FLEET_SHARE
    }
    if (left.length === 0) this.#shorten(spent)
    return {
      routes: this.#best,
      distance: this.#bestDistance,
      left,
      iterations: this.#iterations,
    }
  }

  #start(): number[] {
    const { customers } = this.#routes.instance
    for (let i = 0; i < customers; i++) this.#out[i] = i + 1
    this.#routes.begin()
    const left = this.#recreate(customers)
    this.#keepBest()
    return [...this.#out.subarray(0, left)]
  }

  #recreate(count: number): number {
    return recreate(this.#routes, this.#out, count, this.#keys, this.#random, this.#maxRoutes)
  }

  #keepBest(): void {
    this.#best = this.#routes.read()
    this.#bestDistance = this.#routes.distance
  }

  /** One route fewer, again and again: those who were left over most often are the hardest to place. */
  #reduceRoutes(leftAtStart: readonly number[]): number[] {
    const routes = this.#routes
    const absences = new Int32Array(routes.places)
    let left = [...leftAtStart]
    let open = [...leftAtStart]
    if (left.length === 0) left = this.#dropRoute(absences)
    for (let temperature = 0; ; this.#iterations++) {
      if (this.#iterations % STRIDE === 0) {
        const share = spentShare(this.#options, this.#iterations) / FLEET_SHARE
        if (share >= 1 || (open.length === 0 && this.#best.length <= this.#fewest)) break
        temperature = this.#temperature(share)
      }
      const limit = threshold(routes.distance, temperature, this.#random)
      routes.begin()
      let count = ruin(routes, this.#near, this.#random, this.#out, 0)
      for (const customer of left) this.#out[count++] = customer
      const over = this.#recreate(count)
      const before = sum(left, absences)
      let after = 0
      for (let i = 0; i < over; i++) after += absences[this.#out[i]!]!
      const fewer = over < left.length || after < before
      const asGood = over <= left.length && after <= before && routes.distance < limit
      for (let i = 0; i < over; i++) absences[this.#out[i]!]!++
      if (!fewer && !asGood) {
        routes.takeBack()
        continue
      }
      left = [...this.#out.subarray(0, over)]
      if (over > 0) continue
      open = []
      this.#keepBest()
      left = this.#dropRoute(absences)
    }
    if (open.length > 0) {
      this.#keepBest()
      return left
    }
    routes.write(this.#best)
    this.#maxRoutes = this.#best.length
    return []
  }

  #dropRoute(absences: Int32Array): number[] {
    const routes = this.#routes
    const active = Array.from(routes.active.subarray(0, routes.used))
    const easiest = active
      .map((route) => ({ route, weight: sum(routes.customersOf(route), absences) }))
      .reduce((a, b) => (b.weight < a.weight ? b : a))
    const left = routes.empty(easiest.route)
    this.#maxRoutes = routes.used
    return left
  }

  #shorten(spent: number): void {
    const routes = this.#routes
    let temperature = 0
    let bestDistance = this.#bestDistance
    for (; ; this.#iterations++) {
      if (this.#iterations % STRIDE === 0) {
        const share = spentShare(this.#options, this.#iterations)
        if (share >= 1) return
        temperature = this.#temperature((share - spent) / (1 - spent))
      }
      const limit = threshold(routes.distance, temperature, this.#random)
      routes.begin()
      const count = ruin(routes, this.#near, this.#random, this.#out, 0)
      const left = this.#recreate(count)
      if (left > 0 || routes.distance >= limit) {
        routes.takeBack()
      } else if (routes.distance < bestDistance - 1e-9) {
        this.#keepBest()
        bestDistance = this.#bestDistance
      }
    }
  }

  #temperature(share: number): number {
    const { hot, cold } = this.#routes.instance.windows ? TIMED : UNTIMED
    return temperatureAt(Math.max(0, share), hot * this.#unit, cold * this.#unit)
  }
}

function sum(customers: readonly number[], weights: Int32Array): number {
  let total = 0
  for (const customer of customers) total += weights[customer]!
  return total
}

/** For each customer all customers, itself first, then by distance. */
function nearestCustomers({ customers, distance }: VrpInstance): Int32Array[] {
  const all = Array.from({ length: customers }, (_, i) => i + 1)
  return Array.from({ length: customers + 1 }, (_, from) => {
    const row = from * (customers + 1)
    const far = (to: number): number => (to === from ? -1 : distance[row + to]!)
    return Int32Array.from(all.toSorted((a, b) => far(a) - far(b)))
  })
}

/** Mean distance to the ten nearest. */
function meanLeg({ customers, distance }: VrpInstance, near: readonly Int32Array[]): number {
  let total = 0
  let count = 0
  for (let from = 1; from <= customers; from++) {
    for (const to of near[from]!.subarray(1, 11)) {
      total += distance[from * (customers + 1) + to]!
      count++
    }
  }
  return count === 0 ? 1 : total / count
}
