/** What a rule is judged for. */
import type { AreaId, ContainerId, StationId } from '#src/stations/ids.ts'

/** The one subject of a rule `per: account`: everything that the town's account speaks of. */
export const ACCOUNT = 'account'

export type Subject = ContainerId | StationId | AreaId | typeof ACCOUNT
