/** Where a snapshot's parts lie, and which snapshots are worth keeping. */

/** So much of a packed snapshot in one row, so that writing it holds nobody up. */
export const PART_BYTES = 64 * 1024
const PARTS = 2 ** 16

export function partId(snapshot: number, part: number): number {
  return snapshot * PARTS + part
}

export function snapshotOf(partId: number): number {
  return Math.floor(partId / PARTS)
}

export interface SnapshotMark {
  readonly no: number
  /** The local day, `2026-05-05`. */
  readonly day: string
  /** The engine that went on from it, with its time-zone data. */
  readonly engine: string
}

/** The first of each day for so many days, then the first of each month for so many months. */
const DAYS = 40
const MONTHS = 120
/** Of each engine the first, from which its decisions can be made again; so many engines back. */
const ENGINES = 12

/** Which of the snapshots, in their order, may go. */
export function superfluous(snapshots: readonly SnapshotMark[]): readonly SnapshotMark[] {
  const firstOf = (
    nameOf: (mark: SnapshotMark) => string,
    most: number,
  ): readonly SnapshotMark[] => {
    const first = new Map<string, SnapshotMark>()
    for (const mark of snapshots) if (!first.has(nameOf(mark))) first.set(nameOf(mark), mark)
    return [...first.values()].slice(-most)
  }
  const kept = new Set([
    ...snapshots.slice(-1),
    ...firstOf(({ day }) => day, DAYS),
    ...firstOf(({ day }) => day.slice(0, 7), MONTHS),
    ...firstOf(({ engine }) => engine, ENGINES),
  ])
  return snapshots.filter((mark) => !kept.has(mark))
}
