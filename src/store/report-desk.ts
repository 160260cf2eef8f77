/**
 * Where residents' reports come in, by whatever edge: held to an allowance, given a mark, kept, judged.
 * An address or a token is looked at here and goes no further.
 */
import { createHash, randomBytes } from 'node:crypto'
import { Counter, type Registry } from 'prom-client'
import type { Standing } from '#src/rules/contract.ts'
import type { RESIDENT_KINDS } from '#src/rules/record.ts'
import {
  createCrowd,
  crowdKey,
  findFloods,
  FLOOD_WINDOW_MS,
  isFlood,
  type Crowd,
  type Flood,
  type Voice,
} from '#src/rules/report-floods.ts'
import type { ContainerId, StationId } from '#src/stations/ids.ts'
import { MINUTE, plus, SECOND, type Clock, type EpochMs } from '#src/stations/time.ts'
import { createAllowance } from './allowance.ts'
import type { Store } from './contract.ts'
import { keep, type Journal, type Upshot } from './journal.ts'
import { addressBlock, openReporters, type Client } from './reporters.ts'

export type ResidentKind = (typeof RESIDENT_KINDS)[number]

/** `kept`: for the record alone, since the rules failed on it. */
export const REPORT_EFFECTS = ['counted', 'repeat', 'kept'] as const
export type ReportEffect = (typeof REPORT_EFFECTS)[number]

/** Nothing was done. */
export type NotTaken =
  /** Too many from this phone or this address; the next may come after so long. */
  { readonly kind: 'limited'; readonly afterMs: number } | { readonly kind: 'no-such-container' }

export type Reported =
  { readonly kind: 'told'; readonly did: ReportEffect; readonly token: string } | NotTaken

export interface ReportDesk {
  /** Resolves when it is on disk. */
  report(container: ContainerId, kind: ResidentKind, client: Client): Promise<Reported>
  /**
   * Takes back what the same phone said of the container a moment ago. Resolves when it is on disk. Nothing
   * is taken back of a flood: it pushes others' words out of what the rules remember, and would leave none.
   */
  undo(container: ContainerId, kind: ResidentKind, client: Client): Promise<Undone>
  /** Throws away the salts whose time is over; called by a timer at the rim. */
  tidy(): Promise<void>
}

/** So long what was said may be taken back: a wrong button, a second look. */
export const UNDO_MS = 5 * MINUTE

export type Undone =
  | { readonly kind: 'undone' }
  /** Nobody with this phone said so there, it is too long ago, it has been taken back, or it is of a flood. */
  | { readonly kind: 'nothing-to-undo' }
  | NotTaken

export function isNotTaken(answer: { readonly kind: string }): answer is NotTaken {
  return answer.kind === 'limited' || answer.kind === 'no-such-container'
}

/** A station's worth of containers, with something to say of each. */
const PERSON = { most: 12, oneEveryMs: 5 * MINUTE, people: 20_000 }
/** A whole school, or a telephone company's customers, may come from one address. */
const ADDRESS = { most: 60, oneEveryMs: 10 * SECOND, people: 20_000 }

