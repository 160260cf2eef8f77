/** A round in trips: what is fetched until the bike has unloaded, and how full it gets. */
import type { Bike, Stop } from './day.ts'

export interface Trip {
  /** From 1. */
  readonly no: number
  /** Its first stop's place in the round, from 0. */
  readonly from: number
  readonly stops: readonly Stop[]
  /** The most on board at once; undefined until it has been reckoned. */
  readonly litres: number | undefined
  readonly kg: number | undefined
}

/** A trip ends with its last drop-off before something is fetched again. */
export function tripsOf(stops: readonly Stop[]): readonly Trip[] {
  const trips: Stop[][] = []
  let hasUnloaded = true
  for (const stop of stops) {
    if (hasUnloaded && (stop.kind === 'pickup' || trips.length === 0)) {
      trips.push([])
      hasUnloaded = false
    }
    trips.at(-1)!.push(stop)
    if (stop.kind === 'drop-off') hasUnloaded = true
  }
  let from = 0
  return trips.map((of, i): Trip => {
    const trip = {
      no: i + 1,
      from,
      stops: of,
      litres: most(of, 'litresOnBoard'),
      kg: most(of, 'kgOnBoard'),
    }
    from += of.length
    return trip
  })
}

function most(stops: readonly Stop[], of: 'litresOnBoard' | 'kgOnBoard'): number | undefined {
  const known = stops.flatMap((stop) => stop[of] ?? [])
  return known.length === 0 ? undefined : Math.max(...known)
}

/** 0 to 1 and above: by whichever of volume and weight is nearer to what the bike carries. */
export function fullness(
  {
    litres = 0,
    kg = 0,
  }: { readonly litres?: number | undefined; readonly kg?: number | undefined },
  bike: Pick<Bike, 'litres' | 'kg'>,
): number {
  return Math.max(litres / bike.litres, kg / bike.kg)
}
