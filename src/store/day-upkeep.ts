/**
 * What follows from a day by itself: bookings are settled by what riders told, bookers are told that the
 * bike is coming or late, stations that they are clean; a plan that can't be kept is offered anew. Called
 * after riders' events and by a timer at the rim; done twice it does nothing the second time.
 */
import { findItem } from '#src/pickups/booking/room.ts'
import { isOver, type OfferReason } from '#src/pickups/day/day.ts'
import { settlementOf } from '#src/pickups/day/outcomes.ts'
import { type CountedJob, countDay } from '#src/pickups/day/statistics.ts'
import { FORMULA } from '#src/pickups/planning/formula.ts'
import type { BikeStop } from '#src/rules/rule-book.ts'
import { distanceM, type Place } from '#src/stations/station.ts'
import { type Clock, DAY, type EpochMs, HOUR, MINUTE, plus, wallTime } from '#src/stations/time.ts'
import type { BookingDesk } from './booking-desk.ts'
import type { StoredDecision } from './contract.ts'
import type { DayDesk, SeenDay } from './day-desk.ts'
import { type LookDeps, MOST_LINES } from './day-look.ts'
import type { Candidate, DayLine } from './days.ts'
import { keep, type Journal } from './journal.ts'
import { mutex } from './mutex.ts'

export interface DayUpkeep {
  /** What riders told, followed up. */
  follow(day: string): Promise<void>
  tick(): Promise<void>
}

export interface DayUpkeepOptions extends Omit<LookDeps, 'journal'> {
  readonly desk: DayDesk
  readonly bookings: Pick<BookingDesk, 'settle' | 'reopen' | 'tell'>
  readonly journal: Pick<Journal, 'status' | 'plans' | 'town' | 'append'>
  readonly clock: Clock
  /** What a rule asks of the bike, by the rule's id. */
  readonly bikeStopOf: (ruleId: string) => BikeStop | undefined
  readonly onFault: (what: string, error: unknown) => void
}

/** The bike is coming: told when it is heard of so soon, not when a phone comes back to its network. */
const NEWS_MS = 10 * MINUTE
/** Who has been told that it is late is told again when it has become so much later. */
const LATER_MS = 20 * MINUTE
const PAGE = 200
const CLOCK = 'clock'

