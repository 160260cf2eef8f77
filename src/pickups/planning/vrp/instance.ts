/**
 * The plain problem below the return bike's: customers with demands and perhaps time windows, one depot
 * (place 0), bikes all alike. Distances and times are in one unit; distance is what counts.
 */
export interface VrpInstance {
  readonly customers: number
  readonly capacity: number
  readonly maxRoutes: number
  /** Row by row, (customers + 1)², from place to place. */
  readonly distance: Float64Array
  /** By place; of the depot 0. */
  readonly demand: Float64Array
  readonly windows?: TimeWindows
}

/** By place. Service starts in [earliest, latest]; the depot's are when routes start and must have ended. */
export interface TimeWindows {
  readonly earliest: Float64Array
  readonly latest: Float64Array
  readonly service: Float64Array
}

export interface VrpAnswer {
  /** Customers (1 …) by route, in order. */
  readonly routes: readonly (readonly number[])[]
  readonly distance: number
  /** Customers that found no place; none where `maxRoutes` is generous. */
  readonly left: readonly number[]
  readonly iterations: number
}

export type RouteFault =
  | { readonly kind: 'late'; readonly customer: number }
  | { readonly kind: 'overloaded'; readonly route: number }
  | { readonly kind: 'twice'; readonly customer: number }
  | { readonly kind: 'missing'; readonly customer: number }

/** Distance and faults of routes by a plain walk over them, which knows nothing of how they were found. */
export function checkRoutes(
  instance: VrpInstance,
  routes: readonly (readonly number[])[],
): { readonly distance: number; readonly faults: readonly RouteFault[] } {
  const { customers, capacity, distance, demand, windows } = instance
  const faults: RouteFault[] = []
  const seen = new Set<number>()
  let total = 0
  for (const [route, order] of routes.entries()) {
    let from = 0
    let load = 0
    let leaves = windows?.earliest[0] ?? 0
    for (const to of [...order, 0]) {
      const leg = distance[from * (customers + 1) + to]!
      total += leg
      if (windows) {
        const start = Math.max(leaves + leg, windows.earliest[to]!)
        if (start > windows.latest[to]! + 1e-6) faults.push({ kind: 'late', customer: to })
        leaves = start + windows.service[to]!
      }
      if (to !== 0 && seen.has(to)) faults.push({ kind: 'twice', customer: to })
      seen.add(to)
      load += demand[to]!
      from = to
    }
    if (load > capacity) faults.push({ kind: 'overloaded', route })
  }
  for (let customer = 1; customer <= customers; customer++) {
    if (!seen.has(customer)) faults.push({ kind: 'missing', customer })
  }
  return { distance: total, faults }
}
