/**
 * What a store promises, whatever database lies under it. SQLite implements it in `sqlite/`; another
 * database passes the same tests (tests/store/contract.ts). All writes are durable when their promise
 * resolves. Rows never leave the store.
 */
import type { Correction } from '#src/quality/contract.ts'
import type { AlarmChange } from '#src/quality/health.ts'
import type { ContainerState, DecidedPost, Decision } from '#src/rules/decision.ts'
import type {
  EmptiedRecord,
  EmptyingCorrectedRecord,
  EventRecord,
  ReportRecord,
  PlanRecord,
  SilenceEndedRecord,
  SilencedRecord,
} from '#src/rules/record.ts'
import type { ContainerId, DeviceId, PostKey, StationId } from '#src/stations/ids.ts'
import type { Fraction, Language } from '#src/stations/fraction.ts'
import type { Reading, Rejected, Rejection } from '#src/stations/reading.ts'
import type { DeviceChange, RecordedChange } from '#src/stations/device-changes.ts'
import type { ChannelName, ServiceDays, Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { CardFacts } from '#src/wording/cards/card-facts.ts'
import type { BookingStore } from './bookings.ts'
import type { DayStore } from './days.ts'
import type { FediverseStore } from './fediverse.ts'
import type { MessageStore } from './messages.ts'
import type { Outbox } from './outbox.ts'
import type { SecretCheck } from './secret-check.ts'
import type { StaffStore } from './staff.ts'
import type { SubscriberStore } from './subscribers.ts'
import type { WorkQueue } from './work-queue.ts'

/** A post with its words, as it was said. Never rewritten. */
export interface Post extends DecidedPost {
  readonly texts: Readonly<Record<Language, string>>
  /** When staff stopped it, before anybody had seen it. */
  readonly withdrawnAt?: EpochMs
  /** The post that takes it back, and from when on anybody may see that. Found when it is read, not kept with it. */
  readonly correctedBy?: PostCorrection
}

export interface PostCorrection {
  readonly key: PostKey
  readonly saidAt: EpochMs
}

/** The correction that anybody may have seen by an instant. */
export function findCorrection(
  { correctedBy }: Pick<Post, 'correctedBy'>,
  by: EpochMs,
): PostCorrection | undefined {
  return correctedBy && correctedBy.saidAt <= by ? correctedBy : undefined
}

/** Whether anybody may have seen a post by an instant: its time had come, and nobody stopped it. */
export function isSaid(post: Post, by: EpochMs): boolean {
  return post.audience === 'public' && post.sendAt <= by && post.withdrawnAt === undefined
}

export type Channel = ChannelName

/** An account on a channel. Each goes at its own pace, and fails alone. */
export interface WayOut {
  readonly channel: Channel
  readonly account: string
}

/** An account and the language that it speaks. */
export interface Voice extends WayOut {
  readonly language: Language
}

/** One post on its way out by one account, with the bytes it will carry. */
export interface NewDelivery extends Voice {
  readonly postKey: PostKey
  readonly text: string
  readonly dueAt: EpochMs
  readonly expiresAt: EpochMs
  /** Why it can't be said there: it is kept as dead, for staff to see. */
  readonly fault?: string
}

/** `withdrawn`: never said, since staff called the post wrong. */
export const DELIVERY_STATES = [
  'due',
  'sending',
  'sent',
  'uncertain',
  'dead',
  'expired',
  'withdrawn',
] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

export interface Delivery extends Omit<NewDelivery, 'fault'> {
  readonly id: number
  /** The post's. */
  readonly priority: number
  readonly state: DeliveryState
  /** Tries begun. More than one means that an earlier try may have landed. */
  readonly attempts: number
  /** From when on the post could be said; it never changes, as `dueAt` does. */
  readonly sendAt: EpochMs
  /** When the earliest try began. */
  readonly firstTriedAt?: EpochMs
  /** When the channel took it. */
  readonly sentAt?: EpochMs
  readonly remoteId?: string
  readonly lastError?: string
  /** Absent for a post of an area or of the whole town. */
  readonly stationId?: StationId
  /** The last time that somebody asked for it to be sent again. */
  readonly again?: { readonly at: EpochMs; readonly by: string }
}

export interface DeliveryFilter {
  readonly id?: number
  readonly postKey?: PostKey
  readonly states?: readonly DeliveryState[]
  readonly channel?: Channel
  readonly account?: string
  readonly stationId?: StationId
  /** Smaller ids than this. */
  readonly beforeId?: number
  /** Newest first. */
  readonly limit: number
}

/** What a post's picture shows: its station as it was when the post was decided. */
export interface NewCard {
  readonly postKey: PostKey
  readonly facts: CardFacts
}

export interface StoredDecision extends Decision {
  /** Rises by one with every decision; the event stream's id. */
  readonly id: number
}

/** A reading with its place in the journal and its uplink's mark. */
export interface NewReading {
  readonly seq: number
  readonly reading: Reading
  readonly counter?: number
  readonly fingerprint: number
}

/** Why a kept reading's level isn't believed as it is, and what is believed instead. */
export interface KeptCorrection {
  /** The reading's place in the journal. */
  readonly seq: number
  readonly cleanPercent: number
  readonly correction: Correction
}

/** What the rules were told of a reading, where that doesn't follow from the reading and its correction. */
export interface KeptTold {
  /** The reading's place in the journal. */
  readonly seq: number
  /** When, if not at its receipt. */
  readonly toldAt?: EpochMs
  /** Nothing, since judging it failed; or what several devices said together, in the name of one. */
  readonly told?: 'nothing' | { readonly deviceId: DeviceId; readonly fillPercent?: number }
}

/** Text that is kept once, however many name it. `src/store/kept-text.ts` packs it. */
export interface KeptText {
  readonly hash: string
  readonly body: Uint8Array
}

/** From which place in the journal other rules or another town hold. */
export type KeptVersion =
  | {
      /** The engine was made of these after the record `seq`, timers having fired until `at`. */
      readonly kind: 'made'
      readonly seq: number
      readonly at: EpochMs
      readonly rules: KeptText
      readonly town: KeptText
      readonly engine: string
      readonly tzdata: string
    }
  /** The record `seq` brought this town. */
  | {
      readonly kind: 'town'
      readonly seq: number
      readonly at: EpochMs
      readonly town: KeptText
    }

/** An alarm about a device that began or ended. */
export interface KeptAlarm {
  readonly containerId: ContainerId
  readonly deviceId: DeviceId
  readonly change: AlarmChange
}

/** What is believed of a sensor on a container, in the bytes of `src/quality`. */
export interface KeptBelief {
  readonly containerId: ContainerId
  readonly deviceId: DeviceId
  /** The newest reading that it takes in. */
  readonly seq: number
  readonly state: Uint8Array
}

/** A reading as it is read back: with what was believed instead of its level, where that differs. */
export interface JudgedReading extends Reading {
  readonly cleanPercent?: number
  readonly correction?: Correction
}

/** A reading with its place in the journal, what was believed of it, and what the rules were told. */
export type KeptReading = Pick<NewReading, 'seq' | 'reading'> &
  Pick<JudgedReading, 'cleanPercent' | 'correction'> &
  Pick<KeptTold, 'told' | 'toldAt'>

/**
 * What `keepReadings` found: new, the same again, or the same instant with other content. A reading's
 * identity is (device, `measuredAt`, `n`), `n` numbering an uplink's readings of one instant. Told
 * again it is known by its level and fault alone, since a history often leaves out the rest. Two
 * readings without a time of their own (`measuredAt` = `receivedAt`) that differ in anything are both
 * kept, the second under the next free `n`.
 */
export type Kept = 'kept' | 'repeat' | 'conflict'

/** One transaction of the journal. Everything in it is kept, or nothing. */
export interface JournalTx {
  /** Keeps each reading once; the answer is in the order of the readings given. */
  keepReadings(readings: readonly NewReading[]): Promise<readonly Kept[]>
  /** The `n` under which a reading without a time of its own was kept by the last call, where another had its own. */
  renumbered(seq: number): number | undefined
  /**
   * Keeps what else came in: reports, emptyings, town changes, resumptions. `unheard` are those among
   * them that the rules were not told.
   */
  keepEvents(records: readonly EventRecord[], unheard?: ReadonlySet<EventRecord>): Promise<void>
  /** So that the journal can be read back as the rules were told it. */
  keepTold(told: readonly KeptTold[]): Promise<void>
  keepVersions(versions: readonly KeptVersion[]): Promise<void>
  keepRejected(rejected: readonly Rejected[]): Promise<void>
  /** A sensor's belief takes the place of its earlier one. */
  keepBeliefs(beliefs: {
    readonly corrections: readonly KeptCorrection[]
    readonly states: readonly KeptBelief[]
    readonly alarms: readonly KeptAlarm[]
  }): Promise<void>
  /** Whether a way out has begun to say a post, so that it may have been seen. */
  isUnderWay(post: PostKey): Promise<boolean>
  /** Who was given what a post takes back: the news that a close is about, the post that a correction corrects. */
  voicesBefore(post: Post): Promise<readonly Voice[]>
  /**
   * A post or a delivery that is there already stays as it is: nothing is said twice. What of a
   * withdrawn post waits is never claimed any more.
   */
  keepEffects(effects: {
    readonly decisions: readonly Decision[]
    readonly posts: readonly Post[]
    readonly withdrawn: readonly PostKey[]
    readonly deliveries: readonly NewDelivery[]
    /** A post's first is kept. */
    readonly cards?: readonly NewCard[]
    readonly containers: readonly ContainerState[]
    readonly state: ReadonlyMap<string, string | undefined>
    /** The newest record's place and time. */
    readonly seq: number
    readonly at: EpochMs
  }): Promise<readonly StoredDecision[]>
}

/** A message that was not taken, with its number. */
export interface Quarantined extends Rejected {
  readonly id: number
  /** When it was tried again, and what came of it then. */
  readonly replayed?: { readonly at: EpochMs; readonly outcome: string }
}

export interface QuarantineFilter {
  /** This one alone. */
  readonly id?: number
  readonly reason?: Rejection
  readonly deviceId?: DeviceId
  /** Part of the topic. */
  readonly topic?: string
  /** Received at or after, and before. */
  readonly from?: EpochMs
  readonly to?: EpochMs
  /** Smaller numbers than this, newest first; or with `afterId`, larger ones, oldest first. */
  readonly beforeId?: number
  readonly afterId?: number
  /** Only what can be tried again and has not been taken in since. */
  readonly replayable?: true
  readonly limit: number
}

export interface Replayed {
  readonly id: number
  /** `kept`, `repeat`, `conflict`, or the reason for which it was refused again. */
  readonly outcome: string
}

/** A random key that makes reporters' marks for a while (reporters.ts). */
export interface ReporterSalt {
  readonly from: EpochMs
  readonly salt: Uint8Array
}

/** Where the journal stood. */
export interface JournalPosition {
  readonly seq: number
  readonly at: EpochMs
  readonly containers: readonly ContainerState[]
  readonly state: ReadonlyMap<string, string>
}

export interface RecentUplink {
  readonly deviceId: DeviceId
  readonly fingerprint: number
  readonly counter?: number
  readonly receivedAt: EpochMs
}

/** Areas, stations, containers, devices and mountings, each counted once. Another order in the file is no change. */
export interface TownChange {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly unchanged: number
}

/** What a town's file said of the bike's days, and since when. */
export interface KeptServiceDays {
  readonly at: EpochMs
  readonly days: readonly ServiceDays[]
}

/** A way in over MQTT. Only a hash of the token is kept. */
export interface Credential {
  readonly username: string
  readonly role: 'device' | 'network-server' | 'reader'
  /** SHA-256 of the token, hex. Tokens are 128 random bits, so one round suffices. */
  readonly tokenHash: string
}

export interface HistoryPoint {
  readonly from: EpochMs
  readonly n: number
  readonly minPercent: number
  readonly meanPercent: number
  readonly maxPercent: number
}

/** A place in the list of posts, newest first, those of one instant by key. Without a key, before all of that instant. */
export interface PostPlace {
  readonly at: EpochMs
  readonly key?: PostKey
}

export interface RemovedContainer {
  readonly id: ContainerId
  readonly fraction: Fraction
  readonly removedAt: EpochMs
}

export interface Store
  extends
    SecretCheck,
    WorkQueue,
    Outbox,
    FediverseStore,
    SubscriberStore,
    MessageStore,
    BookingStore,
    DayStore,
    StaffStore,
    AsyncDisposable {
  /** Brings a town in, again and again without harm. Things no longer named are kept for history and marked removed. */
  saveTown(town: Town, at: EpochMs): Promise<TownChange>
  /** Those that once stood at a station, in no order. One that is put back is none of them. */
  removedContainers(station: StationId): Promise<readonly RemovedContainer[]>
  /** When the bike runs, by each town's file that said otherwise than the one before, oldest first. */
  serviceDays(): Promise<readonly KeptServiceDays[]>
  /** The town as it now stands; undefined before the first import. */
  town(): Promise<Town | undefined>

  credential(username: string): Promise<Credential | undefined>
  saveCredential(credential: Credential, at: EpochMs): Promise<void>
  removeCredential(username: string): Promise<boolean>

  /** How far a history elsewhere has been brought up: the newest reading's `seq` there. */
  historyPlace(): Promise<number>
  noteHistoryPlace(seq: number): Promise<void>
  /** Readings after a place in the journal that are not packed yet, with what was believed and told of them. */
  readingsSince(seq: number): Promise<readonly KeptReading[]>
  /**
   * Drops readings that a history elsewhere has: measured before an instant, up to a place in the
   * journal, the oldest first and so many at once. Gives how many went.
   */
  letGoOfReadings(before: EpochMs, upToSeq: number, most: number): Promise<number>

  /** Changes of devices, in the order in which they were made. */
  deviceChanges(): Promise<readonly RecordedChange[]>
  /** All of them or none; gives each its number. */
  keepDeviceChanges(
    changes: readonly DeviceChange[],
    by: string,
    at: EpochMs,
  ): Promise<readonly number[]>
  /** Marks these as said by the town's file; they stay in the list. */
  settleDeviceChanges(nos: readonly number[]): Promise<void>

  /** Runs `work` in one durable transaction; if it throws, nothing of it is kept. Transactions never interleave. */
  journal<T>(work: (tx: JournalTx) => Promise<T>): Promise<T>
  journalPosition(): Promise<JournalPosition>
  /** Uplinks measured and received at or after `since`, each once, oldest first, for telling repeats. */
  recentUplinks(since: EpochMs): Promise<readonly RecentUplink[]>

  beliefs(): Promise<readonly KeptBelief[]>
  /** Alarms that began or ended, newest first. */
  alarmChanges(filter: {
    readonly deviceId?: DeviceId
    readonly since?: EpochMs
    readonly limit: number
  }): Promise<readonly KeptAlarm[]>
  /** Readings measured on a container at or after `since`, in the order of the journal. For judging them again. */
  readingsToJudge(
    since: EpochMs,
  ): Promise<readonly { readonly seq: number; readonly reading: Reading }[]>

  // History may be large and is read beside the journal: it holds up nothing that comes in.

  readings(
    container: ContainerId,
    from: EpochMs,
    to: EpochMs,
    limit: number,
  ): Promise<readonly JudgedReading[]>
  /** Believed levels in buckets of `everyMs`, oldest first; a bucket without a level is left out. */
  history(
    container: ContainerId,
    from: EpochMs,
    to: EpochMs,
    everyMs: number,
  ): Promise<readonly HistoryPoint[]>
  /** The histories of several containers at the cost of one; each has its entry, be it empty. */
  histories(
    containers: readonly ContainerId[],
    from: EpochMs,
    to: EpochMs,
    everyMs: number,
  ): Promise<ReadonlyMap<ContainerId, readonly HistoryPoint[]>>
  readingsCount(): Promise<number>

  /** What was told of emptyings at or after `since`, of one container or of all, in the order of the journal. */
  emptyings(filter: {
    readonly containerId?: ContainerId
    readonly since: EpochMs
  }): Promise<readonly (EmptiedRecord | EmptyingCorrectedRecord)[]>

  /**
   * What residents and staff reported at or after `since`, in the order of the journal; without what was
   * taken back.
   */
  reports(filter: {
    readonly since: EpochMs
    readonly containerIds?: readonly ContainerId[]
  }): Promise<readonly ReportRecord[]>

  /** Newest first. */
  reporterSalts(): Promise<readonly ReporterSalt[]>
  keepReporterSalt(salt: ReporterSalt): Promise<void>
  /** Throws away those drawn up to an instant, or from another on, so that the file no longer holds them. */
  dropReporterSalts(upTo: EpochMs, orFrom: EpochMs): Promise<void>

  /** What staff have said of silences, in the order of the journal. */
  silences(): Promise<readonly (SilencedRecord | SilenceEndedRecord)[]>

  /** What was planned for a container, as it was told at or after `since`, in the order of the journal. */
  plans(filter: {
    readonly containerId: ContainerId
    readonly since: EpochMs
  }): Promise<readonly PlanRecord[]>

  decisions(filter: {
    readonly stationId?: StationId
    readonly containerId?: ContainerId
    readonly ruleId?: string
    readonly postKey?: PostKey
    readonly from?: EpochMs
    readonly to?: EpochMs
    readonly outcome?: NonNullable<Decision['outcome']>
    readonly afterId?: number
    readonly beforeId?: number
    /** None with a smaller number. */
    readonly fromId?: number
    /** Newest first unless `afterId` is given. */
    readonly limit: number
  }): Promise<readonly StoredDecision[]>

  /** Newest first, those of one instant in the order of their keys. */
  posts(filter: {
    readonly stationId?: StationId
    /** Only posts of the whole town. */
    readonly ofTown?: true
    readonly audience: 'public' | 'staff'
    /** Only what anybody may have seen by then: its time to be said had come, and nobody stopped it. */
    readonly saidBy?: EpochMs
    /** What comes after this place: given a page's last post, the next page, with none lost and none twice. */
    readonly before?: PostPlace
    readonly limit: number
  }): Promise<readonly Post[]>
  /** How many public posts of `from` ≤ t < `to` anybody may have seen by `saidBy`; corrections are counted apart. */
  countPosts(filter: {
    readonly stationId?: StationId
    readonly from: EpochMs
    readonly to: EpochMs
    readonly saidBy: EpochMs
  }): Promise<{ readonly posts: number; readonly corrections: number }>
  post(key: PostKey): Promise<Post | undefined>
  /** Undefined where the post has no picture. */
  postCard(key: PostKey): Promise<CardFacts | undefined>

  /**
   * Takes an account's next due delivery, in the order of the posts: marks it `sending` and counts the try, durably, before it
   * is handed over. `first` goes before others, or alone.
   */
  claimDelivery(
    way: WayOut,
    now: EpochMs,
    leaseMs: number,
    first?: { readonly fromPriority: number; readonly alone: boolean },
  ): Promise<Delivery | undefined>
  /** When the account's next delivery, of that priority or higher, is due or its lease runs out. */
  nextDeliveryAt(way: WayOut, fromPriority?: number): Promise<EpochMs | undefined>
  settleDelivery(
    id: number,
    outcome:
      | { readonly state: 'sent'; readonly remoteId?: string; readonly at: EpochMs }
      | {
          readonly state: 'due'
          readonly dueAt: EpochMs
          readonly error: string
          /** The claim came to no try (the channel paused, or another post goes first): it isn't counted. */
          readonly untried?: true
        }
      | { readonly state: 'dead' | 'expired' | 'uncertain' | 'withdrawn'; readonly error: string },
  ): Promise<void>
  /** What a channel keeps for itself between starts, as it wrote it. */
  channelNote(way: WayOut): Promise<string | undefined>
  keepChannelNote(way: WayOut, note: string): Promise<void>
  deliveries(filter: DeliveryFilter): Promise<readonly Delivery[]>

  rejectedCounts(): Promise<ReadonlyMap<Rejection, number>>
  /** The newest 50 000 are there; of topic and detail the first 1024 characters. */
  quarantine(filter: QuarantineFilter): Promise<readonly Quarantined[]>
  /** Notes what became of messages that were tried again. */
  noteReplayed(replayed: readonly Replayed[], at: EpochMs): Promise<void>
}
