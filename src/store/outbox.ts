/** What a store promises of the outbox beyond claiming and settling: accounts, money, and staff's part. */
import type { AccountAlarmKind, PauseReason } from '#src/stations/account-trouble.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { WayOut } from './contract.ts'

/** Something about an account that somebody should see to. */
export interface AccountAlarm {
  readonly kind: AccountAlarmKind
  readonly since: EpochMs
  /** Of a pause. */
  readonly because?: PauseReason
  readonly detail?: string
}

export interface AccountPause {
  readonly since: EpochMs
  readonly because: PauseReason
  readonly detail: string
  /** Who of the staff asked for it. */
  readonly by?: string
}

/** What is remembered of an account between starts; each part absent while all is well. */
export interface AccountStanding {
  readonly paused?: AccountPause
  /** Since when it could not be found out whether the account can be used. */
  readonly uncheckedSince?: EpochMs
  /** Since when staff have been told that nothing leaves the account. */
  readonly stuckSince?: EpochMs
}

/** What an account has on its way, and had. */
export interface AccountTally {
  /** Deliveries by state; a state without any is left out. */
  readonly counts: Readonly<Record<string, number>>
  readonly lastSentAt?: EpochMs
}

/** What is due now. */
export interface DueTally {
  readonly count: number
  /** When the one that has waited longest could first have been said. */
  readonly oldestSendAt?: EpochMs
}

/** What is used of a platform's limit within any such span, and how much of it may still be. */
export interface AllowanceUse {
  readonly granted: number
  readonly withinMs: number
  readonly used: number
  readonly left: number
  readonly leftForImportant: number
}

export interface MoneyUse {
  readonly month: string
  readonly spentMicroUsd: number
  readonly budget?: {
    readonly monthlyMicroUsd: number
    readonly leftMicroUsd: number
    readonly leftForImportantMicroUsd: number
  }
}

export interface AccountAlarms extends WayOut {
  readonly alarms: readonly AccountAlarm[]
}

/** All that staff may want to know of an account. */
export interface AccountReport extends AccountAlarms, AccountTally {
  readonly paused?: AccountPause
  readonly due: DueTally
  readonly allowances: readonly AllowanceUse[]
  readonly money?: MoneyUse
}

/** The workers of the accounts. */
export interface OutboxDesk {
  poke(): void
  pause(way: WayOut, by: string, why: string): Promise<boolean>
  resume(way: WayOut, by: string): Promise<boolean>
  /** What is wrong with which account, as far as is known here. */
  alarms(): readonly AccountAlarms[]
  /** Undefined where there is no such account. */
  report(way: WayOut): Promise<AccountReport | undefined>
  reports(): Promise<readonly AccountReport[]>
}

/** A new life of a delivery, asked for by a person. */
export interface SendAgain {
  readonly by: string
  readonly at: EpochMs
  readonly expiresAt: EpochMs
}

export interface Outbox {
  accountStanding(way: WayOut): Promise<AccountStanding>
  /** Takes the place of what was remembered. */
  keepAccountStanding(way: WayOut, standing: AccountStanding): Promise<void>

  /** Reads all that the account ever said. */
  accountTally(way: WayOut): Promise<AccountTally>
  lastSentAt(way: WayOut): Promise<EpochMs | undefined>
  dueTally(way: WayOut, now: EpochMs): Promise<DueTally>
  /** When the first could have been said of those since an instant that were given up. */
  firstInVain(way: WayOut, since?: EpochMs): Promise<EpochMs | undefined>
  /**
   * When deliveries of some accounts of a channel were taken, or tried in vain, since an instant: how many,
   * and when the one was from which on there are at most `most`.
   */
  countTried(
    channel: WayOut['channel'],
    accounts: readonly string[],
    since: EpochMs,
    most: number,
  ): Promise<{ readonly count: number; readonly at?: EpochMs }>

  /** What an account has spent in a month (`2026-11`), in millionths of a dollar. */
  spent(way: WayOut, month: string): Promise<number>
  /** Adds to it; a negative amount was not spent after all. */
  spend(way: WayOut, month: string, microUsd: number): Promise<void>

  /**
   * Ends what is too old and has never been tried; and of accounts that aren't among `ways`, for which
   * nobody can ask, also what has been: that is left to a person. Gives how many came to an end.
   */
  endOverdue(now: EpochMs, ways: readonly WayOut[]): Promise<number>
  /** Gives a delivery that was given up a new life. False when it isn't dead, expired or uncertain (any more). */
  sendAgain(id: number, again: SendAgain): Promise<boolean>
}
