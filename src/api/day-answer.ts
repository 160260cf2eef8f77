/** A day of the return bike as JSON, and what can't be done with it in words. */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { isNamed } from '#src/pickups/day/brought-to.ts'
import {
  FAILED_BECAUSE,
  OFFER_REASONS,
  type PlannedStop,
  type StopState,
} from '#src/pickups/day/day.ts'
import type { DayReason } from '#src/pickups/day/decide.ts'
import type { StandingStop } from '#src/pickups/day/standing.ts'
import type { StationId } from '#src/stations/ids.ts'
import { BOOKING_LANGUAGES, WASTE_KINDS } from '#src/stations/return-bike.ts'
import type { Station } from '#src/stations/station.ts'
import { isoOrNull, isoText, wallTime } from '#src/stations/time.ts'
import type { DayAnswer, SeenDay } from '#src/store/day-desk.ts'
import type { Look } from '#src/store/day-look.ts'
import { CANDIDATE_STATES, type Candidate, type DayLine } from '#src/store/days.ts'
import { personAnswer, personJson } from './errand-input.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'

const STATES = [
  'scheduled',
  'on-the-way',
  'arrived',
  'done',
  'failed',
  'skipped',
] as const satisfies readonly StopState[]

const thing = z.strictObject({ item: z.string(), count: z.int() })

const placeAnswer = z.strictObject({ lat: z.number(), lon: z.number() })

const stopAnswer = z.strictObject({
  id: z.string(),
  kind: z.enum(['pickup', 'drop-off', 'break']),
  state: z.enum(STATES),
  planned: z.boolean().meta({ description: 'False for what a rider did though no plan said so.' }),
  pinned: z.boolean(),
  dropOff: z.string().nullable(),
  streams: z.array(z.string()).nullable().meta({
    description: 'Of a drop-off: unload only these; null for all on board that it takes.',
  }),
  place: z
    .strictObject({ name: z.string().nullable(), lat: z.number(), lon: z.number() })
    .nullable()
    .meta({ description: 'Of a stop that is no booking; whoever booked has it in `person`.' }),
  reference: z.string().nullable().meta({ description: 'Of the booking.' }),
  what: z.string().nullable().meta({ description: 'Of a stop that is no booking.' }),
  load: z
    .strictObject({ litres: z.number(), kg: z.number() })
    .nullable()
    .meta({ description: 'Of a stop that is no booking: what is reckoned with.' }),
  bringTo: z
    .strictObject({ id: z.string(), name: z.string() })
    .nullable()
    .meta({ description: 'The drop-off that it is to be brought to, if it must be one.' }),
  things: z.array(thing),
  taken: z
    .array(z.strictObject({ ...thing.shape, reused: z.boolean() }))
    .nullable()
    .meta({
      description: 'Of a pickup that is done, where the rider said it; null: what was booked.',
    }),
  district: z.string().nullable(),
  language: z.enum(BOOKING_LANGUAGES).nullable(),
  interpreter: z.boolean(),
  windowFrom: isoInstant.nullable(),
  windowUntil: isoInstant.nullable(),
  startsAt: isoInstant.nullable().meta({ description: 'As reckoned now, or as it was.' }),
  leavesAt: isoInstant.nullable(),
  litresOnBoard: z.number().nullable(),
  kgOnBoard: z.number().nullable(),
  failedBecause: z.enum(FAILED_BECAUSE).nullable(),
  note: z.string().nullable(),
  photos: z.array(z.string()),
  person: personAnswer.nullable(),
})

const inLanguages = z.looseObject({ sv: z.string(), en: z.string(), fi: z.string() })

export const candidateAnswer = z
  .strictObject({
    id: z.string(),
    state: z.enum(CANDIDATE_STATES),
    askedAt: isoInstant,
    rule: z.string().nullable(),
    stationId: z.string().nullable(),
    what: z.string(),
    day: z.string().nullable(),
  })
  .meta({ id: 'BikeCandidate' })

