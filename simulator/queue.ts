/** What happens next: a binary heap by time; what was put in first comes first among equals. */
import type { EpochMs } from '#src/stations/time.ts'

export interface Queue<T> {
  readonly size: number
  push(at: EpochMs, item: T): void
  /** The earliest, if there is one. */
  pop(): { readonly at: EpochMs; readonly item: T } | undefined
}

interface Entry<T> {
  readonly at: EpochMs
  readonly order: number
  readonly item: T
}

export function timeQueue<T>(): Queue<T> {
  const heap: Entry<T>[] = []
  let order = 0
  const before = (a: Entry<T>, b: Entry<T>) => a.at < b.at || (a.at === b.at && a.order < b.order)
  const swap = (i: number, j: number) => {
    const kept = heap[i]!
    heap[i] = heap[j]!
    heap[j] = kept
  }
  return {
    get size() {
      return heap.length
    },
    push(at, item) {
      heap.push({ at, order: order++, item })
      for (let i = heap.length - 1; i > 0;) {
        const parent = (i - 1) >> 1
        if (!before(heap[i]!, heap[parent]!)) break
        swap(i, parent)
        i = parent
      }
    },
    pop() {
      const top = heap[0]
      const last = heap.pop()
      if (top === undefined || last === undefined) return undefined
      if (heap.length === 0) return top
      heap[0] = last
      for (let i = 0; ;) {
        let least = i
        for (const child of [2 * i + 1, 2 * i + 2]) {
          if (child < heap.length && before(heap[child]!, heap[least]!)) least = child
        }
        if (least === i) return top
        swap(i, least)
        i = least
      }
    },
  }
}
