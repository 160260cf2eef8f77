/** What every way to send an SMS offers. The far end may hang, lie or answer HTML. */
import type { EpochMs } from '#src/stations/time.ts'
import type { Checked, Found, Outcome, Turn } from '../channel.ts'

export interface Sms {
  /** E.164, `+46701234567`. */
  readonly to: string
  readonly text: string
  /** Where what becomes of it is told. */
  readonly reportUrl?: string
}

export interface SmsSender {
  /** The longest that one call may take. */
  readonly longestMs: number
  /** `later` because of `rate-limited`, `never` and `paused` prove that it wasn't taken; nothing else does. */
  send(sms: Sms, turn: Turn): Promise<Outcome>
  /** Whether one that was tried since then has been taken. */
  lookUp(sms: Sms, since: EpochMs, turn: Turn): Promise<Found>
  check(turn: Turn): Promise<Checked>
}
