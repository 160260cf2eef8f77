/** What is brought where room may run out. Scarce rooms are numbered (`CompiledDropOff.scarceAt`). */

/** By one round so far: the last drop, and those before. */
export interface Brought {
  readonly scarce: number
  readonly litres: number
  readonly atS: number
  readonly before: Brought | undefined
}

/** By the other rounds, by number: litres, and when the last of them come. */
export interface Filled {
  readonly litres: readonly number[]
  readonly lastS: readonly number[]
}

export function nothingFilled(scarce: number): Filling {
  return { litres: Array<number>(scarce).fill(0), lastS: Array<number>(scarce).fill(0) }
}

interface Filling extends Filled {
  readonly litres: number[]
  readonly lastS: number[]
}

/** Neither is changed. */
export function together(a: Filled, b: Filled): Filled {
  if (a.litres.every((l) => l === 0)) return b
  return {
    litres: a.litres.map((l, i) => l + b.litres[i]!),
    lastS: a.lastS.map((s, i) => Math.max(s, b.lastS[i]!)),
  }
}

/** By one whole round; undefined where it brings nothing that counts. */
export function filledBy(last: Brought | undefined, scarce: number): Filled | undefined {
  if (!last) return undefined
  const filled = nothingFilled(scarce)
  for (let drop: Brought | undefined = last; drop; drop = drop.before) fill(filled, drop)
  return filled
}

export function fill({ litres, lastS }: Filling, drop: Omit<Brought, 'before'>): void {
  litres[drop.scarce]! += drop.litres
  lastS[drop.scarce] = Math.max(lastS[drop.scarce]!, drop.atS)
}

export function isSameFilled(a: Filled, b: Filled): boolean {
  return (
    a === b ||
    (a.litres.every((n, i) => n === b.litres[i]) && a.lastS.every((n, i) => n === b.lastS[i]))
  )
}

export function litresAt(brought: Brought | undefined, scarce: number): number {
  let litres = 0
  for (let drop = brought; drop; drop = drop.before) {
    if (drop.scarce === scarce) litres += drop.litres
  }
  return litres
}

/** Nowhere more than the other. */
export function broughtNoMore(a: Brought | undefined, b: Brought | undefined): boolean {
  if (a === b || a === undefined) return true
  if (b === undefined) return false
  for (let drop: Brought | undefined = a; drop; drop = drop.before) {
    if (litresAt(a, drop.scarce) > litresAt(b, drop.scarce)) return false
  }
  return true
}
