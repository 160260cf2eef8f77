/** Travel times where nothing is known of the streets: the straight distance, stretched. Always works. */
import { distanceM, type Place } from '#src/stations/station.ts'
import { type Legs, noLegs } from './legs.ts'
import type { MatrixProvider } from './providers.ts'

export interface Formula {
  /** Ridden metres in a straight one. Circuity of bicycle networks 1.2, and riders' own detours 1.1 to 1.15. */
  readonly detour: number
  /** Cargo bikes in London, 19,000 km: 15 km/h. */
  readonly kmPerHour: number
  /** For getting on, off and about at the place. */
  readonly perLegS: number
  /** For each metre of climb, by a 250 W motor and a rider's 100 W: 190 kg, and 370 kg. */
  readonly climbEmptySPerM: number
  readonly climbLoadedSPerM: number
}

export const FORMULA: Formula = {
  detour: 1.35,
  kmPerHour: 15,
  perLegS: 20,
  climbEmptySPerM: 4,
  climbLoadedSPerM: 11,
}

/** A leg down is as a flat one. */
export function legByFormula(
  from: Place,
  to: Place,
  formula: Formula,
  climbM = 0,
): { readonly emptyS: number; readonly loadedS: number; readonly metres: number } {
  const metres = formula.detour * distanceM(from, to)
  const flatS = metres / (formula.kmPerHour / 3.6) + formula.perLegS
  return {
    metres,
    emptyS: Math.round(flatS + Math.max(0, climbM) * formula.climbEmptySPerM),
    loadedS: Math.round(flatS + Math.max(0, climbM) * formula.climbLoadedSPerM),
  }
}

export interface FormulaOptions extends Partial<Formula> {
  /** Where heights are known; undefined where one isn't: then no climb is reckoned. */
  readonly altitudeM?: (place: Place) => number | undefined
}

export function formulaMatrix(options: FormulaOptions = {}): MatrixProvider {
  const { altitudeM, ...own } = options
  const formula = { ...FORMULA, ...own }
  return {
    async legs(from, to) {
      const legs = noLegs(from.length * to.length)
      for (const [i, start] of from.entries()) {
        for (const [j, end] of to.entries()) {
          const leg = legByFormula(start, end, formula, climbBetween(start, end, altitudeM))
          put(legs, i * to.length + j, leg)
        }
      }
      return legs
    },
  }
}

function climbBetween(
  from: Place,
  to: Place,
  altitudeM: FormulaOptions['altitudeM'],
): number | undefined {
  const [start, end] = [altitudeM?.(from), altitudeM?.(to)]
  return start === undefined || end === undefined ? undefined : end - start
}

/** A cell by the formula, where nobody knows better. */
export function putByFormula(
  legs: Legs,
  at: number,
  from: Place,
  to: Place,
  formula: Formula,
): void {
  put(legs, at, legByFormula(from, to, formula))
}

function put(legs: Legs, at: number, leg: ReturnType<typeof legByFormula>): void {
  legs.emptyS[at] = leg.emptyS
  legs.loadedS[at] = leg.loadedS
  legs.metres[at] = leg.metres
}
