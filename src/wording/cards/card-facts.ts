/** What a card shows: a station's state at an instant, in no language yet. Pure; kept as JSON with a post. */
import type { ContainerStatus, DecidedPost } from '#src/rules/decision.ts'
import { sortByFraction } from '#src/stations/container-order.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { FractionColours, Station, Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'

export interface CardContainer {
  readonly fraction: Fraction
  readonly word: ContainerStatus['word']
  /** 0…100, whole. Absent where nobody measured, whatever the word. */
  readonly percent?: number
  readonly source?: NonNullable<ContainerStatus['source']>
}

export interface CardFacts {
  readonly station: string
  readonly town: string
  readonly at: EpochMs
  readonly timeZone: string
  readonly colours?: FractionColours
  /** By fraction. */
  readonly containers: readonly CardContainer[]
}

export function cardFacts(
  station: Station,
  { name, timeZone, fractionColours }: Town,
  statusOf: (id: ContainerId) => ContainerStatus,
  at: EpochMs,
): CardFacts {
  return {
    station: station.name,
    town: name,
    at,
    timeZone,
    ...(fractionColours && { colours: fractionColours }),
    containers: sortByFraction(station.containers).map(({ id, fraction }) => {
      const { word, fillPercent, source } = statusOf(id)
      const isKnown = word !== 'unknown'
      return {
        fraction,
        word,
        ...(isKnown && fillPercent !== undefined && { percent: Math.round(fillPercent) }),
        ...(isKnown && source !== undefined && { source }),
      }
    }),
  }
}

/**
 * What a post's picture shows. News of one station has one; a correction has none, since what was wrong
 * may still look so, and a digest is of many.
 */
export function postCardFacts(
  { kind, audience, stationId, at }: DecidedPost,
  { town, stations }: TownIndex,
  statusOf: (id: ContainerId) => ContainerStatus,
): CardFacts | undefined {
  const station = stationId === undefined ? undefined : stations.get(stationId)
  const isNews = kind === 'open' || kind === 'close'
  return station && isNews && audience === 'public'
    ? cardFacts(station, town, statusOf, at)
    : undefined
}

/** All boxes of a fraction, which a card shows in one row: the fullest first, the unknown last. */
export interface CardRow {
  readonly fraction: Fraction
  readonly containers: readonly CardContainer[]
}

export const CARD_ORDER = ['full', 'nearly-full', 'has-room', 'unknown'] as const

export function rowsOf({ containers }: CardFacts): readonly CardRow[] {
  return [...Map.groupBy(containers, ({ fraction }) => fraction)].map(([fraction, same]) => ({
    fraction,
    containers: same.toSorted(
      (a, b) =>
        CARD_ORDER.indexOf(a.word) - CARD_ORDER.indexOf(b.word) ||
        (b.percent ?? 0) - (a.percent ?? 0),
    ),
  }))
}

export type CardCounts = Readonly<Record<ContainerStatus['word'], number>>

export function countWords(containers: readonly CardContainer[]): CardCounts {
  const count = (word: ContainerStatus['word']) =>
    containers.filter((container) => container.word === word).length
  return {
    full: count('full'),
    'nearly-full': count('nearly-full'),
    'has-room': count('has-room'),
    unknown: count('unknown'),
  }
}

/** Who says so: all that is known put together. */
export function sourceOf({ containers }: CardFacts): CardContainer['source'] {
  const sources = new Set(containers.flatMap(({ source }) => source ?? []))
  if (sources.has('both') || sources.size === 2) return 'both'
  return [...sources][0]
}
