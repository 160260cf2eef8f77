/**
 * For comparison, the engine one would write first: it keeps what it is told, and every quarter of an
 * hour asks every rule of everything. The same facts, conditions and steps of an episode as ours; no
 * gates, no posts, no explanations.
 */
import { acceptEmptying, acceptReading, acceptReport } from '#src/rules/acceptance.ts'
import { GRID_MS } from '#src/rules/ageing.ts'
import { createCalendar } from '#src/rules/calendar.ts'
import { createEpisode, nextStep } from '#src/rules/episode.ts'
import { createFacts } from '#src/rules/facts.ts'
import type { FactContext } from '#src/rules/facts.ts'
import { replan } from '#src/rules/plan.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import type { Rule, RuleBook } from '#src/rules/rule-book.ts'
import { createStationMap } from '#src/rules/station-map.ts'
import { ACCOUNT } from '#src/rules/subject.ts'
import { watchTown } from '#src/rules/town-watch.ts'
import { createWideWatch, extrasOf } from '#src/rules/watch.ts'
import type { ContainerWatch, PlaceWatch, StationWatch, WideWatch } from '#src/rules/watch.ts'
import type { AreaId, ContainerId, StationId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** Gives back how many steps episodes took. */
export function runNaively(book: RuleBook, town: Town, records: readonly JournalRecord[]): number {
  const containers = new Map<ContainerId, ContainerWatch>()
  const stations = new Map<StationId, StationWatch>()
  const areas = new Map<AreaId, WideWatch>()
  const account = createWideWatch(ACCOUNT, [])
  watchTown(town, { containers, stations, areas, account, map: createStationMap() })
  const facts = createFacts(createCalendar(book.policy.timeZone, book.policy.quiet))
  let steps = 0
  let due = Math.ceil(records[0]!.at / GRID_MS) * GRID_MS
  for (const record of records) {
    for (; due <= record.at; due += GRID_MS) steps += askEverything(due as EpochMs)
    keep(record)
  }
  return steps

  function askEverything(at: EpochMs): number {
    let taken = 0
    facts.t.look(at)
    for (const station of stations.values()) {
      station.full = 0
      station.unknown = 0
      facts.s.look(station, at)
      facts.truck.look(station, at)
      for (const watch of station.containers) {
        facts.c.look(watch, at)
        const { full } = facts.c
        if (full === true) station.full++
        if (full === undefined) station.unknown++
      }
      for (const watch of station.containers) {
        facts.c.look(watch, at)
        taken += askRules(book.rules, 'container', watch, facts, at)
      }
      taken += askRules(book.rules, 'station', station, facts, at)
    }
    for (const wide of [...areas.values(), account]) {
      facts.a.look(wide, at)
      facts.bike.look(wide, at)
      taken += askRules(book.rules, wide.kind === 'area' ? 'area' : 'account', wide, facts, at)
    }
    return taken
  }

  function keep(record: JournalRecord): void {
    if (record.type === 'truck') {
      const { state, at, etaAt } = record
      stations.get(record.stationId)!.truck =
        state === 'gone' ? { since: at, goneAt: at } : { since: at, ...(etaAt && { etaAt }) }
    }
    if (record.type === 'bike') areas.get(record.areaId)!.bike = record
    if (!('containerId' in record) || record.containerId === undefined) return
    const watch = containers.get(record.containerId)!
    if (record.type === 'reading') acceptReading(watch, record, book.facts)
    if (record.type === 'report') acceptReport(watch, record)
    if (record.type === 'emptied') acceptEmptying(watch, record, book.facts)
    if (record.type === 'forecast') extrasOf(watch).forecast = record
    if (record.type === 'plan') {
      const extras = extrasOf(watch)
      extras.plans = replan(extras.plans ?? {}, record.source, record.emptyings, record.at)
    }
  }
}

function askRules(
  rules: readonly Rule[],
  per: Rule['per'],
  of: ContainerWatch | PlaceWatch,
  facts: FactContext,
  at: EpochMs,
): number {
  let taken = 0
  for (const rule of rules) {
    if (rule.per !== per) continue
    const episode = (of.episodes[rule.index] ??= createEpisode(rule, of))
    const when = rule.when.evaluate(facts)
    const clear = rule.clear?.evaluate(facts) ?? (when === 'unknown' ? 'unknown' : !when)
    for (;;) {
      const step = nextStep(episode, rule, { when, clear }, at)
      if (!step || step.because === 'waiting-for-data') break
      episode.state = step.to
      episode.since = at
      if (step.to === 'pending') episode.startedAt = at
      taken++
    }
  }
  return taken
}
