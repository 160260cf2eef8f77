/**
 * 46elks on loopback, as far as Kvitter uses it: it verifies the login and the form, keeps a list of what it
 * took, newest first, and tells what became of a message when a test says so.
 */
import { runFarEnd, startFarEnd } from './far-end.ts'
import type { FarEnd, FarEndOptions, Told } from './far-end.ts'

export const FAKE_46ELKS_USERNAME = 'u1234567890abcdef'
export const FAKE_46ELKS_PASSWORD = 'PASSWORD0123456789'

export interface FakeSms {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly message: string
  readonly at: number
  readonly report?: string
}

/** The number that one of the refusals quotes. */
export const QUOTED_NUMBER = '+46701234567'

export type ElksFault =
  '401' | '403-credits' | '400' | '400-quoting' | '429' | '429-weeks' | 'no-id'
export type Fake46Elks = FarEnd<ElksFault, FakeSms> & {
  /** Tells the address that came with a message what became of it; gives the answer's status. */
  report(sms: FakeSms, status: string): Promise<number>
}

export interface Fake46ElksOptions extends FarEndOptions {
  readonly pageSize?: number
}

export async function startFake46Elks(options: Fake46ElksOptions = {}): Promise<Fake46Elks> {
  const now = options.now ?? Date.now
  const basic = Buffer.from(`${FAKE_46ELKS_USERNAME}:${FAKE_46ELKS_PASSWORD}`).toString('base64')
  const far = await startFarEnd<ElksFault, FakeSms>(options, {
    says: ({ method, url }) => method === 'POST' && url.pathname === '/a1/sms',
    answer({ method, url, headers, body }, said, accept) {
      if (headers.authorization !== `Basic ${basic}`) return unauthorised()
      if (method === 'GET' && url.pathname === '/a1/me') {
        return { status: 200, json: { id: FAKE_46ELKS_USERNAME, balance: 1_000_000 } }
      }
      if (method === 'GET' && url.pathname === '/a1/sms') return listed(said, url, options.pageSize)
      if (method !== 'POST' || url.pathname !== '/a1/sms') return { status: 404 }
      if (headers['content-type'] !== 'application/x-www-form-urlencoded') return refused('form')
      const form = new URLSearchParams(body)
      const [from = '', to = '', message = ''] = ['from', 'to', 'message'].map(
        (name) => form.get(name) ?? '',
      )
      if (!/^(?:[A-Za-z][A-Za-z0-9]{2,10}|\+[1-9]\d{6,14})$/.test(from)) return refused('from')
      if (!/^\+[1-9]\d{6,14}$/.test(to)) return refused('to')
      if (message === '') return refused('message')
      const report = form.get('whendelivered')
      const id = `s${String(said.length).padStart(32, '0')}`
      accept({ id, from, to, message, at: now(), ...(report !== null && { report }) })
      return {
        status: 200,
        json: { status: 'created', id, from, to, message, created: elksTime(now()), cost: 5200 },
      }
    },
    refusals: {
      '401': unauthorised,
      '403-credits': () => ({ status: 403, json: 'Not enough credits' }),
      '400': () => refused('to'),
      '400-quoting': () => ({ status: 400, json: { message: `Invalid to: ${QUOTED_NUMBER}` } }),
      '429': () => ({ status: 429, json: 'Too many requests', headers: { 'retry-after': '30' } }),
      '429-weeks': () => ({ status: 429, json: '', headers: { 'retry-after': '9999999' } }),
      'no-id': () => ({ status: 200, json: { status: 'created' } }),
    },
  })
  return Object.assign(far, {
    async report({ id, report }: FakeSms, status: string): Promise<number> {
      const body = new URLSearchParams({ id, status, delivered: elksTime(now()) })
      const { status: answered } = await fetch(report!, { method: 'POST', body })
      return answered
    },
  })
}

function unauthorised(): Told {
  return { status: 401, json: 'Not authorized' }
}

function refused(field: string): Told {
  return { status: 400, json: `Invalid ${field}` }
}

/** As they write it: UTC, and without saying so. */
function elksTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000')
}

function listed(said: readonly FakeSms[], url: URL, pageSize = 100): Told {
  const to = url.searchParams.get('to')
  const before = url.searchParams.get('start')
  const all = said
    .filter((sms) => to === null || sms.to === to)
    .filter((sms) => before === null || elksTime(sms.at) < before)
    .toReversed()
  const page = all.slice(0, pageSize)
  const last = page.at(-1)
  return {
    status: 200,
    json: {
      data: page.map(({ id, from, to, message, at }) => ({
        id,
        from,
        to,
        message,
        direction: 'outgoing',
        created: elksTime(at),
        status: 'sent',
      })),
      ...(all.length > page.length && last && { next: elksTime(last.at) }),
    },
  }
}

if (import.meta.main) await runFarEnd(startFake46Elks)
