/** What stands in the address at which an SMS company tells what became of a message: nobody can make one up. */
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface ReportTokens {
  of(no: number): string
  fits(no: number, token: string): boolean
}

export function reportTokens(secret: string): ReportTokens {
  const of = (no: number): string =>
    createHmac('sha256', secret).update(`sms-report:${no}`).digest('base64url').slice(0, 32)
  return {
    of,
    fits(no, token) {
      const wanted = Buffer.from(of(no))
      const given = Buffer.from(token)
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    },
  }
}
