/**
 * Where the return bike's days are run from, by whatever edge: the dispatcher's commands and what riders
 * tell. The plan is judged (src/pickups/day) and kept in one transaction with its log; what takes the
 * planner long is thought out before, from the version that the command names.
 */
import { isDeepStrictEqual } from 'node:util'
import { isLive, type Terms } from '#src/pickups/booking/booking.ts'
import { isNamed } from '#src/pickups/day/brought-to.ts'
import {
  answerOf,
  ask,
  complaintsOf,
  type DayQuestion,
  type Reckoned,
  timesOf,
} from '#src/pickups/day/day-problem.ts'
import {
  type DayPlan,
  type OfferReason,
  parseVisitId,
  type RiderEvent,
  type RoundPlan,
} from '#src/pickups/day/day.ts'
import {
  type Answer as PlannerAnswer,
  type DayCommand,
  type DayReason,
  decide,
  type Reckon,
  withBikeOut,
} from '#src/pickups/day/decide.ts'
import { type LateStop, lateStops } from '#src/pickups/day/late.ts'
import { callsToMake, nextSteps, type NextStep } from '#src/pickups/day/outcomes.ts'
import { factsOf } from '#src/pickups/day/rider-events.ts'
import type { StandingDay } from '#src/pickups/day/standing.ts'
import { evaluate } from '#src/pickups/planning/evaluate.ts'
import type { Plan } from '#src/pickups/planning/plan.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import type { SolverProvider } from '#src/pickups/planning/providers.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { WasteKind } from '#src/stations/return-bike.ts'
import type { Place } from '#src/stations/station.ts'
import { type Clock, type EpochMs, wallTime } from '#src/stations/time.ts'
import { openAddressBooks } from './address-books.ts'
import { unsealed } from './booking-people.ts'
import { type Look, lookAt, type LookDeps } from './day-look.ts'
import type { Candidate, DayLine, StopPhoto } from './days.ts'
import { newId } from './errand-names.ts'

export type DayAnswer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'refused'; readonly reason: DayReason; readonly least?: number }
  /** Somebody changed the plan: what was done since the version that was named. */
  | { readonly kind: 'stale'; readonly version: number; readonly since: readonly DayLine[] }
  /** The bike doesn't run that day, or there is no such stop. */
  | { readonly kind: 'no-such' }

export type Simple = Extract<
  DayCommand,
  {
    kind:
      | 'publish'
      | 'move'
      | 'pin'
      | 'unpin'
      | 'start'
      | 'end'
      | 'bike-back'
      | 'adopt-offer'
      | 'decline-offer'
      | 'take-out'
  }
>

export interface SeenStep extends NextStep {
  /** Of the booking that it is about, and its day. */
  readonly reference?: string
  readonly day?: string
}

export interface SeenDay {
  readonly look: Look
  readonly plan?: DayPlan
  readonly standing: StandingDay
  /** By the stop's id, as reckoned now. */
  readonly times: ReadonlyMap<string, Reckoned>
  readonly complaints: ReturnType<typeof complaintsOf>
  /** Bookings of the day that no plan knows of yet. */
  readonly unplanned: readonly string[]
  readonly late: readonly LateStop[]
  readonly nextSteps: readonly SeenStep[]
  readonly candidates: readonly Candidate[]
  readonly notes: ReadonlyMap<string, string>
  readonly photos: readonly Omit<StopPhoto, 'bytes'>[]
}

/** An event as a phone sends it. */
export type ToldEvent = Omit<RiderEvent, 'day' | 'receivedAt'> & { readonly note?: string }

export interface ToldResult {
  readonly id: string
  readonly status: 'kept' | 'repeat' | 'conflict' | 'unknown-stop' | 'unknown-bike'
}

/** Something to fetch that is no booking. */
export interface Urgent {
  readonly what: string
  readonly at: UrgentAt
  /** Absent: bulky, or what the drop-off takes. */
  readonly waste?: WasteKind
  readonly litres: number
  readonly kg: number
  /** Where it is to be brought; absent: wherever it is taken. */
  readonly dropOffId?: string
  readonly serviceMs: number
}

