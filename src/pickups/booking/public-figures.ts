/** What may be told of the errands in public: without persons, and without what is so small that it tells of one. */
import { hideSmall, LEAST_TOLD, type Share, STATES_COUNTED, WAIT_BUCKETS } from './statistics.ts'

/** Of one month and district. Null is too small to be told. */
export interface PublicFigures {
  readonly month: string
  /** Null where it isn't known. */
  readonly district: string | null
  readonly errands: Record<(typeof STATES_COUNTED)[number], number | null>
  readonly kg: number | null
  readonly reusedKg: number | null
  readonly things: number | null
  readonly reusedThings: number | null
  /** From asking to the bike's coming, on average. */
  readonly waitedDays: number | null
  /** How many waited so many days; the keys are `WAIT_BUCKETS`. */
  readonly waited: Record<string, number | null>
  readonly byThing: Record<string, number | null>
}

/** Of a month, what is hidden in one district can't be reckoned from the others: there is no total. */
export function forThePublic(shares: readonly Share[]): readonly PublicFigures[] {
  return shares.map(({ month, district, counts }) => {
    const of = (what: string) => counts.get(what) ?? 0
    const states = hideSmall(new Map(STATES_COUNTED.map((state) => [state, of(`state/${state}`)])))
    const isTold = of('state/done') >= LEAST_TOLD && states.get('done') !== null
    const sum = (value: number) => (isTold ? value : of('state/done') === 0 ? 0 : null)
    const waits = hideSmall(new Map(WAIT_BUCKETS.map((days) => [days, of(`wait/${days}`)])))
    const items = [...counts.keys()]
      .flatMap((what) => (what.startsWith('thing/') ? [what.slice('thing/'.length)] : []))
      .toSorted()
    // By errands, not by things: six chairs may be one household's.
    const errandsWith = hideSmall(new Map(items.map((item) => [item, of(`errands-with/${item}`)])))
    return {
      month,
      district: district === '' ? null : district,
      errands: Object.fromEntries(states) as PublicFigures['errands'],
      kg: sum(kilograms(of('grams'))),
      reusedKg: sum(kilograms(of('reused-grams'))),
      things: sum(of('things')),
      reusedThings: sum(of('reused-things')),
      waitedDays: isTold ? Math.round((10 * of('wait-days')) / of('state/done')) / 10 : null,
      waited: isTold ? Object.fromEntries(waits) : {},
      byThing: isTold
        ? Object.fromEntries(
            items.map((item) => [
              item,
              errandsWith.get(item) === null ? null : of(`thing/${item}`),
            ]),
          )
        : {},
    }
  })
}

/** To a tenth. */
export function kilograms(grams: number): number {
  return Math.round(grams / 100) / 10
}
