/** What staff may say of what was said: a post is wrong, something is to be silent, it may speak again. */
import { randomBytes } from 'node:crypto'
import type { DecidedPost } from '#src/rules/decision.ts'
import { gatherSilences, isSilent } from '#src/rules/silences.ts'
import type { ContainerId, PostKey, StationId } from '#src/stations/ids.ts'
import { type Clock, DAY, type EpochMs } from '#src/stations/time.ts'
import type { Store } from './contract.ts'
import { type Journal, keep, type Upshot } from './journal.ts'

/** A silence meant for ever is a rule to be taken out. */
export const LONGEST_SILENCE_MS = 366 * DAY

export type Corrected =
  /** Nobody had seen it, and nobody will. */
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'corrected'; readonly by: PostKey }
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'refused'
      readonly because: 'is-a-correction' | 'too-old' | 'taken-back-already'
    }

/** A post was wrong. `why` is for staff. */
export async function correctPost(
  { store, journal }: { readonly store: Store; readonly journal: Journal },
  { key, actor, why }: { readonly key: PostKey; readonly actor: string; readonly why?: string },
): Promise<Corrected> {
  const said = await store.post(key)
  if (!said) return { kind: 'unknown' }
  const { texts: _words, withdrawnAt: _stopped, correctedBy: _known, ...post } = said
  const upshot = await keep(journal, {
    kind: 'fact',
    fact: { type: 'post-corrected', post, actor, ...(why !== undefined && { why }) },
  })
  if (upshot?.applied?.kind !== 'now') {
    return { kind: 'refused', because: whyNot(post, upshot) }
  }
  const by = upshot.committed.posts.find(({ corrects }) => corrects === key)?.key
  return by === undefined ? { kind: 'withdrawn' } : { kind: 'corrected', by }
}

function whyNot(
  post: DecidedPost,
  upshot: Upshot | undefined,
): (Corrected & { kind: 'refused' })['because'] {
  if (post.kind === 'correction') return 'is-a-correction'
  const applied = upshot?.applied
  const isTooOld = applied?.kind === 'history' && applied.because === 'too-old-post'
  return isTooOld ? 'too-old' : 'taken-back-already'
}

/** Of a station, a container, a rule, or a rule there; with none of them, of the whole town. */
export interface SilenceWish {
  readonly stationId?: StationId | undefined
  readonly containerId?: ContainerId | undefined
  readonly ruleId?: string | undefined
  readonly until: EpochMs
  readonly why?: string | undefined
  readonly actor: string
}

export async function beginSilence(
  journal: Journal,
  { stationId, containerId, ruleId, until, why, actor }: SilenceWish,
): Promise<{ readonly id: string; readonly upshot: Upshot | undefined }> {
  const id = randomBytes(6).toString('hex')
  const upshot = await keep(journal, {
    kind: 'fact',
    fact: {
      type: 'silenced',
      id,
      ...(stationId && { stationId }),
      ...(containerId && { containerId }),
      ...(ruleId !== undefined && { ruleId }),
      until,
      ...(why !== undefined && { why }),
      actor,
    },
  })
  return { id, upshot }
}

export type SilenceEnded =
  | { readonly kind: 'ended'; readonly upshot: Upshot | undefined }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'over-already' }

/** Before its time; what it held back is asked again at once. */
export async function endSilence(
  {
    store,
    journal,
    clock,
  }: { readonly store: Store; readonly journal: Journal; readonly clock: Clock },
  id: string,
  actor: string,
): Promise<SilenceEnded> {
  const silence = gatherSilences(await store.silences()).find(({ said }) => said.id === id)
  if (!silence) return { kind: 'unknown' }
  if (!isSilent(silence, clock())) return { kind: 'over-already' }
  const fact = { type: 'silence-ended', id, actor } as const
  return { kind: 'ended', upshot: await keep(journal, { kind: 'fact', fact }) }
}
