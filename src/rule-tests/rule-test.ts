/** A rule test ready to be played: what happens in order of time, and what is expected of it. */
import type { ContainerStatus, EpisodeState } from '#src/rules/decision.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import type { RuleBook } from '#src/rules/rule-book.ts'
import type { Subject } from '#src/rules/subject.ts'
import type { AreaId, ContainerId, StationId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { HistoryReason, NamedReason } from './test-shape.ts'
import type { Start } from './times.ts'

/** A record before it has its place in the journal. */
export type Told = Unplaced<JournalRecord>
type Unplaced<Record> = Record extends unknown ? Omit<Record, 'seq' | 'at'> : never

/** Something that happens, at a time by a clock that is right. */
export type Cue = { readonly at: EpochMs } & (
  | { readonly kind: 'told'; readonly told: Told; readonly about: string }
  | { readonly kind: 'town'; readonly town: Town }
  | { readonly kind: 'rules'; readonly book: RuleBook }
  | { readonly kind: 'post-corrected'; readonly post: number | undefined }
  | { readonly kind: 'down' }
  | { readonly kind: 'up' }
  /** From now on the server's clock is so much ahead of what it would have shown. */
  | { readonly kind: 'clock-step'; readonly byMs: number }
)

/** A rule's subject as the test writes it, `full/c1`. */
export interface Of {
  readonly text: string
  readonly ruleId: string
  readonly subject: Subject
}

export interface ExpectedPost {
  readonly line: number
  readonly stationId: StationId | undefined
  readonly areaId: AreaId | undefined
  readonly rules: readonly string[]
  readonly at: EpochMs
  readonly kind: 'open' | 'close' | 'digest' | 'correction'
  readonly audience: 'public' | 'staff' | undefined
  readonly items: readonly Of[] | undefined
  readonly absent: readonly Of[]
  /** The number of the post that it follows up, from 1; `false`: none. */
  readonly reply: number | false | undefined
  readonly corrects: number | undefined
  readonly says: Readonly<Record<string, string | number | boolean>> | undefined
}

export interface Expectation {
  readonly at: EpochMs
  readonly line: number
  readonly posts: readonly ExpectedPost[] | undefined
  readonly states: readonly (Of & { readonly line: number; readonly state: EpisodeState })[]
  readonly whys: readonly (Of & { readonly line: number; readonly parts: readonly string[] })[]
  readonly decisions: readonly (Of & {
    readonly line: number
    readonly reasons: readonly NamedReason[]
  })[]
  readonly statuses: readonly {
    readonly line: number
    readonly name: string
    readonly containerId: ContainerId
    readonly status: Partial<ContainerStatus>
  }[]
  readonly ignored: readonly {
    readonly line: number
    readonly about: string
    readonly reasons: readonly HistoryReason[]
  }[]
}

export interface RuleTest {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly start: Start
  readonly book: RuleBook
  readonly town: Town
  /** In order of time; what happens at the same instant in the order in which it is judged. */
  readonly cues: readonly Cue[]
  /** In order of time. */
  readonly expectations: readonly Expectation[]
  /** How the test calls a station, a container or an area. */
  readonly nameOf: (id: string) => string
}
