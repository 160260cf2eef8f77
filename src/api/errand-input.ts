/** Who asks about an errand, what they may say of themselves, and how they are told what can't be. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { SECOND, type Clock } from '#src/stations/time.ts'
import { isDay } from '#src/stations/town-shape.ts'
import type { Asker } from '#src/store/booking-desk.ts'
import type { Person } from '#src/store/booking-people.ts'
import { openErrandAllowance, type ErrandRequest } from '#src/store/errand-allowance.ts'
import { parseReference } from '#src/store/errand-names.ts'
import { personFields } from '#src/store/person-fields.ts'
import { DISPATCHERS, type Needs, type Staff } from '#src/store/staff.ts'
import { problem, sendProblem } from './problem.ts'
import type { StaffDoor } from './staff.ts'

export const dayText = z
  .string({ error: 'a day such as 2026-05-07' })
  .refine(isDay, 'a day such as 2026-05-07')
  .meta({ format: 'date' })
export const slotIdText = z
  .string({ error: 'the id of a slot, such as morning' })
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'the id of a slot, such as morning')

export const personText = z.strictObject({
  name: personFields.name,
  phone: personFields.phone.optional(),
  email: personFields.email.optional(),
  address: personFields.address,
  postcode: personFields.postcode.optional(),
  apartment: personFields.apartment.optional(),
  position: personFields.position.optional(),
  note: personFields.note.optional(),
})
export function isReachable({
  phone,
  email,
}: Pick<z.output<typeof personText>, 'phone' | 'email'>): boolean {
  return phone !== undefined || email !== undefined
}
export const UNREACHABLE = problem('invalid-request', 'There must be a way to reach you.', [
  { field: 'person.phone', expected: 'a phone number, or person.email' },
])
/** What is left out stays as it was; null takes it away. */
export const personEdits = z.strictObject({
  name: personFields.name.optional(),
  phone: personFields.phone.nullish(),
  email: personFields.email.nullish(),
  address: personFields.address.optional(),
  postcode: personFields.postcode.nullish(),
  apartment: personFields.apartment.nullish(),
  position: personFields.position.nullish(),
  note: personFields.note.nullish(),
})

export function personOf({ position, ...rest }: z.output<typeof personText>): Person {
  return { ...present(rest), ...(position && { place: position }) }
}

export function editsOf({ position, ...rest }: z.output<typeof personEdits>) {
  return { ...present(rest), ...(position !== undefined && { place: position }) }
}

/** Without what is undefined, which is no field at all. */
export function present<T extends object>(
  fields: T,
): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>
  }
}

export const personAnswer = z
  .strictObject({
    name: z.string(),
    phone: z.string().nullable(),
    email: z.string().nullable(),
    address: z.string(),
    postcode: z.string().nullable(),
    apartment: z.string().nullable(),
    position: z.strictObject({ lat: z.number(), lon: z.number() }).nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'Booker' })

export function personJson(person: Person): z.input<typeof personAnswer> {
  return {
    name: person.name,
    phone: person.phone ?? null,
    email: person.email ?? null,
    address: person.address,
    postcode: person.postcode ?? null,
    apartment: person.apartment ?? null,
    position: person.place ?? null,
    note: person.note ?? null,
  }
}

const REFERENCE = 'a reference of six characters, such as K7M4XQ'
export const referenceText = z
  .string({ error: REFERENCE })
  .transform((text, context) => {
    const reference = parseReference(text)
    if (reference !== undefined) return reference
    context.addIssue({ code: 'custom', message: REFERENCE })
    return z.NEVER
  })
  .meta({ type: 'string', description: REFERENCE, examples: ['K7M4XR'] })

const KEY = '16 to 80 of A-Z a-z 0-9 _ -, drawn at random for each form'
export const idempotencyHeaders = z.looseObject({
  'idempotency-key': z
    .string({ error: KEY })
    .regex(/^[A-Za-z0-9_-]{16,80}$/, KEY)
    .optional()
    .meta({ description: `A form that is sent twice with one key is one: ${KEY}.` }),
})

const VERSION = 'the etag of the newest version, such as "3"'
const VERSION_TAG = /^(?:W\/)?"(\d{1,9})"$/
export const versionHeaders = z.looseObject({
  'if-match': z.string({ error: VERSION }).regex(VERSION_TAG, VERSION).optional(),
})
export const neededVersionHeaders = z.looseObject({
  'if-match': z.string({ error: VERSION }).regex(VERSION_TAG, VERSION),
})
export function versionIn(tag: string | undefined): number | undefined {
  return tag === undefined ? undefined : Number(VERSION_TAG.exec(tag)![1])
}
export function versionTag(version: number): string {
  return `"${version}"`
}

