/**
 * The cheapest plan by trying them all: every order, every drop-off at every point, every break. It knows
 * only the evaluator's single steps and nothing of how the solver goes about it.
 */
import { type Compiled, compile } from '#src/pickups/planning/compile.ts'
import { advance, evaluatePlan, setOut, type Underway } from '#src/pickups/planning/evaluate.ts'
import { unservedCostS } from '#src/pickups/planning/limits.ts'
import type { Plan, Round, Stop } from '#src/pickups/planning/plan.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'

/** For problems of some six pickups. */
export function cheapestCostS(problem: Problem): number {
  const c = compile(problem)
  return new EveryPlan(c).cheapest()
}

class EveryPlan {
  readonly #c: Compiled
  #bestS = Number.POSITIVE_INFINITY

  constructor(c: Compiled) {
    this.#c = c
  }

  cheapest(): number {
    this.#nextBike([], new Set(this.#c.pickups.map(({ id }) => id)), 0)
    return this.#bestS
  }

  #nextBike(rounds: readonly Round[], left: ReadonlySet<string>, costS: number): void {
    const bike = this.#c.bikes[rounds.length]
    if (!bike) {
      this.#finish(rounds, left)
      return
    }
    this.#ride(rounds, [], setOut(this.#c, bike), left, costS)
  }

  #ride(
    rounds: readonly Round[],
    stops: readonly Stop[],
    here: Underway,
    left: ReadonlySet<string>,
    costS: number,
  ): void {
    const bike = this.#c.bikes[rounds.length]!
    if (here.litres === 0) {
      const { emptyS } = bike
      const homeS =
        stops.length === 0 ? 0 : emptyS[here.place * this.#c.problem.travel.size + bike.endPlace]!
      const soFarS = costS + here.travelS + homeS
      if (soFarS < this.#bestS) this.#nextBike([...rounds, { bike: bike.id, stops }], left, soFarS)
    }
    for (const stop of this.#nextStops(stops, here, left, bike.breaks.length)) {
      const step = advance(this.#c, bike, here, stop)
      if (step.kind !== 'ridden' || step.violations.length > 0) continue
      if (step.here.atS > bike.shift.untilS || costS + step.here.travelS >= this.#bestS) continue
      const after = new Set(left)
      if (stop.kind === 'pickup') after.delete(stop.pickup)
      this.#ride(rounds, [...stops, stop], step.here, after, costS)
    }
  }

  #nextStops(
    stops: readonly Stop[],
    here: Underway,
    left: ReadonlySet<string>,
    breaks: number,
  ): Stop[] {
    const last = stops.at(-1)
    return [
      ...[...left].map((pickup): Stop => ({ kind: 'pickup', pickup })),
      ...(here.litres === 0
        ? []
        : this.#c.dropOffs.flatMap((d): Stop[] =>
            last?.kind === 'drop-off' && last.dropOff === d.id ? [] : this.#dropsAt(d.id, here),
          )),
      ...(here.breaks < breaks ? [{ kind: 'break', index: here.breaks } as const] : []),
    ]
  }

  /** Every choice of what to put down there. */
  #dropsAt(id: string, here: Underway): Stop[] {
    const dropOff = this.#c.dropOffs[this.#c.dropOffAt.get(id)!]!
    const takes = this.#c.streams.filter(
      (_, i) => here.byStream[i]! > 0 && ((dropOff.streamMask >> i) & 1) === 1,
    )
    return subsets(takes)
      .filter((streams) => streams.length > 0)
      .map((streams) => ({ kind: 'drop-off', dropOff: id, streams }))
  }

  #finish(rounds: readonly Round[], left: ReadonlySet<string>): void {
    const plan: Plan = {
      rounds,
      unserved: [...left].map((pickup) => ({ pickup, because: 'gave-way' })),
    }
    const unservedS = [...left].reduce(
      (sum, id) => sum + unservedCostS(this.#c.pickups[this.#c.pickupAt.get(id)!]!.priority),
      0,
    )
    if (unservedS >= this.#bestS) return
    const { costS, violations } = evaluatePlan(this.#c, plan)
    if (violations.length === 0 && costS < this.#bestS) this.#bestS = costS
  }
}

function subsets<T>(all: readonly T[]): T[][] {
  return all.reduce<T[][]>((sets, one) => [...sets, ...sets.map((set) => [...set, one])], [[]])
}
