/** Which decisions somebody asked for. What makes no sense is left out, since a page should still come. */
import { parseContainerId, parseStationId } from '#src/stations/ids.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { instant, type EpochMs } from '#src/stations/time.ts'
import { isDay } from '#src/stations/town-shape.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { textsOf } from '../query-texts.ts'

export const OUTCOMES = ['posted', 'held', 'dropped'] as const
export type Outcome = (typeof OUTCOMES)[number]

export interface DecisionQuery {
  readonly station?: Station
  readonly container?: Container
  readonly ruleId?: string
  readonly outcome?: Outcome
  /** `2026-05-05`, the last day that counts. */
  readonly day?: string
  /** A day was given that is none. */
  readonly isWrongDay?: true
  /** Where the page before ended. */
  readonly beforeId?: number
}

const RULE = /^[a-z][a-z0-9_-]{0,63}$/

export function parseDecisionQuery(
  query: Readonly<Record<string, unknown>>,
  { stations, containers }: TownIndex,
): DecisionQuery {
  const texts = textsOf(query)
  const text = (name: string): string => texts[name]?.trim() ?? ''
  const container = containers.get(parseContainerId(text('container'))!)
  const asked = stations.get(parseStationId(text('station'))!)
  // A container left over from another station's list is not meant any more.
  const isMeant = container && (!asked || asked.id === container.stationId)
  const station = asked ?? (isMeant ? stations.get(container.stationId) : undefined)
  const ruleId = RULE.exec(text('rule'))?.[0]
  const outcome = OUTCOMES.find((one) => one === text('outcome'))
  const day = isDay(text('day')) ? text('day') : undefined
  const before = /^\d{1,15}$/.exec(text('before'))?.[0]
  return {
    ...(station && { station }),
    ...(isMeant && { container }),
    ...(ruleId !== undefined && { ruleId }),
    ...(outcome && { outcome }),
    ...(day !== undefined && { day }),
    ...(day === undefined && text('day') !== '' && { isWrongDay: true as const }),
    ...(before !== undefined && { beforeId: Number(before) }),
  }
}

/** The day after it begins then. */
export function endOfDay(day: string, timeZone: string): EpochMs {
  const next = Temporal.PlainDate.from(day).add({ days: 1 })
  return instant(next.toZonedDateTime({ timeZone }).epochMilliseconds)
}

/** With the mark of a question before it; empty where nothing was chosen. */
export function decisionQueryText(query: DecisionQuery): string {
  const { station, container, ruleId, outcome, day, beforeId } = query
  const text = new URLSearchParams({
    ...(station && { station: station.id }),
    ...(container && { container: container.id }),
    ...(ruleId !== undefined && { rule: ruleId }),
    ...(outcome && { outcome }),
    ...(day !== undefined && { day }),
    ...(beforeId !== undefined && { before: String(beforeId) }),
  }).toString()
  return text === '' ? '' : `?${text}`
}