const ACTOR = 'who asks, 1 to 80 characters, by percent-encoding where they aren’t ASCII'
export const actorHeaders = z.looseObject({
  'kvitter-actor': z
    .string({ error: ACTOR })
    .optional()
    .meta({
      description: `For staff: ${ACTOR}. It stands in the log of who saw what. Not needed of who is signed in.`,
    }),
})

export interface ErrandDoor {
  /** The staff's name; undefined when the request has been answered: no staff, or nobody's name. */
  staff(request: FastifyRequest, reply: FastifyReply, needs?: Needs): string | undefined
  /** Whoever has the staff's token and a name, or anything else as an errand's secret. */
  asker(request: FastifyRequest, reply: FastifyReply): Asker | undefined
  /** The staff's name, or nothing for who comes without a token; undefined when it has been answered. */
  bookerOrStaff(
    request: FastifyRequest,
    reply: FastifyReply,
  ): { readonly actor?: string } | undefined
  /** Answers 429 and gives true when somebody asks for too much. Staff never do. */
  isTooMuch(what: ErrandRequest, request: FastifyRequest, reply: FastifyReply): boolean
  isStaff(request: FastifyRequest): boolean
}

export function openErrandDoor(staff: StaffDoor, clock: Clock): ErrandDoor {
  const allowance = openErrandAllowance(clock)
  const named = (request: FastifyRequest, reply: FastifyReply) =>
    namedActor(request, reply, staff.staffIn(request, DISPATCHERS))

  return {
    staff(request, reply, needs = DISPATCHERS) {
      return staff.refuses(request, reply, needs) ? undefined : named(request, reply)
    },
    asker(request, reply) {
      if (staff.isStaff(request, DISPATCHERS)) {
        const actor = named(request, reply)
        return actor === undefined ? undefined : { kind: 'staff', actor }
      }
      const secret = /^Bearer ([\w-]{1,100})$/i.exec(request.headers.authorization ?? '')?.[1]
      if (secret !== undefined) return { kind: 'resident', secret }
      void sendProblem(
        reply.header('www-authenticate', 'Bearer realm="kvitter"'),
        problem(
          'not-authorized',
          'Send the secret that came with the booking as “Authorization: Bearer …”.',
        ),
      )
      return undefined
    },
    bookerOrStaff(request, reply) {
      const isSignedIn = staff.isStaff(request, DISPATCHERS)
      if (!isSignedIn && request.headers.authorization === undefined) return {}
      if (staff.refuses(request, reply, DISPATCHERS)) return undefined
      const actor = named(request, reply)
      return actor === undefined ? undefined : { actor }
    },
    isStaff: (request) => staff.isStaff(request, DISPATCHERS),
    isTooMuch(what, request, reply) {
      if (staff.isStaff(request)) return false
      const afterMs = allowance.afterMs(what, request.ip)
      if (afterMs === 0) return false
      const seconds = Math.ceil(afterMs / SECOND)
      void sendProblem(
        reply.header('retry-after', String(seconds)),
        problem('too-many-requests', `Wait ${seconds} seconds and try again.`),
      )
      return true
    },
  }
}

/** Who says they are asking; undefined when they don't, and then they have been told. */
export function namedActor(
  request: FastifyRequest,
  reply: FastifyReply,
  staff: Staff | undefined,
): string | undefined {
  const actor = signedBy(request, staff)
  if (actor !== undefined) return actor
  const fault = { field: 'kvitter-actor', expected: ACTOR }
  void sendProblem(reply, problem('invalid-request', 'A header is wrong.', [fault]))
  return undefined
}

/** Who is signed in, whatever they call themselves; else who says that they ask. */
export function signedBy(request: FastifyRequest, staff: Staff | undefined): string | undefined {
  return staff?.by === 'session' ? staff.name : actorIn(request)
}

/** Who they call themselves. */
export function actorIn(request: FastifyRequest): string | undefined {
  const actor = decoded(String(request.headers['kvitter-actor'] ?? '')).trim()
  return actor.length >= 1 && actor.length <= 80 ? actor : undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
