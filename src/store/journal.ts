/** The journal's face. `open-journal.ts` makes one over a store and an engine. */
import type { Standing } from '#src/rules/contract.ts'
import type { DecidedPost, ContainerStatus } from '#src/rules/decision.ts'
import type { Plans } from '#src/rules/plan.ts'
import type {
  Applied,
  BikeRecord,
  ForecastRecord,
  GatewayRecord,
  PlanRecord,
  PostCorrectedRecord,
  ReportKind,
  ReportWithdrawnRecord,
  SilenceEndedRecord,
  SilencedRecord,
  Subject,
  TruckRecord,
} from '#src/rules/record.ts'
import type { ContainerId, DeviceId, PostKey } from '#src/stations/ids.ts'
import type { Reading, Rejected, Signal } from '#src/stations/reading.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { SensorHealth } from './believing.ts'
import type { Post, StoredDecision } from './contract.ts'

/** A message from a device, understood: its readings in order, and what tells it from a repeat. */
export interface UplinkEntry {
  readonly kind: 'uplink'
  readonly deviceId: DeviceId
  readonly receivedAt: EpochMs
  /** The device's or network's own counter, where there is one. */
  readonly counter?: number
  /** 0…2^53−1, from the payload: the same message sent again has the same. */
  readonly fingerprint: number
  /** True when an equal fingerprint within 15 minutes means a repeat: the message has a counter or a time of its own, or the sender marked it as a possible repeat. */
  readonly tellsRepeats: boolean
  /**
   * Every reading has the time that its device gave it. Told again it is the same reading by its
   * identity (device, time), so its fingerprint need not be remembered.
   */
  readonly timed?: true
  /** How well its network heard the device. */
  readonly signal?: Signal
  readonly readings: readonly Reading[]
}

/** What the rules are told beside readings, reports and emptyings; it gets its place when it is kept. */
export type Fact = Unplaced<
  | PlanRecord
  | ForecastRecord
  | TruckRecord
  | BikeRecord
  | GatewayRecord
  | SilencedRecord
  | SilenceEndedRecord
  | PostCorrectedRecord
  | ReportWithdrawnRecord
>
type Unplaced<Record> = Record extends unknown ? Omit<Record, 'seq' | 'at'> : never

export type JournalEntry =
  | UplinkEntry
  | { readonly kind: 'rejected'; readonly rejected: Rejected }
  | {
      readonly kind: 'report'
      readonly containerId: ContainerId
      readonly report: ReportKind
      readonly by: 'resident' | 'staff'
      readonly reporter: string
      /** As staff sign themselves. */
      readonly actor?: string
    }
  | {
      readonly kind: 'emptied'
      readonly containerId: ContainerId
      readonly emptiedAt: EpochMs
      /** A sensor's word comes with its readings and not this way. */
      readonly by: 'contractor' | 'staff'
      readonly actor?: string
    }
  | {
      readonly kind: 'emptying-corrected'
      readonly containerId: ContainerId
      readonly of: number
      readonly was: EpochMs
      readonly emptiedAt?: EpochMs
      readonly actor: string
    }
  | { readonly kind: 'fact'; readonly fact: Fact }
  | { readonly kind: 'town' }
  /** The process is back after not running. */
  | { readonly kind: 'resumed' }

/** What became of an entry, told only after it is durably kept. */
export type Settled = 'kept' | 'repeat' | 'conflict' | 'rejected'

/** What the rules made of an entry that isn't an uplink. */
export interface Upshot {
  readonly seq: number
  readonly at: EpochMs
  /** Absent when they failed on it: then it is kept unjudged. */
  readonly applied?: Applied
  /** All that the same commit brought; what has this `seq` is of this entry. */
  readonly committed: Committed
}

/** What one commit brought, for those who pass it on. */
export interface Committed {
  readonly seq: number
  readonly at: EpochMs
  readonly posts: readonly Post[]
  /** Earlier posts that were stopped before anybody saw them. */
  readonly withdrawn: readonly PostKey[]
  readonly decisions: readonly StoredDecision[]
  readonly containers: readonly ContainerId[]
}

export interface Journal extends AsyncDisposable {
  /**
   * Takes an entry in. `settled` is called once, after the commit that holds it, in the order of the
   * calls to `append`; with what the rules made of it, unless it is an uplink or rejected. While the
   * store fails, entries wait and nothing is called; what still waits when the journal closes is never
   * answered. Throws once it is closed.
   */
  append(entry: JournalEntry, settled: (outcome: Settled, upshot?: Upshot) => void): void
  /** Entries taken in and not yet settled. */
  readonly waiting: number
  /** Since when commits have been failing; undefined while all is well. */
  readonly failingSince: EpochMs | undefined
  status(container: ContainerId): ContainerStatus
  /** When a container is to be emptied, as each source says. */
  plans(container: ContainerId): Plans
  /** How each rule that is judged for a container, station, area or the account stands now; a question that changes nothing. */
  standing(subject: Subject): readonly Standing[]
  /** The sensors as staff should see them now. */
  sensors(): readonly SensorHealth[]
  /** The town as the engine sees it. */
  readonly town: TownIndex
  /** Rises with every commit that may change what people see. */
  readonly revision: number
  /** Calls back after every commit; gives the means to stop. */
  onCommitted(listener: (committed: Committed) => void): () => void
  /** Fires what has come due; resolves when that is kept. Called by a timer at the rim. */
  tick(): Promise<void>
}

/** Puts a decided post into words in every language; pure. */
export type WordPost = (post: DecidedPost, town: TownIndex) => Post['texts']

/** Resolves when it is on disk, with what the rules made of it. */
export function keep(
  journal: Pick<Journal, 'append'>,
  entry: JournalEntry,
): Promise<Upshot | undefined> {
  return new Promise((resolve) => {
    journal.append(entry, (_settled, upshot) => resolve(upshot))
  })
}
