/**
 * What people and systems tell in a month beside the sensors: residents, crews and their trucks, plans,
 * a forecaster, the return bike. How much of it is a guess; it is there so that every rule has something
 * to judge.
 */
import type { EmptiedRecord, PlannedEmptying, ReportRecord } from '#src/rules/record.ts'
import type { Fact } from '#src/store/journal.ts'
import type { ContainerId, StationId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { DAY, HOUR, MINUTE, instant, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { randomFrom } from '#simulator/random.ts'
import type { Random } from '#simulator/random.ts'
import type { SimEvent } from '#simulator/simulate.ts'

/** Before it has its place in the journal. */
export interface Told {
  readonly at: EpochMs
  readonly record: Fact | Omit<ReportRecord, 'seq' | 'at'> | Omit<EmptiedRecord, 'seq' | 'at'>
}

type Message = Extract<SimEvent, { kind: 'message' }>
type Emptied = Extract<SimEvent, { kind: 'emptied' }>

export function toldBeside(
  town: Town,
  start: EpochMs,
  events: readonly SimEvent[],
): readonly Told[] {
  const random = randomFrom(1, 'told')
  const messages = events.filter((event) => event.kind === 'message')
  const emptied = events.filter((event) => event.kind === 'emptied')
  const stationOf = new Map(
    town.stations.flatMap((s) => s.containers.map((c) => [c.id, s.id] as const)),
  )
  return [
    ...messages.flatMap((message) => reportsAt(message, random)),
    ...emptied.flatMap((one) => crewsWord(one, stationOf.get(one.containerId)!, random)),
    ...trucks(emptied, stationOf),
    ...plans(emptied, start),
    ...forecasts(messages, start),
    ...bikes(town, start),
  ]
}

/** A sensor's look is taken for a visit: that is how often somebody might scan the code. */
function reportsAt({ at, containerId, trueFillPercent }: Message, random: Random): Told[] {
  const luck = random.next()
  const reporter = `resident-${random.below(2000)}`
  const say = (kind: 'full' | 'has-room' | 'litter' | 'broken'): Told[] => [
    told(plus(at, 5 * MINUTE), { type: 'report', containerId, kind, by: 'resident', reporter }),
  ]
  if (trueFillPercent >= 95 && luck < 0.05) return say('full')
  if (trueFillPercent >= 100 && luck < 0.06) return say('litter')
  if (trueFillPercent < 40 && luck < 0.001) return say('has-room')
  if (luck > 0.9998) return say('broken')
  return []
}

/** Two of three emptyings are reported by the contractor; now and then the crew cleans or mends. */
function crewsWord({ at, containerId }: Emptied, station: StationId, random: Random): Told[] {
  const luck = random.next()
  const reporter = `crew-${station}`
  const word: Told[] = []
  if (luck < 2 / 3) {
    const later = plus(at, Math.floor(luck * HOUR))
    word.push(told(later, { type: 'emptied', containerId, emptiedAt: at, by: 'contractor' }))
  }
  for (const [kind, share] of [
    ['cleaned', 0.1],
    ['repaired', 0.05],
  ] as const) {
    if (luck >= share) continue
    word.push(told(plus(at, HOUR), { type: 'report', containerId, kind, by: 'staff', reporter }))
  }
  return word
}

/** Forty minutes ahead of each stop, and ten minutes after it. */
function* trucks(
  emptied: readonly Emptied[],
  stationOf: ReadonlyMap<ContainerId, StationId>,
): Generator<Told> {
  const stops = new Map(emptied.map((e) => [`${stationOf.get(e.containerId)} ${e.at}`, e]))
  for (const { at, containerId } of stops.values()) {
    const truck = { type: 'truck', stationId: stationOf.get(containerId)! } as const
    yield told(plus(at, -40 * MINUTE), { ...truck, state: 'en-route', etaAt: at })
    yield told(plus(at, 10 * MINUTE), { ...truck, state: 'gone' })
  }
}

/** Every Sunday evening the week's emptyings: the day of each, from six to six. */
function* plans(emptied: readonly Emptied[], start: EpochMs): Generator<Told> {
  for (const [containerId, theirs] of Map.groupBy(emptied, (one) => one.containerId)) {
    for (let week = 0; week < 5; week++) {
      const at = plus(start, week * 7 * DAY)
      const emptyings = theirs
        .filter((one) => one.at >= at && one.at < at + 7 * DAY)
        .map((one) => dayOf(one.at, start))
        .filter((window, i, all) => window.from !== all[i - 1]?.from)
      yield told(at, { type: 'plan', containerId, source: 'town', emptyings })
    }
  }
}

/** The month has no change of clocks, so its days begin at whole days from its start. */
function dayOf(at: EpochMs, start: EpochMs): PlannedEmptying {
  const day = start + Math.floor((at - start) / DAY) * DAY
  return { from: instant(day + 6 * HOUR), until: instant(day + 18 * HOUR) }
}

/** Every six hours, from how the level rose in the last day. */
function* forecasts(messages: readonly Message[], start: EpochMs): Generator<Told> {
  for (const [containerId, theirs] of Map.groupBy(messages, (one) => one.containerId)) {
    let due: EpochMs = start
    let dayAgo = theirs[0]!
    let behind = 0
    for (const now of theirs) {
      if (now.at < due) continue
      due = plus(now.at, 6 * HOUR)
      while (theirs[behind + 1] && theirs[behind + 1]!.at <= now.at - DAY) behind++
      dayAgo = theirs[behind]!
      const rise = Math.max(0, now.trueFillPercent - dayAgo.trueFillPercent)
      const tomorrow = now.trueFillPercent + rise
      const fullWithin24h = 1 / (1 + Math.exp((90 - tomorrow) / 6))
      const hours = rise > 1 ? (24 * Math.max(0, 90 - now.trueFillPercent)) / rise : undefined
      yield told(now.at, {
        type: 'forecast',
        containerId,
        fullWithin24h,
        ...(hours !== undefined && { fullAt: plus(now.at, Math.round(hours * HOUR)) }),
        model: 'made 1',
      })
    }
  }
}

/** On Tuesdays and Thursdays a bike goes out in each area. */
function* bikes(town: Town, start: EpochMs): Generator<Told> {
  for (let day = 4; day < 31; day += day % 7 === 4 ? 2 : 5) {
    for (const { id: areaId } of town.areas ?? []) {
      const at = plus(start, day * DAY + 9 * HOUR)
      const firstStopAt = plus(at, 45 * MINUTE)
      yield told(at, { type: 'bike', areaId, state: 'started', firstStopAt, freeSlots: 3 })
      yield told(plus(at, 4 * HOUR), { type: 'bike', areaId, state: 'ended' })
    }
  }
}

function told(at: EpochMs, record: Told['record']): Told {
  return { at, record }
}
