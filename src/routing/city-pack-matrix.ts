/** Travel times along the streets of a city pack. */
import { type Formula, FORMULA, putByFormula } from '#src/pickups/planning/formula.ts'
import { noLegs } from '#src/pickups/planning/legs.ts'
import type { MatrixProvider } from '#src/pickups/planning/providers.ts'
import { distanceM, type Place } from '#src/stations/station.ts'
import type { CityPack } from './city-pack.ts'
import { wayFinder } from './shortest-ways.ts'

/** Farther from any street of the pack a place is not in its town. */
const FARTHEST_M = 500
/** From the door to the street the bike is pushed. */
const PUSHED_M_PER_S = 1.25

/** Places beyond the pack go by the formula. */
export function cityPackMatrix(pack: CityPack, formula: Formula = FORMULA): MatrixProvider {
  const isFlat = pack.loadedDs.every((ds, i) => ds === pack.emptyDs[i])
  const empty = wayFinder(pack, pack.emptyDs)
  const loaded = isFlat ? empty : wayFinder(pack, pack.loadedDs)
  return {
    async legs(from, to) {
      const starts = from.map((place) => nearestNode(pack, place))
      const ends = to.map((place) => nearestNode(pack, place))
      const targets = ends.map(({ node }) => node)
      const legs = noLegs(from.length * to.length)
      for (const [i, start] of starts.entries()) {
        const light = empty.from(start.node, targets)
        const heavy = isFlat ? light : loaded.from(start.node, targets)
        for (const [j, end] of ends.entries()) {
          const at = i * to.length + j
          const pushedS = (start.metres + end.metres) / PUSHED_M_PER_S + formula.perLegS
          const isInTown = Math.max(start.metres, end.metres) <= FARTHEST_M
          if (isInTown && Number.isFinite(light.seconds[j]! + heavy.seconds[j]!)) {
            legs.emptyS[at] = Math.round(light.seconds[j]! + pushedS)
            legs.loadedS[at] = Math.round(heavy.seconds[j]! + pushedS)
            legs.metres[at] = light.metres[j]! + start.metres + end.metres
          } else putByFormula(legs, at, from[i]!, to[j]!, formula)
        }
      }
      return legs
    },
  }
}

function nearestNode(
  { lat, lon }: CityPack,
  place: Place,
): { readonly node: number; readonly metres: number } {
  const shrink = Math.cos((place.lat * Math.PI) / 180)
  let node = 0
  let nearest = Number.POSITIVE_INFINITY
  for (let i = 0; i < lat.length; i++) {
    const north = lat[i]! - place.lat
    const east = (lon[i]! - place.lon) * shrink
    const far = north * north + east * east
    if (far >= nearest) continue
    nearest = far
    node = i
  }
  return { node, metres: distanceM(place, { lat: lat[node]!, lon: lon[node]! }) }
}
