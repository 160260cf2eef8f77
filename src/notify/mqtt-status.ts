/**
 * Each station's state as a retained message, `kvitter/v1/stations/{stationId}/status`, for displays and
 * home automation. Said when a word or a rounded percent changes, never the same again.
 */
import type { Journal } from '#src/store/journal.ts'
import type { ContainerStatus } from '#src/rules/decision.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { Station } from '#src/stations/station.ts'
import { SECOND, isoOrNull, isoText } from '#src/stations/time.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'

/** The message, as JSON. Percents are whole; instants are ISO 8601 in UTC. */
export interface StationStatusMessage {
  readonly station: string
  readonly name: string
  readonly updatedAt: string
  readonly containers: readonly {
    readonly id: string
    readonly fraction: string
    readonly word: ContainerStatus['word']
    /** Null when unknown. */
    readonly fillPercent: number | null
    readonly measuredAt: string | null
    /** Since when nothing is known; null when something is, or nothing ever was. */
    readonly unknownSince: string | null
  }[]
  readonly full: number
  readonly nearlyFull: number
  readonly unknown: number
}

/** Real time: how far it has gone, in milliseconds, and a way to be called later. */
export interface Pace {
  now(): number
  /** Calls `run` after so many milliseconds; the answer calls it off. */
  after(ms: number, run: () => void): () => void
}

export interface StatusOptions {
  readonly journal: Pick<Journal, 'status' | 'town' | 'onCommitted'>
  /** Publishes retained, QoS 1; an empty body takes the retained message away. */
  readonly publish: (topic: string, body: string) => Promise<unknown> | void
  readonly clock: Clock
  /** Shortest real time between two messages of a station. Default 5 s. */
  readonly minGapMs?: number
  /** How often every station is looked at, for what changes by ageing alone. Default 60 s. */
  readonly sweepMs?: number
  readonly onFault?: (what: string, error: unknown) => void
  readonly pace?: Pace
}

export function statusTopic(id: StationId): string {
  return `kvitter/v1/stations/${id}/status`
}

/** A station as it is told to machines. */
export function stationStatusMessage(
  station: Station,
  statusOf: (container: Station['containers'][number]) => ContainerStatus,
  at: EpochMs,
): StationStatusMessage {
  const statuses = station.containers.map((container) => ({
    container,
    status: statusOf(container),
  }))
  const count = (word: ContainerStatus['word']) =>
    statuses.filter(({ status }) => status.word === word).length
  return {
    station: station.id,
    name: station.name,
    updatedAt: isoText(at),
    containers: statuses.map(({ container, status }) => ({
      id: container.id,
      fraction: container.fraction,
      word: status.word,
      fillPercent: status.fillPercent === undefined ? null : Math.round(status.fillPercent),
      measuredAt: isoOrNull(status.measuredAt),
      unknownSince: isoOrNull(status.unknownSince),
    })),
    full: count('full'),
    nearlyFull: count('nearly-full'),
    unknown: count('unknown'),
  }
}

/** What must differ for a message to be worth sending: not the times. */
function gist(message: StationStatusMessage): string {
  const { name, containers } = message
  return JSON.stringify([
    name,
    containers.map((c) => [c.id, c.fraction, c.word, c.fillPercent, c.unknownSince]),
  ])
}

/** What is remembered of a station that has been published. */
interface Told {
  gist?: string
  at: number
  /** Calls off the message that waits for its gap. */
  cancel?: () => void
}

/** Publishes every station now, and then whatever changes, until disposed of. */
export function publishStatuses(options: StatusOptions): AsyncDisposable {
  const { journal, publish, clock, onFault } = options
  const pace = options.pace ?? realPace
  const minGapMs = options.minGapMs ?? 5 * SECOND
  const sweepMs = options.sweepMs ?? 60 * SECOND
  const told = new Map<StationId, Told>()
  const underWay = new Set<Promise<unknown>>()
  let town = journal.town

  /** Keeps `gist` only if the message got out; the next sweep tries again otherwise. */
  function say(id: StationId, body: string, remembered: Told | undefined, said: string): void {
    if (remembered) remembered.gist = said
    const failed = (error: unknown) => {
      if (remembered) delete remembered.gist
      onFault?.(`the status of ${id} could not be published`, error)
    }
    try {
      const sent = Promise.resolve(publish(statusTopic(id), body))
        .catch(failed)
        .finally(() => underWay.delete(sent))
      underWay.add(sent)
    } catch (error) {
      failed(error)
    }
  }

  function look(id: StationId): void {
    const station = journal.town.stations.get(id)
    if (!station) return
    const last = told.get(id)
    if (last?.cancel) return
    const at = clock()
    const message = stationStatusMessage(station, (c) => journal.status(c.id), at)
    const now = gist(message)
    if (last?.gist === now) return
    const waitMs = last ? last.at + minGapMs - pace.now() : 0
    if (last && waitMs > 0) {
      last.cancel = pace.after(waitMs, () => {
        delete last.cancel
        look(id)
      })
      return
    }
    const remembered: Told = { at: pace.now() }
    told.set(id, remembered)
    say(id, JSON.stringify(message), remembered, now)
  }

  function lookAtAll(): void {
    town = journal.town
    for (const [id, { cancel }] of told) {
      if (town.stations.has(id)) continue
      cancel?.()
      told.delete(id)
      say(id, '', undefined, '')
    }
    for (const id of town.stations.keys()) look(id)
  }

  let cancelSweep: () => void
  function sweep(): void {
    lookAtAll()
    cancelSweep = pace.after(sweepMs, sweep)
  }

  const stopListening = journal.onCommitted(({ containers }) => {
    if (journal.town !== town) return lookAtAll()
    const touched = new Set(containers.flatMap((id) => town.containers.get(id)?.stationId ?? []))
    for (const id of touched) look(id)
  })
  sweep()

  return {
    async [Symbol.asyncDispose]() {
      stopListening()
      cancelSweep()
      for (const { cancel } of told.values()) cancel?.()
      await Promise.all(underWay)
    },
  }
}

export const realPace: Pace = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
