/** Facts made up for conditions: by hand, or drawn by lot. */
import { FACTS, createFacts } from '#src/rules/facts.ts'
import type { Fact, FactContext, FactValue } from '#src/rules/facts.ts'

/** Facts with the given values and no others. */
export function factsWith(values: ReadonlyMap<string, FactValue>): FactContext {
  const made = Object.entries(createFacts()).map(([root, of]) => {
    const fields = FACTS.filter((fact) => fact.name.startsWith(`${root}.`)).map((fact) => [
      fact.name.slice(root.length + 1),
      { value: values.get(fact.name), enumerable: true },
    ])
    return [root, Object.create(Object.getPrototypeOf(of), Object.fromEntries(fields))]
  })
  return Object.fromEntries(made) as FactContext
}

/** A seeded stream of numbers in 0…1 (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export function anyValue(fact: Fact, next: () => number): FactValue {
  switch (fact.type) {
    case 'bool':
      return next() < 0.5
    case 'int':
      return BigInt(Math.floor(next() * 7))
    case 'double':
      if (fact.name.endsWith('_min')) return Math.round(next() * 1500)
      return Math.round(next() * 1000) / 10 - (fact.name === 'c.evidence' ? 50 : 0)
    case 'string':
      return ['paper', 'plastic', ''][Math.floor(next() * 3)]!
  }
}
