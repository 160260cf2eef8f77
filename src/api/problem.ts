/** Errors as RFC 9457 problem documents. Nothing of the inside is told from 500 on. */
import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'

/** One thing that was wrong with a request. */
export interface FieldError {
  /** The parameter's name. */
  readonly field: string
  readonly expected: string
  /** What came instead, cut to 100 characters; absent when nothing came. */
  readonly got?: string
  /** Where in a file that came with the request, from 1. */
  readonly line?: number
}

/** The kinds of trouble a caller may meet; each has a paragraph under `/api/docs`. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request could not be understood' },
  'not-authorized': { status: 401, title: 'A staff token is needed' },
  forbidden: { status: 403, title: 'Another role may do this' },
  'not-found': { status: 404, title: 'There is no such thing here' },
  'method-not-allowed': { status: 405, title: 'This cannot be done here' },
  conflict: { status: 409, title: 'It does not fit what is there' },
  'not-bookable': { status: 409, title: 'It cannot be booked so' },
  'plan-changed': { status: 409, title: 'The plan has changed meanwhile' },
  'not-possible': { status: 409, title: 'The day does not allow it' },
  'too-large': { status: 413, title: 'It is too large' },
  'changed-meanwhile': { status: 412, title: 'Somebody changed it meanwhile' },
  'key-reused': { status: 422, title: 'This key came with another form' },
  'too-many-requests': { status: 429, title: 'Too many requests in a short time' },
  'too-many-reports': { status: 429, title: 'Too many reports in a short time' },
  'header-too-large': { status: 431, title: 'The request line or headers are too long' },
  'too-many-streams': { status: 503, title: 'Too many listeners right now' },
  'not-ready': { status: 503, title: 'The service cannot do its work right now' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const
export type ProblemName = keyof typeof PROBLEMS

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: readonly FieldError[]
  /** Why something can't be done, each reason by its name. */
  readonly because?: readonly {
    readonly reason: string
    readonly item?: string
    readonly most?: number
  }[]
  /** What may have been meant. */
  readonly nearest?: string
  /** Of a plan: its version now, and what was done to it since. */
  readonly version?: number
  readonly since?: readonly Readonly<Record<string, unknown>>[]
}

export function problem(
  name: ProblemName,
  detail: string,
  errors: readonly FieldError[] = [],
): Problem {
  const { status, title } = PROBLEMS[name]
  return {
    type: `/api/docs#${name}`,
    title,
    status,
    detail,
    ...(errors.length > 0 && { errors }),
  }
}

/** A problem for a status that the framework chose; its type is the plain HTTP meaning. */
export function plainProblem(status: number, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail }
}

export function sendProblem(reply: FastifyReply, document: Problem): FastifyReply {
  return (
    reply
      .code(document.status)
      .header('content-type', 'application/problem+json')
      .header('cache-control', 'no-store')
      // As bytes, or the framework adds a charset that the type doesn't have.
      .send(Buffer.from(JSON.stringify(document)))
  )
}

/** Input that did not fit its schema; carries what the caller is told. */
export class InvalidInput extends Error {
  readonly statusCode = 400
  readonly errors: readonly FieldError[]

  constructor(errors: readonly FieldError[]) {
    super('invalid input')
    this.errors = errors
  }
}
