/** What a rule test expects, with its names looked up. */
import type { ContainerStatus, EpisodeState } from '#src/rules/decision.ts'
import type { Per } from '#src/rules/rule-book.ts'
import { suggestName } from '#src/rules/rule-faults.ts'
import type { Path } from '#src/rules/rule-faults.ts'
import type { Cast, Tell } from './cast.ts'
import type { Expectation, ExpectedPost, Of } from './rule-test.ts'
import type { ExpectationShape, PostShape } from './test-shape.ts'
import { resolveWhen } from './times.ts'
import type { Start } from './times.ts'

/** What expectations are read with. */
export interface Reading {
  readonly cast: Cast
  readonly start: Start
  /** Every rule that is in force at some time of the test, and what it is judged for. */
  readonly rules: ReadonlyMap<string, Per>
  readonly tell: Tell
  readonly lineOf: (path: Path) => number
}

export function readExpectation(
  shape: ExpectationShape,
  path: Path,
  reading: Reading,
): Expectation {
  const { cast, start, lineOf } = reading
  const entries = <T>(field: keyof ExpectationShape, block: Readonly<Record<string, T>> = {}) =>
    Object.entries(block).map(([text, value]) => {
      const at: Path = [...path, field, text]
      return { text, value, path: at, line: lineOf(at) }
    })
  const ofEach = <T>(field: keyof ExpectationShape, block: Readonly<Record<string, T>> = {}) =>
    entries(field, block).flatMap(({ text, value, path, line }) => {
      const of = readOf(text, path, reading)
      return of ? [{ of, value, line }] : []
    })
  return {
    at: resolveWhen(shape.at, start),
    line: lineOf([...path, 'at']),
    posts: shape.posts?.map((post, i) => readPost(post, [...path, 'posts', i], reading)),
    states: ofEach('state', shape.state).map(({ of, value, line }) => ({
      ...of,
      line,
      state: value.toLowerCase() as EpisodeState,
    })),
    whys: ofEach('why', shape.why).map(({ of, value, line }) => ({ ...of, line, parts: value })),
    decisions: ofEach('decisions', shape.decisions).map(({ of, value, line }) => ({
      ...of,
      line,
      reasons: value,
    })),
    statuses: entries('status', shape.status).flatMap(({ text, value, path, line }) => {
      const containerId = cast.container(text, path)
      if (!containerId) return []
      const { word, fill, source, fault } = value
      const status: Partial<ContainerStatus> = {
        word,
        ...(fill !== undefined && { fillPercent: fill }),
        ...(source !== undefined && { source }),
        ...(fault !== undefined && { fault }),
      }
      return [{ line, name: text, containerId, status }]
    }),
    ignored: entries('ignored', shape.ignored).map(({ text, value, line }) => {
      return { line, about: text, reasons: value }
    }),
  }
}

/** `full/c1`, `station_nearly_all_full/S`, `full/S/c1`. */
function readOf(text: string, path: Path, { cast, rules, tell }: Reading): Of | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) {
    tell(path, `expected a rule and what it is about, such as full/c1, found "${text}"`)
    return undefined
  }
  const ruleId = text.slice(0, slash)
  if (!knowsRule(ruleId, path, rules, tell)) return undefined
  const subject = cast.subject(text.slice(slash + 1), rules.get(ruleId)!, path)
  return subject && { text, ruleId, subject }
}

function knowsRule(id: string, path: Path, rules: ReadonlyMap<string, Per>, tell: Tell): boolean {
  if (rules.has(id)) return true
  tell(path, suggestName(`"${id}" is no rule`, id, [...rules.keys()]))
  return false
}

function readPost(shape: PostShape, path: Path, reading: Reading): ExpectedPost {
  const { cast, start, rules, tell, lineOf } = reading
  const { station, area } = shape
  shape.rules.forEach((id, i) => knowsRule(id, [...path, 'rules', i], rules, tell))
  if (station !== undefined && area !== undefined) {
    tell([...path, 'area'], 'a post is about a station or an area; take one of them out')
  }
  const readAll = (field: 'items' | 'absent') =>
    shape[field]?.flatMap((text, i) => readOf(text, [...path, field, i], reading) ?? [])
  const { kind, audience, reply, corrects, says } = shape
  return {
    line: lineOf(path),
    stationId: station === undefined ? undefined : cast.station(station, [...path, 'station']),
    areaId: area === undefined ? undefined : cast.area(area, [...path, 'area']),
    rules: shape.rules,
    at: resolveWhen(shape.at, start),
    kind,
    audience,
    items: readAll('items'),
    absent: readAll('absent') ?? [],
    reply,
    corrects,
    says: says && readSays(says, start),
  }
}

function readSays(
  says: NonNullable<PostShape['says']>,
  start: Start,
): Readonly<Record<string, string | number | boolean>> {
  const plain = Object.entries(says).flatMap(([key, value]) => {
    if (value === undefined) return []
    return [[key, typeof value === 'object' ? resolveWhen(value, start) : value] as const]
  })
  return Object.fromEntries(plain)
}
