/**
 * What the national hub (Avfallshubben, `GetAllAVS` and `GetAVS`) says of our stations: its JSON read, and
 * each service matched to the containers it is of. Pure.
 */
import { z } from 'zod'
import { FRACTIONS } from './fraction.ts'
import { stationIdOf } from './ids.ts'
import type { ContainerId, StationId } from './ids.ts'
import type { Container, Station } from './station.ts'
import type { TownIndex } from './town-index.ts'
import { DAY, instant, isoText } from './time.ts'
import type { EpochMs } from './time.ts'

/** What is further away than this, on either side, is a slip of whoever wrote it. */
const FARTHEST_MS = 400 * DAY

const namedText = z.union([z.string(), z.int()]).transform(String)
const hubService = z.looseObject({
  serviceType: z.coerce.number(),
  lastAction: z.string().nullish(),
  lastActionAltText: z.string().nullish(),
  nextAction: z.string().nullish(),
  nextActionAltText: z.string().nullish(),
})
export const hubStation = z.looseObject({
  externalAvsId: namedText,
  municipalityCode: namedText.transform((code) => code.padStart(4, '0')),
  name: z.string().nullish(),
  services: z.array(z.unknown()).nullish(),
})
type HubService = z.output<typeof hubService>

/** What the hub says of one container. */
export interface HubWord {
  /** When it is to be emptied next; empty where the hub names no day to come. */
  readonly planned: readonly { readonly from: EpochMs; readonly until: EpochMs }[]
  readonly emptiedAt?: EpochMs
}

export interface HubFault {
  /** The hub's id of the station; absent where not even that could be read. */
  readonly externalAvsId?: string
  readonly serviceType?: number
  readonly what: string
}

export interface HubReport {
  /** Of every container whose station's services the hub tells. */
  readonly said: ReadonlyMap<ContainerId, HubWord>
  readonly matched: readonly StationId[]
  /** Of this municipality, and not in the town. */
  readonly unknown: readonly { readonly externalAvsId: string; readonly name: string | null }[]
  /** Of the town, and not in the file. */
  readonly missing: readonly StationId[]
  /** Stations of other municipalities. */
  readonly elsewhere: number
  /** Stations of ours whose services the hub doesn't tell. */
  readonly withoutServices: number
  /**
   * What was passed over: texts instead of dates, services such as cleaning, last emptyings of which only
   * the day is told, and days to come that have been.
   */
  readonly ignored: {
    readonly inWords: number
    readonly notOfContainers: number
    readonly withoutTime: number
    readonly over: number
  }
  readonly faults: readonly HubFault[]
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }
interface Reading {
  readonly town: TownIndex
  readonly now: EpochMs
  readonly ignored: Writable<HubReport['ignored']>
  readonly faults: HubFault[]
}

/** The stations of a document, whichever of the hub's answers it is; undefined where it is neither. */
export function hubStationsIn(document: unknown): readonly unknown[] | undefined {
  if (Array.isArray(document)) return document.map(unwrapped)
  const station = unwrapped(document)
  return hubStation.safeParse(station).success ? [station] : undefined
}

/** `GetAVS` puts the station into a field of its own, beside switches of the report form. */
function unwrapped(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'avs' in value ? value.avs : value
}

/** Reads what can be read; what can't be is told, and loses nothing else. */
export function readHub(stations: readonly unknown[], town: TownIndex, now: EpochMs): HubReport {
  const ignored = { inWords: 0, notOfContainers: 0, withoutTime: 0, over: 0 }
  const reading: Reading = { town, now, ignored, faults: [] }
  const said = new Map<ContainerId, HubWord>()
  const matched: StationId[] = []
  const unknown: { externalAvsId: string; name: string | null }[] = []
  let elsewhere = 0
  let withoutServices = 0
  for (const [i, value] of stations.entries()) {
    const parsed = hubStation.safeParse(value)
    if (!parsed.success) {
      reading.faults.push({ what: `entry ${i + 1} is not a station of the hub` })
      continue
    }
    const { externalAvsId, municipalityCode, name = null, services } = parsed.data
    if (municipalityCode !== town.town.municipalityCode) {
      elsewhere++
      continue
    }
    const id = stationIdOf(municipalityCode, externalAvsId)
    const station = id && town.stations.get(id)
    if (!station) {
      unknown.push({ externalAvsId, name })
      continue
    }
    matched.push(station.id)
    if (!services) withoutServices++
    else
      for (const [container, word] of wordsOf(station, services, reading)) said.set(container, word)
  }
  const found = new Set(matched)
  return {
    said,
    matched: [...found],
    unknown,
    missing: town.town.stations.map(({ id }) => id).filter((id) => !found.has(id)),
    elsewhere,
    withoutServices,
    ignored,
    faults: reading.faults,
  }
}

