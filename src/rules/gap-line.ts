/**
 * Groups in which something waits for the account's gap between posts, the most important first. They
 * come due at the same instant, and only the first need be asked then: once it has posted, the others
 * wait for the next gap. So they have one timer together, and a morning with thousands of them costs
 * one look for each post.
 */
import { byImportance, leaderOf } from './group.ts'
import type { Group, WaitingItem } from './group.ts'
import { createHeap } from './heap.ts'
import { tie } from './watch.ts'
import type { EngineTimer } from './watch.ts'

export interface GapLine {
  readonly kind: 'line'
  readonly timer: EngineTimer
  /** Takes its place by its most important news. */
  stand(group: Group): void
  leave(group: Group): void
  first(): Group | undefined
}

/** Where a group stood at some time; it stands there still if that news still leads it in the line. */
interface Place {
  readonly group: Group
  readonly leader: WaitingItem
}

export function createGapLine(): GapLine {
  const places = createHeap<Place>((a, b) => byImportance(a.leader, b.leader) < 0)
  const line = {
    kind: 'line' as const,
    stand(group: Group) {
      const leader = leaderOf(group)
      if (group.inLineBy === leader) return
      group.inLineBy = leader
      places.push({ group, leader })
    },
    leave(group: Group) {
      group.inLineBy = undefined
    },
    first() {
      for (;;) {
        const place = places.peek()
        if (!place || place.group.inLineBy === place.leader) return place?.group
        places.pop()
      }
    },
  }
  return tie(line, 'line', '')
}
