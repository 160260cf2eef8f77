/** The end of a round: emptied, rested as it should be, and back in time. */
import type { Cargo } from './cargo.ts'
import type { Label, Road, Stage, Unloaded } from './labels.ts'
import { legS, NEVER_S } from './limits.ts'
import { restAfter, unloadAlong, type Unloading } from './unloading.ts'

/** The cheapest way home from the last stage, emptied; undefined when there is none that costs at most so much. */
export function comeHome(road: Road, stage: Stage, mostS = NEVER_S): Label | undefined {
  let best: Label | undefined
  for (const { cargo, labels } of stage.trips) {
    for (const label of labels) {
      const way =
        cargo.litres === 0
          ? arriveHome(road, label, { ...label, place: stage.place }, undefined, best, mostS)
          : emptyOnTheWayHome(road, label, stage.place, cargo, best, mostS)
      if (way) best = way
    }
  }
  return best
}

function emptyOnTheWayHome(
  road: Road,
  label: Label,
  from: number,
  cargo: Cargo,
  bestSoFar: Label | undefined,
  mostS: number,
): Label | undefined {
  let best = bestSoFar
  for (const way of road.ways.emptying(from, road.bike.endPlace, cargo.streamMask)) {
    if (label.costS + way.leastS > Math.min(mostS, best?.costS ?? mostS)) break
    const emptied = unloadAlong(road, label, from, cargo, way)
    if (!emptied || emptied.leftMask !== 0) continue
    const { streamMasks } = emptied
    best = arriveHome(road, label, emptied, { way, streamMasks }, best, mostS) ?? best
    const rested = restAfter(road, label, emptied)
    if (!rested) continue
    const unloaded = { way, streamMasks, rested: label.breaks }
    best = arriveHome(road, label, rested, unloaded, best, mostS) ?? best
  }
  return best
}

/** The end of a round where it is in time and better than the best so far. */
function arriveHome(
  { bike, c }: Road,
  before: Label,
  from: Pick<Unloading, 'place' | 'costS' | 'atS' | 'metres' | 'brought'>,
  unloaded: Unloaded | undefined,
  best: Label | undefined,
  mostS: number,
): Label | undefined {
  const leg = from.place * c.problem.travel.size + bike.endPlace
  const seconds = legS(bike, leg, 0)
  const costS = from.costS + seconds
  const atS = from.atS + seconds
  const metres = from.metres + c.metres[leg]!
  const breaks = before.breaks + (unloaded?.rested === undefined ? 0 : 1)
  if (costS > mostS || atS > bike.shift.untilS || metres > (bike.rangeM ?? metres)) return undefined
  for (let i = breaks; i < bike.breaks.length; i++) {
    if (atS > bike.breaks[i]!.untilS) return undefined
  }
  if (best && (best.costS < costS || (best.costS === costS && best.atS <= atS))) return undefined
  const { brought } = from
  return { costS, atS, metres, breaks, before, pickup: undefined, unloaded, rested: -1, brought }
}
