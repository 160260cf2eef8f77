/** What really happened at a station becomes a rule test, for whoever tries rules. */
import { writeTest } from '#src/rule-tests/write-test.ts'
import { faultLine } from '#src/stations/fault-line.ts'
import { type EpochMs, isoText, wallTime } from '#src/stations/time.ts'
import { type JournalReader, NoReplay } from '#src/store/journal-reader.ts'
import { readHappened } from './happened-at.ts'
import { findStation, type TrialSpan } from './trial.ts'

export interface TestAnswer {
  readonly kind: 'written'
  /** A whole `rules.test.yaml`, which passes with these rules. */
  readonly text: string
  /** Where the station really said something else. */
  readonly differences: readonly string[]
}

/** @throws {NoReplay} when nothing of it is in the journal. */
export async function testFrom(
  reader: JournalReader,
  span: TrialSpan,
  rules: string,
): Promise<TestAnswer> {
  const { town, station } = findStation(reader, span)
  const until = Math.min(span.to, reader.end.firedUntil) as EpochMs
  if (span.from >= until) {
    throw new NoReplay(`The journal ends before that, at ${isoText(reader.end.firedUntil)}.`)
  }
  const happened = await readHappened(reader, station.id, town, { from: span.from, until })
  const written = writeTest(happened, {
    from: span.from,
    until,
    name: `what happened at ${station.name}, ${wallTime(span.from, town.timeZone).day}`,
    rules: { file: 'rules.yaml', text: rules },
  })
  if (written.kind === 'faulty') throw new NoReplay(written.faults.map(faultLine).join(' '))
  return written
}
