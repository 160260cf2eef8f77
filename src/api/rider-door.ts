/** The door for riders, and for dispatchers, who may all that riders may. A phone that is lost opens a day's round, not the town. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { RIDERS, type Staff } from '#src/store/staff.ts'
import { actorIn, signedBy } from './errand-input.ts'
import type { StaffDoor } from './staff.ts'

export interface Rider {
  readonly name: string
  /** Who they say that they speak for, where that is another; a claim that opens nothing. */
  readonly teller?: string
  readonly isStaff: boolean
  readonly staff: Staff
}

/** Undefined when the request has been answered. */
export type RiderDoor = (request: FastifyRequest, reply: FastifyReply) => Rider | undefined

export function openRiderDoor(staff: StaffDoor): RiderDoor {
  return (request, reply) => {
    if (staff.refuses(request, reply, RIDERS)) return undefined
    const rider = staff.staffIn(request, RIDERS)!
    const name = signedBy(request, rider) ?? rider.name
    const teller = actorIn(request) ?? name
    return {
      name,
      ...(teller !== name && { teller }),
      isStaff: rider.role !== 'rider',
      staff: rider,
    }
  }
}
