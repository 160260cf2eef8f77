/** What the routes by which people and systems tell something have in common. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { nearestName } from '#src/stations/nearest-name.ts'
import { isoText, type EpochMs } from '#src/stations/time.ts'
import type { Upshot } from '#src/store/journal.ts'
import type { Needs } from '#src/store/staff.ts'
import type { StaffDesk } from '#src/store/staff-desk.ts'
import { problem, sendProblem, type FieldError } from './problem.ts'
import type { StaffDoor } from './staff.ts'

const SIGNED = 'who says so, 1 to 80 characters'
/** Staff and crews sign with whatever name or number they go by. Never shown in public. */
export const actorText = z
  .string({ error: SIGNED })
  .trim()
  .min(1, SIGNED)
  .max(80, SIGNED)
  .meta({ description: 'Of who is signed in, their own name is put here, whatever is sent.' })

/** Puts the name of who is signed in where the route wants somebody's signature. */
export function signBody(desk: Pick<StaffDesk, 'who'>) {
  return async (request: FastifyRequest): Promise<void> => {
    const staff = desk.who(request.raw)
    const schema = request.routeOptions.schema?.body
    const { body } = request
    if (staff?.by !== 'session' || !(schema instanceof z.ZodObject)) return
    if (typeof body !== 'object' || body === null) return
    for (const [field, type] of Object.entries(schema.shape)) {
      const isSignature = (type instanceof z.ZodOptional ? type.unwrap() : type) === actorText
      if (isSignature) Object.assign(body, { [field]: staff.name })
    }
  }
}

const WHY = 'a sentence, up to 500 characters'
export const whyText = z.string({ error: WHY }).trim().min(1, WHY).max(500, WHY)

export const toldAnswer = z.strictObject({
  status: z.literal('kept'),
  applied: z.boolean().meta({
    description: 'The rules took it for news; otherwise it is kept for the record alone.',
  }),
  because: z
    .string()
    .nullable()
    .meta({ description: 'Why it is for the record alone, such as `repeat-report`.' }),
})

export function toldJson(upshot: Upshot | undefined): z.input<typeof toldAnswer> {
  const applied = upshot?.applied
  if (!applied) return { status: 'kept', applied: false, because: 'rules-failed' }
  return {
    status: 'kept',
    applied: applied.kind === 'now',
    because: applied.kind === 'history' ? applied.because : null,
  }
}

/** Shuts the door on everybody but staff before what they say is even looked at. */
export function staffOnly(staff: StaffDoor, needs?: Needs) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> =>
    staff.refuses(request, reply, needs) ? reply : undefined
}

/** What is wrong with an instant, if anything: it must lie within the two. */
export function findTimeFault(
  field: string,
  at: EpochMs | undefined,
  from: EpochMs,
  to: EpochMs,
): FieldError[] {
  if (at === undefined || (at >= from && at <= to)) return []
  return [{ field, expected: `from ${isoText(from)} to ${isoText(to)}`, got: isoText(at) }]
}

/** What is wrong with a name of something in the town, if anything. */
export function findNameFault(
  field: string,
  what: string,
  name: string | undefined,
  known: { has(name: string): boolean; keys(): Iterable<string> },
): FieldError[] {
  if (name === undefined || known.has(name)) return []
  const near = nearestName(name, known.keys())
  const hint = near === undefined ? '' : `; did you mean ${near}?`
  return [{ field, expected: `${what} of the town${hint}`, got: name }]
}

export function sendFaults(reply: FastifyReply, faults: readonly FieldError[]): FastifyReply {
  const detail = faults.length === 1 ? 'One field is wrong.' : `${faults.length} fields are wrong.`
  return sendProblem(reply, problem('invalid-request', detail, faults))
}
