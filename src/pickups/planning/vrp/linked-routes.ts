/**
 * Routes as circular linked lists in typed arrays. Customer c is node c; route r begins and ends in node
 * customers + 1 + r, which stands for the depot. Of each node are kept: when it can be left at the
 * earliest, and when service there must begin at the latest for all that follows to be in time. With
 * these, whether a customer fits between two nodes takes one look (Savelsbergh 1992).
 */
import type { VrpInstance } from './instance.ts'

export class LinkedRoutes {
  readonly instance: VrpInstance
  readonly places: number
  readonly next: Int32Array
  readonly prev: Int32Array
  /** −1 for a customer that is on no route. */
  readonly routeOf: Int32Array
  /** Distance from a node to the next. */
  readonly leg: Float64Array
  readonly leaves: Float64Array
  readonly latest: Float64Array
  readonly load: Float64Array
  readonly size: Int32Array
  /** Routes with customers, in no order: the first `used` of them. */
  readonly active: Int32Array
  used = 0
  /** Distance of all routes. */
  distance = 0

  readonly #at: Int32Array
  readonly #free: Int32Array
  #freeCount: number
  readonly #saved: Int32Array
  readonly #savedFrom: Int32Array
  readonly #savedNodes: Int32Array
  readonly #savedIn: Int32Array
  #savedCount = 0
  #savedEnd = 0
  #savedDistance = 0
  #round = 1

  constructor(instance: VrpInstance) {
    const { customers, windows } = instance
    const routes = Math.min(customers, instance.maxRoutes)
    const nodes = customers + 1 + routes
    this.instance = instance
    this.places = customers + 1
    this.next = new Int32Array(nodes)
    this.prev = new Int32Array(nodes)
    this.routeOf = new Int32Array(nodes).fill(-1)
    this.leg = new Float64Array(nodes)
    this.leaves = new Float64Array(nodes)
    this.latest = new Float64Array(nodes)
    this.load = new Float64Array(routes)
    this.size = new Int32Array(routes)
    this.active = new Int32Array(routes)
    this.#at = new Int32Array(routes).fill(-1)
    this.#free = Int32Array.from({ length: routes }, (_, i) => routes - 1 - i)
    this.#freeCount = routes
    this.#saved = new Int32Array(routes)
    this.#savedFrom = new Int32Array(routes + 1)
    this.#savedNodes = new Int32Array(2 * customers + routes)
    this.#savedIn = new Int32Array(routes)
    for (let route = 0; route < routes; route++) {
      const depot = this.places + route
      this.next[depot] = depot
      this.prev[depot] = depot
      this.routeOf[depot] = route
      this.leaves[depot] = windows?.earliest[0] ?? 0
      this.latest[depot] = windows?.latest[0] ?? Number.POSITIVE_INFINITY
    }
  }

  get spare(): number {
    return this.#freeCount
  }

  depotOf(route: number): number {
    return this.places + route
  }

  /** An empty route, from now on active. */
  open(): number {
    const route = this.#free[--this.#freeCount]!
    this.remember(route)
    this.#activate(route)
    return route
  }

