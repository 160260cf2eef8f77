/**
 * What we ask of other servers. Anybody can make us ask, by a signature whose key is to be fetched: so no
 * address inside our own network, no redirect to one, no answer that is long, slow or no JSON.
 */
import {
  FetchError,
  preloadedContexts,
  signRequest,
  UrlError,
  validatePublicUrl,
  type DocumentLoader,
} from '@fedify/fedify'
import { SECOND, instant } from '#src/stations/time.ts'
import { ask } from '../channels/http.ts'
import type { Answer, Ask } from '../channels/http.ts'

export interface Signer {
  readonly keyId: URL
  readonly privateKey: CryptoKey
}

export type SignatureSpec = 'draft-cavage-http-signatures-12' | 'rfc9421'

export interface Remote {
  /** Fetches a document, signed where somebody is given to sign. */
  load(signer?: Signer): DocumentLoader
  /** Posts an activity. Never rejects, and follows no redirect. */
  post(what: {
    readonly inbox: string
    readonly body: string
    readonly signer: Signer
    readonly spec: SignatureSpec
    readonly signal: AbortSignal
  }): Promise<Answer>
  /** Whether an address may be asked at all; `unknown` while its name can't be looked up. */
  mayAsk(url: string): Promise<MayAsk>
}

export type MayAsk = 'yes' | 'no' | 'unknown'

const TIMEOUT_MS = 10 * SECOND
const REDIRECTS = 2
const TYPES = 'application/activity+json, application/ld+json'

export function openRemote(options: {
  readonly userAgent: string
  /** Of tests and demos alone: peers on this machine. */
  readonly allowPrivate: boolean
  readonly timeoutMs?: number
}): Remote {
  const { userAgent, allowPrivate, timeoutMs = TIMEOUT_MS } = options

  async function mayAsk(url: string): Promise<MayAsk> {
    if (allowPrivate) return 'yes'
    try {
      if (new URL(url).protocol !== 'https:') return 'no'
      await validatePublicUrl(url)
      return 'yes'
    } catch (error) {
      // What the resolver said is the cause; a refused address has none.
      return error instanceof UrlError && error.cause !== undefined ? 'unknown' : 'no'
    }
  }

  async function signedHeaders(
    { method, url, headers = {}, body }: Ask,
    signer: Signer,
    spec: SignatureSpec,
  ): Promise<Record<string, string>> {
    const request = new Request(url, { method, headers, ...(body !== undefined && { body }) })
    const signed = await signRequest(request, signer.privateKey, signer.keyId, { spec })
    return Object.fromEntries(signed.headers)
  }

  async function fetchDocument(url: string, signer: Signer | undefined, signal: AbortSignal) {
    let at = url
    for (let hop = 0; hop <= REDIRECTS; hop += 1) {
      const may = await mayAsk(at)
      if (may === 'unknown') throw new FetchError(at, 'its name can’t be looked up')
      if (may === 'no') throw new FetchError(at, 'not an address that is asked')
      const get: Ask = {
        method: 'GET',
        url: at,
        headers: { accept: TYPES, 'user-agent': userAgent },
      }
      const headers = signer
        ? await signedHeaders(get, signer, 'draft-cavage-http-signatures-12')
        : get.headers!
      const answer = await ask({ ...get, headers }, { signal, now: instant(0) }, timeoutMs)
      if (answer.kind === 'none') throw new FetchError(at, answer.detail)
      const location = answer.headers.get('location')
      if (answer.status >= 300 && answer.status < 400 && location !== null) {
        at = new URL(location, at).href
        continue
      }
      if (answer.status !== 200 || typeof answer.json !== 'object' || answer.json === null) {
        const { status } = answer
        throw new FetchError(
          at,
          `answered ${status}`,
          new Response(null, { status: status < 400 ? 502 : status }),
        )
      }
      return { contextUrl: null, document: answer.json, documentUrl: at }
    }
    throw new FetchError(url, 'too many redirects')
  }

  return {
    mayAsk,
    load: (signer) => (url, given) =>
      url in preloadedContexts
        ? Promise.resolve({ contextUrl: null, document: preloadedContexts[url], documentUrl: url })
        : fetchDocument(url, signer, given?.signal ?? new AbortController().signal),
    async post({ inbox, body, signer, spec, signal }) {
      const headers = { 'content-type': 'application/activity+json', 'user-agent': userAgent }
      const request: Ask = { method: 'POST', url: inbox, headers, body, statusAlone: true }
      const signed = await signedHeaders(request, signer, spec)
      return ask({ ...request, headers: signed }, { signal, now: instant(0) }, timeoutMs)
    },
  }
}
