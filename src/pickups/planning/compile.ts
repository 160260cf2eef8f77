/** The problem as numbers: ids become places in arrays, streams and classes become bits. */
import type { Bike, DropOff, Pickup, Problem, Span } from './problem.ts'

/** As many streams, and as many classes, as there are bits to a whole number. */
const MOST_BITS = 30

export interface Compiled {
  readonly problem: Problem
  readonly streams: readonly string[]
  readonly bikes: readonly CompiledBike[]
  readonly pickups: readonly CompiledPickup[]
  readonly dropOffs: readonly CompiledDropOff[]
  readonly bikeAt: ReadonlyMap<string, number>
  readonly pickupAt: ReadonlyMap<string, number>
  readonly dropOffAt: ReadonlyMap<string, number>
  /** By leg, whole. */
  readonly metres: Int32Array
  /** Where room may run out this day, numbered; `dropOffs[…].scarceAt` tells which. */
  readonly scarce: number
}

export interface CompiledBike extends Bike {
  readonly index: number
  /** Seconds at its pace, empty and with all it may carry; one and the same where load makes no difference. */
  readonly emptyS: Int32Array
  readonly loadedS: Int32Array
  /** On its fastest leg. */
  readonly fastestMPerS: number
}

export interface CompiledPickup extends Pickup {
  readonly index: number
  readonly litres: number
  readonly streamMask: number
  /** Litres by stream. */
  readonly byStream: Float64Array
  readonly classMask: number
  /** Classes that mustn't be on board with it. */
  readonly apartMask: number
  /** When service may begin: its windows, cut to the promise. */
  readonly allowed: readonly Span[]
  /** The bike it is pinned to; −1 for any. */
  readonly bikeIndex: number
}

export interface CompiledDropOff extends DropOff {
  readonly index: number
  readonly streamMask: number
  /** By stream; infinite where there is always room. */
  readonly roomL: Float64Array
  readonly fillsLPerS: Float64Array
  /** By stream: the number under which its room is counted, −1 where it can't run out. */
  readonly scarceAt: Int32Array
  readonly scarceMask: number
}

/** @throws {RangeError} naming the field when the problem is not one: an unknown place, stream bits used up, an id twice. */
export function compile(problem: Problem): Compiled {
  const { travel } = problem
  const streams = distinct([
    ...problem.pickups.flatMap((p) => p.loads.map(({ stream }) => stream)),
    ...problem.dropOffs.flatMap((d) => d.takes.map(({ stream }) => stream)),
  ])
  const classes = distinct([
    ...problem.pickups.flatMap((p) => p.classes ?? []),
    ...problem.apart.flat(),
  ])
  limitBits('streams', streams)
  limitBits('classes', classes)
  const place = placeCheck(travel.size)
  const bikeAt = places('bikes', problem.bikes)
  const apartOf = classes.map((name) =>
    maskOf(
      classes,
      problem.apart.flatMap(([a, b]) => [...(a === name ? [b] : []), ...(b === name ? [a] : [])]),
    ),
  )
  const pickups = problem.pickups.map((pickup, index): CompiledPickup => {
    place(`pickups[${index}].place`, pickup.place)
    const byStream = new Float64Array(streams.length)
    for (const { stream, litres } of pickup.loads) byStream[streams.indexOf(stream)]! += litres
    const classMask = maskOf(classes, pickup.classes ?? [])
    return {
      ...pickup,
      index,
      litres: byStream.reduce((sum, litres) => sum + litres, 0),
      streamMask: maskOf(
        streams,
        pickup.loads.map(({ stream }) => stream),
      ),
      byStream,
      classMask,
      apartMask: apartOf.reduce(
        (mask, apart, i) => ((classMask >> i) & 1 ? mask | apart : mask),
        0,
      ),
      allowed: pickup.promise ? cut(pickup.windows, pickup.promise) : pickup.windows,
      bikeIndex: pickup.bike === undefined ? -1 : (bikeAt.get(pickup.bike) ?? Number.NaN),
    }
  })
  const wanted = new Float64Array(streams.length)
  for (const { byStream } of pickups) byStream.forEach((litres, i) => (wanted[i]! += litres))
  let scarce = 0
  const lastS = Math.max(0, ...problem.bikes.map(({ shift }) => shift.untilS))
  const dropOffs = problem.dropOffs.map((dropOff, index): CompiledDropOff => {
    place(`dropOffs[${index}].place`, dropOff.place)
    const roomL = new Float64Array(streams.length)
    const fillsLPerS = new Float64Array(streams.length)
    const scarceAt = new Int32Array(streams.length).fill(-1)
    for (const taken of dropOff.takes) {
      const i = streams.indexOf(taken.stream)
      roomL[i] = taken.roomL ?? Number.POSITIVE_INFINITY
      fillsLPerS[i] = Math.max(0, taken.fillsLPerHour ?? 0) / 3600
      if (roomL[i] - fillsLPerS[i] * lastS < wanted[i]!) scarceAt[i] = scarce++
    }
    const streamMask = maskOf(
      streams,
      dropOff.takes.map(({ stream }) => stream),
    )
    const scarceMask = scarceAt.reduce((mask, at, i) => (at < 0 ? mask : mask | (1 << i)), 0)
    return { ...dropOff, index, streamMask, roomL, fillsLPerS, scarceAt, scarceMask }
  })
  return {
    problem,
    streams,
    bikes: problem.bikes.map((bike, index) => {
      place(`bikes[${index}].startPlace`, bike.startPlace)
      place(`bikes[${index}].endPlace`, bike.endPlace)
      return { ...bike, index, ...legsAtPace(problem, bike.pace ?? 1) }
    }),
    pickups,
    dropOffs,
    bikeAt,
    pickupAt: places('pickups', problem.pickups),
    dropOffAt: places('dropOffs', problem.dropOffs),
    metres: Int32Array.from(travel.metres, Math.round),
    scarce,
  }
}