export function openDayUpkeep(options: DayUpkeepOptions): DayUpkeep {
  const { store, desk, bookings, journal, clock, terms, onFault } = options
  /** One after the other: what compares and then acts doesn't meet itself. */
  const inTurn = mutex()
  let nextTidying: number = 0

  async function followUp(day: string): Promise<void> {
    const seen = await desk.see(day)
    if (!seen) return
    await guarded(`the bookings of ${day} could not be settled`, () => settle(seen))
    await guarded(`stations could not be told of ${day}`, () => tellStations(seen))
    await guarded(`bookers of ${day} could not be told`, () => tellComing(seen))
    if (!isOverFor(seen, clock())) return
    await guarded(`the day ${day} could not be counted`, () => count(seen))
  }

  /** What fails keeps nothing else from being done. */
  async function guarded(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      onFault(what, error)
    }
  }

  /** A booking ends as its rider said, once for each event: staff may set it right. Taken back, it is open again. */
  async function settle({ look }: SeenDay): Promise<void> {
    for (const [id, { errand, reference }] of look.bookings) {
      const told = look.facts.get(id)?.outcome
      const outcome = told && settlementOf(told, errand.things)
      const { event: followed, corrected } = errand.followed ?? {}
      if (outcome && told.id !== followed) {
        await bookings.settle(reference, `rider ${told.bike}`, outcome, told.id)
      }
      if (outcome || corrected) continue
      // An event that has been forgotten may have held.
      const gone = look.events.find((event) => event.id === followed)
      if (gone) await bookings.reopen(reference, `rider ${gone.bike}`, gone.id)
    }
  }

  async function tellStations({ look }: SeenDay): Promise<void> {
    for (const candidate of look.candidates.values()) {
      const facts = look.facts.get(candidate.id)
      if (candidate.state === 'done' || facts?.state !== 'done') continue
      await tellStation(candidate, facts.bike, facts.since)
      const done: Candidate = { ...candidate, state: 'done' }
      await store.days((tx) => tx.keepCandidate(done))
    }
  }

  async function tellStation(
    { stationId, containerId, asked }: Candidate,
    bike: string,
    at: EpochMs,
  ): Promise<void> {
    const tells = (asked && options.bikeStopOf(asked.ruleId)?.tells) ?? 'cleaned'
    const station = stationId && journal.town.stations.get(stationId)
    // Litter lies at the station, whichever container it is told of; an emptying is of one alone.
    const anyOne = tells === 'cleaned' ? station?.containers[0]?.id : undefined
    const container = containerId ?? anyOne
    if (!container || tells === 'nothing') return
    const actor = `return bike ${bike}`
    if (tells === 'emptied') {
      await keep(journal, {
        kind: 'emptied',
        containerId: container,
        emptiedAt: at,
        by: 'staff',
        actor,
      })
    } else {
      const report = { report: tells, by: 'staff', reporter: 'staff', actor } as const
      await keep(journal, { kind: 'report', containerId: container, ...report })
    }
  }

  async function tellComing(seen: SeenDay): Promise<void> {
    const { look, plan, standing, times } = seen
    if (!plan?.published) return
    const now = clock()
    const late = new Map(seen.late.map((one) => [one.stopId, one]))
    const lines = await store.dayLines({ day: look.day, limit: MOST_LINES })
    for (const round of standing.rounds) {
      if (round.startedAt === undefined || round.endedAt !== undefined || round.out) continue
      for (const { stop, state, facts } of round.stops) {
        const booking = look.bookings.get(stop.id)
        if (!booking || isOver(state) || state === 'arrived') continue
        const mine = lines.filter(({ stopId }) => stopId === stop.id)
        const comesAt = times.get(stop.id)?.startsAt
        const inMinutes = comesAt && Math.max(1, Math.round((comesAt - now) / MINUTE))
        const isNews = state === 'on-the-way' && now - facts!.since < NEWS_MS
        const { reference } = booking
        if (isNews && !mine.some(({ did }) => did === 'told-on-the-way')) {
          await bookings.tell({ reference }, CLOCK, 'on-the-way', inMinutes)
        }
        const { lateMs = 0, isHeard } = late.get(stop.id) ?? {}
        const told = mine.findLast(({ did }) => did === 'told-late')
        if (isHeard && (!told || isMuchLater(lateMs, told, now))) {
          const minutes = Math.round(lateMs / MINUTE)
          await bookings.tell({ reference }, CLOCK, 'running-late', minutes)
        }
      }
    }
  }

  /** Bookings that were cancelled leave the plan; what else no longer holds is offered anew, once. */
  async function mend(day: string): Promise<void> {
    const seen = await desk.see(day)
    if (!seen?.plan) return
    const jobs = new Set(seen.look.question.jobs.map(({ id }) => id))
    const gone = seen.standing.rounds
      .flatMap(({ stops }) => stops)
      .filter(({ stop, facts }) => stop.kind === 'pickup' && !facts && !jobs.has(stop.id))
      .map(({ stop }) => stop.id)
    const left = seen.plan.unserved.map(({ stopId }) => stopId).filter((id) => !jobs.has(id))
    const stopIds = [...gone, ...left.filter((id) => !seen.look.facts.has(id))]
    if (stopIds.length > 0) {
      await desk.act(day, CLOCK, seen.plan.version, { kind: 'take-out', stopIds })
      return
    }
    if (seen.plan.published) await offerAnew(seen)
  }

  async function offerAnew({
    look,
    plan,
    standing,
    complaints,
    unplanned,
  }: SeenDay): Promise<void> {
    const { day } = look
    const { version } = plan!
    const lines = await store.dayLines({ day, afterVersion: version - 1, limit: MOST_LINES })
    const isNew = (because: OfferReason, about: string) =>
      !lines.some((l) => l.did === 're-plan-offered' && l.detail === `${because} ${about}`)
    const offer = (because: OfferReason, about: string, only?: 'insert') =>
      isNew(because, about)
        ? desk.offer(day, CLOCK, version, { because, about, ...(only && { only }) })
        : undefined
    const stops = standing.rounds.flatMap((round) => round.stops)
    for (const { kind, stopId } of complaints) {
      const at = stops.find(({ stop }) => stop.id === stopId)
      if (kind !== 'no-room' || at?.stop.kind !== 'drop-off' || isOver(at.state)) continue
      return void (await offer('drop-off-full', at.stop.dropOffId))
    }
    // What waits for an answer gives way to nothing less.
    if (plan!.offer) return
    if (unplanned.length > 0) {
      await offer('bookings-changed', unplanned.join(' '), 'insert')
      return
    }
    const late = complaints.find(({ kind }) => kind === 'late')
    const round = standing.rounds.find(({ bike }) => bike === late?.bike)
    if (round?.startedAt !== undefined) await offer('running-late', round.bike)
  }

  /** A rule that has become active asks for a stop; one that is over takes it back, unless it was accepted. */
  async function followRules(): Promise<void> {
    for (;;) {
      const from = await store.days(async (tx) => {
        const at = await tx.followedDecision()
        if (at !== undefined) return at
        const [newest] = await store.decisions({ limit: 1 })
        const start = newest?.id ?? 0
        await tx.noteFollowedDecision(start)
        return start
      })
      const page = await store.decisions({ afterId: from, limit: PAGE })
      if (page.length === 0) return
      await store.days(async (tx) => {
        const known = new Map((await tx.candidates()).map((one) => [one.id, one]))
        for (const decision of page) {
          const change = candidateAfter(decision, [...known.values()])
          for (const candidate of change) {
            known.set(candidate.id, candidate)
            await tx.keepCandidate(candidate)
          }
        }
        await tx.noteFollowedDecision(page.at(-1)!.id)
      })
      if (page.length < PAGE) return
    }
  }

  function candidateAfter(
    { id, at, ruleId, subject, from, to, stationId, containerId }: StoredDecision,
    known: readonly Candidate[],
  ): readonly Candidate[] {
    const wanted = options.bikeStopOf(ruleId)
    const station = stationId && journal.town.stations.get(stationId)
    if (to === 'active' && (from === 'idle' || from === 'pending')) {
      if (!wanted || !station) return []
      const { what, litres, kg, waste, serviceMs } = wanted
      return [
        {
          id: `r${id}`,
          state: 'asked',
          askedAt: at,
          asked: { ruleId, subject },
          stationId: station.id,
          ...(containerId && { containerId }),
          what,
          place: station.place,
          loads: litres > 0 ? [{ stream: waste, litres }] : [],
          kg,
          serviceMs,
          priority: 0,
        },
      ]
    }
    if (to !== 'idle') return []
    return known
      .filter(
        ({ state, asked }) =>
          state === 'asked' && asked?.ruleId === ruleId && asked.subject === subject,
      )
      .map((one): Candidate => ({ ...one, state: 'withdrawn' }))
  }

  /** Counted anew whenever more is told of the day, as long as it is known where people lived. */
  async function count({ look, standing }: SeenDay): Promise<void> {
    const { terms: said, setting, bookings: kept } = look
    const age = clock() - setting.shift.from
    if (age > said.bike.eraseAfterDays * DAY) return
    const dropOffPlaces = new Map(setting.dropOffs.map(({ id, place }) => [id, place]))
    const jobs = look.question.jobs.map(({ id, place }): CountedJob => {
      const candidate = look.candidates.get(id)
      const district = kept.get(id)?.errand.districtId
      return {
        id,
        ...(place && { place }),
        ...(district !== undefined && { district }),
        kind: !candidate ? 'household' : candidate.asked ? 'station' : 'urgent',
        things: kept.get(id)?.errand.things ?? [],
        ...(candidate && { kg: candidate.kg }),
      }
    })
    const placeOf = new Map(jobs.map(({ id, place }) => [id, place]))
    const ridden = new Map(
      standing.rounds.map(({ bike, stops }) => {
        const home = setting.bikes.find(({ id }) => id === bike)?.home
        const visited = stops
          .filter(({ state }) => state === 'done' || state === 'failed' || state === 'arrived')
          .flatMap(
            ({ stop }) =>
              (stop.kind === 'drop-off'
                ? dropOffPlaces.get(stop.dropOffId)
                : placeOf.get(stop.id)) ?? [],
          )
        return [bike, home && visited.length > 0 ? length([home, ...visited, home]) : 0] as const
      }),
    )
    const counts = countDay({
      day: look.day,
      standing,
      jobs,
      dropOffPlaces,
      kgOf: (itemId) => findItem(said.bike, itemId)?.kg ?? 0,
      metres,
      ridden,
    })
    await store.days((tx) => tx.keepDayCounts(look.day, counts))
  }

  return {
    follow: (day) =>
      inTurn(() => guarded(`the day ${day} could not be followed up`, () => followUp(day))),
    tick: () =>
      inTurn(async () => {
        const said = terms()
        if (!said) return
        const now = clock()
        await guarded('what rules ask of the bike could not be followed', followRules)
        const yesterday = wallTime(plus(now, -DAY), said.timeZone).day
        const today = wallTime(now, said.timeZone).day
        for (const day of await store.plannedDays(yesterday)) {
          if (day >= today) {
            await guarded(`the plan of ${day} could not be mended`, () => mend(day))
          }
          if (day <= today) {
            await guarded(`the day ${day} could not be followed up`, () => followUp(day))
          }
        }
        if (now < nextTidying) return
        nextTidying = plus(now, HOUR)
        const { eraseAfterDays, accessLogDays } = said.bike
        await store.tidyDays({
          stops: plus(now, -eraseAfterDays * DAY),
          lines: plus(now, -accessLogDays * DAY),
        })
      }),
  }
}

/** Than they were told. Where staff said no number it can't be before that time has passed. */
function isMuchLater(lateMs: number, { at, detail }: DayLine, now: EpochMs): boolean {
  const moreMs = detail === undefined ? now - at : lateMs - Number(detail) * MINUTE
  return moreMs >= LATER_MS
}

/** Every round has ended, or the day is past. */
function isOverFor({ look, standing }: SeenDay, now: EpochMs): boolean {
  if (now > look.setting.shift.until) return true
  const used = standing.rounds.filter(({ startedAt }) => startedAt !== undefined)
  return used.length > 0 && used.every(({ endedAt, out }) => endedAt !== undefined || out)
}

function metres(from: Place, to: Place): number {
  return distanceM(from, to) * FORMULA.detour
}

function length(places: readonly Place[]): number {
  return places.reduce((sum, place, i) => (i === 0 ? 0 : sum + metres(places[i - 1]!, place)), 0)
}