export type UrgentAt =
  | { readonly stationId: StationId }
  | { readonly place: Place }
  /** Of the town's list. */
  | { readonly address: string; readonly postcode?: string }

export interface DayDesk {
  see(day: string): Promise<SeenDay | undefined>
  /** Draws up a plan, or another one while none is published. */
  plan(day: string, actor: string, version: number, effort?: Effort): Promise<DayAnswer<DayPlan>>
  /** Thinks out another plan for the rest of the day, and offers it. */
  offer(
    day: string,
    actor: string,
    version: number,
    why: { readonly because: OfferReason; readonly about?: string; readonly only?: 'insert' },
    effort?: Effort,
  ): Promise<DayAnswer<DayPlan>>
  act(day: string, actor: string, version: number, command: Simple): Promise<DayAnswer<DayPlan>>
  /** Takes a booking of the day, or something else, into the plan at once; nothing else moves. */
  insert(
    day: string,
    actor: string,
    version: number,
    what: { readonly stopId: string } | { readonly urgent: Urgent },
  ): Promise<DayAnswer<DayPlan>>
  bikeOut(
    day: string,
    actor: string,
    version: number,
    out: { readonly bike: string; readonly because: string },
  ): Promise<DayAnswer<DayPlan>>
  /** Whether a rule's stop is wanted; when it is, it goes into the day's plan. */
  answerCandidate(
    id: string,
    actor: string,
    answer:
      | { readonly accept: true; readonly day: string; readonly version: number }
      | { readonly accept: false },
  ): Promise<DayAnswer<Candidate>>
  /** Every event is kept or known when this resolves. `teller`: whose words the actor sends. */
  tell(events: readonly ToldEvent[], actor: string, teller?: string): Promise<readonly ToldResult[]>
  /** Sealed. `conflict`: the id is that of another picture, or of another stop’s. */
  keepPhoto(
    photo: Omit<StopPhoto, 'at'>,
  ): Promise<DayAnswer<'kept' | 'repeat' | 'conflict' | 'too-many'>>
  photo(id: string): Promise<StopPhoto | undefined>
  lines(day: string, afterNo: number, limit: number): Promise<readonly DayLine[]>
  /** Calls back with every line of any day's log; gives the means to stop. */
  onLines(listener: (lines: readonly DayLine[]) => void): () => void
  /** Lets them hear of lines that others have written. */
  spread(lines: readonly DayLine[]): void
}

export interface Effort {
  readonly limitMs?: number
  readonly maxIterations?: number
  readonly seed?: number
}

export interface DayDeskOptions extends LookDeps {
  readonly clock: Clock
  readonly solver: SolverProvider
  /** At once, with nobody else moved. */
  readonly insert: (problem: Problem, from: Plan) => Promise<Plan>
  /** What else comes of riders' events; it may fail without harm to them. */
  readonly afterEvents?: (day: string) => Promise<void>
}

const LIMIT_MS = 3000
/** As much as four bookings. */
const URGENT_PRIORITY = 3
const LINES_TOLD = 100

