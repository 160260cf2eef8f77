/**
 * Where a packed day lies. Day first: new chunks land at the end of the table, which then has no
 * half-empty pages, and a day past its keeping is one stretch. A series is one device on one container.
 */

const SERIES = 2 ** 24

/** For days of all instants that a date can hold, and up to sixteen million series. */
export function chunkId(day: number, series: number): number {
  return day * SERIES + series
}

/** Readings of a device that sat nowhere are packed under this number. */
export const NOWHERE = 0
