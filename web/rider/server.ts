/** What the page asks of the server and tells it. Who rides is known by the cookie. */
import type { Day, Item, Line } from './day.ts'
import type { Answer, QueuedEvent } from './queue.ts'
import { eventBody } from './queue.ts'

export interface Server {
  day(day: string, withPeople: boolean): Promise<Answer>
  items(): Promise<Answer>
  tell(event: QueuedEvent): Promise<Answer>
  sendPhoto(id: string, stop: string, bytes: ArrayBuffer): Promise<Answer>
  command(
    day: string,
    name: 'start' | 'end',
    body: { version: number; bike: string },
  ): Promise<Answer>
  /** Where that leads; undefined when it could not be told. */
  signOut(path: string): Promise<string | undefined>
}

type Sent = Omit<RequestInit, 'headers'> & {
  readonly headers?: Readonly<Record<string, string>>
}

const ANSWERS_WITHIN_MS = 20_000
const PHOTO_WITHIN_MS = 90_000

export function openServer(): Server {
  async function ask(path: string, init: Sent = {}, ms = ANSWERS_WITHIN_MS): Promise<Answer> {
    try {
      const answer = await fetch(`/api/v1${path}`, {
        ...init,
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.timeout(ms),
      })
      const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN)
      const body: unknown = await answer.json().catch(() => undefined)
      return {
        status: answer.status,
        body,
        ...(Number.isFinite(retryAfter) && { retryAfter }),
      }
    } catch {
      return {}
    }
  }

  const post = (path: string, body: object, headers: Sent['headers'] = {}): Promise<Answer> =>
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })

  return {
    day: (day, withPeople) => ask(`/rounds/${day}${withPeople ? '?people=yes' : ''}`),
    items: () => ask('/items'),
    tell: ({ told, teller }) =>
      post(
        `/stops/${encodeURIComponent(told.stop)}/events`,
        eventBody(told),
        teller === undefined ? {} : { 'kvitter-actor': encodeURIComponent(teller) },
      ),
    sendPhoto: (id, stop, bytes) =>
      ask(
        `/stops/${encodeURIComponent(stop)}/photos?photo=${id}`,
        { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body: bytes },
        PHOTO_WITHIN_MS,
      ),
    command: (day, name, body) => post(`/rounds/${day}/${name}`, body),
    async signOut(path) {
      const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS)
      const answer = await fetch(path, { method: 'POST', signal }).catch(() => undefined)
      return answer?.ok && answer.redirected ? answer.url : undefined
    },
  }
}

/** The page of another network may answer anything at all with 200. */
export function asDay({ status, body }: Answer, day: string): Day | undefined {
  const read = body as Day | undefined
  return status === 200 && read?.day === day && Array.isArray(read.rounds) ? read : undefined
}

export function asItems({ status, body }: Answer): readonly Item[] | undefined {
  const read = body as { readonly items?: readonly Item[] } | undefined
  return status === 200 && Array.isArray(read?.items) ? read.items : undefined
}

export interface Stream {
  readonly day: string
  readonly isOpen: () => boolean
  readonly close: () => void
}

/** What is done to the day, as long as the network lasts; what was missed comes first. */
export function listen(day: string, after: number, onLine: (line: Line) => void): Stream {
  const source = new EventSource(`/api/v1/rounds/${day}/events?after=${after}`)
  source.addEventListener('change', (event) => {
    onLine(JSON.parse(String(event.data)) as Line)
  })
  return {
    day,
    isOpen: () => source.readyState === EventSource.OPEN,
    close: () => {
      source.close()
    },
  }
}

/** 128 random bits. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
