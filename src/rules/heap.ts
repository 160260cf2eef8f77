/** A binary heap: whatever is first of all comes off first. */
export interface Heap<T> {
  push(item: T): void
  peek(): T | undefined
  pop(): T | undefined
}

export function createHeap<T>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = []
  return {
    push(item) {
      let place = items.length
      while (place > 0) {
        const parent = (place - 1) >> 1
        if (!isBefore(item, items[parent]!)) break
        items[place] = items[parent]!
        place = parent
      }
      items[place] = item
    },
    peek() {
      return items[0]
    },
    pop() {
      const first = items[0]
      const last = items.pop()
      if (last === undefined || items.length === 0) return first
      let place = 0
      for (;;) {
        let child = 2 * place + 1
        if (child >= items.length) break
        if (child + 1 < items.length && isBefore(items[child + 1]!, items[child]!)) child++
        if (!isBefore(items[child]!, last)) break
        items[place] = items[child]!
        place = child
      }
      items[place] = last
      return first
    },
  }
}
