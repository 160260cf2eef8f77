/**
 * What a text may say, by kind. A public text takes public facts alone: places, fractions, times, counts,
 * what the town publishes of itself. What is about a person has kinds of its own, which no public text
 * takes: the types refuse it, and so does the reader of a town's texts, by the variable's name.
 */

declare const kind: unique symbol

/** A word that carries what it is about; only this file's makers give one. */
export type Fact<Kind extends string> = string & { readonly [kind]: Kind }

/** Each variable of a public text, and what it is about. */
export const PUBLIC_VARIABLES = {
  /** `Ekudden` */
  place: 'place',
  /** `på Ekudden` */
  at_place: 'place',
  /** Several, with their fractions: `på Ekudden (textil) och Hamnen`. */
  places: 'place',
  /** The fractions, as a list; nothing where none is known. */
  names: 'fractions',
  /** A clock time, with its day where that isn't today. */
  time: 'time',
  /** The clock as it is said. */
  now: 'time',
  /** `part.since`, or nothing. */
  since: 'time',
  /** `part.reported`, or nothing. */
  reported: 'time',
  /** By when it will be so, after a space: ` i morgon eftermiddag`; or nothing. */
  when: 'time',
  /** `i dag`, `på torsdag` */
  day: 'time',
  /** The clock at the bike's first stop, or nothing. */
  first_stop: 'time',
  distance: 'distance',
  /** How many are spoken of. */
  count: 'count',
  /** How many are full, of how many; nothing where that isn't known. */
  full: 'count',
  all: 'count',
  /** `all`, `some` or `unknown`: how many of all are meant. */
  share: 'choice',
  /** `station`, `area` or `town` */
  kind: 'choice',
  /** `sensor`, `reports` or `both` */
  source: 'choice',
  /** `part.by`, or nothing. */
  by: 'choice',
  /** Who runs the service and where to reach them, as the town publishes it. */
  operator: 'operator',
  /** What other public texts made. */
  claims: 'place',
} as const

export type PublicVariable = keyof typeof PUBLIC_VARIABLES
export type PublicKind = (typeof PUBLIC_VARIABLES)[PublicVariable]
/** What is about a person or an errand of theirs. */
export type PrivateKind = 'person' | 'errand'

/** A variable's value; a count may be nothing. */
export type PublicFact<V extends PublicVariable> = (typeof PUBLIC_VARIABLES)[V] extends 'count'
  ? number | Nothing
  : Fact<(typeof PUBLIC_VARIABLES)[V]> | Nothing

export type PublicFacts<V extends PublicVariable = PublicVariable> = {
  readonly [Name in V]: PublicFact<Name>
}

/** What isn't known or isn't said. */
export const NOTHING = ''
export type Nothing = typeof NOTHING

/** Says what a word is about. Whoever calls it answers for it. */
export function fact<Kind extends PublicKind>(_kind: Kind, text: string): Fact<Kind> {
  return text as Fact<Kind>
}

/** The same, of what stays between us and one person. */
export function privateFact<Kind extends PrivateKind>(_kind: Kind, text: string): Fact<Kind> {
  return text as Fact<Kind>
}