export const dayAnswer = z
  .strictObject({
    day: z.string(),
    today: z.string().meta({ description: 'Which day it is in the town now.' }),
    version: z.int(),
    published: z.boolean(),
    from: isoInstant,
    until: isoInstant,
    bikes: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        litres: z.number(),
        kg: z.number(),
        home: placeAnswer,
      }),
    ),
    dropOffs: z.array(z.strictObject({ id: z.string(), name: z.string(), place: placeAnswer })),
    rounds: z.array(
      z.strictObject({
        bike: z.string(),
        startedAt: isoInstant.nullable(),
        endedAt: isoInstant.nullable(),
        out: z.strictObject({ since: isoInstant, because: z.string() }).nullable(),
        frozen: z.int().meta({
          description:
            'So many of its first stops are over or being ridden to; no plan moves them.',
        }),
        stops: z.array(stopAnswer),
      }),
    ),
    unserved: z.array(z.strictObject({ stop: z.string(), because: z.string() })),
    unplanned: z.array(z.string()).meta({ description: 'Bookings that no plan knows of yet.' }),
    outside: z
      .array(stopAnswer)
      .meta({ description: 'What no round has, by `unserved` and `unplanned`, in their order.' }),
    complaints: z
      .array(
        z.strictObject({
          kind: z.string(),
          stop: z.string().nullable(),
          bike: z.string().nullable(),
        }),
      )
      .meta({ description: 'What is wrong with the plan as it stands.' }),
    offer: z
      .strictObject({
        id: z.string(),
        because: z.enum(OFFER_REASONS),
        about: z.string().nullable(),
        rounds: z.array(z.strictObject({ bike: z.string(), stops: z.array(z.string()) })),
        unserved: z.array(z.strictObject({ stop: z.string(), because: z.string() })),
      })
      .nullable(),
    nextSteps: z.array(
      z.strictObject({
        stop: z.string(),
        step: z.string(),
        because: z.string(),
        bike: z.string().nullable(),
        reference: z.string().nullable().meta({
          description: 'Of the booking that it is about; riders see it on the stop alone.',
        }),
        day: z.string().nullable().meta({ description: 'Of that booking; it may be past.' }),
        instead: inLanguages.nullable(),
      }),
    ),
    candidates: z.array(candidateAnswer),
    room: z
      .array(
        z.strictObject({
          dropOff: z.string(),
          waste: z.enum([...WASTE_KINDS, 'reuse']),
          litres: z.number().nullable().meta({ description: 'Null where there is always room.' }),
        }),
      )
      .meta({ description: 'What the plan reckons with, margins off.' }),
  })
  .meta({ id: 'BikeDay' })

export interface Shown {
  /** Who lives there, for whoever rides there or decides on it. */
  readonly people: boolean
  /** What is not published is the dispatcher's alone. */
  readonly drafts: boolean
  readonly notes: ReadonlyMap<string, string>
  readonly stations: ReadonlyMap<StationId, Station>
}

export function dayJson(seen: SeenDay, shown: Shown): z.input<typeof dayAnswer> {
  const { look, plan, standing } = seen
  const isShown = shown.drafts || plan?.published === true
  const offer = shown.drafts ? plan?.offer : undefined
  return {
    day: look.day,
    today: wallTime(look.now, look.terms.timeZone).day,
    version: plan?.version ?? 0,
    published: plan?.published ?? false,
    from: isoText(look.setting.shift.from),
    until: isoText(look.setting.shift.until),
    bikes: look.setting.bikes.map(({ id, name, litres, kg, home }) => ({
      id,
      name,
      litres,
      kg,
      home,
    })),
    dropOffs: look.setting.dropOffs.map(({ id, name, place }) => ({ id, name, place })),
    rounds: (isShown ? standing.rounds : []).map((round) => ({
      bike: round.bike,
      startedAt: isoOrNull(round.startedAt),
      endedAt: isoOrNull(round.endedAt),
      out: round.out ? { ...round.out, since: isoText(round.out.since) } : null,
      frozen: round.frozen,
      stops: round.stops.map((stop) => stopJson(stop, seen, shown)),
    })),
    unserved: isShown ? standing.unserved.map(unservedJson) : [],
    unplanned: shown.drafts ? [...seen.unplanned] : [],
    outside: outsideOf(seen, shown),
    complaints: isShown
      ? seen.complaints.map(({ kind, stopId, bike }) => ({
          kind,
          stop: stopId ?? null,
          bike: bike ?? null,
        }))
      : [],
    offer: offer
      ? {
          id: offer.id,
          because: offer.because,
          about: offer.about ?? null,
          rounds: offer.rounds.map(({ bike, stops }) => ({
            bike,
            stops: stops.map(({ id }) => id),
          })),
          unserved: offer.unserved.map(unservedJson),
        }
      : null,
    nextSteps: seen.nextSteps.map(({ stopId, step, because, bike, reference, day, instead }) => ({
      stop: stopId,
      step,
      because,
      bike: bike ?? null,
      reference: (shown.drafts && reference) || null,
      day: day ?? null,
      instead: instead ?? null,
    })),
    candidates: shown.drafts ? seen.candidates.map(candidateJson) : [],
    room: look.setting.dropOffs.flatMap(({ id, room }) =>
      room
        .filter((taken) => !isNamed(taken))
        .map(({ stream, roomL }) => ({
          dropOff: id,
          waste: stream as 'reuse',
          litres: roomL === undefined ? null : Math.round(roomL),
        })),
    ),
  }
}

