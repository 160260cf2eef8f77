/**
 * What people say beside "full" and "room": litter on the ground, ice, a broken container, and that it
 * was put right. Of each the engine remembers who said so, until it is mended or a day has passed.
 */
import { HOUR } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { REPORT_FRESH_MS } from './evidence.ts'
import type { ReportKind, ReportRecord } from './record.ts'

/** Somebody's word; each person's newest. */
export interface Word {
  readonly by: 'resident' | 'staff'
  readonly reporter: string
  readonly at: EpochMs
}

export interface Trouble {
  /** Of the last day and since it was last mended, oldest first. */
  readonly words: readonly Word[]
  /** Since when staff have known of it; absent once it is mended. */
  readonly staffAt?: EpochMs
  /** When it was mended; absent where it was seen again since. */
  readonly mendedAt?: EpochMs
}

export const WORD_LIFE_MS = 24 * HOUR
const MAX_WORDS = 50

/** What each kind of report is about; a level is none. */
export type TroubleKind = 'litter' | 'broken' | 'ice'

export function troubleOf(kind: ReportKind): TroubleKind | undefined {
  switch (kind) {
    case 'litter':
    case 'cleaned':
      return 'litter'
    case 'broken':
    case 'repaired':
      return 'broken'
    case 'ice':
      return 'ice'
    case 'full':
    case 'has-room':
      return undefined
  }
}

/** The trouble after one more word; undefined where the same person said the same within two hours. */
export function hear(trouble: Trouble | undefined, record: ReportRecord): Trouble | undefined {
  const { kind, by, reporter, at } = record
  if (kind === 'cleaned' || kind === 'repaired') return { words: [], mendedAt: at }
  const words = trouble?.words ?? []
  const earlier = words.find((word) => word.reporter === reporter)
  if (earlier && at - earlier.at < REPORT_FRESH_MS) return undefined
  const others = words.filter((word) => word !== earlier && at - word.at < WORD_LIFE_MS)
  const staffAt = trouble?.staffAt ?? (by === 'staff' ? at : undefined)
  return {
    words: [...others.slice(-(MAX_WORDS - 1)), { by, reporter, at }],
    ...(staffAt !== undefined && { staffAt }),
  }
}

/** The trouble without a person's word; undefined where it has none of theirs. */
export function unhear(trouble: Trouble | undefined, reporter: string): Trouble | undefined {
  const words = trouble?.words.filter((word) => word.reporter !== reporter)
  return trouble && words!.length < trouble.words.length ? { ...trouble, words: words! } : undefined
}

/** How many have said so since an instant, each once. */
export function countWords(trouble: Trouble | undefined, by: Word['by'], since: number): bigint {
  let count = 0n
  for (const word of trouble?.words ?? []) if (word.by === by && word.at > since) count++
  return count
}

/**
 * Whether it was put right after it was last seen. Undefined when nobody has spoken of it for a day, or
 * the last word was taken back: then nobody knows.
 */
export function isMended(trouble: Trouble | undefined, at: EpochMs): boolean | undefined {
  if (!trouble) return false
  if (trouble.mendedAt !== undefined) return true
  const lastAt = trouble.words.at(-1)?.at ?? -Infinity
  return at - lastAt >= WORD_LIFE_MS ? undefined : false
}