  #activate(route: number): void {
    this.#at[route] = this.used
    this.active[this.used++] = route
  }

  /** Puts an emptied route aside. */
  close(route: number): void {
    this.#deactivate(route)
    this.#free[this.#freeCount++] = route
  }

  #deactivate(route: number): void {
    const last = this.active[--this.used]!
    const at = this.#at[route]!
    this.active[at] = last
    this.#at[last] = at
    this.#at[route] = -1
  }

  /** Takes a customer out; the times along its route are wrong until `retime`. */
  unlink(customer: number): void {
    const { next, prev, leg, routeOf, places } = this
    const before = prev[customer]!
    const after = next[customer]!
    const route = routeOf[customer]!
    next[before] = after
    prev[after] = before
    const from = before < places ? before : 0
    const to = after < places ? after : 0
    const direct = this.instance.distance[from * places + to]!
    this.distance += direct - leg[before]! - leg[customer]!
    leg[before] = direct
    routeOf[customer] = -1
    this.load[route] = this.load[route]! - this.instance.demand[customer]!
    this.size[route] = this.size[route]! - 1
  }

  /** Puts a customer behind a node, and the times of the route right. */
  link(customer: number, before: number): void {
    const { next, prev, leg, places } = this
    const { distance, windows } = this.instance
    const after = next[before]!
    const route = this.routeOf[before]!
    next[before] = customer
    prev[customer] = before
    next[customer] = after
    prev[after] = customer
    const there = distance[(before < places ? before : 0) * places + customer]!
    const onward = distance[customer * places + (after < places ? after : 0)]!
    this.distance += there + onward - leg[before]!
    leg[before] = there
    leg[customer] = onward
    this.routeOf[customer] = route
    this.load[route] = this.load[route]! + this.instance.demand[customer]!
    this.size[route] = this.size[route]! + 1
    if (windows) this.#retimeAround(customer)
  }

  /** From a new customer forward and back, as far as anything changes. */
  #retimeAround(customer: number): void {
    const { next, prev, leg, leaves, latest, places } = this
    const { earliest, latest: due, service } = this.instance.windows!
    let before = prev[customer]!
    for (let node = customer; node < places; node = next[node]!) {
      const arrives = leaves[before]! + leg[before]!
      const left = (arrives > earliest[node]! ? arrives : earliest[node]!) + service[node]!
      if (node !== customer && left === leaves[node]) break
      leaves[node] = left
      before = node
    }
    let after = next[customer]!
    for (let node = customer; node < places; node = prev[node]!) {
      const must = latest[after]! - leg[node]! - service[node]!
      const start = must < due[node]! ? must : due[node]!
      if (node !== customer && start === latest[node]) break
      latest[node] = start
      after = node
    }
  }

  /** Puts the times along a route right. */
  retime(route: number): void {
    const { next, prev, leg, leaves, latest } = this
    const { windows } = this.instance
    if (!windows) return
    const { earliest, latest: due, service } = windows
    const depot = this.depotOf(route)
    let before = depot
    for (let node = next[depot]!; node !== depot; node = next[node]!) {
      const arrives = leaves[before]! + leg[before]!
      leaves[node] = (arrives > earliest[node]! ? arrives : earliest[node]!) + service[node]!
      before = node
    }
    let after = depot
    for (let node = prev[depot]!; node !== depot; node = prev[node]!) {
      const must = latest[after]! - leg[node]! - service[node]!
      latest[node] = must < due[node]! ? must : due[node]!
      after = node
    }
  }

  /** What is remembered from here on can be taken back. */
  begin(): void {
    this.#round++
    this.#savedCount = 0
    this.#savedEnd = 0
    this.#savedDistance = this.distance
  }

  remembers(route: number): boolean {
    return this.#savedIn[route] === this.#round
  }

  /** Call it before a route is changed. */
  remember(route: number): void {
    if (this.remembers(route)) return
    this.#savedIn[route] = this.#round
    this.#savedFrom[this.#savedCount] = this.#savedEnd
    const depot = this.depotOf(route)
    for (let node = this.next[depot]!; node !== depot; node = this.next[node]!) {
      this.#savedNodes[this.#savedEnd++] = node
    }
    this.#saved[this.#savedCount++] = route
    this.#savedFrom[this.#savedCount] = this.#savedEnd
  }

  /** As it was at `begin`. */
  takeBack(): void {
    for (let i = 0; i < this.#savedCount; i++) this.#clear(this.#saved[i]!)
    for (let i = 0; i < this.#savedCount; i++) {
      this.#fill(this.#saved[i]!, this.#savedFrom[i]!, this.#savedFrom[i + 1]!)
    }
    this.distance = this.#savedDistance
  }

  #clear(route: number): void {
    const depot = this.depotOf(route)
    for (let node = this.next[depot]!; node !== depot; node = this.next[node]!) {
      this.routeOf[node] = -1
    }
  }

  #fill(route: number, from: number, to: number): void {
    const { next, prev, leg, routeOf, places } = this
    const { distance, demand } = this.instance
    const depot = this.depotOf(route)
    let before = depot
    let place = 0
    let load = 0
    for (let i = from; i < to; i++) {
      const node = this.#savedNodes[i]!
      next[before] = node
      prev[node] = before
      leg[before] = distance[place * places + node]!
      routeOf[node] = route
      load += demand[node]!
      before = node
      place = node
    }
    next[before] = depot
    prev[depot] = before
    leg[before] = distance[place * places]!
    this.load[route] = load
    this.size[route] = to - from
    this.retime(route)
    const isActive = this.#at[route]! >= 0
    if (to > from && !isActive) this.#reopen(route)
    else if (to === from && isActive) this.close(route)
  }

  #reopen(route: number): void {
    let at = this.#freeCount - 1
    while (this.#free[at] !== route) at--
    this.#free.copyWithin(at, at + 1, this.#freeCount--)
    this.#activate(route)
  }

  /** Customers by route. */
  read(): number[][] {
    return Array.from(this.active.subarray(0, this.used), (route) => this.customersOf(route))
  }

  customersOf(route: number): number[] {
    const customers: number[] = []
    const depot = this.depotOf(route)
    for (let node = this.next[depot]!; node !== depot; node = this.next[node]!) customers.push(node)
    return customers
  }

  /** These routes instead of those there are. Nothing of it can be taken back. */
  write(routes: readonly (readonly number[])[]): void {
    while (this.used > 0) this.empty(this.active[0]!)
    for (const customers of routes) {
      this.begin()
      let before = this.depotOf(this.open())
      for (const customer of customers) {
        this.link(customer, before)
        before = customer
      }
    }
    this.begin()
  }

  /** Takes all customers off a route and puts it aside. */
  empty(route: number): number[] {
    const customers = this.customersOf(route)
    for (const customer of customers) this.unlink(customer)
    this.close(route)
    return customers
  }
}
