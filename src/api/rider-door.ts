/** The door for riders: their own token, or the staff's. A phone that is lost opens a day's round, not the town. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { actorIn } from './errand-input.ts'
import { problem, sendProblem } from './problem.ts'
import { bearerCheck, type StaffDoor } from './staff.ts'

export interface Rider {
  readonly name: string
  readonly isStaff: boolean
}

/** Undefined when the request has been answered. */
export type RiderDoor = (request: FastifyRequest, reply: FastifyReply) => Rider | undefined

export function openRiderDoor(token: string | undefined, staff: StaffDoor): RiderDoor {
  const isRider = bearerCheck(token)
  return (request, reply) => {
    const isStaff = staff.isStaff(request)
    if (isStaff || isRider(request)) return { name: actorIn(request) ?? 'rider', isStaff }
    void sendProblem(
      reply.header('www-authenticate', 'Bearer realm="kvitter"'),
      problem(
        'not-authorized',
        'Send the riders’ or the staff’s token as “Authorization: Bearer …”.',
      ),
    )
    return undefined
  }
}
