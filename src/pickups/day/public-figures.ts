/** What may be told of the rounds in public: without persons, and without what is so small that it tells of one. */
import { kilograms } from '../booking/public-figures.ts'
import { LEAST_TOLD } from '../booking/statistics.ts'
import type { DayCount } from './statistics.ts'

type Figures = Record<string, number | null>

/** Null is too small to be told. */
export interface RoundMonth {
  readonly month: string
  readonly kg: number | null
  readonly things: number | null
  readonly reusedKg: number | null
  /** Of the weight, 0 to 1. */
  readonly reuseShare: number | null
  readonly bikeKm: number | null
  /** If each household that was served had driven. */
  readonly carKm: number | null
  readonly stops: Figures
  readonly failed: Figures
  readonly unserved: Figures
  /** Stops that dispatchers put in, by how they ended, and the kilograms of them. */
  readonly urgent: { readonly stops: Figures; readonly kg: number | null }
  /** Kilograms by what the scales at the drop-offs said. */
  readonly left: Figures
  readonly districts: {
    readonly district: string | null
    readonly stops: Figures
    readonly kg: number | null
  }[]
}

/** By month, oldest first. */
export function monthsOf(counts: readonly DayCount[]): RoundMonth[] {
  const months = Map.groupBy(counts, ({ day }) => day.slice(0, 7))
  return [...months].map(([month, all]) => {
    const isTold = sum(all, 'stops/done') >= LEAST_TOLD
    const grams = sum(all, 'grams')
    const told = (value: number) => (isTold ? value : value === 0 && grams === 0 ? 0 : null)
    const districts = Map.groupBy(
      all.filter(({ what }) => what === 'grams' || what.startsWith('stops/')),
      ({ district }) => district,
    )
    // A district that is hidden could be reckoned from the month's sum and the others.
    const isOneHidden = [...districts.values()].some((c) => {
      const done = sum(c, 'stops/done')
      return done > 0 && done < LEAST_TOLD
    })
    return {
      month,
      kg: told(kilograms(grams)),
      things: told(sum(all, 'things')),
      reusedKg: told(kilograms(sum(all, 'reused-grams'))),
      reuseShare: told(grams === 0 ? 0 : share(sum(all, 'reused-grams') / grams)),
      bikeKm: told(kilometres(sum(all, 'bike-metres'))),
      carKm: told(kilometres(sum(all, 'car-metres'))),
      stops: hidden(all, 'stops/'),
      failed: hidden(all, 'failed/'),
      unserved: hidden(all, 'unserved/'),
      urgent: {
        stops: hidden(all, 'urgent-stops/'),
        kg: urgentKg(all),
      },
      left: Object.fromEntries(
        [...group(all, 'left-grams/')].map(([waste, n]) => [waste, isTold ? kilograms(n) : null]),
      ),
      districts:
        isOneHidden || all.every(({ what }) => what !== 'grams')
          ? []
          : [...districts].map(([district, c]) => ({
              district: district === '' ? null : district,
              stops: hidden(c, 'stops/'),
              kg: kilograms(sum(c, 'grams')),
            })),
    }
  })
}

function sum(counts: readonly DayCount[], what: string): number {
  return counts.reduce((total, count) => (count.what === what ? total + count.n : total), 0)
}

function urgentKg(counts: readonly DayCount[]): number | null {
  const done = sum(counts, 'urgent-stops/done')
  return done > 0 && done < LEAST_TOLD ? null : kilograms(sum(counts, 'urgent-grams'))
}

function group(counts: readonly DayCount[], prefix: string): Map<string, number> {
  const groups = new Map<string, number>()
  for (const { what, n } of counts) {
    if (!what.startsWith(prefix)) continue
    const name = what.slice(prefix.length)
    groups.set(name, (groups.get(name) ?? 0) + n)
  }
  return groups
}

function hidden(counts: readonly DayCount[], prefix: string): Figures {
  // No sum of them is told, so one alone can't be reckoned.
  return Object.fromEntries(
    [...group(counts, prefix)].map(([name, n]) => [name, n > 0 && n < LEAST_TOLD ? null : n]),
  )
}

const kilometres = (metres: number) => Math.round(metres / 100) / 10
const share = (value: number) => Math.round(value * 1000) / 1000
