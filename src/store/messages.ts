/**
 * Messages to one person, by SMS or e-mail: durable, claimed by lease, said once. To whom and what is sealed,
 * and thrown away some days after a message's end.
 */
import type { PauseReason } from '#src/stations/account-trouble.ts'
import type { EpochMs } from '#src/stations/time.ts'

export const MESSAGE_WAYS = ['sms', 'email'] as const
export type MessageWay = (typeof MESSAGE_WAYS)[number]

/**
 * `due`; `sending`; `uncertain`: it may have been taken, and is asked after before it is said again.
 * Ends: `sent` (taken), `delivered` (on the phone), `failed` (it never got there), `dead` (refused, given
 * up), `expired`, `cancelled`, `unknown` (never found out; not said again).
 */
export const MESSAGE_STATES = [
  'due',
  'sending',
  'uncertain',
  'sent',
  'delivered',
  'failed',
  'dead',
  'expired',
  'cancelled',
  'unknown',
] as const
export type MessageState = (typeof MESSAGE_STATES)[number]

/** Why all messages of a way wait until somebody has seen to it. */
export interface MessageTrouble {
  readonly way: MessageWay
  readonly since: EpochMs
  readonly because: PauseReason
  readonly detail: string
}

export interface NewMessage {
  /** Twice the same is one message. Nothing personal: it outlives the message. */
  readonly id: string
  /** What it is about, such as a booking: cancelled and erased together. */
  readonly group: string
  /** The text's key, for counting. */
  readonly purpose: string
  readonly way: MessageWay
  /** Both sealed by who puts it here. */
  readonly recipient: string
  readonly body: string
  readonly dueAt: EpochMs
  readonly expiresAt: EpochMs
}

export interface Message extends NewMessage {
  readonly no: number
  /** With this one. */
  readonly attempts: number
  readonly firstTriedAt: EpochMs
  /** An earlier try may have been taken. */
  readonly mayBeSaid: boolean
  /** So many of them may have been. */
  readonly unheard: number
}

/** What staff see of a message: neither to whom nor what. */
export interface MessageLine extends Pick<
  NewMessage,
  'id' | 'purpose' | 'way' | 'dueAt' | 'expiresAt'
> {
  readonly no: number
  readonly state: MessageState
  readonly attempts: number
  readonly parts?: number
  readonly endedAt?: EpochMs
  readonly error?: string
}

export interface MessageOfGroup extends Pick<NewMessage, 'id' | 'group'> {
  readonly state: MessageState
}

export type MessageOutcome =
  | { readonly state: 'sent'; readonly remoteId: string; readonly parts: number }
  /** It was surely not taken. */
  | {
      readonly state: 'due'
      readonly dueAt: EpochMs
      readonly error: string
      readonly untried?: true
    }
  | { readonly state: 'uncertain'; readonly lookAt: EpochMs; readonly error: string }
  | { readonly state: 'dead' | 'expired' | 'unknown'; readonly error: string }

/** A word from the far end of what became of a message. */
export type MessageReport = 'sent' | 'delivered' | 'failed'

export interface MessageStore {
  /** Durable when it answers. False where it was there already, or what it is about has been erased. */
  putMessage(message: NewMessage): Promise<boolean>
  /** What of a group isn't on its way yet won't be said; gives how many. */
  cancelMessages(group: string, now: EpochMs): Promise<number>
  /** The same, and nothing of to whom and what is left of any. */
  eraseMessages(group: string, now: EpochMs): Promise<number>
  /** Takes the next due one: counted as tried, durably, before it is handed over. */
  claimMessage(way: MessageWay, now: EpochMs, leaseMs: number): Promise<Message | undefined>
  nextMessageAt(way: MessageWay): Promise<EpochMs | undefined>
  /** What is no longer claimed stays as it is: a report came first. */
  settleMessage(no: number, outcome: MessageOutcome, now: EpochMs): Promise<void>
  /** Whether there is such a message. A later word never undoes a better one. */
  reportMessage(no: number, report: MessageReport, now: EpochMs): Promise<boolean>
  /** Counts what is about to be sent, unless that would be more than `limit` in the month; durable when it answers. A negative number was not sent after all. */
  spendSms(month: string, parts: number, limit: number): Promise<boolean>
  smsSpent(month: string): Promise<number>
  /** Of groups that begin so, what was due by then or later, ended or not. */
  messagesAbout(groups: string, dueSince: EpochMs): Promise<readonly MessageOfGroup[]>
  /** Newest first. */
  messages(filter: {
    readonly states?: readonly MessageState[]
    readonly limit: number
  }): Promise<readonly MessageLine[]>
  /**
   * Throws away to whom and what of those that ended by then, and forgets what ended long before. Before that
   * it ends what should have by `lateBy` and didn't, such as that of a way that the town has no longer.
   */
  tidyMessages(endedBy: EpochMs, forgetBy: EpochMs, lateBy: EpochMs): Promise<void>
}
