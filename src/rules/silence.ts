/** Staff's wish for silence: taken in, held for its time, ended. */
import type { EpochMs } from '#src/stations/time.ts'
import { NOW } from './acceptance.ts'
import type { Episode } from './episode.ts'
import type { Applied, SilenceEndedRecord, SilencedRecord } from './record.ts'
import { groupsInWait } from './waiting-room.ts'
import { tie } from './watch.ts'
import type { EngineTimer } from './watch.ts'
import { markDirty, nowOf } from './world.ts'
import type { World } from './world.ts'

/** What the engine needs of what was said; who said it, and why, the journal knows. */
export type Quieted = Pick<SilencedRecord, 'id' | 'stationId' | 'containerId' | 'ruleId' | 'until'>

export interface Silence {
  readonly kind: 'silence'
  /** `silence|id` */
  readonly key: string
  readonly said: Quieted
  isOver: boolean
  dirty: boolean
  readonly timer: EngineTimer
}

const UNKNOWN_SILENCE: Applied = { kind: 'history', because: 'unknown-silence' }

/** Begins a silence, or changes one that is said again. */
export function foldSilence(world: World, said: SilencedRecord): Applied {
  forgetSilence(world, said.id)
  if (said.until > nowOf(world)) markDirty(world, addSilence(world, said))
  wakeSilenced(world)
  return NOW
}

export function endSilence(world: World, { id }: SilenceEndedRecord): Applied {
  if (!world.silences.has(id)) return UNKNOWN_SILENCE
  forgetSilence(world, id)
  wakeSilenced(world)
  return NOW
}

/** Holds a silence until its time is up. */
export function addSilence(world: World, said: Quieted): Silence {
  const { id, stationId, containerId, ruleId, until } = said
  const made = {
    kind: 'silence' as const,
    key: `silence|${id}`,
    said: {
      id,
      ...(stationId !== undefined && { stationId }),
      ...(containerId !== undefined && { containerId }),
      ...(ruleId !== undefined && { ruleId }),
      until,
    },
    isOver: false,
    dirty: false,
  }
  const silence = tie(made, 'silence', id)
  world.silences.set(id, silence)
  world.timers.wish(silence.timer, until)
  return silence
}

export function forgetSilence(world: World, id: string): void {
  const silence = world.silences.get(id)
  if (!silence) return
  silence.isOver = true
  world.silences.delete(id)
  world.timers.wish(silence.timer, Infinity)
  markDirty(world, silence)
}

/** News that silence held back is looked at again at once: the silence may be over, or shorter. */
function wakeSilenced(world: World): void {
  for (const group of groupsInWait(world)) {
    if (!group.items.some(({ blocked }) => blocked === 'silenced')) continue
    world.timers.wish(group.timer, nowOf(world))
  }
}

/** The silence that lasts longest of those about an episode's container, station and rule. */
export function silenceOver(
  silences: Iterable<Silence>,
  { rule, place, container }: Episode,
  at: EpochMs,
): Quieted | undefined {
  let longest: Quieted | undefined
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
