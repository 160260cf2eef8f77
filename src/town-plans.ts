/** The plans of the town's file, told to the journal, so that the rules know them and a replay needs no file. */
import { expandPlans, nextDay, planHorizon } from '#src/rules/town-plan.ts'
import type { PlannedEmptying } from '#src/rules/record.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import { keep, type Journal, type JournalEntry } from '#src/store/journal.ts'
import { mutex } from '#src/store/mutex.ts'

export interface TownPlans {
  /** Tells what differs from what was told before; resolves when that is kept. Gives how many containers it was of. */
  tell(): Promise<number>
  /** The same, once a day. */
  tick(): Promise<void>
}

/** So many stations are told of at once; then what else comes in gets its turn. */
const STATIONS_AT_ONCE = 100

export function tellTownPlans(journal: Journal, clock: Clock): TownPlans {
  let next = 0
  const inTurn = mutex()

  /** One after another, or two would tell the same. */
  const tell = (): Promise<number> => inTurn(tellNews)

  async function tellNews(): Promise<number> {
    const now = clock()
    const { stations, timeZone } = journal.town.town
    next = nextDay(now, timeZone)
    const windowsOf = expandPlans(now, planHorizon(now, timeZone), timeZone)
    let told = 0
    for (let i = 0; i < stations.length; i += STATIONS_AT_ONCE) {
      const news = stations
        .slice(i, i + STATIONS_AT_ONCE)
        .flatMap((station) => [...windowsOf(station)])
        .filter(([containerId, emptyings]) => !isToldAlready(containerId, emptyings, now))
      told += news.length
      await Promise.all(
        news.map(([containerId, emptyings]) => keep(journal, planOf(containerId, emptyings))),
      )
      await nextTurn()
    }
    return told
  }

  const isToldAlready = (
    container: ContainerId,
    emptyings: readonly PlannedEmptying[],
    now: EpochMs,
  ): boolean => {
    const told = (journal.plans(container).town ?? []).filter(({ until }) => until > now)
    return (
      told.length === emptyings.length &&
      told.every(({ from, until }, i) => {
        const window = emptyings[i]!
        return from === window.from && until === window.until
      })
    )
  }

  return {
    tell,
    async tick() {
      if (clock() >= next) await tell()
    },
  }
}

function planOf(containerId: ContainerId, emptyings: readonly PlannedEmptying[]): JournalEntry {
  return { kind: 'fact', fact: { type: 'plan', containerId, source: 'town', emptyings } }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
