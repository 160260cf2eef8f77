/** What is wrong with an account, for staff. Pure. */
import { DAY, HOUR } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { AccountAlarm, AccountStanding, AccountTally, DueTally } from '#src/store/outbox.ts'

/** What has been due for so long should have left. */
const SHOULD_LEAVE_MS = HOUR
/** An account that has said nothing for so long, though it should have, is in trouble that it doesn't know of. */
const SILENT_MS = DAY
/** An account that can't be checked for so long isn't just having a bad hour. */
const UNCHECKED_MS = DAY

/**
 * Whether nothing leaves an account though it should. It stays so until something is sent: that what
 * waited has grown too old is no sign of health.
 */
export function isStuck(
  now: EpochMs,
  { oldestSendAt }: Pick<DueTally, 'oldestSendAt'>,
  { lastSentAt }: Pick<AccountTally, 'lastSentAt'>,
  stuckSince: EpochMs | undefined,
): boolean {
  if (stuckSince !== undefined) return lastSentAt === undefined || lastSentAt <= stuckSince
  const hasWaited = oldestSendAt !== undefined && now - oldestSendAt >= SHOULD_LEAVE_MS
  return hasWaited && (lastSentAt === undefined || now - lastSentAt >= SILENT_MS)
}

export interface AccountSigns {
  readonly standing: AccountStanding
  /** Since when the worker's loop hasn't come round, if it should have. */
  readonly stalledSince?: EpochMs
  /** Since when only important posts may still be paid for. */
  readonly shortSince?: EpochMs
}

/** An account that is paused has one alarm; one that staff have paused has none, they know. */
export function alarmsOf(signs: AccountSigns, now: EpochMs): readonly AccountAlarm[] {
  const { standing, stalledSince, shortSince } = signs
  const { paused, stuckSince, uncheckedSince } = standing
  const stalled: readonly AccountAlarm[] =
    stalledSince === undefined ? [] : [{ kind: 'stalled', since: stalledSince }]
  if (paused?.because === 'staff') return stalled
  if (paused) {
    const { since, because, detail } = paused
    return [{ kind: 'paused', since, because, detail }, ...stalled]
  }
  return [
    ...stalled,
    ...(stuckSince === undefined ? [] : [{ kind: 'nothing-leaves', since: stuckSince } as const]),
    ...(uncheckedSince !== undefined && now - uncheckedSince >= UNCHECKED_MS
      ? [{ kind: 'unchecked', since: uncheckedSince } as const]
      : []),
    ...(shortSince === undefined ? [] : [{ kind: 'money-short', since: shortSince } as const]),
  ]
}
