/** Why a pickup is on no round: what hinders it with nothing else to do, or else that it gave way. */
import type { Compiled, CompiledBike, CompiledPickup } from './compile.ts'
import { type UnloadingWays, unloadingWays } from './unloading-ways.ts'
import { nothingFilled } from './brought.ts'
import { emptyCargo } from './cargo.ts'
import { comeHome } from './come-home.ts'
import { extend } from './extend.ts'
import { firstStage, type Road } from './labels.ts'
import { breaksBehind, NEVER_S } from './limits.ts'
import type { WhyUnserved } from './plan.ts'

/** From what no bike could ever do to what fails on one day: the farther it got, the truer the reason. */
const GOT_THIS_FAR: readonly WhyUnserved[] = [
  'no-bike',
  'too-long',
  'too-heavy',
  'too-large',
  'must-not-ride-together',
  'nowhere-taken',
  'no-room',
  'outside-shift',
  'drop-off-closed',
  'out-of-range',
  'break-in-the-way',
]

export function canServeAlone(
  c: Compiled,
  bike: CompiledBike,
  pickup: CompiledPickup,
  ways: UnloadingWays,
): boolean {
  return canBear(c, bike, pickup) === undefined && canRide(c, bike, pickup, ways)
}

/** Of several bikes, the one that came nearest to serving it tells why. */
export function whyUnserved(c: Compiled, pickup: CompiledPickup): WhyUnserved {
  let farthest: WhyUnserved = 'no-bike'
  for (const bike of c.bikes) {
    const because = hindrance(c, bike, pickup)
    if (because === undefined) return 'gave-way'
    if (GOT_THIS_FAR.indexOf(because) > GOT_THIS_FAR.indexOf(farthest)) farthest = because
  }
  return farthest
}

function hindrance(
  c: Compiled,
  bike: CompiledBike,
  pickup: CompiledPickup,
): WhyUnserved | undefined {
  const because = canBear(c, bike, pickup)
  if (because) return because
  return canRide(c, bike, pickup) ? undefined : firstRelief(c, bike, pickup)
}

/** What no day will change. */
function canBear(c: Compiled, bike: CompiledBike, pickup: CompiledPickup): WhyUnserved | undefined {
  if (Number.isNaN(pickup.bikeIndex)) return 'no-bike'
  if (pickup.bikeIndex >= 0 && pickup.bikeIndex !== bike.index) return 'no-bike'
  if ((pickup.longestCm ?? 0) > (bike.longestCm ?? Number.POSITIVE_INFINITY)) return 'too-long'
  if (pickup.massKg > bike.massKg) return 'too-heavy'
  if (pickup.litres > bike.volumeL) return 'too-large'
  if ((pickup.apartMask & pickup.classMask) !== 0) return 'must-not-ride-together'
  const taken = c.dropOffs.reduce((mask, d) => mask | d.streamMask, 0)
  return (pickup.streamMask & ~taken) === 0 ? undefined : 'nowhere-taken'
}

/** What has to be given up for it to be served alone is what hinders it. */
function firstRelief(c: Compiled, bike: CompiledBike, pickup: CompiledPickup): WhyUnserved {
  const rested = { ...bike, breaks: [] }
  if (canRide(c, rested, pickup)) return 'break-in-the-way'
  const { rangeM: _, ...tireless } = rested
  if (canRide(c, tireless, pickup)) return 'out-of-range'
  const always = [{ fromS: -NEVER_S, untilS: NEVER_S }]
  const dropOffs = c.dropOffs.map((d) => ({ ...d, opens: always }))
  if (canRide({ ...c, dropOffs }, tireless, pickup)) return 'drop-off-closed'
  const roomy = dropOffs.map((d) => ({ ...d, scarceMask: 0 }))
  return canRide({ ...c, dropOffs: roomy }, tireless, pickup) ? 'no-room' : 'outside-shift'
}

function canRide(
  c: Compiled,
  bike: CompiledBike,
  pickup: CompiledPickup,
  ways = unloadingWays(c, bike.emptyS),
): boolean {
  const nothing = emptyCargo(c)
  const road: Road = { c, bike, ways, nothing, exact: false, others: nothingFilled(c.scarce) }
  const { startPlace: place, shift } = bike
  const start = { place, costS: 0, atS: shift.fromS, metres: 0, breaks: breaksBehind(bike) }
  const stage = extend(road, firstStage(road, start, nothing), pickup, 0)
  return stage !== undefined && comeHome(road, stage) !== undefined
}