/** Of each container of the station: one that no service speaks of has nothing planned. */
function wordsOf(
  station: Station,
  services: readonly unknown[],
  reading: Reading,
): ReadonlyMap<ContainerId, HubWord> {
  const words = new Map(station.containers.map(({ id }): [ContainerId, HubWord] => [id, SILENT]))
  const { externalId: externalAvsId } = station
  for (const value of services) {
    const service = hubService.safeParse(value)
    if (!service.success) {
      reading.faults.push({
        externalAvsId,
        what: 'a service without a type, or with dates that are no text',
      })
      continue
    }
    const { serviceType } = service.data
    const fraction = FRACTIONS.find(({ type }) => type === serviceType)
    if (!fraction) {
      reading.ignored.notOfContainers++
      continue
    }
    const containers = station.containers.filter((c) => c.fraction === fraction.id)
    if (containers.length === 0) {
      const what = `no container of ${station.id} takes ${fraction.id}`
      reading.faults.push({ externalAvsId, serviceType, what })
      continue
    }
    addWord(words, containers, wordOf(service.data, externalAvsId, reading))
  }
  return words
}

const SILENT: HubWord = { planned: [] }

/** Several services of one fraction all speak of its containers: the hub doesn't tell which is of which. */
function addWord(
  words: Map<ContainerId, HubWord>,
  containers: readonly Container[],
  word: HubWord,
): void {
  for (const { id } of containers) {
    const before = words.get(id)!
    const planned = [...before.planned, ...word.planned].sort((a, b) => a.from - b.from)
    const apart = planned.filter(({ from }, i) => i === 0 || from >= planned[i - 1]!.until)
    const emptiedAt = Math.max(before.emptiedAt ?? -Infinity, word.emptiedAt ?? -Infinity)
    words.set(id, {
      planned: apart,
      ...(emptiedAt > -Infinity && { emptiedAt: emptiedAt as EpochMs }),
    })
  }
}

function wordOf(service: HubService, externalAvsId: string, reading: Reading): HubWord {
  const { serviceType } = service
  const read = (key: 'lastAction' | 'nextAction'): Moment | undefined => {
    const written = service[key]?.trim() ?? ''
    if (written === '') {
      if ((service[`${key}AltText`]?.trim() ?? '') !== '') reading.ignored.inWords++
      return undefined
    }
    const moment = hubMoment(written, reading.town.town.timeZone)
    const fault = momentFault(key, written, moment, reading.now)
    if (fault === undefined) return moment
    reading.faults.push({ externalAvsId, serviceType, what: fault })
    return undefined
  }
  const next = read('nextAction')
  const last = read('lastAction')
  const planned = next && plannedOf(next, reading)
  if (last && !last.hasTime) reading.ignored.withoutTime++
  return {
    planned: planned ? [planned] : [],
    ...(last?.hasTime && { emptiedAt: last.at }),
  }
}

/** A day, or what is left of it from the time that is named. */
function plannedOf(
  { at, dayEnds }: Moment,
  { now, ignored }: Reading,
): HubWord['planned'][number] | undefined {
  if (dayEnds > now) return { from: at, until: dayEnds }
  ignored.over++
  return undefined
}

/** An instant that the hub names, and the end of its local day. */
interface Moment {
  readonly at: EpochMs
  readonly dayEnds: EpochMs
  /** False where only a day is meant. */
  readonly hasTime: boolean
}

const MOMENT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?$/
/** What stands where only the day is known. */
const NO_TIMES = ['00:00', '23:59']

/**
 * A time as the hub writes it. Its `Z` is put on local time: over the year the first emptyings of the
 * day stay where the clock on the wall has them. Another offset is taken at its word.
 */
function hubMoment(text: string, timeZone: string): Moment | undefined {
  const [, day, clock = '00:00', offset] = MOMENT.exec(text) ?? []
  if (day === undefined) return undefined
  try {
    const hasOffset = offset !== undefined && offset !== 'Z'
    const zoned = hasOffset
      ? Temporal.Instant.from(text.replace(' ', 'T')).toZonedDateTimeISO(timeZone)
      : Temporal.PlainDateTime.from(`${day}T${clock}`).toZonedDateTime(timeZone)
    const hasTime = !NO_TIMES.includes(zoned.toPlainTime().toString().slice(0, 5))
    const begins = zoned.startOfDay()
    return {
      at: instant(hasTime ? zoned.epochMilliseconds : begins.epochMilliseconds),
      dayEnds: instant(begins.add({ days: 1 }).startOfDay().epochMilliseconds),
      hasTime,
    }
  } catch {
    return undefined
  }
}

/** What is wrong with a time, if anything. */
function momentFault(
  key: 'lastAction' | 'nextAction',
  written: string,
  moment: Moment | undefined,
  now: EpochMs,
): string | undefined {
  const shown = `${key} "${written.length > 40 ? `${written.slice(0, 39)}…` : written}"`
  if (!moment) return `${shown} is not a time such as 2026-08-21T07:30:00Z`
  if (Math.abs(moment.at - now) > FARTHEST_MS) return `${shown} is more than 400 days away`
  if (key === 'lastAction' && moment.at > now) {
    return `${shown} is yet to come: it is ${isoText(now)} now`
  }
  return undefined
}