export function openDayDesk(options: DayDeskOptions): DayDesk {
  const { store, clock, solver, sealer } = options
  const listeners = new Set<(lines: readonly DayLine[]) => void>()
  const thinking = new Map<string, Promise<unknown>>()
  const addressBook = openAddressBooks()

  /** Of a day one plan is thought out at a time; whoever waited looks at what has come of it. */
  async function inTurn<Value>(day: string, work: () => Promise<Value>): Promise<Value> {
    const before = thinking.get(day) ?? Promise.resolve()
    const mine = before.then(work, work)
    thinking.set(day, mine)
    try {
      return await mine
    } finally {
      if (thinking.get(day) === mine) thinking.delete(day)
    }
  }

  function spread(lines: readonly DayLine[]): void {
    if (lines.length > 0) for (const listener of listeners) listener(lines)
  }

  async function think({ question, asked }: Look, effort: Effort): Promise<PlannerAnswer> {
    const { problem, from } = asked
    const { seed = 1, maxIterations, limitMs } = effort
    const { plan } = await solver.solve(problem, {
      seed,
      from,
      ...(maxIterations === undefined ? { limitMs: limitMs ?? LIMIT_MS } : { maxIterations }),
    })
    return answerOf(question, plan)
  }

  async function thinkAtOnce({ question, asked }: Pick<Look, 'question' | 'asked'>) {
    return answerOf(question, await options.insert(asked.problem, asked.from))
  }

  /** Judges a command against the day as it is kept now. `more` is kept with it. */
  async function carryOut(
    look: Look,
    actor: string,
    version: number,
    command: DayCommand,
    more?: Candidate,
  ): Promise<DayAnswer<DayPlan>> {
    const { day, setting } = look
    const now = clock()
    const bikes = setting.bikes.map(({ id }) => id)
    const done = await store.days(async (tx) => {
      const plan = await tx.dayPlan(day)
      const facts = factsOf(await tx.riderEvents(day))
      const state = { day, bikes, facts, ...(plan && { plan }) }
      const decided = decide(state, command, version, now, reckonBy(look))
      if (decided.kind !== 'ok') return { decided, lines: [] }
      if (more) await tx.keepCandidate(more)
      if (decided.changes.length === 0) return { decided, lines: [] }
      await tx.keepDayPlan(decided.plan)
      const lines = await tx.noteDay(
        decided.changes.map((change) => ({
          ...change,
          at: now,
          by: actor,
          day,
          version: decided.plan.version,
        })),
      )
      return { decided, lines }
    })
    spread(done.lines)
    if (done.decided.kind === 'ok') return { kind: 'ok', value: done.decided.plan }
    if (done.decided.kind === 'refused') return done.decided
    return stale(day, done.decided.version, version)
  }

  async function stale(day: string, version: number, seen: number): Promise<DayAnswer<never>> {
    const since = await store.dayLines({ day, afterVersion: seen, limit: LINES_TOLD })
    return { kind: 'stale', version, since }
  }

  /** Looks, and refuses an outdated version before the planner is asked. */
  async function withLook<Value>(
    day: string,
    version: number,
    work: (look: Look) => Promise<DayAnswer<Value>>,
  ): Promise<DayAnswer<Value>> {
    const look = await lookAt(options, day, clock())
    if (!look) return { kind: 'no-such' }
    const current = look.plan?.version ?? 0
    return version === current ? work(look) : stale(day, current, version)
  }

  return {
    async see(day) {
      const look = await lookAt(options, day, clock())
      return look && seen(look)
    },
    plan: (day, actor, version, effort = {}) =>
      inTurn(day, () =>
        withLook(day, version, async (look) => {
          const answer = await think(look, effort)
          return carryOut(look, actor, version, { kind: 'plan', answer })
        }),
      ),
    offer(day, actor, version, { because, about, only }, effort = {}) {
      const work = () =>
        withLook(day, version, async (look) => {
          if (!look.plan) return { kind: 'refused', reason: 'no-plan' }
          const answer = only === 'insert' ? await thinkAtOnce(look) : await think(look, effort)
          const id = newId()
          const told = { id, because, ...(about !== undefined && { about }) }
          return carryOut(look, actor, version, { kind: 'offer', ...told, answer })
        })
      return only === 'insert' ? work() : inTurn(day, work)
    },
    act: (day, actor, version, command) =>
      withLook(day, version, (look) => carryOut(look, actor, version, command)),
    insert: (day, actor, version, what) =>
      withLook(day, version, async (look) => {
        if (!look.plan) return { kind: 'refused', reason: 'no-plan' }
        if ('stopId' in what) {
          const { stopId } = what
          if (!look.question.jobs.some(({ id }) => id === stopId)) return { kind: 'no-such' }
          const answer = await thinkAtOnce(look)
          return carryOut(look, actor, version, { kind: 'insert', stopId, answer })
        }
        const located = locateUrgent(what.urgent.at, look.terms)
        if (located.kind !== 'ok') return located
        const loads = loadsOfUrgent(what.urgent, look.terms)
        if (loads.kind !== 'ok') return loads
        const { what: text, kg, dropOffId, serviceMs } = what.urgent
        return insertCandidate(look, actor, version, {
          id: `u${newId()}`,
          state: 'accepted',
          askedAt: clock(),
          what: text,
          ...located.value,
          loads: loads.value,
          ...(dropOffId !== undefined && { dropOffId }),
          kg,
          serviceMs,
          priority: URGENT_PRIORITY,
          day,
        })
      }),
    bikeOut: (day, actor, version, { bike, because }) =>
      withLook(day, version, async (look) => {
        if (!look.plan) return { kind: 'refused', reason: 'no-plan' }
        const plan = withBikeOut(look.plan, bike, because, clock())
        const question: DayQuestion = { ...look.question, plan }
        const answer = await thinkAtOnce({ question, asked: ask(question, look.travel) })
        return carryOut(look, actor, version, { kind: 'bike-out', bike, because, answer })
      }),
    async answerCandidate(id, actor, answer) {
      const [known] = (await store.candidates({})).filter((one) => one.id === id)
      if (known?.state !== 'asked') return { kind: 'no-such' }
      if (!answer.accept) {
        const declined: Candidate = { ...known, state: 'declined' }
        await store.days((tx) => tx.keepCandidate(declined))
        return { kind: 'ok', value: declined }
      }
      const { day, version } = answer
      const accepted: Candidate = { ...known, state: 'accepted', day }
      const done = await withLook(day, version, (look) =>
        look.plan ? insertCandidate(look, actor, version, accepted) : keepForLater(look, accepted),
      )
      return done.kind === 'ok' ? { kind: 'ok', value: accepted } : done
    },

    async tell(events, actor, teller) {
      const receivedAt = clock()
      const by = { by: actor, ...(teller !== undefined && { teller }) }
      const terms = options.terms()
      if (!terms) return events.map(({ id }) => ({ id, status: 'unknown-stop' }))
      const { bookings } = await store.bookingBook()
      const candidates = new Map((await store.candidates({})).map((one) => [one.id, one]))
      const dropOffs = new Set(terms.bike.dropOffs.map(({ id }) => id))
      const bikes = new Set(terms.bike.bikes.map(({ id }) => id))
      const isKnown = ({ stopId, bike }: ToldEvent): boolean => {
        const visit = parseVisitId(stopId)
        if (visit) {
          const isThere = visit.dropOffId === 'break' || dropOffs.has(visit.dropOffId)
          return isThere && visit.bike === bike
        }
        return bookings.has(stopId) || candidates.has(stopId)
      }
      // A stop is of its own day, however late it is told of and whatever the phone's clock says.
      const dayOf = (stopId: string, happenedAt: EpochMs): string =>
        parseVisitId(stopId)?.day ??
        bookings.get(stopId)?.slot?.day ??
        candidates.get(stopId)?.day ??
        wallTime(happenedAt, terms.timeZone).day
      const days = new Set<string>()
      const done = await store.days(async (tx) => {
        const results: ToldResult[] = []
        const lines: DayLine[] = []
        for (const told of events) {
          const { note, ...rest } = told
          const { id } = rest
          if (!isKnown(told)) {
            results.push({ id, status: 'unknown-stop' })
            continue
          }
          // A phone’s clock may be ahead of ours; what it tells has happened.
          const happenedAt = Math.min(rest.happenedAt, receivedAt) as EpochMs
          const day = dayOf(rest.stopId, happenedAt)
          const event: RiderEvent = { ...rest, day, happenedAt, receivedAt }
          const plan = await tx.dayPlan(day)
          const isOurs =
            bikes.has(event.bike) || plan?.rounds.some(({ bike }) => bike === event.bike)
          if (isOurs !== true) {
            results.push({ id, status: 'unknown-bike' })
            continue
          }
          const known = await tx.riderEvent(id)
          if (known) {
            results.push({ id, status: isSameEvent(known, event) ? 'repeat' : 'conflict' })
            continue
          }
          await tx.keepRiderEvent(event, note === undefined ? undefined : sealer.seal(note))
          lines.push(...(await tx.noteDay([{ ...lineOf(event, plan?.version ?? 0), ...by }])))
          days.add(day)
          results.push({ id, status: 'kept' })
        }
        return { results, lines }
      })
      spread(done.lines)
      for (const day of days) await options.afterEvents?.(day)
      return done.results
    },
    async keepPhoto(photo) {
      const { bookings } = await store.bookingBook()
      const isKnown =
        bookings.has(photo.stopId) ||
        parseVisitId(photo.stopId) !== undefined ||
        (await store.candidates({})).some(({ id }) => id === photo.stopId)
      if (!isKnown) return { kind: 'no-such' }
      const sealed = Buffer.from(sealer.seal(Buffer.from(photo.bytes).toString('base64')))
      const value = await store.keepPhoto({ ...photo, bytes: sealed, at: clock() })
      if (value !== 'known') return { kind: 'ok', value }
      const known = await readPhoto(photo.id)
      const isSame = known?.stopId === photo.stopId && known.bytes.equals(photo.bytes)
      return { kind: 'ok', value: isSame ? 'repeat' : 'conflict' }
    },
    photo: readPhoto,
    lines: (day, afterNo, limit) => store.dayLines({ day, afterNo, limit }),
    onLines(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    spread,
  }

  async function readPhoto(id: string) {
    const photo = await store.photo(id)
    if (!photo) return undefined
    const text = unsealed(Buffer.from(photo.bytes).toString(), sealer)
    return { ...photo, bytes: Buffer.from(text, 'base64') }
  }

  function locateUrgent(
    at: UrgentAt,
    terms: Terms,
  ): DayAnswer<Pick<Candidate, 'place' | 'address' | 'stationId'>> {
    if ('place' in at) return { kind: 'ok', value: at }
    if ('stationId' in at) {
      const station = options.journal.town.stations.get(at.stationId)
      if (!station) return { kind: 'no-such' }
      return { kind: 'ok', value: { place: station.place, stationId: station.id } }
    }
    const book = addressBook(terms)
    if (!book) return { kind: 'refused', reason: 'no-address-list' }
    const [found, ...others] = book.find(at.address, at.postcode)
    if (!found) return { kind: 'refused', reason: 'unknown-address' }
    if (others.length > 0) return { kind: 'refused', reason: 'postcode-needed' }
    return { kind: 'ok', value: { place: found.place, address: found.address } }
  }

  async function insertCandidate(
    look: Look,
    actor: string,
    version: number,
    candidate: Candidate,
  ): Promise<DayAnswer<DayPlan>> {
    const more = (await lookAt(options, look.day, look.now, candidate)) ?? look
    const job = more.question.jobs.find(({ id }) => id === candidate.id)
    const isBrought = candidate.dropOffId === undefined || job?.loads.every(isNamed)
    if (isBrought !== true) return { kind: 'refused', reason: 'no-room-there' }
    const answer = await thinkAtOnce(more)
    const command: DayCommand = { kind: 'insert', stopId: candidate.id, answer }
    return carryOut(more, actor, version, command, candidate)
  }

  /** There is no plan yet; it is in the day when one is drawn up. */
  async function keepForLater(look: Look, accepted: Candidate): Promise<DayAnswer<unknown>> {
    await store.days((tx) => tx.keepCandidate(accepted))
    return { kind: 'ok', value: look.day }
  }

  /** What is to be done about the day, and about bookings of days that are past. */
  async function stepsOf(
    { day, now, terms, bookings, candidates }: Look,
    standing: StandingDay,
    late: readonly LateStop[],
  ): Promise<readonly SeenStep[]> {
    const open = new Set([
      ...[...candidates.values()].filter(({ state }) => state === 'accepted').map(({ id }) => id),
      ...[...bookings.values()]
        .map(({ errand }) => errand)
        .filter(isLive)
        .map(({ id }) => id),
    ])
    const steps = [...nextSteps(standing, terms.bike, open), ...callsToMake(late)].map(
      (step): SeenStep => {
        const reference = bookings.get(step.stopId)?.reference
        return { ...step, ...(reference !== undefined && { reference, day }) }
      },
    )
    const today = wallTime(now, terms.timeZone).day
    const told = new Set(steps.map(({ stopId }) => stopId))
    const past = (await store.keptBookings({ states: ['booked'] })).flatMap(
      ({ errand: { id, slot }, reference }): SeenStep[] => {
        const isPast = slot !== undefined && slot.day < today && !told.has(id)
        // A day that is past shows its own; today and what is to come, all that was left.
        if (!isPast || (day < today && slot.day !== day)) return []
        const step = { step: 'fetch-another-day', because: 'day-over' } as const
        return [{ stopId: id, ...step, reference, day: slot.day }]
      },
    )
    return [...steps, ...past]
  }

  async function seen(look: Look): Promise<SeenDay> {
    const { day, now, plan, events, question, asked, bookings, candidates } = look
    const { standing } = asked
    const { rounds, violations } = evaluate(asked.problem, asked.from)
    const times = timesOf(asked, rounds)
    const late = lateStops({ standing, times, jobs: question.jobs, events, now })
    const known = new Set([
      ...standing.rounds.flatMap(({ stops }) => stops.map(({ stop }) => stop.id)),
      ...standing.unserved.map(({ stopId }) => stopId),
    ])
    return {
      look,
      ...(plan && { plan }),
      standing,
      times,
      late,
      complaints: complaintsOf(asked, violations),
      unplanned: question.jobs.map(({ id }) => id).filter((id) => !known.has(id)),
      nextSteps: await stepsOf(look, standing, late),
      candidates: await store.candidates({ states: ['asked'] }),
      notes: await store.riderNotes(day),
      photos: await store.photosOf([...bookings.keys(), ...candidates.keys()]),
    }
  }
}

/** What it is when it is got rid of: by what was said, or by what the place takes. */
function loadsOfUrgent(
  { waste, litres, dropOffId }: Urgent,
  { bike }: Terms,
): DayAnswer<Candidate['loads']> {
  const dropOff = bike.dropOffs.find(({ id }) => id === dropOffId)
  if (dropOffId !== undefined && !dropOff) return { kind: 'refused', reason: 'no-such-drop-off' }
  const takes = dropOff?.takes ?? ['bulky']
  const stream = waste ?? (takes.includes('bulky') ? 'bulky' : takes[0])
  if (stream === undefined || (dropOff && !dropOff.takes.includes(stream))) {
    return { kind: 'refused', reason: 'not-taken-there' }
  }
  return { kind: 'ok', value: litres > 0 ? [{ stream, litres }] : [] }
}

function reckonBy(look: Look): Reckon {
  return (rounds: readonly RoundPlan[]) => {
    const plan = look.plan && { ...look.plan, rounds, pins: [] }
    const asked = ask({ ...look.question, ...(plan && { plan }) }, look.travel)
    const times = timesOf(asked, evaluate(asked.problem, asked.from).rounds)
    return new Map([...times].map(([id, { startsAt }]) => [id, startsAt]))
  }
}

/** Ours to say is when it was received, of which day it is, and when it happened where the phone's clock was ahead. */
function isSameEvent(a: RiderEvent, b: RiderEvent): boolean {
  const ours = { receivedAt: 0, happenedAt: 0, day: '' }
  return isDeepStrictEqual({ ...a, ...ours }, { ...b, ...ours })
}

function lineOf(event: RiderEvent, version: number): Omit<DayLine, 'no' | 'by'> {
  const { receivedAt: at, day, stopId, bike, kind, because } = event
  return {
    at,
    day,
    version,
    did: `rider-${kind}`,
    stopId,
    bike,
    ...(because !== undefined && { detail: because }),
  }
}