function outsideOf(seen: SeenDay, shown: Shown): z.input<typeof stopAnswer>[] {
  if (!shown.drafts) return []
  const ids = [...seen.standing.unserved.map(({ stopId }) => stopId), ...seen.unplanned]
  return ids.map((id) =>
    stopJson({ stop: { id, kind: 'pickup' }, state: 'scheduled', planned: false }, seen, shown),
  )
}

function stopJson(
  { stop, state, planned, pin, facts }: StandingStop,
  seen: SeenDay,
  shown: Shown,
): z.input<typeof stopAnswer> {
  const { look, times, photos } = seen
  const kept = look.bookings.get(stop.id)
  const booking = kept?.errand
  const time = times.get(stop.id)
  const window = look.question.jobs.find(({ id }) => id === stop.id)?.windows[0]
  const { outcome } = facts ?? {}
  const candidate = look.candidates.get(stop.id)
  return {
    id: stop.id,
    kind: stop.kind,
    state,
    planned,
    pinned: pin !== undefined,
    dropOff: stop.kind === 'drop-off' ? stop.dropOffId : null,
    streams: (stop.kind === 'drop-off' && stop.streams && [...stop.streams]) || null,
    place: placeOf(stop, look, shown.stations),
    reference: kept?.reference ?? null,
    what: candidate?.what ?? null,
    load: candidate ? { litres: litresOf(candidate), kg: candidate.kg } : null,
    bringTo: candidate ? bringToOf(candidate, look) : null,
    things: (booking?.things ?? []).map(({ itemId, count }) => ({ item: itemId, count })),
    taken: outcome?.taken?.map(({ itemId, ...rest }) => ({ item: itemId, ...rest })) ?? null,
    district: booking?.districtId ?? null,
    language: booking?.language ?? null,
    interpreter: booking?.interpreter ?? false,
    windowFrom: isoOrNull(window?.from),
    windowUntil: isoOrNull(window?.until),
    startsAt: isoOrNull(time?.startsAt ?? facts?.since),
    leavesAt: isoOrNull(time?.leavesAt),
    litresOnBoard: time ? Math.round(time.litres) : null,
    kgOnBoard: time ? Math.round(time.kg) : null,
    failedBecause: outcome?.because ?? null,
    note: (shown.people && outcome && shown.notes.get(outcome.id)) || null,
    photos: photos.filter(({ stopId }) => stopId === stop.id).map(({ id }) => id),
    person: shown.people && kept?.person ? personJson(kept.person) : null,
  }
}

function placeOf(
  stop: PlannedStop,
  { setting, candidates }: Look,
  stations: ReadonlyMap<StationId, Station>,
): z.input<typeof stopAnswer>['place'] {
  if (stop.kind === 'drop-off') {
    const found = setting.dropOffs.find(({ id }) => id === stop.dropOffId)
    return found ? { name: found.name, ...found.place } : null
  }
  const candidate = candidates.get(stop.id)
  if (!candidate) return null
  const station = candidate.stationId && stations.get(candidate.stationId)
  return { name: station?.name ?? candidate.address ?? null, ...candidate.place }
}

