/** What an offered plan would change. */
import { allStops, type Day, type Offer } from './day.ts'

/** How many pickups would ride on another bike or in another order, come in, or be left out. */
export function differences(day: Day, offer: Offer) {
  const pickups = new Set(
    allStops(day)
      .filter(({ kind }) => kind === 'pickup')
      .map(({ id }) => id),
  )
  const before = new Map(day.rounds.map(({ bike, stops }) => [bike, stops.map(({ id }) => id)]))
  const after = new Map(offer.rounds.map(({ bike, stops }) => [bike, stops]))
  const bikeIn = (plan: ReadonlyMap<string, readonly string[]>, id: string) =>
    [...plan].find(([, stops]) => stops.includes(id))?.[0]
  let [moves, adds, drops] = [0, 0, 0]
  for (const id of pickups) {
    const [was, is] = [bikeIn(before, id), bikeIn(after, id)]
    if (was === undefined && is !== undefined) adds += 1
    else if (was !== undefined && is === undefined) drops += 1
    else if (was !== undefined && is !== undefined) {
      const place = (plan: ReadonlyMap<string, readonly string[]>) =>
        plan
          .get(is)!
          .filter((one) => pickups.has(one))
          .indexOf(id)
      if (was !== is || place(before) !== place(after)) moves += 1
    }
  }
  return { moves, adds, drops }
}
