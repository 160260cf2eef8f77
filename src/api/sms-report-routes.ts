/** Where the SMS company tells what became of a message: by its number and a token that nobody can make up. */
import type { FastifyInstance } from 'fastify'
import type { MessageReport, MessageStore } from '#src/store/messages.ts'
import type { Clock } from '#src/stations/time.ts'
import { problem, sendProblem } from './problem.ts'

export interface SmsReportDeps {
  readonly store: Pick<MessageStore, 'reportMessage'>
  readonly clock: Clock
  readonly fits: (no: number, token: string) => boolean
}

const REPORTS: readonly MessageReport[] = ['sent', 'delivered', 'failed']

/** 46elks sends a form and wants 200 to 204; anything else it tells again, for six hours. */
export function smsReportRoutes(app: FastifyInstance, { store, clock, fits }: SmsReportDeps): void {
  void app.register((scope, _options, done) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 4096 },
      (_request, body, parsed) => parsed(null, new URLSearchParams(String(body))),
    )
    scope.post('/api/v1/sms/reports', async (request, reply) => {
      const { message, token } = request.query as Record<string, unknown>
      const no = Number(message)
      const isOurs = Number.isSafeInteger(no) && typeof token === 'string' && fits(no, token)
      const form = request.body instanceof URLSearchParams ? request.body : undefined
      const report = REPORTS.find((each) => each === form?.get('status'))
      if (!isOurs) return sendProblem(reply, problem('not-found', 'There is no such message.'))
      if (!report) {
        const detail = `status: expected one of ${REPORTS.join(', ')}`
        return sendProblem(reply, problem('invalid-request', detail))
      }
      // One that has been forgotten needs no more telling either.
      await store.reportMessage(no, report, clock())
      return reply.code(204).send()
    })
    done()
  })
}
