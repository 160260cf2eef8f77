/** What staff have said of silences, read back from the journal: which there are, and how each ended. */
import type { EpochMs } from '#src/stations/time.ts'
import type { SilenceEndedRecord, SilencedRecord } from './record.ts'

export interface ToldSilence {
  readonly said: SilencedRecord
  /** When staff ended it before its time, and who. */
  readonly ended?: { readonly at: EpochMs; readonly actor: string }
}

/** Newest first. A silence said again is as it was said last; one that was over by itself can't be ended. */
export function gatherSilences(
  records: readonly (SilencedRecord | SilenceEndedRecord)[],
): readonly ToldSilence[] {
  const byId = new Map<string, ToldSilence>()
  for (const record of records) {
    const { id, at, actor } = record
    if (record.type === 'silenced') {
      byId.set(id, { said: record })
      continue
    }
    const told = byId.get(id)
    if (told && !told.ended && at < told.said.until) byId.set(id, { ...told, ended: { at, actor } })
  }
  return [...byId.values()].sort((a, b) => b.said.at - a.said.at || b.said.seq - a.said.seq)
}

export function isSilent({ said, ended }: ToldSilence, at: EpochMs): boolean {
  return !ended && at < said.until
}
