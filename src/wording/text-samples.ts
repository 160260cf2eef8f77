/** What texts are tried with before they are trusted: no value, one, many, and the longest. */
import type { Values } from './text-template.ts'
import { NOTHING } from './text-facts.ts'
import type { PublicVariable } from './text-facts.ts'
import type { PrivateVariable } from './private-texts.ts'

/** The longest name that a town's file takes. */
export const LONG_NAME =
  'Återvinningsstationen vid Norra Ågårdsvägens vändplan, nära gamla kraftverket 12B'.slice(0, 80)

/** Forms of number differ: no pickup, one, two, eleven, a hundred. */
export const COUNTS = [0, 1, 2, 11, 100] as const

const SAMPLES: Readonly<Record<PublicVariable | PrivateVariable, readonly (string | number)[]>> = {
  place: ['Ekudden', LONG_NAME],
  at_place: ['på Ekudden'],
  places: ['på Ekudden (textil) och Hamnen'],
  names: ['', 'pappersförpackningar'],
  time: ['12:45', '31 december 2025 12:45'],
  now: ['14:20'],
  since: ['', ' sedan 12:45'],
  reported: ['', ', anmält 12:45'],
  when: ['', ' i morgon eftermiddag'],
  day: ['på torsdag', 'onsdag 23 september'],
  first_stop: ['', '09:30'],
  distance: ['1,2 km'],
  count: COUNTS,
  full: ['', ...COUNTS],
  all: ['', ...COUNTS],
  share: ['all', 'some', 'unknown'],
  kind: ['station', 'area', 'town'],
  source: ['sensor', 'reports', 'both'],
  by: ['', ', enligt givare'],
  operator: ['Provstads kommun, 033-12 34 56'],
  claims: ['att det var fullt på Ekudden'],
  // The longest that there are, since these are counted by the letter.
  from: ['13:00'],
  until: ['16:30'],
  ahead: COUNTS,
  minutes: ['', 1, 2, 11, 100],
  reference: ['K7Q2-9FXM'],
  answer_by: ['onsdag 23 sep 12:00'],
  contact: ['033-35 70 00', 'https://avs.example.se/boka'],
  sensor: ['a84041ffff1ce2d7'],
}

/** Every way to put a text's values together that could make it say something else. */
export function samplesOf(says: readonly string[]): readonly Values[] {
  const samples: Readonly<Record<string, readonly (string | number)[]>> = SAMPLES
  let all: readonly Values[] = [{}]
  for (const variable of says) {
    const values = samples[variable] ?? []
    all = all.flatMap((before) => values.map((value) => ({ ...before, [variable]: value })))
  }
  return all.filter(isPossible)
}

/** Shares go with their counts; of boxes both counts are known. */
function isPossible({ share, full, all, count }: Values): boolean {
  if (share === undefined || all === undefined) return true
  if (share === 'unknown') return full === NOTHING || (full !== undefined && all === NOTHING)
  const meant = full ?? count
  if (typeof meant !== 'number' || typeof all !== 'number') return false
  return share === 'all' ? meant === all && all > 0 : meant < all
}
