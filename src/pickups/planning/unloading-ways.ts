/** Ways to unload on the road from one place to another. */
import type { Compiled, CompiledDropOff } from './compile.ts'

export interface UnloadingWay {
  readonly dropOffs: readonly CompiledDropOff[]
  /** Of all its legs with nothing on board: no load is faster. */
  readonly leastS: number
  readonly serviceS: number
  readonly metres: number
  /** From the last drop-off on. */
  readonly lastLegS: number
  /** The least of `leastS` with all unloading, of this way and those behind it in the list. */
  readonly leastFromHereS: number
}

/** By how far they are at least. */
export interface UnloadingWays {
  /** To empty a bike of some streams: at one drop-off, at two, or at three where two can't do. */
  emptying(from: number, to: number, streams: number): readonly UnloadingWay[]
  /** To put down a part of them, at one drop-off or two. */
  lightening(from: number, to: number, streams: number): readonly UnloadingWay[]
}

export function unloadingWays(c: Compiled, emptyS: Int32Array): UnloadingWays {
  const { size } = c.problem.travel
  const remembered = (dropOffsFor: typeof toEmpty): UnloadingWays['emptying'] => {
    const known: Sets[] = []
    return (from, to, streams) => {
      let sets = known[streams]
      if (!sets) {
        sets = { dropOffs: dropOffsFor(c, streams), ways: Array(size * size) }
        known[streams] = sets
      }
      const leg = from * size + to
      return (sets.ways[leg] ??= measured(c, sets.dropOffs, emptyS, from, to))
    }
  }
  return { emptying: remembered(toEmpty), lightening: remembered(toLighten) }
}

/** For some streams: where they may be brought, and the ways by leg as they are asked for. */
interface Sets {
  readonly dropOffs: readonly (readonly CompiledDropOff[])[]
  readonly ways: (readonly UnloadingWay[] | undefined)[]
}

function measured(
  c: Compiled,
  sets: readonly (readonly CompiledDropOff[])[],
  emptyS: Int32Array,
  from: number,
  to: number,
): UnloadingWay[] {
  const { metres: metresOf, problem } = c
  const { size } = problem.travel
  const ways = sets
    .map((dropOffs) => {
      const places = [from, ...dropOffs.map(({ place }) => place), to]
      const legs = places.slice(1).map((place, i) => places[i]! * size + place)
      const leastS = legs.reduce((sum, leg) => sum + emptyS[leg]!, 0)
      const serviceS = dropOffs.reduce((sum, d) => sum + d.serviceS, 0)
      return {
        dropOffs,
        leastS,
        serviceS,
        metres: legs.reduce((sum, leg) => sum + metresOf[leg]!, 0),
        lastLegS: emptyS[legs.at(-1)!]!,
        leastFromHereS: leastS + serviceS,
      }
    })
    .toSorted((a, b) => a.leastS - b.leastS)
  for (let i = ways.length - 2; i >= 0; i--) {
    ways[i]!.leastFromHereS = Math.min(ways[i]!.leastFromHereS, ways[i + 1]!.leastFromHereS)
  }
  return ways
}

/** A drop-off before one that takes everything is of use only where that one may run out of room. */
function toEmpty(c: Compiled, streams: number): (readonly CompiledDropOff[])[] {
  const useful = c.dropOffs.filter((d) => (d.streamMask & streams) !== 0)
  const ones = useful.filter((d) => takesAll(d, streams)).map((d) => [d])
  const pairs = useful.flatMap((a) =>
    useful
      .filter((b) => b !== a && ((a.streamMask | b.streamMask) & streams) === streams)
      .filter((b) => !isSure(a, streams) && !isSure(b, streams))
      .map((b) => [a, b]),
  )
  if (ones.length + pairs.length > 0) return [...ones, ...pairs]
  return useful.flatMap((a) =>
    useful.flatMap((b) =>
      useful
        .filter((d) => a !== b && b !== d && a !== d)
        .filter((d) => ((a.streamMask | b.streamMask | d.streamMask) & streams) === streams)
        .map((d) => [a, b, d]),
    ),
  )
}

function toLighten(c: Compiled, streams: number): (readonly CompiledDropOff[])[] {
  const useful = c.dropOffs.filter((d) => (d.streamMask & streams) !== 0 && !isSure(d, streams))
  const pairs = useful.flatMap((a) =>
    useful.filter((b) => (b.streamMask & streams & ~a.streamMask) !== 0).map((b) => [a, b]),
  )
  return [...useful.map((d) => [d]), ...pairs]
}

function takesAll(d: CompiledDropOff, streams: number): boolean {
  return (d.streamMask & streams) === streams
}

/** All of it, and however much it is. */
function isSure(d: CompiledDropOff, streams: number): boolean {
  return takesAll(d, streams) && (d.scarceMask & streams) === 0
}
