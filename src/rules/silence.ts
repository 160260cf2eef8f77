/** Staff's wish for silence. */
import type { EpochMs } from '#src/stations/time.ts'
import type { Episode } from './episode.ts'
import type { SilencedRecord } from './record.ts'

export interface Silence {
  readonly kind: 'silence'
  /** `silence|id` */
  readonly key: string
  readonly said: SilencedRecord
  /** Set when it is over before its time. */
  isOver: boolean
  dirty: boolean
}

export function createSilence(said: SilencedRecord): Silence {
  return { kind: 'silence', key: `silence|${said.id}`, said, isOver: false, dirty: false }
}

/** The silence that lasts longest of those about an episode's container, station and rule. */
export function silenceOver(
  silences: Iterable<Silence>,
  { rule, place, container }: Episode,
  at: EpochMs,
): SilencedRecord | undefined {
  let longest: SilencedRecord | undefined
  for (const { said } of silences) {
    if (said.until <= at) continue
    const { ruleId, stationId, containerId } = said
    const isAbout =
      (ruleId === undefined || ruleId === rule.id) &&
      (stationId === undefined || (place.kind === 'station' && place.station.id === stationId)) &&
      (containerId === undefined || container?.container.id === containerId)
    if (isAbout && (!longest || said.until > longest.until)) longest = said
  }
  return longest
}
