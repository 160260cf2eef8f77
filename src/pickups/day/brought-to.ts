/**
 * Loads that are to be brought to one place: each is a stream of its own, which only that place takes. Its
 * room is taken off the room of what it is, so that nothing is put in a full place.
 */
import type { Load, Taken } from '#src/pickups/planning/problem.ts'
import type { DayDropOff, DaySetting } from './day-problem.ts'

export interface Brought {
  readonly loads: readonly Load[]
  readonly dropOffId?: string
}

/** Streams are bits of a number; what is more is brought wherever it is taken. */
const MOST_NAMED = 8
const BETWEEN = '~'

const nameOf = (stream: string, dropOffId: string) => `${stream}${BETWEEN}${dropOffId}`

/** Whether a stream is one of these, and no kind of waste. */
export function isNamed({ stream }: Pick<Load, 'stream'>): boolean {
  return stream.includes(BETWEEN)
}

export interface Reserved {
  /** The day with room for them. */
  readonly setting: DaySetting
  /** Those that have it; the others are brought wherever they are taken. */
  readonly brought: ReadonlySet<Brought>
}

/** First come, first served. */
export function reserveRoom(setting: DaySetting, all: readonly Brought[]): Reserved {
  const brought = new Set<Brought>()
  const names = new Set<string>()
  let { dropOffs } = setting
  for (const one of all) {
    const withIt = withRoomFor(dropOffs, one)
    const more = new Set([...names, ...namedLoads(one).map(({ stream }) => stream)])
    if (!withIt || more.size > MOST_NAMED) continue
    for (const name of more) names.add(name)
    brought.add(one)
    dropOffs = withIt
  }
  return { setting: { ...setting, dropOffs }, brought }
}

/** Undefined where it is to be brought nowhere in particular, or there is no room. */
function withRoomFor(
  dropOffs: readonly DayDropOff[],
  { loads, dropOffId }: Brought,
): readonly DayDropOff[] | undefined {
  let there = dropOffs.find(({ id }) => id === dropOffId)
  for (const load of loads) there = there && withRoom(there, load)
  const found = there
  return found && dropOffs.map((one) => (one.id === dropOffId ? found : one))
}

/** Undefined where it has no room for it. */
function withRoom(dropOff: DayDropOff, { stream, litres }: Load): DayDropOff | undefined {
  const own = dropOff.room.find((taken) => taken.stream === stream)
  if (!own || (own.roomL !== undefined && own.roomL < litres)) return undefined
  const name = nameOf(stream, dropOff.id)
  const before = dropOff.room.find((taken) => taken.stream === name)
  const room = dropOff.room
    .filter((taken) => taken !== before)
    .map((taken) => (taken === own ? less(own, litres) : taken))
  return { ...dropOff, room: [...room, more(own, name, before, litres)] }
}

function less(own: Taken, litres: number): Taken {
  return own.roomL === undefined ? own : { ...own, roomL: own.roomL - litres }
}

function more(own: Taken, stream: string, before: Taken | undefined, litres: number): Taken {
  if (own.roomL === undefined) return { stream }
  return { ...own, stream, roomL: (before?.roomL ?? 0) + litres }
}

/** The loads by the names that the place takes them by; as they are where it has no room, or is shut. */
export function loadsFor(one: Brought, { setting, brought }: Reserved): readonly Load[] {
  const there = setting.dropOffs.find(({ id }) => id === one.dropOffId)?.room ?? []
  const named = namedLoads(one)
  const isShut = named.some(({ stream }) =>
    there.some((taken) => taken.stream === stream && taken.roomL === 0),
  )
  return brought.has(one) && !isShut ? named : one.loads
}

function namedLoads({ loads, dropOffId = '' }: Brought): readonly Load[] {
  return loads.map((load) => ({ ...load, stream: nameOf(load.stream, dropOffId) }))
}