export function openReportDesk(options: {
  readonly store: Store
  readonly journal: Journal
  readonly clock: Clock
  readonly metrics: Registry
  /** Told when a flood begins; of whom is nobody's business. */
  readonly onFlood: (station: StationId, kind: ResidentKind) => void
}): ReportDesk {
  const { store, journal, clock, onFlood } = options
  const reporters = openReporters(store)
  const byPerson = createAllowance(PERSON)
  const byAddress = createAllowance(ADDRESS)
  const nameless = forgetNames()
  const floods = watchForFloods()
  const count = startCounting(options.metrics)

  const stationOf = (container: ContainerId) => {
    const { town } = journal
    return town.stations.get(town.containers.get(container)?.stationId as StationId)
  }

  return {
    async report(container, kind, client) {
      const at = clock()
      const afterMs = byAddress.take(nameless(addressBlock(client.address)), at)
      if (afterMs > 0) return count.limited(afterMs)
      const station = stationOf(container)
      if (!station) return { kind: 'no-such-container' }
      const { mark, token } = await reporters.recognise(client, station, kind, at)
      const personAfterMs = byPerson.take(nameless(token), at)
      if (personAfterMs > 0) return count.limited(personAfterMs)

      const upshot = await keep(journal, {
        kind: 'report',
        containerId: container,
        report: kind,
        by: 'resident',
        reporter: mark,
      })
      if (floods.beginsWith({ containerId: container, kind, reporter: mark, at })) {
        count.flood()
        onFlood(station.id, kind)
      }
      const did = effectOf(upshot)
      if (did === 'no-such-container') return { kind: did }
      count.told(kind, did)
      return { kind: 'told', did, token }
    },
    async undo(container, kind, client) {
      const at = clock()
      const afterMs = byAddress.take(nameless(addressBlock(client.address)), at)
      if (afterMs > 0) return count.limited(afterMs)
      const station = stationOf(container)
      if (!station) return { kind: 'no-such-container' }
      const { mark } = await reporters.recognise(client, station, kind, at)
      const lately = await store.reports({
        since: plus(at, -FLOOD_WINDOW_MS),
        containerIds: station.containers.map(({ id }) => id),
      })
      const alike = lately.filter((one) => one.by === 'resident' && one.kind === kind)
      const said = alike.findLast(
        (one) => one.reporter === mark && one.containerId === container && at - one.at <= UNDO_MS,
      )
      if (!said || isFlood(alike, at)) return { kind: 'nothing-to-undo' }
      const { containerId, reporter, seq: of } = said
      await keep(journal, {
        kind: 'fact',
        fact: { type: 'report-withdrawn', containerId, of, kind, reporter },
      })
      count.told(kind, 'undone')
      return { kind: 'undone' }
    },
    tidy: () => reporters.tidy(clock()),
  }
}

/** How the rules stand that a report on a container may concern: its own and its station's. */
export function standingsAbout(journal: Journal, container: ContainerId): readonly Standing[] {
  const stationId = journal.town.containers.get(container)?.stationId
  return [...journal.standing(container), ...(stationId ? journal.standing(stationId) : [])]
}

/** When many residents said the same of a station at once; newest first. */
export async function floodsSince(
  store: Pick<Store, 'reports'>,
  since: EpochMs,
): Promise<readonly Flood[]> {
  const said = await store.reports({ since })
  return findFloods(said.filter(({ by }) => by === 'resident'))
}

function effectOf(upshot: Upshot | undefined): ReportEffect | 'no-such-container' {
  const applied = upshot?.applied
  if (!applied) return 'kept'
  if (applied.kind === 'now') return 'counted'
  return applied.because === 'unknown-container' ? 'no-such-container' : 'repeat'
}

/** So that not even this process's memory holds an address. */
export function forgetNames(): (name: string) => string {
  const key = randomBytes(16)
  return (name) => createHash('sha256').update(key).update(name).digest('base64')
}

function watchForFloods() {
  const crowds = new Map<string, { readonly crowd: Crowd; isFlood: boolean }>()
  return {
    /** Whether a voice makes a flood of what was none before. */
    beginsWith(voice: Voice): boolean {
      const key = crowdKey(voice)
      const known = crowds.get(key) ?? { crowd: createCrowd(), isFlood: false }
      crowds.set(key, known)
      const wasFlood = known.isFlood
      known.isFlood = known.crowd.join(voice.reporter, voice.at)
      return known.isFlood && !wasFlood
    },
  }
}

function startCounting(metrics: Registry) {
  const reports = new Counter({
    name: 'kvitter_reports_total',
    help: 'Reports by residents, by kind and by what became of them',
    labelNames: ['kind', 'did'],
    registers: [metrics],
  })
  const limited = new Counter({
    name: 'kvitter_reports_limited_total',
    help: 'Reports refused since too many came from one phone or address',
    registers: [metrics],
  })
  const floods = new Counter({
    name: 'kvitter_report_floods_total',
    help: 'How often many reported the same of a station within minutes',
    registers: [metrics],
  })
  return {
    flood: () => floods.inc(),
    told: (kind: ResidentKind, did: ReportEffect | 'undone') => reports.inc({ kind, did }),
    limited(afterMs: number): NotTaken {
      limited.inc()
      return { kind: 'limited', afterMs }
    },
  }
}
