/** A store whose commits fail as asked: the real one otherwise. */
import type { Store } from '#src/store/contract.ts'

/**
 * `refused`: the transaction never began. `torn`: everything was written, then rolled back.
 * `unheard`: it was committed, but the answer got lost on its way.
 */
export type Mishap = 'refused' | 'torn' | 'unheard'

export interface ShakyStore {
  readonly store: Store
  /** What befalls the next transactions, one each; then all is well. */
  readonly mishaps: (Mishap | 'none')[]
  /** From now on every transaction is refused, and nothing can be read back. */
  readonly die: () => void
  commits: number
}

export function shaky(real: Store): ShakyStore {
  const mishaps: (Mishap | 'none')[] = []
  let dead = false
  const self: ShakyStore = {
    mishaps,
    commits: 0,
    die: () => {
      dead = true
    },
    store: {
      ...real,
      async journal(work) {
        const mishap = dead ? 'refused' : mishaps.shift()
        if (mishap === 'refused') throw new Error('refused')
        const result = await real.journal(async (tx) => {
          const done = await work(tx)
          if (mishap === 'torn') throw new Error('torn')
          return done
        })
        self.commits++
        if (mishap === 'unheard') throw new Error('unheard')
        return result
      },
      journalPosition: () =>
        dead ? Promise.reject(new Error('the store is dead')) : real.journalPosition(),
      [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
    },
  }
  return self
}
