/** What comes due when. A binary heap that is told of a later wish without being touched. */

/** Something that may come due. Owned by the queue: change `dueAt` through `wish` alone. */
export interface Timer {
  /** Orders timers due at the same instant. */
  readonly key: string
  /** When it is wanted; Infinity when nothing is wanted. */
  dueAt: number
  /** Where its entry lies in the heap; Infinity when it has none. */
  queuedAt: number
}

export interface TimerQueue<T extends Timer> {
  /**
   * Wants the timer at `dueAt`, or with Infinity not at all. A later wish leaves the heap as it is:
   * the early entry is moved on when it surfaces. So a reading that merely puts off a sensor's
   * silence costs one comparison.
   */
  wish(timer: T, dueAt: number): void
  /** The earliest instant wanted by any timer. */
  nextDue(): number | undefined
  /** Takes out the first timer wanted at or before `until`, in (due, key) order; its `dueAt` stays readable. */
  take(until: number): T | undefined
}

interface Entry<T> {
  readonly at: number
  readonly timer: T
}

export function createTimerQueue<T extends Timer>(): TimerQueue<T> {
  const heap: Entry<T>[] = []

  function isBefore(a: Entry<T>, b: Entry<T>): boolean {
    return a.at < b.at || (a.at === b.at && a.timer.key < b.timer.key)
  }

  function push(timer: T, at: number): void {
    timer.queuedAt = at
    const entry = { at, timer }
    let i = heap.push(entry) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!isBefore(entry, heap[parent]!)) break
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = entry
  }

  function pop(): void {
    const last = heap.pop()!
    if (heap.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
  }

  /** Brings the first entry that means what it says to the top. */
  function settleTop(): Entry<T> | undefined {
    for (;;) {
      const top = heap[0]
      if (!top) return undefined
      const { timer, at } = top
      if (timer.queuedAt === at && timer.dueAt === at) return top
      pop()
      if (timer.queuedAt !== at) continue
      timer.queuedAt = Infinity
      if (timer.dueAt !== Infinity) push(timer, timer.dueAt)
    }
  }

  return {
    wish(timer, dueAt) {
      timer.dueAt = dueAt
      if (dueAt < timer.queuedAt) push(timer, dueAt)
    },
    nextDue() {
      return settleTop()?.at
    },
    take(until) {
      if (heap.length === 0 || heap[0]!.at > until) return undefined
      const top = settleTop()
      if (!top || top.at > until) return undefined
      pop()
      top.timer.queuedAt = Infinity
      return top.timer
    },
  }
}
