/**
 * A plan that changed while the rider was away: what it has that the phone didn't know, and what left it.
 * Nothing disappears in silence; each change is marked with who did it and when, until the rider has seen it.
 */
import { isOver } from '#src/pickups/day/day.ts'
import { type EpochMs, instant } from '#src/stations/time.ts'
import { type Day, type Line, type Person, type Stop, stopsOf } from './day.ts'

/** The day as the phone keeps it. */
export interface KeptDay {
  readonly day: Day
  readonly bike: string
  /** When the server was asked. */
  readonly fetchedAt: EpochMs
  /** When the server was asked who lives there. */
  readonly peopleAt: EpochMs
  /** The newest line of the log that is known. */
  readonly line: number
  readonly marks: readonly Mark[]
  readonly gone: readonly Gone[]
}

/** What is new about a stop of the round. */
export interface Mark extends Change {
  readonly stop: string
  readonly what: 'new' | 'moved' | 'changed'
}

/** A stop that left the round. */
export interface Gone extends Change {
  readonly stop: Stop
  /** The bike that has it now. */
  readonly to?: string
}

interface Change {
  /** Of staff, or `clock`; absent where nobody knows. */
  readonly by?: string
  readonly at: EpochMs
}

export interface Fetched {
  readonly day: Day
  readonly fetchedAt: EpochMs
  /** With who lives there. */
  readonly people: boolean
  /** What was done since the line that was known, oldest first. */
  readonly lines: readonly Line[]
}

/** A day for the first time: nothing in it is news. */
export function firstDay(bike: string, { day, fetchedAt, lines }: Fetched): KeptDay {
  const line = lines.at(-1)?.no ?? 0
  return { day, bike, fetchedAt, peopleAt: fetchedAt, line, marks: [], gone: [] }
}

export function withNews(kept: KeptDay, fetched: Fetched): KeptDay {
  const { bike } = kept
  const day = fetched.people ? fetched.day : withPeople(fetched.day, kept)
  const before = stopsOf(kept.day, bike)
  const after = stopsOf(day, bike)
  const line = Math.max(kept.line, fetched.lines.at(-1)?.no ?? 0)
  const blame = blameBy(fetched)
  const now = new Map(after.map((stop) => [stop.id, stop]))
  const was = new Map(before.map((stop) => [stop.id, stop]))

  const left = before.filter(
    (stop) => stop.kind !== 'break' && !isOver(stop.state) && !now.has(stop.id),
  )
  const gone = left.map((stop): Gone => {
    const to = day.rounds.find(({ stops }) => stops.some(({ id }) => id === stop.id))?.bike
    return { stop, ...(to !== undefined && { to }), ...blame(stop.id) }
  })
  const toCome = after.filter((stop) => stop.kind !== 'break' && stop.state === 'scheduled')
  const moved = movedAmong(
    before.map(({ id }) => id),
    toCome.map(({ id }) => id),
  )
  const marks = toCome.flatMap((stop): Mark[] => {
    const old = was.get(stop.id)
    const what = !old ? 'new' : isChanged(old, stop) ? 'changed' : moved.has(stop.id) && 'moved'
    return what === false ? [] : [{ stop: stop.id, what, ...blame(stop.id) }]
  })
  const fresh = new Set(marks.map(({ stop }) => stop))
  return {
    day,
    bike,
    fetchedAt: fetched.fetchedAt,
    peopleAt: fetched.people ? fetched.fetchedAt : kept.peopleAt,
    line,
    marks: [...kept.marks.filter(({ stop }) => now.has(stop) && !fresh.has(stop)), ...marks],
    gone: [...kept.gone.filter(({ stop }) => !now.has(stop.id)), ...gone],
  }
}

/** The rider has seen it. */
export function withoutNews(kept: KeptDay): KeptDay {
  return { ...kept, marks: [], gone: [] }
}

/** People come with a day only when they are asked for; until then those of before are theirs. */
function withPeople(day: Day, kept: KeptDay): Day {
  const people = new Map<string, Person>()
  for (const { id, person } of knownStops(kept)) if (person) people.set(id, person)
  return {
    ...day,
    rounds: day.rounds.map((round) => ({
      ...round,
      stops: round.stops.map((stop) => ({
        ...stop,
        person: stop.person ?? people.get(stop.id) ?? null,
      })),
    })),
  }
}

/** Of all bikes, with those that left the round. */
export function knownStops({ day, gone }: KeptDay): readonly Stop[] {
  return [...day.rounds.flatMap(({ stops }) => stops), ...gone.map(({ stop }) => stop)]
}

/** Whether somebody lives there of whom the phone knows nothing. */
export function lacksPeople(kept: KeptDay): boolean {
  return stopsOf(kept.day, kept.bike).some(
    ({ kind, reference, person }) => kind === 'pickup' && reference !== null && !person,
  )
}

function isChanged(old: Stop, stop: Stop): boolean {
  return said(old) !== said(stop)
}

function said({ things, windowFrom, windowUntil, interpreter, language, person }: Stop): string {
  return JSON.stringify([things, windowFrom, windowUntil, interpreter, language, person])
}

/** Who of the log did that: whoever named the stop last, or else changed the whole plan last. */
function blameBy({ lines, fetchedAt }: Fetched): (stop: string) => Change {
  return (stop) => {
    const line =
      lines.findLast((one) => one.stop === stop && !/^(rider|told)-/.test(one.did)) ??
      lines.findLast(({ did }) => CHANGES_ALL.has(did))
    return line ? { by: line.by, at: instant(Date.parse(line.at)) } : { at: fetchedAt }
  }
}

const CHANGES_ALL = new Set(['offer-adopted', 'planned', 'bike-out', 'moved', 'inserted'])

/** Those that stand elsewhere among the others than before: all but the longest run that kept its order. */
function movedAmong(before: readonly string[], after: readonly string[]): ReadonlySet<string> {
  const place = new Map(before.map((id, i) => [id, i]))
  const common = after.filter((id) => place.has(id))
  const runs: string[][] = []
  for (const [i, id] of common.entries()) {
    const longest = runs
      .slice(0, i)
      .filter((run) => place.get(run.at(-1)!)! < place.get(id)!)
      .reduce<readonly string[]>((a, b) => (b.length > a.length ? b : a), [])
    runs.push([...longest, id])
  }
  const kept = new Set(runs.reduce<readonly string[]>((a, b) => (b.length > a.length ? b : a), []))
  return new Set(common.filter((id) => !kept.has(id)))
}
