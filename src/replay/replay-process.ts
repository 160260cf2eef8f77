/**
 * One replay in a process of its own, beside the service: it may take seconds and hundreds of megabytes,
 * which go back to the machine with it, and it can be ended at any moment.
 */
import { setPriority } from 'node:os'
import { influxReadings } from '#src/store/influx/told-readings.ts'
import type { LinkOptions } from '#src/store/influx/link.ts'
import { type JournalReader, NoReplay } from '#src/store/journal-reader.ts'
import { openJournalReader } from '#src/store/sqlite/journal-reader.ts'
import { answer, checkFiles, findFaults, type ReplayAnswer, type ReplayQuestion } from './answer.ts'

export interface ReplayTask {
  readonly past: Past
  readonly question: ReplayQuestion
  /** As `nice` has it: 19 gives way to everything. */
  readonly niceness: number
  /** Only the rule files are looked at. */
  readonly checkOnly?: true
}

/** Where the journal lies. */
export interface Past {
  /** The database's file. */
  readonly file: string
  /** Where its history of readings lies, if not there. */
  readonly influx?: Pick<LinkOptions, 'url' | 'database' | 'username' | 'password'>
}

export function openPast({ file, influx }: Past): JournalReader {
  return openJournalReader(file, influx ? { elsewhere: influxReadings(influx) } : {})
}

export type ReplayMessage =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'answer'; readonly answer: ReplayAnswer }
  /** The journal can't answer that, and why. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string }

/** Progress is told so often at most. */
const TOLD_EVERY_MS = 200

async function run({ past, question, niceness, checkOnly }: ReplayTask): Promise<ReplayMessage> {
  setPriority(niceness)
  let toldAt = -Infinity
  const onProgress = (share: number): void => {
    if (performance.now() - toldAt < TOLD_EVERY_MS) return
    toldAt = performance.now()
    tell({ kind: 'progress', share })
  }
  try {
    if (checkOnly) {
      return { kind: 'answer', answer: { kind: 'checked', files: checkFiles(question) } }
    }
    const faults = findFaults(question)
    if (faults.length > 0) return { kind: 'answer', answer: { kind: 'faulty', faults } }
    await using reader = openPast(past)
    return { kind: 'answer', answer: await answer(reader, question, onProgress) }
  } catch (error) {
    if (error instanceof NoReplay) return { kind: 'refused', why: error.message }
    return { kind: 'failed', why: (error as Error).stack ?? String(error) }
  }
}

function tell(message: ReplayMessage): void {
  process.send?.(message)
}

if (import.meta.main && process.connected) {
  process.once('message', (task: ReplayTask) => {
    void run(task).then((message) => {
      // The answer must be on its way before the process goes.
      process.send!(message, () => process.disconnect!())
    })
  })
}