/** Whole seconds, so that sums come out the same in whatever order they are made. */
function legsAtPace(
  { travel }: Problem,
  pace: number,
): Pick<CompiledBike, 'emptyS' | 'loadedS' | 'fastestMPerS'> {
  const emptyS = Int32Array.from(travel.emptyS, (s) => Math.round(s * pace))
  const flat = travel.loadedS.every((s, i) => s === travel.emptyS[i])
  const loadedS = flat ? emptyS : Int32Array.from(travel.loadedS, (s) => Math.round(s * pace))
  let fastestMPerS = 0
  for (const [leg, metres] of travel.metres.entries()) {
    if (metres > 0) fastestMPerS = Math.max(fastestMPerS, metres / emptyS[leg]!)
  }
  return { emptyS, loadedS, fastestMPerS }
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted()
}

function limitBits(field: string, names: readonly string[]): void {
  if (names.length > MOST_BITS) {
    throw new RangeError(`${field}: at most ${MOST_BITS} in one problem, got ${names.length}`)
  }
}

function maskOf(all: readonly string[], names: readonly string[]): number {
  return names.reduce((mask, name) => mask | (1 << all.indexOf(name)), 0)
}

function placeCheck(size: number): (field: string, place: number) => void {
  return (field, place) => {
    if (!Number.isInteger(place) || place < 0 || place >= size) {
      throw new RangeError(
        `${field}: expected a place of the travel table, 0 to ${size - 1}, got ${place}`,
      )
    }
  }
}

function places(field: string, things: readonly { readonly id: string }[]): Map<string, number> {
  const at = new Map<string, number>()
  for (const [i, { id }] of things.entries()) {
    if (at.has(id))
      throw new RangeError(`${field}[${i}].id: ${id} is there already; ids are told apart`)
    at.set(id, i)
  }
  return at
}

/** What of the windows lies within the promise. */
function cut(windows: readonly Span[], { fromS, untilS }: Span): Span[] {
  return windows
    .map((w) => ({ fromS: Math.max(w.fromS, fromS), untilS: Math.min(w.untilS, untilS) }))
    .filter((w) => w.fromS <= w.untilS)
}
