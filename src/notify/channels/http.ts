/** One request to a far end that may hang, lie or answer HTML: what it answered, or why there is no answer. */
import { DAY, SECOND } from '#src/stations/time.ts'
import { outcomeOfHttpStatus } from '../channel.ts'
import type { Failure, Turn } from '../channel.ts'

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer> | FormData
  /** The status says it all: what else is answered is not waited for. */
  readonly statusAlone?: true
}

export type Answer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Headers
      /** Undefined where the body isn't JSON: a proxy's page, nothing at all. */
      readonly json: unknown
    }
  | { readonly kind: 'none'; readonly detail: string }

/** No far end has more to say that we want to hear. */
const MOST_BYTES = 1_000_000

/** Never rejects, and ends with the turn or after `timeoutMs`. A redirect is an answer like others: followed, a post might become a read. */
export async function ask(
  { url, statusAlone, ...request }: Ask,
  { signal }: Turn,
  timeoutMs: number,
): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(url, {
      ...request,
      headers: { 'user-agent': 'Kvitter', ...request.headers },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
  } catch (error) {
    return { kind: 'none', detail: causeOf(error) }
  }
  const { status, headers } = response
  if (statusAlone) {
    void response.body?.cancel().catch(() => undefined)
    return { kind: 'answer', status, headers, json: undefined }
  }
  try {
    const text = await readText(response)
    return { kind: 'answer', status, headers, json: parseJson(text) }
  } catch {
    // What a refusal would have said besides doesn't matter; of a success it may have been the proof.
    return status >= 400
      ? { kind: 'answer', status, headers, json: undefined }
      : { kind: 'none', detail: `the answer (${status}) was cut short` }
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MOST_BYTES) throw new Error('too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * What an answer of a JSON API means that isn't the hoped-for one; `said` is the API's own word. A refusal
 * that isn't JSON is some proxy's, and no reason to give a post up.
 */
export function failureOfAnswer(answer: Answer, said = '', afterMs?: number): Failure {
  if (answer.kind === 'none') {
    return { kind: 'later', because: 'unreachable', detail: answer.detail }
  }
  const { status, json } = answer
  const detail = said === '' ? `an answer (${status}) that says nothing` : `${status} ${said}`
  if (json === undefined && status !== 429) {
    return {
      kind: 'later',
      because: 'server-error',
      detail: `an answer (${status}) that isn’t JSON`,
    }
  }
  return outcomeOfHttpStatus(status, detail.slice(0, 300), status === 429 ? afterMs : undefined)
}

/** How long until an instant that the far end names, a day at most, by its own clock where it tells it (`Date`). */
export function untilTheir(
  at: number,
  theirDate: string | null | undefined,
  now: number,
): number | undefined {
  if (!Number.isFinite(at)) return undefined
  const theirNow = Date.parse(theirDate ?? '') || now
  return Math.min(DAY, Math.max(0, at - theirNow))
}

/** Seconds, or a date (RFC 9110 § 10.2.3); a day at most. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after') ?? ''
  if (/^\d+$/.test(text)) return Math.min(DAY, Number(text) * SECOND)
  return untilTheir(Date.parse(text), headers.get('date'), now)
}

/** The JSON of a success; undefined for every other answer. */
export function jsonOf(answer: Answer): unknown {
  return answer.kind === 'answer' && answer.status === 200 ? answer.json : undefined
}

/** A text of a JSON answer, at a key; undefined where there is none. */
export function textAt(json: unknown, key: string): string | undefined {
  const value: unknown =
    typeof json === 'object' && json !== null ? Reflect.get(json, key) : undefined
  return typeof value === 'string' ? value : undefined
}

/**
 * `fetch failed` tells nothing: the cause does. Where there is none its name has to do: a message may
 * quote a header that `fetch` would not send, and with it the secret.
 */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  const { cause } = error
  return cause instanceof Error ? cause.message || cause.name : error.name
}
