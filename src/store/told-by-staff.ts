/** What staff and crews tell of containers, for every edge alike. Resolves when it is on disk. */
import { gatherEmptyings, type Emptying } from '#src/rules/emptyings.ts'
import type { PlannedEmptying, PlanSource, ReportKind } from '#src/rules/record.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { DAY, MINUTE, type EpochMs } from '#src/stations/time.ts'
import type { Store } from './contract.ts'
import { keep, type Journal, type Upshot } from './journal.ts'

/** Staff speak with one voice: the newest word of any of them counts. */
const STAFF = 'staff'

/** One word of theirs outweighs a sensor and residents. */
export function tellObservation(
  journal: Pick<Journal, 'append'>,
  containerId: ContainerId,
  kind: ReportKind,
  actor: string | undefined,
): Promise<Upshot | undefined> {
  return keep(journal, {
    kind: 'report',
    containerId,
    report: kind,
    by: 'staff',
    reporter: STAFF,
    ...(actor !== undefined && { actor }),
  })
}

/**
 * An emptying is told so long afterwards, and moved by so much, at most: what lies further off is a year or
 * a month mistyped, and who counts emptyings of a span looks no further for what was moved into it.
 */
export const EMPTYING_OFF_MS = 31 * DAY

/** A button pressed twice: what a source says again of a container so soon is the same emptying. */
const PRESSED_TWICE_MS = MINUTE

export type TellEmptying = (emptying: {
  readonly containerId: ContainerId
  readonly emptiedAt: EpochMs
  readonly by: 'contractor' | 'staff'
  readonly actor: string
}) => Promise<'kept' | 'repeat'>

/** Tells emptyings, each once; of a repeat too the answer comes when it is on disk. */
export function openEmptyingTeller(journal: Pick<Journal, 'append'>): TellEmptying {
  const told = new Map<string, { readonly at: EpochMs; readonly kept: Promise<unknown> }>()
  return async (emptying) => {
    const { containerId, emptiedAt: at, by } = emptying
    const name = `${by} ${containerId}`
    const before = told.get(name)
    if (before && Math.abs(at - before.at) < PRESSED_TWICE_MS) {
      await before.kept
      return 'repeat'
    }
    const kept = keep(journal, { kind: 'emptied', ...emptying })
    told.set(name, { at, kept })
    try {
      await kept
    } catch (error) {
      told.delete(name)
      throw error
    }
    return 'kept'
  }
}

export async function emptyingsOf(
  store: Pick<Store, 'emptyings'>,
  containerId: ContainerId,
): Promise<readonly Emptying[]> {
  return gatherEmptyings(await store.emptyings({ containerId, since: 0 as EpochMs }))
}

/** It was at another time, or without one never at all. */
export async function correctEmptying(
  journal: Pick<Journal, 'append'>,
  { containerId, told }: Emptying,
  emptiedAt: EpochMs | undefined,
  actor: string,
): Promise<void> {
  // All that was told of it, or what is left would tell it again.
  await Promise.all(
    told.map(({ seq, emptiedAt: was }) =>
      keep(journal, {
        kind: 'emptying-corrected',
        containerId,
        of: seq,
        was,
        ...(emptiedAt !== undefined && { emptiedAt }),
        actor,
      }),
    ),
  )
}

/** What a source plans that has not ended. */
export function comingOf(
  journal: Pick<Journal, 'plans'>,
  containerId: ContainerId,
  source: PlanSource,
  now: EpochMs,
): readonly PlannedEmptying[] {
  return (journal.plans(containerId)[source] ?? []).filter(({ until }) => until > now)
}

/** The whole list, in the place of what staff planned before. */
export async function planEmptyings(
  journal: Pick<Journal, 'append' | 'plans'>,
  containerId: ContainerId,
  emptyings: readonly PlannedEmptying[],
  actor: string,
  now: EpochMs,
): Promise<'kept' | 'same'> {
  const before = comingOf(journal, containerId, 'staff', now)
  if (JSON.stringify(before) === JSON.stringify(emptyings)) return 'same'
  const fact = { type: 'plan', containerId, source: 'staff', emptyings, actor } as const
  await keep(journal, { kind: 'fact', fact })
  return 'kept'
}