function bringToOf(
  { dropOffId }: Candidate,
  { setting }: Look,
): z.input<typeof stopAnswer>['bringTo'] {
  const found = setting.dropOffs.find(({ id }) => id === dropOffId)
  return found ? { id: found.id, name: found.name } : null
}

function litresOf({ loads }: Candidate): number {
  return loads.reduce((sum, { litres }) => sum + litres, 0)
}

function unservedJson({ stopId, because }: { readonly stopId: string; readonly because: string }) {
  return { stop: stopId, because }
}

export function candidateJson(one: Candidate): z.input<typeof candidateAnswer> {
  return {
    id: one.id,
    state: one.state,
    askedAt: isoText(one.askedAt),
    rule: one.asked?.ruleId ?? null,
    stationId: one.stationId ?? null,
    what: one.what,
    day: one.day ?? null,
  }
}

export const lineAnswer = z
  .strictObject({
    no: z.int(),
    at: isoInstant,
    by: z.string(),
    teller: z.string().nullable().meta({
      description: 'Whose words `by` sent, by their phone’s word; null for their own.',
    }),
    version: z.int(),
    did: z.string(),
    stop: z.string().nullable(),
    bike: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'BikeDayLine' })

export function lineJson(line: DayLine): z.input<typeof lineAnswer> {
  const { no, at, by, teller, version, did, stopId, bike, detail } = line
  return {
    no,
    at: isoText(at),
    by,
    teller: teller ?? null,
    version,
    did,
    stop: stopId ?? null,
    bike: bike ?? null,
    detail: detail ?? null,
  }
}

const WORDS: Readonly<Record<DayReason, string>> = {
  'no-plan': 'There is no plan of this day yet; draw one up first.',
  'published-already': 'The plan is published; ask for a re-plan, which is offered.',
  'no-such-stop': 'The day has no such stop.',
  'no-such-bike': 'The town has no such bike.',
  'no-such-offer': 'There is no such offer any more.',
  'offer-outdated': 'The plan has changed since this was offered.',
  'stop-is-over': 'The stop is over.',
  'stop-under-way': 'The rider is on the way there.',
  'before-what-is-frozen': 'That is before what is over or being ridden to.',
  'bike-out': 'The bike is out of use.',
  'round-over': 'The round has ended.',
  'not-started': 'The round has not started.',
  'not-published': 'The plan is not published yet.',
  'not-on-another-bike': 'Only a pickup can be moved to another bike.',
  'nothing-to-pin': 'Only a pickup can be pinned.',
  'no-address-list': 'urgent.address: the town has no list of addresses; send urgent.place.',
  'unknown-address':
    'urgent.address is not on the town’s list; write one that is, or send urgent.place.',
  'postcode-needed': 'urgent.address: several are written so; send urgent.postcode too.',
  'no-such-drop-off': 'urgent.dropOff: the town has no such drop-off.',
  'not-taken-there': 'urgent.waste is not taken at urgent.dropOff; choose another of the two.',
  'no-room-there': 'urgent.dropOff has no room for so much; choose another, or leave it out.',
}

/** `isStaff`: what was done since is of the log, which isn't the riders' to read. */
export function refuseDay(
  reply: FastifyReply,
  answer: Exclude<DayAnswer<unknown>, { kind: 'ok' }>,
  isStaff: boolean,
): FastifyReply {
  switch (answer.kind) {
    case 'no-such':
      return sendProblem(
        reply,
        problem('not-found', 'The bike doesn’t run then, or there is no such stop.'),
      )
    case 'stale': {
      const look = isStaff ? 'look at what was done since' : 'get the day'
      const detail = `The plan’s version is ${answer.version} now; ${look}, and try again.`
      return sendProblem(reply, {
        ...problem('plan-changed', detail),
        version: answer.version,
        ...(isStaff && { since: answer.since.map(lineJson) }),
      })
    }
    case 'refused': {
      const { reason, least } = answer
      const because = [{ reason, ...(least !== undefined && { most: least }) }]
      return sendProblem(reply, { ...problem('not-possible', WORDS[reason]), because })
    }
  }
}
