/** What the chart shows of a trial, lane by lane: pure, so that drawing, table and keyboard agree. */
import type { Band, Course, Decision, Said, Side, Trial } from './client.ts'

export type Change = 'same' | 'added' | 'gone' | 'moved'

/** Something to point at: what was said, or what was held back. */
export type Mark = { readonly id: string; readonly lane: number; readonly ruleId: string } & (
  | {
      readonly kind: 'said'
      readonly change: Change
      readonly at: number
      readonly said: Said
      readonly decision: Decision | undefined
      /** Of what is said on one side alone: what the other decided of it; null where it never came up. */
      readonly whyNot?: Decision | null
      /** Of what is said at another time: when it was. */
      readonly wasAt?: number
    }
  | {
      readonly kind: 'held'
      readonly gate: string
      readonly at: number
      readonly to: number
      readonly decision: Decision | undefined
    }
)

export interface Lane {
  /** The container's id; undefined for the station as a whole. */
  readonly containerId: string | undefined
  readonly points: Trial['levels'][number]['points']
  /** One strip for each rule that did anything here. */
  readonly strips: readonly { readonly ruleId: string; readonly bands: readonly Band[] }[]
}

export interface ChartFacts {
  readonly from: number
  readonly to: number
  readonly lanes: readonly Lane[]
  /** In the order of time. */
  readonly marks: readonly Mark[]
}

export function chartOf(trial: Trial): ChartFacts {
  const containers = trial.levels.map(({ containerId }) => containerId)
  const laneOf = ({ containerId }: { readonly containerId: string | null }): number => {
    const found = containerId === null ? -1 : containers.indexOf(containerId)
    return found < 0 ? containers.length : found
  }
  const marks = [...saidMarks(trial, laneOf), ...heldMarks(trial.now, laneOf)].sort(
    (a, b) => a.at - b.at || a.lane - b.lane,
  )
  const needsStation =
    marks.some(({ lane }) => lane === containers.length) ||
    trial.now.courses.some((course) => laneOf(course) === containers.length && hasBands(course))
  const stripsOf = (lane: number) =>
    trial.now.courses
      .filter((course) => laneOf(course) === lane && hasBands(course))
      .map(({ ruleId, bands }) => ({ ruleId, bands }))
  return {
    from: Date.parse(trial.from),
    to: Date.parse(trial.to),
    lanes: [
      ...trial.levels.map(({ containerId, points }, lane) => ({
        containerId,
        points,
        strips: stripsOf(lane),
      })),
      ...(needsStation
        ? [{ containerId: undefined, points: [], strips: stripsOf(containers.length) }]
        : []),
    ],
    marks,
  }
}

function hasBands({ bands }: Course): boolean {
  return bands.length > 0
}

type LaneOf = (of: { readonly containerId: string | null }) => number

function saidMarks(trial: Trial, laneOf: LaneOf): readonly Mark[] {
  const { was, now, changes } = trial
  const changeOf = new Map(changes.flatMap((c) => (c.now === null ? [] : [[c.now, c] as const])))
  const decisionOf = (side: Side, place: number | null): Decision | undefined =>
    place === null ? undefined : side.decisions[place]
  const marks = now.said.map((said, i): Mark => {
    const change = changeOf.get(i)
    return {
      id: markId('now', said, said.kind, said.at),
      lane: laneOf(said),
      ruleId: said.ruleId,
      kind: 'said',
      change: change?.change ?? 'same',
      at: Date.parse(said.at),
      said,
      decision: decisionOf(now, said.decision),
      ...(change?.change === 'added' && { whyNot: decisionOf(was, change.whyNot) ?? null }),
      ...(change?.change === 'moved' && { wasAt: Date.parse(was.said[change.was!]!.at) }),
    }
  })
  const gone = changes.flatMap((change): Mark[] => {
    if (change.change !== 'gone') return []
    const said = was.said[change.was!]!
    return [
      {
        id: markId('was', said, said.kind, said.at),
        lane: laneOf(said),
        ruleId: said.ruleId,
        kind: 'said',
        change: 'gone',
        at: Date.parse(said.at),
        said,
        decision: decisionOf(was, said.decision),
        whyNot: decisionOf(now, change.whyNot) ?? null,
      },
    ]
  })
  return [...marks, ...gone]
}

/** The same of the same news after another trial, and of no other: what is explained stays or goes. */
function markId(
  of: 'now' | 'was' | 'held',
  { ruleId, subject }: Pick<Said, 'ruleId' | 'subject'>,
  what: string,
  at: string,
): string {
  return [of, ruleId, subject, what, Date.parse(at)].join('-').replace(/[^\w-]/g, '_')
}

function heldMarks({ courses, decisions }: Side, laneOf: LaneOf): readonly Mark[] {
  return courses.flatMap((course) =>
    course.holds.map((hold): Mark => ({
      id: markId('held', course, hold.gate, hold.from),
      lane: laneOf(course),
      ruleId: course.ruleId,
      kind: 'held',
      gate: hold.gate,
      at: Date.parse(hold.from),
      to: Date.parse(hold.to),
      decision: hold.decision === null ? undefined : decisions[hold.decision],
    })),
  )
}

export type Move = 'left' | 'right' | 'up' | 'down' | 'first' | 'last'

/** Where an arrow key leads from a mark: in its lane by time, or to the nearest mark of another lane. */
export function neighbour(marks: readonly Mark[], from: Mark, move: Move): Mark {
  const own = marks.filter(({ lane }) => lane === from.lane)
  const place = own.indexOf(from)
  switch (move) {
    case 'left':
      return own[place - 1] ?? from
    case 'right':
      return own[place + 1] ?? from
    case 'first':
      return own[0] ?? from
    case 'last':
      return own.at(-1) ?? from
    case 'up':
    case 'down': {
      const lanes = [...new Set(marks.map(({ lane }) => lane))].sort((a, b) => a - b)
      const lane = lanes[lanes.indexOf(from.lane) + (move === 'up' ? -1 : 1)]
      if (lane === undefined) return from
      return marks
        .filter((mark) => mark.lane === lane)
        .reduce((a, b) => (Math.abs(b.at - from.at) < Math.abs(a.at - from.at) ? b : a))
    }
  }
}

/** How many lines of a text aren't in the other, or are elsewhere: a rough count, for the eye. */
export function changedLines(was: string, now: string): number {
  const counts = new Map<string, number>()
  for (const line of was.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1)
  let added = 0
  for (const line of now.split('\n')) {
    const left = counts.get(line) ?? 0
    if (left > 0) counts.set(line, left - 1)
    else added++
  }
  const gone = [...counts.values()].reduce((sum, n) => sum + n, 0)
  return Math.max(added, gone)
}
