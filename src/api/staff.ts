/** The door to what only staff may read or do, each by their role. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ANY_STAFF, reaches, rolesReaching, type Needs, type Staff } from '#src/store/staff.ts'
import type { StaffDesk } from '#src/store/staff-desk.ts'
import { problem, sendProblem } from './problem.ts'

export interface StaffDoor {
  /** Whoever asks and may, by one of the roles; any but riders' unless said. */
  staffIn(request: FastifyRequest, needs?: Needs): Staff | undefined
  isStaff(request: FastifyRequest, needs?: Needs): boolean
  /** Answers 401 or 403 and gives true when the caller isn't staff, or of another role. */
  refuses(request: FastifyRequest, reply: FastifyReply, needs?: Needs): boolean
  /** Whether who asked still may, of what stays open. */
  stillMay(request: FastifyRequest, needs?: Needs): Promise<boolean>
}

export function openStaffDoor(desk: Pick<StaffDesk, 'who' | 'whoNow'>): StaffDoor {
  const staffIn: StaffDoor['staffIn'] = (request, needs = ANY_STAFF) => {
    const staff = desk.who(request.raw)
    return staff && reaches(staff.role, needs) ? staff : undefined
  }

  return {
    staffIn,
    isStaff: (request, needs) => staffIn(request, needs) !== undefined,
    async stillMay(request, needs = ANY_STAFF) {
      const staff = await desk.whoNow(request.raw)
      return staff !== undefined && reaches(staff.role, needs)
    },
    refuses(request, reply, needs = ANY_STAFF) {
      const staff = desk.who(request.raw)
      if (staff && reaches(staff.role, needs)) return false
      if (staff) {
        const roles = rolesReaching(needs).join(' or ')
        void sendProblem(
          reply,
          problem('forbidden', `This needs the role ${roles}; yours is ${staff.role}.`),
        )
        return true
      }
      void sendProblem(
        reply.header('www-authenticate', 'Bearer realm="kvitter"'),
        problem('not-authorized', NOBODY),
      )
      return true
    },
  }
}

const NOBODY =
  'Send a token as “Authorization: Bearer …”, or sign in. A signed-in browser changes something only from this site’s own pages.'

/** Whether the caller sits on this machine and isn't a proxy speaking for somebody else. */
export function isLocal(request: FastifyRequest): boolean {
  const { headers } = request
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false
  const address = request.socket.remoteAddress ?? ''
  return address === '::1' || /^(?:::ffff:)?127\./.test(address)
}
