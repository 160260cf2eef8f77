/** A town's `returnbike.yaml`: read, checked, and turned into a `ReturnBike`. */
import { z } from 'zod'
import type { FileFault } from './fault-line.ts'
import { parseAreaId, parseStationId } from './ids.ts'
import type { CatalogueItem, Deadline, LoanRules, ReturnBike, TravelSource } from './return-bike.ts'
import { crossCheckReturnBike } from './return-bike-checks.ts'
import { returnBikeShape, type ReturnBikeFile } from './return-bike-shape.ts'
import { readShaped } from './shaped-file.ts'
import type { Town } from './station.ts'
import { emptyingDays } from './town-file.ts'
import { parseHours } from './town-shape.ts'

export type ParsedReturnBike =
  | {
      readonly kind: 'ok'
      /** Without its addresses; they are in a file of their own. */
      readonly returnBike: ReturnBike
      /** The name of the file of addresses, in the town's folder. */
      readonly addressFile?: string
    }
  | { readonly kind: 'faulty'; readonly faults: readonly FileFault[] }

/** Which keys are known where, for the faults; `*` stands for a list index. */
const KEYS_AT: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  keysIn(returnBikeShape, ''),
)

/** `town` is absent where its own file has faults; what hangs on it is then not checked. */
export function parseReturnBikeFile(
  text: string,
  fileName: string,
  town: Town | undefined,
): ParsedReturnBike {
  const read = readShaped(text, fileName, {
    shape: returnBikeShape,
    keysAt: KEYS_AT,
    noun: 'the return bike',
    crossCheck: (raw, tell) => crossCheckReturnBike(raw, town, tell),
  })
  if (read.kind === 'faulty') return read
  const { addresses } = read.file
  return {
    kind: 'ok',
    returnBike: build(read.file),
    ...(addresses !== undefined && { addressFile: addresses }),
  }
}

function build(file: ReturnBikeFile): ReturnBike {
  const { limits, privacy, planner } = file
  const travel = travelSource(file.travel)
  return {
    slots: file.slots.map(({ id, hours, days, bookings, litres, kg }) => ({
      id,
      ...parseHours(hours)!,
      ...(days && { weekdays: days }),
      bookings,
      litres,
      kg,
    })),
    items: file.items.map(catalogueItem),
    unreviewed: file.unreviewed,
    limits,
    opensDays: file.opensDays,
    closes: deadline(file.closes),
    change: deadline(file.change),
    cancel: deadline(file.cancel),
    holdMs: file.hold,
    offerMs: file.offer,
    remind: {
      daysBefore: file.remind.daysBefore.toSorted((a, b) => b - a),
      minuteOfDay: minuteOf(file.remind.at),
    },
    ...(file.districts && {
      districts: file.districts.map(({ area, outline }) => ({
        areaId: parseAreaId(area)!,
        outline: outline.map(([lon, lat]) => ({ lon, lat })),
      })),
    }),
    bikes: file.bikes.map(({ break: rest, shift, ...bike }) => ({
      ...bike,
      ...(shift && {
        shift: { ...parseHours(shift.hours)!, ...(shift.days && { weekdays: shift.days }) },
      }),
      ...(rest && { break: { ...parseHours(rest.hours)!, minutes: rest.minutes } }),
    })),
    dropOffs: file.dropOffs.map(({ lat, lon, open, station, ...dropOff }) => ({
      ...dropOff,
      ...(station !== undefined && { stationId: parseStationId(station)! }),
      place: { lat, lon },
      ...(open && { open: open.map(emptyingDays) }),
    })),
    ...(file.apart && { apart: file.apart }),
    ...(travel && { travel }),
    ...formulaOf(file.travel),
    ...(planner && { vroomUrl: planner.vroom }),
    ...(file.loans && { loans: loanRules(file.loans) }),
    ...privacy,
  }
}

function catalogueItem(item: ReturnBikeFile['items'][number]): CatalogueItem {
  const { id, name, refused, most } = item
  if (refused) return { id, name, refused }
  return {
    id,
    name,
    litres: item.litres!,
    kg: item.kg!,
    longestCm: item.longestCm!,
    waste: item.waste!,
    reusable: item.reusable ?? false,
    ...(most !== undefined && { most }),
  }
}

function travelSource(travel: ReturnBikeFile['travel']): TravelSource | undefined {
  const { cityPack, osrm, valhalla, profile = 'bike' } = travel ?? {}
  if (cityPack !== undefined) return { kind: 'city-pack', file: cityPack }
  if (osrm !== undefined) return { kind: 'osrm', url: osrm, profile }
  return valhalla === undefined ? undefined : { kind: 'valhalla', url: valhalla }
}

function formulaOf({ detour, heights }: NonNullable<ReturnBikeFile['travel']> = {}): Pick<
  ReturnBike,
  'formula'
> {
  if (detour === undefined && !heights) return {}
  return { formula: { ...(detour !== undefined && { detour }), ...(heights && { heights }) } }
}

function loanRules({ backBy, ...rules }: NonNullable<ReturnBikeFile['loans']>): LoanRules {
  return { ...rules, backByMinute: minuteOf(backBy) }
}

function deadline({ workingDays, at }: ReturnBikeFile['closes']): Deadline {
  return { workingDays, minuteOfDay: minuteOf(at) }
}

function minuteOf(clockTime: string): number {
  const [hour, minute] = clockTime.split(':').map(Number)
  return hour! * 60 + minute!
}

function keysIn(schema: unknown, at: string): [string, readonly string[]][] {
  if (schema instanceof z.ZodObject) {
    return [
      [at, Object.keys(schema.shape)],
      ...Object.entries(schema.shape).flatMap(([key, inner]) =>
        keysIn(inner, at === '' ? key : `${at}.${key}`),
      ),
    ]
  }
  if (schema instanceof z.ZodArray) return keysIn(schema.element, `${at}.*`)
  const isWrapped =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodExactOptional
  return isWrapped ? keysIn(schema.unwrap(), at) : []
}
