/** Where to go instead: the nearest other station known to have room for a fraction. */
import type { ContainerStatus } from '#src/rules/decision.ts'
import { FRACTIONS, type Fraction } from '#src/stations/fraction.ts'
import { distanceM, type Container, type Station } from '#src/stations/station.ts'

type StatusOf = (id: Container['id']) => ContainerStatus

export interface NearestRoom {
  readonly fraction: Fraction
  /** Undefined when no other station is known to have room. */
  readonly station?: Station
  readonly distanceM?: number
}

/** For each fraction that has no room left here, where there is some. Unknown is not room. */
export function nearestWithRoom(
  here: Station,
  stations: readonly Station[],
  statusOf: StatusOf,
): readonly NearestRoom[] {
  return fullFractions(here, statusOf).map((fraction) =>
    nearestFor(fraction, here, stations, statusOf),
  )
}

/** The nearest other station known to have room for a fraction. */
export function nearestFor(
  fraction: Fraction,
  here: Station,
  stations: readonly Station[],
  statusOf: StatusOf,
): NearestRoom {
  let best: { station: Station; distanceM: number } | undefined
  for (const station of stations) {
    if (station.id === here.id) continue
    const hasRoom = station.containers.some(
      (c) => c.fraction === fraction && statusOf(c.id).word === 'has-room',
    )
    if (!hasRoom) continue
    const metres = distanceM(here.place, station.place)
    if (!best || metres < best.distanceM) best = { station, distanceM: metres }
  }
  return { fraction, ...best }
}

/** Fractions of which some box is full and none has room. */
function fullFractions(station: Station, statusOf: StatusOf): readonly Fraction[] {
  return FRACTIONS.map((f) => f.id).filter((fraction) => {
    const words = station.containers
      .filter((c) => c.fraction === fraction)
      .map((c) => statusOf(c.id).word)
    return words.includes('full') && !words.includes('has-room') && !words.includes('nearly-full')
  })
}
