/**
 * How boxes fill. Seeded and pure: time is an argument, randomness a named stream. The unit is a
 * group: all boxes of one fraction at one station, since people walk on to the next box when one is
 * full, and a crew empties them all.
 */
import type { Fraction } from '#src/stations/fraction.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Container, Station, Town } from '#src/stations/station.ts'
import { DAY, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

import { emptyings, intervalDaysAt } from './emptying.ts'
import {
  FIGURES,
  STATION_SPREAD,
  TYPICAL_BULKY_LITRES,
  TYPICAL_INHABITANTS,
  weeklyLitres,
} from './figures.ts'
import { randomFrom } from './random.ts'
import type { Random } from './random.ts'
import type { WallClock } from './wall-clock.ts'

export interface Box {
  readonly container: Container
  /** The part of the visitors who come to this box first, 0…1. */
  readonly share: number
  /** When nothing more goes in: a little above the line called full. */
  readonly brimLitres: number
  litres: number
}

export interface Emptied {
  readonly containerId: ContainerId
  readonly fromPercent: number
}

export interface Group {
  readonly station: Station
  readonly fraction: Fraction
  readonly boxes: readonly Box[]
  readonly intervalDays: number
  readonly depositsPerWeek: number
  /** Litres that found no room, since the beginning. */
  besideLitres: number
  /** When the boxes will next be emptied. */
  nextEmptyingAt: EpochMs
  /** Lets people come until `to`, which is not before the last time it was asked. */
  advance(to: EpochMs): void
  /** Lets people come until the next emptying, then empties all boxes. */
  empty(): Emptied[]
}

/** How full a box is, percent of the level called full; a heaped one is over 100. */
export function levelPercent(box: Box): number {
  return (100 * box.litres) / box.container.geometry.volumeLitres
}

/** How many inhabitants use a station. Big stations were built where many come. */
export function inhabitantsOf(station: Station, seed: number): number {
  const bulky = station.containers
    .filter((c) => c.fraction === 'paper' || c.fraction === 'plastic')
    .reduce((sum, c) => sum + c.geometry.volumeLitres, 0)
  const built = bulky === 0 ? 1 : Math.sqrt(bulky / TYPICAL_BULKY_LITRES)
  const z = randomFrom(seed, `station/${station.id}`).normal()
  const drawn = Math.exp(STATION_SPREAD * z - STATION_SPREAD ** 2 / 2)
  return TYPICAL_INHABITANTS * Math.min(1.7, Math.max(0.6, built)) * drawn
}

/** All groups of a town as they stand at `start`, some emptyings into their lives. */
export function groupsOf(town: Town, seed: number, start: EpochMs, clock: WallClock): Group[] {
  return town.stations.flatMap((station) => {
    const inhabitants = inhabitantsOf(station, seed)
    const byFraction = Map.groupBy(station.containers, (c) => c.fraction)
    return [...byFraction].map(([fraction, containers]) =>
      groupOf(station, fraction, containers, inhabitants, seed, start, clock),
    )
  })
}

function groupOf(
  station: Station,
  fraction: Fraction,
  containers: readonly Container[],
  inhabitants: number,
  seed: number,
  start: EpochMs,
  clock: WallClock,
): Group {
  const name = `group/${station.id}/${fraction}`
  const litresPerWeek = weeklyLitres(fraction, inhabitants)
  const { depositLitres } = FIGURES[fraction]
  const visitors = randomFrom(seed, `${name}/visitors`)

  const boxes = boxesOf(containers, seed)
  const intervalDays = plannedInterval(
    fraction,
    boxes,
    litresPerWeek,
    randomFrom(seed, `${name}/plan`),
  )
  // Long enough ago that the start is a moment like any other.
  const begin = plus(start, -Math.ceil(3 * intervalDays + 14) * DAY)
  const rounds = emptyings(fraction, intervalDays, begin, clock, randomFrom(seed, `${name}/rounds`))
  const leftover = randomFrom(seed, `${name}/leftover`)

  let visits = clock.visits(begin)
  const group: Group = {
    station,
    fraction,
    boxes,
    intervalDays,
    depositsPerWeek: litresPerWeek / depositLitres,
    besideLitres: 0,
    nextEmptyingAt: rounds.next().value,
    advance(to) {
      const now = clock.visits(to)
      // In the hour that comes twice in autumn the count goes back; nobody comes then.
      const expected = Math.max(0, now - visits) * group.depositsPerWeek
      visits = Math.max(visits, now)
      for (const box of boxes) {
        const count = visitors.poisson(expected * box.share)
        if (count > 0)
          group.besideLitres += deposit(boxes, box, visitors.gamma(count) * depositLitres)
      }
    },
    empty() {
      group.advance(group.nextEmptyingAt)
      const emptied = boxes.map((box) => {
        const fromPercent = levelPercent(box)
        // Something always sticks.
        box.litres = leftover.next() * 0.02 * box.container.geometry.volumeLitres
        return { containerId: box.container.id, fromPercent }
      })
      group.nextEmptyingAt = rounds.next().value
      return emptied
    },
  }
  while (group.nextEmptyingAt <= start) group.empty()
  group.advance(start)
  group.besideLitres = 0
  return group
}

/** Puts litres into a box, then into its neighbours; gives back what found no room. */
function deposit(boxes: readonly Box[], first: Box, litres: number): number {
  let left = litres
  for (const box of [first, ...boxes]) {
    const taken = Math.min(left, Math.max(0, box.brimLitres - box.litres))
    box.litres += taken
    left -= taken
    if (left === 0) return 0
  }
  return left
}

/** The box nearest the path gets most; which one that is, is drawn. */
function boxesOf(containers: readonly Container[], seed: number): Box[] {
  const drawn = containers.map((container) => {
    const random = randomFrom(seed, `box/${container.id}`)
    const { volumeLitres } = container.geometry
    const brimLitres = volumeLitres * (1 + random.next() * 0.08)
    return { container, brimLitres, weight: volumeLitres * (0.5 + random.next()) }
  })
  const total = drawn.reduce((sum, box) => sum + box.weight, 0)
  return drawn.map(({ container, brimLitres, weight }) => ({
    container,
    brimLitres,
    share: weight / total,
    litres: 0,
  }))
}

/**
 * Days between emptyings. Boxes that fill faster than their like are emptied more often, though the
 * town's knowledge is imperfect: the rank among stations follows the rank in speed with ρ = 0.8. What
 * stands full for more than a tenth of its time is complained about, and emptied more often too.
 */
function plannedInterval(
  fraction: Fraction,
  boxes: readonly Box[],
  litresPerWeek: number,
  random: Random,
): number {
  const room = boxes.reduce((sum, box) => sum + box.container.geometry.volumeLitres, 0)
  const typicalRoom = fraction === 'batteries' ? 60 : FIGURES[fraction].boxesPerStation * 3000
  const typical = weeklyLitres(fraction, TYPICAL_INHABITANTS) / typicalRoom
  // The middle station is a little smaller than the mean one, as sizes are log-normal.
  const middle = typical * Math.exp(-(STATION_SPREAD ** 2) / 2)
  const faster = Math.log(litresPerWeek / room / middle) / (STATION_SPREAD * 1.2)
  const drawn = intervalDaysAt(fraction, normalShare(-0.8 * faster + 0.6 * random.normal()))
  const daysToFull = (7 * room) / litresPerWeek
  return Math.max(1, Math.min(drawn, 1.1 * daysToFull))
}

/** The share of a normal population below z (logistic approximation, off by less than 0.01). */
function normalShare(z: number): number {
  return 1 / (1 + Math.exp(-1.702 * z))
}
