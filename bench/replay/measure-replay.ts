/** Measures one replay, from opening the database to the last decision. */
import { play, verify } from '#src/replay/run.ts'
import { DAY, plus } from '#src/stations/time.ts'
import type { JournalReader } from '#src/store/journal-reader.ts'
import { openJournalReader } from '#src/store/sqlite/journal-reader.ts'
import { cpuMs } from '../cpu-time.ts'
import { EIGHT_RULES, readBook } from '../rules/rule-books.ts'

export interface ReplayTask {
  readonly what: 'read' | 'verify' | 'town' | 'station' | 'day'
  readonly path: string
}

export interface ReplayTold {
  readonly records: number
  readonly decisions: number
  readonly wallMs: number
  readonly cpuMs: number
}

const task = JSON.parse(process.argv[2]!) as ReplayTask
const beforeMs = performance.now()
const beforeCpu = cpuMs()
await using reader = openJournalReader(task.path)
const { records, decisions } = await run(reader, task.what)
process.send?.({
  records,
  decisions,
  wallMs: performance.now() - beforeMs,
  cpuMs: cpuMs() - beforeCpu,
} satisfies ReplayTold)
process.disconnect?.()

async function run(
  reader: JournalReader,
  what: ReplayTask['what'],
): Promise<{ readonly records: number; readonly decisions: number }> {
  switch (what) {
    case 'read': {
      let records = 0
      for await (const batch of reader.records({})) records += batch.length
      return { records, decisions: 0 }
    }
    case 'verify':
      return verified(await verify({ reader, span: {} }))
    case 'day':
      return verified(await verify({ reader, span: { from: plus(reader.end.at, -DAY) } }))
    case 'town':
      return told(await play({ reader, span: {} }, readBook(EIGHT_RULES)))
    case 'station': {
      const stations = reader
        .town()!
        .stations.toSorted((a, b) => b.containers.length - a.containers.length)
      const span = { stationId: stations[0]!.id }
      return told(await play({ reader, span }, readBook(EIGHT_RULES)))
    }
  }
}

function verified({ records, comparison }: Awaited<ReturnType<typeof verify>>) {
  if (comparison.differences > 0) throw new Error(JSON.stringify(comparison.first[0]))
  return { records, decisions: comparison.same }
}

function told({ records, decisions }: Awaited<ReturnType<typeof play>>) {
  return { records, decisions: decisions.length }
}
