/** What can be the matter with an account that the town speaks by. */

/** Why an account says nothing until somebody has seen to it, or the month turns. */
export const PAUSE_REASONS = [
  'bad-credentials',
  'no-credits',
  'suspended',
  'wrong-account',
  'gone',
  'budget-used-up',
  'staff',
] as const
export type PauseReason = (typeof PAUSE_REASONS)[number]

export const ACCOUNT_ALARMS = [
  'paused',
  'nothing-leaves',
  'unchecked',
  'stalled',
  'money-short',
] as const
export type AccountAlarmKind = (typeof ACCOUNT_ALARMS)[number]
