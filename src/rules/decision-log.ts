/** Two logs of decisions side by side: the one that was kept, and the one that a replay made. */
import type { PostKey } from '#src/stations/ids.ts'
import type { Decision } from './decision.ts'

/** A decision as it was kept. */
export interface LoggedDecision {
  readonly id: number
  /** JSON, byte for byte. */
  readonly text: string
}

export type LogDifference =
  | { readonly kind: 'changed'; readonly was: LoggedDecision; readonly now: Decision }
  /** It was decided then and isn't now. */
  | { readonly kind: 'missing'; readonly was: LoggedDecision }
  /** It is decided now and wasn't then. */
  | { readonly kind: 'extra'; readonly now: Decision }

export interface LogComparison {
  /** How many are the same. */
  readonly same: number
  /** Decided posts that could not be put into words then, and were kept as dropped; else the same. */
  readonly unworded: number
  readonly differences: number
  /** The first of them. */
  readonly first: readonly LogDifference[]
}

export interface LogComparer {
  /** More of either log, each in its order. */
  take(was: readonly LoggedDecision[], now: readonly Decision[]): void
  /** No more will come. */
  finish(): LogComparison
}

/** How far ahead is looked for where the logs meet again. */
const LOOK_AHEAD = 200

/** `wasSaid` tells whether a post was kept; `mostShown` differences are told, the others counted. */
export function compareLogs(wasSaid: (key: PostKey) => boolean, mostShown = 20): LogComparer {
  let was: LoggedDecision[] = []
  let now: { readonly decision: Decision; readonly text: string }[] = []
  let same = 0
  let unworded = 0
  let differences = 0
  const first: LogDifference[] = []

  const tell = (difference: LogDifference): void => {
    differences++
    if (first.length < mostShown) first.push(difference)
  }

  /** Goes on until one of them has no more than `rest` left. */
  const compare = (rest: number): void => {
    let w = 0
    let n = 0
    while (was.length - w > rest && now.length - n > rest) {
      const before = was[w]!
      const { decision, text } = now[n]!
      if (before.text === text) {
        same++
        w++
        n++
        continue
      }
      if (before.text === withoutPost(decision, wasSaid)) {
        unworded++
        w++
        n++
        continue
      }
      const skippedNow = now.slice(n, n + LOOK_AHEAD).findIndex((d) => d.text === before.text)
      const skippedWas = was.slice(w, w + LOOK_AHEAD).findIndex((d) => d.text === text)
      const isExtra = skippedNow >= 0 && (skippedWas < 0 || skippedNow <= skippedWas)
      if (isExtra) {
        for (const end = n + skippedNow; n < end; n++) {
          tell({ kind: 'extra', now: now[n]!.decision })
        }
      } else if (skippedWas >= 0) {
        for (const end = w + skippedWas; w < end; w++) tell({ kind: 'missing', was: was[w]! })
      } else {
        tell({ kind: 'changed', was: before, now: decision })
        w++
        n++
      }
    }
    was = was.slice(w)
    now = now.slice(n)
  }

  return {
    take(moreWas, moreNow) {
      was = was.concat(moreWas)
      now = now.concat(moreNow.map((decision) => ({ decision, text: JSON.stringify(decision) })))
      compare(LOOK_AHEAD)
    },
    finish() {
      compare(0)
      for (const left of was) tell({ kind: 'missing', was: left })
      for (const { decision } of now) tell({ kind: 'extra', now: decision })
      was = []
      now = []
      return { same, unworded, differences, first }
    },
  }
}

/** How the journal keeps a decision whose post could not be worded. */
function withoutPost(decision: Decision, wasSaid: (key: PostKey) => boolean): string | undefined {
  const { postKey, ...rest } = decision
  if (postKey === undefined || wasSaid(postKey)) return undefined
  return JSON.stringify({ ...rest, outcome: 'dropped' })
}
