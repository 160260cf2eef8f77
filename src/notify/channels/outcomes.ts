/** What channels have in common in answering the worker. */
import type { Checked, Failure, Found, Outcome } from '../channel.ts'

/** A look-up that failed: refused for good, the far end will never tell. */
export function foundOf(failure: Failure): Found {
  if (failure.kind === 'paused') return failure
  return { kind: failure.kind === 'never' ? 'unknowable' : 'unknown', detail: failure.detail }
}

export function checkedOf(failure: Failure): Checked {
  return failure.kind === 'paused' ? failure : { kind: 'unknown', detail: failure.detail }
}

/** What a look-up says of a delivery that was to be said again. */
export function outcomeOfFound(found: Exclude<Found, { kind: 'absent' }>): Outcome {
  switch (found.kind) {
    case 'found':
      return { kind: 'sent', remoteId: found.remoteId }
    case 'unknown':
      return { kind: 'later', because: 'unreachable', detail: found.detail }
    case 'unknowable':
      return { kind: 'uncertain', detail: found.detail }
    case 'paused':
      return found
  }
}

export function notSendable(detail: string): Failure {
  return { kind: 'never', because: 'not-sendable', detail }
}

/** An account's name as its platform tells names apart. */
export function plainName(account: string): string {
  return account.replace(/^@/, '').toLowerCase()
}
