/** What a condition may ask: the facts, their types and meanings, and the objects that answer. */
import type { ContainerId, StationId } from '#src/stations/ids.ts'
import { MINUTE } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { FULL_EVIDENCE, REPORT_FRESH_MS, weighEvidence } from './evidence.ts'
import type { Known } from './evidence.ts'

export interface Fact {
  readonly name: string
  readonly type: 'double' | 'int' | 'bool' | 'string'
  /** Whether it may be missing; a condition that needs a missing fact is UNKNOWN. */
  readonly mayBeMissing: boolean
  /** Whether it changes by the passing of time alone. */
  readonly ages: boolean
  /** For a person who writes rules. */
  readonly meaning: string
}

const missing = { mayBeMissing: true }
const ages = { ages: true }

/**
 * Every fact, by the name a condition uses. `c.` is the container (rules `per: container`), `s.` its
 * station, `truck.` the truck on its way there.
 */
export const FACTS: readonly Fact[] = [
  fact('c.id', 'string', 'the container, `1490-064-paper-1`'),
  fact('c.fraction', 'string', 'what it takes: paper, plastic, metal, clear-glass …'),
  fact('c.full', 'bool', 'evidence is 1 or more; missing while nothing is known', {
    ...missing,
    ...ages,
  }),
  fact('c.evidence', 'double', 'log-odds that it is full (rules.md)', { ...missing, ...ages }),
  fact('c.fill', 'double', 'level in percent, 0–100; missing once it is too old', {
    ...missing,
    ...ages,
  }),
  fact('c.fill_age_min', 'double', 'minutes since that level was measured', {
    ...missing,
    ...ages,
  }),
  fact('c.full_reports_2h', 'int', 'residents who said "full" within two hours', ages),
  fact('c.min_since_emptied', 'double', 'minutes since it was emptied', { ...missing, ...ages }),
  fact('c.sensor_silent_min', 'double', 'minutes since its sensor last spoke', {
    ...missing,
    ...ages,
  }),
  fact(
    'c.fault',
    'string',
    'the standing fault of its sensor, `no-echo` …; empty when there is none',
  ),
  fact('s.id', 'string', 'the station, `1490-064`'),
  fact('s.containers', 'int', 'how many containers stand there'),
  fact('s.full', 'int', 'how many of them are full'),
  fact('s.unknown', 'int', 'of how many nothing is known'),
  fact(
    's.gateway_down',
    'bool',
    'its radio gateway is down; false as long as nothing reports gateways',
  ),
  fact('truck.en_route', 'bool', 'a truck is on its way; false as long as nothing reports trucks'),
  fact('truck.eta_min', 'double', 'minutes until it arrives', missing),
]

function fact(name: string, type: Fact['type'], meaning: string, traits?: Partial<Fact>): Fact {
  return { name, type, meaning, mayBeMissing: false, ages: false, ...traits }
}

export const factByName: ReadonlyMap<string, Fact> = new Map(FACTS.map((f) => [f.name, f]))

export type FactValue = number | bigint | boolean | string | undefined

/** What is known of a container, as far as facts need it. */
export interface KnownContainer extends Known {
  readonly container: { readonly id: ContainerId; readonly fraction: string }
  readonly fault: string | undefined
  readonly heardAt: EpochMs | undefined
  readonly emptiedAt: EpochMs | undefined
}

/** What is known of a station. */
export interface KnownStation {
  readonly station: { readonly id: StationId }
  readonly containers: { readonly length: number }
  readonly full: number
  readonly unknown: number
}

/**
 * Answers for one container at a time, so that asking costs no object. Each answer is worked out only
 * when asked. A field without a value is a missing fact.
 */
export class ContainerFacts {
  #known!: KnownContainer
  #at = 0 as EpochMs
  #evidence: number | undefined

  /** Turns to a container. */
  look(known: KnownContainer, at: EpochMs): void {
    this.#known = known
    this.#at = at
    this.#evidence = undefined
  }

  get id(): FactValue {
    return this.#known.container.id
  }

  get fraction(): FactValue {
    return this.#known.container.fraction
  }

  get full(): FactValue {
    const sum = this.#weigh()
    return Number.isNaN(sum) ? undefined : sum >= FULL_EVIDENCE
  }

  get evidence(): FactValue {
    const sum = this.#weigh()
    return Number.isNaN(sum) ? undefined : sum
  }

  get fill(): FactValue {
    return this.#at < this.#known.liveUntil ? this.#known.fillPercent : undefined
  }

  get fill_age_min(): FactValue {
    const { liveUntil, measuredAt } = this.#known
    return this.#at < liveUntil ? minutes(measuredAt, this.#at) : undefined
  }

  get full_reports_2h(): FactValue {
    let count = 0n
    for (const report of this.#known.reports) {
      const isFresh = this.#at - report.at < REPORT_FRESH_MS
      if (isFresh && report.kind === 'full' && report.by === 'resident') count++
    }
    return count
  }

  get min_since_emptied(): FactValue {
    return minutes(this.#known.emptiedAt, this.#at)
  }

  get sensor_silent_min(): FactValue {
    return minutes(this.#known.heardAt, this.#at)
  }

  get fault(): FactValue {
    return this.#known.fault ?? ''
  }

  #weigh(): number {
    this.#evidence ??= weighEvidence(this.#known, this.#at)
    return this.#evidence
  }
}

/** Answers for one station at a time. */
export class StationFacts {
  #known!: KnownStation
  #countsUnknownAsFull = false

  look(known: KnownStation): void {
    this.#known = known
    this.#countsUnknownAsFull = false
  }

  /** From here on counts every container of which nothing is known as full; `look` ends it. */
  supposeUnknownFull(): void {
    this.#countsUnknownAsFull = true
  }

  get id(): FactValue {
    return this.#known.station.id
  }

  get containers(): FactValue {
    return BigInt(this.#known.containers.length)
  }

  get full(): FactValue {
    const { full, unknown } = this.#known
    return BigInt(this.#countsUnknownAsFull ? full + unknown : full)
  }

  get unknown(): FactValue {
    return BigInt(this.#known.unknown)
  }

  get gateway_down(): FactValue {
    return false
  }
}

/** Answers for the truck on its way to a station. Nothing reports trucks yet. */
export class TruckFacts {
  get en_route(): FactValue {
    return false
  }

  get eta_min(): FactValue {
    return undefined
  }
}

/** What conditions are evaluated on. One is made and turned from subject to subject. */
export interface FactContext {
  readonly c: ContainerFacts
  readonly s: StationFacts
  readonly truck: TruckFacts
}

export function createFacts(): FactContext {
  return { c: new ContainerFacts(), s: new StationFacts(), truck: new TruckFacts() }
}

function minutes(since: EpochMs | undefined, at: EpochMs): number | undefined {
  return since === undefined ? undefined : (at - since) / MINUTE
}
