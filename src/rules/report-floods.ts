/**
 * Many reports of one kind from one station within minutes: a crowd, a joke, or a program. The rules
 * count three voices at most, so it can do little harm; but staff should know of it.
 */
import { stationIdIn } from '#src/stations/ids.ts'
import type { ContainerId, StationId } from '#src/stations/ids.ts'
import { MINUTE } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { ReportKind } from './record.ts'

/** A resident's report, as far as it matters here. */
export interface Voice {
  readonly containerId: ContainerId
  readonly kind: ReportKind
  readonly reporter: string
  readonly at: EpochMs
}

export interface Flood {
  readonly stationId: StationId
  readonly kind: ReportKind
  readonly from: EpochMs
  readonly until: EpochMs
  /** How many different reporters took part. */
  readonly reporters: number
}

export const FLOOD_WINDOW_MS = 10 * MINUTE
/** So many different reporters within ten minutes are a flood. */
export const FLOOD_FROM = 10

/** The different reporters of the last ten minutes. */
export interface Crowd {
  /** By when each spoke last, the one longest silent first. */
  readonly lastAt: ReadonlyMap<string, EpochMs>
  /** True while there are enough for a flood. */
  join(reporter: string, at: EpochMs): boolean
}

export function createCrowd(): Crowd {
  const lastAt = new Map<string, EpochMs>()
  return {
    lastAt,
    join(reporter, at) {
      lastAt.delete(reporter)
      lastAt.set(reporter, at)
      for (const [who, was] of lastAt) {
        if (at - was < FLOOD_WINDOW_MS) break
        lastAt.delete(who)
      }
      return lastAt.size >= FLOOD_FROM
    },
  }
}

export function crowdKey({ containerId, kind }: Voice): string {
  return `${stationIdIn(containerId)}|${kind}`
}

/** Whether so many said something of a kind just before an instant, of voices in order of time. */
export function isFlood(voices: readonly Voice[], at: EpochMs): boolean {
  const late = voices.filter((voice) => at - voice.at < FLOOD_WINDOW_MS)
  return new Set(late.map(({ reporter }) => reporter)).size >= FLOOD_FROM
}

/** The floods among voices in order of time; newest first. */
export function findFloods(voices: readonly Voice[]): readonly Flood[] {
  return [...Map.groupBy(voices, crowdKey).values()]
    .flatMap(floodsOf)
    .sort((a, b) => b.from - a.from)
}

function floodsOf(voices: readonly Voice[]): readonly Flood[] {
  const floods: Flood[] = []
  const crowd = createCrowd()
  let reporters = new Set<string>()
  for (const { containerId, kind, reporter, at } of voices) {
    if (!crowd.join(reporter, at)) {
      reporters = new Set()
      continue
    }
    const isNew = reporters.size === 0
    for (const who of isNew ? crowd.lastAt.keys() : [reporter]) reporters.add(who)
    const [firstAt] = crowd.lastAt.values()
    const from = isNew ? firstAt! : floods.pop()!.from
    const stationId = stationIdIn(containerId)
    floods.push({ stationId, kind, from, until: at, reporters: reporters.size })
  }
  return floods
}
