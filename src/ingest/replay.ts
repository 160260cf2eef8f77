/** Messages from quarantine, tried again after a fix: with the town as it is now, and the time at which they came. */
import type { Reading, Rejection } from '#src/stations/reading.ts'
import { type Clock, HOUR } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Quarantined, Replayed, Store } from '#src/store/contract.ts'
import type { QuarantineChoice } from '#src/store/quarantine-desk.ts'
import type { Journal, Settled, UplinkEntry } from '#src/store/journal.ts'
import type { CodecPool } from './codecs/sandbox/pool.ts'
import { receive } from './receive.ts'

export interface ReplayOptions {
  readonly store: Pick<Store, 'quarantine' | 'noteReplayed'>
  readonly journal: Pick<Journal, 'append'>
  readonly town: () => TownIndex
  readonly codecs: CodecPool
  readonly clock: Clock
}

export interface ReplayCounts {
  tried: number
  /** Messages of which at least one reading was new. */
  kept: number
  /** Known already, by an earlier replay or sent again by the device. */
  repeats: number
  /** Another reading of the same instant, with other content, is kept already. */
  conflicts: number
  /** Nothing for us after all: a network server's own events. */
  ignored: number
  /** Refused again, by reason. */
  readonly rejected: Partial<Record<Rejection, number>>
}

/** What came so long ago is history: kept, and nothing said of it. */
const NEWS_FOR_MS = 2 * HOUR
const PAGE = 500

/**
 * Oldest first, so that a sensor's readings come in their order. A message that is taken in is not tried
 * again; one that is refused stays, with the new reason noted. Trying twice keeps nothing twice: a
 * reading is known by its device and time. With `dryRun` nothing is kept and nothing noted. Whoever stops it
 * by `signal` gets the signal's reason.
 */
export async function replayQuarantine(
  options: ReplayOptions,
  filter: QuarantineChoice,
  dryRun: boolean,
  signal?: AbortSignal,
): Promise<ReplayCounts> {
  const { store, clock } = options
  const counts: ReplayCounts = {
    tried: 0,
    kept: 0,
    repeats: 0,
    conflicts: 0,
    ignored: 0,
    rejected: {},
  }
  let afterId = 0
  for (;;) {
    signal?.throwIfAborted()
    const page = await store.quarantine({ ...filter, replayable: true, afterId, limit: PAGE })
    if (page.length === 0) return counts
    afterId = page.at(-1)!.id
    const replayed: Replayed[] = []
    const appended: Promise<void>[] = []
    for (const message of page) {
      counts.tried++
      const note = (outcome: string) => replayed.push({ id: message.id, outcome })
      const read = await readAgain(options, message)
      if (read.kind === 'ignored') {
        counts.ignored++
        note('ignored')
      } else if (read.kind === 'rejected') {
        const { reason } = read.rejected
        counts.rejected[reason] = (counts.rejected[reason] ?? 0) + 1
        note(reason)
      } else if (dryRun) counts.kept++
      else {
        appended.push(
          append(options.journal, read).then((settled) => {
            count(counts, settled)
            note(settled)
          }),
        )
      }
    }
    await Promise.all(appended)
    if (!dryRun) await store.noteReplayed(replayed, clock())
  }
}

async function readAgain(options: ReplayOptions, message: Quarantined) {
  const { receivedAt, topic, payload } = message
  const context = { town: options.town(), receivedAt, maybeRepeat: true }
  const received = receive(topic, payload!, context)
  const settled =
    received.kind === 'codec'
      ? received.finish(await options.codecs.run(received.codec, received.input))
      : received
  if (settled.kind !== 'uplink') return settled
  if (options.clock() - receivedAt <= NEWS_FOR_MS) return settled
  const readings = settled.readings.map((reading): Reading => ({
    ...reading,
    flags: [...reading.flags, 'replayed'],
  }))
  return { ...settled, readings }
}

function append(journal: Pick<Journal, 'append'>, entry: UplinkEntry): Promise<Settled> {
  return new Promise((resolve) => journal.append(entry, resolve))
}

function count(counts: ReplayCounts, settled: Settled): void {
  if (settled === 'kept') counts.kept++
  else if (settled === 'conflict') counts.conflicts++
  else counts.repeats++
}
