/** The door to what only staff may read: one token, as `Authorization: Bearer`. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problem, sendProblem } from './problem.ts'

export interface StaffDoor {
  isStaff(request: FastifyRequest): boolean
  /** Answers 401 and gives true when the caller isn't staff. */
  refuses(request: FastifyRequest, reply: FastifyReply): boolean
}

/** Whether a request bears the token; without one none does. */
export function bearerCheck(token: string | undefined): (request: FastifyRequest) => boolean {
  const wanted = token === undefined || token === '' ? undefined : digest(token)
  return (request) => {
    const given = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1]
    // Digests have one length, so the comparison tells nothing of the token's.
    return wanted !== undefined && given !== undefined && timingSafeEqual(digest(given), wanted)
  }
}

/** Without a token nobody is staff. */
export function openStaffDoor(token: string | undefined): StaffDoor {
  const isStaff = bearerCheck(token)

  return {
    isStaff,
    refuses(request, reply) {
      if (isStaff(request)) return false
      const detail =
        token === undefined || token === ''
          ? 'No staff token is configured here, so nobody can read this.'
          : 'Send the staff token as “Authorization: Bearer …”.'
      void sendProblem(
        reply.header('www-authenticate', 'Bearer realm="kvitter"'),
        problem('not-authorized', detail),
      )
      return true
    },
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Whether the caller sits on this machine and isn't a proxy speaking for somebody else. */
export function isLocal(request: FastifyRequest): boolean {
  const { headers } = request
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false
  const address = request.socket.remoteAddress ?? ''
  return address === '::1' || /^(?:::ffff:)?127\./.test(address)
}
