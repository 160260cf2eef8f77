/** What the engine wants said, before it has words. */
import type { Fraction } from '#src/stations/fraction.ts'
import type { AreaId, ContainerId, PostKey, StationId } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Subject } from './subject.ts'

/** The nearest station with a container of the fraction known to have room; distance 0 is the post's own. */
export interface Alternative {
  readonly stationId: StationId
  readonly name: string
  readonly distanceM: number
}

/** One thing a post says. */
export interface PostItem {
  readonly ruleId: string
  readonly episode: string
  readonly subject: Subject
  /** The text's name: `full`, `space_again`, `littered` … */
  readonly template: string
  /** In a post of more than one place: where. */
  readonly stationId?: StationId
  readonly areaId?: AreaId
  readonly containerId?: ContainerId
  readonly fraction?: Fraction
  /** Since when the condition has held. */
  readonly since: EpochMs
  readonly source: 'sensor' | 'reports' | 'both' | 'none'
  readonly fillPercent?: number
  /** For station items: how many of how many are full. */
  readonly fullContainers?: number
  readonly containers?: number
  readonly alternative?: Alternative
  /** When it is to be emptied next, by the plan. */
  readonly nextEmptyingAt?: EpochMs
  /** A truck has been there today and did not empty it. */
  readonly passedBy?: true
  /** When it is likely full, by the forecast. */
  readonly fullAt?: EpochMs
  /** For items of a whole town or area: how many stations are meant, of how many. */
  readonly stationsFull?: number
  readonly stations?: number
  /** For the bike: its first stop, and how many more bookings it could take. */
  readonly firstStopAt?: EpochMs
  readonly freeSlots?: number
}

/** A post before it has words. */
export interface DecidedPost {
  readonly key: PostKey
  readonly at: EpochMs
  /** What it is about: a station, or a part of the town, or with neither the whole town. */
  readonly stationId?: StationId
  readonly areaId?: AreaId
  readonly audience: 'public' | 'staff'
  /** A `digest` gathers what a spent budget held back; a `correction` takes back `corrects`. */
  readonly kind: 'open' | 'close' | 'digest' | 'correction'
  readonly priority: number
  /** Not to be sent before this: `at` + settle. */
  readonly sendAt: EpochMs
  /** Not worth sending after this. */
  readonly expiresAt: EpochMs
  /** Most important first, never empty. A correction has the items of the post it takes back. */
  readonly items: readonly PostItem[]
  /** An earlier post of the station that this one follows up. */
  readonly replyTo?: PostKey
  readonly corrects?: PostKey
  /** Of a correction: when the post that it takes back was said. */
  readonly correctsAt?: EpochMs
}

/** The stations that a post speaks of: its own, or those of a digest. */
export function stationsOf({
  stationId,
  items,
}: Pick<DecidedPost, 'stationId' | 'items'>): readonly StationId[] {
  if (stationId !== undefined) return [stationId]
  return [...new Set(items.flatMap((item) => item.stationId ?? []))]
}
