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

export function createTimerQueue<T extends Timer>(): TimerQueue<T> {
  // The heap's entries, side by side: instants are compared without looking at the timers, which lie
  // scattered in memory where there are a hundred thousand of them.
  const instants: number[] = []
  const timers: T[] = []

  function isBefore(at: number, timer: T, place: number): boolean {
    const other = instants[place]!
    return at < other || (at === other && timer.key < timers[place]!.key)
  }

  function put(place: number, at: number, timer: T): void {
    instants[place] = at
    timers[place] = timer
  }

  function push(timer: T, at: number): void {
    timer.queuedAt = at
    let place = timers.length
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!isBefore(at, timer, parent)) break
      put(place, instants[parent]!, timers[parent]!)
      place = parent
    }
    put(place, at, timer)
  }

  function pop(): void {
    const at = instants.pop()!
    const timer = timers.pop()!
    const { length } = timers
    if (length === 0) return
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= length) break
      const next = child + 1
      if (next < length && isBefore(instants[next]!, timers[next]!, child)) child = next
      if (isBefore(at, timer, child)) break
      put(place, instants[child]!, timers[child]!)
      place = child
    }
    put(place, at, timer)
  }

  /** Brings the first entry that means what it says to the top. */
  function settleTop(): T | undefined {
    for (;;) {
      const timer = timers[0]
      if (!timer) return undefined
      const at = instants[0]!
      if (timer.queuedAt === at && timer.dueAt === at) return timer
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
      return settleTop()?.dueAt
    },
    take(until) {
      if (timers.length === 0 || instants[0]! > until) return undefined
      const timer = settleTop()
      if (!timer || timer.dueAt > until) return undefined
      pop()
      timer.queuedAt = Infinity
      return timer
    },
  }
}
