/** Of which months figures are told: with the running one’s, each new errand’s would be the difference. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { monthOf } from '#src/stations/time.ts'
import type { ApiDeps } from './api-route.ts'

/** To the public those that are over; to staff all. Says how long the answer may be kept. */
export function toldMonths<Row extends { readonly month: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  { staff, clock, journal, maxAgeSeconds }: ApiDeps,
  rows: readonly Row[],
): Row[] {
  if (staff.isStaff(request)) {
    void reply.header('cache-control', 'no-store')
    return [...rows]
  }
  void reply
    .header('cache-control', `public, max-age=${maxAgeSeconds}`)
    .header('vary', 'authorization, cookie')
  const running = monthOf(clock(), journal.town.town.timeZone)
  return rows.filter(({ month }) => month < running)
}
