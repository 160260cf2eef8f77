/** The running service, asked over HTTP as staff: it alone writes the journal. */
import type { FieldError, Problem } from '#src/api/problem.ts'
import type { Env } from '../config.ts'

export const STAFF_FLAGS = { url: { type: 'string' } } as const
export const STAFF_HELP = [
  '  --url URL        where the service answers [http://127.0.0.1:8080]',
  '',
  'Only by environment:',
  '  KVITTER_STAFF_TOKEN  the staff token that the service was started with',
]
const DEFAULT_URL = 'http://127.0.0.1:8080'

export type Asked<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** `words` is for the terminal; `errors` are the fields that the service named, if it did. */
  | { readonly kind: 'failed'; readonly words: string; readonly errors?: readonly FieldError[] }

export interface StaffApi {
  get<T>(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<Asked<T>>
  send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: object): Promise<Asked<T>>
}

export function openStaffApi(url: string | undefined, env: Env): StaffApi {
  const base = (url ?? env['KVITTER_URL'] ?? DEFAULT_URL).replace(/\/+$/, '')
  const token = env['KVITTER_STAFF_TOKEN']

  const ask = async <T>(path: string, init: RequestInit): Promise<Asked<T>> => {
    if (token === undefined || token === '') {
      return {
        kind: 'failed',
        words: 'KVITTER_STAFF_TOKEN is not set; start with the service’s staff token',
      }
    }
    let response: Response
    try {
      response = await fetch(base + path, {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      })
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message
      return {
        kind: 'failed',
        words: `No answer from ${base} (${cause}). Is the service running? Name it with --url.`,
      }
    }
    const text = await response.text()
    if (!response.ok) return { kind: 'failed', ...problemWords(response.status, text) }
    try {
      return { kind: 'answer', value: JSON.parse(text) as T }
    } catch {
      return {
        kind: 'failed',
        words: `${base} answered something that is not JSON; is it Kvitter?`,
      }
    }
  }

  return {
    get(path, query = {}) {
      const given = Object.entries(query).filter((q): q is [string, string] => q[1] !== undefined)
      const search = new URLSearchParams(given).toString()
      return ask(search === '' ? path : `${path}?${search}`, {})
    },
    send: (method, path, body) =>
      ask(path, {
        method,
        body: JSON.stringify(body),
      }),
  }
}

/** What a problem document says, each field on a line of its own. */
function problemWords(
  status: number,
  text: string,
): { readonly words: string; readonly errors?: readonly FieldError[] } {
  try {
    const { title, detail, errors = [] } = JSON.parse(text) as Partial<Problem>
    const fields = errors.map(
      ({ field, expected, got }) =>
        `  ${field}: expected ${expected}${got === undefined ? '' : `, got ${got}`}`,
    )
    return { words: [`${title ?? status}: ${detail ?? ''}`, ...fields].join('\n'), errors }
  } catch {
    return { words: `The service answered ${status}.` }
  }
}

/** Columns as wide as they need to be. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, c) =>
    Math.max(title.length, ...rows.map((row) => (row[c] ?? '').length)),
  )
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, c) => cell.padEnd(widths[c]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
