/** The public texts: their keys, what each may say, and what it must. The words are in `texts/`. */
import { POST_TEMPLATES } from './post-templates.ts'
import type { PostTemplate } from './post-templates.ts'
import type { PublicVariable } from './text-facts.ts'

/** Variables that a text must say wherever they are something; of a list any one. */
type Need = PublicVariable | readonly PublicVariable[]

export interface TextSpec<Variable extends string = string> {
  readonly says: readonly Variable[]
  readonly needs: readonly (Variable | readonly Variable[])[]
}

function spec<const Variable extends PublicVariable>(
  says: readonly Variable[],
  needs: readonly Need[] = says,
): { readonly says: readonly Variable[]; readonly needs: readonly Need[] } {
  return { says, needs }
}

const WHERE = ['place', 'at_place'] as const
const NAMED = [...WHERE, 'names', 'count'] as const
const REPORTED = spec([...WHERE, 'time', 'now'], [WHERE, ['time', 'now']])

const POSTS = {
  full: spec([...NAMED, 'since', 'by'], [WHERE, 'names', 'since']),
  space_again: spec([...NAMED, 'now'], [WHERE, 'names', 'now']),
  station_nearly_all_full: spec(
    [...WHERE, 'share', 'full', 'all', 'since', 'by'],
    [WHERE, 'since'],
  ),
  full_soon: spec([...NAMED, 'when', 'now'], [WHERE, 'names', 'when', 'now']),
  littered: REPORTED,
  cleaned: spec([...WHERE, 'now'], [WHERE, 'now']),
  broken: spec([...NAMED, 'reported'], [WHERE, 'names', 'reported']),
  repaired: spec([...NAMED, 'now'], [WHERE, 'names', 'now']),
  icy: REPORTED,
  bike_round: spec([...WHERE, 'first_stop', 'now'], [WHERE, ['first_stop', 'now']]),
  weekly_digest: spec([...WHERE, 'full', 'all', 'now'], [WHERE, 'now']),
  sensor_silent: spec([...NAMED, 'since'], [WHERE, 'names', 'since']),
} as const satisfies Record<PostTemplate, TextSpec>

const SENTENCES = {
  emptying: spec(['day', 'names']),
  not_emptied: spec(['names', 'count'], ['names']),
  nearest: spec(['place', 'distance', 'names'], ['place', 'names']),
  room_beside: spec(['names']),
  free_slots: spec(['count'], []),
  book_with: spec(['operator']),
  digest: spec(['now']),
  correction: spec(['time', 'claims']),
  more_on_page: spec(['kind'], []),
} as const

const PARTS = {
  at_place: spec(['place', 'kind'], ['place']),
  since: spec(['time']),
  reported: spec(['time']),
  by: spec(['source', 'count'], []),
  within_a_day: spec([]),
  any_time_now: spec([]),
  boxes: spec(['share', 'count', 'all'], []),
  more: spec(['count']),
} as const

type Prefixed<Group extends string, Specs> = {
  [Name in keyof Specs & string as `${Group}.${Name}`]: Specs[Name]
}

function group<Group extends string, Specs extends object>(
  name: Group,
  specs: Specs,
): Prefixed<Group, Specs> {
  const entries = Object.entries(specs).map(([key, value]) => [`${name}.${key}`, value])
  return Object.fromEntries(entries) as Prefixed<Group, Specs>
}

function each<Spec>(value: Spec): Record<PostTemplate, Spec> {
  return Object.fromEntries(POST_TEMPLATES.map((name) => [name, value])) as Record<
    PostTemplate,
    Spec
  >
}

/** Every public text by key: `post.full`, `heading.full`, `part.since`. */
export const PUBLIC_TEXTS = {
  ...group('post', POSTS),
  ...group('heading', each(spec([]))),
  ...group('claim', each(spec(['places']))),
  ...group('sentence', SENTENCES),
  ...group('part', PARTS),
}

export type PublicKey = keyof typeof PUBLIC_TEXTS
export type SaidBy<Key extends PublicKey> = (typeof PUBLIC_TEXTS)[Key]['says'][number]
