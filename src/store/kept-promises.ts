/** What was announced of a container's emptyings, and what became of it. */
import { gatherEmptyings, type Emptying } from '#src/rules/emptyings.ts'
import { judgePromises, type Judgement } from '#src/rules/promises.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { DAY, plus, type EpochMs } from '#src/stations/time.ts'
import type { Store } from './contract.ts'
import { EMPTYING_OFF_MS } from './told-by-staff.ts'

/** A plan is told so long ahead of what it plans at most. */
const TOLD_AHEAD_MS = 400 * DAY

/** Of what begins at or after `from`; with the emptyings by which it was judged. */
export async function judgeContainer(
  store: Pick<Store, 'plans' | 'emptyings'>,
  containerId: ContainerId,
  from: EpochMs,
  now: EpochMs,
): Promise<{ readonly judgement: Judgement; readonly emptyings: readonly Emptying[] }> {
  const [plans, told] = await Promise.all([
    store.plans({ containerId, since: plus(from, -TOLD_AHEAD_MS) }),
    store.emptyings({ containerId, since: plus(from, -EMPTYING_OFF_MS) }),
  ])
  const emptyings = gatherEmptyings(told)
  return { judgement: judgePromises(plans, emptyings, now), emptyings }
}
