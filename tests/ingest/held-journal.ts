/** A journal in memory whose commits a test can hold back, let go one by one, or have fail. */
import type { EpochMs } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Journal, JournalEntry, Settled } from '#src/store/journal.ts'
import { castTown } from '#tests/support/town.ts'

export interface HeldJournal extends Journal {
  /** Everything that was appended, in order. */
  readonly entries: readonly JournalEntry[]
  /** From now on nothing is committed by itself. */
  hold(): void
  /** Commits what waits, or the oldest `n` of it; without `n` also what comes later. */
  release(n?: number): void
  /** Commits fail, as the broker sees it, since an instant; undefined ends it. */
  fail(since: EpochMs | undefined): void
  /** Appending throws from now on, as when the journal is closed. */
  refuse(): void
}

export function heldJournal(): HeldJournal {
  const entries: JournalEntry[] = []
  const queue: { readonly entry: JournalEntry; readonly settled: (o: Settled) => void }[] = []
  let held = false
  let refusing = false
  let scheduled = false
  let failingSince: EpochMs | undefined

  const commit = (n: number) => {
    for (const { entry, settled } of queue.splice(0, n)) {
      settled(entry.kind === 'rejected' ? 'rejected' : 'kept')
    }
  }
  const schedule = () => {
    if (scheduled || held || failingSince !== undefined) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      if (!held && failingSince === undefined) commit(queue.length)
    })
  }
  return {
    entries,
    hold() {
      held = true
    },
    release(n) {
      if (n === undefined) held = false
      commit(n ?? queue.length)
    },
    fail(since) {
      failingSince = since
      schedule()
    },
    refuse() {
      refusing = true
    },
    append(entry, settled) {
      if (refusing) throw new Error('the journal is closed')
      entries.push(entry)
      queue.push({ entry, settled })
      schedule()
    },
    get waiting() {
      return queue.length
    },
    get failingSince() {
      return failingSince
    },
    status() {
      throw new Error('the broker has no business with this')
    },
    plans() {
      throw new Error('the broker has no business with this')
    },
    standing() {
      throw new Error('the broker has no business with this')
    },
    sensors() {
      throw new Error('the broker has no business with this')
    },
    town: indexTown(castTown),
    revision: 0,
    onCommitted: () => () => undefined,
    tick: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
