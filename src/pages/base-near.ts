import type { MapBase } from '#src/stations/map-base.ts'
import type { Place } from '#src/stations/station.ts'

/** Of the town's own map what lies about there: a county's would be too much for a page. */
export function baseNear(base: MapBase, places: readonly Place[]): MapBase {
  const [lats, lons] = [places.map(({ lat }) => lat), places.map(({ lon }) => lon)]
  const isNear = (values: readonly number[], among: readonly number[]) =>
    least(values) <= most(among) + NEAR_DEGREES && most(values) >= least(among) - NEAR_DEGREES
  return base.filter(
    ({ points }) =>
      isNear(
        points.map(([lon]) => lon),
        lons,
      ) &&
      isNear(
        points.map(([, lat]) => lat),
        lats,
      ),
  )
}

const NEAR_DEGREES = 0.02
const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Infinity)
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity)
