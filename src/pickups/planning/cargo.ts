/** What is on board, and what more may come. */
import type { Compiled, CompiledBike, CompiledPickup } from './compile.ts'
import { CRUMBS_L } from './limits.ts'

export interface Cargo {
  readonly litres: number
  readonly kg: number
  readonly byStream: readonly number[]
  readonly streamMask: number
  readonly classMask: number
  readonly apartMask: number
}

export function emptyCargo(c: Compiled): Cargo {
  const byStream = c.streams.map(() => 0)
  return { litres: 0, kg: 0, byStream, streamMask: 0, classMask: 0, apartMask: 0 }
}

export function canTake(
  cargo: Pick<Cargo, 'litres' | 'kg' | 'classMask' | 'apartMask'>,
  pickup: CompiledPickup,
  bike: CompiledBike,
): boolean {
  return (
    cargo.litres + pickup.litres <= bike.volumeL + CRUMBS_L &&
    cargo.kg + pickup.massKg <= bike.massKg &&
    ((cargo.classMask | pickup.classMask) & (cargo.apartMask | pickup.apartMask)) === 0
  )
}

export function withPickup(cargo: Cargo, pickup: CompiledPickup): Cargo {
  const byStream: number[] = []
  for (let i = 0; i < cargo.byStream.length; i++) {
    byStream.push(cargo.byStream[i]! + pickup.byStream[i]!)
  }
  return {
    litres: cargo.litres + pickup.litres,
    kg: cargo.kg + pickup.massKg,
    byStream,
    streamMask: cargo.streamMask | pickup.streamMask,
    classMask: cargo.classMask | pickup.classMask,
    apartMask: cargo.apartMask | pickup.apartMask,
  }
}

/** What stays on board when all but these streams is put down; the mass goes by litres. */
export function whatStays(cargo: Cargo, streamMask: number, litres: number, kg: number): Cargo {
  const byStream = cargo.byStream.map((l, stream) => (((streamMask >> stream) & 1) === 1 ? l : 0))
  return { ...cargo, litres, kg, byStream, streamMask }
}

export function isSameCargo(a: Cargo, b: Cargo): boolean {
  return (
    a.kg === b.kg &&
    a.classMask === b.classMask &&
    a.apartMask === b.apartMask &&
    a.byStream.every((litres, stream) => litres === b.byStream[stream])
  )
}

/** Of some streams. */
export function litresOf(cargo: Cargo, mask: number): number {
  let litres = 0
  for (let stream = 0; stream < cargo.byStream.length; stream++) {
    if (((mask >> stream) & 1) === 1) litres += cargo.byStream[stream]!
  }
  return litres
}
