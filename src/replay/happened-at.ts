/** A station's part of the journal, as a rule test is written from it. */
import type { JournalRecord } from '#src/rules/record.ts'
import type { Happened } from '#src/rule-tests/happened.ts'
import { MOST_BEFORE_MS } from '#src/rule-tests/write-test.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import type { JournalReader } from '#src/store/journal-reader.ts'

/**
 * With some of what was before; `newest` stands in where the journal says nothing of the town.
 * @throws {NoReplay} when the journal doesn't reach back so far.
 */
export async function readHappened(
  reader: JournalReader,
  station: StationId,
  newest: Town,
  { from, until }: { readonly from: EpochMs; readonly until: EpochMs },
): Promise<Happened> {
  const wanted = plus(from, -MOST_BEFORE_MS)
  const place = reader.placeBefore(wanted)
  const records: JournalRecord[] = []
  const towns: { readonly at: EpochMs; readonly town: Town }[] = []
  if (place.making) towns.push({ at: place.at ?? wanted, town: place.making.town })
  for await (const piece of reader.pieces(place, { to: until, stationId: station })) {
    if (piece.kind === 'made') towns.push({ at: piece.making.at, town: piece.making.town })
    if (piece.kind === 'town') towns.push({ at: piece.record.at, town: piece.town })
    if (piece.kind !== 'records') continue
    for (const record of piece.records) if (record.at >= wanted) records.push(record)
  }
  const start = Math.max(wanted, records[0]?.at ?? wanted) as EpochMs
  return {
    station,
    start: { at: beginningOf(start), timeZone: newest.timeZone },
    records,
    towns: towns.length > 0 ? towns : [{ at: wanted, town: newest }],
    posts: await reader.posts({ from: wanted, to: until, stationId: station }),
  }
}

/** A round time, not after the first record. */
function beginningOf(at: EpochMs): EpochMs {
  return (at - (at % MINUTE)) as EpochMs
}
